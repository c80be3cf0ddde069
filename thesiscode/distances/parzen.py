"""The data of the rectangle experiment: a density made of parabolas, points of it, and its Parzen window estimate."""

import math

import numpy as np
from jaxtyping import Float

from .masses import check_positive, masses

REACH = 2.0
"""Computations are done on the square [-2, 2]^2 (thesis D.2)."""
RADIUS = 0.3
"""Radius of the thesis' kernel (thesis D.1)."""


def cell_centres(n: int, reach: float = REACH) -> Float[np.ndarray, "{n*n} 2"]:
    """Centres (x, y) of the n x n cells of the square [-reach, reach]^2, rows of rising y, x rising within a row.

    Raises ValueError for fewer than two cells a side, or a reach that is not above 0.
    """
    if n < 2:
        raise ValueError(f"n: expected at least 2 cells a side, got {n}")
    check_positive("reach", reach)
    axis = (np.arange(n) + 0.5) * (2 * reach / n) - reach
    x, y = np.meshgrid(axis, axis)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def parabola_density(points: Float[np.ndarray, "m 2"]) -> Float[np.ndarray, " m"]:
    """p(x, y) = (3/4)^2 (1 - x^2)+ (1 - y^2)+ (thesis D.1), whose integral is one. Both axes are independent."""
    return (0.75 * np.maximum(1 - np.asarray(points) ** 2, 0)).prod(axis=1)


def sample_parabola(n: int, rng: np.random.Generator) -> Float[np.ndarray, "n 2"]:
    """n points of `parabola_density`: each coordinate is 2 B - 1, where B has the Beta(2, 2) distribution.

    Raises ValueError if n is below 1.
    """
    if n < 1:
        raise ValueError(f"n: expected at least one point, got {n}")
    return 2 * rng.beta(2, 2, (n, 2)) - 1


def parzen(
    points: Float[np.ndarray, "m 2"], places: Float[np.ndarray, "k 2"], *, radius: float = RADIUS
) -> Float[np.ndarray, " k"]:
    """Parzen window estimate of the points' density, at some places, with Epanechnikov's kernel.

    Each point adds the parabola 2 / (pi radius^2) (1 - r^2 / radius^2)+ over m, where r is the distance to it: a blob
    of finite support whose integral is 1 / m. Raises ValueError for no points, points or places that are not finite
    [., 2], or a radius that is not above 0.
    """
    points, places = checked_points(points), checked_points(places, 0, "places")
    check_positive("radius", radius)
    squared = ((places[:, None] - points) ** 2).sum(axis=-1) / radius**2
    return np.maximum(1 - squared, 0).mean(axis=1) * (2 / (math.pi * radius**2))


def parzen_masses(
    points: Float[np.ndarray, "m 2"], n: int, *, radius: float = RADIUS, reach: float = REACH
) -> Float[np.ndarray, "n n"]:
    """The estimate `parzen` on a grid of n x n cells: its value at each centre, divided so that the sum is one.

    Element [i, j] is row i from below, column j from the left. Raises ValueError as `parzen_densities` does.
    """
    density = parzen_densities(points, n, radius=radius, reach=reach)
    return (density / density.sum()).reshape(n, n)


def parzen_densities(
    points: Float[np.ndarray, "m 2"], n: int, *, radius: float = RADIUS, reach: float = REACH
) -> Float[np.ndarray, "{n*n}"]:
    """The estimate `parzen` at the centres of n x n cells, in their order, per unit of area.

    Raises ValueError, besides those of `parzen`, if the support of the estimate leaves the square, or if no centre lies
    in it.
    """
    points, centres = checked_points(points), cell_centres(n, reach)
    check_positive("radius", radius)
    if (farthest := np.abs(points).max() + radius) > reach:
        raise ValueError(
            f"points: expected an estimate within [-{reach:g}, {reach:g}], its support reaches {farthest:g}"
        )
    density = parzen(points, centres, radius=radius)
    if density.sum() == 0:
        raise ValueError(f"radius: expected kernels that hold a centre of the grid of {n} cells a side, got {radius}")
    return density


def checked_points(points: Float[np.ndarray, "m 2"], least: int = 1, name: str = "points") -> Float[np.ndarray, "m 2"]:
    """The points as an array of floats. Raises ValueError, which names `name`, unless they are at least `least` finite
    points (x, y)."""
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name}: expected points [m, 2], got shape {points.shape}")
    if len(points) < least:
        raise ValueError(f"{name}: expected at least {least}, got {len(points)}")
    if not np.isfinite(points).all():
        raise ValueError(
            f"{name}: expected finite coordinates, got {np.count_nonzero(~np.isfinite(points))} that are not"
        )
    return points


def checked_masses(p: Float[np.ndarray, "n n"], name: str = "p") -> Float[np.ndarray, "n n"]:
    """The masses of square cells. Raises ValueError unless they are n x n, finite, not negative, and sum to one."""
    if np.ndim(p) != 2 or np.shape(p)[0] != np.shape(p)[1]:
        raise ValueError(f"{name}: expected masses of n x n cells, got shape {np.shape(p)}")
    return masses(name, p)
