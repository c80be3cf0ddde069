"""Vector shapes of Toyland: a pen that writes polygons in an object's own coordinates, and the drawing that it leaves.

Every shape becomes a polygon, so that one affine map (Section 1.2's viewpoint) and one rotation per joint (deformation)
bend a whole drawing at once. Patterns are cut to their shape when they are drawn, not when they are rendered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, UInt8
from PIL import Image, ImageDraw

from thesiscode.data.toyland.looks import Look

SUPERSAMPLE = 2  # sub-pixels along each axis: with Pillow's own edges, five levels of coverage
EDGE = 0.66  # a shape's edge is its colour, darkened by this factor

Points = Float[np.ndarray, "_ 2"]
Corners = Sequence | np.ndarray  # (x, y) pairs
Colour = tuple[int, int, int]


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies `share` (0..1) of the way from `a` to `b`."""
    return tuple(round(u + (v - u) * share) for u, v in zip(a, b, strict=True))


def darker(colour: Colour, share: float = 0.25) -> Colour:
    """`colour` moved by `share` towards a deep blue, as shadows are."""
    return mix(colour, (24, 22, 48), share)


def lighter(colour: Colour, share: float = 0.3) -> Colour:
    """`colour` moved by `share` towards a warm white."""
    return mix(colour, (255, 250, 238), share)


def ellipse_points(x: float, y: float, rx: float, ry: float, angle: float = 0.0, n: int = 0) -> Points:
    """Corners of an ellipse with centre (x, y), radii rx and ry, turned by `angle` radians; n=0 picks enough."""
    n = n or (10 if max(rx, ry) < 0.04 else 16 if max(rx, ry) < 0.12 else 26)
    t = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    u, v = rx * np.cos(t), ry * np.sin(t)
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([x + c * u - s * v, y + s * u + c * v], axis=1)


def smooth_points(corners: Corners, per_corner: int = 5) -> Points:
    """A closed Catmull-Rom curve through `corners`, as a polygon with `per_corner` points a corner."""
    p1 = np.asarray(corners, float)
    p0, p2, p3 = np.roll(p1, 1, 0), np.roll(p1, -1, 0), np.roll(p1, -2, 0)
    t = (np.arange(per_corner) / per_corner)[None, :, None]
    p0, p1, p2, p3 = (p[:, None] for p in (p0, p1, p2, p3))
    curve = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return curve.reshape(-1, 2)


def band_points(path: Corners, widths: float | Sequence | np.ndarray) -> Points:
    """A ribbon around the open polyline `path`; `widths` is its full width, one number or one a corner."""
    path = np.asarray(path, float)
    half = np.broadcast_to(np.asarray(widths, float), (len(path),))[:, None] / 2
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = along[:, ::-1] * (-1.0, 1.0)
    return np.concatenate([path + across * half, (path - across * half)[::-1]])


def cut(subject: Points, window: Points) -> Points:
    """The part of polygon `subject` inside the convex polygon `window` (Sutherland and Hodgman); may be empty."""
    after = np.roll(window, -1, 0)
    doubled_area = np.sum(window[:, 0] * after[:, 1] - after[:, 0] * window[:, 1])
    inward = np.sign(doubled_area) or 1.0
    out = subject
    for a, b in zip(window, after, strict=True):
        if not len(out):
            break
        side = inward * ((b[0] - a[0]) * (out[:, 1] - a[1]) - (b[1] - a[1]) * (out[:, 0] - a[0]))
        before, side_before = np.roll(out, 1, 0), np.roll(side, 1)
        crosses = (side_before < 0) != (side < 0)
        share = np.divide(side_before, side_before - side, out=np.zeros_like(side), where=crosses)[:, None]
        candidates = np.stack([before + (out - before) * share, out], axis=1)
        out = candidates[np.stack([crosses, side >= 0], axis=1)]
    return out


@dataclass(frozen=True)
class Shape:
    """One polygon: its corners, its colours (edge None: none), its part, and the joints that carry it, inner first."""

    points: np.ndarray
    fill: Colour
    edge: Colour | None
    part: str
    joints: tuple[tuple[float, float, float], ...]


