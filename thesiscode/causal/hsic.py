"""The Hilbert-Schmidt independence criterion: do two variables depend on one another? (Gretton et al. 2005, 2008)."""

import math
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Float64
from scipy import stats
from scipy.spatial.distance import pdist, squareform

from .checks import pair_values

TERMS = 10_000
"""Terms of a continued fraction, at most; a few dozen are the rule."""


class HSICResult(NamedTuple):
    """What HSIC says of two variables."""

    statistic: float
    """the biased estimate of HSIC, at least 0; 0, nearly, for independent variables"""
    log_p_value: float
    """natural logarithm of the p-value of independence, which is often too small for a float"""

    @property
    def p_value(self) -> float:
        """How likely a statistic as large as this one is for independent variables; 0 where it underflows."""
        return float(np.exp(self.log_p_value))


def hsic(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    *,
    test: Literal["gamma", "permutation"] = "gamma",
    permutations: int = 200,
    rng: np.random.Generator | None = None,
) -> HSICResult:
    """The HSIC of x and y with Gaussian kernels, and a test of independence.

    The statistic is trace(K H L H) / n^2 with K_ij = exp(-(x_i - x_j)^2 / (2 s^2)), L the same for y, H = I - 1/n, and
    s the median distance of distinct points. `gamma` compares n times it with a gamma distribution that has the mean
    and variance of the null hypothesis (Gretton et al. 2008, Section 3); `permutation` shuffles y, which is exact for
    any n. Time and memory grow with n^2.

    Raises ValueError for variables that `pair_values` refuses, another test, fewer than one permutation, and for a
    permutation test without rng.
    """
    x, y = pair_values(x, y)
    if test not in ("gamma", "permutation"):
        raise ValueError(f"test: expected gamma or permutation, got {test!r}")
    if permutations < 1:
        raise ValueError(f"permutations: expected at least 1, got {permutations}")
    if test == "permutation" and rng is None:
        raise ValueError("rng: expected a generator for a permutation test, got None")
    of_x, of_y = gaussian_kernel(x), gaussian_kernel(y)
    centred_x, centred_y = centred(of_x), centred(of_y)
    statistic = float((centred_x * centred_y).mean())
    if test == "gamma":
        products = (centred_x * centred_y) ** 2
        return HSICResult(statistic, _gamma_log_p(statistic, products, _mean_apart(of_x), _mean_apart(of_y)))
    shuffled = []
    for _ in range(permutations):
        order = rng.permutation(len(x))
        shuffled.append((centred_x * centred_y[np.ix_(order, order)]).mean())
    reached = np.count_nonzero(np.array(shuffled) >= statistic * (1 - 1e-12))
    return HSICResult(statistic, float(np.log((1 + reached) / (1 + permutations))))


def gaussian_kernel(x: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n n"]:
    """exp(-d^2 / (2 s^2)) of all pairs of points, s the median of the distances d > 0."""
    distances = pdist(x[:, None])
    kernel = squareform(np.exp(-((distances / np.median(distances[distances > 0])) ** 2) / 2))
    np.fill_diagonal(kernel, 1.0)
    return kernel


def centred(k: Float64[np.ndarray, "n n"]) -> Float64[np.ndarray, "n n"]:
    """H k H: the mean of every row and column becomes 0."""
    rows = k.mean(axis=0)
    return k - rows - rows[:, None] + rows.mean()


def _mean_apart(k: Float64[np.ndarray, "n n"]) -> float:
    """The mean of a kernel over pairs of different points."""
    n = len(k)
    return float((k.sum() - n) / (n * (n - 1)))


def _gamma_log_p(statistic: float, products: Float64[np.ndarray, "n n"], mean_x: float, mean_y: float) -> float:
    """log P(n HSIC >= what was found) under independence, by the gamma distribution with the same two moments.

    products: squares of the products of both centred kernels.
    """
    n = len(products)
    variance = (products.sum() - np.trace(products)) / (n * (n - 1))
    variance *= 2 * (n - 4) * (n - 5) / (n * (n - 1) * (n - 2) * (n - 3))
    mean = (1 + mean_x * mean_y - mean_x - mean_y) / n
    shape, scale = float(mean**2 / variance), float(n * variance / mean)
    log_p = float(stats.gamma.logsf(n * statistic, shape, scale=scale))
    # SciPy takes the logarithm of a probability, which is 0 below about exp(-716).
    return log_gamma_tail(shape, n * statistic / scale) if log_p == -np.inf else log_p


def log_gamma_tail(a: float, z: float) -> float:
    """The logarithm of the chance that a gamma variable of shape a and scale 1 exceeds z, for z well above a + 1.

    That chance is z^a exp(-z) / (gamma(a) F), with the continued fraction F = b_0 - 1 (1 - a) / (b_1 - 2 (2 - a) /
    (b_2 - ...)), b_k = z + 2 k + 1 - a, here by the method of Lentz (1976). It converges the faster, the larger z is.
    """
    fraction = c = z + 1 - a
    d = 0.0
    for k in range(1, TERMS + 1):
        b, top = z + 2 * k + 1 - a, k * (k - a)
        c, d = b - top / c, 1 / (b - top * d)
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return a * math.log(z) - z - math.lgamma(a) - math.log(fraction)
