"""A house, and the lamp that lights it. They share windows, glow and bands."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import INK, PAINTS, STEEL, WHITE, WOOD, Breed, palette
from thesiscode.data.toyland.objects.parts import window
from thesiscode.data.toyland.shapes import Pen, darker, lighter

GLOW = (255, 236, 160)


def lamp(pen: Pen, breed: Breed) -> None:
    """A lamp: a shade with a glow under it, on a stand and a foot; the shade tips with the pose."""
    main, second, light = breed.pick(PAINTS)
    wide, high = breed.number(0.2, 0.32, 0), breed.number(0.18, 0.3, 1)
    tall, top = breed.number(0.26, 0.5, 2), breed.number(0.25, 0.75, 3)
    stand = breed.pick((STEEL, WOOD[0], INK, second), 1)
    with pen.part("stand"):
        pen.smooth([(-0.16, tall), (-0.1, tall - 0.05), (0.1, tall - 0.05), (0.16, tall), (0, tall + 0.02)], stand)
        style = breed.pick(("rod", "beads", "vase"), 1)
        pen.line([(0, 0), (0, tall - 0.03)], 0.035, stand, edge=True)
        if style == "beads":
            for y in (0.3, 0.55, 0.8):
                pen.ellipse(0, tall * y, 0.05, 0.05, second)
        elif style == "vase":
            body = pen.smooth(
                [
                    (-0.03, 0.06),
                    (0.03, 0.06),
                    (0.12, tall * 0.6),
                    (0.06, tall - 0.03),
                    (-0.06, tall - 0.03),
                    (-0.12, tall * 0.6),
                ],
                second,
            )
            pen.blot(body, 0.08, tall * 0.5, 0.05, tall * 0.4, darker(second, 0.25))
    with pen.part("shade"), pen.joint(0, 0.02, 0.25):
        pen.ellipse(0, 0.0, wide * 0.92, 0.045, GLOW)
        pen.ellipse(0, 0.02, 0.05, 0.05, WHITE)
        shape = breed.pick(("cone", "dome"), 1)
        if shape == "cone":
            shade = pen.polygon([(-wide, 0.0), (-wide * top, -high), (wide * top, -high), (wide, 0.0)], main)
        else:
            t = np.linspace(np.pi, 2 * np.pi, 14)
            shade = pen.polygon(np.stack([wide * np.cos(t), high * 1.05 * np.sin(t)], 1), main)
        pattern = breed.pick(("plain", "bands", "stripes", "dots", "hem"))
        if pattern == "bands":
            pen.bands(shade, light, n=3, share=0.35)
        elif pattern == "stripes":
            pen.stripes(shade, second, n=6, share=0.4)
        elif pattern == "dots":
            pen.spots(shade, light, n=9, radius=0.03)
        elif pattern == "hem":
            pen.strip(shade, [(-wide, -0.05), (wide, -0.05), (wide, 0), (-wide, 0)], second)
        pen.blot(shade, wide, -high * 0.4, wide * 0.5, high, darker(main, 0.2))


def house(pen: Pen, breed: Breed) -> None:
    """A house: a roof with a chimney over walls with windows and a door."""
    wall = breed.cycle(PAINTS, 7)[breed.index % 2 * 2]
    roof = breed.pick(palette("b5482e 4d4f5c 7d4a2d 23395b 3f6b4f 8c3f52 d08a3c"))
    door = breed.pick(PAINTS)[1]
    wide, high = breed.number(0.26, 0.42, 0), breed.number(0.24, 0.44, 1)
    peak, over = breed.number(0.18, 0.38, 2), breed.number(0.04, 0.1, 3)
    shape = breed.pick(("gable", "hip", "stepped"), 1)
    with pen.part("roof"):
        x = breed.pick((0.5, -0.55), 1) * wide
        stack = pen.rectangle(x - 0.045, -peak * 0.95, x + 0.045, -0.03, (158, 84, 66))
        pen.bands(stack, (206, 150, 128), n=4, share=0.2)
    with pen.part("wall"):
        body = pen.rectangle(-wide, -0.01, wide, high, wall)
        style = breed.pick(("plain", "planks", "bricks", "beams"), 1)
        if style == "planks":
            pen.bands(body, darker(wall, 0.16), n=6, share=0.18)
        elif style == "bricks":
            for k in range(10):
                u, v = -wide + (k * 0.37 % 1) * 2 * wide * 0.85, 0.03 + (k * 0.618 % 1) * (high - 0.1)
                pen.rectangle(u, v, u + 0.08, v + 0.035, darker(wall, 0.22), edge=False)
        elif style == "beams":
            for u in (-wide, wide - 0.04):
                pen.rectangle(u, 0, u + 0.04, high, WOOD[1], edge=False)
            pen.line([(-wide, high), (-wide * 0.3, 0)], 0.03, WOOD[1])
            pen.line([(wide, high), (wide * 0.3, 0)], 0.03, WOOD[1])
        pen.shade(body, wall, depth=0.08)
    with pen.part("roof"):
        e = wide + over
        ridge = {"gable": 0.0, "hip": 0.5, "stepped": 0.25}[shape] * wide
        top = pen.polygon([(-e, 0.02), (-ridge - 0.01, -peak), (ridge + 0.01, -peak), (e, 0.02)], roof)
        tiles = breed.pick(("bands", "plain", "stripes"))
        if tiles == "bands":
            pen.bands(top, darker(roof, 0.22), n=5, share=0.25)
        elif tiles == "stripes":
            pen.stripes(top, lighter(roof, 0.25), n=7, share=0.3)
        if shape == "stepped":
            window(pen, -0.05, -peak * 0.55, 0.05, -peak * 0.55 + 0.1, WHITE, bars=1)
    with pen.part("windows"):
        glow = (255, 232, 150) if breed.index % 3 == 1 else (191, 227, 238)
        side = breed.pick((-1, 1, 0), 1)
        size = min(0.075, high * 0.2)
        spots = ((-0.6, 0.4), (0.6, 0.4)) if side == 0 else ((side * 0.5, 0.4), (side * 0.02, 0.4))
        for u, v in spots:
            window(
                pen,
                u * wide - size * 0.8,
                v * high - size,
                u * wide + size * 0.8,
                v * high + size,
                WHITE,
                bars=1,
                glass=glow,
            )
    with pen.part("door"):
        x = -side * wide * 0.55
        y = high * 0.42 if high > 0.3 else high * 0.34
        pen.rectangle(x - 0.065, y, x + 0.065, high, door, round_by=0.05 if breed.index % 2 else 0.0)
        pen.ellipse(x + 0.04, (y + high) / 2 + 0.02, 0.012, 0.012, GLOW, edge=False)
