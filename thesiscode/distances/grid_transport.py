"""Sinkhorn's algorithm on grids, whose costs depend on differences only: no cost matrix is ever made."""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float, Real
from scipy.signal import fftconvolve

from .log_convolution import Box, LogConvolution, bounding_box
from .masses import check_positive, real_values, two_masses
from .sinkhorn import RELAX, check_settings, finished, schedule
from .transport import Transport

Ground = Callable[[np.ndarray, np.ndarray], np.ndarray]
METRICS: dict[str, Ground] = {"euclidean": np.hypot, "cityblock": lambda dy, dx: np.abs(dy) + np.abs(dx)}
GROUNDS: dict[str, Ground] = METRICS | {"sqeuclidean": lambda dy, dx: dy**2 + dx**2}

ESTIMATES = ("midpoint", "plan")
"""What `sinkhorn_grid` can return as the cost."""
COARSE = 0.05
"""Marginals need not be nearer than this before epsilon falls."""
SMOOTHEST = 1e9
"""Kernels are as flat as this, in cells, or less: more than any grid has, and a number that does not overflow."""


def sinkhorn_grid(
    p: Real[np.ndarray, "h w"],
    q: Real[np.ndarray, "h w"],
    *,
    spacing: float,
    epsilon: float,
    ground: str | Ground = "euclidean",
    estimate: str = "midpoint",
    tolerance: float = 1e-3,
    max_iterations: int = 1000,
) -> Transport:
    """The cost of moving p to q on a grid, with an entropy and with bounds of the exact cost (thesis Appendix D.2).

    p and q are masses with a sum of 1, `spacing` is the distance of neighbouring points, `ground` the cost of a unit:
    "euclidean", "cityblock", "sqeuclidean", or a function of the way (dy, dx), to minus from. Each step
    of Sinkhorn's algorithm is a convolution (`LogConvolution`), so that n points need memory for n numbers, not n^2.

    - Where the ground is one of both metrics, mass that p and q share at a point may stay there. Only p - q is moved.
    - epsilon, in the unit of the cost, falls from the largest cost to the given one.
    - `upper` is the cost of the plan after its marginals are made exact. `lower` is the value of a c-transform of the
      potential (thesis Equation 5.18), an exact one. The exact cost lies between them, up to rounding (1e-6 of it).
    - `cost` is the mean of both bounds, or, with estimate="plan", `plan_cost`, that of the plan as found.
      For a metric, and epsilon small beside the way that mass goes, `plan_cost` is too large by about epsilon / 2 times
      the mass that moves.

    `f` and `g` are defined on the whole grid, with f(x) + g(y) <= ground(y - x); for a metric g = -f. `marginal_error`
    is that of the plan before it was repaired, `tolerance` the most that it may be, for a plan of total 1.
    `plan` is None.

    Raises ValueError for bad masses, shapes that differ, settings that are not above 0, an unknown ground or estimate,
    or a ground with infinite values. Warns with `NotConverged` where `max_iterations` are not enough; the bounds hold
    nevertheless.
    """
    if np.ndim(p) != 2:
        raise ValueError(f"p: expected masses on a grid [h, w], got shape {np.shape(p)}")
    p, q = two_masses(p, q)
    check_positive("spacing", spacing)
    check_settings(epsilon, tolerance, max_iterations)
    if estimate not in ESTIMATES:
        raise ValueError(f"estimate: expected one of {', '.join(ESTIMATES)}, got {estimate!r}")
    costs = _costs(ground, p.shape, spacing)[::-1, ::-1]  # by x - y
    metric = isinstance(ground, str) and ground in METRICS
    a, b = (np.maximum(p - q, 0), np.maximum(q - p, 0)) if metric else (p, q)
    stages = schedule(epsilon, float(np.ptp(costs)))
    moved = float(a.sum())
    if moved < np.finfo(float).eps:
        zero = np.zeros(p.shape)
        return Transport(0.0, 0.0, 0.0, 0.0, 0, True, zero, zero, epsilon=epsilon, plan_cost=0.0)
    problem = _Problem(a / moved, b / b.sum(), costs)
    done = 0
    for now in stages:
        problem.at(now)
        for error in problem.improve():
            done += 1
            near = error <= (tolerance / 2 if now == epsilon else COARSE)
            if done >= max_iterations or (near and (now > epsilon or problem.settle() <= tolerance)):
                break
        if done >= max_iterations:
            break
    error, plan_cost, upper = problem.plan()
    if metric:
        f = c_transform_grid(problem.potential(), costs, within=bounding_box(p != q))
        g = -f
    else:
        f = c_transform_grid(problem.potential(), costs)
        g = c_transform_grid(f, costs[::-1, ::-1])
    lower = float((f * p).sum() + (g * q).sum())
    plan_cost, upper = moved * plan_cost, moved * upper
    return Transport(
        cost=(lower + upper) / 2 if estimate == "midpoint" else plan_cost,
        lower=lower,
        upper=upper,
        marginal_error=moved * error,
        iterations=done,
        converged=finished("sinkhorn_grid", error, tolerance, done, now, epsilon),
        f=f,
        g=g,
        epsilon=now,
        plan_cost=plan_cost,
    )


