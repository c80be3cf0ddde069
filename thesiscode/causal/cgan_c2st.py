"""Cause or effect by conditional GANs and two-sample tests (thesis Section 5.4.2)."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from thesiscode.engine import device as default_device
from thesiscode.engine import stream_seed
from thesiscode.twosample import c2st_many, mmd_linear

from .cgan import DEFAULT, CGANSettings, train_cgans
from .checks import pair_values, standardised

TESTS = ("knn", "knn-apart", "nn", "mmd")
"""Two-sample tests that compare what a generator made with the data: nearest neighbours, a network, linear MMD. For all
but "knn-apart" a made point shares its given value with a point of the data, as in the thesis; it compares one half of
the data with what was made for the other half."""
MAX_POINTS, OUTLIERS = 5000, 0.05
"""The most points of a pair that are used, and the share that is left out as outliers: as in the authors' code."""


class Directions(NamedTuple):
    """What two-sample tests say of the points that R generators make, in both directions.

    By test: the accuracy t of Eq. 5.4 less 1/2, or MMD^2; nan for generators that diverged. It is 0 where two samples
    cannot be told apart. It is below 0 for good generators if made points share a value with points of the data: the
    nearest neighbour of a test point then often is its twin, which has the other label.
    """

    forward: dict[str, Float[np.ndarray, " R"]]
    """Of the generators of y from x."""
    backward: dict[str, Float[np.ndarray, " R"]]
    """Of the generators of x from y."""
    points: int
    """Points that the generators were trained on."""
    steps: int
    """Mini-batches that the training took, summed over all generators."""

    def score(self, test: str, which: slice | Sequence[int] = slice(None), *, absolute: bool = True) -> float:
        """How much better the best of the generators of y from x, among `which`, is than the best of the others: > 0
        says that x causes y. If all of one direction diverged, the other wins, by 1; 0 if all of both did.

        absolute: the best is the one whose statistic is closest to 0, as in the authors' code; else the one with the
        smallest statistic, as in the thesis' text.
        """
        sides = [side[test][which] for side in (self.forward, self.backward)]
        sides = [values[np.isfinite(values)] for values in sides]
        if not (len(sides[0]) and len(sides[1])):
            return float(len(sides[0]) > 0) - float(len(sides[1]) > 0)
        forward, backward = ((np.abs(values) if absolute else values).min() for values in sides)
        return float(backward - forward)


def cgan_c2st(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    *,
    replicas: int = 1,
    test: str = "knn",
    settings: CGANSettings = DEFAULT,
    rng: np.random.Generator,
    device: torch.device | None = None,
) -> float:
    """CGAN-C2ST: is y easier to make from x than x from y? Positive says that x causes y.

    Conditional GANs learn to make y from x and noise, and x from y and noise, `replicas` in each direction, all trained
    together. A two-sample test, one of TESTS, compares the points (x, made y) and (made x, y) with the data. The result
    is the distance of the best generator of x, less that of the best generator of y: |accuracy - 1/2| for the
    classifiers, |MMD^2| for "mmd". With more replicas than one it is the thesis' ensemble.

    Raises ValueError for samples that `causal.checks.pair_values` refuses, no replicas, and a test that is not in
    TESTS.
    """
    seed = int(rng.integers(1 << 62))
    found = judge_directions(x, y, replicas=replicas, tests=(test,), settings=settings, seed=seed, device=device)
    return found.score(test)


def judge_directions(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    *,
    replicas: int,
    tests: Sequence[str] = TESTS,
    settings: CGANSettings = DEFAULT,
    seed: int,
    names: tuple[str | int, ...] = (),
    device: torch.device | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Directions:
    """Trains the generators of both directions as one program, and tests what each made; see `cgan_c2st`.

    All draws follow from `seed` and `names`. `progress` is called after each epoch. Raises ValueError for what
    `cgan_c2st` refuses.
    """
    for test in tests:
        if test not in TESTS:
            raise ValueError(f"test: expected one of {', '.join(TESTS)}, got {test!r}")
    x, y = pair_values(x, y)
    if replicas < 1:
        raise ValueError(f"replicas: expected at least 1, got {replicas}")
    x, y = typical_points(x, y, rng=np.random.default_rng(stream_seed(seed, "points", *names)))
    device = device or default_device()
    pair = torch.from_numpy(np.stack([x, y])).float()
    trained = train_cgans(
        pair, pair.flip(0), settings, replicas=replicas, seed=seed, names=names, device=device, progress=progress
    )
    data = np.stack([x, y], axis=1)
    sides = []
    for side in range(2):  # column 1 is made, then column 0
        rows = np.arange(side * replicas, (side + 1) * replicas)
        good = rows[~trained.diverged[rows].numpy()]
        made = np.repeat(data[None], len(good), axis=0)
        made[:, :, 1 - side] = trained.fakes[good].double().numpy()
        seeds = [stream_seed(seed, "test", *names, int(row)) for row in good]
        found = {test: np.full(replicas, np.nan) for test in tests}
        for test in tests if len(good) else ():
            found[test][good - rows[0]] = _statistics(test, data, made, seeds, device)
        sides.append(found)
    steps = trained.epochs * -(-len(x) // settings.batch_size)
    return Directions(sides[0], sides[1], len(x), steps)


def typical_points(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], *, rng: np.random.Generator
) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """At most MAX_POINTS of the points, chosen at random, without the OUTLIERS that are farthest from the mean, with
    mean 0 and variance 1. It treats x and y alike: each has its own deviation as unit of length."""
    if len(x) > MAX_POINTS:
        rows = np.sort(rng.choice(len(x), MAX_POINTS, replace=False))
        x, y = x[rows], y[rows]
    far = standardised(x) ** 2 + standardised(y) ** 2
    rows = np.sort(np.argsort(far, kind="stable")[: len(x) - int(OUTLIERS * len(x))])
    for name, values in (("x", x[rows]), ("y", y[rows])):
        if values.min() == values.max():
            raise ValueError(f"{name}: expected several values besides outliers, got only {values[0]}")
    return standardised(x[rows]), standardised(y[rows])


def _statistics(
    test: str, data: Float[np.ndarray, "n 2"], made: Float[np.ndarray, "R n 2"], seeds: list[int], device: Any
) -> Float[np.ndarray, " R"]:
    """One test of each generator's points against the data; see `Directions`."""
    if test == "mmd":
        draws = (np.random.default_rng(seed) for seed in seeds)
        return np.array([mmd_linear(data, some, rng=rng).statistic for some, rng in zip(made, draws, strict=True)])
    many = np.broadcast_to(data, made.shape)
    if test == "knn-apart":
        half = len(data) // 2
        orders = np.stack([np.random.default_rng(seed).permutation(len(data)) for seed in seeds])[:, :, None]
        many = np.take_along_axis(many, orders[:, :half], axis=1)
        made = np.take_along_axis(made, orders[:, half : 2 * half], axis=1)
    classifier = "nn" if test == "nn" else "knn"
    return c2st_many(many, made, classifier=classifier, null="normal", seeds=seeds, device=device).statistics - 0.5
