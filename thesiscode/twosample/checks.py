"""What all two-sample tests share: their result, and what they ask of samples."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped


@dataclass(frozen=True)
class TwoSampleResult:
    """What a test says of two samples (thesis Section 5.3.2)."""

    statistic: float
    """large where the samples differ"""
    p_value: float
    """how likely a statistic as large as this one is if both samples come from one distribution"""
    n_test: int
    """points of both samples that the statistic was computed on"""


def samples(x: Any, y: Any, *, least: int = 1) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, "m d"]]:
    """Both samples as [n, d] and [m, d]; a sample of numbers [n] has one feature.

    Raises ValueError for samples with other axes, of different dimension, with fewer than `least` points, or with
    values that are not finite.
    """
    both = []
    for name, sample in (("x", x), ("y", y)):
        found = np.asarray(sample)
        if found.dtype.kind not in "fiub":
            raise ValueError(f"{name}: expected numbers, got {found.dtype}")
        found = found.astype(np.promote_types(found.dtype, np.float32), copy=False)
        found = found[:, None] if found.ndim == 1 else found
        if found.ndim != 2 or not found.shape[1]:
            raise ValueError(f"{name}: expected shape (points, features), got {np.shape(sample)}")
        if len(found) < least:
            raise ValueError(f"{name}: expected at least {least} points, got {len(found)}")
        if not np.isfinite(found).all():
            raise ValueError(
                f"{name}: expected finite values, got {np.count_nonzero(~np.isfinite(found))} that are not"
            )
        both.append(found)
    x, y = both
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"y: expected {x.shape[1]} features, those of x, got {y.shape[1]}")
    return x, y


def one_feature(x: Any, y: Any) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " m"]]:
    """Both samples as [n] and [m]. Raises ValueError for samples with more than one feature."""
    x, y = samples(x, y)
    if x.shape[1] != 1:
        raise ValueError(f"x: expected one feature, got {x.shape[1]}: this test ranks numbers")
    return x[:, 0], y[:, 0]


def as_many(
    x: Shaped[np.ndarray, "n *shape"], y: Shaped[np.ndarray, "m *shape"], rng: np.random.Generator
) -> tuple[Shaped[np.ndarray, "k *shape"], Shaped[np.ndarray, "k *shape"]]:
    """As many points of both, in random order: those that the larger sample has more are left out."""
    n = min(len(x), len(y))
    return x[rng.permutation(len(x))[:n]], y[rng.permutation(len(y))[:n]]