class Pen:
    """Draws in object coordinates (x right, y down, any unit: the renderer fits the drawing to its square).

    Each method returns the polygon that it drew, so that patterns can be cut to it. `with pen.part("head"):` names
    what is drawn, and `with pen.joint(x, y, gain):` lets it turn about (x, y) by `gain` radians a unit of pose.
    """

    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self._part = "body"
        self._joints: tuple[tuple[float, float, float], ...] = ()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Name the part that the shapes drawn inside belong to."""
        before, self._part = self._part, name
        yield
        self._part = before

    @contextmanager
    def joint(self, x: float, y: float, gain: float) -> Iterator[None]:
        """Let the shapes drawn inside turn about (x, y) by gain * pose radians; joints nest."""
        before, self._joints = self._joints, ((x, y, gain), *self._joints)
        yield
        self._joints = before

    def polygon(self, points: Corners, fill: Colour, *, edge: bool = True) -> Points:
        """A filled polygon with a darker edge; edge=False draws none."""
        points = np.asarray(points, float)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"points: expected an array of shape (n, 2), got shape {points.shape}")
        if len(points) > 2:
            rim = tuple(round(v * EDGE) for v in fill) if edge else None
            self.shapes.append(Shape(points, fill, rim, self._part, self._joints))
        return points

    def ellipse(self, x, y, rx, ry, fill: Colour, *, angle: float = 0.0, edge: bool = True) -> Points:
        """An ellipse with centre (x, y) and radii (rx, ry), turned by `angle` radians."""
        return self.polygon(ellipse_points(x, y, rx, ry, angle), fill, edge=edge)

    def smooth(self, corners: Corners, fill: Colour, *, edge: bool = True) -> Points:
        """A closed smooth shape through `corners`."""
        return self.polygon(smooth_points(corners), fill, edge=edge)

    def rectangle(self, x0, y0, x1, y1, fill: Colour, *, round_by: float = 0.0, edge: bool = True) -> Points:
        """An upright rectangle; `round_by` is the radius of its corners."""
        r = min(round_by, abs(x1 - x0) / 2, abs(y1 - y0) / 2)
        if r <= 0:
            return self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], fill, edge=edge)
        t = np.linspace(0, np.pi / 2, 4)
        corners = ((x1 - r, y1 - r, 0), (x0 + r, y1 - r, 1), (x0 + r, y0 + r, 2), (x1 - r, y0 + r, 3))
        arcs = [(x + r * np.cos(t + k * np.pi / 2), y + r * np.sin(t + k * np.pi / 2)) for x, y, k in corners]
        return self.polygon(np.concatenate([np.stack(a, 1) for a in arcs]), fill, edge=edge)

    def line(self, path: Corners, width, fill: Colour, *, edge: bool = False) -> Points:
        """A ribbon along an open polyline; `width` is one number or one a corner."""
        return self.polygon(band_points(path, width), fill, edge=edge)

    def arc(self, x, y, rx, ry, start, stop, width, fill: Colour, *, edge: bool = False) -> Points:
        """A ribbon along an ellipse from angle `start` to `stop` (radians, clockwise from the right)."""
        t = np.linspace(start, stop, max(5, round(abs(stop - start) * 4)))
        return self.line(np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], 1), width, fill, edge=edge)

    def blot(self, inside: Points, x, y, rx, ry, fill: Colour, *, angle: float = 0.0) -> None:
        """An ellipse cut to the shape `inside`: a belly, a patch, a shine, a shadow."""
        self.polygon(cut(inside, ellipse_points(x, y, rx, ry, angle, n=16)), fill, edge=False)

    def strip(self, inside: Points, corners: Corners, fill: Colour) -> None:
        """A convex polygon cut to the shape `inside`."""
        self.polygon(cut(inside, np.asarray(corners, float)), fill, edge=False)

    def stripes(self, inside: Points, fill: Colour, *, n: int, share: float = 0.45, slant: float = 0.0) -> None:
        """`n` upright stripes over `inside`, each `share` of its period wide, leaning by `slant`."""
        (x0, y0), (x1, y1) = inside.min(0), inside.max(0)
        lean = slant * (y1 - y0) / 2
        for k in range(n):
            a = x0 + (k + 0.5 - share / 2) * (x1 - x0) / n
            b = a + share * (x1 - x0) / n
            self.strip(inside, [(a + lean, y0), (b + lean, y0), (b - lean, y1), (a - lean, y1)], fill)

    def bands(self, inside: Points, fill: Colour, *, n: int, share: float = 0.45) -> None:
        """`n` level bands over `inside`, each `share` of its period high."""
        (x0, y0), (x1, y1) = inside.min(0), inside.max(0)
        for k in range(n):
            a = y0 + (k + 0.5 - share / 2) * (y1 - y0) / n
            b = a + share * (y1 - y0) / n
            self.strip(inside, [(x0, a), (x1, a), (x1, b), (x0, b)], fill)

    def spots(self, inside: Points, fill: Colour, *, n: int, radius: float, turn: float = 0.0) -> None:
        """About `n` round spots over `inside`, spread as sunflower seeds are; `radius` is in object units."""
        low, high = inside.min(0), inside.max(0)
        for k in range(n):
            r, t = np.sqrt((k + 0.5) / n), k * 2.39996 + turn
            x, y = (low + high) / 2 + (high - low) / 2 * r * np.array([np.cos(t), np.sin(t)])
            self.blot(inside, x, y, radius, radius, fill)

    def shade(self, inside: Points, fill: Colour, *, depth: float = 0.3) -> None:
        """The lower `depth` of `inside` in the darker tone of `fill`: a shadow side."""
        (x0, y0), (x1, y1) = inside.min(0), inside.max(0)
        y = y1 - depth * (y1 - y0)
        self.strip(inside, [(x0, y), (x1, y), (x1, y1), (x0, y1)], darker(fill, 0.18))

    def drawing(self) -> Drawing:
        """What was drawn so far."""
        return Drawing(tuple(self.shapes))


@dataclass(frozen=True)
class Drawing:
    """Shapes in the order in which they cover one another, ready to be seen in any look at any size."""

    shapes: tuple[Shape, ...]

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The names of its parts, in order of first appearance."""
        return tuple(dict.fromkeys(shape.part for shape in self.shapes))

    @cached_property
    def _points(self) -> Float[np.ndarray, "n 2"]:
        return np.concatenate([shape.points for shape in self.shapes])

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        ends = 2 * np.cumsum([len(shape.points) for shape in self.shapes])
        return list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))

    @cached_property
    def _colours(self) -> Float[np.ndarray, "k 6"]:
        return np.array([(*s.fill, *(s.edge or s.fill)) for s in self.shapes], float)

    @cached_property
    def _joints(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Per level of nesting, inner first: which points turn, about which pivots, with which gains."""
        depth = max((len(shape.joints) for shape in self.shapes), default=0)
        levels = []
        for level in range(depth):
            rows = [s.joints[level] if level < len(s.joints) else (0.0, 0.0, 0.0) for s in self.shapes]
            table = np.repeat(np.array(rows), [len(s.points) for s in self.shapes], axis=0)
            index = np.flatnonzero(table[:, 2])
            levels.append((index, table[index, :2], table[index, 2]))
        return levels

    def placed(self, look: Look) -> Float[np.ndarray, "n 2"]:
        """All corners, seen in `look`: joints turned, then foreshortened, mirrored and tilted. Object units."""
        points = self._points
        if look.pose:
            points = points.copy()
            for index, pivot, gain in self._joints:
                c, s = np.cos(gain * look.pose), np.sin(gain * look.pose)
                u, v = (points[index] - pivot).T
                points[index] = pivot + np.stack([c * u - s * v, s * u + c * v], axis=1)
        c, s = np.cos(look.tilt), np.sin(look.tilt)
        x = -look.stretch if look.flip else look.stretch
        return points @ np.array([[c * x, s * x], [-s, c]])

    def fitted(self, look: Look, side: int) -> Float[np.ndarray, "n 2"]:
        """All corners in sub-pixels of a square of `side` pixels: centred, the longer extent one pixel short of it."""
        points = self.placed(look)
        low, high = points.min(0), points.max(0)
        scale = SUPERSAMPLE * (side - 1) / max((high - low).max(), 1e-9)
        return (points - (low + high) / 2) * scale + (SUPERSAMPLE * side - 1) / 2

    def _paint(self, mode: str, look: Look, side: int, inks: list) -> Image.Image:
        image = Image.new(mode, (SUPERSAMPLE * side,) * 2)
        draw = ImageDraw.Draw(image)
        flat = self.fitted(look, side).ravel().tolist()
        for (start, stop), (fill, edge), shape in zip(self._spans, inks, self.shapes, strict=True):
            draw.polygon(flat[start:stop], fill=fill, outline=None if shape.edge is None else edge)
        return image

    def image(self, look: Look, side: int) -> UInt8[np.ndarray, "side side 4"]:
        """RGBA picture of `side` by `side` pixels, edges antialiased, colours not premultiplied."""
        check_side(side)
        seen = np.clip(self._colours * (np.array(look.tint * 2) * look.light), 0, 255).round().astype(int)
        inks = [((r, g, b, 255), (u, v, w, 255)) for r, g, b, u, v, w in seen.tolist()]
        return np.array(self._paint("RGBA", look, side, inks).reduce(SUPERSAMPLE))

    def masks(self, look: Look, side: int) -> dict[str, Bool[np.ndarray, "side side"]]:
        """Visible extent of each part: the pixels that are at least half covered, each given to its largest part."""
        check_side(side)
        # Edges need inks of their own: Pillow leaves out an edge in the ink of its fill, and with it some pixels.
        codes = [2 * self.parts.index(shape.part) + 1 for shape in self.shapes]
        index = (np.array(self._paint("L", look, side, [(code, code + 1) for code in codes])) + 1) // 2
        cells = index.reshape(side, SUPERSAMPLE, side, SUPERSAMPLE).swapaxes(1, 2).reshape(side, side, -1)
        counts = (cells[..., None] == np.arange(1, len(self.parts) + 1)).sum(2)
        covered = 2 * counts.sum(-1) >= SUPERSAMPLE**2
        best = counts.argmax(-1)
        return {part: covered & (best == k) for k, part in enumerate(self.parts)}


def check_side(side: int) -> None:
    """Raise ValueError unless `side` is a whole number of at least 4 pixels."""
    if isinstance(side, bool) or not isinstance(side, int | np.integer) or side < 4:
        raise ValueError(f"side: expected an integer >= 4 (pixels), got {side!r}")
