"""Simple layers: fully connected, and the ones that only move numbers about (thesis B.3.1)."""

import math

import numpy as np
from jaxtyping import Float

from .errors import ShapeError, check_gradient, check_positive, check_rank
from .initialization import initial_weights
from .layer import Layer


class Linear(Layer):
    """Fully-connected layer, Y = W X + B for every example (thesis B.3.1, Eq. B.12-B.15, Figure B-8).

    Parameters: `weight` (out_features, in_features), drawn by `init` ("fan_in", "xavier" or "he");
    `bias` (out_features,), zero. In all (in_features + 1) out_features numbers.
    Raises ShapeError if the input is not (N, in_features), or a gradient not of the output's shape.
    """

    def __init__(self, in_features: int, out_features: int, *, rng: np.random.Generator, init: str = "fan_in"):
        super().__init__()
        check_positive(in_features=in_features, out_features=out_features)
        self.parameters["weight"] = initial_weights((out_features, in_features), rng, init)
        self.parameters["bias"] = np.zeros(out_features)

    def forward(self, x: Float[np.ndarray, "N p"]) -> Float[np.ndarray, "N n"]:
        check_rank("x", x, 2, "(N, in_features)")
        weight, bias = self.parameters["weight"], self.parameters["bias"]
        if x.shape[1] != weight.shape[1]:
            raise ShapeError(f"x: expected {weight.shape[1]} features (the columns of weight), got {x.shape[1]}")
        self.x = x
        return x @ weight.T + bias  # (B.12), one example a row

    def backward(self, dy: Float[np.ndarray, "N n"]) -> Float[np.ndarray, "N p"]:
        check_gradient(dy, (len(self.x), len(self.parameters["bias"])))
        self.gradients["weight"] = dy.T @ self.x  # (B.14), summed over the batch
        self.gradients["bias"] = dy.sum(axis=0)  # (B.15)
        return dy @ self.parameters["weight"]  # (B.13)


class Flatten(Layer):
    """Views the tensor of each example as one vector: (N, ...) becomes (N, product of the rest)."""

    def forward(self, x: Float[np.ndarray, "N ..."]) -> Float[np.ndarray, "N p"]:
        self.shape = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, dy: Float[np.ndarray, "N p"]) -> Float[np.ndarray, "N ..."]:
        return dy.reshape(self.shape)


class Identity(Layer):
    """Passes its input on: a named point of a graph, such as an entry or a fork."""

    def forward(self, x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        return x

    def backward(self, dy: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        return dy


class Add(Layer):
    """Sum of any number of inputs of one shape: the meeting point of branches. Each input gets the whole gradient.

    Raises ShapeError if the shapes differ (there is no broadcasting: its gradient would need a sum).
    """

    def forward(self, *x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        if len({part.shape for part in x}) != 1:
            raise ShapeError(f"x: expected inputs of one shape, got {[part.shape for part in x]}")
        self.n_inputs = len(x)
        return sum(x[1:], start=x[0])

    def backward(self, dy: Float[np.ndarray, "..."]):
        return dy if self.n_inputs == 1 else (dy,) * self.n_inputs


class Concat(Layer):
    """Inputs side by side on one axis, by default that of features or feature maps (axis 1).

    Raises ShapeError if the inputs differ in rank or on any other axis, or lack that axis.
    """

    def __init__(self, axis: int = 1):
        super().__init__()
        self.axis = axis

    def forward(self, *x: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        ranks = {part.ndim for part in x}
        if len(ranks) != 1 or not -x[0].ndim <= self.axis < x[0].ndim:
            raise ShapeError(f"x: expected inputs of one rank, with an axis {self.axis}, got {[p.shape for p in x]}")
        if len({tuple(np.delete(part.shape, self.axis)) for part in x}) != 1:
            raise ShapeError(f"x: expected inputs that differ on axis {self.axis} only, got {[p.shape for p in x]}")
        self.borders = np.cumsum([part.shape[self.axis] for part in x])[:-1]
        return np.concatenate(x, axis=self.axis)

    def backward(self, dy: Float[np.ndarray, "..."]):
        parts = tuple(np.split(dy, self.borders, axis=self.axis))
        return parts[0] if len(parts) == 1 else parts
