"""Elementwise nonlinearities and the softmax (thesis B.3.2-B.3.3).

An elementwise layer is a function and its slope: y = s(x) (Eq. B.16), dL/dx = dL/dy s'(x) (Eq. B.17).
"""

import numpy as np
from jaxtyping import Float

from .errors import check_rank
from .layer import Layer


def sigmoid(x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """1 / (1 + exp(-x)), for any x without overflow (thesis Figure B-9)."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def log_softmax(x: Float[np.ndarray, "N K"]) -> Float[np.ndarray, "N K"]:
    """Logarithm of the softmax of each row (Eq. B.18), shifted by the row's maximum so that nothing overflows.

    Raises ShapeError if `x` is not (N, n_classes).
    """
    check_rank("x", x, 2, "(N, n_classes)")
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)), between 0 and 1; slope y (1 - y), at most 1/4 (thesis B.3.2, Figure B-9, top)."""

    def forward(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        self.y = sigmoid(x)
        return self.y

    def backward(self, dy: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        return dy * self.y * (1 - self.y)


class Tanh(Layer):
    """y = tanh(x), between -1 and 1; slope 1 - y^2, at most 1 (thesis B.3.2, Figure B-9, middle)."""

    def forward(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        return dy * (1 - self.y**2)


class ReLU(Layer):
    """y = max(0, x); slope 1 where x > 0, else 0, also at x = 0 (thesis B.3.2, Figure B-9, bottom)."""

    def forward(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        self.positive = x > 0
        return np.maximum(x, 0)

    def backward(self, dy: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        return dy * self.positive


class Softmax(Layer):
    """Scores to probabilities: y_i = exp(x_i) / sum_j exp(x_j), each row (thesis B.3.3, Eq. B.18).

    The Jacobian diag(y) - y y^T is never formed: dL/dx = y (dL/dy - <dL/dy, y>).
    """

    def forward(self, x: Float[np.ndarray, "N K"]) -> Float[np.ndarray, "N K"]:
        self.y = np.exp(log_softmax(x))
        return self.y

    def backward(self, dy: Float[np.ndarray, "N K"]) -> Float[np.ndarray, "N K"]:
        return self.y * (dy - (dy * self.y).sum(axis=1, keepdims=True))
