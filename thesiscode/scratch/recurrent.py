"""Recurrent networks, trained by unrolling them into a graph (thesis B.6.3, Eq. B.28-B.30, Figures B-27 and B-28)."""

import numpy as np
from jaxtyping import Float

from .errors import ShapeError, check_positive, check_rank
from .graph import Graph
from .initialization import initial_weights
from .layer import Layer


class RecurrentUnit(Layer):
    """f_h of Eq. B.29: h' = tanh(W x + U h + b), a layer of two inputs, x (N, in_features) and h (N, n_hidden).

    Parameters: `weight` W (n_hidden, in_features), `recurrent` U (n_hidden, n_hidden), `bias` (n_hidden,).
    """

    def __init__(self, in_features: int, n_hidden: int, *, rng: np.random.Generator, init: str = "fan_in"):
        super().__init__()
        check_positive(in_features=in_features, n_hidden=n_hidden)
        self.parameters["weight"] = initial_weights((n_hidden, in_features), rng, init)
        self.parameters["recurrent"] = initial_weights((n_hidden, n_hidden), rng, init)
        self.parameters["bias"] = np.zeros(n_hidden)

    def forward(self, x: Float[np.ndarray, "N p"], h: Float[np.ndarray, "N m"]) -> Float[np.ndarray, "N m"]:
        w, u = self.parameters["weight"], self.parameters["recurrent"]
        check_rank("x", x, 2, "(N, in_features)")
        if x.shape[1] != w.shape[1] or h.shape != (len(x), len(u)):
            expected = f"x (N, {w.shape[1]}) and h (N, {len(u)})"
            raise ShapeError(f"x, h: expected {expected}, got {x.shape} and {h.shape}")
        self.x, self.h = x, h
        self.y = np.tanh(x @ w.T + h @ u.T + self.parameters["bias"])
        return self.y

    def backward(self, dy: Float[np.ndarray, "N m"]) -> tuple[np.ndarray, np.ndarray]:
        d = dy * (1 - self.y**2)
        self.gradients.update(weight=d.T @ self.x, recurrent=d.T @ self.h, bias=d.sum(axis=0))
        return d @ self.parameters["weight"], d @ self.parameters["recurrent"]


def unroll(unit: Layer, output: Layer, n_steps: int, *, every_step: bool = True) -> Graph:
    """The recurrent network as a graph of `n_steps` copies that share their parameters (Figure B-28).

    Inputs: "h0", for which Eq. B.28 takes zeros, and "x1" ... "xn". Nodes: "h1" ... by `unit` (Eq. B.29), "y1" ... by
    `output` (Eq. B.30). Outputs: every y, or the last one only. Its `backward` is backpropagation through time: the
    gradient of a shared parameter is the sum over the steps.
    """
    check_positive(n_steps=n_steps)
    nodes: dict[str, Layer] = {}
    edges: dict[str, list[str]] = {}
    for i in range(1, n_steps + 1):
        nodes[f"h{i}"], edges[f"h{i}"] = unit.share(), [f"x{i}", f"h{i - 1}"]
        if every_step or i == n_steps:
            nodes[f"y{i}"], edges[f"y{i}"] = output.share(), [f"h{i}"]
    outputs = [name for name in nodes if name.startswith("y")]
    return Graph(nodes, edges, inputs=["h0", *(f"x{i}" for i in range(1, n_steps + 1))], outputs=outputs)
