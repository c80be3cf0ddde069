"""Pets: cat and dog. They share bodies, legs and coats with the hoofed animals; heads, ears and tails differ."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import COATS, INK, WHITE, Breed, palette
from thesiscode.data.toyland.objects.coats import COLLARS, PINK, coat, four_legs
from thesiscode.data.toyland.objects.parts import eye
from thesiscode.data.toyland.shapes import Pen, darker

IRISES = palette("7fc24b e8b93a 5fb6d9 d98a3a 9ad0a0")


def cat(pen: Pen, breed: Breed) -> None:
    """A cat: the head is round with pointed ears, slit eyes and whiskers."""
    main, second, light = breed.pick(COATS)
    pattern = breed.pick(("plain", "stripes", "belly", "patches"), 2)
    long, tall = breed.number(0.24, 0.36, 0), breed.number(0.12, 0.2, 1)
    foot = 0.4 - 0.12 * breed.number(0, 1, 2)
    ear, point = breed.number(0.11, 0.2, 3), breed.pick((True, False, False), 1)
    tip = second if pattern == "plain" else main
    tail_end = breed.pick((-0.34, -0.22, -0.05), 1)
    with pen.part("tail"), pen.joint(-long, 0.05, 0.4):
        curl = [(-long + 0.03, 0.08), (-long - 0.09, 0.02), (-long - 0.14, tail_end / 2), (-long - 0.05, tail_end)]
        pen.line(curl, [0.07, 0.07, 0.065, 0.05], main, edge=True)
        pen.ellipse(*curl[-1], 0.04, 0.04, second if point else tip)
    with pen.part("legs"):
        four_legs(
            pen, -long * 0.72, long * 0.55, 0.15, foot, 0.085, main, light if pattern in ("belly", "patches") else None
        )
    with pen.part("body"):
        body = pen.smooth(
            [
                (-long, 0.08),
                (-long * 0.7, 0.08 - tall * 0.8),
                (0, 0.04 - tall * 0.7),
                (long * 0.7, -0.02 - tall * 0.7),
                (long, 0.04),
                (long * 0.6, 0.08 + tall),
                (-long * 0.5, 0.08 + tall * 0.9),
            ],
            main,
        )
        pen.shade(body, main, depth=0.22)
        coat(pen, body, pattern, second, light, breed.number(0, 1, 4))
    hx, hy, wide = long * 0.86, -0.17, breed.number(0.16, 0.2, 5)
    with pen.part("head"), pen.joint(long * 0.7, -0.05, 0.22):
        for sign in (-1, 1):
            base = hx + sign * wide * 0.62
            outer = [(base - 0.07, hy - 0.06), (base + sign * 0.05, hy - 0.08 - ear), (base + 0.07, hy - 0.04)]
            pen.polygon(outer, second if point or pattern == "patches" else main)
            centre = np.mean(outer, 0)
            pen.polygon(centre + 0.5 * (np.array(outer) - centre), PINK, edge=False)
        head = pen.ellipse(hx, hy, wide, wide * 0.84, main)
        if pattern == "stripes":
            for dx in (-0.06, 0, 0.06):
                pen.strip(
                    head, [(hx + dx - 0.013, hy - 0.2), (hx + dx + 0.013, hy - 0.2), (hx + dx * 0.8, hy - 0.06)], second
                )
        elif pattern == "patches":
            pen.blot(head, hx + 0.1, hy - 0.08, 0.1, 0.12, second)
        elif point:
            pen.blot(head, hx, hy + 0.04, wide * 0.5, wide * 0.55, second)
        pen.blot(head, hx, hy + 0.09, wide * 0.5, wide * 0.36, light)
        iris = breed.pick(IRISES, 1)
        for sign in (-1, 1):
            eye(pen, hx + sign * wide * 0.44, hy - 0.015, 0.034, iris, slit=True)
            for dy in (0.0, 0.03):
                pen.line(
                    [(hx + sign * 0.06, hy + 0.07 + dy), (hx + sign * (wide + 0.06), hy + 0.05 + dy * 2)], 0.009, WHITE
                )
        pen.polygon([(hx - 0.026, hy + 0.05), (hx + 0.026, hy + 0.05), (hx, hy + 0.08)], PINK, edge=True)


def dog(pen: Pen, breed: Breed) -> None:
    """A dog: the head has a muzzle with a big nose, and ears that hang or stand."""
    main, second, light = breed.cycle(COATS, 7)
    pattern = breed.pick(("saddle", "plain", "spots", "belly", "patches"))
    ears = breed.pick(("hanging", "standing", "folded"), 1)
    long, tall = breed.number(0.24, 0.38, 1), breed.number(0.11, 0.19, 2)
    foot = 0.44 - 0.2 * breed.number(0, 1, 0)
    snout = breed.number(0.08, 0.17, 3)
    tail = breed.pick(([(-0.1, -0.12), (-0.13, -0.26)], [(-0.06, -0.14), (0.0, -0.2)], [(-0.12, 0.02), (-0.2, 0.1)]), 1)
    with pen.part("tail"), pen.joint(-long, 0.0, 0.5):
        path = [(-long + 0.05, 0.03), *[(-long + x, y) for x, y in tail]]
        pen.line(path, [0.08, 0.06, 0.03], second if pattern == "saddle" else main, edge=True)
    with pen.part("legs"):
        four_legs(
            pen, -long * 0.72, long * 0.62, 0.12, foot, 0.095, main, light if pattern in ("belly", "saddle") else None
        )
    with pen.part("body"):
        body = pen.smooth(
            [
                (-long, 0.02),
                (-long * 0.8, 0.0 - tall * 0.7),
                (0, 0.0 - tall * 0.75),
                (long * 0.7, -0.04 - tall * 0.8),
                (long * 1.02, 0.02),
                (long * 0.7, 0.09 + tall),
                (0, 0.06 + tall * 0.7),
                (-long * 0.75, 0.05 + tall),
            ],
            main,
        )
        pen.shade(body, main, depth=0.2)
        coat(pen, body, pattern, second, light, breed.number(0, 1, 4))
    hx, hy, wide = long * 0.95, -0.2, breed.number(0.13, 0.165, 5)
    with pen.part("head"), pen.joint(long * 0.75, -0.05, 0.25):
        pen.line([(long * 0.72, 0.0), (hx, hy)], [0.2, 0.15], main)
        pen.line([(long * 0.66, -0.08), (long * 0.98, -0.02)], 0.04, breed.pick(COLLARS, 1))
        ear_tone = second if pattern != "plain" else darker(main, 0.3)
        if ears == "standing":
            for x, tone in ((hx - 0.02, darker(ear_tone, 0.25)), (hx - 0.09, ear_tone)):
                pen.polygon([(x - 0.05, hy - 0.06), (x - 0.03, hy - wide - 0.15), (x + 0.06, hy - 0.1)], tone)
        head = pen.ellipse(hx, hy, wide, wide * 0.92, main)
        muzzle = pen.smooth(
            [
                (hx + 0.02, hy - 0.03),
                (hx + wide + snout * 0.7, hy + 0.0),
                (hx + wide + snout, hy + 0.05),
                (hx + wide + snout * 0.7, hy + 0.12),
                (hx + 0.03, hy + 0.14),
            ],
            light,
        )
        pen.blot(muzzle, hx + wide + snout * 0.3, hy + 0.14, snout * 0.9, 0.035, darker(light, 0.2))
        if pattern in ("patches", "spots"):
            pen.blot(head, hx + 0.03, hy - 0.06, 0.08, 0.08, second)
        eye(pen, hx + wide * 0.32, hy - 0.05, 0.03)
        pen.ellipse(hx + wide + snout * 0.92, hy + 0.02, 0.042, 0.034, INK)
        if ears == "hanging":
            pen.smooth(
                [
                    (hx - 0.13, hy - 0.1),
                    (hx - 0.03, hy - 0.12),
                    (hx + 0.01, hy + 0.06),
                    (hx - 0.06, hy + 0.19),
                    (hx - 0.13, hy + 0.08),
                ],
                ear_tone,
            )
        elif ears == "folded":
            pen.polygon([(hx - 0.14, hy - 0.12), (hx + 0.01, hy - 0.13), (hx - 0.03, hy + 0.03)], ear_tone)
