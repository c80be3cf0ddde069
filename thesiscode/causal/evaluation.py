"""How often is a method right? Weighted accuracies, their intervals, and answers that need no method."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int
from scipy import stats

from thesiscode.engine import Interval


def always_forward(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> float:
    """Says that x causes y, whatever it is given. Unlike a method, it does not change its mind if they are swapped."""
    return 1.0


def coin(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], *, rng: np.random.Generator) -> float:
    """1 or -1, with equal chances."""
    return float(rng.choice([-1.0, 1.0]))


def weighted_accuracy(
    decisions: Float[np.ndarray, " n"] | Int[np.ndarray, " n"], weights: Float[np.ndarray, " n"]
) -> float:
    """The weight of pairs that were decided rightly, as a share of all weight.

    A decision is a score or its sign: above 0 says "x causes y", which is true of every pair of this book; 0 is no
    decision, and counts half. Raises ValueError for arrays of different or no length, a decision that is nan, or
    weights that are negative, not finite, or all 0.
    """
    decisions, weights = _checked(decisions, weights)
    return float((weights * _right(decisions)).sum() / weights.sum())


def effective_size(weights: Float[np.ndarray, " n"]) -> float:
    """(sum w)^2 / sum w^2: the number of equal weights whose mean would be as uncertain (Kish 1965).

    Raises ValueError for no weights, or weights that `weighted_accuracy` refuses.
    """
    weights = _checked_weights(weights)
    return float(weights.sum() ** 2 / (weights**2).sum())


def bootstrap_accuracy(
    scores: Float[np.ndarray, " n"],
    weights: Float[np.ndarray, " n"],
    *,
    swapped: Float[np.ndarray, " n"] | None = None,
    resamples: int = 2000,
    confidence: float = 0.95,
    rng: np.random.Generator,
) -> Interval:
    """The weighted accuracy and its percentile bootstrap interval: pairs are drawn again, with their weights.

    swapped: what the method says of each pair (y, x). Then a coin decides, for each pair of each resample, which
    orientation is asked about, and the mean is over both.

    Raises ValueError for what `weighted_accuracy` refuses, `swapped` of another length, fewer than one resample, or a
    confidence outside of (0, 1).
    """
    if resamples < 1:
        raise ValueError(f"resamples: expected at least 1, got {resamples}")
    _check_confidence(confidence)
    scores, weights = _checked(scores, weights, "scores")
    n = len(scores)
    there = _right(scores)
    back = there if swapped is None else _right(-_checked_scores(swapped, "swapped"))
    if len(back) != n:
        raise ValueError(f"swapped: expected {n}, one for each of scores, got {len(back)}")
    rows = rng.integers(n, size=(resamples, n))
    right = np.where(rng.random((resamples, n)) < 0.5, there[rows], back[rows])
    drawn = weights[rows]
    total = drawn.sum(axis=1)
    found = (drawn * right).sum(axis=1)[total > 0] / total[total > 0]
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    mean = (weights * (there + back)).sum() / (2 * weights.sum())
    return Interval(float(mean), float(low), float(high), n)


def binomial_accuracy(scores: Float[np.ndarray, " n"], *, confidence: float = 0.95) -> Interval:
    """The accuracy over pairs of equal weight, with the exact binomial interval of Clopper and Pearson (1934).

    An odd number of scores of 0 is rounded down. Raises ValueError for what `weighted_accuracy` refuses, or a
    confidence outside of (0, 1).
    """
    _check_confidence(confidence)
    scores = _checked_scores(scores, "scores")
    right = _right(scores)
    bounds = stats.binomtest(int(right.sum()), len(scores)).proportion_ci(confidence)
    return Interval(float(right.mean()), float(bounds.low), float(bounds.high), len(scores))


class DecisionRates(NamedTuple):
    """The accuracy of a method that answers only where it is most confident."""

    rates: Float64[np.ndarray, " k"]
    """the share of weight that is decided, increasing to 1"""
    accuracies: Float64[np.ndarray, " k"]
    """the weighted accuracy of these decisions"""


def accuracy_by_decision_rate(scores: Float[np.ndarray, " n"], weights: Float[np.ndarray, " n"]) -> DecisionRates:
    """Decides pairs in the order of |score|, the largest first; pairs of equal |score| are decided together.

    Raises ValueError for what `weighted_accuracy` refuses.
    """
    scores, weights = _checked(scores, weights, "scores")
    order = np.argsort(-np.abs(scores), kind="stable")
    decided, right = np.cumsum(weights[order]), np.cumsum((weights * _right(scores))[order])
    sizes = np.abs(scores[order])
    last = np.append(sizes[1:] < sizes[:-1], True) & (decided > 0)
    return DecisionRates(decided[last] / decided[-1], right[last] / decided[last])


def _right(scores: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    return 0.5 * (1 + np.sign(scores))


def _checked(
    scores: np.ndarray, weights: np.ndarray, name: str = "decisions"
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    scores = _checked_scores(scores, name)
    return scores, _checked_weights(weights, len(scores))


def _checked_scores(scores: np.ndarray, name: str) -> Float64[np.ndarray, " n"]:
    scores = np.asarray(scores, float)
    if scores.ndim != 1 or not len(scores) or np.isnan(scores).any():
        raise ValueError(f"{name}: expected one number a pair, got {scores}")
    return scores


def _checked_weights(weights: np.ndarray, n: int | None = None) -> Float64[np.ndarray, " n"]:
    weights = np.asarray(weights, float)
    if n is not None and weights.shape != (n,):
        raise ValueError(f"weights: expected {n}, one a pair, got shape {weights.shape}")
    if weights.ndim != 1 or not len(weights):
        raise ValueError(f"weights: expected one number a pair, got {weights}")
    if not (np.isfinite(weights).all() and weights.min() >= 0 and weights.max() > 0):
        raise ValueError(f"weights: expected finite weights of at least 0, some of them above it, got {weights}")
    return weights


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a number between 0 and 1, got {confidence}")
