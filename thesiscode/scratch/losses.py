"""Losses: a mean over the examples, and its gradient with respect to the scores (thesis B.2, A.3).

Two-class losses take scores (N,) and labels in {-1, +1}; the others take scores (N, K) and class indices (N,).
"""

import numpy as np
from jaxtyping import Float

from .activations import log_softmax, sigmoid
from .errors import LabelError, NonFiniteError, ShapeError, check_rank


class Loss:
    """`forward(scores, labels)` returns the mean loss; `backward()` returns dL/dscores.

    Raises ShapeError if scores and labels do not match, LabelError for a label that is not allowed, NonFiniteError if
    a score is NaN or infinite.
    """

    def forward(self, scores: np.ndarray, labels: np.ndarray) -> float:
        raise TypeError(f"{type(self).__name__} is a loss without a forward operation")

    def backward(self) -> np.ndarray:
        raise TypeError(f"{type(self).__name__} is a loss without a backward operation")


def check_scores(scores: np.ndarray, labels: np.ndarray, rank: int) -> np.ndarray:
    """Labels as an array, after the checks that all losses share."""
    check_rank("scores", scores, rank, {1: "(N,)", 2: "(N, n_classes)"}[rank])
    labels = np.asarray(labels)
    if len(scores) == 0:
        raise ShapeError(f"scores: expected at least one example to average over, got shape {scores.shape}")
    if labels.shape != scores.shape[:1]:
        raise ShapeError(f"labels: expected shape {scores.shape[:1]}, one for each row of scores, got {labels.shape}")
    if not np.isfinite(scores).all():
        raise NonFiniteError(f"scores: expected finite numbers, got {(~np.isfinite(scores)).sum()} NaN or infinite")
    return labels


def check_signs(labels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Labels of -1 and +1 in the precision of the scores, so that a product with them keeps it."""
    if odd := sorted(set(np.unique(labels).tolist()) - {-1, 1}):
        raise LabelError(f"labels: expected -1 or +1, got {odd[:5]}")
    return labels.astype(dtype)


def check_classes(labels: np.ndarray, n_classes: int) -> None:
    """Raise LabelError unless the labels are integers from 0 to n_classes - 1."""
    if not np.issubdtype(labels.dtype, np.integer):
        raise LabelError(f"labels: expected integers, got {labels.dtype}")
    if odd := sorted(label for label in np.unique(labels).tolist() if not 0 <= label < n_classes):
        raise LabelError(f"labels: expected class indices 0 to {n_classes - 1}, got {odd[:5]}")


class ZeroOneLoss(Loss):
    """Share of examples that are decided wrongly: by sign for scores (N,), by largest score for (N, K).

    This is what one wants small. Its gradient is zero wherever it exists, so `backward` raises TypeError: train
    another loss that bounds it.
    """

    def forward(self, scores: Float[np.ndarray, "N ..."], labels: np.ndarray) -> float:
        labels = check_scores(scores, labels, 1 if scores.ndim == 1 else 2)
        if scores.ndim == 1:
            return float(np.mean(check_signs(labels, scores.dtype) * scores <= 0))
        check_classes(labels, scores.shape[1])
        return float(np.mean(scores.argmax(axis=1) != labels))


class HingeLoss(Loss):
    """Mean of max(0, 1 - y s): no loss beyond a margin of 1; the slope at the corner is taken as 0."""

    def forward(self, scores: Float[np.ndarray, "N"], labels: np.ndarray) -> float:
        self.labels = check_signs(check_scores(scores, labels, 1), scores.dtype)
        self.slack = 1 - self.labels * scores
        return float(np.maximum(self.slack, 0).mean())

    def backward(self) -> Float[np.ndarray, "N"]:
        return -self.labels * (self.slack > 0) / len(self.slack)


class LogisticLoss(Loss):
    """Mean of log(1 + exp(-y s)), for any s without overflow: a smooth hinge. Gradient -y / (1 + exp(y s)) / N."""

    def forward(self, scores: Float[np.ndarray, "N"], labels: np.ndarray) -> float:
        self.labels = check_signs(check_scores(scores, labels, 1), scores.dtype)
        self.margin = self.labels * scores
        return float(np.logaddexp(0, -self.margin).mean())

    def backward(self) -> Float[np.ndarray, "N"]:
        return -self.labels * sigmoid(-self.margin) / len(self.margin)


class CrossEntropyLoss(Loss):
    """Mean of -log softmax(scores)[label] (Eq. B.18 and its logarithm). Gradient (softmax - one-hot) / N."""

    def forward(self, scores: Float[np.ndarray, "N K"], labels: np.ndarray) -> float:
        self.labels = check_scores(scores, labels, 2)
        check_classes(self.labels, scores.shape[1])
        self.log_probabilities = log_softmax(scores)
        return float(-self.log_probabilities[np.arange(len(scores)), self.labels].mean())

    def backward(self) -> Float[np.ndarray, "N K"]:
        d = np.exp(self.log_probabilities)
        d[np.arange(len(d)), self.labels] -= 1
        return d / len(d)
