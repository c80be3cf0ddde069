"""How weights are drawn before training (thesis B.6.3, "Weight initialization").

A weight tensor has its kernels on the first axis: (n_out, n_in) or (n_kernels, n_features, k, k). The fan-in m is
the number of terms of each dot-product, the fan-out the number of dot-products that one input value takes part in.
"""

import numpy as np
from jaxtyping import Float

from .errors import ShapeError


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Fan-in and fan-out of a weight tensor of this shape. Raises ShapeError if it has fewer than two axes."""
    if len(shape) < 2:
        raise ShapeError(f"shape: expected a weight tensor of at least two axes, got {shape}")
    n_out, n_in, *size = shape
    area = int(np.prod(size))
    return n_in * area, n_out * area


def gaussian(shape: tuple[int, ...], rng: np.random.Generator, sigma: float) -> Float[np.ndarray, "..."]:
    """Centred normal weights of standard deviation `sigma`."""
    return rng.normal(0, sigma, shape)


def fan_in(shape: tuple[int, ...], rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """Normal weights with sigma = m^(-1/2), m the fan-in: unit variance in, unit variance out (LeCun et al. 1998b)."""
    return gaussian(shape, rng, fans(shape)[0] ** -0.5)


def xavier(shape: tuple[int, ...], rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """Uniform weights of variance 2 / (fan-in + fan-out): a compromise between both directions (Glorot & Bengio 2010).

    A uniform law on [-a, a] has variance a^2 / 3, hence a = sqrt(6 / (fan-in + fan-out)).
    """
    bound = np.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-bound, bound, shape)


def he(shape: tuple[int, ...], rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """Normal weights of variance 2 / m: the fan-in rule for ReLU, which halves the second moment (He et al. 2015)."""
    return gaussian(shape, rng, (2 / fans(shape)[0]) ** 0.5)


RULES = {"fan_in": fan_in, "xavier": xavier, "he": he}


def initial_weights(shape: tuple[int, ...], rng: np.random.Generator, rule: str) -> Float[np.ndarray, "..."]:
    """Weights of this shape drawn by the rule "fan_in", "xavier" or "he". Raises ValueError for another name."""
    if rule not in RULES:
        raise ValueError(f"init: expected one of {sorted(RULES)}, got {rule!r}")
    return RULES[rule](shape, rng)
