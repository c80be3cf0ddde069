"""Optimal transport: what it returns, and the exact solution (thesis Equations 5.11 and 5.18)."""

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from scipy.spatial.distance import cdist

from .masses import masses, real_values

MAX_PIVOTS = 10_000_000
"""The exact solver gives up after so many steps of the network simplex algorithm."""


class NotConverged(UserWarning):
    """A solver stopped before it was done. `residual` is how far the plan's marginals were off (an L1 distance, nan
    where the solver does not tell), `iterations` how many it had."""

    def __init__(self, message: str, *, residual: float, iterations: int):
        super().__init__(message)
        self.residual = residual
        self.iterations = iterations


@dataclass(frozen=True, eq=False)
class Transport:
    """What a solver found out about moving p to q, and how good it is."""

    cost: float
    """the estimate of the least total cost; see the solver for what it is"""
    lower: float
    """the exact cost is not below this: the value of potentials that keep the dual constraint f(x) + g(y) <= c(x, y)"""
    upper: float
    """the exact cost is not above this: the cost of a plan with the right marginals"""
    marginal_error: float
    """sum of absolute differences between the marginals of the plan, as found, and p and q; both sums added"""
    iterations: int
    """0 for the exact solver, which counts differently"""
    converged: bool
    """False goes with a `NotConverged` warning"""
    f: Float[np.ndarray, "*p"]
    """potential on the points of p"""
    g: Float[np.ndarray, "*q"]
    """potential on the points of q"""
    epsilon: float = 0.0
    """weight of the entropy; 0 for the exact solution"""
    plan: Float[np.ndarray, "n m"] | None = None
    """mass that goes from each point of p to each one of q; None on large grids, where it would not fit"""
    plan_cost: float = float("nan")
    """sum of plan * cost for the plan as found: at least the least cost, up to the marginal error"""

    @property
    def bias(self) -> float:
        """The estimate is off by at most this, whatever the solver: the larger distance to one of both bounds."""
        return max(self.upper - self.cost, self.cost - self.lower, 0.0)


def ground_distance(x: Real[np.ndarray, "n d"], y: Real[np.ndarray, "m d"]) -> Float[np.ndarray, "n m"]:
    """Euclidean distances between all points of two clouds. Raises ValueError for clouds of other shapes, or with
    coordinates that are not finite."""
    if np.ndim(x) != 2 or np.ndim(y) != 2 or np.shape(x)[1] != np.shape(y)[1]:
        raise ValueError(f"x, y: expected points [n, d] and [m, d], got shapes {np.shape(x)} and {np.shape(y)}")
    x, y = real_values("x", x), real_values("y", y)
    for name, cloud in (("x", x), ("y", y)):
        if not np.isfinite(cloud).all():
            raise ValueError(f"{name}: expected finite coordinates, got nan or infinite ones")
    return cdist(x, y)


def c_transform(potential: Real[np.ndarray, " n"], cost: Real[np.ndarray, "n m"]) -> Float[np.ndarray, " m"]:
    """The largest g with potential(x) + g(y) <= cost(x, y): at each y, the least of cost(x, y) - potential(x).

    Where the cost is a metric and the potential is 1-Lipschitz, g is minus the potential. For the other direction, give
    the transpose of the cost. A potential of -inf leaves a point out, an infinite cost a pair. Raises ValueError for
    shapes that do not fit, and for nan.
    """
    if np.ndim(cost) != 2 or np.shape(potential) != np.shape(cost)[:1]:
        raise ValueError(f"potential: expected one value a row of cost {np.shape(cost)}, got {np.shape(potential)}")
    potential, cost = real_values("potential", potential), real_values("cost", cost)
    if not (potential < np.inf).all():
        raise ValueError("potential: expected numbers below infinity, got nan or infinity")
    if not (cost > -np.inf).all():
        raise ValueError("cost: expected numbers above minus infinity, got nan or minus infinity")
    return (cost - potential[:, None]).min(axis=0)


