"""Reading the attributes of drawn faces, so that what a generator draws can be counted (thesis Section 5.2.2)."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float, Int64, UInt8
from torch import nn
from torch.nn import functional as F

from thesiscode.data.faces import FACE_DISTRIBUTION, Faces
from thesiscode.engine import device

from .images import to_tanh

READ = ("glasses", "hair_style", "hair_colour", "skin", "facial_hair")
"""The attributes that show at 32 pixels."""
VALUES = {name: tuple(FACE_DISTRIBUTION[name].frequencies()) for name in READ}
"""The values of each, in the order of their indices."""


class AttributeNetwork(nn.Module):
    """Images in [-1, 1] in, scores of the values of each attribute out: three convolutions with batch normalisation,
    then one linear layer an attribute. width: maps of the first. generator: source of the initial weights."""

    def __init__(self, width: int = 24, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in ((3, width), (width, 2 * width), (2 * width, 4 * width)):
            conv = nn.Conv2d(before, after, 3, padding=1, bias=False)
            nn.init.kaiming_normal_(conv.weight, generator=generator)
            layers += [conv, nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
        self.maps = nn.Sequential(*layers, nn.Flatten())
        self.heads = nn.ModuleDict({name: nn.Linear(4 * width * 16, len(values)) for name, values in VALUES.items()})
        for head in self.heads.values():
            nn.init.normal_(head.weight, 0.0, 0.01, generator=generator)
            nn.init.zeros_(head.bias)

    def forward(self, x: Float[torch.Tensor, "N 3 32 32"]) -> dict[str, Float[torch.Tensor, "N _"]]:
        """The scores, before a softmax."""
        maps = self.maps(x)
        return {name: head(maps) for name, head in self.heads.items()}


def face_attributes(n: int, seed: int) -> dict[str, Int64[torch.Tensor, " n"]]:
    """The attributes of the drawn faces of a seed, as indices into `VALUES`."""
    found = [Faces(n, seed).attributes(i).as_tensors() for i in range(n)]
    return {name: torch.stack([one[name] for one in found]) for name in READ}


def train_attributes(
    images: UInt8[torch.Tensor, "n 3 32 32"],
    labels: Mapping[str, Int64[torch.Tensor, " n"]],
    *,
    epochs: int,
    draw: torch.Generator,
) -> AttributeNetwork:
    """A network trained on labelled faces by Adam, with mini-batches of 64 and a rate that falls to 0 as a cosine."""
    net = AttributeNetwork(generator=draw).to(device()).train()
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    steps = epochs * (len(images) // 64)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=draw)[: len(images) // 64 * 64].split(64):
            scores = net(to_tanh(images[batch]).to(device()))
            loss = sum(F.cross_entropy(scores[name], labels[name][batch].to(device())) for name in READ)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.eval()


@torch.no_grad()
def read_attributes(net: AttributeNetwork, images: UInt8[torch.Tensor, "n 3 32 32"]) -> dict[str, list[str]]:
    """The most likely value of each attribute of each image."""
    found: dict[str, list[str]] = {name: [] for name in READ}
    place = next(net.parameters()).device
    for part in images.split(256):
        for name, scores in net(to_tanh(part).to(place)).items():
            found[name] += [VALUES[name][k] for k in scores.argmax(dim=1).tolist()]
    return found


def one_hot(labels: Mapping[str, Int64[torch.Tensor, " n"]], names: Sequence[str]) -> Float[torch.Tensor, "n K"]:
    """A condition: the indices of some attributes as vectors of 0 and 1, side by side."""
    return torch.cat([F.one_hot(labels[name], len(VALUES[name])).float() for name in names], dim=1)
