"""The assumptions of the three theorems, measured on points: Lipschitz gradients and general convexity (thesis A.5).

What is measured on points can refute an assumption, and cannot prove it.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from .checks import finite_array, not_negative, positive, same_length, samples, shaped

Gradient = Callable[[np.ndarray], np.ndarray]


def lipschitz_on(gradient: Gradient, u: Float[np.ndarray, "n d"], v: Float[np.ndarray, "n d"]) -> float:
    """The largest |gradient(u) - gradient(v)| / |u - v| over pairs of rows: K of (A.17) cannot be smaller.

    `gradient` maps [n d] to [n d]. Raises ValueError if a pair is one point twice, or the gradient is not finite.
    """
    u, v = samples(u, "u"), samples(v, "v")
    same_length(u, v, ("u", "v"))
    v = shaped(v, "v", u.shape)
    apart = np.linalg.norm(u - v, axis=1)
    if apart.min() == 0:
        raise ValueError(f"v: expected points that differ from those of u, got {int((apart == 0).sum())} that do not")
    turned = shaped(gradient(u), "gradient", u.shape) - shaped(gradient(v), "gradient", v.shape)
    return float((np.linalg.norm(turned, axis=1) / apart).max())


def least_pull(
    gradient: Gradient, minimum: Float[np.ndarray, "d"], points: Float[np.ndarray, "n d"], epsilon: float
) -> float:
    """The least (w - w*) . gradient(w) over the points w with (w - w*)^2 > epsilon (A.19, A.27).

    General convexity wants the infimum over all such w above 0. Raises ValueError if no point is that far away, or the
    gradient is not finite.
    """
    points, away = _away(minimum, points)
    far = (away**2).sum(axis=1) > positive(epsilon, "epsilon")
    if not far.any():
        raise ValueError(f"points: expected at least one with a squared distance above {epsilon}, got none")
    return float((away * shaped(gradient(points), "gradient", points.shape)).sum(axis=1)[far].min())


def growth_excess(
    mean_square: Callable[[np.ndarray], np.ndarray],
    minimum: Float[np.ndarray, "d"],
    points: Float[np.ndarray, "n d"],
    a: float,
    b: float,
) -> float:
    """The largest mean_square(w) - A - B (w - w*)^2 over points: at most 0 where the growth is bounded (A.20, A.29).

    `mean_square` maps [n d] to [n]: the squared length of the gradient, or the mean of that of H.
    Raises ValueError if it gives anything but one finite number a point.
    """
    points, away = _away(minimum, points)
    bound = not_negative(a, "a") + not_negative(b, "b") * (away**2).sum(axis=1)
    return float((shaped(mean_square(points), "mean_square", bound.shape) - bound).max())


def _away(minimum, points) -> tuple[np.ndarray, np.ndarray]:
    points, minimum = samples(points, "points"), finite_array(minimum, "minimum", 1, "[d]")
    if points.shape[1] != len(minimum):
        raise ValueError(f"minimum: expected {points.shape[1]} numbers, as the points have, got {len(minimum)}")
    return points, points - minimum
