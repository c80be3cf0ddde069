"""Pairs of cause and effect to learn from, drawn at random as for RCC and NCC (Lopez-Paz et al. 2015, 2017)."""

import numpy as np
from jaxtyping import Float64
from scipy.interpolate import PchipInterpolator

from .checks import LEAST, standardised

Numbers = Float64[np.ndarray, " n"]


def training_pairs(n_pairs: int, n: int, rng: np.random.Generator) -> Float64[np.ndarray, "n_pairs n 2"]:
    """Pairs of n points, the cause in column 0, both variables with mean 0 and variance 1.

    Lopez-Paz et al. (2017, Section 4.2): the cause is a mixture of one to five normal distributions, the mechanism a
    cubic Hermite spline through four or five normal heights, and normal noise is multiplied by another spline of x, so
    that its size may depend on the cause. The test pairs of `make_pairs` share neither splines nor, but by chance,
    distributions. Ours: the size of the noise, v in [0, 2] times the deviation of the mechanism.

    Raises ValueError for no pairs, or fewer than 20 points.
    """
    if n_pairs < 1:
        raise ValueError(f"n_pairs: expected at least 1, got {n_pairs}")
    if n < LEAST:
        raise ValueError(f"n: expected at least {LEAST} points, got {n}")
    return np.stack([_pair(n, rng) for _ in range(n_pairs)])


def _pair(n: int, rng: np.random.Generator) -> Float64[np.ndarray, "n 2"]:
    x = _mixture(n, rng)
    spread = _spline(x, rng.uniform(0, 5, rng.integers(4, 6)))
    spread /= np.sqrt((spread**2).mean())
    noise = rng.uniform(0, 2) * spread * rng.standard_normal(n)
    y = standardised(_spline(x, rng.standard_normal(rng.integers(4, 6)))) + noise
    return np.stack([x, standardised(y)], axis=1)


def _mixture(n: int, rng: np.random.Generator) -> Numbers:
    parts = rng.integers(1, 6)
    far, wide = rng.uniform(0, 5, 2)
    means, deviations = far * rng.standard_normal(parts), wide * np.abs(rng.standard_normal(parts))
    weights = np.abs(rng.standard_normal(parts))
    of = rng.choice(parts, n, p=weights / weights.sum())
    return standardised(means[of] + deviations[of] * rng.standard_normal(n))


def _spline(x: Numbers, heights: Float64[np.ndarray, " knots"]) -> Numbers:
    """A cubic Hermite spline through heights at even steps over the range of x and a deviation to both sides."""
    knots = np.linspace(x.min() - x.std(), x.max() + x.std(), len(heights))
    return PchipInterpolator(knots, heights)(x)
