"""A search by transport that can prove its answer: the rectangle nearest to some data, out of thousands.

Exact transport to one rectangle is a linear programme. Its dual solution is a price list, and a price list that is
feasible for one rectangle is feasible for all: it bounds the work of each of them from below, for the price of a sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist

from .masses import check_positive, masses
from .rectangle import Candidates, Index
from .transport import c_transform, kantorovich

GROUND_COSTS = ("euclidean", "squared", "l1", "truncated")
TRUNCATION = 0.3
"""Where the truncated distance stops to grow."""


def ground_cost(
    x: Float[np.ndarray, "m 2"], y: Float[np.ndarray, "k 2"], name: str = "euclidean", *, truncation: float = TRUNCATION
) -> Float[np.ndarray, "m k"]:
    """Cost of moving a unit of mass from each x to each y.

    "euclidean": their distance; "squared": its square; "l1": |dx| + |dy|; "truncated": the distance, at most
    `truncation`. Raises ValueError for another name, or a truncation that is not above 0.
    """
    metrics = {"euclidean": "euclidean", "squared": "sqeuclidean", "l1": "cityblock", "truncated": "euclidean"}
    if name not in metrics:
        raise ValueError(f"name: expected one of {', '.join(GROUND_COSTS)}, got {name!r}")
    check_positive("truncation", truncation)
    cost = cdist(x, y, metrics[name])
    return np.minimum(cost, truncation) if name == "truncated" else cost


@dataclass(frozen=True)
class Search:
    """What a search found, and what it proved."""

    index: Index
    """of the best rectangle"""
    value: float
    """least work for it, exact"""
    bound: float
    """no rectangle of the candidates needs less work than this"""
    bounds: Float[np.ndarray, "t w h"]
    """a lower bound for each candidate; exact where a transport was computed"""
    solved: int
    """transports that were computed"""
    potentials: list[Float[np.ndarray, " m"]]
    """prices of the data's points, one list a transport"""
    history: list[tuple[float, float]]
    """after each transport: the best value so far, and the smallest bound"""

    @property
    def certified(self) -> bool:
        """Whether the bound meets the value."""
        return self.value - self.bound <= 1e-6


def least_work(
    weights: Float[np.ndarray, " m"],
    points: Float[np.ndarray, "m 2"],
    candidates: Candidates,
    *,
    cost: str = "euclidean",
    truncation: float = TRUNCATION,
    potentials: Sequence[Float[np.ndarray, " m"]] = (),
    start: Index | None = None,
    most: int = 1000,
) -> Search:
    """The candidate to which weighted points can be moved with the least work (Equation 5.11), with a proof.

    By duality, prices u of the points and g of the cells with u(x) + g(y) <= c(x, y) give E_P u + E_Q g <= work, with
    equality for the best prices. The best u for one rectangle, with the largest g that goes with it, the c-transform
    g(y) = min_x c(x, y) - u(x), is feasible for every Q. So each exact transport bounds all candidates. The next one to
    be solved is that of the smallest bound, and the search ends when no bound is below the best value (by 1e-9): a
    cutting-plane method. For a cost that is a distance, -g is the 1-Lipschitz function of Equation 5.18.

    `potentials` are prices of the same points that are known beforehand, such as those of a coarser search; `start` is
    the candidate to begin with; after `most` transports the search gives up, and `Search.certified` is False. Raises
    ValueError for weights that are not those of the points, negative, or do not sum to one, and for potentials that are
    not finite prices of the points.
    """
    weights = masses("weights", weights)
    if weights.shape != (len(points),):
        raise ValueError(f"weights: expected one a point, {len(points)}, got shape {weights.shape}")
    if most < 1:
        raise ValueError(f"most: expected at least one transport, got {most}")
    cells = np.flatnonzero(candidates.touched)  # the others have no mass under any candidate
    table = ground_cost(np.asarray(points, float), candidates.centres[cells], cost, truncation=truncation)
    bounds = np.full(candidates.shape, -np.inf)

    def cut(u: Float[np.ndarray, " m"]) -> None:
        prices = np.zeros(len(candidates.centres))
        prices[cells] = c_transform(u, table)
        np.maximum(bounds, weights @ u + candidates.expectations(prices), out=bounds)

    for u in potentials:
        if np.shape(u) != weights.shape or not np.isfinite(u).all():
            raise ValueError(
                f"potentials: expected finite prices, one for each of {len(points)} points, got shape {np.shape(u)}, "
                "or nan or infinite ones"
            )
        cut(u)
    index = candidates.middle if start is None else start
    exact: dict[Index, float] = {}
    known: list[Float[np.ndarray, " m"]] = []
    history: list[tuple[float, float]] = []
    while True:
        share = candidates.masses(index)[cells]
        used = share > 0
        found = kantorovich(weights, share[used] / share[used].sum(), table[:, used])
        exact[index] = found.cost
        known.append(found.f)
        cut(found.f)
        for solved, value in exact.items():
            bounds[solved] = value
        best = min(exact, key=exact.__getitem__)
        index = tuple(int(i) for i in np.unravel_index(bounds.argmin(), bounds.shape))
        history.append((exact[best], float(bounds[index])))
        if index in exact or bounds[index] >= exact[best] - 1e-9 or len(exact) >= most:
            return Search(best, exact[best], float(bounds.min()), bounds, len(exact), known, history)


def extend_potential(
    u: Float[np.ndarray, " m"],
    points: Float[np.ndarray, "m 2"],
    through: Float[np.ndarray, "k 2"],
    places: Float[np.ndarray, "j 2"],
    cost: str = "euclidean",
    *,
    truncation: float = TRUNCATION,
) -> Float[np.ndarray, " j"]:
    """Prices of new places from those of some points: two c-transforms, by way of the places `through`.

    u'(z) = min_y c(z, y) - g(y) with g(y) = min_x c(x, y) - u(x), over y in `through`.
    """
    g = c_transform(u, ground_cost(points, through, cost, truncation=truncation))
    return c_transform(g, ground_cost(through, places, cost, truncation=truncation))
