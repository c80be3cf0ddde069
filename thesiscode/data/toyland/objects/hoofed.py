"""Hoofed animals: horse and sheep."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import COATS, INK, WHITE, Breed, palette
from thesiscode.data.toyland.objects.coats import COLLARS, PINK, coat, four_legs
from thesiscode.data.toyland.objects.parts import eye
from thesiscode.data.toyland.shapes import Pen, darker, lighter

HORN = (196, 160, 104)


def horse(pen: Pen, breed: Breed) -> None:
    """A horse: a long head on a long neck with a mane; hooves."""
    main, second, light = breed.cycle(COATS, 3)
    pattern = breed.pick(("plain", "patches", "belly", "spots"), 1)
    long, tall, neck = breed.number(0.25, 0.33, 0), breed.number(0.12, 0.17, 1), breed.number(0.24, 0.36, 2)
    foot, width = 0.5, breed.number(0.06, 0.1, 3)
    hair = breed.pick((second, INK, light), 1)
    with pen.part("tail"), pen.joint(-long, -0.05, 0.4):
        pen.smooth(
            [
                (-long + 0.04, -0.08),
                (-long - 0.08, -0.05),
                (-long - 0.14, 0.2),
                (-long - 0.08, 0.32),
                (-long - 0.03, 0.1),
            ],
            hair,
        )
    with pen.part("legs"):
        four_legs(pen, -long * 0.68, long * 0.56, 0.02, foot, width, main, breed.pick((INK, light, second), 2), 2.0)
    with pen.part("body"):
        body = pen.smooth(
            [
                (-long, -0.02),
                (-long * 0.75, -tall * 0.85),
                (0, -tall * 0.65),
                (long * 0.8, -tall * 0.9),
                (long * 1.05, 0.0),
                (long * 0.7, 0.02 + tall),
                (-long * 0.6, 0.02 + tall * 0.95),
            ],
            main,
        )
        pen.shade(body, main, depth=0.22)
        coat(pen, body, pattern, second, light, breed.number(0, 1, 4))
    hx, hy = long + 0.1, -neck
    with pen.part("head"), pen.joint(long * 0.8, -0.05, 0.25):
        pen.polygon(
            [(long * 0.55, -tall * 0.6), (hx - 0.08, hy - 0.02), (hx + 0.06, hy + 0.08), (long * 1.02, 0.04)], main
        )
        pen.polygon(
            [
                (long * 0.5, -tall * 0.75),
                (hx - 0.16, hy + 0.04),
                (hx - 0.06, hy - 0.12),
                (hx + 0.01, hy - 0.05),
                (long * 0.72, -0.02),
            ],
            hair,
        )
        for x, tone in ((hx + 0.01, darker(main, 0.3)), (hx - 0.04, main)):
            pen.polygon([(x - 0.025, hy - 0.02), (x, hy - 0.15), (x + 0.04, hy - 0.04)], tone)
        head = pen.smooth(
            [
                (hx - 0.08, hy - 0.03),
                (hx + 0.02, hy - 0.07),
                (hx + 0.16, hy + 0.08),
                (hx + 0.2, hy + 0.17),
                (hx + 0.12, hy + 0.2),
                (hx, hy + 0.1),
            ],
            main,
        )
        pen.blot(head, hx + 0.18, hy + 0.18, 0.07, 0.06, darker(second, 0.2))
        if breed.index % 2:
            pen.strip(
                head,
                [(hx + 0.03, hy - 0.09), (hx + 0.07, hy - 0.06), (hx + 0.19, hy + 0.1), (hx + 0.15, hy + 0.1)],
                light,
            )
        eye(pen, hx + 0.035, hy + 0.01, 0.024)
        pen.ellipse(hx + 0.165, hy + 0.15, 0.013, 0.01, INK, edge=False)


def sheep(pen: Pen, breed: Breed) -> None:
    """A sheep: a long face with ears to the sides, some with curled horns, in a cloud of wool."""
    wool = breed.pick(palette("f6f0e2 d9c7a8 6b5a52 f3d9dc c9d6df a08468 fff7c9 3f3a44"))
    face = breed.pick(palette("3a3540 f0dcc0 8a5a3c c9a58a 5d6470"), 1)
    long, tall = breed.number(0.25, 0.35, 0), breed.number(0.17, 0.24, 1)
    horns = breed.pick((False, True, False), 2)
    curl = breed.number(0.075, 0.12, 2)
    foot = breed.number(0.36, 0.46, 3)
    with pen.part("legs"):
        four_legs(pen, -long * 0.6, long * 0.5, 0.12, foot, 0.07, face, darker(face, 0.5))
    with pen.part("wool"):
        pen.ellipse(-long - curl * 0.4, -0.02, curl * 0.9, curl * 0.9, wool)
        turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        for t in turns:
            pen.ellipse(long * 0.86 * np.cos(t), 0.02 + tall * 0.8 * np.sin(t), curl, curl, wool)
        fleece = pen.ellipse(0, 0.02, long * 0.95, tall * 0.92, wool, edge=False)
        pen.blot(fleece, 0, tall, long * 0.9, tall * 0.5, darker(wool, 0.14))
        style = breed.pick(("curls", "plain", "patch", "band", "spots"))
        if style == "curls":
            for k in range(7):
                x, y = (k % 4 - 1.4) * long * 0.45 + (k // 4) * 0.07, -0.07 + (k // 4) * 0.12
                pen.arc(x, y, curl * 0.55, curl * 0.5, 0.3, 4.4, 0.022, darker(wool, 0.25))
        elif style == "patch":
            pen.blot(fleece, -long * 0.35, -0.03, long * 0.4, tall * 0.6, breed.pick(COLLARS, 1))
        elif style == "band":
            pen.stripes(fleece, darker(wool, 0.35), n=3, share=0.3)
        elif style == "spots":
            pen.spots(fleece, lighter(wool, 0.7) if sum(wool) < 400 else darker(wool, 0.45), n=7, radius=0.045)
    hx, hy = long * 0.98, -0.14
    with pen.part("head"), pen.joint(long * 0.75, 0.0, 0.3):
        for sign in (-1, 1):
            pen.ellipse(hx + sign * 0.12, hy - 0.03, 0.07, 0.035, darker(face, 0.2), angle=sign * 0.4)
        pen.smooth(
            [
                (hx - 0.09, hy - 0.1),
                (hx + 0.08, hy - 0.11),
                (hx + 0.11, hy + 0.03),
                (hx + 0.07, hy + 0.17),
                (hx, hy + 0.19),
                (hx - 0.06, hy + 0.13),
            ],
            face,
        )
        pen.blot(
            pen.ellipse(hx + 0.01, hy + 0.14, 0.055, 0.045, lighter(face, 0.3), edge=False),
            hx,
            hy + 0.2,
            0.1,
            0.03,
            PINK,
        )
        for dx in (-0.06, 0.0, 0.06):
            pen.ellipse(hx + dx, hy - 0.11, 0.055, 0.05, wool)
        for sign in (-1, 1):
            eye(pen, hx + sign * 0.05 + 0.01, hy + 0.0, 0.026, WHITE)
            if horns:
                t = np.linspace(0, 1, 10)
                r, turn = 0.1 * (1 - 0.7 * t), -np.pi / 2 + 5.2 * t
                path = np.stack([hx + sign * (0.1 + r * np.cos(turn)), hy - 0.05 + r * np.sin(turn)], 1)
                pen.line(path, np.linspace(0.06, 0.02, 10), HORN, edge=True)
