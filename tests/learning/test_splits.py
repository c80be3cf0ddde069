"""Splits, and two ways in which a test set leaks."""

import numpy as np
import pytest

from thesiscode.learning import accuracy, balanced_accuracy, cross_validated_accuracy, split, telling_columns


def test_every_example_is_in_one_part():
    parts = split(103, rng=np.random.default_rng(0))
    assert [len(p) for p in parts] == [62, 20, 21]
    assert sorted(np.concatenate(parts)) == list(range(103))
    assert [len(p) for p in split(10, (0.5, 0.5), rng=np.random.default_rng(0))] == [5, 5]


def test_a_constant_answer_is_accurate_and_not_balanced():
    labels = np.repeat([1.0, -1.0], [95, 5])
    assert accuracy(np.ones(100), labels) == pytest.approx(0.95)
    assert balanced_accuracy(np.ones(100), labels) == 0.5
    assert balanced_accuracy(labels, labels) == 1


def test_telling_columns_are_those_that_correlate():
    rng = np.random.default_rng(1)
    y = rng.choice([-1.0, 1.0], 200)
    x = rng.normal(size=(200, 30))
    x[:, 7] -= 3 * y
    x[:, 3] += y
    x[:, 0] = 5  # a constant tells nothing
    assert telling_columns(x, y, 2).tolist() == [7, 3]
    ranked = telling_columns(x, y, 30)
    r = [abs(np.corrcoef(x[:, j], y)[0, 1]) if j else 0 for j in ranked]
    assert (np.diff(r) <= 1e-12).all()


def test_a_choice_that_saw_the_test_labels_finds_structure_in_noise():
    accuracies = {}
    for leak in (True, False):
        rng = np.random.default_rng(2)
        y = np.repeat([1.0, -1.0], 25)
        found = [cross_validated_accuracy(rng.normal(size=(50, 2000)), y, 20, leak=leak, rng=rng) for _ in range(5)]
        accuracies[leak] = np.mean(found)
    assert accuracies[True] > 0.85
    assert accuracies[False] == pytest.approx(0.5, abs=0.15)


def test_bad_input(unchecked):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="shares: expected numbers above 0 that sum to 1"):
        split(10, (0.5, 0.6), rng=rng)
    with pytest.raises(ValueError, match="n: expected enough for every one of 3 parts, got 2"):
        split(2, rng=rng)
    with pytest.raises(ValueError, match="labels: expected at least two classes"):
        balanced_accuracy(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="n_columns: expected at most 2, as x has, got 3"):
        telling_columns(np.ones((2, 2)), np.array([1.0, -1.0]), 3)
    with pytest.raises(ValueError, match="y: expected labels of both classes"):
        cross_validated_accuracy(np.ones((4, 2)), np.ones(4), 1, leak=True, rng=rng)


@pytest.mark.parametrize("leak", [True, False])
@pytest.mark.parametrize(("rarer", "folds"), [(1, 5), (1, 2), (4, 5)])
def test_each_fold_wants_an_example_of_each_class(unchecked, leak, rarer, folds):
    x, y = np.random.default_rng(0).normal(size=(20, 3)), np.repeat([1.0, -1.0], [rarer, 20 - rarer])
    with pytest.raises(ValueError, match=f"folds: expected at most {rarer}, .* got {folds}"):
        cross_validated_accuracy(x, y, 1, leak=leak, folds=folds, rng=np.random.default_rng(0))
