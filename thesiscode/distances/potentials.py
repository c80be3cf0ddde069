"""Kantorovich potentials: the exact one of two clouds, and how close a critic comes (thesis Section 5.5.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch.nn import functional as F

from .transport import kantorovich

Cloud = Float[torch.Tensor, "n d"]
Metric = Callable[[Cloud, Cloud], Float[torch.Tensor, "n m"]]
"""From two clouds to the distance of each point of the first from each of the second."""


def euclidean(a: Float[torch.Tensor, "n d"], b: Float[torch.Tensor, "m d"]) -> Float[torch.Tensor, "n m"]:
    """Straight lines. By differences, not by the inner product, which loses half of the digits of short ones."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


@dataclass(frozen=True)
class Potential:
    """A function that changes by no more than the distance: f(z) = min over j of (d(z, y_j) + h_j).

    It is the c-transform of -h. Each of the cones d(z, y_j) + h_j has slope 1, so their lower envelope satisfies
    Eq. 5.20 with K = 1 everywhere, whatever the heights are.
    """

    anchors: Float[torch.Tensor, "m d"]
    """the points y_j, in double precision"""
    heights: Float[torch.Tensor, " m"]
    """h_j"""
    distance: float
    """the optimal cost of which this is a dual solution: E_P[f] - E_Q[f]"""
    metric: Metric = euclidean

    def __call__(self, points: Float[torch.Tensor, "n d"]) -> Float[torch.Tensor, " n"]:
        """The potential at each point, in double precision."""
        return (self.metric(points.double(), self.anchors) + self.heights).min(dim=1).values


def exact_potential(
    x: Float[torch.Tensor, "n d"], y: Float[torch.Tensor, "m d"], *, metric: Metric = euclidean
) -> Potential:
    """A function that reaches the supremum of Eq. 5.18 for two clouds whose points weigh the same.

    Linear programming (`kantorovich`) finds a price u_i for each point of x and v_j for each of y with u_i + v_j <=
    d(x_i, y_j), of which mean(u) + mean(v) is largest: W1. The c-transform of v extends it to all points. Potentials
    are not unique: a constant may be added, and away from both clouds more than that is free. Here the mean over both
    clouds, which weigh the same, is 0. metric: the ground distance; Eq. 5.20 then holds with respect to it.

    Raises ValueError for clouds that are empty, not finite or of different dimensions, and for a metric that gives
    distances that are negative or not finite.
    """
    _check_clouds(x, y)
    x, y = x.detach().double(), y.detach().double()
    cost = metric(x, y)
    if cost.shape != (len(x), len(y)) or not torch.isfinite(cost).all() or (cost < 0).any():
        raise ValueError(f"metric: expected finite distances of at least 0, [{len(x)}, {len(y)}], got others")
    found = kantorovich(np.full(len(x), 1 / len(x)), np.full(len(y), 1 / len(y)), cost.numpy())
    f = Potential(y, -torch.from_numpy(found.g), found.cost, metric)
    middle = (f(x).mean() + f(y).mean()) / 2
    return Potential(y, f.heights - middle, f.distance, metric)


def lipschitz_constant(values: Float[torch.Tensor, " n"], separations: Float[torch.Tensor, "n n"]) -> float:
    """The smallest K for which Eq. 5.20 holds between some points: the largest |f(x) - f(y)| / d(x, y).

    values: f at each point. separations: their distances, by the metric in question. Pairs at distance 0 with equal
    values do not count, those with different values give infinity. For all points of a space, K may be larger.

    Raises ValueError for fewer than two points, other shapes, values that are not finite, and distances that are
    negative or not finite.
    """
    n = len(values)
    if values.ndim != 1 or n < 2:
        raise ValueError(f"values: expected one for each of at least two points, got shape {tuple(values.shape)}")
    if separations.shape != (n, n):
        raise ValueError(f"separations: expected shape {(n, n)}, got {tuple(separations.shape)}")
    if not torch.isfinite(values).all():
        raise ValueError("values: expected finite ones, got nan or infinite ones")
    if not torch.isfinite(separations).all() or (separations < 0).any():
        raise ValueError("separations: expected finite distances of at least 0, got others")
    rises = (values.double()[:, None] - values.double()[None]).abs()
    ratios = rises / separations.double()
    return torch.where(rises == 0, 0.0, ratios).max().item()


class Agreement(NamedTuple):
    """How a critic compares with an exact potential, at some points."""

    correlation: float
    """Pearson's, of both functions' values"""
    cosine: float
    """mean cosine of the angle between both gradients, where neither is 0"""


def agreement(
    critic: Callable[[Cloud], Float[torch.Tensor, " n"]],
    exact: Callable[[Cloud], Float[torch.Tensor, " n"]],
    points: Float[torch.Tensor, "n d"],
) -> Agreement:
    """Compares two functions of a point, up to the constant and the scale of both.

    Raises ValueError for fewer than two points, a function whose values or slopes are not finite on them, one that is
    flat on them, or slopes that are 0 at each point, of one function or of the other.
    """
    if points.ndim != 2 or len(points) < 2:
        raise ValueError(f"points: expected at least two, [n, d], got shape {tuple(points.shape)}")
    (a, a_slopes), (b, b_slopes) = (_with_slopes(name, f, points) for name, f in (("critic", critic), ("exact", exact)))
    a, b = a - a.mean(), b - b.mean()
    if not (a.norm() > 0 and b.norm() > 0):
        raise ValueError("critic, exact: expected functions that vary over the points, got a flat one")
    sloped = (a_slopes.norm(dim=1) > 0) & (b_slopes.norm(dim=1) > 0)
    if not sloped.any():
        raise ValueError("critic, exact: expected points at which both functions have a slope, got none")
    cosines = F.cosine_similarity(a_slopes, b_slopes)
    return Agreement((a @ b / (a.norm() * b.norm())).item(), cosines[sloped].mean().item())


def _with_slopes(
    name: str, f: Callable[[Cloud], Float[torch.Tensor, " n"]], points: Float[torch.Tensor, "n d"]
) -> tuple[Float[torch.Tensor, " n"], Float[torch.Tensor, "n d"]]:
    points = points.detach().requires_grad_()
    values = f(points)
    (slopes,) = torch.autograd.grad(values.sum(), points)
    if not (torch.isfinite(values).all() and torch.isfinite(slopes).all()):
        raise ValueError(f"{name}: expected finite values and slopes at the points, got nan or infinite ones")
    return values.detach().double(), slopes.double()


def _check_clouds(x: torch.Tensor, y: torch.Tensor) -> None:
    for name, cloud in (("x", x), ("y", y)):
        if cloud.ndim != 2 or not cloud.numel():
            raise ValueError(f"{name}: expected at least one point, [n, d], got shape {tuple(cloud.shape)}")
        if not torch.isfinite(cloud).all():
            raise ValueError(f"{name}: expected finite coordinates, got nan or infinite ones")
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x, y: expected points of one dimension, got {x.shape[1]} and {y.shape[1]}")
