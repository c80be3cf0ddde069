"""Keep a trained network, replace its last layer: the adaptation of thesis Section 3.2.1."""

import copy
from collections import OrderedDict
from collections.abc import Callable, Collection

import torch
from jaxtyping import Float, Shaped
from torch import nn

from thesiscode.nets import truncate

from .inputs import as_input

NAMES = ("fca", "fcc", "fcd")
"""Names of the hidden adaptation layers; the last layer is FCb. The thesis names only FCa."""


class AdaptedNet(nn.Module):
    """A trained network without its last layer (`trunk`), followed by adaptation layers (`head`).

    The trunk's output is Y7 of thesis Section 3.2.1, after the rectifier of FC7.
    """

    def __init__(self, trunk: nn.Module, head: nn.Module):
        super().__init__()
        self.trunk, self.head = trunk, head

    def forward(self, x: Float[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N n_classes"]:
        """One score per image and class, before the softmax."""
        return self.head(self.trunk(x))

    def train(self, mode: bool = True) -> "AdaptedNet":
        """Training mode for what is trained. Frozen layers stay in evaluation mode: their statistics are frozen too,
        and the dropout of a trunk that is frozen throughout would only be noise, which cached features do not have."""
        super().train(mode)
        for part in (self.trunk, *self.trunk.children()):
            parameters = list(part.parameters())
            if parameters and not any(p.requires_grad for p in parameters):
                part.eval()
        return self


def adaptation_layers(
    n_inputs: int,
    n_classes: int,
    *,
    layers: int = 2,
    width: int = 2048,
    generator: torch.Generator | None = None,
) -> nn.Sequential:
    """FCa and FCb of thesis Section 3.2.1: Ya = relu(Wa Y7 + Ba), scores = Wb Ya + Bb.

    layers: 1 is FCb alone, 2 is FCa and FCb, 3 has one more hidden layer (Section 3.3, "Varying the number of
    adaptation layers"). width: units of each hidden layer, 2048 in the thesis; dropout of 0.5 follows each. n_classes
    counts the background. The softmax is left to the loss. Weights are drawn from N(0, 2 / inputs), those of FCb from
    N(0, 0.01^2); biases are 0. generator: source of the weights; torch's global one where None.

    Raises ValueError for a number of layers outside of 1..3, or sizes below 1.
    """
    if layers not in (1, 2, 3):
        raise ValueError(f"layers is {layers!r}; expected 1, 2 or 3")
    for name, value in (("n_inputs", n_inputs), ("n_classes", n_classes), ("width", width)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} is {value!r}; expected an integer of at least 1")
    chain: OrderedDict[str, nn.Module] = OrderedDict()
    for name in NAMES[: layers - 1]:
        chain[name] = nn.Linear(n_inputs, width)
        nn.init.kaiming_normal_(chain[name].weight, generator=generator)
        chain[f"relu_{name[-1]}"] = nn.ReLU()
        chain[f"dropout_{name[-1]}"] = nn.Dropout(0.5)
        n_inputs = width
    chain["fcb"] = nn.Linear(n_inputs, n_classes)
    nn.init.normal_(chain["fcb"].weight, std=0.01, generator=generator)
    for layer in chain.values():
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
    return nn.Sequential(chain)


def adapt(
    net: nn.Module,
    head: nn.Module,
    *,
    last: str = "relu7",
    retrain: Collection[str] = (),
) -> AdaptedNet:
    """`net` up to the layer `last`, frozen, with `head` on top (thesis Section 3.2.1, Figure 3-2).

    retrain: names of layers of the trunk that are trained further, such as ("fc6", "fc7") in Pre-1512U (Section 3.3).
    The trunk is a copy: `net` stays as it is.

    Raises ValueError if `net` has no layer of one of these names, or if a layer to retrain has no weights.
    """
    trunk = copy.deepcopy(truncate(net, last))
    layers = dict(trunk.named_children())
    for name in retrain:
        if name not in layers:
            raise ValueError(f"retrain holds {name!r}; expected some of {', '.join(layers)}")
        if not list(layers[name].parameters()):
            raise ValueError(f"retrain holds {name!r}, a layer without weights")
    for name, layer in layers.items():
        layer.requires_grad_(name in retrain)
    return AdaptedNet(trunk, head)


@torch.no_grad()
def cache_features(
    trunk: nn.Module,
    images: Shaped[torch.Tensor, "N 3 H W"],
    *,
    prepare: Callable[[torch.Tensor], torch.Tensor] = as_input,
    batch_size: int = 32,
) -> Float[torch.Tensor, "N D"]:
    """What a frozen trunk says of each image, computed once: it does not change while the head is trained.

    images: as `prepare` takes them, uint8 by default. The trunk runs in evaluation mode on its own device; features
    come back on the CPU. Raises ValueError for a batch size below 1 and features that are NaN or infinite.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size!r}; expected at least 1")
    trunk.eval()
    device = next(trunk.parameters()).device
    features = torch.cat([trunk(prepare(part.to(device))).flatten(1).cpu() for part in images.split(batch_size)])
    if not torch.isfinite(features).all():
        raise ValueError("features hold NaN or infinity; expected finite numbers")
    return features
