"""Five ways to fit the rectangle: maximum likelihood and discrete transport to points, KL, JS and transport to their
estimated density (thesis Figures 5-20 and 5-21)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from .least_work import TRUNCATION, Search, extend_potential, least_work
from .masses import check_integer, check_positive
from .parzen import RADIUS, REACH, cell_centres, checked_masses, checked_points, parzen_densities, parzen_masses
from .rectangle import Candidates, Rectangle, checked_angles, directions

METHODS = ("likelihood", "discrete", "kl", "js", "emd")
LABELS = {
    "likelihood": "maximum likelihood",
    "discrete": "discrete EMD",
    "kl": "KL",
    "js": "JS",
    "emd": "EMD",
}


@dataclass(frozen=True)
class ParameterGrid:
    """The rectangles to choose from: first coarse ones, then finer ones round the best. Raises ValueError for steps or
    sides that are not above 0, and for refinements that are not integers above 0."""

    least_side: float = 0.6
    most_side: float = 2.8
    """Sides of the coarse search; a square of 2.8 lies within [-2, 2]^2 at any angle."""
    side_step: float = 0.1
    angle_step: float = 3.0
    """Degrees, from 0 to below 90."""
    refine: int = 4
    """The finer sides are so many times closer; one coarse step to each side of the best."""
    refine_angle: int = 6
    """The finer angles are so many times closer."""

    def __post_init__(self) -> None:
        for name in ("least_side", "most_side", "side_step", "angle_step"):
            check_positive(name, getattr(self, name))
        for name in ("refine", "refine_angle"):
            check_integer(name, getattr(self, name), 1)
        if self.most_side <= self.least_side:
            raise ValueError(f"most_side: expected more than least_side, {self.least_side}, got {self.most_side}")

    def coarse(self, n: int, edges: str = "covered") -> Candidates:
        """All rectangles of the coarse grid, on n x n cells."""
        sides = np.arange(self.least_side, self.most_side + self.side_step / 2, self.side_step)
        return Candidates(sides, sides, np.arange(0, 90, self.angle_step), n, edges=edges)

    def fine(self, middle: Rectangle, n: int, edges: str = "covered") -> Candidates:
        """The finer rectangles round one, on n x n cells."""
        steps = np.arange(-self.refine, self.refine + 1) * (self.side_step / self.refine)
        turns = np.arange(-self.refine_angle, self.refine_angle + 1) * (self.angle_step / self.refine_angle)
        sides = [side + steps[side + steps > self.side_step / 2] for side in (middle.width, middle.height)]
        return Candidates(*sides, middle.angle + turns, n, edges=edges)

    def angles(self) -> Float[np.ndarray, " t"]:
        """All fine angles from 0 to below 90 degrees."""
        return np.arange(0, 90, self.angle_step / self.refine_angle)


@dataclass(frozen=True)
class RectangleFit:
    """A fitted rectangle."""

    rectangle: Rectangle
    value: float
    """the objective at it: nats (for maximum likelihood, the mean negative logarithm of the likelihood), or work"""
    candidates: int
    """rectangles that were compared"""
    solved: int
    """of them, those whose objective was computed; the others were ruled out"""
    gap: float = 0.0
    """value less a lower bound for all candidates of the last search: 0 where the fit is proved"""
    searches: list[Search] = field(default_factory=list, repr=False, compare=False)
    """of the fits by transport"""


def smallest_cover(
    points: Float[np.ndarray, "m 2"], angles: Float[np.ndarray, " t"], *, margin: float = 0.0
) -> list[Rectangle]:
    """For each angle in degrees, the smallest rectangle about the origin that covers discs of radius `margin` round all
    points. Raises ValueError for no points, a margin below 0, angles that are not finite, or points that leave a
    rectangle without a side."""
    points = checked_points(points)
    if not 0 <= margin < math.inf:
        raise ValueError(f"margin: expected a finite number of at least 0, got {margin}")
    covers = []
    for angle in checked_angles(angles):
        sides = 2 * (np.abs(points @ directions(angle).T).max(axis=0) + margin)
        if sides.min() <= 0:
            raise ValueError(f"points: expected some that span a rectangle, got {len(points)} on a line through 0")
        covers.append(Rectangle(float(sides[0]), float(sides[1]), float(angle)))
    return covers


def fit_likelihood(points: Float[np.ndarray, "m 2"], grid: ParameterGrid | None = None) -> RectangleFit:
    """Maximum likelihood: the mean log-likelihood is -log(a b) if all points are covered and -infinity if not, so that
    for each angle the smallest cover is best (Figure 5-20). No raster is needed. Raises ValueError for fewer than three
    points."""
    covers = smallest_cover(checked_points(points, 3), (grid or ParameterGrid()).angles())
    best = min(covers, key=lambda r: r.area)
    return RectangleFit(best, math.log(best.area), len(covers), len(covers))


def fit_kl(
    points: Float[np.ndarray, "m 2"], grid: ParameterGrid | None = None, *, radius: float = RADIUS, n: int = 128
) -> RectangleFit:
    """Smallest KL(P || Q), where P is the Parzen window estimate (Equation 5.9, Figure 5-21).

    KL(P || Q) = -H(P) + log(a b) if Q covers P's support, which is the union of the kernels' discs, and infinite if
    not: for each angle, the smallest cover is best. n cells a side serve for P's entropy H(P), in nats. Raises
    ValueError for fewer than three points, a radius that is not above 0, and an estimate that `parzen_densities`
    refuses: one that leaves the grid, or that no cell's centre is in.
    """
    points = checked_points(points, 3)
    density = parzen_densities(points, n, radius=radius)
    dense = density[density > 0]
    negative_entropy = float((dense * np.log(dense)).sum() / density.sum())
    covers = smallest_cover(points, (grid or ParameterGrid()).angles(), margin=radius)
    best = min(covers, key=lambda r: r.area)
    return RectangleFit(best, negative_entropy + math.log(best.area), len(covers), len(covers))


def js_values(p: Float[np.ndarray, "n n"], candidates: Candidates) -> Float[np.ndarray, "t w h"]:
    """JS(P || Q) of Equation 5.10, in nats, for all candidates Q.

    Where p = 0, q adds (q log 2) / 2, so that only the cells of P's support have to be visited. Raises ValueError if p
    is not the masses of the candidates' cells.
    """
    p = checked_masses(p)
    if p.shape[0] != candidates.n:
        raise ValueError(f"p: expected the candidates' grid of {candidates.n} cells a side, got {p.shape[0]}")
    support = p.ravel() > 0
    mass = p.ravel()[support]
    values = np.empty(candidates.shape)
    for t in range(candidates.shape[0]):
        q = candidates.masses_at_angle(t, support)
        mean = (mass + q) / 2
        of_q = np.where(q > 0, q * np.log(np.where(q > 0, q, 1) / mean), 0).sum(axis=-1)
        outside = np.maximum(1 - q.sum(axis=-1), 0) * math.log(2)
        values[t] = ((mass * np.log(mass / mean)).sum(axis=-1) + of_q + outside) / 2
    return values


def fit_js(
    points: Float[np.ndarray, "m 2"],
    grid: ParameterGrid | None = None,
    *,
    radius: float = RADIUS,
    edges: str = "covered",
    n: tuple[int, int] = (64, 128),
) -> RectangleFit:
    """Smallest JS(P || Q), all candidates computed: coarse ones on n[0] cells a side, finer ones on n[1]. Raises
    ValueError as `fit_kl` does."""
    points, grid = checked_points(points, 3), grid or ParameterGrid()
    coarse = grid.coarse(n[0], edges)
    values = js_values(parzen_masses(points, n[0], radius=radius), coarse)
    masses, count = parzen_masses(points, n[1], radius=radius), values.size

    def at(middle: Rectangle) -> tuple[Candidates, tuple[int, int, int], float]:
        nonlocal count
        fine = grid.fine(middle, n[1], edges)
        found = js_values(masses, fine)
        count += found.size
        index = _argmin(found)
        return fine, index, float(found[index])

    best, value = _refine(coarse.rectangle(_argmin(values)), at)
    return RectangleFit(best, value, count, count)


def fit_discrete_emd(
    points: Float[np.ndarray, "m 2"],
    grid: ParameterGrid | None = None,
    *,
    cost: str = "euclidean",
    truncation: float = TRUNCATION,
    edges: str = "covered",
    n: tuple[int, int] = (32, 64),
) -> RectangleFit:
    """Least work between the points, of equal weights, and the rectangle's cells (Figure 5-20).

    Both searches, on n[0] and n[1] cells a side, are certified. Raises ValueError for fewer than three points, or
    points off the grid.
    """
    points = checked_points(points, 3)
    if (farthest := np.abs(points).max()) > REACH:
        raise ValueError(f"points: expected points within [-{REACH:g}, {REACH:g}], got one that reaches {farthest:g}")
    weights = np.full(len(points), 1 / len(points))
    return _fit_emd(lambda _: (weights, points), grid, cost, truncation, edges, n)


def fit_emd(
    points: Float[np.ndarray, "m 2"],
    grid: ParameterGrid | None = None,
    *,
    radius: float = RADIUS,
    cost: str = "euclidean",
    truncation: float = TRUNCATION,
    edges: str = "covered",
    n: tuple[int, int] = (32, 64),
) -> RectangleFit:
    """Least work between the Parzen window estimate and the rectangle (Equation 5.11, Figure 5-21).

    Both searches, on n[0] and n[1] cells a side, are certified. Raises ValueError as `fit_kl` does.
    """
    points = checked_points(points, 3)
    return _fit_emd(lambda k: fit_masses(parzen_masses(points, k, radius=radius)), grid, cost, truncation, edges, n)


def fit_masses(p: Float[np.ndarray, "n n"]) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, "m 2"]]:
    """The masses that are not zero, and the centres of their cells: what `least_work` takes."""
    masses = checked_masses(p).ravel()
    used = masses > 0
    return masses[used], cell_centres(len(p))[used]


def _fit_emd(
    data: Callable[[int], tuple[np.ndarray, np.ndarray]],
    grid: ParameterGrid | None,
    cost: str,
    truncation: float,
    edges: str,
    n: tuple[int, int],
) -> RectangleFit:
    grid = grid or ParameterGrid()
    weights, points = data(n[0])
    coarse = grid.coarse(n[0], edges)
    options = {"cost": cost, "truncation": truncation}
    searches = [least_work(weights, points, coarse, **options)]
    prices, places = searches[0].potentials, points
    weights, points = data(n[1])
    if places is not points:  # the cells of a finer raster: their prices follow from those of the coarse one
        prices = [extend_potential(u, places, coarse.centres, points, cost, truncation=truncation) for u in prices]

    def at(middle: Rectangle) -> tuple[Candidates, tuple[int, int, int], float]:
        nonlocal prices
        fine = grid.fine(middle, n[1], edges)
        found = least_work(weights, points, fine, potentials=prices, **options)
        prices = prices + found.potentials
        searches.append(found)
        return fine, found.index, found.value

    best, value = _refine(coarse.rectangle(searches[0].index), at)
    last = searches[-1]
    return RectangleFit(
        best,
        value,
        sum(s.bounds.size for s in searches),
        sum(s.solved for s in searches),
        max(0.0, last.value - last.bound),
        searches,
    )


def _refine(
    middle: Rectangle, at: Callable[[Rectangle], tuple[Candidates, tuple[int, int, int], float]], most: int = 8
) -> tuple[Rectangle, float]:
    """Searches finer rectangles round one; again round the best, while that lies on the border of what was searched."""
    for _ in range(most):
        fine, index, value = at(middle)
        middle = fine.rectangle(index)
        if all(0 < i < size - 1 for i, size in zip(index, fine.shape, strict=True)):
            break
    return _turned(middle), value


def _turned(r: Rectangle) -> Rectangle:
    """The same rectangle with an angle from 0 to below 90 degrees."""
    odd = math.floor(r.angle / 90) % 2
    sides = (r.height, r.width) if odd else (r.width, r.height)
    return Rectangle(*sides, r.angle % 90)


def _argmin(values: Float[np.ndarray, "t w h"]) -> tuple[int, int, int]:
    return tuple(int(i) for i in np.unravel_index(values.argmin(), values.shape))
