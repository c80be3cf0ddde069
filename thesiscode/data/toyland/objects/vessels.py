"""Vessels: bottle and cup. They share patterns, labels and the shine of glass and glaze."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import PAINTS, STEEL, WOOD, Breed, palette
from thesiscode.data.toyland.objects.parts import leaf
from thesiscode.data.toyland.shapes import Colour, Pen, Points, darker, lighter

GLASSES = palette("3f7f5a 8a4b2f 7fb8c9 2f4a6b c9d8c0 a23b52 d9a441 5b3f63 9fd0a8 e8e2d0")


def label(pen: Pen, body: Points, y0: float, y1: float, paper: Colour, mark: Colour, style: str) -> None:
    """A label around a vessel, with a "disc", "lines", a "leaf" or a "cross" on it, or none ("bare")."""
    if style == "bare":
        return
    (x0, _), (x1, _) = body.min(0), body.max(0)
    x, y, r = (x0 + x1) / 2, (y0 + y1) / 2, 0.34 * (y1 - y0)
    pen.strip(body, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], paper)
    if style == "disc":
        pen.blot(body, x, y, r, r, mark)
    elif style == "lines":
        for v in (0.3, 0.55, 0.8):
            pen.line([(x0 + 0.04, y0 + v * (y1 - y0)), (x1 - 0.04, y0 + v * (y1 - y0))], 0.02, mark)
    elif style == "leaf":
        leaf(pen, x - r * 0.8, y + r * 0.5, r * 2.1, -0.6, mark, 0.5)
    else:
        pen.line([(x - r, y), (x + r, y)], 0.04, mark)
        pen.line([(x, y - r), (x, y + r)], 0.04, mark)


def bottle(pen: Pen, breed: Breed) -> None:
    """A bottle: a neck with a cap on a body of glass, with a label; wine, flask, jug or soda shapes."""
    glass = breed.pick(GLASSES)
    main, second, light = breed.cycle(PAINTS, 5)
    wide, tall = breed.number(0.1, 0.19, 0), breed.number(0.36, 0.52, 1)
    neck, high = breed.number(0.035, 0.065, 2), breed.number(0.12, 0.26, 3)
    shape = breed.pick(("wine", "round", "soda", "flask"))
    top = -high
    with pen.part("body"):
        if shape == "round":
            corners = [
                (-neck, -0.02),
                (neck, -0.02),
                (wide * 1.3, tall * 0.4),
                (wide * 1.2, tall * 0.85),
                (wide * 0.6, tall),
                (-wide * 0.6, tall),
                (-wide * 1.2, tall * 0.85),
                (-wide * 1.3, tall * 0.4),
            ]
            body = pen.smooth(corners, glass)
        elif shape == "soda":
            body = pen.smooth(
                [
                    (-neck, -0.02),
                    (neck, -0.02),
                    (wide, tall * 0.3),
                    (wide * 0.78, tall * 0.58),
                    (wide, tall * 0.85),
                    (wide * 0.8, tall),
                    (-wide * 0.8, tall),
                    (-wide, tall * 0.85),
                    (-wide * 0.78, tall * 0.58),
                    (-wide, tall * 0.3),
                ],
                glass,
            )
        elif shape == "flask":
            body = pen.polygon(
                [
                    (-neck, 0),
                    (neck, 0),
                    (wide * 1.25, tall * 0.92),
                    (wide * 1.1, tall),
                    (-wide * 1.1, tall),
                    (-wide * 1.25, tall * 0.92),
                ],
                glass,
            )
        else:
            body = pen.polygon(
                [
                    (-neck, 0),
                    (neck, 0),
                    (wide * 0.8, 0.08),
                    (wide, 0.15),
                    (wide, tall - 0.02),
                    (wide - 0.02, tall),
                    (0.02 - wide, tall),
                    (-wide, tall - 0.02),
                    (-wide, 0.15),
                    (-wide * 0.8, 0.08),
                ],
                glass,
            )
        pen.blot(body, wide, tall * 0.6, wide * 0.5, tall * 0.6, darker(glass, 0.25))
    with pen.part("label"):
        style = breed.pick(("disc", "lines", "leaf", "cross", "disc"), 1)
        label(pen, body, tall * 0.38, tall * 0.78, light, main if breed.index % 2 else second, style)
    with pen.part("body"):
        pen.line([(-wide * 0.62, tall * 0.28), (-wide * 0.68, tall * 0.9)], [0.03, 0.02], lighter(glass, 0.55))
    with pen.part("neck"):
        pen.rectangle(-neck, top, neck, 0.02, glass)
        pen.rectangle(-neck * 1.3, top * 0.55, neck * 1.3, top * 0.55 + 0.03, darker(glass, 0.15), round_by=0.01)
        cork = breed.pick((main, WOOD[2], STEEL, second), 1)
        pen.rectangle(-neck * 1.15, top - 0.06, neck * 1.15, top + 0.03, cork, round_by=0.012)


def cup(pen: Pen, breed: Breed) -> None:
    """A cup: a handle on a bowl with a painted pattern; steam or a saucer."""
    main, second, light = breed.pick(PAINTS)
    wide, tall = breed.number(0.18, 0.28, 0), breed.number(0.26, 0.46, 1)
    foot = wide * breed.pick((0.95, 0.62, 0.8), 1)
    ring = breed.number(0.08, 0.13, 2)
    with pen.part("handle"):
        x = wide - 0.01 - (wide - foot) * 0.4
        pen.arc(
            x,
            tall * 0.42,
            ring + 0.02,
            ring,
            -1.75,
            1.75,
            breed.number(0.04, 0.065, 3),
            breed.pick((main, second), 1),
            edge=True,
        )
    with pen.part("bowl"):
        if breed.pick((True, False, False), 2):
            pen.ellipse(0, tall + 0.01, wide * 1.45, 0.05, second)
        if breed.pick((True, False), 1):
            corners = [
                (-wide, 0),
                (wide, 0),
                (wide * 0.98, tall * 0.5),
                (foot, tall),
                (-foot, tall),
                (-wide * 0.98, tall * 0.5),
            ]
            bowl = pen.smooth(corners, main)
        else:
            bowl = pen.polygon([(-wide, 0), (wide, 0), (foot, tall), (-foot, tall)], main)
        style = breed.pick(("band", "dots", "stripes", "plain", "flower"))
        if style == "band":
            pen.bands(bowl, light, n=2, share=0.35)
        elif style == "dots":
            pen.spots(bowl, light, n=9, radius=0.036)
        elif style == "stripes":
            pen.stripes(bowl, second, n=5, share=0.4)
        elif style == "flower":
            for k in range(5):
                t = k * 2 * np.pi / 5
                pen.blot(bowl, 0.06 * np.cos(t), tall * 0.5 + 0.06 * np.sin(t), 0.045, 0.045, light)
            pen.blot(bowl, 0, tall * 0.5, 0.035, 0.035, second)
        pen.blot(bowl, wide, tall * 0.5, wide * 0.45, tall * 0.7, darker(main, 0.22))
    with pen.part("rim"):
        pen.ellipse(0, 0, wide, 0.055, lighter(main, 0.35))
        pen.ellipse(0, 0.006, wide * 0.86, 0.04, breed.pick(palette("5b3a29 c9843f 8a2f2f e8d9b8"), 1), edge=False)
    if breed.pick((False, True), 1):
        with pen.part("steam"), pen.joint(0, 0, 0.15):
            for x in (-0.08, 0.07):
                t = np.linspace(0, 1, 7)
                pen.line(
                    np.stack([x + 0.03 * np.sin(t * 7), -0.06 - 0.2 * t], 1),
                    [0.02, 0.03, 0.03, 0.03, 0.025, 0.02, 0.01],
                    (238, 240, 244),
                )
