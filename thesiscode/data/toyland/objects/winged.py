"""Animals with wings or fins: bird, butterfly, fish."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import INK, PAINTS, WHITE, Breed, palette
from thesiscode.data.toyland.objects.parts import eye
from thesiscode.data.toyland.shapes import Pen, darker, lighter

BEAKS = palette("f2a33a e2593b 4a4650 f5cf4d")
PLUMES = tuple(
    palette(row)
    for row in (
        "2f7fc1 f08a4b f7ead0",
        "d8423f 3a3540 f6d2a8",
        "f2c230 7b6a3c fff7d8",
        "8c6b4f 5b412f ead9bf",
        "3f9a6d d1404a d9ecd0",
        "3c3a48 f2a33a 8d8fa0",
        "f3f0e8 8fa1b3 ffffff",
        "e986a5 a23b72 ffe3ea",
        "6d5fa8 35a7a1 e2def2",
        "c7743a 3f5a73 f8e6cf",
    )
)


def bird(pen: Pen, breed: Breed) -> None:
    """A bird: a round head with a beak, a folded wing that beats with the pose, a fan of a tail, thin legs."""
    main, second, light = breed.pick(PLUMES)
    beak = breed.pick(BEAKS, 1)
    long, tall = breed.number(0.22, 0.31, 0), breed.number(0.13, 0.2, 1)
    shanks, neck = breed.number(0.06, 0.3, 2), breed.number(0.0, 0.2, 3) * (breed.index % 3 == 1)
    bill, fan = breed.number(0.08, 0.22, 4), breed.number(0.12, 0.3, 5)
    with pen.part("legs"):
        for x, tone in ((0.05, darker(beak, 0.3)), (-0.02, beak)):
            with pen.joint(x, tall * 0.8, 0.3):
                foot = tall + shanks
                pen.line([(x, tall * 0.7), (x - 0.02, foot)], 0.03, tone)
                pen.line([(x - 0.05, foot + 0.01), (x + 0.07, foot + 0.01)], 0.026, tone)
    with pen.part("tail"), pen.joint(-long, 0.0, 0.2):
        for k, tone in ((-1, second), (0, main), (1, second)):
            pen.polygon(
                [
                    (-long * 0.75, -0.04),
                    (-long - fan, -0.1 + k * 0.05),
                    (-long - fan, 0.0 + k * 0.06),
                    (-long * 0.75, 0.06),
                ],
                tone,
            )
    with pen.part("body"):
        body = pen.smooth(
            [
                (-long, 0.0),
                (-long * 0.4, -tall * 0.75),
                (long * 0.55, -tall * 0.9),
                (long, -0.03),
                (long * 0.6, tall * 0.85),
                (-long * 0.4, tall * 0.75),
            ],
            main,
        )
        pen.blot(body, long * 0.55, tall * 0.6, long * 0.75, tall * 0.75, light)
        if breed.pick((False, True, False), 1):
            pen.spots(body, second, n=9, radius=0.024)
    hx, hy, wide = long * 0.92 + neck * 0.2, -tall * 0.9 - neck, breed.number(0.1, 0.14, 6)
    with pen.part("head"), pen.joint(long * 0.7, -tall * 0.3, 0.2):
        if neck:
            pen.line([(long * 0.75, 0.0), (hx, hy)], [0.16, 0.12], main)
        crest = breed.pick(("none", "tuft", "cap", "comb"))
        if crest == "tuft":
            for k in (-1, 0, 1):
                pen.line([(hx, hy - wide * 0.6), (hx - 0.06 + k * 0.05, hy - wide - 0.1)], [0.05, 0.012], second)
        elif crest == "comb":
            for k in (-1, 0, 1):
                pen.ellipse(hx + k * 0.05, hy - wide * 0.95, 0.036, 0.04, (214, 64, 66))
        drop = 0.05 if breed.index % 4 == 3 else 0.0
        pen.polygon(
            [(hx + wide * 0.7, hy - 0.045), (hx + wide + bill, hy + 0.015 + drop), (hx + wide * 0.7, hy + 0.06)], beak
        )
        head = pen.ellipse(hx, hy, wide, wide * 0.95, main)
        if crest == "cap":
            pen.blot(head, hx - 0.01, hy - wide * 0.7, wide, wide * 0.55, second)
        pen.blot(head, hx + wide * 0.5, hy + wide * 0.35, wide * 0.5, wide * 0.4, light)
        eye(pen, hx + wide * 0.3, hy - 0.015, 0.027, WHITE if second == INK else None)
    with pen.part("wing"), pen.joint(long * 0.35, -tall * 0.3, 0.7):
        wing = pen.smooth(
            [
                (long * 0.45, -tall * 0.35),
                (long * 0.2, tall * 0.35),
                (-long * 0.6, tall * 0.5),
                (-long * 1.15, tall * 0.25),
                (-long * 0.3, -tall * 0.4),
            ],
            second,
        )
        bars = breed.pick(("tip", "bars", "plain"), 1)
        if bars == "bars":
            pen.stripes(wing, lighter(second, 0.45), n=4, share=0.35, slant=-0.5)
        elif bars == "tip":
            pen.blot(wing, -long * 1.0, tall * 0.3, long * 0.5, tall * 0.5, darker(second, 0.4))
        else:
            pen.blot(wing, long * 0.2, -tall * 0.1, long * 0.4, tall * 0.35, lighter(second, 0.25))


def butterfly(pen: Pen, breed: Breed) -> None:
    """A butterfly: two pairs of patterned wings that fold with the pose, feelers."""
    main, second, light = breed.pick(PAINTS)
    wide, tall = breed.number(0.34, 0.48, 0), breed.number(0.26, 0.4, 1)
    pointed, tail = breed.pick((0.0, 0.1, -0.06), 1), breed.number(0.0, 0.14, 2)
    pattern = breed.pick(("eyes", "rim", "stripes", "spots", "cells"))
    for sign in (-1, 1):
        with pen.part("wings"), pen.joint(0, 0, sign * 0.28):
            low = pen.smooth(
                np.array(
                    [
                        (0.02, 0.02),
                        (wide * 0.6, 0.02),
                        (wide * 0.8, tall * 0.5),
                        (wide * 0.45, tall * 0.85 + tail),
                        (0.08, tall * 0.5),
                    ]
                )
                * (sign, 1),
                second,
            )
            high = pen.smooth(
                np.array(
                    [
                        (0.02, 0.0),
                        (wide * 0.35, -tall * 0.8),
                        (wide * (1 + pointed), -tall),
                        (wide * 0.95, -tall * 0.3),
                        (wide * 0.55, 0.06),
                    ]
                )
                * (sign, 1),
                main,
            )
            pen.blot(low, sign * wide * 0.5, tall * 0.45, 0.07, 0.08, light)
            x, y = sign * wide * 0.68, -tall * 0.58
            if pattern == "eyes":
                pen.blot(high, x, y, 0.1, 0.1, light)
                pen.blot(high, x, y, 0.055, 0.055, INK)
            elif pattern == "rim":
                pen.blot(high, sign * wide * 1.02, -tall * 0.85, wide * 0.42, tall * 0.5, INK)
                pen.spots(high, light, n=5, radius=0.022)
            elif pattern == "stripes":
                pen.stripes(high, INK, n=5, share=0.25, slant=-sign * 0.5)
            elif pattern == "spots":
                pen.spots(high, second, n=8, radius=0.042)
            else:
                pen.blot(high, sign * wide * 0.45, -tall * 0.42, wide * 0.22, tall * 0.3, light, angle=-sign * 0.6)
                pen.blot(high, sign * wide * 0.8, -tall * 0.5, wide * 0.14, tall * 0.2, second)
    dark = darker(second, 0.65)
    with pen.part("feelers"):
        for sign in (-1, 1):
            with pen.joint(0, -0.2, sign * 0.3):
                pen.line([(0.0, -0.2), (sign * 0.05, -0.3), (sign * 0.13, -0.37)], 0.018, dark)
                pen.ellipse(sign * 0.13, -0.37, 0.024, 0.024, dark)
    with pen.part("body"):
        body = pen.ellipse(0, 0.05, 0.042, 0.25, dark)
        pen.bands(body, lighter(dark, 0.35), n=5, share=0.3)
        pen.ellipse(0, -0.19, 0.055, 0.055, dark)


def fish(pen: Pen, breed: Breed) -> None:
    """A fish: scales or stripes on the body, a tail fin that swings with the pose, a round eye and a mouth."""
    main, second, light = breed.cycle(PAINTS, 5)
    long, tall = breed.number(0.26, 0.38, 0), breed.number(0.13, 0.26, 1)
    fork, sail = breed.number(0.04, 0.14, 2), breed.number(0.08, 0.22, 3)
    pattern = breed.pick(("stripes", "scales", "plain", "spots", "halves"))
    with pen.part("tail"), pen.joint(-long * 0.85, 0, 0.5):
        span = breed.number(0.13, 0.24, 4)
        tail = pen.polygon(
            [
                (-long * 0.75, -0.03),
                (-long - 0.18, -span),
                (-long - 0.18 + fork, 0),
                (-long - 0.18, span),
                (-long * 0.75, 0.03),
            ],
            second,
        )
        pen.bands(tail, darker(second, 0.2), n=5, share=0.25)
    with pen.part("fins"):
        back = breed.pick((-0.3, 0.1, -0.1), 1) * long
        pen.polygon([(long * 0.45, -tall * 0.75), (back, -tall - sail), (-long * 0.55, -tall * 0.6)], second)
        pen.polygon([(long * 0.1, tall * 0.8), (-long * 0.15, tall + sail * 0.6), (-long * 0.4, tall * 0.7)], second)
    with pen.part("body"):
        body = pen.smooth(
            [
                (-long, 0),
                (-long * 0.35, -tall * 0.9),
                (long * 0.4, -tall * 0.95),
                (long, 0.02),
                (long * 0.4, tall * 0.95),
                (-long * 0.35, tall * 0.9),
            ],
            main,
        )
        pen.blot(body, 0.05, tall, long * 0.8, tall * 0.55, light)
        if pattern == "stripes":
            for x in (-0.45, -0.05):
                pen.strip(
                    body,
                    [
                        (x * long, -tall),
                        ((x + 0.25) * long, -tall),
                        ((x + 0.2) * long, tall),
                        ((x + 0.02) * long, tall),
                    ],
                    second,
                )
        elif pattern == "scales":
            for k in range(9):
                x, y = (-0.55 + (k % 3) * 0.32 + (k // 3 % 2) * 0.14) * long, (-0.42 + (k // 3) * 0.4) * tall
                pen.arc(x, y, 0.2 * long, 0.2 * tall, -1.3, 1.3, 0.02, darker(main, 0.35))
        elif pattern == "spots":
            pen.spots(body, second, n=10, radius=0.035)
        elif pattern == "halves":
            pen.strip(body, [(-long, -tall), (-long * 0.1, -tall), (-long * 0.3, tall), (-long, tall)], second)
    with pen.part("head"):
        pen.arc(long * 0.35, 0, 0.16 * long, tall * 0.7, -1.2, 1.2, 0.018, darker(main, 0.4))
        eye(pen, long * 0.66, -tall * 0.25, 0.038, WHITE)
        pen.arc(long * 0.92, tall * 0.12, 0.07, 0.06, 1.6, 3.2, 0.02, darker(main, 0.6))
    with pen.part("fins"), pen.joint(long * 0.25, 0.05, 0.6):
        pen.polygon([(long * 0.3, 0.03), (-long * 0.1, 0.0), (0.0, 0.14)], lighter(second, 0.2))
