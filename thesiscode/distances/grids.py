"""Densities on a square grid, and Simpson's rule for their integrals (thesis Appendix D.2)."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from scipy.integrate import simpson

from .masses import check_positive


def simpson_weights(n: int, spacing: float = 1.0) -> Float[np.ndarray, " n"]:
    """Weights w with sum(w * f) = the integral of f over n points that are `spacing` apart, exact for cubics (n > 4).

    For odd n they are those of Simpson's composite rule, spacing / 3 * (1, 4, 2, 4, ..., 4, 1). For even n an interval
    is left over. A parabola takes it once at the right end, once at the left one, and the mean of both is kept. So
    the weights are symmetric, and all but three at each end are equal: (3/8, 7/6, 23/24, 1, 1, ...) times the spacing,
    a rule in Press et al., Numerical Recipes, Section 4.1.

    All weights are above 0. Raises ValueError for n < 2 or a spacing that is not above 0.
    """
    if n < 2:
        raise ValueError(f"n: expected at least 2 points, got {n}")
    check_positive("spacing", spacing)
    rule = simpson(np.eye(n), dx=spacing, axis=0)
    return (rule + rule[::-1]) / 2


@dataclass(frozen=True)
class Grid:
    """`size` points an axis on the square [low, high]^2, both ends included; arrays on it are [y, x], y upwards.

    The grid of the thesis has 128 points an axis on [-2, 2]^2.
    """

    low: float = -2.0
    high: float = 2.0
    size: int = 128

    def __post_init__(self) -> None:
        if not -np.inf < self.low < self.high < np.inf:
            raise ValueError(f"low, high: expected two finite numbers, low < high, got {self.low}, {self.high}")
        if self.size < 2:
            raise ValueError(f"size: expected at least 2 points, got {self.size}")

    @property
    def spacing(self) -> float:
        """Distance of neighbouring points."""
        return (self.high - self.low) / (self.size - 1)

    @property
    def axis(self) -> Float[np.ndarray, " size"]:
        """Coordinates of one axis."""
        return np.linspace(self.low, self.high, self.size)

    @property
    def x(self) -> Float[np.ndarray, "size size"]:
        """x at every point; it grows along the second axis."""
        return np.broadcast_to(self.axis, (self.size, self.size))

    @property
    def y(self) -> Float[np.ndarray, "size size"]:
        """y at every point; it grows along the first axis."""
        return np.broadcast_to(self.axis[:, None], (self.size, self.size))

    @property
    def points(self) -> Float[np.ndarray, "n 2"]:
        """(x, y) of all points, in the order of `values.ravel()`."""
        return np.stack([self.x.ravel(), self.y.ravel()], axis=1)

    def integrate(self, values: Real[np.ndarray, "size size"]) -> float:
        """The integral over the square, by Simpson's rule along both axes."""
        self._check("values", values)
        weights = simpson_weights(self.size, self.spacing)
        return float(weights @ np.asarray(values) @ weights)

    def normalise(self, values: Real[np.ndarray, "size size"]) -> Float[np.ndarray, "size size"]:
        """The density that is proportional to `values`: its integral by Simpson's rule is 1.

        Raises ValueError for negative values or an integral of 0.
        """
        self._check("values", values)
        total = self.integrate(values)
        if np.min(values) < 0 or not 0 < total < np.inf:
            raise ValueError(
                f"values: expected values of at least 0 with a finite integral above 0, got a least value of "
                f"{np.min(values):g} and an integral of {total:g}"
            )
        return np.asarray(values, dtype=np.float64) / total

    def masses(self, values: Real[np.ndarray, "size size"]) -> Float[np.ndarray, "size size"]:
        """What optimal transport moves: values at points, divided by their sum. Raises ValueError as `normalise`."""
        self.normalise(values)
        values = np.asarray(values, dtype=np.float64)
        return values / values.sum()

    def _check(self, name: str, values: Real[np.ndarray, "..."]) -> None:
        if np.shape(values) != (self.size, self.size):
            raise ValueError(
                f"{name}: expected shape {(self.size, self.size)}, that of the grid, got {np.shape(values)}"
            )
