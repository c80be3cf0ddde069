"""LeNet-5 (LeCun et al. 1998), the network at the top of the thesis' Figure 2-32, with the paper's own counts."""

from collections import OrderedDict
from dataclasses import replace

import torch
from jaxtyping import Bool, Float
from torch import nn

from ..nets import LayerDescription, describe

INPUT_SIDE = 32
"""LeNet-5 reads images of 32 x 32: a digit of 28 x 28 with a border, so that the ends of strokes reach the middle."""

_READS = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 0), (5, 0, 1),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (3, 4, 5, 0), (4, 5, 0, 1), (5, 0, 1, 2),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip
"""Which of the six maps of S2 each of the sixteen kernels of C3 reads (Table I of the paper)."""


class SquashedTanh(nn.Tanh):
    """1.7159 tanh(2x / 3), which is 1 at 1 and -1 at -1 (LeCun et al. 1998, Appendix A)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 1.7159 * torch.tanh(2 / 3 * x)


class LeNet5(nn.Module):
    """Seven layers under the paper's names: C1, S2, C3, S4, C5, F6 and the ten output units.

    S2 and S4 add the four values of each 2 x 2 cell, multiply with a weight and add a bias, one of each a map; here an
    average (`pool2`) and a weight (`scale2`), which differ by a constant factor. Each kernel of C3 reads three, four or
    six of the six maps of S2. The paper's outputs are squared distances of the 84 values of F6 from ten fixed codes of
    -1 and +1. Codes of one length are as near as their dot products are large, so `out` is those dot products; its
    weights are fixed. The paper draws the codes as pictures of the digits; ours are drawn at random.

    generator: source of codes and initial weights, uniform within 2.4 / fan-in as in the paper.
    """

    def __init__(self, *, generator: torch.Generator):
        super().__init__()
        self.features = nn.Sequential(
            OrderedDict(
                c1=nn.Conv2d(1, 6, 5),
                tanh1=SquashedTanh(),
                pool2=nn.AvgPool2d(2),
                scale2=nn.Conv2d(6, 6, 1, groups=6),
                tanh2=SquashedTanh(),
                c3=nn.Conv2d(6, 16, 5),
                tanh3=SquashedTanh(),
                pool4=nn.AvgPool2d(2),
                scale4=nn.Conv2d(16, 16, 1, groups=16),
                tanh4=SquashedTanh(),
                c5=nn.Conv2d(16, 120, 5),
                tanh5=SquashedTanh(),
            )
        )
        self.classifier = nn.Sequential(
            OrderedDict(flatten=nn.Flatten(), f6=nn.Linear(120, 84), tanh6=SquashedTanh(), out=_codes(generator))
        )
        for layer in (*self.features, self.classifier.f6):
            if isinstance(layer, nn.Conv2d | nn.Linear):
                limit = 2.4 / layer.weight[0].numel()
                nn.init.uniform_(layer.weight, -limit, limit, generator=generator)
                nn.init.zeros_(layer.bias)
        c3 = self.features.c3
        mask = connections()
        with torch.no_grad():
            c3.weight.mul_(mask[:, :, None, None])
        c3.weight.register_hook(lambda gradient: gradient * mask[:, :, None, None].to(gradient.device))

    def forward(self, x: Float[torch.Tensor, "N 1 32 32"]) -> Float[torch.Tensor, "N 10"]:
        """Ten scores, the largest for the nearest code. Raises ValueError for another shape."""
        if x.ndim != 4 or x.shape[1:] != (1, INPUT_SIDE, INPUT_SIDE):
            raise ValueError(f"x: expected shape (N, 1, {INPUT_SIDE}, {INPUT_SIDE}), got {tuple(x.shape)}")
        return self.classifier(self.features(x))


def connections() -> Bool[torch.Tensor, "16 6"]:
    """Whether a kernel of C3 reads a map of S2 (Table I of the paper); 60 of the 96 pairs are joined."""
    mask = torch.zeros(16, 6, dtype=torch.bool)
    for kernel, maps in enumerate(_READS):
        mask[kernel, list(maps)] = True
    return mask


def describe_lenet5(net: LeNet5) -> list[LayerDescription]:
    """`describe`, without the missing connections of C3 and without the fixed weights of the output as parameters.

    So the parameters are those that are trained: 60,000 (LeCun et al. 1998, Section II.B).
    """
    share = connections().float().mean().item()  # of the products of C3 that are there
    layers = []
    for layer in describe(net, (1, INPUT_SIDE, INPUT_SIDE)):
        if layer.name == "c3":
            weights = layer.n_parameters - 16
            layer = replace(
                layer,
                n_parameters=round(share * weights) + 16,
                multiply_adds=round(share * layer.multiply_adds),
            )
        elif layer.name == "out":
            layer = replace(layer, n_parameters=0)
        layers.append(layer)
    return layers


def _codes(generator: torch.Generator) -> nn.Linear:
    layer = nn.Linear(84, 10, bias=False)
    signs = 2 * torch.randint(2, (10, 84), generator=generator) - 1
    layer.weight = nn.Parameter(signs.float(), requires_grad=False)
    return layer
