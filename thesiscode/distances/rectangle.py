"""The model: a uniform rectangle about the origin, by width, height and angle (thesis Figures 5-18 and D-5).

A rectangle is where two strips meet. The share of a cell that a strip covers depends on one side and the angle alone,
so that sums over the cells of *all* rectangles of a parameter grid are products of two small matrices.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from .parzen import REACH, cell_centres, checked_points

EDGES = ("covered", "jagged")
Index = tuple[int, int, int]


@dataclass(frozen=True)
class Rectangle:
    """A rectangle about the origin. Raises ValueError for sides that are not above 0, or an angle that is not finite.

    (a, b, theta), (b, a, theta + 90) and (a, b, theta + 180) are one rectangle.
    """

    width: float
    """a, the side along the direction `angle`"""
    height: float
    """b, the side across it"""
    angle: float
    """theta, in degrees, counter-clockwise"""

    def __post_init__(self) -> None:
        for name in ("width", "height"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}: expected a finite number above 0, got {getattr(self, name)}")
        if not math.isfinite(self.angle):
            raise ValueError(f"angle: expected a finite number of degrees, got {self.angle}")

    @property
    def area(self) -> float:
        """a b."""
        return self.width * self.height

    @property
    def corners(self) -> Float[np.ndarray, "4 2"]:
        """Corners, counter-clockwise."""
        half = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * [self.width / 2, self.height / 2]
        return half @ directions(self.angle)

    def contains(self, points: Float[np.ndarray, "m 2"], margin: float = 0.0) -> Bool[np.ndarray, " m"]:
        """Which points lie in it, together with the disc of radius `margin` around them."""
        inside = np.abs(checked_points(points) @ directions(self.angle).T) + margin
        return (inside <= np.array([self.width, self.height]) / 2 + 1e-9).all(axis=1)

    def angle_error(self, truth: float = 0.0) -> float:
        """Distance of the angle to `truth` modulo 90 degrees, in [0, 45]: the thesis' theta* = 0 [pi / 2]."""
        turned = (self.angle - truth) % 90
        return min(turned, 90 - turned)


