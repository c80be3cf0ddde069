"""Information-geometric causal inference: which variable is flatter? (Daniusis et al. 2010; Mooij et al. 2016)."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Float64
from scipy.special import digamma

from .checks import pair_values, standardised


def igci(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    *,
    reference: Literal["uniform", "gaussian"] = "uniform",
    estimator: Literal["slope", "entropy"] = "slope",
) -> float:
    """By how much x is more spread out than y; > 0 says x causes y.

    If y = f(x) without noise, and the slope of f has nothing to do with where x lies, then the density of y is high
    where f is flat, and y has less entropy than x, measured against a reference: `uniform` scales both variables to
    [0, 1], `gaussian` to mean 0 and variance 1. `entropy` is the difference of the entropies of x and y in nats,
    each by the gaps between neighbouring values. `slope` is the mean of log |dx / dy| between neighbours of y less that
    of log |dy / dx| between neighbours of x: without noise, each of the two tells that difference, and their sum is
    twice as large. Both leave out steps of size 0. igci(y, x) is -igci(x, y), exactly.

    Raises ValueError for variables that `pair_values` refuses, or another reference or estimator.
    """
    x, y = pair_values(x, y)
    if reference not in ("uniform", "gaussian"):
        raise ValueError(f"reference: expected uniform or gaussian, got {reference!r}")
    if estimator not in ("slope", "entropy"):
        raise ValueError(f"estimator: expected slope or entropy, got {estimator!r}")
    x, y = (_unit(values) if reference == "uniform" else standardised(values) for values in (x, y))
    if estimator == "entropy":
        return spacing_entropy(x) - spacing_entropy(y)
    return mean_log_slope(y, x) - mean_log_slope(x, y)


def mean_log_slope(x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]) -> float:
    """The sum of log |dy / dx| over neighbours in the order of x, divided by n - 1 (Mooij et al. 2016, Section 4.2).

    Steps where one of the variables stands still count as 0. Equal x stay in the order in which they came, as in the
    code of Mooij et al.: where values repeat, the order of the rows matters.
    """
    order = np.argsort(x, kind="stable")
    dx, dy = np.diff(x[order]), np.abs(np.diff(y[order]))
    moved = (dx > 0) & (dy > 0)
    return float((np.log(dy[moved]) - np.log(dx[moved])).sum() / (len(x) - 1))


def spacing_entropy(x: Float64[np.ndarray, " n"]) -> float:
    """The differential entropy of x in nats, by the gaps between neighbours (Kraskov et al. 2004, for one dimension).

    Gaps of 0, where values repeat, are left out of the sum.
    """
    gaps = np.diff(np.sort(x))
    n = len(x)
    return float(np.log(gaps[gaps > 0]).sum() / (n - 1) + digamma(n) - digamma(1))


def _unit(x: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    return (x - x.min()) / (x.max() - x.min())
