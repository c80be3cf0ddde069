"""Distances that have a formula: of Gaussians, and of uniform distributions on intervals."""

import math

import numpy as np
from jaxtyping import Float
from scipy.linalg import sqrtm

Vector = Float[np.ndarray, " d"]
Matrix = Float[np.ndarray, "d d"]
Interval = tuple[float, float]


def gaussian_kl(mean_p: Vector, cov_p: Matrix, mean_q: Vector, cov_q: Matrix) -> float:
    """KL(p || q) of two Gaussians, in nats.

    Raises ValueError for shapes that do not fit, values that are not finite, or covariances that are not symmetric and
    positive definite.
    """
    _check_gaussians(mean_p, cov_p, mean_q, cov_q)
    gap = np.asarray(mean_q) - mean_p
    trace = np.trace(np.linalg.solve(cov_q, cov_p))
    log_ratio = np.linalg.slogdet(cov_q)[1] - np.linalg.slogdet(cov_p)[1]
    return float(trace - len(gap) + gap @ np.linalg.solve(cov_q, gap) + log_ratio) / 2


def gaussian_w2(mean_p: Vector, cov_p: Matrix, mean_q: Vector, cov_q: Matrix) -> float:
    """W_2 of two Gaussians for the Euclidean distance: the root of |gap|^2 + trace(P + Q - 2 (P^1/2 Q P^1/2)^1/2).

    Raises ValueError as `gaussian_kl` does.
    """
    _check_gaussians(mean_p, cov_p, mean_q, cov_q)
    root = sqrtm(cov_p).real
    spread = np.trace(cov_p) + np.trace(cov_q) - 2 * np.trace(sqrtm(root @ cov_q @ root).real)
    gap = np.asarray(mean_q) - mean_p
    return math.sqrt(max(float(gap @ gap + spread), 0.0))


def uniform_kl(p: Interval, q: Interval) -> float:
    """KL(p || q) of the uniform distributions on two intervals (low, high): infinite unless q covers p."""
    _check_intervals(p, q)
    if p[0] < q[0] or p[1] > q[1]:
        return math.inf
    return math.log((q[1] - q[0]) / (p[1] - p[0]))


def uniform_js(p: Interval, q: Interval) -> float:
    """JS(p || q) of the uniform distributions on two intervals; log 2 where they do not overlap."""
    _check_intervals(p, q)
    lengths = [high - low for low, high in (p, q)]
    both = max(0.0, min(p[1], q[1]) - max(p[0], q[0]))
    middle = (1 / lengths[0] + 1 / lengths[1]) / 2  # the mixture's density where they overlap
    terms = [
        (length - both) / length * math.log(2) + both / length * math.log(1 / (length * middle)) for length in lengths
    ]
    return sum(terms) / 2


def uniform_w(p: Interval, q: Interval, order: int = 1) -> float:
    """W_1 or W_2 of the uniform distributions on two intervals: on a line, quantiles go to quantiles.

    The gap of the quantiles grows linearly from one end to the other. Raises ValueError for another order.
    """
    _check_intervals(p, q)
    left, right = q[0] - p[0], q[1] - p[1]
    if order == 2:
        return math.sqrt((left**2 + left * right + right**2) / 3)
    if order != 1:
        raise ValueError(f"order: expected 1 or 2, got {order!r}")
    if left * right >= 0:
        return abs(left + right) / 2
    return (left**2 + right**2) / (2 * abs(left - right))


def _check_gaussians(mean_p: Vector, cov_p: Matrix, mean_q: Vector, cov_q: Matrix) -> None:
    d = np.shape(mean_p)
    for name, found, expected in (("mean_q", mean_q, d), ("cov_p", cov_p, d + d), ("cov_q", cov_q, d + d)):
        if np.shape(found) != expected:
            raise ValueError(f"{name}: expected shape {expected}, as mean_p has {d}, got {np.shape(found)}")
    for name, found in (("mean_p", mean_p), ("cov_p", cov_p), ("mean_q", mean_q), ("cov_q", cov_q)):
        if not np.isfinite(found).all():
            raise ValueError(f"{name}: expected finite values, got {np.asarray(found).tolist()}")
    for name, cov in (("cov_p", cov_p), ("cov_q", cov_q)):
        if not np.allclose(cov, np.transpose(cov)) or np.linalg.eigvalsh(cov).min() <= 0:
            raise ValueError(f"{name}: expected a symmetric positive definite matrix, got {np.asarray(cov).tolist()}")


def _check_intervals(p: Interval, q: Interval) -> None:
    for name, (low, high) in (("p", p), ("q", q)):
        if not -math.inf < low < high < math.inf:
            raise ValueError(f"{name}: expected finite (low, high) with low < high, got {(low, high)}")
