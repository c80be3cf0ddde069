"""Optimal transport with an entropy, by Sinkhorn's algorithm in the log domain."""

import warnings

import numpy as np
from jaxtyping import Float, Real

from .masses import check_integer, check_positive
from .transport import NotConverged, Transport, c_transform, checked

ANNEAL = 0.5
"""Epsilon falls by this factor from one stage to the next, from the largest cost down to the one asked for."""

RELAX = 1.5
"""Updates of potentials go so many times as far as they should, while that lowers the error (successive
over-relaxation)."""

SMALLEST = 1e-12
"""The least epsilon, as a share of the range of costs: below it, potentials lose their last digits to rounding."""

ROUNDING = 1e-9
"""What rounding may add to the error of a plan's marginals."""

TINY = 1e-300


def sinkhorn(
    p: Real[np.ndarray, " n"],
    q: Real[np.ndarray, " m"],
    cost: Real[np.ndarray, "n m"],
    *,
    epsilon: float,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    anneal: bool = True,
) -> Transport:
    """The plan that minimises sum(plan * cost) + epsilon * KL(plan || p q), in the log domain (thesis Appendix D.2).

    The plan is exp((f + g - cost) / epsilon) p q. Updates of f and g by turns repair one marginal each; they stop when
    the marginals are off by at most `tolerance`, an L1 distance. With `anneal` the first updates use a large epsilon
    that falls by `ANNEAL` from one to the next. No number underflows, however small epsilon is: only logarithms
    of sums are kept.

    `cost` and `plan_cost` are sum(plan * cost): too large, by the blur of the entropy. `upper` is the cost of the plan
    after its marginals were made exact (`round_plan`), `lower` the dual value after a c-transform of f or g. epsilon
    has the unit of the cost. Time and memory of an iteration: n m numbers.

    Raises ValueError as `emd` does, and for settings that are not above 0. Warns with `NotConverged` where
    `max_iterations` are not enough; the result then says `converged=False`, and the bounds hold nevertheless.
    """
    p, q, cost = checked(p, q, cost)
    check_settings(epsilon, tolerance, max_iterations)
    some, other = p > 0, q > 0
    plan = np.zeros(cost.shape)
    plan[np.ix_(some, other)], f, g, now, done = _solve(
        p[some], q[other], cost[np.ix_(some, other)], epsilon, tolerance, max_iterations, anneal
    )
    error = marginal_error(plan.sum(axis=1), plan.sum(axis=0), p, q)
    upper = float((round_plan(plan, p, q) * cost).sum())
    # potentials that keep the constraint, also where there is no mass: from f or from g, whichever is worth more
    first, second = c_transform(f, cost[some]), c_transform(g, cost.T[other])
    chosen = [(c_transform(first, cost.T), first), (second, c_transform(second, cost))]
    all_f, all_g = max(chosen, key=lambda both: both[0] @ p + both[1] @ q)
    value = float((plan * cost).sum())
    converged = finished("sinkhorn", error, tolerance, done, now, epsilon)
    return Transport(
        cost=value,
        lower=float(all_f @ p + all_g @ q),
        upper=upper,
        marginal_error=error,
        iterations=done,
        converged=converged,
        f=all_f,
        g=all_g,
        epsilon=now,
        plan=plan,
        plan_cost=value,
    )


def sinkhorn_divergence(
    p: Real[np.ndarray, " n"],
    q: Real[np.ndarray, " n"],
    cost: Real[np.ndarray, "n n"],
    *,
    epsilon: float,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    anneal: bool = True,
) -> float:
    """The value of the entropic problem of p and q, less half of those of p and p and of q and q (Feydy et al. 2019).

    The value is the least sum(plan * cost) + epsilon * KL(plan || p q), which `sinkhorn` looks for. What its entropy
    adds is taken off again: the divergence of p from itself is 0. For small epsilon it tends to the exact cost, for
    large epsilon to (p - q) cost (q - p) / 2, half the energy distance if the cost is the Euclidean one. Where
    exp(-cost / epsilon) is positive definite, it is at least 0. It has the unit of the cost, but is no bound of it.

    p and q are masses on the same n points, `cost` that of moving from each to each; points without mass do not count.
    Values are those of the dual problem, whose errors are about the square of those of the marginals.

    Raises ValueError as `sinkhorn` does, and for a cost that is not square. Warns with `NotConverged` where
    `max_iterations` are not enough for one of the three problems.
    """
    p, q, cost = checked(p, q, cost)
    check_settings(epsilon, tolerance, max_iterations)
    if len(p) != len(q):
        raise ValueError(f"cost: expected a square one, between points that p and q share, got shape {cost.shape}")
    values, ends = [], []
    for one, other in ((p, q), (p, p), (q, q)):
        a, b, c = one[one > 0], other[other > 0], cost[np.ix_(one > 0, other > 0)]
        if np.array_equal(one, other) and np.array_equal(c, c.T):
            value, error, now, done = _solve_self(a, c, epsilon, tolerance, max_iterations, anneal)
        else:
            plan, f, g, now, done = _solve(a, b, c, epsilon, tolerance, max_iterations, anneal)
            value, error = float(f @ a + g @ b), marginal_error(plan.sum(axis=1), plan.sum(axis=0), a, b)
        values.append(value)
        ends.append((error, done, now))
    error, done, now = max(ends, key=lambda end: (end[2], end[0]))
    finished("sinkhorn_divergence", error, tolerance, done, now, epsilon)
    return values[0] - (values[1] + values[2]) / 2


