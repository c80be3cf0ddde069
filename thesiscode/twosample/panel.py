"""All tests under one roof: p-values of R pairs of samples, by the name of the test."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from thesiscode.engine import device, numpy_generator, stream_seed

from .batches import ManyResults, c2st_many
from .checks import TwoSampleResult
from .classics import kolmogorov_smirnov, kuiper, mann_whitney
from .kernels import mean_embedding, mmd_linear, mmd_quadratic

CLASSIFIERS = {"C2ST-KNN": "knn", "C2ST-NN": "nn"}
"""Classifier two-sample tests, and the classifier of each."""
KERNELS = ("MMD, linear", "MMD, quadratic", "mean embedding")
"""Tests by kernels."""
CLASSICS = ("Kolmogorov-Smirnov", "Mann-Whitney", "Kuiper")
"""Tests of numbers."""
PANEL = (*CLASSIFIERS, *KERNELS, *CLASSICS)
"""All names."""


def run_panel(
    name: str, x: Float[np.ndarray, "R n d"], y: Float[np.ndarray, "R m d"], seed: int, *, permutations: int = 200
) -> ManyResults:
    """R tests of one kind: statistics, p-values, and points that each was computed on.

    Test r draws from streams of `seed`, its name and r. `permutations` is for those that need them. Raises ValueError
    for a name that is not in PANEL, and for what the tests refuse.
    """
    if name not in PANEL:
        raise ValueError(f"name: expected one of {', '.join(PANEL)}, got {name!r}")
    if name in CLASSIFIERS:
        seeds = [stream_seed(seed, name, r) for r in range(len(x))]
        return c2st_many(x, y, classifier=CLASSIFIERS[name], seeds=seeds, device=device())
    calls: dict[str, Callable[..., TwoSampleResult]] = {
        "MMD, linear": lambda a, b, rng: mmd_linear(a, b, rng=rng),
        "MMD, quadratic": lambda a, b, rng: mmd_quadratic(a, b, permutations=permutations, rng=rng),
        "mean embedding": lambda a, b, rng: mean_embedding(a, b, rng=rng),
        "Kolmogorov-Smirnov": lambda a, b, rng: kolmogorov_smirnov(a, b),
        "Mann-Whitney": lambda a, b, rng: mann_whitney(a, b),
        "Kuiper": lambda a, b, rng: kuiper(a, b, permutations=permutations, rng=rng),
    }
    found = [calls[name](a, b, numpy_generator(seed, name, r)) for r, (a, b) in enumerate(zip(x, y, strict=True))]
    return ManyResults(
        np.array([one.statistic for one in found]), np.array([one.p_value for one in found]), found[0].n_test
    )
