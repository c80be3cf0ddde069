"""Do two-sample tests keep their promise? p-values of samples of one distribution (thesis Section 5.3.2)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy import stats

from thesiscode.engine import Outcome, Run, numpy_generator, stream_seed
from thesiscode.engine.checks import COUNT, check_distinct, check_settings

from .errors import Samples, share, uncorrected
from .panel import CLASSICS, CLASSIFIERS, PANEL, run_panel

LEVELS = (0.01, 0.05, 0.1, 0.2)
"""Where P(p <= a) <= a is checked."""


@dataclass(frozen=True)
class CalibrationSettings:
    """p-values under the null hypothesis, of every test, in cells of sizes and dimensions."""

    repetitions: int = 1000
    """tests a cell"""
    sizes: tuple[int, ...] = (50, 200, 1000, 2000)
    """points of each sample"""
    dimensions: tuple[int, ...] = (1, 10, 100)
    """features"""
    special_size: int = 100
    """points of the smaller sample where there are ties, unequal sizes and constant features"""
    permutations: int = 100
    """relabellings of the tests that need them"""
    network_most: int = 2000
    """largest size for C2ST-NN, which trains a network a test"""
    neighbours_most: int = 2000
    """and for C2ST-KNN"""
    quadratic_most: int = 1000
    """and for the quadratic MMD"""
    embedding_most: int = 2000
    """and for the mean embedding"""
    kuiper_most: int = 2000
    """and for Kuiper's"""

    def __post_init__(self) -> None:
        check_settings(self, repetitions=COUNT, dimensions=COUNT, permutations=COUNT)
        enough = (lambda n: isinstance(n, int) and n >= 24, "an integer of at least 24, which the mean embedding needs")
        check_settings(self, sizes=enough, special_size=enough)
        check_distinct(self, "sizes", "dimensions")

    def most(self, name: str) -> int | None:
        """The largest size of a test that is expensive."""
        return {
            "C2ST-NN": self.network_most,
            "C2ST-KNN": self.neighbours_most,
            "MMD, quadratic": self.quadratic_most,
            "mean embedding": self.embedding_most,
            "Kuiper": self.kuiper_most,
        }.get(name)


def ties(repetitions: int, n: int, rng: np.random.Generator) -> Samples:
    """Normal numbers, rounded to integers."""
    return tuple(rng.standard_normal((2, repetitions, n, 1)).round())


def unequal(repetitions: int, n: int, rng: np.random.Generator) -> Samples:
    """Three times as many points of y."""
    return rng.standard_normal((repetitions, n, 1)), rng.standard_normal((repetitions, 3 * n, 1))


def constant(repetitions: int, n: int, rng: np.random.Generator) -> Samples:
    """Five features, two of which say nothing; all points are on a grid."""
    x, y = rng.standard_normal((2, repetitions, n, 5)).round(1)
    x[..., 3:] = y[..., 3:] = (0.0, 7.0)
    return x, y


SPECIAL = {"ties": ties, "unequal sizes": unequal, "constant features": constant}
"""Samples that a careless test takes for a difference."""


def calibration(settings: CalibrationSettings, run: Run) -> Outcome:
    """One row a cell and test: "test", "n", "d", "kind" and what `judged` says of its p-values."""
    plan = [("normal", n, d) for d in settings.dimensions for n in settings.sizes]
    plan += [(kind, settings.special_size, None) for kind in SPECIAL]
    rows: list[dict[str, Any]] = []
    for kind, n, d in plan:
        draw = numpy_generator(run.seed, kind, n, d or 0)
        if kind == "normal":
            x, y = draw.standard_normal((2, settings.repetitions, n, d))
        else:
            x, y = SPECIAL[kind](settings.repetitions, n, draw)
        for name in PANEL:
            most = settings.most(name)
            if (most is not None and n > most) or (name in CLASSICS and x.shape[2] > 1):
                continue
            where = {"test": name, "kind": kind, "n": n, "d": x.shape[2]}
            seed = stream_seed(run.seed, "tests", kind, n, d or 0)
            results = run_panel(name, x, y, seed, permutations=settings.permutations)
            rows.append(where | judged(results.p_values))
            if name in CLASSIFIERS:
                rows.append(where | {"test": f"{name}, uncorrected"} | judged(uncorrected(results)))
    return Outcome({"rows": rows})


def judged(p: Float[np.ndarray, " R"]) -> dict[str, Any]:
    """What p-values under the null hypothesis look like.

    Of their distance from the uniform distribution: "uniform", the p-value of Kolmogorov and Smirnov's test, two-sided;
    "conservative", the one-sided one, which is small only where small p-values come too often. It is the one to look at
    for p-values of few values, which cannot be uniform. "levels": shares of rejections, each with its interval and
    "exceeds", the binomial p-value of a true share that is at most the level.
    """
    levels = {}
    for level in LEVELS:
        rejected = p <= level
        exact = stats.binomtest(int(rejected.sum()), len(p), level, alternative="greater")
        levels[f"{level:g}"] = share(rejected) | {"exceeds": float(exact.pvalue)}
    return {
        "uniform": float(stats.ks_1samp(p, stats.uniform.cdf).pvalue),
        "conservative": float(stats.ks_1samp(p, stats.uniform.cdf, alternative="greater").pvalue),
        "distinct": len(np.unique(p)),
        "levels": levels,
    }
