"""Craft that fly or float: aeroplane, boat, rocket. They share hulls, portholes, fins and flags."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import GLASS, INK, PAINTS, STEEL, WOOD, Breed
from thesiscode.data.toyland.objects.parts import porthole
from thesiscode.data.toyland.shapes import Pen, darker, lighter


def aeroplane(pen: Pen, breed: Breed) -> None:
    """An aeroplane from its side: a propeller or jet engines, a wing, a tail fin, a row of portholes."""
    main, second, light = breed.pick(PAINTS)
    build = breed.pick(("propeller", "jet", "biplane"))
    long, tall = breed.number(0.36, 0.5, 0), breed.number(0.075, 0.13, 1)
    sweep, fin = breed.number(0.05, 0.2, 2), breed.number(0.16, 0.26, 3)
    hull_tone = light if build == "jet" and breed.index % 2 else main
    with pen.part("wings"):
        far = darker(second, 0.35)
        pen.polygon([(0.1, -0.03), (0.0, -0.03), (-0.12 - sweep, -tall - 0.16), (-0.04 - sweep, -tall - 0.16)], far)
    with pen.part("tail"):
        top = (-long - 0.03, -tall * 0.4 - fin)
        tail = pen.polygon([(-long * 0.6, -tall * 0.5), (-long * 0.85, top[1]), top, (-long * 0.97, 0.0)], second)
        if breed.index % 3 == 0:
            pen.blot(tail, -long * 0.88, -tall * 0.4 - fin * 0.6, 0.045, 0.045, light)
        elif breed.index % 3 == 1:
            pen.bands(tail, light, n=3, share=0.4)
    with pen.part("hull"):
        hull = pen.smooth(
            [
                (-long, -tall * 0.55),
                (-long * 0.4, -tall),
                (long * 0.55, -tall),
                (long * 0.92, -tall * 0.35),
                (long, 0.1 * tall),
                (long * 0.7, tall * 0.85),
                (-long * 0.3, tall * 0.85),
            ],
            hull_tone,
        )
        style = breed.pick(("belly", "stripe", "nose", "plain"), 1)
        if style == "belly":
            pen.strip(
                hull,
                [(-long, tall * 0.25), (long, tall * 0.25), (long, tall), (-long, tall)],
                light if hull_tone == main else main,
            )
        elif style == "stripe":
            pen.strip(
                hull, [(-long, -tall * 0.02), (long, -tall * 0.02), (long, tall * 0.3), (-long, tall * 0.3)], second
            )
        elif style == "nose":
            pen.blot(hull, long, 0, long * 0.3, tall * 1.3, second)
        pen.blot(hull, -0.05, tall * 1.05, long * 0.9, tall * 0.35, darker(hull_tone, 0.2))
    with pen.part("windows"):
        pen.polygon(
            [
                (long * 0.5, -tall * 0.95),
                (long * 0.72, -tall * 0.85),
                (long * 0.82, -tall * 0.35),
                (long * 0.5, -tall * 0.3),
            ],
            GLASS,
        )
        for k in range(breed.pick((4, 5, 3), 1)):
            porthole(pen, long * (0.34 - 0.2 * k), -tall * 0.4, 0.03, darker(hull_tone, 0.4))
    with pen.part("tail"):
        pen.polygon(
            [(-long * 0.72, -tall * 0.25), (-long * 0.9, -tall * 0.3), (-long - 0.1, 0.04), (-long * 0.92, 0.05)],
            darker(second, 0.15),
        )
    with pen.part("wings"):
        x = 0.12
        if build == "biplane":
            for y in (-tall - 0.13, tall * 0.6):
                pen.rectangle(-0.12, y - 0.022, 0.2, y + 0.022, second, round_by=0.02)
            for u in (-0.06, 0.13):
                pen.line([(u, -tall - 0.12), (u, tall * 0.6)], 0.014, INK)
        else:
            wing = pen.polygon(
                [
                    (x + 0.05, tall * 0.2),
                    (x - 0.14, tall * 0.2),
                    (-0.16 - sweep, tall + 0.19),
                    (-0.04 - sweep, tall + 0.19),
                ],
                second,
            )
            pen.strip(wing, [(-0.5, tall + 0.13), (0.5, tall + 0.13), (0.5, tall + 0.2), (-0.5, tall + 0.2)], light)
    if build == "jet":
        with pen.part("engine"):
            for u, v in ((0.1, tall * 0.9), (-0.03, tall * 0.9 + 0.1)):
                pen.rectangle(u - 0.09, v - 0.03, u + 0.08, v + 0.045, STEEL, round_by=0.035)
                pen.ellipse(u + 0.075, v + 0.008, 0.02, 0.04, INK)
    else:
        with pen.part("engine"), pen.joint(long + 0.03, 0.1 * tall, 1.2):
            cx, cy, span = long + 0.03, 0.1 * tall, breed.number(0.14, 0.22, 4)
            for sign in (-1, 1):
                pen.ellipse(
                    cx + 0.012 * sign, cy + sign * span * 0.52, 0.028, span * 0.5, breed.pick((WOOD[0], INK, STEEL), 1)
                )
            pen.ellipse(cx - 0.01, cy, 0.045, 0.045, second)
    if build != "jet":
        with pen.part("gear"):
            pen.line([(0.2, tall * 0.7), (0.24, tall + 0.1)], 0.02, INK)
            pen.ellipse(0.245, tall + 0.12, 0.045, 0.045, INK)
            pen.ellipse(0.245, tall + 0.12, 0.018, 0.018, STEEL)


def boat(pen: Pen, breed: Breed) -> None:
    """A boat: a hull with sails, or with a cabin and a funnel."""
    main, second, light = breed.pick(PAINTS)
    rig = breed.pick(("sloop", "steamer", "square", "cutter"), 1)
    long, deep = breed.number(0.36, 0.48, 0), breed.number(0.12, 0.2, 1)
    mast = breed.number(0.42, 0.56, 2)
    deck = 0.2
    if rig == "steamer":
        with pen.part("rig"):
            for k in range(1 + breed.index % 2):
                x = -0.08 + k * 0.16
                funnel = pen.rectangle(x - 0.05, -0.2, x + 0.05, 0.05, second)
                pen.strip(funnel, [(x - 0.05, -0.15), (x + 0.05, -0.15), (x + 0.05, -0.1), (x - 0.05, -0.1)], light)
                for n, (u, v) in enumerate(((0.02, -0.25), (-0.05, -0.31), (-0.13, -0.35))):
                    pen.ellipse(x + u, v, 0.045 + 0.012 * n, 0.04 + 0.01 * n, (214, 214, 218))
            pen.rectangle(-long * 0.6, 0.02, long * 0.55, deck + 0.02, light)
            for k in range(4):
                porthole(pen, -long * 0.42 + k * long * 0.28, 0.1, 0.034, main)
    else:
        with pen.part("rig"):
            x = {"sloop": 0.02, "square": 0.0, "cutter": -0.06}[rig]
            pen.line([(x, deck), (x, deck - mast - 0.04)], 0.032, WOOD[1])
            with pen.joint(x, deck, 0.08):
                top = deck - mast
                if rig == "square":
                    for y0, y1, w in ((top + 0.04, top + mast * 0.45, 0.2), (top + mast * 0.5, deck - 0.05, 0.28)):
                        sail = pen.smooth(
                            [
                                (x - w, y0),
                                (x, y0 + 0.02),
                                (x + w, y0),
                                (x + w * 0.96, (y0 + y1) / 2),
                                (x + w, y1),
                                (x, y1 - 0.04),
                                (x - w, y1),
                                (x - w * 0.96, (y0 + y1) / 2),
                            ],
                            light,
                        )
                        pen.stripes(sail, second, n=3, share=0.4)
                else:
                    reach = breed.number(0.24, 0.4, 3)
                    sail = pen.polygon([(x - 0.03, top), (x - 0.03, deck - 0.06), (x - reach, deck - 0.06)], light)
                    style = breed.pick(("plain", "bands", "badge"))
                    if style == "bands":
                        pen.bands(sail, second, n=4, share=0.45)
                    elif style == "badge":
                        pen.blot(sail, x - reach * 0.36, deck - mast * 0.32, 0.06, 0.06, main)
                    pen.polygon([(x + 0.03, top + 0.05), (x + 0.03, deck - 0.05), (x + 0.3, deck - 0.04)], second)
                    if rig == "cutter":
                        pen.polygon([(x + 0.12, top + 0.12), (x + 0.38, deck - 0.02), (x + 0.3, deck - 0.02)], main)
            with pen.joint(x, deck - mast, 0.4):
                pen.polygon([(x, deck - mast - 0.09), (x - 0.12, deck - mast - 0.06), (x, deck - mast - 0.03)], main)
    with pen.part("hull"):
        hull = pen.polygon(
            [(-long, deck), (long * 1.04, deck - 0.03), (long * 0.78, deck + deep), (-long * 0.8, deck + deep)], main
        )
        pen.shade(hull, main, depth=0.25)
        style = breed.pick(("stripe", "planks", "holes", "plain"))
        if style == "stripe":
            pen.strip(
                hull,
                [(-long, deck + 0.02), (long * 1.1, deck + 0.02), (long * 1.1, deck + 0.06), (-long, deck + 0.06)],
                light,
            )
        elif style == "planks":
            pen.bands(hull, darker(main, 0.3), n=4, share=0.2)
        elif style == "holes":
            for k in range(4):
                porthole(pen, (-0.5 + 0.34 * k) * long, deck + deep * 0.42, 0.034, light)
        pen.line([(-long, deck), (long * 1.04, deck - 0.03)], 0.03, second)


def rocket(pen: Pen, breed: Breed) -> None:
    """A rocket: a pointed cap, portholes, fins, a flame that flickers with the pose."""
    main, second, light = breed.cycle(PAINTS, 5)
    wide, tall = breed.number(0.11, 0.18, 0), breed.number(0.24, 0.34, 1)
    fin, cap = breed.number(0.1, 0.2, 2), breed.number(0.14, 0.26, 3)
    shell = breed.pick((light, main), 1)
    trim = main if shell == light else light
    with pen.part("flame"), pen.joint(0, tall, 0.25):
        pen.polygon(
            [
                (-wide * 0.7, tall),
                (-wide * 0.35, tall + 0.13),
                (0, tall + 0.24),
                (wide * 0.35, tall + 0.13),
                (wide * 0.7, tall),
            ],
            (242, 140, 44),
        )
        pen.polygon([(-wide * 0.4, tall), (0, tall + 0.14), (wide * 0.4, tall)], (255, 226, 110), edge=False)
    with pen.part("fins"):
        for sign in (-1, 1):
            swept = breed.pick((0.1, -0.04), 2)
            pen.polygon(
                [
                    (sign * wide * 0.8, tall * 0.35),
                    (sign * (wide + fin), tall + swept),
                    (sign * (wide + fin) * 0.9, tall + swept + 0.03),
                    (sign * wide * 0.7, tall),
                ],
                second,
            )
    with pen.part("hull"):
        hull = pen.smooth(
            [
                (-wide * 0.75, tall),
                (-wide, 0.1),
                (-wide * 0.8, -tall),
                (wide * 0.8, -tall),
                (wide, 0.1),
                (wide * 0.75, tall),
            ],
            shell,
        )
        style = breed.pick(("band", "checks", "plain", "stripe"))
        if style == "band":
            pen.bands(hull, trim, n=2, share=0.3)
        elif style == "checks":
            for k in range(4):
                x0, y0 = (-wide, 0.0)[k % 2], tall * (0.2 + 0.2 * k)
                pen.strip(hull, [(x0, y0), (x0 + wide, y0), (x0 + wide, y0 + tall * 0.2), (x0, y0 + tall * 0.2)], INK)
        elif style == "stripe":
            pen.stripes(hull, trim, n=3, share=0.4)
        pen.blot(hull, wide * 0.95, 0, wide * 0.4, tall, darker(shell, 0.22))
    with pen.part("cap"):
        t = np.linspace(0, 1, 6)
        left = np.stack([-wide * 0.86 * (1 - t**1.7), -tall * 0.86 - cap * t], 1)
        tip = pen.polygon(np.concatenate([left, left[::-1] * (-1, 1)]), second)
        pen.blot(tip, wide * 0.7, -tall, wide * 0.5, cap, darker(second, 0.25))
        if breed.index % 3 == 0:
            pen.line([(0, -tall - cap * 0.8), (0, -tall - cap * 1.25)], 0.016, INK)
            pen.ellipse(0, -tall - cap * 1.25, 0.026, 0.026, trim)
    with pen.part("windows"):
        for k in range(breed.pick((1, 2, 3), 1)):
            porthole(pen, 0, -tall * 0.5 + k * 0.15, breed.number(0.045, 0.075, 4), STEEL, lighter(GLASS, 0.1))
    with pen.part("fins"):
        pen.line([(0, tall * 0.55), (0, tall + 0.05)], [0.03, 0.045], darker(second, 0.2), edge=True)
