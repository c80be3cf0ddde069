"""Many small networks as one: each tensor has a first axis for the network, and one step trains them all."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class Gradients(NamedTuple):
    """Of R losses, each with respect to the weights of its own network; the order is that of `Replicas.weights`."""

    W: Float[Tensor, "R inputs hidden"]
    w: Float[Tensor, "R 1 hidden"]
    c: Float[Tensor, "R 1 1"]


class Replicas:
    """R networks of one hidden layer, y = dropout(relu(x W)) w + c, that share nothing but the program.

    The last input must be 1, so that the last row of W is the bias. Weights are drawn as `torch.nn.Linear` draws them,
    uniform within 1 / sqrt(inputs). The sum of R losses has the gradient of each loss for each network's own weights,
    and Adam works number by number: so one backward pass and one step of one optimizer train all networks, as if each
    were alone. The backward pass is written out, as in Appendix B: on a CPU it takes half the time of autograd's.
    """

    def __init__(
        self, replicas: int, inputs: int, hidden: int, *, dropout: float = 0.0, generator: torch.Generator
    ) -> None:
        def uniform(inputs: int, *shape: int) -> Tensor:
            return (2 * torch.rand(shape, generator=generator) - 1) / math.sqrt(inputs)

        self.weights = [
            uniform(inputs, replicas, inputs + 1, hidden),
            uniform(hidden, replicas, 1, hidden),
            uniform(hidden, replicas, 1, 1),
        ]
        self.scale = 1 / (1 - dropout)

    def some(self, rows: Sequence[int] | Tensor, device: torch.device) -> "Replicas":
        """Keeps the networks of these rows, on `device`."""
        rows = torch.as_tensor(rows, device=self.weights[0].device)
        self.weights = [weight[rows].to(device) for weight in self.weights]
        return self

    def __call__(self, x: Float[Tensor, "R n inputs"]) -> Float[Tensor, "R n 1"]:
        """One output a point, without dropout."""
        W, w, c = self.weights
        return torch.bmm(torch.bmm(x, W).relu_(), w.mT).add_(c)

    def forward(
        self, x: Float[Tensor, "R n inputs"], keep: Float[Tensor, "R n hidden"]
    ) -> tuple[Float[Tensor, "R n 1"], Float[Tensor, "R n hidden"]]:
        """In training: the outputs, and the hidden units, which are 0 where `keep` is; elsewhere `keep` must be 1. What
        dropout leaves is scaled up on the way to the output."""
        W, w, c = self.weights
        h = torch.bmm(x, W).relu_().mul_(keep)
        return torch.baddbmm(c, h, w.mT, alpha=self.scale), h

    def gradients(
        self, dy: Float[Tensor, "R n 1"], x: Float[Tensor, "R n inputs"], h: Float[Tensor, "R n hidden"]
    ) -> Gradients:
        """Of the weights, from those of the outputs of `forward` for x, whose hidden units are h."""
        da = self._before_relu(dy, h)
        return Gradients(torch.bmm(x.mT, da), torch.bmm(dy.mT, h).mul_(self.scale), dy.sum(1, keepdim=True))

    def input_gradient(
        self, dy: Float[Tensor, "R n 1"], h: Float[Tensor, "R n hidden"], which: int
    ) -> Float[Tensor, "R n 1"]:
        """Of one of the inputs, from those of the outputs."""
        return torch.bmm(self._before_relu(dy, h), self.weights[0][:, which : which + 1].mT)

    def _before_relu(self, dy: Float[Tensor, "R n 1"], h: Float[Tensor, "R n hidden"]) -> Float[Tensor, "R n hidden"]:
        """A hidden unit that says 0, by the rectifier or by dropout, passes no gradient."""
        da = (dy * self.scale) * self.weights[1]
        return torch.ops.aten.threshold_backward.grad_input(da, h, 0, grad_input=da)


class Adam:
    """Adam for the weights of replicas; a network may be left out on the way."""

    def __init__(self, network: Replicas, lr: float, beta1: float) -> None:
        self.network = network
        self.adam = torch.optim.Adam(network.weights, lr=lr, betas=(beta1, 0.999), fused=True)

    def step(self, gradients: Gradients) -> None:
        """One step down the gradients."""
        for weight, gradient in zip(self.network.weights, gradients, strict=True):
            weight.grad = gradient
        self.adam.step()

    def only(self, rows: Tensor) -> None:
        """Goes on with the networks of these rows alone."""
        before = self.network.weights
        self.network.some(rows, before[0].device)
        for old, new in zip(before, self.network.weights, strict=True):
            state = self.adam.state.pop(old)
            moments = {name: state[name][rows] for name in ("exp_avg", "exp_avg_sq")}
            self.adam.state[new] = state | moments
        self.adam.param_groups[0]["params"] = self.network.weights
