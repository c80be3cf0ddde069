"""A supersampled picture that remembers who painted each pixel, for scenes in which figures and objects interleave."""

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image, ImageDraw

SUPER = 3
Point = tuple[float, float]
Colour = tuple[float, float, float]  # 0 to 255


def tone(colour: Colour, factor: float) -> tuple[int, int, int]:
    """A colour made darker (factor < 1) or brighter, as bytes."""
    return tuple(min(max(round(c * factor), 0), 255) for c in colour)


class Easel:
    """Draws in figure coordinates: x forward, y up, unit = the figure's height.

    `place` puts the origin of the figure at a pixel, with a scale and a direction to face. Whatever is drawn then
    belongs to `owner` (1 to 255; 0 is the background) until the next call.
    """

    def __init__(self, background: UInt8[np.ndarray, "H W 3"]) -> None:
        height, width = background.shape[:2]
        self.size = width, height
        self.image = Image.fromarray(background).resize((width * SUPER, height * SUPER), Image.Resampling.BICUBIC)
        self.owners = Image.new("L", self.image.size, 0)
        self.pens = ImageDraw.Draw(self.image), ImageDraw.Draw(self.owners)
        self.place((0.0, 0.0), 1.0, 1, 0)

    def place(self, origin: Point, scale: float, facing: int, owner: int) -> None:
        """Origin in pixels of the final image, scale in pixels a unit, facing 1 (right) or -1 (left)."""
        self.origin, self.scale, self.facing, self.owner = origin, scale, facing, owner

    def pixel(self, p: Point) -> Point:
        """A point of the figure, in pixels of the final image."""
        return self.origin[0] + self.facing * self.scale * p[0], self.origin[1] - self.scale * p[1]

    def _sample(self, p: Point) -> Point:
        x, y = self.pixel(p)
        return x * SUPER, y * SUPER

    def polygon(self, points: list[Point], colour: Colour) -> None:
        xy = [self._sample(p) for p in points]
        self.pens[0].polygon(xy, fill=tone(colour, 1))
        self.pens[1].polygon(xy, fill=self.owner)

    def ellipse(self, centre: Point, rx: float, ry: float, colour: Colour) -> None:
        (x, y), k = self._sample(centre), self.scale * SUPER
        box = (x - rx * k, y - ry * k, x + rx * k, y + ry * k)
        self.pens[0].ellipse(box, fill=tone(colour, 1))
        self.pens[1].ellipse(box, fill=self.owner)

    def ring(self, centre: Point, radius: float, width: float, colour: Colour) -> None:
        (x, y), k = self._sample(centre), self.scale * SUPER
        box = (x - radius * k, y - radius * k, x + radius * k, y + radius * k)
        pixels = max(round(width * k), 1)
        self.pens[0].ellipse(box, outline=tone(colour, 1), width=pixels)
        self.pens[1].ellipse(box, outline=self.owner, width=pixels)

    def line(self, points: list[Point], width: float, colour: Colour) -> None:
        xy, pixels = [self._sample(p) for p in points], max(round(width * self.scale * SUPER), 1)
        self.pens[0].line(xy, fill=tone(colour, 1), width=pixels, joint="curve")
        self.pens[1].line(xy, fill=self.owner, width=pixels, joint="curve")

    def capsule(self, a: Point, b: Point, ra: float, rb: float, colour: Colour) -> None:
        """The hull of two discs, in one flat colour."""
        dx, dy = b[0] - a[0], b[1] - a[1]
        length = max(np.hypot(dx, dy), 1e-6)
        nx, ny = -dy / length, dx / length
        self.ellipse(a, ra, ra, colour)
        self.ellipse(b, rb, rb, colour)
        sides = [(a, ra), (b, rb), (b, -rb), (a, -ra)]
        self.polygon([(p[0] + nx * r, p[1] + ny * r) for p, r in sides], colour)

    def limb(self, a: Point, b: Point, ra: float, rb: float, colour: Colour) -> None:
        """A rounded limb: a capsule with a dark side below and a bright one above."""
        self.capsule(a, b, ra, rb, tone(colour, 0.74))
        up = 0.22
        lit = [(p[0] - self.facing * up * r * 0.6, p[1] + up * r) for p, r in ((a, ra), (b, rb))]
        self.capsule(lit[0], lit[1], 0.76 * ra, 0.76 * rb, colour)

    def ball(self, centre: Point, rx: float, ry: float, colour: Colour) -> None:
        """An ellipse with a dark side below and a bright one above."""
        self.ellipse(centre, rx, ry, tone(colour, 0.76))
        self.ellipse((centre[0] - self.facing * 0.08 * rx, centre[1] + 0.12 * ry), 0.86 * rx, 0.84 * ry, colour)

    def shadow(self, centre: Point, rx: float, ry: float, darkness: float) -> None:
        """A dark patch on the ground; it belongs to nobody."""
        (x, y), k = self._sample(centre), self.scale * SUPER
        box = tuple(round(v) for v in (x - rx * k, y - ry * k, x + rx * k, y + ry * k))
        veil = Image.new("L", (max(box[2] - box[0], 1), max(box[3] - box[1], 1)), 0)
        ImageDraw.Draw(veil).ellipse((0, 0, veil.width - 1, veil.height - 1), fill=round(255 * darkness))
        self.image.paste((20, 20, 30), box[:2], veil)

    def finish(self) -> UInt8[np.ndarray, "H W 3"]:
        """The picture at its final size."""
        return np.asarray(self.image.reduce(SUPER))

    def mask(self, owner: int) -> Bool[np.ndarray, "H W"]:
        """The pixels of which at least half belongs to `owner`."""
        owned = Image.fromarray((np.asarray(self.owners) == owner).astype(np.uint8) * 255)
        return np.asarray(owned.reduce(SUPER)) >= 128
