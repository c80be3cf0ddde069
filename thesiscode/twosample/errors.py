"""How often two-sample tests err: the toy problems of Lopez-Paz and Oquab (2017, Section 4), to which the thesis points
in Section 5.3.3."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from thesiscode.engine import Outcome, Run, numpy_generator, stream_seed
from thesiscode.engine.checks import ABOVE_0, COUNT, FROM_0, check_distinct, check_settings

from .batches import ManyResults, c2st_many
from .panel import CLASSICS, CLASSIFIERS, PANEL, run_panel

BAYES = "Bayes classifier"
"""The classifier two-sample test that knows both densities."""


@dataclass(frozen=True)
class ErrorSettings:
    """Errors of both types, by the size of the samples and by how much they differ."""

    alpha: float = 0.05
    """the level: a test rejects if its p-value is at most this"""
    repetitions: int = 200
    """tests a cell"""
    sizes: tuple[int, ...] = (50, 100, 200, 500, 1000, 2000)
    """points of each sample"""
    degrees: tuple[float, ...] = (2, 3, 5, 10)
    """degrees of freedom of Student's t against the normal distribution, at the largest size"""
    degree: float = 3
    """those at the other sizes"""
    sinusoid_sizes: tuple[int, ...] = (50, 100, 200, 500, 1000)
    """pairs (x, cos(f x) + noise), and as many with the second number shuffled"""
    sinusoid_size: int = 500
    """where noise or frequency varies"""
    noises: tuple[float, ...] = (0.25, 0.5, 1, 2)
    """standard deviations of the noise; the first where something else varies"""
    frequencies: tuple[float, ...] = (1, 2, 4, 8, 16)
    """f; the first where something else varies"""
    permutations: int = 100
    """relabellings of the tests that need them"""
    quadratic_most: int = 500
    """largest size for the quadratic MMD, whose time grows with the square"""

    def __post_init__(self) -> None:
        above = (lambda a: 0 < a < 1, "a number between 0 and 1")
        check_settings(self, alpha=above, repetitions=COUNT, sinusoid_size=COUNT, permutations=COUNT)
        check_settings(
            self, degrees=ABOVE_0, degree=ABOVE_0, noises=ABOVE_0, frequencies=ABOVE_0, quadratic_most=FROM_0
        )
        enough = (lambda n: isinstance(n, int) and n >= 24, "an integer of at least 24, which the mean embedding needs")
        check_settings(self, sizes=enough, sinusoid_sizes=enough, sinusoid_size=enough)
        check_distinct(self, "sizes", "degrees", "sinusoid_sizes", "noises", "frequencies")


Samples = tuple[Float[np.ndarray, "R n d"], Float[np.ndarray, "R m d"]]


def normal_against_student(repetitions: int, n: int, degree: float, rng: np.random.Generator) -> Samples:
    """Numbers of the standard normal distribution and of Student's t, which is the same one at infinite degree."""
    y = rng.standard_normal if math.isinf(degree) else lambda size: rng.standard_t(degree, size)
    return rng.standard_normal((repetitions, n, 1)), y((repetitions, n, 1))


def sinusoid(repetitions: int, n: int, noise: float, frequency: float, rng: np.random.Generator) -> Samples:
    """Pairs (x, cos(frequency x) + noise e), with x and e normal; and the same pairs with the second number shuffled,
    so that the two differ only in whether their coordinates depend on one another."""
    x, e = rng.standard_normal((2, repetitions, n))
    return _with_shuffled(x, np.cos(frequency * x) + noise * e, rng)


def independent(repetitions: int, n: int, rng: np.random.Generator) -> Samples:
    """As `sinusoid`, of two numbers that do not depend on one another: nothing should be found."""
    return _with_shuffled(*rng.standard_normal((2, repetitions, n)), rng)


