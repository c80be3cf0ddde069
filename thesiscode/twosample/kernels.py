"""Kernel two-sample tests: the maximum mean discrepancy, and the mean embedding (thesis Section 5.3.3)."""

import math

import numpy as np
from jaxtyping import Float
from scipy import stats
from scipy.spatial.distance import cdist

from .checks import TwoSampleResult, as_many, samples

EXPONENTS = range(-15, 11)
"""The kernel is exp(-g |a - b|^2), with g one of 2^-15 to 2^10, as in the code of Lopez-Paz and Oquab (2017)."""
CHUNK = 1 << 16
"""Pairs whose distances are in memory at a time."""


def mmd_linear(
    x: Float[np.ndarray, "n *d"], y: Float[np.ndarray, "m *d"], *, rng: np.random.Generator
) -> TwoSampleResult:
    """The maximum mean discrepancy, estimated in linear time (Gretton et al. 2012, Section 6), with a Gaussian kernel.

    Each pair of points of x meets one pair of points of y: h = k(x, x') + k(y, y') - k(x, y') - k(x', y). Half of the
    points choose the kernel's width, by the largest mean of h over its deviation (Sutherland et al. 2017); the other
    half test: the statistic is the mean of h, whose distribution is symmetric about 0 if both samples come from one
    distribution, and the p-value that of Student's t. The thesis takes the normal distribution, its limit. Of the
    larger sample, a random part is left out. Raises ValueError for samples that `samples` refuses; at least 8 points.
    """
    x, y = as_many(*samples(x, y, least=8), rng)
    half = len(x) // 2
    gains = []
    for exponent, values in zip(EXPONENTS, _h(x[:half], y[:half], EXPONENTS), strict=True):
        gains.append((values.mean() / (values.std() + 1e-3), -exponent))
    (values,) = _h(x[half:], y[half:], [-max(gains)[1]])
    mean, spread, n = float(values.mean()), float(values.std(ddof=1)), len(values)
    p = float(stats.t.sf(mean / (spread / math.sqrt(n)), n - 1)) if spread > 0 else float(mean <= 0)
    return TwoSampleResult(mean, p, 4 * n)


def _h(x: np.ndarray, y: np.ndarray, exponents: range | list[int]) -> Float[np.ndarray, "widths pairs"]:
    """h for each width and each pair, i with i + m / 2."""
    n = len(x) // 2
    values = np.empty((len(exponents), n))
    for start in range(0, n, CHUNK):
        rows = slice(start, min(start + CHUNK, n))
        (a, b), (c, d) = ((part[:n][rows], part[n : 2 * n][rows]) for part in (x, y))
        squares = [((p - q) ** 2).sum(axis=1) for p, q in ((a, b), (c, d), (a, d), (b, c))]
        for row, exponent in zip(values, exponents, strict=True):
            same_x, same_y, across, back = (np.exp(-(2.0**exponent) * square) for square in squares)
            row[rows] = same_x + same_y - across - back
    return values


def mmd_quadratic(
    x: Float[np.ndarray, "n *d"],
    y: Float[np.ndarray, "m *d"],
    *,
    permutations: int = 200,
    rng: np.random.Generator,
) -> TwoSampleResult:
    """The maximum mean discrepancy over all pairs (Gretton et al. 2012, Eq. 5), and a p-value by permutations.

    The width is the median distance of all points, which does not depend on who is of x and who of y. Memory and time
    grow with (n + m)^2. Raises ValueError for samples that `samples` refuses, or fewer than one permutation.
    """
    if permutations < 1:
        raise ValueError(f"permutations: expected at least 1, got {permutations}")
    x, y = samples(x, y, least=2)
    everything = np.concatenate([x, y])
    squares = cdist(everything, everything, "sqeuclidean")
    kernel = np.exp(-squares / _median(squares))
    # One column a relabelling, the first one as it is: 1/n for points of x, -1/m for those of y.
    weights = np.repeat([1 / len(x), -1 / len(y)], [len(x), len(y)])
    columns = np.stack([weights, *(rng.permutation(weights) for _ in range(permutations))], axis=1)
    found = ((kernel @ columns) * columns).sum(axis=0)
    return TwoSampleResult(float(found[0]), _rank(found), len(everything))


def _median(squares: Float[np.ndarray, "n n"]) -> float:
    """The median of the squared distances of different points; 1 where more than half of them are 0."""
    median = float(np.median(squares[np.triu_indices(len(squares), 1)]))
    return median or 1.0


def _rank(found: Float[np.ndarray, " permutations"]) -> float:
    """The p-value of the first among exchangeable statistics; equal ones, up to rounding, count against it."""
    slack = 1e-12 * max(1.0, float(np.abs(found).max()))
    return float(np.mean(found >= found[0] - slack))


def mean_embedding(
    x: Float[np.ndarray, "n *d"], y: Float[np.ndarray, "m *d"], *, places: int = 5, rng: np.random.Generator
) -> TwoSampleResult:
    """Whether kernels at a few places see as much of x as of y on average (Chwialkowski et al. 2015; Jitkrittum et al.
    2016, who also optimise the places).

    Half of the points give the places and the width; the other half test with Hotelling's statistic, whose p-value is
    that of F. Of the larger sample, a random part is left out. Raises ValueError for samples that `samples` refuses, or
    fewer points than `places` needs.
    """
    if places < 1:
        raise ValueError(f"places: expected at least 1, got {places}")
    x, y = as_many(*samples(x, y, least=4 * (places + 1)), rng)
    half = len(x) // 2
    seen = np.concatenate([x[:half], y[:half]])[:2000]
    width = _median(cdist(seen, seen, "sqeuclidean"))
    where = seen[rng.permutation(len(seen))[:places]]
    difference = np.exp(-cdist(x[half:], where, "sqeuclidean") / width)
    difference -= np.exp(-cdist(y[half:], where, "sqeuclidean") / width)
    n, mean = len(difference), difference.mean(axis=0)
    spread = np.atleast_2d(np.cov(difference, rowvar=False))
    # Places may coincide, as with ties: directions without spread say nothing.
    scale = n * mean @ np.linalg.pinv(spread, rcond=1e-8, hermitian=True) @ mean
    rank = int(np.linalg.matrix_rank(spread, tol=1e-8 * max(np.abs(spread).max(), 1e-300), hermitian=True))
    p = float(stats.f.sf(scale * (n - rank) / (rank * (n - 1)), rank, n - rank)) if rank else 1.0
    return TwoSampleResult(float(scale), p, 2 * n)
