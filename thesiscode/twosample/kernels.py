"""Kernel two-sample tests: the maximum mean discrepancy, and the mean embedding (thesis Section 5.3.3)."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float, Int
from scipy import stats
from scipy.spatial.distance import cdist, pdist, squareform

from .checks import TwoSampleResult, as_many, samples

EXPONENTS = range(-15, 11)
"""The kernel is exp(-g |a - b|^2), with g one of 2^-15 to 2^10, as in the code of Lopez-Paz and Oquab (2017)."""
PAIRS, NUMBERS = 1 << 14, 1 << 20
"""Pairs, and numbers of one point of each, that are in memory at a time, at most."""
FEW, SIGNS = 1000, 1000
"""Up to how many pairs the p-value of the linear MMD is by random signs, and by how many."""
PLACES_FROM = 1000
"""Points of each sample that the mean embedding takes its places and its width from, at most."""


def mmd_linear(
    x: Float[np.ndarray, "n *d"], y: Float[np.ndarray, "m *d"], *, rng: np.random.Generator
) -> TwoSampleResult:
    """The maximum mean discrepancy, estimated in linear time (Gretton et al. 2012, Section 6), with a Gaussian kernel.

    Each pair of points of x meets one pair of points of y: h = k(x, x') + k(y, y') - k(x, y') - k(x', y). Half of the
    points choose the kernel's width, by the largest mean of h over its deviation (Sutherland et al. 2017); the other
    half test: the statistic is the mean of h. If both samples come from one distribution, h is as likely as -h, for
    that is its value if x' and y' change places. So up to FEW pairs the p-value is by random signs, which is exact;
    with more it is that of Student's t. The thesis takes the normal distribution, the limit, for any number: with few
    pairs and a narrow kernel one value outweighs the others, and it rejects too often. The widths are fixed: distances
    far from 1/32 to 181 are not seen, so bring features to a scale near 1. Of the larger sample, a random part is left
    out. Raises ValueError for samples that `samples` refuses; at least 8 points.
    """
    x, y = samples(x, y, least=8)
    of_x, of_y = as_many(np.arange(len(x)), np.arange(len(y)), rng)
    half = len(of_x) // 2
    found = _h(x, y, of_x[:half], of_y[:half], EXPONENTS)
    sums = sum(np.stack([h.sum(axis=1), (h**2).sum(axis=1)]) for h in found) / (half // 2)
    gains = sums[0] / (np.sqrt(np.maximum(sums[1] - sums[0] ** 2, 0)) + 1e-3)
    best = EXPONENTS[int(gains.argmax())]
    values = np.concatenate([h[0] for h in _h(x, y, of_x[half:], of_y[half:], [best])])
    mean, n = float(values.mean()), len(values)
    if n <= FEW:
        signs = rng.choice([-1.0, 1.0], size=(SIGNS, n))
        return TwoSampleResult(mean, _rank(np.append(mean, signs @ values / n)), 4 * n)
    spread = float(values.std(ddof=1))
    p = float(stats.t.sf(mean / (spread / math.sqrt(n)), n - 1)) if spread > 0 else float(mean <= 0)
    return TwoSampleResult(mean, p, 4 * n)


def _h(
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, "m d"],
    of_x: Int[np.ndarray, " k"],
    of_y: Int[np.ndarray, " k"],
    exponents: Sequence[int],
) -> Iterator[Float[np.ndarray, "widths pairs"]]:
    """h for each width and each pair of rows, the i-th of `of_x` with the one k / 2 later; a part of the pairs a time,
    so that the memory does not grow with the samples."""
    n = len(of_x) // 2
    step = max(1, min(PAIRS, NUMBERS // x.shape[1]))
    for start in range(0, n, step):
        first, second = slice(start, min(start + step, n)), slice(n + start, min(n + start + step, 2 * n))
        a, b, c, d = x[of_x[first]], x[of_x[second]], y[of_y[first]], y[of_y[second]]
        squares = [((p - q) ** 2).sum(axis=1) for p, q in ((a, b), (c, d), (a, d), (b, c))]
        rows = []
        for exponent in exponents:
            same_x, same_y, across, back = (np.exp(-(2.0**exponent) * square) for square in squares)
            rows.append(same_x + same_y - across - back)
        yield np.stack(rows)


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
    squares = pdist(everything, "sqeuclidean")
    if not np.isfinite(squares).all():
        raise ValueError("x, y: expected points whose squared distances are finite; scale them down")
    kernel = squareform(np.exp(-squares / _median(squares)))
    np.fill_diagonal(kernel, 1.0)
    # One column a relabelling, the first one as it is: 1/n for points of x, -1/m for those of y.
    weights = np.repeat([1 / len(x), -1 / len(y)], [len(x), len(y)])
    columns = np.stack([weights, *(rng.permutation(weights) for _ in range(permutations))], axis=1)
    found = ((kernel @ columns) * columns).sum(axis=0)
    return TwoSampleResult(float(found[0]), _rank(found), len(everything))


def _median(squares: Float[np.ndarray, " pairs"]) -> float:
    """The median of squared distances; 1 where more than half of them are 0."""
    return float(np.median(squares)) or 1.0


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
    some = min(half, PLACES_FROM)
    seen = np.concatenate([x[:some], y[:some]])
    width = _median(pdist(seen, "sqeuclidean"))
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