def emd(p: Real[np.ndarray, " n"], q: Real[np.ndarray, " m"], cost: Real[np.ndarray, "n m"]) -> float:
    """The earth mover's distance: the least total cost of moving the masses p to q (thesis Equation 5.11 with p = 1).

    Exact, by the network simplex algorithm of the library POT. p and q are masses with a sum of 1, `cost[i, j]` is what
    it costs to move a unit from point i of p to point j of q. Memory: the cost matrix, a few times.

    Raises ValueError for negative, infinite or unnormalised masses, or a cost of another shape, or with infinite or
    complex values. Warns with `NotConverged` if the solver gives up.
    """
    import ot  # half a second that only those who need it should wait for

    p, q, cost = checked(p, q, cost)
    some, other = p > 0, q > 0
    part = np.ascontiguousarray(cost[np.ix_(some, other)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the log says it, and we say it below
        value, log = ot.emd2(p[some], q[other], part, numItermax=MAX_PIVOTS, log=True)
    _warn(log)
    return float(value)


def kantorovich(p: Real[np.ndarray, " n"], q: Real[np.ndarray, " m"], cost: Real[np.ndarray, "n m"]) -> Transport:
    """The exact solution of both problems: an optimal plan, and optimal potentials f, g (thesis Equation 5.18).

    `cost` and `upper` are the cost of the plan; `lower` is sum(f p) + sum(g q), where f(x) + g(y) <= cost(x, y) holds
    for all pairs, also of points without mass, so that it can be no larger. By duality both agree. The potentials are
    determined up to a constant only (more freedom where the problem splits); here f has mean 0 under p.

    Arguments, errors and warnings are those of `emd`.
    """
    import ot

    p, q, cost = checked(p, q, cost)
    some, other = p > 0, q > 0
    part = np.ascontiguousarray(cost[np.ix_(some, other)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found, log = ot.emd(p[some], q[other], part, numItermax=MAX_PIVOTS, log=True, center_dual=True)
    converged = _warn(log)
    plan = np.zeros(cost.shape)
    plan[np.ix_(some, other)] = found
    # the solver's potentials keep the constraint up to rounding, and only where there is mass: transforms repair both
    g = c_transform(log["u"], cost[some])
    f = c_transform(g, cost.T)
    shift = f @ p
    f, g = f - shift, g + shift
    value = float((plan * cost).sum())
    error = float(np.abs(plan.sum(axis=1) - p).sum() + np.abs(plan.sum(axis=0) - q).sum())
    return Transport(
        cost=value,
        lower=float(f @ p + g @ q),
        upper=value,
        marginal_error=error,
        iterations=0,
        converged=converged,
        f=f,
        g=g,
        plan=plan,
        plan_cost=value,
    )


def wasserstein(
    p: Real[np.ndarray, " n"], q: Real[np.ndarray, " m"], distance: Real[np.ndarray, "n m"], *, order: int = 1
) -> float:
    """W_p, exactly (thesis Equation 5.11): the order-th root of the earth mover's distance for distance^order.

    Distances count as shares of the largest one, so that no power of them overflows. Raises ValueError for an order
    below 1 or without end, one so high that powers of the distances that matter are 0 in double precision, negative
    distances, and as `emd` does.
    """
    if not 1 <= order < np.inf:
        raise ValueError(f"order: expected a finite number of at least 1, got {order!r}")
    p, q, distance = checked(p, q, distance)
    if distance.min() < 0:
        raise ValueError(f"distance: expected distances of at least 0, got {distance.min():g}")
    largest = distance.max() or 1.0
    cost = (distance / largest) ** order
    found = max(emd(p, q, cost), 0.0)
    if found < np.finfo(float).tiny and (cost[distance > 0] < np.finfo(float).tiny).any():
        raise ValueError(
            f"order: expected one for which powers of distances / {largest:g} are above 0 in double precision, got "
            f"{order!r}"
        )
    return float(largest * found ** (1 / order))


def checked(
    p: Real[np.ndarray, " n"], q: Real[np.ndarray, " m"], cost: Real[np.ndarray, "n m"]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " m"], Float[np.ndarray, "n m"]]:
    """Masses and costs in double precision. Raises ValueError as `emd` says."""
    for name, one in (("p", p), ("q", q)):
        if np.ndim(one) != 1:
            raise ValueError(f"{name}: expected masses [n], got shape {np.shape(one)}")
    if np.shape(cost) != (len(p), len(q)):
        raise ValueError(f"cost: expected shape {(len(p), len(q))}, as p and q have, got {np.shape(cost)}")
    p, q = masses("p", p), masses("q", q)
    cost = real_values("cost", cost)
    if not np.isfinite(cost).all():
        raise ValueError(f"cost: expected finite costs, got {np.count_nonzero(~np.isfinite(cost))} that are not")
    return p, q, cost


def _warn(log: dict) -> bool:
    """Whether POT's exact solver is done; warns where it is not."""
    if not log["warning"]:
        return True
    message = f"emd: the solver stopped after {MAX_PIVOTS:,} steps without an optimal plan: {log['warning']}"
    warnings.warn(NotConverged(message, residual=float("nan"), iterations=MAX_PIVOTS), stacklevel=3)
    return False
