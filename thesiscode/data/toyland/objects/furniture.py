"""Furniture: chair and table. They share legs, wood and paint."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import PAINTS, STEEL, WOOD, Breed
from thesiscode.data.toyland.shapes import Colour, Pen, darker, lighter


def wood_or_paint(breed: Breed) -> tuple[Colour, Colour]:
    """Two tones for furniture: two breeds in three are painted, the third is of wood."""
    main, second, _ = breed.cycle(PAINTS, 5)
    wood = breed.pick(WOOD)
    return (wood, darker(wood, 0.3)) if breed.index % 3 == 0 else (main, second)


def chair(pen: Pen, breed: Breed) -> None:
    """A chair: a back of slats, bars or cushion, a seat, four legs; some with arms."""
    main, second = wood_or_paint(breed)
    wide, high = breed.number(0.19, 0.26, 0), breed.number(0.3, 0.46, 1)
    foot, thick = breed.number(0.3, 0.4, 2), breed.number(0.035, 0.06, 3)
    deep = 0.1
    back = breed.pick(("slats", "cushion", "bars", "round", "solid"))
    cushion = breed.pick(PAINTS, 2)[1]
    far = darker(main, 0.3)
    with pen.part("legs"):
        splay = breed.pick((0.0, 0.05), 1)
        for x, y, tone in ((-wide + 0.08, foot - 0.06, far), (wide + 0.04, foot - 0.06, far)):
            pen.line([(x, -0.02), (x + np.sign(x) * splay, y)], [thick, thick * 0.8], tone)
    with pen.part("back"), pen.joint(-0.02, -0.04, 0.08):
        x0, x1, y0, y1 = -wide + 0.05, wide + 0.05, -high, -0.02
        if back in ("slats", "bars"):
            for x in (x0, x1):
                pen.line([(x, y1), (x - 0.01, y0)], thick, main, edge=True)
            if back == "slats":
                for k in range(3):
                    y = y0 + (k + 0.15) * (y1 - y0) / 3.4
                    pen.rectangle(x0, y, x1, y + high * 0.14, second, round_by=0.02)
            else:
                for k in range(4):
                    x = x0 + (k + 0.5) * (x1 - x0) / 4
                    pen.line([(x, y1), (x, y0 + 0.03)], thick * 0.6, second)
                pen.rectangle(x0 - 0.02, y0 - 0.02, x1 + 0.02, y0 + 0.06, main, round_by=0.03)
        elif back == "round":
            for x in (x0 + 0.05, x1 - 0.05):
                pen.line([(x, y1), (x, y0 * 0.5)], thick, main)
            pad = pen.ellipse(0.05, y0 * 0.6, wide * 0.95, high * 0.4, main)
            pen.blot(pad, 0.05, y0 * 0.6, wide * 0.7, high * 0.27, cushion)
        else:
            pad = pen.rectangle(x0, y0, x1, y1, main, round_by=0.08 if back == "cushion" else 0.02)
            if back == "cushion":
                pen.blot(pad, 0.05, (y0 + y1) / 2, wide * 0.72, high * 0.36, cushion)
                for u in (-0.07, 0.07):
                    pen.ellipse(0.05 + u, (y0 + y1) / 2, 0.014, 0.014, darker(cushion, 0.4), edge=False)
            else:
                pen.stripes(pad, second, n=4, share=0.35)
    with pen.part("seat"):
        seat = pen.polygon(
            [(-wide + 0.05, -deep), (wide + 0.05, -deep), (wide, 0.02), (-wide - 0.02, 0.02)],
            cushion if breed.index % 2 else second,
        )
        pen.shade(seat, cushion if breed.index % 2 else second, depth=0.2)
        pen.rectangle(-wide - 0.02, 0.0, wide, 0.05, main)
    with pen.part("legs"):
        for x in (-wide + 0.01, wide - 0.03):
            pen.line([(x, 0.05), (x + np.sign(x) * splay, foot)], [thick * 1.1, thick * 0.85], main, edge=True)
        if breed.index % 3 == 1:
            pen.line([(-wide + 0.02, foot * 0.6), (wide - 0.03, foot * 0.6)], thick * 0.6, main)
    if breed.index % 4 == 1:
        with pen.part("back"):
            pen.line([(-wide + 0.0, 0.02), (-wide + 0.0, -0.14)], thick * 0.8, main)
            pen.line([(-wide - 0.03, -0.14), (-wide + 0.1, -0.16)], thick, second, edge=True)
            pen.line([(wide + 0.0, 0.02), (wide + 0.0, -0.14)], thick * 0.8, main)
            pen.line([(wide - 0.03, -0.14), (wide + 0.1, -0.16)], thick, second, edge=True)


def table(pen: Pen, breed: Breed) -> None:
    """A table: a top on four legs, a pedestal or trestles; some with a cloth or a drawer."""
    main, second = wood_or_paint(breed)
    wide, high = breed.number(0.36, 0.5, 0), breed.number(0.26, 0.4, 1)
    thick = breed.number(0.035, 0.07, 2)
    stand = breed.pick(("legs", "pedestal", "trestles", "legs"))
    dress = breed.pick(("bare", "cloth", "drawer"), 1)
    far = darker(main, 0.3)
    with pen.part("legs"):
        if stand == "pedestal":
            pen.line([(0, 0.02), (0, high * 0.5), (0, high - 0.02)], [thick * 1.6, thick, thick * 1.8], main, edge=True)
            pen.smooth(
                [(-wide * 0.5, high), (0, high - 0.08), (wide * 0.5, high), (0, high + 0.02)], darker(main, 0.15)
            )
        elif stand == "trestles":
            for x in (-wide * 0.68, wide * 0.68):
                pen.line([(x - 0.01, 0.02), (x - 0.12, high)], thick, far)
                pen.line([(x + 0.01, 0.02), (x + 0.12, high)], thick, main, edge=True)
            pen.line([(-wide * 0.68, high * 0.5), (wide * 0.68, high * 0.5)], thick * 0.7, main)
        else:
            for x in (-wide * 0.7, wide * 0.76):
                pen.line([(x, 0.0), (x, high - 0.07)], thick * 0.85, far)
            for x in (-wide * 0.88, wide * 0.88):
                pen.line([(x, 0.02), (x, high * 0.3), (x, high)], [thick * 1.4, thick, thick * 0.8], main, edge=True)
    with pen.part("front"):
        pen.rectangle(-wide * 0.9, 0.0, wide * 0.9, 0.07, darker(main, 0.12))
        if dress == "drawer":
            pen.rectangle(-0.14, 0.005, 0.14, 0.062, second)
            pen.ellipse(0, 0.034, 0.018, 0.018, STEEL)
    with pen.part("top"):
        top = pen.polygon([(-wide * 0.86, -0.1), (wide * 0.86, -0.1), (wide, 0.0), (-wide, 0.0)], lighter(main, 0.18))
        pen.rectangle(-wide, 0.0, wide, 0.03, main)
        if dress == "cloth":
            fall = 0.12
            cloth, paper = breed.pick(PAINTS, 2)[2], breed.pick(PAINTS, 2)[0]
            pen.polygon([(-wide * 0.5, -0.1), (wide * 0.5, -0.1), (wide * 0.58, 0), (-wide * 0.58, 0)], cloth)
            skirt = pen.polygon(
                [(-wide * 0.58, 0), (wide * 0.58, 0), (wide * 0.58, fall), (0, fall + 0.05), (-wide * 0.58, fall)],
                cloth,
            )
            pen.stripes(skirt, paper, n=5, share=0.45)
        elif breed.index % 4 == 0:
            pen.bands(top, darker(main, 0.1), n=3, share=0.2)
    if breed.index % 3 == 2:
        with pen.part("top"):
            bowl = breed.pick(PAINTS)[1]
            for x, tone in ((-0.05, (209, 64, 74)), (0.02, (242, 182, 50)), (0.07, (127, 176, 65))):
                pen.ellipse(x, -0.14, 0.045, 0.045, tone)
            pen.polygon([(-0.14, -0.13), (0.14, -0.13), (0.07, -0.05), (-0.07, -0.05)], bowl)
