"""The 0-1 loss and its surrogates."""

import numpy as np
import pytest

from thesiscode import scratch
from thesiscode.learning import HINGE, LOGISTIC, SQUARED, decide, zero_one_loss

SURROGATES = [HINGE, LOGISTIC, SQUARED]
MARGINS = np.linspace(-5, 5, 400)  # 0 and 1 are not among them


def test_the_zero_one_loss_counts_errors_of_any_labels():
    np.testing.assert_array_equal(zero_one_loss(["cat", "dog", "cat"], ["cat", "cat", "cat"]), [0, 1, 0])
    np.testing.assert_array_equal(zero_one_loss([1, 2, 3], [3, 2, 1]), [1, 0, 1])


def test_a_decision_is_the_side_of_the_threshold():
    np.testing.assert_array_equal(decide(np.array([-2.0, 0.0, 0.1])), [-1, -1, 1])
    np.testing.assert_array_equal(decide(np.array([-2.0, 0.0, 0.1]), -1.0), [-1, 1, 1])


@pytest.mark.parametrize("label", [-1.0, 1.0])
def test_the_formulas(label):
    y = np.full(len(MARGINS), label)
    scores = MARGINS * label
    np.testing.assert_allclose(HINGE(scores, y), np.maximum(0, 1 - y * scores))
    np.testing.assert_allclose(LOGISTIC(scores, y), np.log(1 + np.exp(-y * scores)) / np.log(2))
    np.testing.assert_allclose(SQUARED(scores, y), (y - scores) ** 2)


def test_they_agree_with_the_layers_of_scratch():
    rng = np.random.default_rng(0)
    scores, y = rng.normal(size=50), rng.choice([-1, 1], 50)
    assert HINGE(scores, y.astype(float)).mean() == pytest.approx(scratch.HingeLoss().forward(scores, y))
    logistic = LOGISTIC(scores, y.astype(float)).mean() * np.log(2)
    assert logistic == pytest.approx(scratch.LogisticLoss().forward(scores, y))


@pytest.mark.parametrize("loss", SURROGATES, ids=lambda loss: loss.name)
def test_slopes_are_those_of_differences_and_bend_no_more_than_said(loss):
    h = 1e-6
    np.testing.assert_allclose(
        loss.slope(MARGINS), (loss.phi(MARGINS + h) - loss.phi(MARGINS - h)) / (2 * h), atol=1e-6
    )
    bend = np.diff(loss.slope(MARGINS)) / np.diff(MARGINS)
    assert bend.max() <= loss.curvature * (1 + 1e-9)
    if loss is not HINGE:
        assert bend.max() > 0.99 * loss.curvature
    y = np.where(MARGINS > 0, 1.0, -1.0)
    differences = (loss(MARGINS + h, y) - loss(MARGINS - h, y)) / (2 * h)
    np.testing.assert_allclose(loss.gradient(MARGINS, y), differences, atol=1e-6)


@pytest.mark.parametrize("loss", SURROGATES, ids=lambda loss: loss.name)
def test_surrogates_are_convex_bounds_of_the_zero_one_loss(loss):
    values = loss.phi(MARGINS)
    assert (values >= (MARGINS <= 0)).all()
    assert (np.diff(values, 2) > -1e-12).all()
    assert loss.phi(np.zeros(1))[0] == pytest.approx(1)


def test_the_logistic_loss_survives_large_margins():
    np.testing.assert_allclose(LOGISTIC.phi(np.array([-1e4, 1e4])), [1e4 / np.log(2), 0])
    np.testing.assert_allclose(LOGISTIC.slope(np.array([-1e4, 1e4])), [-1 / np.log(2), 0])


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="labels: expected 2, one for each of predictions, got 1"):
        zero_one_loss([1, 2], [1])
    with pytest.raises(ValueError, match=r"predictions: expected shape \[n\]"):
        zero_one_loss([], [])
    with pytest.raises(ValueError, match="predictions: expected finite"):
        zero_one_loss([np.nan], [1.0])
    with pytest.raises(ValueError, match=r"labels: expected labels -1 and \+1, got \[0.0\]"):
        HINGE(np.ones(2), np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="labels: expected 3, one for each of scores, got 2"):
        LOGISTIC.gradient(np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="scores: expected finite numbers, got 1 NaN"):
        HINGE(np.array([np.inf]), np.ones(1))
    with pytest.raises(ValueError, match=r"scores: expected shape \[n\]"):
        decide(np.ones((2, 2)))


@pytest.mark.parametrize("threshold", [np.nan, np.inf, None])
def test_bad_thresholds(unchecked, threshold):
    with pytest.raises(ValueError, match="threshold: expected a finite number, got"):
        decide(np.ones(2), threshold)
