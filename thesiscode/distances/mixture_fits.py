"""One Gaussian for a mixture, by five distances: the experiment of Theis et al. (2016) (thesis Figure 5-16)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import ndtri

from .masses import check_integer, check_positive, real_values
from .transport import kantorovich

OBJECTIVES = ("KL", "MMD", "JS", "reverse KL", "EMD")
"""What `fit_gaussian` can minimise: those of Theis et al. first."""
FLOOR = -80.0
"""Logarithm of the least density that counts on the grid; below, e^-80 is 0 for all purposes and its slope is kept."""
LEAST_SIZE = 8
"""With fewer cells a side, a Gaussian that the grid holds is narrower than a cell."""
MISSED = 1e-6
"""A grid may miss so much of the mixture's mass."""
MISSED_OF_FIT = 1e-4
"""A grid may miss so much of a fit's mass. A fit is wider than the mixture, and its errors are of this order."""


@dataclass(frozen=True)
class Mixture:
    """A mixture of k Gaussians in the plane; lists become arrays.

    Raises ValueError for weights that are not above 0 or do not sum to 1, means that are not finite, and covariances
    that are not symmetric and positive definite.
    """

    weights: Float[np.ndarray, " k"]
    means: Float[np.ndarray, "k 2"]
    covariances: Float[np.ndarray, "k 2 2"]

    def __post_init__(self) -> None:
        k = np.size(self.weights) if np.ndim(self.weights) == 1 else 0
        for name, shape in (("weights", (k,)), ("means", (k, 2)), ("covariances", (k, 2, 2))):
            try:
                found = real_values(name, getattr(self, name))
            except ValueError as error:  # also NumPy's, of lists whose rows differ in length
                raise ValueError(f"{name}: expected numbers of shape {shape}, got {getattr(self, name)!r}") from error
            object.__setattr__(self, name, found)
            if found.shape != shape or not k:
                raise ValueError(f"{name}: expected shape {shape} with k of at least 1, got {found.shape}")
            if not np.isfinite(found).all():
                raise ValueError(f"{name}: expected finite values, got nan or infinite ones")
        if (self.weights <= 0).any() or abs(self.weights.sum() - 1) > 1e-9:
            raise ValueError(f"weights: expected numbers above 0 that sum to 1, got {self.weights.tolist()}")
        symmetric = np.allclose(self.covariances, self.covariances.transpose(0, 2, 1))
        if not symmetric or (np.linalg.eigvalsh(self.covariances) <= 0).any():
            raise ValueError("covariances: expected symmetric positive definite matrices, got others")

    @property
    def mean(self) -> Float[np.ndarray, "2"]:
        return self.weights @ self.means

    @property
    def covariance(self) -> Float[np.ndarray, "2 2"]:
        offsets = self.means - self.mean
        return np.einsum("k,kij->ij", self.weights, self.covariances + offsets[:, :, None] * offsets[:, None, :])

    def density(self, points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, " n"]:
        """Of each point, per unit of area."""
        total = np.zeros(len(points))
        for weight, mean, covariance in zip(self.weights, self.means, self.covariances, strict=True):
            z = points - mean
            squares = np.einsum("ni,ij,nj->n", z, np.linalg.inv(covariance), z)
            total += weight * np.exp(-squares / 2) / (2 * math.pi * math.sqrt(np.linalg.det(covariance)))
        return total

    def spread_points(self, n: int) -> Float[np.ndarray, "m 2"]:
        """About n points that stand for the mixture: of each component as many as its weight asks for, at least one."""
        parts = []
        for weight, mean, covariance in zip(self.weights, self.means, self.covariances, strict=True):
            parts.append(mean + normal_points(max(1, round(n * weight))) @ np.linalg.cholesky(covariance).T)
        return np.concatenate(parts)


@dataclass(frozen=True)
class Fit:
    """A local optimum: an isotropic Gaussian, and where the search for it began."""

    mean: Float[np.ndarray, "2"]
    scale: float
    """standard deviation along each axis"""
    value: float
    """of the objective; in nats (KL, reverse KL, JS), a squared MMD, or a length (EMD)"""
    start: tuple[float, float, float]
    """mean x, mean y, standard deviation"""


