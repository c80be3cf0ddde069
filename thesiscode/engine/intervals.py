"""How far a mean over seeds can be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit


@dataclass(frozen=True)
class Interval:
    """A mean of `n` values, and the bounds that hold the expected value with a given confidence."""

    mean: float
    low: float
    high: float
    n: int

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two intervals share a point; False where a bound is nan."""
        return self.low <= other.high and other.low <= self.high


def interval(values: Iterable[float], confidence: float = 0.95) -> Interval:
    """Mean of independent values, such as one metric of several seeds, with Student's t interval around it.

    The half-width is t s / sqrt(n), where s is the standard deviation with n - 1 in the denominator and t the quantile
    (1 + confidence) / 2 of Student's distribution with n - 1 degrees of freedom. One value has no spread: its bounds
    are nan. Raises ValueError without values, or for a confidence outside of (0, 1).
    """
    x = np.array([float(v) for v in values])
    if x.size == 0:
        raise ValueError("values: expected at least one number, got none")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a number between 0 and 1, got {confidence}")
    mean, n = float(x.mean()), x.size
    if n == 1:
        return Interval(mean, float("nan"), float("nan"), 1)
    half = float(stdtrit(n - 1, (1 + confidence) / 2) * x.std(ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, n)
