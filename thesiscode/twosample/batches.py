"""Many classifier two-sample tests in one go: to measure errors of tests, one needs hundreds of them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float

from .checks import samples
from .classifier import Split, check_options, p_values, split, unfitted
from .networks import moments, probabilities, standardised, train_networks

NUMBERS = 1 << 25
"""How many numbers the training points of networks that are trained together may hold: 256 MiB."""
TOGETHER = 32
"""How many networks a CPU trains together: with more, what a step computes leaves the caches."""


class ManyResults(NamedTuple):
    """What R tests say, one value a test; see `TwoSampleResult`."""

    statistics: Float[np.ndarray, " R"]
    p_values: Float[np.ndarray, " R"]
    n_test: int


def c2st_many(
    x: Float[np.ndarray, "R n *d"],
    y: Float[np.ndarray, "R m *d"],
    *,
    classifier: Any = "knn",
    test_fraction: float = 0.5,
    null: str = "permutation",
    seeds: Sequence[int],
    device: torch.device | str | None = None,
) -> ManyResults:
    """R independent classifier two-sample tests: test r compares x[r] with y[r].

    Its result is that of `c2st(x[r], y[r], rng=numpy.random.default_rng(seeds[r]))` with the same options: bit by bit
    for neighbours and classifiers of scikit-learn, which go one by one; up to rounding for "nn", whose networks are
    trained together, on `device` (the CPU by default), in batches that bound the memory.

    Raises ValueError for what `c2st` refuses, for samples without a first axis for the tests, and for a number of
    samples or seeds that is not R.
    """
    check_options(test_fraction, null)
    x, y = (np.asarray(sample) for sample in (x, y))
    for name, sample in (("x", x), ("y", y)):
        if sample.ndim not in (2, 3) or not len(sample):
            raise ValueError(f"{name}: expected shape (tests, points, features), got {sample.shape}")
    if len(x) != len(y):
        raise ValueError(f"y: expected {len(x)} samples, one a test as in x, got {len(y)}")
    if len(seeds) != len(x):
        raise ValueError(f"seeds: expected {len(x)}, one a test, got {len(seeds)}")
    draws = [np.random.default_rng(seed) for seed in seeds]
    parts = (split(*samples(a, b, least=2), test_fraction, draw) for a, b, draw in zip(x, y, draws, strict=True))
    found = _by_networks if isinstance(classifier, str) and classifier == "nn" else _one_by_one
    hits, labels = zip(*found(parts, draws, classifier, device), strict=True)
    hits = np.stack(hits)
    return ManyResults(hits.mean(axis=1), np.asarray(p_values(hits, labels[0], null)), hits.shape[1])


Hits = tuple[Bool[np.ndarray, " n_test"], Bool[np.ndarray, " n_test"]]


def _one_by_one(
    parts: Iterator[Split], draws: list[np.random.Generator], classifier: Any, device: Any
) -> Iterator[Hits]:
    """Which test points each classifier got right, and their labels."""
    for part, draw in zip(parts, draws, strict=True):
        said = unfitted(classifier, draw).fit(*part.train).predict_proba(part.test[0])[:, 1] > 0.5
        yield said == part.test[1], part.test[1]


def _by_networks(
    parts: Iterator[Split], draws: list[np.random.Generator], classifier: Any, device: Any
) -> Iterator[Hits]:
    """The same, with networks that are trained together."""
    waiting: list[Split] = []
    seeds: list[int] = []
    for i, (part, draw) in enumerate(zip(parts, draws, strict=True)):
        waiting.append(part)
        seeds.append(unfitted(classifier, draw).seed)
        if len(waiting) == _most(part, device) or i + 1 == len(draws):
            yield from _trained(waiting, seeds, device)
            waiting, seeds = [], []


def _most(part: Split, device: Any) -> int:
    most = max(1, NUMBERS // part.train[0].size)
    return min(most, TOGETHER) if torch.device(device or "cpu").type == "cpu" else most


def _trained(parts: list[Split], seeds: list[int], device: Any) -> Iterator[Hits]:
    scales = [moments(part.train[0]) for part in parts]
    train, test = (
        torch.stack([standardised(part[k][0], *scale) for part, scale in zip(parts, scales, strict=True)]).to(device)
        for k in (0, 1)
    )
    labels = torch.from_numpy(np.stack([part.train[1] for part in parts])).to(device)
    networks = train_networks(train, labels, seeds)
    for part, f in zip(parts, probabilities(networks, test), strict=True):
        yield (f > 0.5) == part.test[1], part.test[1]