def normal_points(n: int) -> Float[np.ndarray, "n 2"]:
    """n points that stand for a standard normal distribution in the plane, always the same: a Fibonacci lattice on the
    unit square, through the inverse of the normal distribution function. Raises ValueError for n below 1."""
    if n < 1:
        raise ValueError(f"n: expected at least 1, got {n!r}")
    k = np.arange(n) + 0.5
    golden = (math.sqrt(5) - 1) / 2
    return ndtri(np.stack([k / n, (k * golden) % 1], axis=1))


def fit_gaussian(
    mixture: Mixture,
    objective: str,
    *,
    starts: Sequence[tuple[float, float, float]],
    bandwidth: float = 1.0,
    reach: float = 6.0,
    grid_size: int = 81,
    n_points: int = 200,
) -> list[Fit]:
    """Fits an isotropic Gaussian Q to a mixture P, three parameters, from each start; the best fit comes first.

    objective: one of OBJECTIVES. "KL" is KL(P || Q), the likelihood's; "reverse KL" is KL(Q || P). Both, and JS, are
    sums over a grid of grid_size^2 cells on the square [-reach, reach]^2 around the mixture's mean, which has to hold
    the mixture, up to 1e-6 of its mass, and the fits, up to 1e-4. "MMD" is the squared maximum mean discrepancy in
    closed form, with the kernel exp(-|x - y|^2 / (2 bandwidth^2)). "EMD" moves about n_points points that stand for P
    on to n_points that stand for Q, exactly. No draw is random.

    starts: (mean x, mean y, standard deviation) of each search, by L-BFGS. JS, reverse KL and MMD have local optima, so
    that fits from different starts may differ.

    Raises ValueError for an unknown objective, no start or a scale at a start that is not above 0, options that are not
    above 0, numbers of points or of cells a side that are no integers, fewer than 8 cells a side, and a grid that does
    not hold the mixture or a fit.
    """
    check_positive("bandwidth", bandwidth)
    check_positive("reach", reach)
    check_integer("grid_size", grid_size, LEAST_SIZE)
    check_integer("n_points", n_points, 1)
    if not len(starts):
        raise ValueError("starts: expected at least one, got none")
    for start in starts:
        if len(start) != 3 or not np.isfinite(start).all() or not start[2] > 0:
            raise ValueError(f"starts: expected (mean x, mean y, scale), the scale above 0, got {start!r}")
    if objective == "MMD":
        loss = _squared_mmd(mixture, bandwidth)
    elif objective == "EMD":
        loss = _transport(mixture, n_points)
    elif objective in OBJECTIVES:
        points, cell = _grid(mixture.mean, reach, grid_size), (2 * reach / grid_size) ** 2
        _check_held("the mixture", mixture, points, cell, MISSED)
        loss = _divergence(mixture, objective, points)
    else:
        raise ValueError(f"objective: expected one of {', '.join(OBJECTIVES)}, got {objective!r}")
    fits = [_descend(loss, start) for start in starts]
    if objective not in ("MMD", "EMD"):
        for fit in fits:
            found = Mixture(np.ones(1), fit.mean[None], fit.scale**2 * np.eye(2)[None])
            _check_held(f"the fit from {fit.start}", found, points, cell, MISSED_OF_FIT)
    return sorted(fits, key=lambda fit: fit.value)


Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""From a mean [2] and the logarithm of a scale to the objective."""


def _descend(loss: Loss, start: tuple[float, float, float]) -> Fit:
    def with_gradient(values: np.ndarray) -> tuple[float, np.ndarray]:
        parameters = torch.tensor(values, requires_grad=True)
        value = loss(parameters[:2], parameters[2])
        (gradient,) = torch.autograd.grad(value, parameters)
        return value.item(), gradient.numpy()

    first = np.array([start[0], start[1], math.log(start[2])])
    options = {"ftol": 1e-12, "gtol": 1e-8, "maxiter": 200}
    found = minimize(with_gradient, first, jac=True, method="L-BFGS-B", options=options)
    return Fit(found.x[:2].copy(), math.exp(found.x[2]), float(found.fun), tuple(map(float, start)))


def _grid(centre: Float[np.ndarray, "2"], reach: float, size: int) -> Float[np.ndarray, "{size*size} 2"]:
    """Centres of the cells."""
    axis = (np.arange(size) + 0.5) / size * 2 * reach - reach
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2) + centre


def _check_held(what: str, mixture: Mixture, points: Float[np.ndarray, "n 2"], cell: float, most: float) -> None:
    """Raises ValueError unless densities times the area of a cell add up to 1, up to `most`."""
    missed = 1 - cell * float(mixture.density(points).sum())
    if missed > most:
        raise ValueError(
            f"reach: expected a grid that holds {what} up to {most:g} of its mass, got one that misses {missed:.2g}: "
            f"raise reach, or grid_size if cells of {math.sqrt(cell):.2g} are wider than its components"
        )
    if missed < -most:
        raise ValueError(
            f"grid_size: expected cells narrower than the components of {what}, got cells of {math.sqrt(cell):.2g} "
            f"whose masses add up to {1 - missed:.6g}: raise grid_size"
        )


def _divergence(mixture: Mixture, objective: str, points: Float[np.ndarray, "n 2"]) -> Loss:
    """Sums over cells, of both densities as masses that sum to 1 on the grid."""
    with np.errstate(divide="ignore"):
        log_p = torch.from_numpy(np.log(mixture.density(points))).clamp_min(FLOOR).log_softmax(0)
    p, at = log_p.exp(), torch.from_numpy(points)

    def loss(mean: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
        log_q = (-((at - mean) ** 2).sum(dim=1) / 2 * torch.exp(-2 * log_scale)).log_softmax(0)
        if objective == "KL":
            return p @ (log_p - log_q)
        if objective == "reverse KL":
            return log_q.exp() @ (log_q - log_p)
        log_m = torch.logaddexp(log_p, log_q) - math.log(2)
        return (p @ (log_p - log_m) + log_q.exp() @ (log_q - log_m)) / 2

    return loss


def _squared_mmd(mixture: Mixture, bandwidth: float) -> Loss:
    """E k(x, x') - 2 E k(x, y) + E k(y, y'): for Gaussians, each mean of the kernel is a Gaussian's density."""
    weights, means, covariances = (
        torch.from_numpy(np.asarray(part, dtype=float))
        for part in (mixture.weights, mixture.means, mixture.covariances)
    )
    eye = torch.eye(2, dtype=torch.float64)

    def kernel(offset: torch.Tensor, covariance: torch.Tensor) -> torch.Tensor:
        total = covariance + bandwidth**2 * eye
        squares = (offset * torch.linalg.solve(total, offset[..., None])[..., 0]).sum(dim=-1)
        return bandwidth**2 * torch.exp(-squares / 2) / torch.linalg.det(total).sqrt()

    pairs = kernel(means[:, None] - means, covariances[:, None] + covariances)
    constant = weights @ pairs @ weights

    def loss(mean: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
        covariance = torch.exp(2 * log_scale) * eye
        across = weights @ kernel(means - mean, covariances + covariance)
        return constant - 2 * across + kernel(torch.zeros(2, dtype=torch.float64), 2 * covariance)

    return loss


def _transport(mixture: Mixture, n: int) -> Loss:
    """W1 of two sets of points. Its gradient is that of the cost of the optimal plan, held fixed."""
    x, base = torch.from_numpy(mixture.spread_points(n)), torch.from_numpy(normal_points(n))
    a, b = np.full(len(x), 1 / len(x)), np.full(n, 1 / n)

    def loss(mean: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
        cost = torch.cdist(x, mean + log_scale.exp() * base, compute_mode="donot_use_mm_for_euclid_dist")
        plan = kantorovich(a, b, cost.detach().numpy()).plan
        return (torch.from_numpy(plan) * cost).sum()

    return loss
