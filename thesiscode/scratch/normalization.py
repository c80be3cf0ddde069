"""Batch normalisation and dropout: layers that behave differently in training and in use (thesis B.6.3)."""

import numpy as np
from jaxtyping import Float

from .errors import ShapeError, check_positive
from .layer import Layer


class BatchNorm(Layer):
    """Centres and scales each feature by the mini-batch's own statistics, then by learned ones (Ioffe & Szegedy 2015).

    x^ = (x - mean) / sqrt(variance + epsilon), y = scale x^ + shift. The statistics are those of a feature over
    the batch, and over the pixels of its map where the input is (N, C, H, W); variances divide by the count m.
    In use (`training` false) the running averages of training stand in; they move by `momentum` a step, and the
    running variance is the unbiased one (m - 1), as in torch.
    Parameters: `scale` (n_features,) of ones, `shift` (n_features,) of zeros.
    Raises ValueError for an `epsilon` that is not positive or a `momentum` outside [0, 1]; ShapeError if the input is
    not (N, n_features, ...), or if one value a feature leaves no variance.
    """

    def __init__(self, n_features: int, *, epsilon: float = 1e-5, momentum: float = 0.1):
        super().__init__()
        check_positive(n_features=n_features)
        if not 0 < epsilon < np.inf:
            raise ValueError(f"epsilon: expected a finite positive number, got {epsilon!r}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum: expected 0 <= momentum <= 1, got {momentum!r}")
        self.parameters.update(scale=np.ones(n_features), shift=np.zeros(n_features))
        self.epsilon, self.momentum = epsilon, momentum
        self.running_mean, self.running_variance = np.zeros(n_features), np.ones(n_features)

    def forward(self, x: Float[np.ndarray, "N C ..."]) -> Float[np.ndarray, "N C ..."]:
        n_features = len(self.running_mean)
        if x.ndim < 2 or x.shape[1] != n_features:
            raise ShapeError(f"x: expected (N, {n_features}, ...), got {x.shape}")
        self.axes = (0, *range(2, x.ndim))  # every axis but that of features
        self.count = x.size // n_features
        if self.training:
            if self.count < 2:
                raise ShapeError(f"x: expected at least two values a feature to normalise over, got shape {x.shape}")
            mean, variance = x.mean(axis=self.axes), x.var(axis=self.axes)
            unbiased = variance * self.count / (self.count - 1)
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_variance += self.momentum * (unbiased - self.running_variance)
        else:
            mean, variance = self.running_mean, self.running_variance
        self.scaling = self._wide(1 / np.sqrt(variance + self.epsilon), x)
        self.normalized = (x - self._wide(mean, x)) * self.scaling
        return self._wide(self.parameters["scale"], x) * self.normalized + self._wide(self.parameters["shift"], x)

    def backward(self, dy: Float[np.ndarray, "N C ..."]) -> Float[np.ndarray, "N C ..."]:
        self.gradients["scale"] = (dy * self.normalized).sum(axis=self.axes)
        self.gradients["shift"] = dy.sum(axis=self.axes)
        d = dy * self._wide(self.parameters["scale"], dy)
        if self.training:  # mean and variance move with x: what they absorb does not reach the loss
            along = self.normalized * (d * self.normalized).mean(axis=self.axes, keepdims=True)
            d = d - d.mean(axis=self.axes, keepdims=True) - along
        return d * self.scaling

    def share(self) -> "BatchNorm":
        raise ValueError("BatchNorm: expected one node, cannot be shared; its running statistics belong to one input")

    @staticmethod
    def _wide(feature: Float[np.ndarray, "C"], x: np.ndarray) -> np.ndarray:
        return feature.reshape(1, -1, *(1,) * (x.ndim - 2))


class Dropout(Layer):
    """Zeroes each value with probability `p` in training, and scales the rest by 1 / (1 - p); passes all in use.

    A fresh mask is drawn from `rng` at every forward pass of training (Krizhevsky et al. 2012; the scaling is done in
    training, as libraries do today, so that nothing needs to change in use). Raises ValueError unless 0 <= p < 1.
    """

    def __init__(self, p: float, *, rng: np.random.Generator):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p: expected 0 <= p < 1, got {p!r}")
        self.p, self.rng = p, rng

    def forward(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        keep = 1 - self.p
        # Use draws nothing, or looking at a validation loss would change the training that follows.
        self.mask = (self.rng.random(x.shape) < keep) / keep if self.training else np.ones(x.shape)
        return x * self.mask.astype(x.dtype)

    def backward(self, dy: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        return dy * self.mask.astype(dy.dtype)