def _solve(
    a: Float[np.ndarray, " n"],
    b: Float[np.ndarray, " m"],
    c: Float[np.ndarray, "n m"],
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    anneal: bool,
) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, " n"], Float[np.ndarray, " m"], float, int]:
    """For masses above 0: the plan, whose column sums are exact, the potentials of the entropic problem, the epsilon
    that was reached, and the iterations done."""
    stages = schedule(epsilon, float(np.ptp(c)), anneal)
    log_a, log_b = np.log(a), np.log(b)
    f, g = np.zeros(len(a)), np.zeros(len(b))
    before = np.inf
    for done in range(1, max_iterations + 1):
        now = stages[min(done, len(stages)) - 1]
        new_f = -now * _log_sum(log_b + (g - c) / now)
        error = _excess((f - new_f) / now, a)
        last = done > len(stages)
        if last and error <= tolerance / 2:
            g = -now * _log_sum(log_a + (f - c.T) / now)  # the column sums are exact now
            new_f = -now * _log_sum(log_b + (g - c) / now)
            if _excess((f - new_f) / now, a) <= tolerance:
                break
        relax = RELAX if last and error < before else 1.0
        f = f + relax * (new_f - f)
        g = g + relax * (-now * _log_sum(log_a + (f - c.T) / now) - g)
        before = error
    else:
        g = -now * _log_sum(log_a + (f - c.T) / now)
    plan = np.exp((f[:, None] + g - c) / now + log_a[:, None] + log_b)
    return plan, f, g, now, done


def _solve_self(
    a: Float[np.ndarray, " n"],
    c: Float[np.ndarray, "n n"],
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    anneal: bool,
) -> tuple[float, float, float, int]:
    """The dual value of moving a to itself by a symmetric cost, the marginal error, the epsilon that was reached, and
    the iterations done. One potential serves both sides; steps go halfway to the next one (Feydy et al. 2019)."""
    stages = schedule(epsilon, float(np.ptp(c)), anneal)
    log_a, f = np.log(a), np.zeros(len(a))
    for done in range(1, max_iterations + 1):
        now = stages[min(done, len(stages)) - 1]
        new_f = -now * _log_sum(log_a + (f - c) / now)
        error = 2 * _excess((f - new_f) / now, a)
        if (done >= len(stages) and error <= tolerance) or done == max_iterations:
            break
        f = (f + new_f) / 2
    total = float(np.exp(np.minimum((f - new_f) / now, 30.0)) @ a)
    return 2 * float(f @ a) - now * (total - 1), error, now, done


def _excess(growth: Float[np.ndarray, " n"], p: Float[np.ndarray, " n"]) -> float:
    """How far row sums are from p that are exp(growth) times as large."""
    return float(np.abs(np.expm1(np.minimum(growth, 30.0))) @ p)


def _log_sum(exponents: Float[np.ndarray, "n m"]) -> Float[np.ndarray, " n"]:
    """log of the sum of exponentials of each row; overwrites its argument."""
    top = exponents.max(axis=1)
    exponents -= top[:, None]
    return np.log(np.exp(exponents, out=exponents).sum(axis=1)) + top


def round_plan(
    plan: Float[np.ndarray, "n m"], p: Float[np.ndarray, " n"], q: Float[np.ndarray, " m"]
) -> Float[np.ndarray, "n m"]:
    """A plan close by whose marginals are p and q (Altschuler et al. 2017, Algorithm 2).

    Rows and columns with too much are scaled down, and what is missing is spread out, in proportion to both gaps.
    """
    plan = plan * np.minimum(p / np.maximum(plan.sum(axis=1), TINY), 1)[:, None]
    plan = plan * np.minimum(q / np.maximum(plan.sum(axis=0), TINY), 1)
    left_p, left_q = p - plan.sum(axis=1), q - plan.sum(axis=0)
    missing = left_p.sum()
    return plan + np.outer(left_p, left_q) / missing if missing > 0 else plan


def marginal_error(
    rows: Float[np.ndarray, "*p"],
    columns: Float[np.ndarray, "*q"],
    p: Float[np.ndarray, "*p"],
    q: Float[np.ndarray, "*q"],
) -> float:
    """L1 distances of both marginals of a plan from p and q, added."""
    return float(np.abs(rows - p).sum() + np.abs(columns - q).sum())


def schedule(epsilon: float, scale: float, anneal: bool = True) -> list[float]:
    """Epsilons of the first iterations: from `scale`, the range of costs, down by `ANNEAL` to `epsilon`.

    Raises ValueError if epsilon is so small beside the costs that double precision cannot hold their ratio.
    """
    if epsilon < scale * SMALLEST:
        raise ValueError(
            f"epsilon: expected at least {SMALLEST:g} times the range of the costs, {scale:g}, got {epsilon:g}"
        )
    if not anneal or scale <= epsilon:
        return [epsilon]
    steps = int(np.ceil(np.log(scale / epsilon) / -np.log(ANNEAL)))
    return [*(scale * ANNEAL**k for k in range(steps)), epsilon]


def check_settings(epsilon: float, tolerance: float, max_iterations: int) -> None:
    """Raises ValueError unless all are above 0, and the last one is an integer."""
    check_positive("epsilon", epsilon)
    check_positive("tolerance", tolerance)
    check_integer("max_iterations", max_iterations, 1)


def finished(name: str, error: float, tolerance: float, iterations: int, now: float, epsilon: float) -> bool:
    """Whether a solver is done: warns with `NotConverged` where it is not."""
    # the measured error has the rounding of both sums in it
    if error <= tolerance + ROUNDING and now == epsilon:
        return True
    message = (
        f"{name}: marginals are off by {error:.3g} (L1) after {iterations} iterations at epsilon {now:g}, expected at "
        f"most {tolerance:g} at epsilon {epsilon:g}: raise max_iterations, tolerance or epsilon"
    )
    warnings.warn(NotConverged(message, residual=error, iterations=iterations), stacklevel=3)
    return False
