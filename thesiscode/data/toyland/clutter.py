"""Small unlabelled things that lie about in scenes: balls, blocks, rings, sticks and stars."""

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw

SHAPES = ("ball", "block", "ring", "stick", "star")
COLOURS = ((222, 84, 76), (240, 182, 70), (86, 160, 96), (72, 130, 196), (150, 104, 180), (236, 236, 228), (96, 74, 64))
_SUPERSAMPLE = 4


def draw_shape(side: int, u: Float[np.ndarray, "4"], light: float, tint: tuple) -> UInt8[np.ndarray, "side side 4"]:
    """One shape as RGBA in a square of `side` pixels. `u` in [0, 1): which shape, its two colours, how it is turned."""
    kind = SHAPES[int(u[0] * len(SHAPES))]
    first = int(u[1] * len(COLOURS))
    second = (first + 1 + int(u[2] * (len(COLOURS) - 1))) % len(COLOURS)
    factor = light * np.asarray(tint)
    main, other = (tuple(int(v) for v in np.clip(np.array(COLOURS[k]) * factor, 0, 255)) for k in (first, second))
    dark = tuple(v // 2 for v in main)
    s = side * _SUPERSAMPLE
    # Edges average with their own colour: outside of the drawing the layer is transparent, but not black.
    layer = Image.new("RGBA", (s, s), (*main, 0))
    pen = ImageDraw.Draw(layer)
    angle = 2 * np.pi * u[3]
    outline = max(1, s // 24)

    def turned(radius: float, steps: int, inner: float = 1.0) -> list[tuple[float, float]]:
        radii = radius * s * np.where(np.arange(steps) % 2, inner, 1.0)
        turns = angle + 2 * np.pi * np.arange(steps) / steps
        return list(zip(s / 2 + radii * np.cos(turns), s / 2 + radii * np.sin(turns), strict=True))

    if kind == "ball":
        box = (0.06 * s, 0.06 * s, 0.94 * s, 0.94 * s)
        pen.ellipse(box, fill=main)
        start = np.degrees(angle)
        pen.chord(box, start, start + 120, fill=other)
        pen.ellipse(box, outline=dark, width=outline)
    elif kind == "block":
        pen.polygon(turned(0.46, 4), fill=main, outline=dark, width=outline)
        pen.polygon(turned(0.26, 4), fill=other)
    elif kind == "ring":
        pen.ellipse((0.08 * s, 0.08 * s, 0.92 * s, 0.92 * s), outline=dark, width=round(0.24 * s))
        pen.ellipse((0.11 * s, 0.11 * s, 0.89 * s, 0.89 * s), outline=main, width=round(0.18 * s))
    elif kind == "stick":
        reach = np.array([np.cos(angle), np.sin(angle)]) * 0.4 * s
        for width, colour in ((0.2, dark), (0.14, main)):
            ends = [tuple(s / 2 - reach), tuple(s / 2 + reach)]
            pen.line(ends, fill=colour, width=round(width * s))
            for x, y in ends:
                pen.ellipse((x - width * s / 2, y - width * s / 2, x + width * s / 2, y + width * s / 2), fill=colour)
    else:
        pen.polygon(turned(0.48, 10, 0.5), fill=main, outline=dark, width=outline)
    return np.array(layer.resize((side, side), Image.Resampling.BOX))
