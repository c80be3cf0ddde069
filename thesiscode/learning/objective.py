"""The objective of a linear classifier: the mean of a surrogate loss and a penalty, with all its gradients (A.4)."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize

from .checks import finite_array, not_negative, same_length, samples, signs, whole
from .losses import Surrogate


def linear_score(x: Float[np.ndarray, "n d"], w: Float[np.ndarray, "d"]) -> Float[np.ndarray, "n"]:
    """f(x, w) = x . w for each row of x, a function defined by finitely many parameters (A.6).

    Raises ValueError if x and w do not match.
    """
    x, w = samples(x), finite_array(w, "w", 1, "[d]")
    if x.shape[1] != len(w):
        raise ValueError(f"w: expected {x.shape[1]} numbers, one for each column of x, got {len(w)}")
    return x @ w


def with_bias(x: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d+1"]:
    """x with a last column of ones, whose weight is the bias."""
    x = samples(x)
    return np.column_stack([x, np.ones(len(x))])


def l2_penalty(w: Float[np.ndarray, "d"]) -> float:
    """The squared length of w (A.12)."""
    w = finite_array(w, "w", 1, "[d]")
    return float(w @ w)


@dataclass(frozen=True)
class Objective:
    """C(w), the mean of `loss` over the examples (A.8), plus `penalty` times the squared length of w (A.13).

    `x` is [n d], `y` [n] of -1 and +1, both of which must occur. Raises ValueError for anything else, and for a
    negative penalty.
    """

    x: Float[np.ndarray, "n d"]
    y: Float[np.ndarray, "n"]
    loss: Surrogate
    penalty: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", samples(self.x))
        object.__setattr__(self, "y", signs(self.y, both=True))
        same_length(self.x, self.y, ("x", "y"))
        object.__setattr__(self, "penalty", not_negative(self.penalty, "penalty"))

    def cost(self, w: Float[np.ndarray, "d"]) -> float:
        """The objective at w."""
        return float(self.loss(linear_score(self.x, w), self.y).mean()) + self.penalty * l2_penalty(w)

    def gradient(self, w: Float[np.ndarray, "d"]) -> Float[np.ndarray, "d"]:
        """The gradient of the objective: a mean over all examples (A.24), and 2 penalty w."""
        return self.batch_gradient(w, np.arange(len(self.y)))

    def batch_gradient(self, w: Float[np.ndarray, "d"], rows: Int[np.ndarray, "B"]) -> Float[np.ndarray, "d"]:
        """H(z, w): the same mean over a mini-batch, the examples `rows` only (A.25).

        Raises ValueError for no rows, or one that is not an index of an example.
        """
        rows = np.asarray(rows)
        if rows.ndim != 1 or len(rows) == 0 or not np.issubdtype(rows.dtype, np.integer):
            raise ValueError(f"rows: expected integers of shape [B] with B >= 1, got {rows.dtype} of {rows.shape}")
        if rows.min() < 0 or rows.max() >= len(self.y):
            raise ValueError(f"rows: expected indices from 0 to {len(self.y) - 1}, got {rows.min()} to {rows.max()}")
        x = self.x[rows]
        return self.loss.gradient(linear_score(x, w), self.y[rows]) @ x / len(rows) + 2 * self.penalty * np.asarray(w)

    @property
    def smoothness(self) -> float:
        """A Lipschitz constant K of the gradient (A.17): no second derivative is larger in any direction.

        Infinite for a loss with a corner.
        """
        return float(self.loss.curvature * np.linalg.norm(self.x, 2) ** 2 / len(self.y) + 2 * self.penalty)

    def moment_bound(self, minimum: Float[np.ndarray, "d"]) -> tuple[float, float]:
        """(A, B) such that the mean square of a single example's gradient is at most A + B |w - minimum|^2 (A.29).

        The gradient of example i has a Lipschitz constant L_i, so that its square is at most twice that at the minimum
        plus 2 L_i^2 times the squared distance. Larger mini-batches keep the bound, and so does the full gradient
        (A.20), as a mean has no larger square. Raises ValueError for a loss whose slope jumps.
        """
        if not np.isfinite(self.loss.curvature):
            raise ValueError(f"loss: expected one with a bounded curvature, got {self.loss.name}")
        scores = linear_score(self.x, minimum)
        at_minimum = self.loss.gradient(scores, self.y)[:, None] * self.x + 2 * self.penalty * np.asarray(minimum)
        lipschitz = self.loss.curvature * (self.x**2).sum(axis=1) + 2 * self.penalty
        return float(2 * (at_minimum**2).sum(axis=1).mean()), float(2 * (lipschitz**2).mean())

    def minimise(self, *, start: Float[np.ndarray, "d"] | None = None, max_steps: int = 1000) -> np.ndarray:
        """argmin of the objective (A.11; A.13 with a penalty), by L-BFGS; [d].

        On separable examples without a penalty, the logistic loss has no minimiser: what comes back is where the
        search stopped. The hinge has corners, at which the search may stop early: with features of unit scale about
        0.1% above the minimum.
        """
        if start is None:
            start = np.zeros(self.x.shape[1])
        options = {"maxiter": whole(max_steps, "max_steps"), "ftol": 1e-15, "gtol": 1e-10}
        return minimize(self.cost, start, jac=self.gradient, method="L-BFGS-B", options=options).x
