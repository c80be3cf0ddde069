"""Layer by layer: restricted Boltzmann machines, and a deep network that begins as them (thesis Section 2.2).

Hinton and Salakhutdinov (2006). A restricted Boltzmann machine has visible units v and hidden units h, all 0 or 1, with

    P(v, h) proportional to exp(h W v + b_h h + b_v v),

so that each side is independent given the other: P(h_j = 1 | v) = sigmoid(W v + b_h)_j. The hidden units of one
machine are the visible ones of the next.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional as F


class Machine(NamedTuple):
    """A restricted Boltzmann machine."""

    weights: Float[torch.Tensor, "hidden visible"]
    hidden_bias: Float[torch.Tensor, " hidden"]
    visible_bias: Float[torch.Tensor, " visible"]

    def hidden(self, v: Float[torch.Tensor, "n visible"]) -> Float[torch.Tensor, "n hidden"]:
        """P(h_j = 1 | v)."""
        return torch.sigmoid(F.linear(v, self.weights, self.hidden_bias))

    def visible(self, h: Float[torch.Tensor, "n hidden"]) -> Float[torch.Tensor, "n visible"]:
        """P(v_i = 1 | h)."""
        return torch.sigmoid(F.linear(h, self.weights.T, self.visible_bias))

    def free_energy(self, v: Float[torch.Tensor, "n visible"]) -> Float[torch.Tensor, " n"]:
        """-log of the sum over h of exp(h W v + b_h h + b_v v): P(v) is proportional to exp(-free energy)."""
        return -v @ self.visible_bias - F.softplus(F.linear(v, self.weights, self.hidden_bias)).sum(dim=1)


def train_machine(
    data: Float[torch.Tensor, "n visible"],
    hidden: int,
    *,
    epochs: int = 20,
    batch_size: int = 50,
    learning_rate: float = 0.1,
    rng: torch.Generator,
) -> Machine:
    """Contrastive divergence with one step (CD-1, Hinton 2002).

    The likelihood rises along <h v> of the data less <h v> of the model. The second mean is hard to get; CD-1 takes it
    after one step from the data to hidden units, drawn at random, and back. Values of the data between 0 and 1 count as
    probabilities.

    Raises ValueError for data that are not [n, visible] or outside of [0, 1], or counts or rates not above 0.
    """
    if data.ndim != 2 or not len(data) or not ((data >= 0) & (data <= 1)).all():
        raise ValueError(f"data: expected samples with values in [0, 1], [n, visible], got shape {list(data.shape)}")
    if min(hidden, epochs, batch_size) < 1 or not learning_rate > 0:
        raise ValueError(
            "hidden, epochs, batch_size, learning_rate: expected numbers above 0, "
            f"got {hidden}, {epochs}, {batch_size} and {learning_rate}"
        )
    machine = Machine(
        0.01 * torch.randn(hidden, data.shape[1], generator=rng), torch.zeros(hidden), torch.zeros(data.shape[1])
    )
    for _ in range(epochs):
        for rows in torch.randperm(len(data), generator=rng).split(batch_size):
            v = data[rows]
            h = machine.hidden(v)
            back = machine.visible(torch.bernoulli(h, generator=rng))
            again = machine.hidden(back)
            step = learning_rate / len(v)
            machine.weights.add_(h.T @ v - again.T @ back, alpha=step)
            machine.hidden_bias.add_((h - again).sum(dim=0), alpha=step)
            machine.visible_bias.add_((v - back).sum(dim=0), alpha=step)
    return machine


def stack_machines(
    data: Float[torch.Tensor, "n visible"],
    widths: Sequence[int],
    *,
    epochs: int = 20,
    learning_rate: float = 0.1,
    rng: torch.Generator,
) -> list[Machine]:
    """One machine a layer; each learns from the hidden probabilities of the one before, as in `train_machine`."""
    machines = []
    for width in widths:
        machines.append(train_machine(data, width, epochs=epochs, learning_rate=learning_rate, rng=rng))
        data = machines[-1].hidden(data)
    return machines


ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


def deep_classifier(
    sizes: Sequence[int],
    activation: str = "relu",
    *,
    deviation: float | None = None,
    machines: Sequence[Machine] = (),
    rng: torch.Generator,
) -> nn.Sequential:
    """Fully connected layers of the given sizes, input and output included, with an activation after all but the last.

    Weights are normal with mean 0. deviation: theirs; by default sqrt(2 / (in + out)), of Glorot and Bengio (2010), or
    sqrt(2 / in) for ReLU, of He et al. (2015). Biases are 0. machines: the first layers get their weights and biases.

    Raises ValueError for an unknown activation, fewer than two sizes, a deviation below 0, or machines of other sizes
    or more of them than layers.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation: expected one of {list(ACTIVATIONS)}, got {activation!r}")
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes: expected at least two, each at least 1, got {list(sizes)}")
    if deviation is not None and not 0 <= deviation < float("inf"):
        raise ValueError(f"deviation: expected a finite number of at least 0, got {deviation}")
    if len(machines) > len(sizes) - 1:
        raise ValueError(f"machines: expected at most {len(sizes) - 1}, one a layer, got {len(machines)}")
    layers: list[nn.Module] = []
    for k, (n_in, n_out) in enumerate(pairwise(sizes)):
        layer = nn.Linear(n_in, n_out)
        usual = (2 / n_in if activation == "relu" else 2 / (n_in + n_out)) ** 0.5
        with torch.no_grad():
            layer.weight.normal_(0, usual if deviation is None else deviation, generator=rng)
            layer.bias.zero_()
            if k < len(machines):
                if machines[k].weights.shape != layer.weight.shape:
                    raise ValueError(
                        f"machines: expected weights {tuple(layer.weight.shape)} for layer {k + 1}, "
                        f"got {tuple(machines[k].weights.shape)}"
                    )
                layer.weight.copy_(machines[k].weights)
                layer.bias.copy_(machines[k].hidden_bias)
        layers += [layer, ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])
