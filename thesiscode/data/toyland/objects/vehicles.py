"""Vehicles on wheels: bicycle, bus, car, tractor. They share wheels, windows and lamps."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import GLASS, INK, PAINTS, STEEL, TYRE, WHITE, Breed, palette
from thesiscode.data.toyland.objects.parts import wheel, window
from thesiscode.data.toyland.shapes import Pen, darker, lighter

HUBS = ("disc", "spokes", "ring", "holes")
LAMP = (255, 226, 122)
TAIL_LAMP = (214, 60, 52)
SEATS = palette("2e2c34 8a5a33 d1404a 23395b")


def car(pen: Pen, breed: Breed) -> None:
    """A car from its side: wheels under a hull with a cabin; saloon, hatchback, pick-up, coupe or van."""
    main, second, light = breed.pick(PAINTS)
    build = breed.pick(("saloon", "hatchback", "pickup", "coupe", "van"))
    long, low = breed.number(0.4, 0.5, 0), breed.number(0.13, 0.2, 1)
    radius, roof = breed.number(0.085, 0.125, 2), breed.number(0.15, 0.22, 3)
    back, front = {
        "saloon": (-0.62, 0.45),
        "hatchback": (-0.92, 0.35),
        "pickup": (-0.2, 0.5),
        "coupe": (-0.75, 0.2),
        "van": (-0.97, 0.75),
    }[build]
    top = second if breed.pick((True, False, False), 1) else main
    roof *= {"van": 1.35, "coupe": 0.8}.get(build, 1.0)
    with pen.part("hull"):
        lean = 0.1 if build == "van" else 0.24
        x0, x1, y0 = back * long, front * long, -roof
        rear = 0.03 if build in ("van", "hatchback", "pickup") else 0.16
        pen.polygon([(x0, 0.02), (x0 + rear, y0), (x1 - lean, y0), (x1, 0.02)], top)
    with pen.part("windows"):
        split = x0 + (x1 - x0) * (0.3 if build == "pickup" else 0.48)
        pen.polygon(
            [(split + 0.02, -0.01), (split + 0.02, y0 + 0.035), (x1 - lean - 0.01, y0 + 0.035), (x1 - 0.045, -0.01)],
            GLASS,
        )
        rear_pane = [
            (x0 + 0.035, -0.01),
            (x0 + rear + 0.03, y0 + 0.035),
            (split - 0.02, y0 + 0.035),
            (split - 0.02, -0.01),
        ]
        pane = pen.polygon(rear_pane, GLASS)
        pen.strip(pane, [(split - 0.1, 0), (split - 0.04, y0), (split, y0), (split - 0.06, 0)], lighter(GLASS, 0.6))
    with pen.part("hull"):
        nose = 0.07 if build in ("saloon", "coupe") else 0.03
        hull = pen.polygon(
            [
                (-long, 0.04),
                (-long + 0.04, 0.0),
                (x1, 0.0),
                (long - 0.03, 0.0 + nose),
                (long, 0.05 + nose),
                (long, low),
                (-long, low),
            ],
            main,
        )
        pen.shade(hull, main, depth=0.28)
        style = breed.pick(("plain", "stripe", "two-tone", "dots"), 1)
        if style == "stripe":
            pen.strip(hull, [(-long, low * 0.42), (long, low * 0.42), (long, low * 0.62), (-long, low * 0.62)], light)
        elif style == "two-tone":
            pen.strip(hull, [(-long, low * 0.5), (long, low * 0.5), (long, low), (-long, low)], second)
        elif style == "dots":
            for k in range(5):
                pen.blot(hull, (-0.6 + 0.3 * k) * long, low * 0.5, 0.034, 0.034, second)
        if build == "pickup":
            pen.rectangle(-long, -0.03, x0, 0.02, darker(main, 0.2))
        pen.rectangle(split - 0.01, 0.04, split + 0.045, 0.055, STEEL, edge=False)
    with pen.part("lamps"):
        pen.ellipse(long - 0.035, 0.06 + nose, 0.032, 0.028, LAMP)
        pen.rectangle(-long, 0.05, -long + 0.035, 0.1, TAIL_LAMP)
        pen.rectangle(-long - 0.015, low - 0.04, long + 0.015, low, STEEL, round_by=0.01)
    with pen.part("wheels"):
        for x in (-0.58 * long, 0.6 * long):
            pen.ellipse(x, low, radius * 1.22, radius * 1.18, darker(main, 0.6), edge=False)
            wheel(pen, x, low + 0.01, radius, breed.pick((STEEL, WHITE, second), 1), breed.pick(HUBS, 1))


def bus(pen: Pen, breed: Breed) -> None:
    """A bus from its side: a long box with a row of windows and a door; one or two decks."""
    main, second, light = breed.cycle(PAINTS, 5)
    decks = breed.pick((1, 1, 2), 1)
    long, tall = breed.number(0.38, 0.5, 0), breed.number(0.26, 0.33, 1) * (1.55 if decks == 2 else 1.0)
    radius, panes = breed.number(0.065, 0.09, 2), breed.pick((3, 4, 5), 2)
    bottom = 0.2
    top = bottom - tall
    with pen.part("hull"):
        hull = pen.rectangle(-long, top, long, bottom, main, round_by=breed.pick((0.03, 0.09), 1))
        pen.shade(hull, main, depth=0.16)
        style = breed.pick(("stripe", "skirt", "roof", "checks"))
        if style == "stripe":
            pen.strip(
                hull,
                [(-long, bottom - 0.1), (long, bottom - 0.1), (long, bottom - 0.06), (-long, bottom - 0.06)],
                light,
            )
        elif style == "skirt":
            pen.strip(hull, [(-long, bottom - 0.1), (long, bottom - 0.1), (long, bottom), (-long, bottom)], second)
        elif style == "roof":
            pen.strip(hull, [(-long, top), (long, top), (long, top + 0.05), (-long, top + 0.05)], light)
        else:
            for k in range(8):
                x = -long + (k + 0.25) * long / 4
                pen.strip(
                    hull,
                    [(x, bottom - 0.1), (x + 0.05, bottom - 0.1), (x + 0.05, bottom - 0.05), (x, bottom - 0.05)],
                    INK,
                )
    with pen.part("windows"):
        high = min(0.13, tall / decks * 0.42)
        step = (2 * long - 0.2) / panes
        for deck in range(decks):
            y = top + 0.06 + deck * tall * 0.42
            for k in range(panes):
                window(pen, -long + 0.05 + k * step, y, -long + 0.02 + (k + 0.82) * step, y + high, darker(main, 0.35))
        pen.rectangle(long - 0.05, bottom - 0.05 - tall / decks * 0.65, long, bottom - 0.1, GLASS, round_by=0.015)
    with pen.part("door"):
        window(pen, long - 0.14, bottom - tall / decks * 0.72, long - 0.075, bottom - 0.03, second, bars=1)
    with pen.part("wheels"):
        for x in (-long * 0.6, long * 0.48):
            wheel(pen, x, bottom, radius, breed.pick((STEEL, second, WHITE), 1), breed.pick(HUBS, 1))
    with pen.part("hull"):
        pen.ellipse(long - 0.02, bottom - 0.05, 0.022, 0.022, LAMP)


def tractor(pen: Pen, breed: Breed) -> None:
    """A tractor: a huge rear wheel, a small front one, a bonnet with a chimney, a cab."""
    main, second, light = breed.pick(PAINTS)
    big, small = breed.number(0.2, 0.27, 0), breed.number(0.09, 0.15, 1)
    bonnet, roof = breed.number(0.26, 0.36, 2), breed.number(0.28, 0.4, 3)
    ground = 0.32
    hub = breed.pick((second, light, main), 1)
    with pen.part("chimney"):
        x = bonnet * 0.7
        pen.rectangle(x, -0.28, x + 0.035, -0.04, darker(STEEL, 0.5))
        pen.rectangle(x - 0.01, -0.3 - 0.05 * (breed.index % 2), x + 0.045, -0.27, INK)
    with pen.part("cab"):
        if breed.pick((True, True, False), 1):
            pen.rectangle(-0.3, -roof, 0.04, 0.05, main)
            window(pen, -0.26, -roof + 0.06, 0.0, -0.06, darker(main, 0.3), bars=breed.index % 2)
            pen.rectangle(-0.35, -roof - 0.035, 0.09, -roof + 0.02, second, round_by=0.02)
        else:
            pen.line([(-0.3, 0.02), (-0.3, -0.12)], 0.05, breed.pick(SEATS))
            pen.line([(-0.3, 0.0), (-0.12, 0.0)], 0.05, breed.pick(SEATS))
            pen.line([(0.04, -0.02), (-0.06, -0.16)], 0.022, INK)
            pen.line([(-0.11, -0.14), (-0.01, -0.18)], 0.022, INK)
            pen.arc(-0.22, 0.02, 0.14, roof, -3.1, -0.05, 0.03, second)
    with pen.part("hull"):
        hull = pen.polygon(
            [(-0.3, 0.03), (0.02, -0.05), (bonnet, -0.03), (bonnet + 0.04, 0.02), (bonnet + 0.04, 0.2), (-0.3, 0.2)],
            main,
        )
        pen.shade(hull, main, depth=0.25)
        style = breed.pick(("grille", "stripe", "plain", "stars"), 1)
        if style == "grille":
            for k in range(4):
                pen.rectangle(bonnet - 0.12 + k * 0.032, 0.02, bonnet - 0.105 + k * 0.032, 0.12, INK, edge=False)
        elif style == "stripe":
            pen.strip(hull, [(-0.3, 0.05), (0.5, 0.05), (0.5, 0.09), (-0.3, 0.09)], light)
        elif style == "stars":
            pen.spots(hull, second, n=5, radius=0.03)
        pen.ellipse(bonnet + 0.03, 0.02, 0.03, 0.03, LAMP)
    with pen.part("wheels"):
        for x, radius in ((-0.2, big), (bonnet - 0.03, small)):
            for k in range(14):
                pen.ellipse(
                    *(_around(x, ground - radius, radius, k / 14)), radius * 0.14, radius * 0.14, TYRE, edge=False
                )
            wheel(pen, x, ground - radius, radius, hub, breed.pick(("disc", "holes", "spokes"), 1))


def _around(x: float, y: float, radius: float, share: float) -> tuple[float, float]:
    return x + radius * np.cos(2 * np.pi * share), y + radius * np.sin(2 * np.pi * share)


def bicycle(pen: Pen, breed: Breed) -> None:
    """A bicycle: two open wheels, a frame of tubes, a saddle, handlebars, pedals that turn with the pose."""
    main, second, light = breed.pick(PAINTS)
    radius, base = breed.number(0.15, 0.22, 0), breed.number(0.26, 0.34, 1)
    tube = breed.number(0.03, 0.055, 2)
    front = radius * (1.35 if breed.index % 7 == 3 else 1.0)
    style = breed.pick(("diamond", "step", "double"), 1)
    ground = 0.3
    rear_hub, front_hub, crank = (-base, ground - radius), (base, ground - front), (-0.04, ground - radius + 0.02)
    seat, head = (-base * 0.45, -0.14), (base * 0.62, -0.16 - breed.number(0, 0.05, 3))
    rim = breed.pick((STEEL, second, light), 1)
    with pen.part("wheels"):
        wheel(pen, *rear_hub, radius, rim, "open")
        wheel(pen, *front_hub, front, rim, "open")
    with pen.part("frame"):
        pen.line([rear_hub, crank], tube * 0.8, main)
        pen.line([rear_hub, seat], tube * 0.8, main)
        pen.line([crank, (seat[0] - 0.01, seat[1] - 0.06)], tube, main)
        high = (head[0], head[1] + 0.05)
        if style == "step":
            pen.line([crank, (0.1, 0.06), high], tube, main)
        else:
            pen.line([seat, high], tube, second if style == "double" else main)
            pen.line([crank, (head[0] + 0.01, head[1] + 0.09)], tube, main)
        if style == "double":
            pen.line([(seat[0], seat[1] + 0.06), (head[0], head[1] + 0.1)], tube * 0.8, main)
        pen.line([front_hub, head], tube, main)
        if breed.index % 4 == 2:
            pen.arc(*rear_hub, radius * 1.12, radius * 1.12, -2.6, -0.6, 0.03, second)
            pen.arc(*front_hub, front * 1.12, front * 1.12, -2.6, -0.6, 0.03, second)
    with pen.part("saddle"):
        x, y = seat[0] - 0.02, seat[1] - 0.08
        pen.polygon(
            [
                (x - 0.08, y - 0.02),
                (x + 0.1, y - 0.005),
                (x + 0.1, y + 0.02),
                (x - 0.02, y + 0.03),
                (x - 0.08, y + 0.04),
            ],
            breed.pick(SEATS, 1),
        )
    with pen.part("handlebars"), pen.joint(*head, 0.15):
        bars = breed.pick(
            (
                [(-0.08, -0.06), (0.0, -0.08)],
                [(0.07, -0.07), (0.09, 0.02), (0.02, 0.04)],
                [(0.05, -0.1), (-0.04, -0.12)],
            )
        )
        pen.line([head, *[(head[0] + x, head[1] + y) for x, y in bars]], 0.032, INK)
        if breed.index % 3 == 1:
            x, y = head[0] + 0.06, head[1] + 0.02
            basket = pen.polygon([(x, y), (x + 0.15, y), (x + 0.13, y + 0.11), (x + 0.02, y + 0.11)], (184, 138, 80))
            pen.stripes(basket, (122, 84, 44), n=4, share=0.25)
        elif breed.index % 3 == 2:
            pen.ellipse(head[0] + 0.03, head[1] + 0.03, 0.03, 0.03, LAMP)
    with pen.part("pedals"), pen.joint(*crank, 1.2):
        x, y = crank
        pen.ellipse(x, y, 0.05, 0.05, darker(main, 0.4))
        pen.line([(x - 0.05, y - 0.07), (x + 0.05, y + 0.07)], 0.02, STEEL)
        for sign in (-1, 1):
            pen.rectangle(
                x + sign * 0.05 - 0.03, y + sign * 0.07 - 0.01, x + sign * 0.05 + 0.03, y + sign * 0.07 + 0.01, INK
            )