def _with_shuffled(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Samples:
    return np.stack([x, y], axis=-1), np.stack([x, rng.permuted(y, axis=1)], axis=-1)


class KnownRatio:
    """A classifier of scikit-learn's kind that is told the densities: it says y where y's is the larger one."""

    def __init__(self, degree: float) -> None:
        self.degree = degree

    def get_params(self, deep: bool = True) -> dict[str, float]:
        """As scikit-learn asks."""
        return {"degree": self.degree}

    def fit(self, x: Float[np.ndarray, "n 1"], y: Bool[np.ndarray, " n"]) -> "KnownRatio":
        """There is nothing to learn."""
        return self

    def predict_proba(self, x: Float[np.ndarray, "n 1"]) -> Float[np.ndarray, "n 2"]:
        """The probabilities that a point is normal, or of Student's t, if both are as likely beforehand."""
        of_x, of_y = stats.norm.pdf(x[:, 0]), stats.t.pdf(x[:, 0], self.degree)
        return np.stack([of_x, of_y], axis=1) / (of_x + of_y)[:, None]


def binomial_interval(count: int, repetitions: int) -> tuple[float, float]:
    """The 95% interval of Clopper and Pearson (1934) for a share."""
    found = stats.binomtest(count, repetitions).proportion_ci(0.95)
    return float(found.low), float(found.high)


def share(rejected: Bool[np.ndarray, " R"]) -> dict[str, Any]:
    """How many tests rejected, of how many, and the 95% interval of the share."""
    count = int(rejected.sum())
    low, high = binomial_interval(count, len(rejected))
    return {"rejected": count, "of": len(rejected), "low": low, "high": high}


def uncorrected(results: ManyResults) -> Float[np.ndarray, " R"]:
    """p-values of accuracies by N(1/2, 1 / (4 n_test)) as the thesis has it, without a correction for continuity."""
    return stats.norm.sf(results.statistics, 0.5, math.sqrt(0.25 / results.n_test))


def _plain(value: float) -> float:
    """3 for 3.0, so that a setting gives one stream of random numbers, however it was written."""
    return int(value) if math.isfinite(value) and value == int(value) else value


def two_sample_errors(settings: ErrorSettings, run: Run) -> Outcome:
    """Shares of rejections. Every metric is a list of cells, each with where it is, and the tests' shares by name.

    "null": both samples are normal. "student_sizes", "student_degrees": one is Student's t; "Bayes classifier" is the
    share of the test that knows the densities, which no classifier that is trained can beat on average. "sinusoid_*":
    pairs against shuffled pairs; "independent": the same, where the pairs are independent. The tests by classifiers
    also have a share by the normal null distribution without correction for continuity: "C2ST-KNN, uncorrected".
    """
    cells: dict[tuple, dict[str, Any]] = {}

    def cell(where: dict[str, float], source: Callable[..., Samples], *at: float) -> dict[str, Any]:
        key = (source.__name__, *map(_plain, at))
        if key not in cells:
            draw = numpy_generator(run.seed, *key)
            x, y = source(settings.repetitions, *at, draw)
            cells[key] = _cell(settings, x, y, stream_seed(run.seed, "tests", *key))
            if source is normal_against_student and not math.isinf(at[1]):
                seeds = [stream_seed(run.seed, BAYES, *key, r) for r in range(len(x))]
                p = c2st_many(x, y, classifier=KnownRatio(at[1]), seeds=seeds).p_values
                cells[key][BAYES] = share(p <= settings.alpha)
        return where | cells[key]

    student, noise, frequency = normal_against_student, settings.noises[0], settings.frequencies[0]
    largest, n = max(settings.sizes), settings.sinusoid_size
    return Outcome(
        {
            "null": [cell({"n": k}, student, k, math.inf) for k in settings.sizes],
            "student_sizes": [cell({"n": k}, student, k, settings.degree) for k in settings.sizes],
            "student_degrees": [cell({"degree": k}, student, largest, k) for k in settings.degrees],
            "sinusoid_sizes": [cell({"n": k}, sinusoid, k, noise, frequency) for k in settings.sinusoid_sizes],
            "sinusoid_noises": [cell({"noise": k}, sinusoid, n, k, frequency) for k in settings.noises],
            "sinusoid_frequencies": [cell({"frequency": k}, sinusoid, n, noise, k) for k in settings.frequencies],
            "independent": [cell({"n": n}, independent, n)],
        }
    )


def _cell(settings: ErrorSettings, x: np.ndarray, y: np.ndarray, seed: int) -> dict[str, Any]:
    """The shares of all tests that the samples suit."""
    n, d = x.shape[1:]
    found = {}
    for name in PANEL:
        if (name in CLASSICS and d > 1) or (name == "MMD, quadratic" and n > settings.quadratic_most):
            continue
        results = run_panel(name, x, y, seed, permutations=settings.permutations)
        found[name] = share(results.p_values <= settings.alpha)
        if name in CLASSIFIERS:
            found[f"{name}, uncorrected"] = share(uncorrected(results) <= settings.alpha)
    return found
