"""The contract of a layer (thesis B.2.2, Figure B-5): one output, two gradients."""

import copy

import numpy as np


class Layer:
    """A node of a network: a function of its inputs and of its own parameters.

    The three operations of a layer i (thesis Figure B-5):

    - `forward(*x)` computes the output y_i = f_i(x_i, w_i) and remembers what the gradients will need;
    - `backward(dy)` takes dL/dy_i and returns dL/dx_i (Eq. B.10), a tuple where there are several inputs;
    - the same call leaves dL/dw_i (Eq. B.11) in `gradients`, under the names used in `parameters`.

    Arrays carry the examples of a mini-batch on their first axis. `training` tells the layers that behave
    differently in training (dropout, batch normalisation) which of the two is meant.
    """

    def __init__(self) -> None:
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self.training = True

    def forward(self, *x: np.ndarray) -> np.ndarray:
        raise TypeError(f"{type(self).__name__} is a layer without a forward operation")

    def backward(self, dy: np.ndarray) -> np.ndarray | tuple[np.ndarray, ...]:
        raise TypeError(f"{type(self).__name__} is a layer without a backward operation")

    def share(self) -> "Layer":
        """A second node with the *same* parameter arrays, and gradients of its own (weight sharing, Figure B-28)."""
        twin = copy.copy(self)
        twin.gradients = {}
        return twin

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name}{list(value.shape)}" for name, value in self.parameters.items())
        return f"{type(self).__name__}({shapes})"
