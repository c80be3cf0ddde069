"""Reading poses off images: where plate and body are, whoever drew the image (thesis Section 5.4.1)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64, UInt8
from torch import nn
from torch.nn import functional as F

from thesiscode.data.marionettes import Simulated
from thesiscode.data.marionettes.primitives import Places, looks, place
from thesiscode.engine import device
from thesiscode.gan.images import to_tanh

JITTER = 0.05
"""Standard deviation of the noise on training images, as generated ones are not clean either; pixels are in [-1, 1]."""


class Pairs(NamedTuple):
    """Causes and effects, a row a frame."""

    plate: Float32[np.ndarray, "n 6"]
    """metres and radians"""
    body: Float32[np.ndarray, "n k"]
    """x, y and z of each point, in metres"""

    def shuffled(self, rng: np.random.Generator) -> "Pairs":
        """The same plates with the bodies of other frames: both marginals stay, the link is gone."""
        return Pairs(self.plate, self.body[rng.permutation(len(self.body))])


def halves_to_4(size: int) -> bool:
    """Whether a side of `size` pixels can be halved, at least once, until it is 4: a power of 2 from 8 on."""
    return isinstance(size, int) and size >= 8 and size & (size - 1) == 0


class PoseNetwork(nn.Module):
    """Images in [-1, 1] in, poses out, in metres and radians: convolutions with batch normalisation halve the side
    until it is 4, then two linear layers. n_targets: numbers of a pose. width: maps of the first layer. size: side of
    the images, a power of 2 from 8 on, else ValueError. generator: source of the initial weights."""

    def __init__(
        self, n_targets: int, width: int = 24, *, size: int = 32, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        if not halves_to_4(size):
            raise ValueError(f"size: expected a power of 2 from 8 on, got {size!r}")
        layers: list[nn.Module] = []
        before, after = 3, width
        while size > 4:
            conv = nn.Conv2d(before, after, 3, padding=1, bias=False)
            nn.init.kaiming_normal_(conv.weight, generator=generator)
            layers += [conv, nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
            before, after, size = after, min(2 * after, 4 * width), size // 2
        hidden, last = nn.Linear(16 * before, 128), nn.Linear(128, n_targets)
        for layer in (hidden, last):
            nn.init.kaiming_normal_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)
        self.layers = nn.Sequential(*layers, nn.Flatten(), hidden, nn.ReLU(), last)
        self.register_buffer("mean", torch.zeros(n_targets))
        self.register_buffer("spread", torch.ones(n_targets))

    def forward(self, x: Float[torch.Tensor, "N 3 size size"]) -> Float[torch.Tensor, "N n_targets"]:
        """Poses in metres and radians."""
        return self.mean + self.spread * self.layers(x)


def true_pairs(data: Simulated) -> Pairs:
    """Plates and points as the simulator knows them."""
    return Pairs(data.plate.numpy(), data.points.flatten(1).numpy())


def mixed_frames(data: Simulated, order: Int64[np.ndarray, " n"]) -> tuple[UInt8[torch.Tensor, "n 3 size size"], Pairs]:
    """Frames in which frame i's body hangs below the plate of frame order[i], and the poses that they show.

    No simulation leads there, but a renderer draws what it is told: the strings of a marionette, and the rods of
    pendulums, are as long as they must be. In such frames the plate says nothing about the body, so a network that is
    trained on them has to look at the body to know it.
    """
    positions = data.states.positions
    (own, points), (other, _) = (place(data.mechanics, q) for q in (positions, positions[order]))
    starts, ends = own.starts.copy(), own.ends.copy()
    for k, name in enumerate(looks(data.mechanics).names[: starts.shape[1]]):
        if name.endswith(("string", "rod")):
            # One end is at a point of the body, and stays there. The other is at the plate.
            to_start, to_end = (np.linalg.norm(points[0] - end[0, k], axis=1).min() for end in (starts, ends))
            if to_start < to_end:
                ends[:, k] = other.ends[:, k]
            else:
                starts[:, k] = other.starts[:, k]
    images = data.caster(Places(starts, ends, other.centres, other.axes))
    return images, Pairs(positions[order, :6].astype(np.float32), points.reshape(len(points), -1))


def train_poses(
    images: UInt8[torch.Tensor, "n 3 size size"], pairs: Pairs, *, width: int, epochs: int, draw: torch.Generator
) -> PoseNetwork:
    """A network trained on frames whose poses are known: squared error in standard deviations, Adam, mini-batches of 64
    and a rate that falls to 0 as a cosine. Raises ValueError for fewer frames than a mini-batch."""
    if len(images) < 64:
        raise ValueError(f"images: expected at least 64, one mini-batch, got {len(images)}")
    targets = torch.from_numpy(np.concatenate(pairs, axis=1))
    net = PoseNetwork(targets.shape[1], width, size=images.shape[-1], generator=draw)
    net.mean, net.spread = targets.mean(dim=0), targets.std(dim=0).clamp_min(1e-6)
    net = net.to(device()).train()
    wanted = ((targets - targets.mean(dim=0)) / targets.std(dim=0).clamp_min(1e-6)).to(device())
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (len(images) // 64))
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=draw)[: len(images) // 64 * 64].split(64):
            x = to_tanh(images[batch])
            x = (x + JITTER * torch.randn(x.shape, generator=draw)).to(device())
            loss = F.mse_loss(net.layers(x), wanted[batch.to(device())])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.eval()


@torch.no_grad()
def read_poses(net: PoseNetwork, images: UInt8[torch.Tensor, "n 3 size size"]) -> Pairs:
    """The poses that a network sees in images."""
    net = net.to(device()).eval()
    found = torch.cat([net(to_tanh(part).to(device())).cpu() for part in images.split(250)]).numpy()
    return Pairs(found[:, :6], found[:, 6:])


def groups(point_names: Sequence[str]) -> dict[str, list[int]]:
    """Columns of a body by the last word of its points' names: "left hand" and "right hand" belong to "hand"."""
    found: dict[str, list[int]] = {}
    for k, name in enumerate(point_names):
        found.setdefault(name.split()[-1], []).extend(range(3 * k, 3 * k + 3))
    return found


def explained(
    found: Float[np.ndarray, "n k"], truth: Float[np.ndarray, "n k"], columns: Mapping[str, Sequence[int]]
) -> dict[str, float]:
    """R^2 of each group of columns: 1 minus the summed squared error over the summed variance. At most 1."""
    error, variance = np.square(found - truth).mean(axis=0), truth.var(axis=0)
    return {
        name: float(1 - error[list(chosen)].sum() / variance[list(chosen)].sum()) for name, chosen in columns.items()
    }
