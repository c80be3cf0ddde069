"""Classical tests of numbers: Kolmogorov-Smirnov, Mann-Whitney, Kuiper."""

import warnings

import numpy as np
from jaxtyping import Float
from scipy import stats

from .checks import TwoSampleResult, one_feature


def kolmogorov_smirnov(x: Float[np.ndarray, "n *d"], y: Float[np.ndarray, "m *d"]) -> TwoSampleResult:
    """The largest difference of the two distribution functions; see `scipy.stats.ks_2samp`."""
    x, y = one_feature(x, y)
    with warnings.catch_warnings():  # of an exact p-value that rounding brings above 1, with ties
        warnings.simplefilter("ignore", RuntimeWarning)
        found = stats.ks_2samp(x, y)
    return TwoSampleResult(float(found.statistic), float(found.pvalue), len(x) + len(y))


def mann_whitney(x: Float[np.ndarray, "n *d"], y: Float[np.ndarray, "m *d"]) -> TwoSampleResult:
    """Whether points of one sample tend to be larger; see `scipy.stats.mannwhitneyu`, two-sided.

    The statistic is |P(x > y) + P(x = y) / 2 - 1/2|. Points that are all equal have the p-value 1.
    """
    x, y = one_feature(x, y)
    if np.ptp(np.concatenate([x, y])) == 0:
        return TwoSampleResult(0.0, 1.0, len(x) + len(y))
    found = stats.mannwhitneyu(x, y, alternative="two-sided")
    share = found.statistic / (len(x) * len(y))
    return TwoSampleResult(abs(float(share) - 0.5), float(found.pvalue), len(x) + len(y))


def kuiper(
    x: Float[np.ndarray, "n *d"], y: Float[np.ndarray, "m *d"], *, permutations: int = 200, rng: np.random.Generator
) -> TwoSampleResult:
    """The largest difference of the two distribution functions upwards plus the largest one downwards (Kuiper 1960):
    as sensitive in the tails as in the middle. The p-value is by permutations. Raises ValueError for fewer than one."""
    if permutations < 1:
        raise ValueError(f"permutations: expected at least 1, got {permutations}")
    x, y = one_feature(x, y)
    everything = np.concatenate([x, y])
    order = np.argsort(everything, kind="stable")
    ends = np.append(np.diff(everything[order]) > 0, True)  # after the last of equal values
    steps = np.repeat([1 / len(x), -1 / len(y)], [len(x), len(y)])[order]
    found = []
    for turn in range(permutations + 1):
        gap = (rng.permutation(steps) if turn else steps).cumsum()[ends]
        found.append(max(gap.max(), 0.0) - min(gap.min(), 0.0))
    return TwoSampleResult(float(found[0]), float(np.mean(np.array(found) >= found[0] - 1e-12)), len(everything))
