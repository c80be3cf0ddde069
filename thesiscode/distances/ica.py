"""Independent component analysis: the rotation by which projections are least Gaussian (thesis D.1, Figure D-1)."""

import warnings

import numpy as np
from jaxtyping import Float

from .parzen import checked_points
from .rectangle import checked_angles, directions


def excess_kurtosis(points: Float[np.ndarray, "m 2"], angles: Float[np.ndarray, " t"]) -> Float[np.ndarray, " t"]:
    """Excess kurtosis E u^4 / (E u^2)^2 - 3 of the projections u on each direction, about the origin.

    Angles are in degrees. It is 0 for a normal distribution, and -6/7 for each axis of the parabola density. If two
    independent variables have equal variance and the excess k, that of x cos t + y sin t is k (cos^4 t + sin^4 t):
    nearer to 0 at any angle between. Raises ValueError for fewer than two points, ones that do not spread, or angles
    that are not finite.
    """
    points = checked_points(points, 2)
    along = points @ np.stack([directions(angle)[0] for angle in checked_angles(angles)], axis=1)
    variance = (along**2).mean(axis=0)
    if not (variance > 0).all():
        raise ValueError("points: expected some that spread in every direction, got none that do")
    return (along**4).mean(axis=0) / variance**2 - 3


def kurtosis_angle(points: Float[np.ndarray, "m 2"], angles: Float[np.ndarray, " t"]) -> float:
    """The angle in degrees at which both axes are least Gaussian: the largest sum of squared excess kurtoses.

    Raises ValueError as `excess_kurtosis` does."""
    angles = checked_angles(angles)
    both = excess_kurtosis(points, angles) ** 2 + excess_kurtosis(points, angles + 90) ** 2
    return float(angles[both.argmax()])


def fastica_angle(points: Float[np.ndarray, "m 2"], rng: np.random.Generator) -> float:
    """The angle in degrees, from 0 to below 90, of the independent components that scikit-learn's FastICA finds.

    FastICA takes out mean and covariance before it looks for the rotation. So its mixing matrix is no rotation; the
    answer is that of the rotation closest to it, up to order and signs of the components. Raises ValueError for fewer
    than three points.
    """
    from sklearn.decomposition import FastICA  # a second that only those who need it should wait for
    from sklearn.exceptions import ConvergenceWarning

    points = checked_points(points, 3)
    start = rng.standard_normal((2, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # between two equally good rotations it has no rest
        mixing = FastICA(2, whiten="unit-variance", fun="cube", w_init=start, max_iter=500).fit(points).mixing_
    left, _, right = np.linalg.svd(mixing)
    first = (left @ right)[:, 0]
    return float(np.degrees(np.arctan2(first[1], first[0])) % 90)


def best_angle(points: Float[np.ndarray, "m 2"], angles: Float[np.ndarray, " t"]) -> float:
    """The angle in degrees of the greatest likelihood for somebody who knows the family of densities.

    The density is that of `parabola_density`, turned by the angle: what a sample can tell at best. Angles at which the
    density of a point is 0 are out; if all are, the one with the fewest such points is taken. Raises ValueError
    for no points, or points or angles that are not finite.
    """
    points, angles = checked_points(points), checked_angles(angles)
    turned = np.stack([points @ directions(angle).T for angle in angles])
    inside = 1 - turned**2
    likelihood = np.log(np.maximum(inside, 1e-300)).sum(axis=(1, 2))
    return float(angles[likelihood.argmax()])
