"""Joints as numbers, or as maps: two ways to let a network point (thesis Section 2.4, pose estimation)."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import nn
from torch.nn import functional as F

from thesiscode.data.marionettes import Marionettes

SIDE = 48
"""Side of the images, in pixels."""
STRIDE = 4
"""Pixels between the units of a heat map."""
SPREAD = 3.0
"""Standard deviation of the bump that a heat map shall have at a joint, in pixels."""


class Frames(NamedTuple):
    """Images, and where the named points appear in them."""

    images: UInt8[torch.Tensor, "n 3 side side"]
    joints: Float32[torch.Tensor, "n k 2"]
    """column and row of each point, in pixels; the first pixel reaches from 0 to 1"""
    names: tuple[str, ...]


def marionette_frames(n: int, seed: int, *, side: int = SIDE) -> Frames:
    """Frames of simulated marionettes with the places of hands, elbows, knees and feet. Raises ValueError for n < 1."""
    if n < 1:
        raise ValueError(f"n: expected at least 1 frame, got {n}")
    data = Marionettes(n, seed=seed, size=side)
    places = data.camera.project(data.points.numpy().astype(float), side)
    return Frames(data.images, torch.from_numpy(places.astype(np.float32)), data.point_names)


def bumps(
    joints: Float[torch.Tensor, "*n 2"], side: int, *, stride: int = STRIDE, spread: float = SPREAD
) -> Float[torch.Tensor, "*n h h"]:
    """exp(-|p - joint|^2 / (2 spread^2)) at the centre p of each cell of `stride` pixels (Tompson et al. 2015).

    Raises ValueError for a spread of 0 or below, and where the cells do not fill the side.
    """
    if not spread > 0:
        raise ValueError(f"spread: expected a number of pixels above 0, got {spread}")
    if stride < 1 or side < stride or side % stride:
        raise ValueError(f"side, stride: expected a side of one or more whole cells, got {side} and {stride}")
    centres = stride * (torch.arange(side // stride) + 0.5)
    x, y = (torch.exp(-((centres - joints[..., k, None]) ** 2) / (2 * spread**2)) for k in (0, 1))
    return y[..., :, None] * x[..., None, :]


def peaks(maps: Float[torch.Tensor, "*n h w"], *, stride: int = STRIDE) -> Float[torch.Tensor, "*n 2"]:
    """Column and row, in pixels, of the top of each map.

    Between cells the top is that of the parabola through the logarithms of the largest value and its two neighbours,
    along each side: exact for a Gaussian bump. At the border it is the centre of the cell. Raises ValueError for values
    that are not finite.
    """
    if not torch.isfinite(maps).all():
        raise ValueError("maps: expected finite values, got NaN or infinite ones")
    h, w = maps.shape[-2:]
    flat = maps.flatten(-2)
    best = flat.argmax(dim=-1)
    found = []
    for at, n, step in ((best % w, w, 1), (best // w, h, w)):
        sides = [flat.gather(-1, (best + k * step).clamp(0, h * w - 1)[..., None])[..., 0] for k in (-1, 0, 1)]
        low, top, high = (value.clamp_min(1e-6).log() for value in sides)
        bend = (2 * top - low - high).clamp_min(1e-6)
        offset = torch.where((at > 0) & (at < n - 1), ((high - low) / (2 * bend)).clamp(-0.5, 0.5), 0.0)
        found.append(stride * (at + 0.5 + offset))
    return torch.stack(found, dim=-1)


class JointNetwork(nn.Module):
    """Four convolutions bring images of 48 pixels to maps of 12 x 12; then comes what the page compares.

    With `maps`, a convolution of 5 x 5 and one of 1 x 1 give a heat map a joint, and joints are their `peaks`. Without,
    two fully connected layers give their coordinates (Toshev and Szegedy 2014), as a share of the side, from the middle
    of the image. width: maps of the first layer. generator: source of the initial weights.
    """

    def __init__(
        self, n_joints: int, *, maps: bool, width: int = 12, side: int = SIDE, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after, pool in ((3, 1, True), (1, 2, True), (2, 4, False), (4, 4, False)):
            before = before if not layers else before * width
            layers += [nn.Conv2d(before, after * width, 3, padding=1, bias=False), nn.BatchNorm2d(after * width)]
            layers += [nn.ReLU(), nn.MaxPool2d(2)] if pool else [nn.ReLU()]
        wide = 4 * width
        if maps:
            layers += [nn.Conv2d(wide, wide, 5, padding=2), nn.ReLU(), nn.Conv2d(wide, n_joints, 1)]
        else:
            layers += [nn.MaxPool2d(2), nn.Flatten(), nn.Linear(wide * (side // 8) ** 2, 96), nn.ReLU()]
            layers += [nn.Linear(96, 2 * n_joints)]
        for layer in layers:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, generator=generator)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        with torch.no_grad():
            layers[-1].weight.mul_(0.1)  # begin close to "everything is in the middle", or "nothing is anywhere"
        self.layers, self.maps, self.n_joints, self.side = nn.Sequential(*layers), maps, n_joints, side

    def forward(self, x: Float[torch.Tensor, "N 3 side side"]) -> Float[torch.Tensor, "N joints ..."]:
        """Heat maps [N, joints, 12, 12], or coordinates [N, joints, 2]."""
        found = self.layers(x)
        return found if self.maps else found.unflatten(1, (self.n_joints, 2))

    def targets(self, joints: Float[torch.Tensor, "N k 2"]) -> Float[torch.Tensor, "N k ..."]:
        """What `forward` should say of images with these joints."""
        return bumps(joints, self.side) if self.maps else joints / self.side - 0.5

    def read(self, found: Float[torch.Tensor, "N k ..."]) -> Float[torch.Tensor, "N k 2"]:
        """Columns and rows, in pixels, from what `forward` says."""
        return peaks(found) if self.maps else self.side * (found + 0.5)


def train_joints(net: JointNetwork, data: Frames, *, epochs: int, rate: float = 3e-3, draw: torch.Generator) -> None:
    """Mean squared error of maps or coordinates, Adam, mini-batches of 32, a rate that falls to 0 as a cosine.

    Raises ValueError for fewer frames than a mini-batch.
    """
    if len(data.images) < 32:
        raise ValueError(f"data: expected at least 32 frames, one mini-batch, got {len(data.images)}")
    targets = net.targets(data.joints)
    optimizer = torch.optim.Adam(net.train().parameters(), rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (len(targets) // 32))
    for _ in range(epochs):
        for batch in torch.randperm(len(targets), generator=draw)[: len(targets) // 32 * 32].split(32):
            loss = F.mse_loss(net(_input(data.images[batch])), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    net.eval()


@torch.no_grad()
def point(net: JointNetwork, images: UInt8[torch.Tensor, "n 3 side side"]) -> Float[torch.Tensor, "n k ..."]:
    """Heat maps or coordinates of images, in evaluation mode; `net.read` makes pixels of them."""
    net.eval()
    return torch.cat([net(_input(part)) for part in images.split(100)])


def joint_errors(found: Float[torch.Tensor, "n k 2"], truth: Float[torch.Tensor, "n k 2"]) -> Float[np.ndarray, "n k"]:
    """Distances in pixels. Raises ValueError for shapes that differ, and for places that are not finite."""
    if found.shape != truth.shape:
        raise ValueError(f"found: expected the shape of truth, {tuple(truth.shape)}, got {tuple(found.shape)}")
    for name, places in (("found", found), ("truth", truth)):
        if not torch.isfinite(places).all():
            raise ValueError(f"{name}: expected finite places, got NaN or infinite ones")
    return (found - truth).norm(dim=-1).numpy()


def pck(errors: Float[np.ndarray, "n k"], radius: float) -> float:
    """Percentage of correct keypoints, as a share: joints whose error is at most `radius` pixels (Yang and Ramanan).

    Raises ValueError without errors, for those that are not finite, and for a radius that is not finite and above 0.
    """
    if not errors.size or not np.isfinite(errors).all():
        odd = int((~np.isfinite(errors)).sum())
        raise ValueError(f"errors: expected at least one, all finite, got {errors.size}, {odd} of them not finite")
    if not 0 < radius < np.inf:
        raise ValueError(f"radius: expected a finite number of pixels above 0, got {radius}")
    return float((errors <= radius).mean())


def _input(images: UInt8[torch.Tensor, "n 3 h w"]) -> Float[torch.Tensor, "n 3 h w"]:
    return (images.float() / 127.5 - 1).to(memory_format=torch.channels_last)
