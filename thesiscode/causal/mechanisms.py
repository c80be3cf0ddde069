"""Pairs of variables whose mechanism is known (thesis Equation 5.7): y = g(x, n), where n is independent of x."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float64

from thesiscode.data.tuebingen import Pair

from .checks import LEAST, standardised

Numbers = Float64[np.ndarray, " n"]


def make_pairs(kind: str, n_pairs: int, n: int, rng: np.random.Generator) -> list[Pair]:
    """Pairs of n points each of one mechanism, x the cause, both standardised, so that scale and place tell nothing.

    The cause is uniform, normal, a mixture of two normals, or skew (a gamma distribution), by chance. n stands for
    noise with variance 1, which is normal, uniform or Laplace, s for its size, f for a function: of those that
    `random_function` draws. The kinds:

    - "additive": y = f(x) + s n, s in [0.1, 0.4], f not monotone or clearly bent
    - "multiplicative": y = exp(f(x) / 2 + s n), s in [0.1, 0.4]: noise multiplies exp(f(x) / 2)
    - "heteroskedastic": y = f(x) + s(x) n, where the size s(x) = 0.1 + 0.5 / (1 + exp(-a (x - b))) is a step
    - "post-nonlinear": y = h(f(x) + s n), where h(u) is exp(u), u + u^3 or tanh(u)
    - "linear-uniform": y = a x + s n with x and n uniform (thesis Figure 5-8), s / a in [0.3, 1]
    - "deterministic": y = f(x) without noise, f increasing or, as often, decreasing, drawn apart from the distribution
      of x, which is uniform, or a mixture of beta distributions on [0, 1]
    - "linear-gaussian": y = a x + s n with x and n normal: both directions are the same, and nobody can know

    Raises ValueError for another kind, no pairs, or fewer than 20 points.
    """
    if kind not in MECHANISMS:
        raise ValueError(f"kind: expected one of {', '.join(MECHANISMS)}, got {kind!r}")
    if n_pairs < 1:
        raise ValueError(f"n_pairs: expected at least 1, got {n_pairs}")
    if n < LEAST:
        raise ValueError(f"n: expected at least {LEAST} points, got {n}")
    return [_pair(number, *MECHANISMS[kind](n, rng)) for number in range(1, n_pairs + 1)]


def _pair(number: int, x: Numbers, y: Numbers) -> Pair:
    return Pair(number, standardised(x), standardised(y), 1.0)


def random_cause(n: int, rng: np.random.Generator) -> Numbers:
    """n points of a distribution drawn among four kinds, standardised."""
    kind = rng.integers(4)
    if kind == 0:
        return standardised(rng.uniform(-1, 1, n))
    if kind == 1:
        return standardised(rng.standard_normal(n))
    if kind == 2:
        far, share = rng.uniform(1, 2), rng.uniform(0.3, 0.7)
        return standardised(np.where(rng.random(n) < share, -far, far) + rng.standard_normal(n))
    return standardised(rng.gamma(rng.uniform(2, 6), size=n))


def random_noise(n: int, rng: np.random.Generator) -> Numbers:
    """n points of normal, uniform or Laplace noise, with mean 0 and variance 1."""
    kind = rng.integers(3)
    if kind == 0:
        return rng.standard_normal(n)
    if kind == 1:
        return rng.uniform(-(3**0.5), 3**0.5, n)
    return rng.laplace(scale=0.5**0.5, size=n)


def random_function(rng: np.random.Generator) -> Callable[[Numbers], Numbers]:
    """A bent function of standardised x, with a random sign: a wave, a bowl, a cubic, a step, or a bump."""
    kind, sign = rng.integers(5), rng.choice([-1.0, 1.0])
    a, b = rng.uniform(1, 2), rng.uniform(-0.5, 0.5)
    if kind == 0:
        return lambda x: sign * np.sin(a * x + b)
    if kind == 1:
        return lambda x: sign * 0.5 * (x - b) ** 2
    if kind == 2:
        return lambda x: sign * (0.25 * a * (x - b) ** 3 - 0.5 * x)
    if kind == 3:
        return lambda x: sign * np.tanh(2 * a * (x - b))
    return lambda x: sign * (np.exp(-a * (x - b) ** 2) * 2 + 0.2 * x)


def _additive(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    x, f = random_cause(n, rng), random_function(rng)
    return x, standardised(f(x)) + rng.uniform(0.1, 0.4) * random_noise(n, rng)


def _multiplicative(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    x, f = random_cause(n, rng), random_function(rng)
    return x, np.exp(standardised(f(x)) / 2 + rng.uniform(0.1, 0.4) * random_noise(n, rng))


def _heteroskedastic(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    x, f = random_cause(n, rng), random_function(rng)
    a, b = rng.choice([-4.0, 4.0]), rng.uniform(-0.5, 0.5)
    return x, standardised(f(x)) + (0.1 + 0.5 / (1 + np.exp(-a * (x - b)))) * random_noise(n, rng)


def _post_nonlinear(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    x, f = random_cause(n, rng), random_function(rng)
    inner = standardised(f(x)) + rng.uniform(0.1, 0.4) * random_noise(n, rng)
    h = (np.exp, lambda u: u + u**3, np.tanh)[rng.integers(3)]
    return x, h(inner)


def _linear_uniform(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    x, e = rng.uniform(-1, 1, (2, n))
    return x, rng.choice([-1.0, 1.0]) * x + rng.uniform(0.3, 1.0) * e


def _deterministic(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    x = rng.random(n)
    if rng.random() < 0.5:
        parts = rng.uniform(1, 4, (3, 2))
        x = np.stack([rng.beta(a, b, n) for a, b in parts])[rng.integers(3, size=n), np.arange(n)]
    steps = 4
    places, widths, heights = rng.random(steps), rng.uniform(0.03, 0.15, steps), rng.uniform(0.2, 1, steps)
    y = 0.1 * x + (heights / (1 + np.exp(-(x[:, None] - places) / widths))).sum(axis=1)
    return x, rng.choice([-1.0, 1.0]) * y


def _linear_gaussian(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    x, e = rng.standard_normal((2, n))
    return x, rng.choice([-1.0, 1.0]) * x + rng.uniform(0.3, 1.0) * e


MECHANISMS: dict[str, Callable[[int, np.random.Generator], tuple[Numbers, Numbers]]] = {
    "additive": _additive,
    "multiplicative": _multiplicative,
    "heteroskedastic": _heteroskedastic,
    "post-nonlinear": _post_nonlinear,
    "linear-uniform": _linear_uniform,
    "deterministic": _deterministic,
    "linear-gaussian": _linear_gaussian,
}
