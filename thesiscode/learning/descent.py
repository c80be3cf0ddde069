"""Gradient descent, exact and stochastic, and the bound of Theorem 1 (thesis A.5)."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Real

from .checks import not_negative, positive, whole
from .steps import Power, StepSizes


def descend(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: Float[np.ndarray, "*runs d"],
    steps: StepSizes | float,
    n_steps: int,
) -> Float[np.ndarray, "{n_steps}+1 *runs d"]:
    """w_0 = start, and w_{t+1} = w_t - gamma_t gradient(w_t) (A.14, A.21); all of w_0 to w_{n_steps}.

    `steps` is a sequence of step sizes, or one number for all. Leading axes of `start` are independent runs. A run that
    leaves the range of numbers goes on as NaN or infinite. Raises ValueError for a start that is not finite or a
    gradient of another shape.
    """
    return stochastic_descent(lambda w, _: gradient(w), start, steps, n_steps, rng=None)


def stochastic_descent(
    sample_gradient: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    start: Float[np.ndarray, "*runs d"],
    steps: StepSizes | float,
    n_steps: int,
    *,
    rng: np.random.Generator | None,
) -> Float[np.ndarray, "{n_steps}+1 *runs d"]:
    """As `descend`, along H(z, w_t) = sample_gradient(w_t, rng), a random direction with a mean of the gradient (A.30).

    The function draws z itself, once for each run.
    """
    w = np.array(start, dtype=float)
    if w.ndim == 0 or w.size == 0 or not np.isfinite(w).all():
        raise ValueError(f"start: expected finite numbers of shape [*runs d], got {start!r}")
    gammas = (steps if isinstance(steps, StepSizes) else Power(positive(steps, "steps"))).first(
        whole(n_steps, "n_steps")
    )
    path = np.empty((len(gammas) + 1, *w.shape))
    path[0] = w
    with np.errstate(over="ignore", invalid="ignore"):
        for t, gamma in enumerate(gammas):
            direction = np.asarray(sample_gradient(path[t], rng))
            if direction.shape != w.shape:
                raise ValueError(f"gradient: expected shape {w.shape}, as start has, got {direction.shape}")
            path[t + 1] = path[t] - gamma * direction
    return path


def theorem_1_bound(distance: float, step: float, t: Real[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """The most that C(w_t) may lie above the minimum, after t >= 1 steps from `distance` away (A.18): the squared
    distance over 2 step t.

    It holds for convex C with a K-Lipschitz gradient and step <= 1/K. Raises ValueError for t < 1.
    """
    t = np.asarray(t, dtype=float)
    if t.size == 0 or not np.isfinite(t).all() or t.min() < 1:
        raise ValueError(f"t: expected numbers of steps of at least 1, got {t!r}")
    return not_negative(distance, "distance") ** 2 / (2 * positive(step, "step") * t)
