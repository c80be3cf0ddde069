import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.scratch import (
    CrossEntropyLoss,
    HingeLoss,
    LabelError,
    LogisticLoss,
    NonFiniteError,
    ShapeError,
    ZeroOneLoss,
    central_differences,
)

from .oracle import assert_close
from .strategies import distinct, rngs

TWO_CLASS = {
    HingeLoss: lambda s, y: torch.clamp(1 - y * s, min=0).mean(),
    LogisticLoss: lambda s, y: -torch.nn.functional.logsigmoid(y * s).mean(),  # soft_margin_loss overflows
}
counts = st.integers(1, 6)
scales = st.sampled_from([1.0, 30.0, 1e4])


def assert_loss_agrees(loss, function, scores, labels, differences):
    kept = scores.copy(), labels.copy()
    value = loss.forward(scores, labels)
    gradient = loss.backward()
    theirs = torch.tensor(scores, requires_grad=True)
    expected = function(theirs, torch.tensor(labels))
    expected.backward()
    assert type(value) is float
    assert_close(np.array(value), expected)
    assert_close(gradient, theirs.grad)
    np.testing.assert_array_equal(scores, kept[0])
    np.testing.assert_array_equal(labels, kept[1])
    if differences:
        np.testing.assert_allclose(
            gradient, central_differences(lambda: loss.forward(scores, labels), scores), atol=1e-8
        )


@settings(max_examples=40)
@given(counts, st.integers(1, 5), scales, rngs)
def test_cross_entropy_agrees_with_torch_and_differences(n, n_classes, scale, rng):
    scores, labels = rng.normal(0, scale, (n, n_classes)), rng.integers(0, n_classes, n)
    assert_loss_agrees(CrossEntropyLoss(), torch.nn.functional.cross_entropy, scores, labels, scale == 1)


@pytest.mark.parametrize("loss", TWO_CLASS, ids=lambda loss: loss.__name__)
@settings(max_examples=40)
@given(counts, scales, rngs)
def test_two_class_losses_agree_with_torch_and_differences(loss, n, scale, rng):
    scores, labels = 0.97 * scale * distinct(rng, (n,)), rng.choice([-1, 1], n)  # 0.97: no margin of exactly 1
    assert_loss_agrees(loss(), TWO_CLASS[loss], scores, labels, scale == 1)


@settings(max_examples=20)
@given(counts, rngs)
def test_logistic_loss_is_the_soft_margin_loss_of_torch(n, rng):
    scores, labels = rng.normal(0, 10, n), rng.choice([-1, 1], n)
    assert_loss_agrees(LogisticLoss(), torch.nn.functional.soft_margin_loss, scores, labels, False)


def test_losses_stay_finite_for_scores_of_ten_thousand():
    loss = CrossEntropyLoss()
    assert loss.forward(np.array([[1e4, -1e4]]), np.array([1])) == 2e4
    np.testing.assert_array_equal(loss.backward(), [[1, -1]])
    assert loss.forward(np.array([[1e4, -1e4]]), np.array([0])) == 0
    np.testing.assert_array_equal(loss.backward(), [[0, 0]])
    for loss, value in ((LogisticLoss(), 1e4 / 2), (HingeLoss(), (1e4 + 1) / 2)):
        assert loss.forward(np.array([1e4, 1e4]), np.array([-1, 1])) == value
        np.testing.assert_array_equal(loss.backward(), [0.5, 0])


def test_the_corner_of_the_hinge_is_flat():
    loss = HingeLoss()
    assert loss.forward(np.array([1.0, -1.0]), np.array([1, -1])) == 0
    np.testing.assert_array_equal(loss.backward(), [0, 0])


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes():
    assert np.isclose(CrossEntropyLoss().forward(np.full((3, 7), 2.5), np.array([0, 3, 6])), np.log(7), rtol=1e-14)
    assert np.isclose(LogisticLoss().forward(np.zeros(3), np.array([1, -1, 1])), np.log(2), rtol=1e-14)


@given(counts, rngs)
@settings(max_examples=30)
def test_hinge_and_logistic_bound_the_share_of_errors(n, rng):
    scores, labels = rng.normal(0, 2, n), rng.choice([-1, 1], n)
    errors = ZeroOneLoss().forward(scores, labels)
    assert errors == np.mean(np.sign(scores) != labels)
    assert errors <= HingeLoss().forward(scores, labels)
    assert errors <= LogisticLoss().forward(scores, labels) / np.log(2)