def directions(angle: float) -> Float[np.ndarray, "2 2"]:
    """Rows: the unit vectors along an angle in degrees, and across it."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.array([[c, s], [-s, c]])


def checked_angles(angles: Float[np.ndarray, " t"]) -> Float[np.ndarray, " t"]:
    """The angles as an array of floats. Raises ValueError unless they are at least one, all finite, in a list."""
    angles = np.asarray(angles, float)
    if angles.ndim != 1 or not angles.size or not np.isfinite(angles).all():
        raise ValueError(f"angles: expected a list of finite numbers of degrees, got {angles.tolist()}")
    return angles


def strip_shares(
    offsets: Float[np.ndarray, " k"], widths: Float[np.ndarray, " w"], spacing: float, angle: float, edges: str
) -> Float[np.ndarray, "w k"]:
    """Share of each cell that a strip of each width covers, whose normal has an angle in degrees.

    `offsets` are the cells' centres along the normal. "covered" is the exact share: seen along the normal, a square
    cell is the sum of two uniform variables, of widths spacing |cos| and spacing |sin|, and the strip takes a part of
    it. "jagged" is 1 where the centre lies in the strip, as in the thesis. Raises ValueError for other edges.
    """
    half = np.asarray(widths, float)[:, None] / 2
    if edges == "jagged":
        return (np.abs(offsets) <= half + 1e-9).astype(float)
    if edges != "covered":
        raise ValueError(f"edges: expected one of {', '.join(EDGES)}, got {edges!r}")
    axes = directions(angle)[0]
    small, large = sorted(spacing * np.abs(axes))

    def below(t: Float[np.ndarray, "w k"]) -> Float[np.ndarray, "w k"]:
        """Distribution function of the sum: quadratic, linear, quadratic."""
        if small < 1e-9 * large:
            return np.clip(t / large + 0.5, 0, 1)
        ends = [(large + small) / 2, (large - small) / 2, (small - large) / 2, -(large + small) / 2]
        parts = [sign * np.maximum(t + end, 0) ** 2 for sign, end in zip((1, -1, -1, 1), ends, strict=True)]
        return np.clip(sum(parts) / (2 * small * large), 0, 1)

    share = below(half - offsets) - below(-half - offsets)
    return np.where(share < 1e-12, 0.0, share)  # rounding is no mass


class Candidates:
    """All rectangles of a grid over the three parameters, as masses of n x n cells.

    `widths`, `heights` and `angles` (degrees) are the values that are combined; `edges` is "covered" (each cell by the
    share of it that the rectangle covers; in the cells of corners, the product of the shares of both strips) or
    "jagged" (a cell is in or out by its centre). Raises ValueError for a rectangle that leaves the square
    [-reach, reach]^2 or that holds no cell, for no values, or sides that are not above 0.
    """

    def __init__(
        self,
        widths: Float[np.ndarray, " w"],
        heights: Float[np.ndarray, " h"],
        angles: Float[np.ndarray, " t"],
        n: int,
        *,
        reach: float = REACH,
        edges: str = "covered",
    ):
        values = {"widths": widths, "heights": heights, "angles": angles}
        for name, value in values.items():
            values[name] = value = np.asarray(value, float)
            if value.ndim != 1 or not value.size or not np.isfinite(value).all():
                raise ValueError(f"{name}: expected a list of finite numbers, got {value.tolist()}")
            if name != "angles" and value.min() <= 0:
                raise ValueError(f"{name}: expected sides above 0, got {value.min()}")
        self.widths, self.heights, self.angles = values.values()
        self.n, self.reach, self.edges = n, reach, edges
        self.centres = cell_centres(n, reach)
        spacing = 2 * reach / n
        for angle in self.angles:
            largest = Rectangle(self.widths.max(), self.heights.max(), angle)
            if (farthest := np.abs(largest.corners).max()) > reach + 1e-9:
                raise ValueError(
                    f"widths, heights: expected rectangles within [-{reach:g}, {reach:g}]^2, got one of "
                    f"{largest.width:g} x {largest.height:g} at {angle:g} degrees that reaches {farthest:.3g}"
                )
        along, across = [], []
        for angle in self.angles:
            for strips, sides, axis, turn in ((along, self.widths, 0, 0), (across, self.heights, 1, 90)):
                offsets = self.centres @ directions(angle)[axis]
                strips.append(strip_shares(offsets, sides, spacing, angle + turn, edges))
        self._along, self._across = np.stack(along), np.stack(across)
        self.cells = self._along @ self._across.transpose(0, 2, 1)
        """Sum of shares: the area in cells. [angles, widths, heights]"""
        if self.cells.min() <= 0:
            raise ValueError(f"n: expected cells that the smallest rectangle holds, got {n} cells a side")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of angles, widths, heights: the order of an index."""
        return self.cells.shape

    @cached_property
    def touched(self) -> Bool[np.ndarray, " cells"]:
        """The cells that have mass under some candidate."""
        return np.any(self._along[:, self.widths.argmax()] * self._across[:, self.heights.argmax()] > 0, axis=0)

    @cached_property
    def middle(self) -> Index:
        """The index in the middle."""
        return tuple(size // 2 for size in self.shape)

    def rectangle(self, index: Index) -> Rectangle:
        """The rectangle of an index."""
        t, w, h = index
        return Rectangle(float(self.widths[w]), float(self.heights[h]), float(self.angles[t]))

    def masses(self, index: Index) -> Float[np.ndarray, " cells"]:
        """Masses of the cells of one rectangle; their sum is one."""
        t, w, h = index
        return self._along[t, w] * self._across[t, h] / self.cells[index]

    def masses_at_angle(self, t: int, chosen: Bool[np.ndarray, " cells"]) -> Float[np.ndarray, "w h k"]:
        """Masses of the chosen cells, of all rectangles of the t-th angle."""
        both = self._along[t][:, None, chosen] * self._across[t][None][:, :, chosen]
        return both / self.cells[t][..., None]

    def expectations(self, values: Float[np.ndarray, " cells"]) -> Float[np.ndarray, "t w h"]:
        """Mean of a function of the cells under every rectangle, by one product of matrices an angle."""
        return (self._along * values) @ self._across.transpose(0, 2, 1) / self.cells


def rectangle_masses(
    rectangle: Rectangle, n: int, *, reach: float = REACH, edges: str = "covered"
) -> Float[np.ndarray, "n n"]:
    """One rectangle as masses of n x n cells that sum to one (Figure D-5). Errors are those of `Candidates`."""
    sides = np.array([rectangle.width]), np.array([rectangle.height])
    one = Candidates(*sides, np.array([rectangle.angle]), n, reach=reach, edges=edges)
    return one.masses((0, 0, 0)).reshape(n, n)
