"""Small functions to descend on: bowls, the worst case of Theorem 1, and a landscape with every kind of flat place."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .checks import finite_array, positive, whole


@dataclass(frozen=True)
class Bowl:
    """C(w) = 1/2 sum_i curvature_i w_i^2, with its minimum 0 at 0.

    Raises ValueError for a negative curvature, and for w with another number of columns.
    """

    curvatures: tuple[float, ...]

    def __post_init__(self) -> None:
        if finite_array(self.curvatures, "curvatures", 1, "[d]").min() < 0:
            raise ValueError(f"curvatures: expected numbers of at least 0, got {self.curvatures}")

    @property
    def smoothness(self) -> float:
        """K, the Lipschitz constant of the gradient (A.17): the largest curvature."""
        return float(max(self.curvatures))

    def cost(self, w: Float[np.ndarray, "*n d"]) -> Float[np.ndarray, "*n"] | float:
        return (np.asarray(self.curvatures) * self._fitting(w) ** 2).sum(axis=-1) / 2

    def gradient(self, w: Float[np.ndarray, "*n d"]) -> Float[np.ndarray, "*n d"]:
        return np.asarray(self.curvatures) * self._fitting(w)

    def _fitting(self, w: np.ndarray) -> np.ndarray:
        if np.ndim(w) == 0 or np.shape(w)[-1] != len(self.curvatures):
            raise ValueError(f"w: expected shape [*n {len(self.curvatures)}], got {np.shape(w)}")
        return np.asarray(w)


@dataclass(frozen=True)
class Trough:
    """A parabola of curvature K up to |w| = corner, and straight lines of the same slope beyond (Huber's function)."""

    smoothness: float
    corner: float

    def __post_init__(self) -> None:
        positive(self.smoothness, "smoothness")
        positive(self.corner, "corner")

    def cost(self, w: Float[np.ndarray, "*n 1"]) -> Float[np.ndarray, "*n"] | float:
        size = np.abs(w[..., 0])
        return self.smoothness * np.where(size <= self.corner, size**2 / 2, self.corner * size - self.corner**2 / 2)

    def gradient(self, w: Float[np.ndarray, "*n 1"]) -> Float[np.ndarray, "*n 1"]:
        return self.smoothness * np.clip(w, -self.corner, self.corner)


def worst_trough(smoothness: float, distance: float, n_steps: int) -> Trough:
    """The convex function on which n_steps of size 1/K, from `distance` away, leave the most (Drori and Teboulle 2014).

    What is left is K distance^2 / (4 n_steps + 2), a little less than half of the bound (A.18).
    """
    corner = positive(distance, "distance") / (2 * whole(n_steps, "n_steps") + 1)
    return Trough(positive(smoothness, "smoothness"), corner)


_WELLS = ((-2.0, 0.6, 0.55), (0.5, 0.8, 1.1))  # place, width, depth
_HILL, _FALL = 3.2, 1.2  # place and width of the fall to the plateau


def landscape(w: Float[np.ndarray, "*n 1"]) -> Float[np.ndarray, "*n"] | float:
    """A cost with the extremal points of Figure A-7: a local minimum near -1.95, a local maximum near -0.98, the global
    minimum at 0.5, and, beyond a second maximum near 2.04, a plateau that falls towards 0.55 and never gets there.

    On the left of -3 it rises steeply.
    """
    v = w[..., 0]
    wells = sum(depth * np.exp(-(((v - place) / width) ** 2)) for place, width, depth in _WELLS)
    return np.exp(-3 * (v + 3)) + 0.9 - 0.35 * np.tanh((v - _HILL) / _FALL) - wells


def landscape_gradient(w: Float[np.ndarray, "*n 1"]) -> Float[np.ndarray, "*n 1"]:
    """The derivative of `landscape`."""
    wells = sum(
        2 * depth * (w - place) / width**2 * np.exp(-(((w - place) / width) ** 2)) for place, width, depth in _WELLS
    )
    return -3 * np.exp(-3 * (w + 3)) - 0.35 / _FALL * (1 - np.tanh((w - _HILL) / _FALL) ** 2) + wells
