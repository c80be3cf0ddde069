"""A critic that measures how far two clouds of points are apart (thesis Section 5.5.3, Eq. 5.19)."""

import math
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional as F

from thesiscode.engine import generator

from .objectives import clip_weights, discriminator_loss, gradient_penalty

LEAK = 0.2
"""Slope of the rectifiers below 0, as in the discriminator of Radford et al. (2016)."""


class CriticDistance(NamedTuple):
    """What a trained critic says of two clouds x and y."""

    distance: float
    """its mean score on x minus that on y"""
    slope: float
    """the steepest slope found, at the points of both clouds and at as many between them"""
    critic: nn.Module
    """points [n, d] -> scores [n]"""


def critic_distance(
    x: Float[torch.Tensor, "n d"],
    y: Float[torch.Tensor, "m d"],
    *,
    clip: float = 0.0,
    penalty: float = 0.0,
    width: int = 64,
    depth: int = 2,
    steps: int = 400,
    batch_size: int = 128,
    learning_rate: float = 0.005,
    seed: int = 0,
) -> CriticDistance:
    """The Wasserstein-1 distance of two clouds by a small network, which looks for the supremum of Eq. 5.19.

    The network scores x high and y low under one constraint. clip: each weight stays in [-clip, clip], which bounds the
    slope by some K that depends on the layers, so that K W1 is the most that it can find (Arjovsky et al. 2017).
    penalty: the weight lambda of a term that pulls the slope between the clouds to 1 (Gulrajani et al. 2017); it lets
    the slope grow a little: where a linear critic is the best one, that finds W1 (1 + W1 / (2 lambda)).

    width, depth: units of a hidden layer, and how many there are. steps: of Adam, without memory of past gradients, on
    batch_size points of each cloud, drawn with replacement; the rate falls linearly to 0. With clip, the rate is at
    most clip / 10. seed: of the initial weights and all draws; equal seeds give equal results on the CPU.

    Raises ValueError for clouds that are empty, not finite or of different dimensions, for clip and penalty that are
    both 0 or both above it, and for other values out of range.
    """
    for name, cloud in (("x", x), ("y", y)):
        if cloud.ndim != 2:
            raise ValueError(f"{name}: expected points [n, d], got shape {tuple(cloud.shape)}")
    (found,) = critic_distances(
        x[None],
        y[None],
        clip=clip,
        penalty=penalty,
        width=width,
        depth=depth,
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    return found


def critic_distances(
    x: Float[torch.Tensor, "R n d"],
    y: Float[torch.Tensor, "R m d"],
    *,
    clip: float = 0.0,
    penalty: float = 0.0,
    width: int = 64,
    depth: int = 2,
    steps: int = 400,
    batch_size: int = 128,
    learning_rate: float = 0.005,
    seed: int = 0,
) -> list[CriticDistance]:
    """`critic_distance` for R pairs of clouds, each with its own critic, all trained in one go."""
    counts = {"width": width, "depth": depth, "steps": steps, "batch_size": batch_size}
    _check(x, y, {"clip": clip, "penalty": penalty}, counts, learning_rate)
    replicas = len(x)
    critics = _Critics(replicas, [x.shape[2], *[width] * depth, 1], generator(seed, "critic")).to(x)
    if clip:
        clip_weights(critics, clip)
        learning_rate = min(learning_rate, clip / 10)
    optimizer = torch.optim.Adam(critics.parameters(), lr=learning_rate, betas=(0.0, 0.9), fused=True)
    draw = generator(seed, "critic's points")
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = learning_rate * (1 - step / steps)
        a, b = (_some(cloud, batch_size, draw) for cloud in (x, y))
        # The losses are means over all points; times R, each critic's gradient is that of its own mean.
        loss = replicas * discriminator_loss(critics(a), critics(b), "wasserstein")
        if penalty:
            loss = loss + replicas * penalty * gradient_penalty(critics, a, b, draw)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if clip:
            clip_weights(critics, clip)
    between = _some(x, x.shape[1] + y.shape[1], draw), _some(y, x.shape[1] + y.shape[1], draw)
    share = torch.rand((len(between[0]), 1), generator=draw).to(x)
    watched = torch.cat([x, y, (share * between[0] + (1 - share) * between[1]).view(replicas, -1, x.shape[2])], dim=1)
    found = []
    for a, b, points, critic in zip(x, y, watched, critics.each(), strict=True):
        distance = (critic(a).mean() - critic(b).mean()).item()
        found.append(CriticDistance(distance, critic_slopes(critic, points).max().item(), critic))
    return found


def critic_slopes(critic: nn.Module, points: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, " n"]:
    """How fast the scores of a critic change at each point: the norm of its gradient."""
    points = points.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(points).sum(), points)
    return slopes.norm(dim=1)


