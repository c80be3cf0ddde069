"""MI-SVM on bags whose right members are known."""

import numpy as np
import pytest

from thesiscode.history import mi_svm


def bags(n=20, size=8, seed=0):
    """Bags of noise with one window each that stands out; negatives are noise."""
    rng = np.random.default_rng(seed)
    right = rng.integers(size, size=n)
    positives = [rng.normal(size=(size, 10)) for _ in range(n)]
    for bag, k in zip(positives, right, strict=True):
        bag[k, :2] += 4
    return positives, rng.normal(size=(100, 10)), right


@pytest.mark.parametrize("folds", [1, 5])
def test_finds_the_window_that_tells_bags_apart(folds):
    positives, negatives, right = bags()
    found = mi_svm(positives, negatives, np.zeros(20, int), folds=folds)
    shares = (found.windows == right).mean(axis=1)
    assert shares[0] < 0.4 and shares[-1] > 0.9
    assert found.weights.shape == (folds, 11)


def test_stops_when_nothing_changes():
    positives, negatives, right = bags()
    found = mi_svm(positives, negatives, right, rounds=50)
    assert len(found.windows) < 20 and (found.windows[-1] == found.windows[-2]).all()
    assert len(mi_svm(positives, negatives, right, rounds=1).windows) == 2


def test_choices_are_the_best_windows_of_the_last_classifier():
    positives, negatives, right = bags(seed=3)
    found = mi_svm(positives, negatives, right, rounds=2)
    w = found.weights[0]
    assert [int((bag @ w[:-1]).argmax()) for bag in positives] == found.windows[-1].tolist()


def test_folds_do_not_see_what_they_choose():
    """Without any signal an SVM of many features confirms its start; one that has not seen the image cannot."""
    rng = np.random.default_rng(1)
    positives, start = [rng.normal(size=(10, 1000)) for _ in range(30)], np.zeros(30, int)
    negatives = rng.normal(size=(60, 1000))
    kept = [
        (mi_svm(positives, negatives, start, rounds=1, folds=f, penalty=1.0).windows[-1] == 0).mean() for f in (1, 5)
    ]
    assert kept[0] > 0.9 and kept[1] < 0.3


def test_bad_input(unchecked):
    positives, negatives, right = bags(3)
    with pytest.raises(ValueError, match="expected some of both, got 0 and 100"):
        mi_svm([], negatives, right)
    with pytest.raises(ValueError, match="start: expected the number of one window for each of 3 images"):
        mi_svm(positives, negatives, np.array([0, 1, 8]))
    with pytest.raises(ValueError, match="expected 1 <= folds <= 3"):
        mi_svm(positives, negatives, right, folds=4)
