"""The loss that we mean, and the losses that we can differentiate (thesis A.3.1 and A.4.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from .checks import finite, numbers, same_length, signs


def zero_one_loss(predictions: Any, labels: Any) -> Bool[np.ndarray, "n"]:
    """Whether each prediction is wrong: 0 where it equals the label (A.2), 1 where it does not (A.3).

    Labels may be of any kind that can be compared. Raises ValueError if there are none, or not as many as predictions.
    """
    predictions, labels = np.asarray(predictions), np.asarray(labels)
    for name, value in (("predictions", predictions), ("labels", labels)):
        if value.ndim != 1 or len(value) == 0:
            raise ValueError(f"{name}: expected shape [n] with n >= 1, got {value.shape}")
        if np.issubdtype(value.dtype, np.floating) and not np.isfinite(value).all():
            raise ValueError(f"{name}: expected finite numbers, got {int((~np.isfinite(value)).sum())} NaN or infinite")
    same_length(predictions, labels, ("predictions", "labels"))
    return predictions != labels


def decide(scores: Float[np.ndarray, "n"], threshold: float = 0.0) -> Float[np.ndarray, "n"]:
    """The post-processing of a score: +1 above the threshold, -1 elsewhere."""
    return np.where(numbers(scores, "scores") > finite(threshold, "threshold"), 1.0, -1.0)


@dataclass(frozen=True)
class Surrogate:
    """A loss of a score s for a label y in {-1, +1}, as a function of the margin m = y s.

    `phi` is the loss and `slope` its derivative, both of the margin; `curvature` bounds the second derivative, and is
    infinite where the slope jumps. Called with scores and labels, it gives one loss an example; `gradient` gives the
    derivatives by the scores. Both raise ValueError for labels other than -1 and +1, and for shapes that do not match.
    """

    name: str
    phi: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    curvature: float

    def __call__(self, scores: Float[np.ndarray, "n"], labels: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
        scores, labels = _checked(scores, labels)
        return self.phi(labels * scores)

    def gradient(self, scores: Float[np.ndarray, "n"], labels: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
        """The derivative of each example's loss by its score; 0 is taken where the hinge has its corner."""
        scores, labels = _checked(scores, labels)
        return labels * self.slope(labels * scores)


def _checked(scores, labels) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = numbers(scores, "scores"), signs(labels, "labels")
    same_length(scores, labels, ("scores", "labels"))
    return scores, labels


def _logistic_slope(margin: np.ndarray) -> np.ndarray:
    return -np.exp(-np.logaddexp(0, margin)) / np.log(2)  # -1 / (1 + e^m), without overflow


HINGE = Surrogate("hinge", lambda m: np.maximum(0, 1 - m), lambda m: -(m < 1).astype(float), np.inf)
"""max(0, 1 - y s) (A.9)."""

LOGISTIC = Surrogate("logistic", lambda m: np.logaddexp(0, -m) / np.log(2), _logistic_slope, 1 / (4 * np.log(2)))
"""ln(1 + exp(-y s)) / ln 2 (A.10): the division by ln 2 lets it pass through 1 at 0."""

SQUARED = Surrogate("squared", lambda m: (1 - m) ** 2, lambda m: -2 * (1 - m), 2.0)
"""(1 - y s)^2, which is (y - s)^2: least squares on the labels. It punishes margins above 1 as well."""