class _Critics(nn.Module):
    """R multilayer perceptrons, side by side. They have no batch normalisation, which would tie scores together."""

    def __init__(self, replicas: int, sizes: list[int], draw: torch.Generator):
        super().__init__()
        self.sizes = sizes
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for fan_in, fan_out in pairwise(sizes):
            bound = (6 / (1 + LEAK**2) / fan_in) ** 0.5  # of He et al. (2015)
            self.weights.append(torch.empty(replicas, fan_in, fan_out).uniform_(-bound, bound, generator=draw))
            self.biases.append(torch.empty(replicas, 1, fan_out).uniform_(-1, 1, generator=draw))

    def forward(self, points: Float[torch.Tensor, "Rn d"]) -> Float[torch.Tensor, " Rn"]:
        """Scores of R clouds of n points each, one cloud after the other."""
        h = points.view(len(self.weights[0]), -1, points.shape[1])
        for k, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = torch.baddbmm(b, F.leaky_relu(h, LEAK) if k else h, w)
        return h.flatten()

    def each(self) -> list[nn.Module]:
        """Every network by itself, of plain layers."""
        return [self._alone(r) for r in range(len(self.weights[0]))]

    def _alone(self, r: int) -> nn.Module:
        layers: list[nn.Module] = []
        for w, b in zip(self.weights, self.biases, strict=True):
            linear = nn.Linear(w.shape[1], w.shape[2]).to(w)
            linear.load_state_dict({"weight": w[r].T, "bias": b[r, 0]})
            layers += [linear, nn.LeakyReLU(LEAK)]
        return nn.Sequential(*layers[:-1], nn.Flatten(0)).requires_grad_(False)


def _some(clouds: Float[torch.Tensor, "R n d"], k: int, draw: torch.Generator) -> Float[torch.Tensor, "Rk d"]:
    """k points of each cloud, drawn with replacement, one cloud after the other."""
    replicas, n, _ = clouds.shape
    index = torch.randint(n, (replicas, k), generator=draw) + n * torch.arange(replicas)[:, None]
    return clouds.flatten(0, 1)[index.flatten().to(clouds.device)]


def _check(
    x: torch.Tensor, y: torch.Tensor, constraints: dict[str, float], counts: dict[str, int], learning_rate: float
) -> None:
    for name, clouds in (("x", x), ("y", y)):
        if clouds.ndim != 3 or not clouds.numel():
            raise ValueError(f"{name}: expected clouds of at least one point, got shape {tuple(clouds.shape)}")
        if not torch.isfinite(clouds).all():
            raise ValueError(f"{name}: expected finite coordinates, got nan or infinite ones")
    if x.shape[2] != y.shape[2]:
        raise ValueError(f"x, y: expected points of one dimension, got {x.shape[2]} and {y.shape[2]}")
    if len(x) != len(y):
        raise ValueError(f"x, y: expected as many clouds of one as of the other, got {len(x)} and {len(y)}")
    for name, value in constraints.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name}: expected a finite number of at least 0, got {value!r}")
    if sum(value > 0 for value in constraints.values()) != 1:
        given = ", ".join(f"{name}={value!r}" for name, value in constraints.items())
        raise ValueError(f"{', '.join(constraints)}: expected exactly one above 0, got {given}")
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name}: expected at least 1, got {count!r}")
    if not 0 < learning_rate < math.inf:
        raise ValueError(f"learning_rate: expected a finite number above 0, got {learning_rate!r}")