def test_zero_one_loss_counts_errors_and_has_no_gradient():
    loss = ZeroOneLoss()
    assert loss.forward(np.array([[0.1, 0.9], [0.7, 0.3], [0.4, 0.6]]), np.array([1, 0, 0])) == pytest.approx(1 / 3)
    assert loss.forward(np.array([0.1, -0.2, 0.0, 3.0]), np.array([1, 1, 1, -1])) == 0.75  # 0 decides nothing
    with pytest.raises(TypeError, match="ZeroOneLoss is a loss without a backward operation"):
        loss.backward()


@pytest.mark.parametrize("loss", [HingeLoss(), LogisticLoss()])
@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.float64])
def test_float32_scores_give_float32_gradients_whatever_the_labels(loss, dtype):
    loss.forward(np.array([0.5, -0.25], np.float32), np.array([1, -1], dtype))
    assert loss.backward().dtype == np.float32


def test_unsigned_labels_do_not_wrap_around():
    loss = HingeLoss()
    loss.forward(np.zeros(2), np.ones(2, np.uint8))
    np.testing.assert_array_equal(loss.backward(), [-0.5, -0.5])


def test_cross_entropy_of_float32_stays_float32():
    loss = CrossEntropyLoss()
    loss.forward(np.zeros((2, 3), np.float32), np.array([0, 1], np.uint8))
    assert loss.backward().dtype == np.float32


@pytest.mark.usefixtures("unchecked")
class TestErrors:
    signs, classes = np.array([1, -1]), np.array([0, 2])
    two, many = np.zeros(2), np.zeros((2, 3))

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_scores_that_are_not_finite(self, bad):
        for loss, scores, labels in [
            (HingeLoss(), self.two, self.signs),
            (LogisticLoss(), self.two, self.signs),
            (ZeroOneLoss(), self.two, self.signs),
            (ZeroOneLoss(), self.many, self.classes),
            (CrossEntropyLoss(), self.many, self.classes),
        ]:
            scores = scores.copy()
            scores[1] = bad
            n_bad = scores[1].size
            with pytest.raises(NonFiniteError, match=f"scores: expected finite numbers, got {n_bad} NaN or infinite"):
                loss.forward(scores, labels)

    @pytest.mark.parametrize("loss", [HingeLoss(), LogisticLoss(), ZeroOneLoss()])
    @pytest.mark.parametrize(("labels", "odd"), [([0, 1], r"\[0\]"), ([2, -3], r"\[-3, 2\]"), ([1.0, 0.5], r"\[0.5\]")])
    def test_labels_that_are_no_signs(self, loss, labels, odd):
        with pytest.raises(LabelError, match=f"labels: expected -1 or \\+1, got {odd}"):
            loss.forward(self.two, np.array(labels))

    @pytest.mark.parametrize("loss", [CrossEntropyLoss(), ZeroOneLoss()])
    def test_labels_that_are_no_classes(self, loss):
        with pytest.raises(LabelError, match=r"labels: expected class indices 0 to 2, got \[-1, 3\]"):
            loss.forward(self.many, np.array([3, -1]))
        with pytest.raises(LabelError, match=r"labels: expected integers, got float64"):
            loss.forward(self.many, np.array([0.0, 1.0]))

    def test_shapes(self):
        with pytest.raises(ShapeError, match=r"scores: expected an array of rank 1, \(N,\); got shape \(2, 3\)"):
            HingeLoss().forward(self.many, self.signs)
        with pytest.raises(
            ShapeError, match=r"scores: expected an array of rank 2, \(N, n_classes\); got shape \(2,\)"
        ):
            CrossEntropyLoss().forward(self.two, self.classes)
        with pytest.raises(ShapeError, match=r"scores: expected an array of rank 2"):
            ZeroOneLoss().forward(np.zeros((2, 3, 1)), self.classes)
        with pytest.raises(ShapeError, match=r"labels: expected shape \(2,\), one for each row of scores, got \(3,\)"):
            CrossEntropyLoss().forward(self.many, np.array([0, 1, 2]))
        with pytest.raises(ShapeError, match=r"labels: expected shape \(2,\), .*, got \(2, 1\)"):
            LogisticLoss().forward(self.two, self.signs[:, None])
        with pytest.raises(
            ShapeError, match=r"scores: expected at least one example to average over, got shape \(0, 3\)"
        ):
            CrossEntropyLoss().forward(self.many[:0], self.classes[:0])
