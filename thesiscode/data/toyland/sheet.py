"""A supersampled sheet to draw places on, with coordinates in pixels of the finished picture."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

SUPERSAMPLING = 2  # drawn twice as large and averaged down: Pillow's own edges are not antialiased

Colour = tuple[int, int, int]


def mix(a: Sequence[float], b: Sequence[float], t: float) -> Colour:
    """The colour at fraction `t` of the way from `a` to `b`, rounded to 0..255."""
    return tuple(int(min(255.0, max(0.0, round(x + t * (y - x))))) for x, y in zip(a, b, strict=True))


class Sheet:
    """A supersampled drawing of `width` x `height` pixels; coordinates are in pixels of the finished picture."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.picture = Image.new("RGB", (width * SUPERSAMPLING, height * SUPERSAMPLING))
        self.pen = ImageDraw.Draw(self.picture)

    def gradient(self, y0: float, y1: float, top: Colour, bottom: Colour) -> None:
        """Rows y0 to y1, from `top` to `bottom`."""
        first, last = round(y0 * SUPERSAMPLING), round(y1 * SUPERSAMPLING)
        if last > first:
            rows = np.linspace(top, bottom, last - first).round().astype(np.uint8)
            self.picture.paste(Image.fromarray(rows[:, None]).resize((self.picture.width, last - first)), (0, first))

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        self.pen.polygon([(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points], fill=colour)

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        s = SUPERSAMPLING
        if x1 * s - 1 >= x0 * s and y1 * s - 1 >= y0 * s:
            self.pen.rectangle((x0 * s, y0 * s, x1 * s - 1, y1 * s - 1), fill=colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        s = SUPERSAMPLING
        self.pen.ellipse(((x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s), fill=colour)

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: float = 1.0) -> None:
        pixels = [(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points]
        self.pen.line(pixels, fill=colour, width=max(1, round(width * SUPERSAMPLING)), joint="curve")

    def below(self, height: Callable[[np.ndarray], np.ndarray], colour: Colour) -> None:
        """Fill everything under the curve y = height(x)."""
        xs = np.linspace(0, self.width, 33)
        self.polygon([(0, self.height), *zip(xs, height(xs), strict=True), (self.width, self.height)], colour)

    def finished(self) -> UInt8[np.ndarray, "H W 3"]:
        return np.array(self.picture.reduce(SUPERSAMPLING))
