"""Accuracies: by hand, their intervals by simulation, and the trap of an answer that is always the same."""

import numpy as np
import pytest

from thesiscode.causal import (
    accuracy_by_decision_rate,
    always_forward,
    binomial_accuracy,
    bootstrap_accuracy,
    coin,
    effective_size,
    weighted_accuracy,
)


def test_accuracies_by_hand():
    assert weighted_accuracy(np.array([1, -1, 1]), np.array([1.0, 2.0, 1.0])) == 0.5
    assert weighted_accuracy(np.array([0.1, -9.0]), np.array([3.0, 1.0])) == 0.75
    assert weighted_accuracy(np.array([0, 1]), np.array([1.0, 1.0])) == 0.75  # no decision counts half
    assert weighted_accuracy(np.array([-1, 1]), np.array([0.0, 1.0])) == 1


def test_a_constant_answer_is_right_about_sorted_pairs_and_a_coin_about_shuffled_ones():
    x, y = np.random.default_rng(0).random((2, 30))
    weights = np.random.default_rng(1).uniform(0.2, 1, 200)
    scores = np.array([always_forward(x, y) for _ in weights])
    swapped = np.array([always_forward(y, x) for _ in weights])
    rng = np.random.default_rng(2)
    assert weighted_accuracy(scores, weights) == 1
    assert bootstrap_accuracy(scores, weights, rng=rng).low == 1
    found = bootstrap_accuracy(scores, weights, swapped=swapped, rng=rng)
    assert found.mean == 0.5 and 0.38 < found.low < 0.46 < 0.54 < found.high < 0.62
    tosses = np.array([coin(x, y, rng=rng) for _ in range(400)])
    assert set(tosses) == {-1.0, 1.0} and abs(tosses.mean()) < 0.2


def test_orientation_does_not_matter_to_a_method_that_flips_its_sign():
    rng = np.random.default_rng(3)
    scores, weights = rng.standard_normal(50) + 0.5, rng.random(50)
    raw = bootstrap_accuracy(scores, weights, rng=np.random.default_rng(4))
    shuffled = bootstrap_accuracy(scores, weights, swapped=-scores, rng=np.random.default_rng(4))
    assert shuffled == raw
    assert raw.mean == pytest.approx(weighted_accuracy(scores, weights)) and raw.low < raw.mean < raw.high


def test_bootstrap_intervals_hold_the_truth():
    """95% intervals of 60 pairs that are right with probability 0.7; the percentile bootstrap is a little short."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        scores, weights = np.where(rng.random(60) < 0.7, 1.0, -1.0), rng.uniform(0.5, 1, 60)
        found = bootstrap_accuracy(scores, weights, resamples=300, rng=rng)
        held += found.low <= 0.7 <= found.high
    assert 0.89 * 300 <= held <= 0.99 * 300


def test_binomial_intervals():
    found = binomial_accuracy(np.repeat([1.0, -1.0], [9, 1]))
    assert found.mean == 0.9 and found.n == 10
    assert found.low == pytest.approx(0.555, abs=1e-3) and found.high == pytest.approx(0.9975, abs=1e-3)


def test_effective_size():
    assert effective_size(np.ones(7)) == 7
    assert effective_size(np.array([1.0, 0.0])) == 1


def test_the_most_confident_pairs_are_decided_first():
    scores, weights = np.array([0.1, -3.0, 2.0, 2.0]), np.array([1.0, 1.0, 2.0, 4.0])
    found = accuracy_by_decision_rate(scores, weights)
    np.testing.assert_allclose(found.rates, [1 / 8, 7 / 8, 1])  # equal scores at once
    np.testing.assert_allclose(found.accuracies, [0, 6 / 7, 7 / 8])
    same = accuracy_by_decision_rate(np.ones(5), np.ones(5))
    assert same.rates.tolist() == [1] and same.accuracies.tolist() == [1]


ONES = np.ones(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: weighted_accuracy(ONES, -ONES), "weights: expected finite weights of at least 0"),
        (lambda rng: weighted_accuracy(ONES, 0 * ONES), "weights: expected finite weights"),
        (lambda rng: weighted_accuracy(ONES, ONES[:2]), r"weights: expected 3, one a pair, got shape \(2,\)"),
        (lambda rng: weighted_accuracy(ONES * np.nan, ONES), "decisions: expected one number a pair"),
        (lambda rng: weighted_accuracy(ONES[:0], ONES[:0]), "decisions: expected one number a pair"),
        (lambda rng: bootstrap_accuracy(ONES, ONES, resamples=0, rng=rng), "resamples: expected at least 1"),
        (lambda rng: bootstrap_accuracy(ONES, ONES, confidence=1.0, rng=rng), "confidence: expected a number between"),
        (
            lambda rng: bootstrap_accuracy(ONES, ONES, swapped=ONES * np.nan, rng=rng),
            "swapped: expected one number a pair",
        ),
        (
            lambda rng: bootstrap_accuracy(ONES, ONES, swapped=ONES[:2], rng=rng),
            "swapped: expected 3, one for each of scores, got 2",
        ),
        (lambda rng: bootstrap_accuracy(ONES * np.nan, ONES, rng=rng), "scores: expected one number a pair"),
        (lambda rng: accuracy_by_decision_rate(ONES[:0], ONES[:0]), "scores: expected one number a pair"),
        (lambda rng: effective_size(0 * ONES), "weights: expected finite weights of at least 0, some of them above"),
        (lambda rng: effective_size(np.array([2.0, -1.0])), "weights: expected finite weights of at least 0"),
        (lambda rng: effective_size(ONES[:0]), r"weights: expected one number a pair, got \[\]"),
        (lambda rng: binomial_accuracy(ONES, confidence=1.5), "confidence: expected a number between 0 and 1, got 1.5"),
        (lambda rng: binomial_accuracy(ONES, confidence=1.0), "confidence: expected a number between 0 and 1, got 1.0"),
        (lambda rng: binomial_accuracy(ONES[:0]), "scores: expected one number a pair"),
    ],
)
def test_bad_input_is_refused(call, message, unchecked):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