class _Problem:
    """Potentials f on the box of a, g on the box of b, both in the unit of the cost, and steps that improve them."""

    def __init__(self, a: Float[np.ndarray, "h w"], b: Float[np.ndarray, "h w"], costs: Float[np.ndarray, "H W"]):
        self.shape, self.costs = a.shape, costs
        self.boxes: tuple[Box, Box] = bounding_box(a > 0), bounding_box(b > 0)
        self.a, self.b = a[self.boxes[0]], b[self.boxes[1]]
        with np.errstate(divide="ignore"):
            self.log_a, self.log_b = np.log(self.a), np.log(self.b)
        self.f, self.g = np.zeros(self.a.shape), np.zeros(self.b.shape)

    def at(self, epsilon: float) -> None:
        """Prepares the kernels of another epsilon."""
        self.epsilon = epsilon
        to_a, to_b = self.boxes
        # the steepest step along one axis, among differences that occur, bounds how fast the kernel falls
        reach = [np.arange(x.start - y.stop + 1, x.stop - y.start) for x, y in zip(to_a, to_b, strict=True)]
        occur = self._cost(reach[0][:, None], reach[1][None])
        steepest = max((np.abs(np.diff(occur, axis=k)).max(initial=0) for k in (0, 1)), default=0)
        self.smoothness = epsilon / max(steepest, epsilon / SMOOTHEST)
        self.of_b = LogConvolution(self._kernel, to_a, to_b, self.smoothness)
        self.of_a = LogConvolution(lambda dy, dx: self._kernel(-dy, -dx), to_b, to_a, self.smoothness)

    def _cost(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        # tiles reach beyond the grid, where nothing is; any value does
        limits = [n // 2 for n in self.costs.shape]
        return self.costs[tuple(np.clip(d, -n, n) + n for d, n in zip((dy, dx), limits, strict=True))]

    def _kernel(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        return -self._cost(dy, dx) / self.epsilon

    def next_f(self) -> Float[np.ndarray, "h w"]:
        """The f that gives the plan the marginal a."""
        return -self.epsilon * self.of_b(self.log_b + self.g / self.epsilon)

    def next_g(self) -> Float[np.ndarray, "h w"]:
        """The g that gives the plan the marginal b."""
        return -self.epsilon * self.of_a(self.log_a + self.f / self.epsilon)

    def improve(self) -> Iterator[float]:
        """Steps at one epsilon; yields how far the plan's marginal was from a before each of them."""
        before = np.inf
        while True:
            f = self.next_f()
            error = float((np.abs(np.expm1(np.minimum((self.f - f) / self.epsilon, 30.0))) * self.a).sum())
            relax = RELAX if error < before else 1.0
            self.f = f if np.isinf(before) else self.f + relax * (f - self.f)
            self.g = self.g + (1.0 if np.isinf(before) else relax) * (self.next_g() - self.g)
            before = error
            yield error

    def settle(self) -> float:
        """Makes the marginal b of the plan exact. Returns how far the other one is from a."""
        self.g = self.next_g()
        self.grow = np.exp(np.minimum((self.f - self.next_f()) / self.epsilon, 30.0))  # rows over what they should be
        return float((np.abs(self.grow - 1) * self.a).sum())

    def plan(self) -> tuple[float, float, float]:
        """Marginal error and cost of the plan, and its cost after a repair of its marginals (see `round_plan`)."""
        error = self.settle()
        grow = self.grow
        to_a, to_b = self.boxes
        with np.errstate(divide="ignore"):
            weighted = LogConvolution(
                lambda dy, dx: self._kernel(dy, dx) + np.log(self._cost(dy, dx)), to_a, to_b, self.smoothness
            )
        work = np.exp(self.log_a + self.f / self.epsilon + weighted(self.log_b + self.g / self.epsilon))
        shrink = 1 / np.maximum(grow, 1)
        left_a = self.a * (1 - shrink * grow)
        with np.errstate(divide="ignore"):
            columns = self.b * np.exp(
                self.g / self.epsilon + self.of_a(self.log_a + np.log(shrink) + self.f / self.epsilon)
            )
        left_b = np.maximum(self.b - columns, 0)
        upper = float((work * shrink).sum())
        if left_a.sum() > 0 and left_b.sum() > 0:
            upper += self._cost_of_product(left_a, left_b) / float(left_b.sum())
        return error, float(work.sum()), upper

    def _cost_of_product(self, left_a: Float[np.ndarray, "h w"], left_b: Float[np.ndarray, "k l"]) -> float:
        """Sum over x, y of left_a(x) left_b(y) cost(x - y)."""
        everywhere = np.zeros(self.shape)
        everywhere[self.boxes[1]] = left_b
        reached = fftconvolve(everywhere, self.costs)
        h, w = self.shape
        return float((left_a * reached[h - 1 : 2 * h - 1, w - 1 : 2 * w - 1][self.boxes[0]]).sum())

    def potential(self) -> Float[np.ndarray, "h w"]:
        """g on the whole grid, -inf where b has no mass."""
        g = np.full(self.shape, -np.inf)
        g[self.boxes[1]] = np.where(self.b > 0, self.g, -np.inf)
        return g


def c_transform_grid(
    potential: Real[np.ndarray, "h w"], costs: Float[np.ndarray, "H W"], *, within: Box | None = None
) -> Float[np.ndarray, "h w"]:
    """At each point y of a grid, the least of cost(y - x) - potential(x) over the points x of the same grid, exactly.

    costs: for differences from -(h - 1) to h - 1 and from -(w - 1) to w - 1; points with a potential of -inf are left
    out. `within`: a box, outside of which a point gets the value of the nearest one in the box. That is no transform,
    but keeps a function 1-Lipschitz. Time: a minimum over the points x for each y; memory: a line of the grid for each.
    """
    h, w = potential.shape
    source = bounding_box(np.isfinite(potential))
    target = within or (slice(0, h), slice(0, w))
    found = np.full(tuple(s.stop - s.start for s in target), np.inf)
    columns = np.arange(target[1].start, target[1].stop)[:, None] - np.arange(source[1].start, source[1].stop)
    for difference in range(target[0].start - source[0].stop + 1, target[0].stop - source[0].start):
        along = costs[difference + h - 1][columns + w - 1]
        low = max(source[0].start, target[0].start - difference)
        high = min(source[0].stop, target[0].stop - difference)
        for x in range(low, high):
            line = found[x + difference - target[0].start]
            np.minimum(line, (along - potential[x, source[1]]).min(axis=1), out=line)
    edges = [(s.start, n - s.stop) for s, n in zip(target, (h, w), strict=True)]
    return np.pad(found, edges, mode="edge")


def _costs(ground: str | Ground, shape: tuple[int, int], spacing: float) -> Float[np.ndarray, "H W"]:
    """Costs of all differences (dy, dx) of points of the grid, from the most negative one on."""
    if not callable(ground) and not (isinstance(ground, str) and ground in GROUNDS):
        raise ValueError(f"ground: expected one of {', '.join(GROUNDS)}, or a function of (dy, dx), got {ground!r}")
    dy, dx = (spacing * np.arange(1 - n, n) for n in shape)
    function = ground if callable(ground) else GROUNDS[ground]
    costs = real_values("ground", function(*np.broadcast_arrays(dy[:, None], dx)))
    if costs.shape != (len(dy), len(dx)) or not np.isfinite(costs).all() or costs.min() < 0:
        raise ValueError(
            f"ground: expected finite costs of at least 0, shape {(len(dy), len(dx))}, got shape {costs.shape}, "
            f"least cost {np.min(costs):g}"
        )
    return costs
