"""What the five objectives say at every angle, with the sides that are best there."""

import math

import numpy as np
from jaxtyping import Float

from .fits import METHODS, ParameterGrid, RectangleFit, fit_masses, js_values, smallest_cover
from .least_work import TRUNCATION, least_work
from .parzen import RADIUS, checked_points, parzen_masses
from .rectangle import Candidates


def profiles(
    points: Float[np.ndarray, "m 2"],
    angles: Float[np.ndarray, " t"],
    *,
    radius: float = RADIUS,
    n: int = 32,
    cost: str = "euclidean",
    truncation: float = TRUNCATION,
    grid: ParameterGrid | None = None,
) -> dict[str, list[RectangleFit]]:
    """For each method and angle in degrees, the fit among the rectangles of that angle, on n x n cells.

    The values of "likelihood" and "kl" are log(a b), up to a term that does not depend on the rectangle; those of
    "discrete" and "emd" are least work, and certified. Raises ValueError for fewer than three points.
    """
    points, grid = checked_points(points, 3), grid or ParameterGrid()
    sides = np.arange(grid.least_side, grid.most_side + grid.side_step / 2, grid.side_step)
    masses = parzen_masses(points, n, radius=radius)
    data = {"discrete": (np.full(len(points), 1 / len(points)), points), "emd": fit_masses(masses)}
    found: dict[str, list[RectangleFit]] = {method: [] for method in METHODS}
    prices: dict[str, list[np.ndarray]] = {"discrete": [], "emd": []}
    for angle in np.asarray(angles, float):
        for method, margin in (("likelihood", 0.0), ("kl", radius)):
            (cover,) = smallest_cover(points, np.array([angle]), margin=margin)
            found[method].append(RectangleFit(cover, math.log(cover.area), 1, 1))
        candidates = Candidates(sides, sides, np.array([angle]), n)
        values = js_values(masses, candidates)
        index = np.unravel_index(values.argmin(), values.shape)
        found["js"].append(RectangleFit(candidates.rectangle(index), float(values.min()), values.size, values.size))
        for method, (weights, places) in data.items():
            search = least_work(
                weights, places, candidates, cost=cost, truncation=truncation, potentials=prices[method][-12:]
            )
            prices[method] += search.potentials
            best = candidates.rectangle(search.index)
            gap = max(0.0, search.value - search.bound)
            found[method].append(RectangleFit(best, search.value, search.bounds.size, search.solved, gap, [search]))
    return found
