"""Plants: mushroom, potted plant, tree. They share leaves, stems and blossoms."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import LEAVES, PAINTS, PETALS, WOOD, Breed, palette
from thesiscode.data.toyland.objects.parts import flower, leaf
from thesiscode.data.toyland.shapes import Pen, darker, lighter

CLAY = palette("c8693f 8f4a33 e3b778 5f7f8c 3f5a73 d9d2c3 a23b52 6f8f5f")
CAPS = palette("d1404a e39a3c 8a5a3c f0e4cf 7a4c9c 4f8fb0 c2573a e986a5 6f7f4a 4a3f4c")


def pottedplant(pen: Pen, breed: Breed) -> None:
    """A plant in a pot: broad leaves, a palm, a cactus, flowers or a ball of leaves."""
    green, pot = breed.pick(LEAVES[:5] + LEAVES[7:8] + LEAVES[9:]), breed.pick(CLAY)
    petal, heart = breed.pick(PETALS)
    habit = breed.pick(("broad", "flowers", "cactus", "palm", "bush"))
    wide, tall = breed.number(0.13, 0.2, 0), breed.number(0.16, 0.26, 1)
    high = breed.number(0.3, 0.46, 2)
    rim = 0.2
    with pen.part("leaves"):
        if habit == "broad":
            for angle in (-2.7, -0.44, -2.25, -0.9, -1.9, -1.2, -1.57):
                with pen.joint(0, rim, 0.12 * np.sign(angle + 1.57)):
                    leaf(
                        pen,
                        0,
                        rim,
                        high * (1.0 + 0.25 * np.sin(angle * 3)),
                        angle,
                        lighter(green, 0.12 * (1 + np.sin(angle * 5))),
                        0.4,
                    )
        elif habit == "palm":
            with pen.joint(0, rim, 0.06):
                pen.line([(0, rim), (0.02, rim - high * 0.9)], [0.06, 0.045], WOOD[3], edge=True)
                for angle in (0.3, 2.84, -0.25, -2.9, -0.85, -2.3, -1.57):
                    leaf(pen, 0.02, rim - high * 0.9, 0.27, angle, green, 0.26)
        elif habit == "cactus":
            body = pen.rectangle(-0.09, rim - high, 0.09, rim + 0.02, green, round_by=0.09)
            pen.stripes(body, darker(green, 0.25), n=3, share=0.2)
            for sign, y in ((-1, rim - high * 0.4), (1, rim - high * 0.55)):
                pen.line([(sign * 0.08, y), (sign * 0.17, y - 0.01), (sign * 0.18, y - 0.14)], 0.075, green, edge=True)
        elif habit == "bush":
            trunk = 0.12 * (breed.index % 2)
            pen.line([(0, rim), (0, rim - trunk - 0.1)], 0.05, WOOD[0])
            for k in range(9):
                t = k * 2.4
                r = 0.16 * np.sqrt(k / 8)
                pen.ellipse(
                    r * np.cos(t) * 1.2, rim - trunk - 0.18 + r * np.sin(t), 0.1, 0.095, lighter(green, 0.05 * (k % 4))
                )
        else:
            for angle in (-2.7, -0.4, -2.2, -0.9):
                leaf(pen, 0, rim, 0.24, angle, green, 0.34)
            for x, y in ((-0.17, -high * 0.6), (0.17, -high * 0.5), (0.0, -high)):
                with pen.joint(0, rim, 0.1 * np.sign(x + 0.01)):
                    pen.line([(0, rim), (x * 0.5, rim + y * 0.4), (x, rim + y)], 0.022, darker(green, 0.1))
    with pen.part("blossom"):
        if habit == "flowers":
            shape = breed.pick(("round", "star", "tulip"), 1)
            for x, y in ((-0.17, -high * 0.6), (0.17, -high * 0.5), (0.0, -high)):
                with pen.joint(0, rim, 0.1 * np.sign(x + 0.01)):
                    flower(pen, x, rim + y, 0.115, petal, heart, breed.pick((5, 6, 8), 2), shape)
        elif habit == "cactus":
            flower(pen, 0.02, rim - high, 0.06, petal, heart, 5)
        elif habit == "bush":
            for k in range(6):
                t = k * 2.4 + 1
                pen.ellipse(
                    0.15 * np.cos(t), rim - 0.2 - 0.12 * (breed.index % 2) + 0.11 * np.sin(t), 0.03, 0.03, petal
                )
        else:
            flower(pen, 0.05, rim - 0.07, 0.055, petal, heart, 5)
    with pen.part("pot"):
        shape = breed.pick(("tapered", "round", "box"), 1)
        y0, y1 = rim, rim + tall
        if shape == "round":
            body = pen.smooth(
                [
                    (-wide, y0),
                    (wide, y0),
                    (wide * 1.2, (y0 + y1) / 2),
                    (wide * 0.7, y1),
                    (-wide * 0.7, y1),
                    (-wide * 1.2, (y0 + y1) / 2),
                ],
                pot,
            )
        else:
            foot = wide * (0.68 if shape == "tapered" else 1.0)
            body = pen.polygon([(-wide, y0), (wide, y0), (foot, y1), (-foot, y1)], pot)
        style = breed.pick(("plain", "bands", "stripes", "dots"), 2)
        if style == "bands":
            pen.bands(body, lighter(pot, 0.5), n=3, share=0.3)
        elif style == "stripes":
            pen.stripes(body, darker(pot, 0.35), n=4, share=0.35)
        elif style == "dots":
            pen.spots(body, lighter(pot, 0.6), n=8, radius=0.024)
        pen.blot(body, wide * 0.95, (y0 + y1) / 2, wide * 0.45, tall * 0.6, darker(pot, 0.25))
        pen.rectangle(-wide * 1.14, y0 - 0.02, wide * 1.14, y0 + 0.045, lighter(pot, 0.12), round_by=0.012)


def tree(pen: Pen, breed: Breed) -> None:
    """A tree: a crown of leaves (round, fir, poplar, cloud, palm or bare with leaves) on a trunk."""
    green, bark = breed.pick(LEAVES), breed.pick(WOOD, 1)
    fruit = breed.pick(palette("d1404a f2b632 f4a1bd ef7e3c"), 1)
    shape = breed.pick(("round", "fir", "cloud", "poplar", "boughs", "palm"))
    wide, tall, thick = breed.number(0.24, 0.38, 0), breed.number(0.5, 0.62, 1), breed.number(0.05, 0.1, 2)
    top = -tall * 0.62
    with pen.part("trunk"):
        pen.polygon(
            [
                (-thick * 0.6, top * 0.5),
                (thick * 0.6, top * 0.5),
                (thick, 0.45),
                (thick * 1.6, 0.5),
                (-thick * 1.6, 0.5),
                (-thick, 0.45),
            ],
            bark,
        )
        pen.line([(-thick * 0.2, 0.1), (-thick * 0.3, 0.42)], 0.018, darker(bark, 0.35))
        if shape in ("cloud", "boughs"):
            for sign in (-1, 1):
                pen.line([(0, 0.16), (sign * wide * 0.6, -0.08)], [thick, thick * 0.5], bark)
    with pen.part("crown"), pen.joint(0, 0.3, 0.08):
        if shape == "fir":
            n = breed.pick((3, 4), 1)
            for k in range(n):
                y, w = 0.22 - k * 0.62 / n, wide * (1.05 - 0.75 * k / n)
                tier = pen.polygon(
                    [(-w, y), (0, y - 0.4), (w, y), (w * 0.5, y + 0.03), (0, y), (-w * 0.5, y + 0.03)], green
                )
                pen.strip(tier, [(0.05, y - 0.4), (w, y - 0.1), (w, y + 0.1), (0.12, y + 0.1)], darker(green, 0.2))
        elif shape == "poplar":
            crown = pen.smooth(
                [
                    (0, top - 0.12),
                    (wide * 0.62, -0.15),
                    (wide * 0.45, 0.24),
                    (-wide * 0.45, 0.24),
                    (-wide * 0.62, -0.15),
                ],
                green,
            )
            pen.blot(crown, wide * 0.5, 0.05, wide * 0.4, 0.5, darker(green, 0.2))
        elif shape == "palm":
            for angle in (0.5, 2.64, 0.0, 3.14, -0.6, -2.54, -1.2, -1.94):
                leaf(pen, 0, top * 0.45, wide * 1.25, angle, lighter(green, 0.1 * (angle < 0)), 0.3)
        elif shape == "boughs":
            for k in range(16):
                t, r = k * 2.4, np.sqrt((k + 0.5) / 16)
                leaf(
                    pen,
                    wide * r * np.cos(t) * 0.8,
                    -0.12 + 0.26 * r * np.sin(t),
                    0.17,
                    t + 0.4,
                    lighter(green, 0.1 * (k % 3)),
                    0.5,
                )
        elif shape == "cloud":
            for k in range(8):
                t = k * np.pi / 4
                pen.ellipse(wide * 0.75 * np.cos(t), -0.13 + 0.2 * np.sin(t), wide * 0.48, 0.15, green)
            crown = pen.ellipse(0, -0.13, wide * 0.85, 0.24, green, edge=False)
            pen.blot(crown, -wide * 0.2, -0.2, wide * 0.5, 0.13, lighter(green, 0.22))
        else:
            crown = pen.ellipse(0, -0.14, wide, 0.33, green)
            pen.blot(crown, wide * 0.4, 0.12, wide, 0.2, darker(green, 0.2))
            pen.blot(crown, -wide * 0.35, -0.28, wide * 0.35, 0.1, lighter(green, 0.25))
        for k in range(7 * (breed.index % 2) * (shape != "palm")):
            t, r = k * 2.4, np.sqrt((k + 0.5) / 7)
            pen.ellipse(wide * 0.75 * r * np.cos(t), -0.1 + 0.2 * r * np.sin(t), 0.035, 0.035, fruit)


def mushroom(pen: Pen, breed: Breed) -> None:
    """A mushroom: a spotted, ringed or plain cap (dome, bell, dish) over gills and a stem."""
    cap_tone = breed.pick(CAPS)
    stem = breed.pick(palette("f3e9d2 e6d3b0 d9c0a0 f7f3ea"), 1)
    light = breed.pick((lighter(cap_tone, 0.75), darker(cap_tone, 0.4), breed.pick(PAINTS)[1]), 1)
    shape = breed.pick(("dome", "bell", "dish"))
    wide, tall = breed.number(0.28, 0.42, 0), breed.number(0.22, 0.42, 1)
    thick, high = breed.number(0.06, 0.12, 2), breed.number(0.2, 0.32, 3)
    with pen.part("stem"):
        body = pen.smooth(
            [
                (-thick * 0.8, 0),
                (thick * 0.8, 0),
                (thick, tall * 0.6),
                (thick * 1.4, tall),
                (-thick * 1.4, tall),
                (-thick, tall * 0.6),
            ],
            stem,
        )
        pen.blot(body, thick, tall * 0.6, thick * 0.7, tall * 0.5, darker(stem, 0.18))
        if breed.index % 2:
            pen.polygon(
                [(-thick, tall * 0.3), (thick, tall * 0.3), (thick * 1.6, tall * 0.5), (-thick * 1.6, tall * 0.5)],
                lighter(stem, 0.3),
            )
    with pen.part("gills"):
        gills = pen.ellipse(0, 0.0, wide * 0.9, 0.06, darker(stem, 0.15))
        pen.stripes(gills, darker(stem, 0.4), n=9, share=0.25)
    with pen.part("cap"), pen.joint(0, 0.05, 0.14):
        if shape == "dome":
            corners = [
                (-wide, 0),
                (-wide * 0.8, -high * 0.7),
                (0, -high),
                (wide * 0.8, -high * 0.7),
                (wide, 0),
                (0, -0.03),
            ]
        elif shape == "bell":
            corners = [
                (-wide * 0.85, 0.06),
                (-wide * 0.55, -high * 0.6),
                (0, -high * 1.35),
                (wide * 0.55, -high * 0.6),
                (wide * 0.85, 0.06),
                (0, 0.0),
            ]
        else:
            corners = [
                (-wide * 1.1, -0.05),
                (-wide * 0.8, -high * 0.45),
                (0, -high * 0.55),
                (wide * 0.8, -high * 0.45),
                (wide * 1.1, -0.05),
                (0, 0.02),
            ]
        cap = pen.smooth(corners, cap_tone)
        pen.blot(cap, wide * 0.3, 0.03, wide, high * 0.3, darker(cap_tone, 0.22))
        style = breed.pick(("spots", "rings", "plain", "big spots", "stripes"))
        if style == "spots":
            pen.spots(cap, light, n=9, radius=0.036)
        elif style == "big spots":
            pen.spots(cap, light, n=5, radius=0.065, turn=0.6)
        elif style == "rings":
            pen.bands(cap, light, n=3, share=0.3)
        elif style == "stripes":
            pen.stripes(cap, light, n=6, share=0.3)
        pen.blot(cap, -wide * 0.4, -high * 0.6, wide * 0.2, high * 0.12, lighter(cap_tone, 0.5), angle=-0.5)
