"""All methods but those of GANs on real pairs, or on pairs of known mechanisms (thesis Table 5.1)."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from thesiscode.data.files import read_rows
from thesiscode.data.tuebingen import META, Pair, load_pairs, pairs_folder
from thesiscode.engine import Outcome, Run, numpy_generator
from thesiscode.engine.checks import COUNT, check_settings, one_of
from thesiscode.zoo import load_into

from .anm import anm_score, fit_anm
from .checks import LEAST
from .evaluation import always_forward, binomial_accuracy, bootstrap_accuracy, coin
from .igci import igci
from .mechanisms import MECHANISMS, make_pairs
from .ncc import NCC
from .rcc import RCC
from .synthetic import training_pairs

LAST = 104
"""The last pair of the benchmark's version of August 2016, which the thesis uses."""

BASELINES = ("always x causes y", "coin")
"""Answers without a method, which do not change their sign when the variables change places."""

Scorer = Callable[[np.ndarray, np.ndarray], dict[str, float]]
"""What one or several methods say of x and y, by name."""


@dataclass(frozen=True)
class MethodSettings:
    """Which pairs, and how the methods that learn are trained. Raises ValueError for values out of range."""

    pairs: str = "mechanisms"
    """"mechanisms", which are generated, or "tuebingen", the 99 pairs of one number each in $THESISCODE_DATA"""
    n_pairs: int = 100
    """pairs of each mechanism"""
    n_points: int = 200
    """points of a generated pair"""
    max_points: int = 500
    """points that additive noise models see, at most"""
    rcc_pairs: int = 2000
    """pairs that RCC learns from; 10,000 as published"""
    rcc_points: int = 300
    """points of each of them"""
    trees: int = 300
    """of RCC's forest; 500 as published"""
    resamples: int = 2000
    """of the bootstrap"""

    def __post_init__(self) -> None:
        counts = dict.fromkeys(("n_pairs", "rcc_pairs", "trees", "resamples"), COUNT)
        points = (lambda n: isinstance(n, int) and n >= LEAST, f"an integer of at least {LEAST}")
        check_settings(
            self,
            **counts,
            pairs=one_of("mechanisms", "tuebingen"),
            n_points=points,
            max_points=points,
            rcc_points=points,
        )


def methods(settings: MethodSettings, run: Run) -> Outcome:
    """Asks all methods about all pairs.

    metrics: for each mechanism, or for "tuebingen": the pairs' "ids", "weights" and whether the file lists the "cause
    first" (1 or 0), and for each method its "scores", > 0 where it is right about the orientation of the file, its
    "accuracy", that for "randomised" orientations, and its "seconds" a pair, of the processor. Answers that do not
    change with the orientation have "swapped", too: scores of the exchanged variables, < 0 where they are right.
    Intervals (mean, low, high, n) are binomial for generated pairs, and by the bootstrap over pairs for the real ones.
    """
    scorers = make_scorers(settings, run.seed)
    if settings.pairs == "tuebingen":
        pairs, first = benchmark_pairs(load_pairs()), causes_first()
        groups = {"tuebingen": pairs}
        listed = {"tuebingen": [first[pair.id] for pair in pairs]}
    else:
        groups = {
            kind: make_pairs(kind, settings.n_pairs, settings.n_points, numpy_generator(run.seed, "mechanism", kind))
            for kind in MECHANISMS
        }
        listed = {kind: [True] * settings.n_pairs for kind in groups}
    return Outcome({name: judge(groups[name], listed[name], scorers, settings, run.seed) for name in groups})


def causes_first(folder: str | Path | None = None) -> dict[int, bool]:
    """Whether the file of each pair lists the cause before the effect. `load_pairs` hides that: its x is the cause.

    Raises what `load_pairs` raises for a folder without pairs.
    """
    return {int(row[0]): int(row[1]) < int(row[3]) for row in read_rows(pairs_folder(folder) / META)}


def benchmark_pairs(pairs: Iterable[Pair]) -> list[Pair]:
    """Those of the first 104 whose variables are one number each; of the Tuebingen pairs, 99."""
    return [pair for pair in pairs if pair.id <= LAST and not pair.multivariate]


def make_scorers(settings: MethodSettings, seed: int) -> list[Scorer]:
    """All methods; those that change sign with the orientation first, and the two answers without a method last."""
    rcc = RCC(trees=settings.trees).fit(
        training_pairs(settings.rcc_pairs, settings.rcc_points, numpy_generator(seed, "rcc pairs")),
        numpy_generator(seed, "rcc"),
    )
    ncc, toss = NCC(), numpy_generator(seed, "coin")
    load_into(ncc, "causal/ncc")

    def both_anm(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
        fit = fit_anm(x, y, max_points=settings.max_points)
        return {"ANM": anm_score(fit), "ANM, p-values": anm_score(fit, "p-value")}

    def one_igci(reference: str, estimator: str) -> Scorer:
        name = f"IGCI, {estimator}, {reference}"
        return lambda x, y: {name: igci(x, y, reference=reference, estimator=estimator)}

    return [
        both_anm,
        *(
            one_igci(reference, estimator)
            for reference in ("uniform", "gaussian")
            for estimator in ("slope", "entropy")
        ),
        lambda x, y: {"RCC": rcc.score(x, y)},
        lambda x, y: {"NCC": ncc.score(x, y)},
        lambda x, y: {BASELINES[0]: always_forward(x, y)},
        lambda x, y: {BASELINES[1]: coin(x, y, rng=toss)},
    ]


def judge(
    pairs: list[Pair], cause_first: list[bool], scorers: list[Scorer], settings: MethodSettings, seed: int
) -> dict[str, Any]:
    """What all methods say of some pairs, and how often they are right; see `methods`."""
    weights = np.array([pair.weight for pair in pairs])
    found: dict[str, Any] = {"ids": [pair.id for pair in pairs], "weights": weights.tolist()}
    found["cause first"] = [int(first) for first in cause_first]
    sides = np.where(cause_first, 1, -1)
    for scorer in scorers:
        start = time.process_time()
        rows = [scorer(pair.x, pair.y) for pair in pairs]
        seconds = (time.process_time() - start) / len(pairs)
        back = [scorer(pair.y, pair.x) for pair in pairs] if set(rows[0]) & set(BASELINES) else None
        for name in rows[0]:
            there = np.array([row[name] for row in rows])
            swapped = -there if back is None else np.array([row[name] for row in back])
            # For a pair whose file lists the effect first, both orientations change places, and what is right does.
            scores = np.where(sides > 0, there, -swapped)
            swapped = np.where(sides > 0, swapped, -there)
            found[name] = {"scores": _short(scores), "seconds": seconds}
            found[name] |= _accuracies(scores, swapped, weights, settings, seed)
            if back is not None:
                found[name]["swapped"] = _short(swapped)
    return found


def _accuracies(
    scores: np.ndarray, swapped: np.ndarray, weights: np.ndarray, settings: MethodSettings, seed: int
) -> dict[str, Any]:
    rng = numpy_generator(seed, "bootstrap")
    if settings.pairs == "mechanisms":
        flip = rng.random(len(scores)) < 0.5
        both = binomial_accuracy(scores), binomial_accuracy(np.where(flip, -swapped, scores))
    else:
        both = tuple(
            bootstrap_accuracy(scores, weights, swapped=other, resamples=settings.resamples, rng=rng)
            for other in (None, swapped)
        )
    return {"accuracy": asdict(both[0]), "randomised": asdict(both[1])}


def _short(scores: np.ndarray) -> list[float]:
    """Four digits are enough to rank by, and keep records small."""
    return [float(f"{score:.4g}") for score in scores]
