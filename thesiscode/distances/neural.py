"""The F-divergence: how far apart a class of networks can tell two distributions (thesis Section 5.5.3, Eq. 5.12)."""

import copy
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import minimize
from torch import nn
from torch.nn import functional as F

from thesiscode.engine import generator

from .masses import masses as distribution


class NeuralDistance(NamedTuple):
    """The best network found in a class, and what it says on the points that it was trained on."""

    value: float
    """Eq. 5.12 with the logarithm, in nats: a lower bound of its supremum over the class, on these points"""
    discriminator: nn.Module
    """points [n, d] -> logits [n], in double precision; f is their sigmoid"""


def best_discriminator(p: Float[np.ndarray, "*n"], q: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """p / (p + q), where the integrand of Eq. 5.14 is largest; one half where both densities are 0.

    Raises ValueError for densities of different shapes, or that are negative or not finite.
    """
    for name, density in (("p", p), ("q", q)):
        if not np.isfinite(density).all() or (np.asarray(density) < 0).any():
            raise ValueError(f"{name}: expected finite densities of at least 0, got others")
    if np.shape(p) != np.shape(q):
        raise ValueError(f"q: expected the shape of p, {np.shape(p)}, got {np.shape(q)}")
    larger = np.maximum(p, q)  # divided by it, no sum overflows
    shares = [np.divide(one, larger, out=np.full(np.shape(p), 0.5), where=larger > 0) for one in (p, q)]
    return shares[0] / (shares[0] + shares[1])


def f_divergence(
    f: Float[np.ndarray, "*n"],
    p: Float[np.ndarray, "*n"],
    q: Float[np.ndarray, "*n"],
    *,
    phi: Callable[[Float[np.ndarray, "k"]], Float[np.ndarray, "k"]] = np.log,
) -> float:
    """What one function f reaches in Eq. 5.12, without the absolute value: E_P[phi(f)] + E_Q[phi(1 - f)] - 2 phi(1/2).

    f: values in [0, 1] at some points. p, q: masses of both distributions at these points, which sum to 1: densities
    times the areas of the cells of a grid, or 1/n at the n points of a sample and 0 at those of the other. A point
    without mass does not count, whatever phi is there; a point with mass and f = 0 may give minus infinity. The
    supremum over a class of functions is the F-divergence. phi: concave, element by element; by default the logarithm,
    for which the supremum over all functions is twice the Jensen-Shannon divergence, in nats.

    Raises ValueError for arrays of different shapes, for f outside [0, 1] and for masses that are negative, not finite
    or do not sum to 1 up to 1e-6.
    """
    f = np.asarray(f, dtype=float)
    if not ((f >= 0) & (f <= 1)).all():
        raise ValueError(f"f: expected values in [0, 1], got {np.nanmin(f):.3g} to {np.nanmax(f):.3g}, or nan")
    value = -2 * float(phi(np.array([0.5]))[0])
    for name, masses, at in (("p", p, f), ("q", q, 1 - f)):
        if np.shape(masses) != f.shape:
            raise ValueError(f"{name}: expected a mass for each value of f, shape {f.shape}, got {np.shape(masses)}")
        masses = distribution(name, masses)
        there = masses > 0
        with np.errstate(divide="ignore"):
            value += float(masses[there] @ phi(at[there]))
    return value


def neural_distance(
    x: Float[torch.Tensor, "n d"],
    y: Float[torch.Tensor, "m d"],
    *,
    x_masses: Float[torch.Tensor, " n"] | None = None,
    y_masses: Float[torch.Tensor, " m"] | None = None,
    width: int = 16,
    depth: int = 1,
    iterations: int = 200,
    restarts: int = 1,
    seed: int = 0,
) -> NeuralDistance:
    """Eq. 5.12 with the logarithm, for the class of multilayer perceptrons of one width and depth.

    The search is by L-BFGS on all points at once, from `restarts` random networks, and the best one is kept. It is no
    convex problem unless depth is 0, so the value is one that a network of the class reaches: a lower bound of the
    supremum.

    x, y: points of P and Q. Their masses are equal, unless they are given: then the points may be those of a grid, the
    masses densities times areas, and what is found holds for the distributions, where that of a sample holds for the
    sample. width: hidden units of each of `depth` layers, with hyperbolic tangents; depth 0 is a linear classifier.
    seed: of the initial weights; equal seeds give equal results on the CPU.

    Raises ValueError for points that are empty, not finite or of different dimensions, masses that are not those of a
    distribution, and counts below 1 (depth: below 0).
    """
    (found,) = neural_distances(
        x,
        y,
        widths=(width,),
        x_masses=x_masses,
        y_masses=y_masses,
        depth=depth,
        iterations=iterations,
        restarts=restarts,
        seed=seed,
    )
    return found


def neural_distances(
    x: Float[torch.Tensor, "n d"],
    y: Float[torch.Tensor, "m d"],
    *,
    widths: Sequence[int],
    x_masses: Float[torch.Tensor, " n"] | None = None,
    y_masses: Float[torch.Tensor, " m"] | None = None,
    depth: int = 1,
    iterations: int = 200,
    restarts: int = 1,
    seed: int = 0,
) -> list[NeuralDistance]:
    """`neural_distance` for networks of growing width, each class of which holds those before it.

    Each width also starts once from the best network of the width before, with new units that count for nothing at
    first. So the values never fall as the width grows, as those of the suprema do not. Raises ValueError for widths
    that do not grow, and for what `neural_distance` refuses.
    """
    _check_points(x, y)
    for width in widths:
        if width < 1:
            raise ValueError(f"width: expected at least 1, got {width!r}")
    if not widths or any(a >= b for a, b in pairwise(widths)):
        raise ValueError(f"widths: expected at least one, in growing order, got {list(widths)}")
    for name, count, least in (("depth", depth, 0), ("iterations", iterations, 1), ("restarts", restarts, 1)):
        if count < least:
            raise ValueError(f"{name}: expected at least {least}, got {count!r}")
    x, y = x.detach().double(), y.detach().double()
    masses = _masses("x_masses", x_masses, x), _masses("y_masses", y_masses, y)
    best: list[NeuralDistance] = []
    for width in widths:
        starts = [
            _network([x.shape[1], *[width] * depth, 1], torch.cat([x, y]), generator(seed, "discriminator", k))
            for k in range(restarts)
        ]
        starts += [_grown(one.discriminator, starts[0]) for one in best[-1:]]
        best.append(max((_climb(net, x, y, masses, iterations) for net in starts), key=lambda one: one.value))
    return best


def divergence_reached(
    discriminator: nn.Module,
    x: Float[torch.Tensor, "n d"],
    y: Float[torch.Tensor, "m d"],
    *,
    x_masses: Float[torch.Tensor, " n"] | None = None,
    y_masses: Float[torch.Tensor, " m"] | None = None,
) -> float:
    """What a network, points -> logits, reaches in Eq. 5.12 on these points: new samples, or a grid with masses.

    Raises ValueError for points and masses that `neural_distance` refuses.
    """
    _check_points(x, y)
    x, y = x.detach().double(), y.detach().double()
    with torch.no_grad():
        return _value(discriminator, x, y, (_masses("x_masses", x_masses, x), _masses("y_masses", y_masses, y))).item()


def _value(net: nn.Module, x: torch.Tensor, y: torch.Tensor, masses: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Eq. 5.12 from logits s: log f is -softplus(-s), and log (1 - f) is -softplus(s), both finite for any s."""
    return 2 * math.log(2) - masses[0] @ F.softplus(-net(x)) - masses[1] @ F.softplus(net(y))


def _climb(
    net: nn.Module, x: torch.Tensor, y: torch.Tensor, masses: tuple[torch.Tensor, torch.Tensor], iterations: int
) -> NeuralDistance:
    """L-BFGS from where the network is."""
    weights = list(net.parameters())

    def loss(flat: Float[np.ndarray, " w"]) -> tuple[float, Float[np.ndarray, " w"]]:
        nn.utils.vector_to_parameters(torch.from_numpy(flat), weights)
        value = -_value(net, x, y, masses)
        gradient = torch.autograd.grad(value, weights)
        return value.item(), torch.cat([part.flatten() for part in gradient]).numpy()

    start = nn.utils.parameters_to_vector(weights).detach().numpy().copy()
    options = {"maxiter": iterations, "maxfun": 2 * iterations, "maxcor": 20, "ftol": 1e-13, "gtol": 1e-9}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    nn.utils.vector_to_parameters(torch.from_numpy(found.x.copy()), weights)
    return NeuralDistance(-float(found.fun), net.requires_grad_(False))


def _network(sizes: list[int], points: Float[torch.Tensor, "n d"], draw: torch.Generator) -> nn.Sequential:
    """A perceptron whose first units bend at points of the data, whatever their scale."""
    layers: list[nn.Module] = []
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        linear = nn.utils.skip_init(nn.Linear, fan_in, fan_out, dtype=torch.float64)
        weight = torch.randn(fan_out, fan_in, generator=draw, dtype=torch.float64) / fan_in**0.5
        bias = torch.zeros(fan_out, dtype=torch.float64)
        if k == 0:
            weight = weight * 2 / points.std(dim=0, correction=0).clamp_min(1e-12)
            at = points[torch.randint(len(points), (fan_out,), generator=draw)]
            bias = -(weight * at).sum(dim=1)
        linear.load_state_dict({"weight": weight, "bias": bias})
        layers += [linear, nn.Tanh()]
    return nn.Sequential(*layers[:-1], nn.Flatten(0))


@torch.no_grad()
def _grown(small: nn.Sequential, wide: nn.Sequential) -> nn.Sequential:
    """A network of the shape of `wide` that says what `small` says: its other units are those of `wide`, unheard."""
    grown = copy.deepcopy(wide)
    for few, many in zip(small, grown, strict=True):
        if isinstance(many, nn.Linear):
            rows, columns = few.weight.shape
            many.weight[:rows] = 0
            many.weight[:rows, :columns] = few.weight
            many.bias[:rows] = few.bias
    return grown


def _check_points(x: torch.Tensor, y: torch.Tensor) -> None:
    for name, points in (("x", x), ("y", y)):
        if points.ndim != 2 or not points.numel():
            raise ValueError(f"{name}: expected at least one point, [n, d], got shape {tuple(points.shape)}")
        if not torch.isfinite(points).all():
            raise ValueError(f"{name}: expected finite coordinates, got nan or infinite ones")
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x, y: expected points of one dimension, got {x.shape[1]} and {y.shape[1]}")


def _masses(name: str, masses: torch.Tensor | None, points: torch.Tensor) -> torch.Tensor:
    if masses is None:
        return points.new_full((len(points),), 1 / len(points))
    if masses.shape != points.shape[:1]:
        raise ValueError(f"{name}: expected a mass for each of {len(points)} points, got shape {tuple(masses.shape)}")
    return torch.from_numpy(distribution(name, masses.detach().cpu().numpy())).to(points)
