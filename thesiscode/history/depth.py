"""Deeper networks, and what made them trainable: batch normalisation and shortcuts (thesis Section 2.3.2)."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn


class Block(nn.Module):
    """Two weighted layers, x -> relu(W2 relu(W1 x)), each with batch normalisation or not; with a shortcut, + x.

    With a shortcut the block is relu(x + W2 relu(W1 x)), as in He et al. (2016), Equation 1.
    """

    def __init__(self, width: int, *, normalised: bool, shortcut: bool):
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) if normalised else nn.Identity() for _ in range(2))
        self.shortcut = shortcut

    def forward(self, x: Float[torch.Tensor, "N width"]) -> Float[torch.Tensor, "N width"]:
        y = self.norms[1](self.second(torch.relu(self.norms[0](self.first(x)))))
        return torch.relu(x + y if self.shortcut else y)


def deep_network(
    n_in: int,
    n_classes: int,
    depth: int,
    *,
    width: int = 32,
    normalised: bool = False,
    shortcut: bool = False,
    dropout: float = 0.0,
    generator: torch.Generator,
) -> nn.Sequential:
    """A fully connected network with `depth` weighted layers: one that goes in, blocks of two, and one that goes out.

    Weights are drawn from N(0, 2 / fan-in) (He et al. 2015); biases are 0. `dropout` is the probability with which a
    unit before the last layer is left out. The same generator gives the same weights with and without shortcuts and
    normalisation.

    Raises ValueError unless depth is even and at least 2, and other sizes are at least 1.
    """
    if depth < 2 or depth % 2:
        raise ValueError(f"depth: expected an even number of at least 2, got {depth}")
    if min(n_in, n_classes, width) < 1:
        raise ValueError(f"n_in, n_classes, width: expected at least 1, got {n_in}, {n_classes}, {width}")
    norm = nn.BatchNorm1d(width) if normalised else nn.Identity()
    blocks = [Block(width, normalised=normalised, shortcut=shortcut) for _ in range(depth // 2 - 1)]
    last = [nn.Dropout(dropout), nn.Linear(width, n_classes)]
    net = nn.Sequential(nn.Linear(n_in, width), norm, nn.ReLU(), *blocks, *last)
    for layer in net.modules():
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)
    return net


def train_deep(
    net: nn.Module,
    x: Float[torch.Tensor, "n ..."],
    y: Int[torch.Tensor, " n"],
    *,
    epochs: int,
    lr: float,
    batch: int = 64,
    momentum: float = 0.9,
    generator: torch.Generator,
) -> Float[np.ndarray, " epochs"]:
    """Stochastic gradient descent; returns the mean cross-entropy of each epoch's mini-batches, in nats.

    A run stops where its loss is not finite; that epoch and the later ones are infinite. Samples that do not fill a
    mini-batch wait for another epoch, since batch normalisation wants means over many.

    Raises ValueError for sizes that do not fit, no data or numbers that are not finite, or counts, a rate or a batch
    that are not positive.
    """
    _check(x, y)
    if min(epochs, batch) < 1 or not lr > 0:
        raise ValueError(f"epochs, batch, lr: expected positive numbers, got {epochs}, {batch}, {lr}")
    descent = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses, batch = np.full(epochs, np.inf), min(batch, len(x))
    net.train()
    for epoch in range(epochs):
        found = []
        order = torch.randperm(len(x), generator=generator)
        for rows in order[: len(x) // batch * batch].split(batch):
            loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
            descent.zero_grad()
            loss.backward()
            descent.step()
            found.append(loss.item())
        if not np.isfinite(found).all():
            break
        losses[epoch] = np.mean(found)
    return losses


def first_gradient(net: nn.Module, x: Float[torch.Tensor, "n ..."], y: Int[torch.Tensor, " n"]) -> float:
    """The norm of the gradient of the cross-entropy with respect to the first layer's weights, in training mode.

    Raises ValueError as `train_deep` does.
    """
    _check(x, y)
    loss = nn.functional.cross_entropy(net.train()(x), y)
    return torch.autograd.grad(loss, next(net.parameters()))[0].norm().item()


def _check(x: torch.Tensor, y: torch.Tensor) -> None:
    if not len(x) or y.shape != x.shape[:1]:
        raise ValueError(f"y: expected a label for each of x, at least one, got {tuple(y.shape)} for {tuple(x.shape)}")
    if not torch.isfinite(x).all():
        raise ValueError(f"x: expected finite numbers, got {int((~torch.isfinite(x)).sum())} that are not")
