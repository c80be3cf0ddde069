"""Eq. 4.1 and 4.2: values by hand, extreme scores, labels that count nothing."""

import math

import pytest
import torch

from thesiscode.weak import multilabel_logistic_loss, probability


def test_the_loss_is_the_sum_of_the_equation():
    scores = torch.tensor([[0.5, -2.0, 3.0], [1.0, 0.0, -1.0]])
    labels = torch.tensor([[1, -1, -1], [-1, 1, 1]])
    literal = [
        sum(math.log(1 + math.exp(-y * f)) for f, y in zip(*rows, strict=True))
        for rows in zip(scores.tolist(), labels.tolist(), strict=True)
    ]
    assert float(multilabel_logistic_loss(scores, labels)) == pytest.approx(sum(literal) / 2)
    assert float(multilabel_logistic_loss(scores, labels, reduction="sum")) == pytest.approx(sum(literal))


def test_difficult_entries_count_neither_in_the_loss_nor_in_the_gradient():
    scores = torch.tensor([[0.5, -2.0, 3.0]], requires_grad=True)
    multilabel_logistic_loss(scores, torch.tensor([[1, 0, -1]])).backward()
    assert scores.grad[0, 1] == 0 and (scores.grad[0, [0, 2]] != 0).all()
    with torch.no_grad():
        alone = multilabel_logistic_loss(scores[:, [0, 2]], torch.tensor([[1, -1]]))
        torch.testing.assert_close(multilabel_logistic_loss(scores, torch.tensor([[1, 0, -1]])), alone)


@pytest.mark.parametrize(("score", "label", "loss"), [(1e4, 1, 0.0), (1e4, -1, 1e4), (-1e4, 1, 1e4), (-1e4, -1, 0.0)])
def test_scores_of_any_size_are_stable(score, label, loss):
    scores = torch.tensor([[score]], requires_grad=True)
    found = multilabel_logistic_loss(scores, torch.tensor([[label]]))
    found.backward()
    assert found.item() == pytest.approx(loss) and torch.isfinite(scores.grad).all()


def test_the_gradient_is_that_of_the_sigmoid():
    scores = torch.randn(4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64).requires_grad_()
    labels = torch.tensor([[1, -1, 1], [-1, -1, 1], [1, 1, 1], [-1, 1, -1]])
    multilabel_logistic_loss(scores, labels, reduction="sum").backward()
    torch.testing.assert_close(scores.grad, probability(scores.detach()) - (labels == 1).double())


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([[0, 0]], "labels: expected some that are not 0"),
        ([[1, 2]], r"labels: expected -1, 0 or 1 everywhere, got \[1, 2\]"),
        (torch.ones(1, 2, dtype=torch.uint8), "labels: expected -1, 0 or 1 of a type with a sign, got torch.uint8"),
        ([[True, False]], "labels: expected -1, 0 or 1 of a type with a sign, got torch.bool"),
        ([[1, -1, 1]], r"labels: expected shape \(1, 2\), that of scores, got \(1, 3\)"),
    ],
)
def test_labels_that_make_no_sense_are_refused(unchecked, labels, message):
    with pytest.raises(ValueError, match=message):
        multilabel_logistic_loss(torch.zeros(1, 2), torch.as_tensor(labels))


def test_another_reduction_is_refused():
    with pytest.raises(ValueError, match="reduction: expected mean or sum, got 'max'"):
        multilabel_logistic_loss(torch.zeros(1, 2), torch.ones(1, 2), reduction="max")
