"""The images of an object that turns form a closed curve; the nearest curve says what it is, and how it is turned.

After Murase and Nayar (1995), thesis Section 2.1.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from thesiscode.history.eigenfaces import Eigenspace, fit_eigenspace


class Recognised(NamedTuple):
    """What the nearest points of the curves say about some images."""

    identity: Int[np.ndarray, " m"]
    pose: Float[np.ndarray, " m"]
    """degrees in [0, 360)"""
    distance: Float[np.ndarray, " m"]
    """to the nearest point, in the eigenspace"""


@dataclass(frozen=True)
class PoseManifold:
    """A closed curve for each object in a common eigenspace, as a spline through its training images."""

    space: Eigenspace
    curves: list[CubicSpline]
    """of the angle in degrees, with the period 360"""

    def points(self, angles: Float[np.ndarray, " a"]) -> Float[np.ndarray, "objects a k"]:
        """The points of all curves at some angles, in degrees."""
        return np.array([curve(np.asarray(angles) % 360) for curve in self.curves])

    def recognise(self, images: Float[np.ndarray, "m d"], *, step: float = 1.0) -> Recognised:
        """Object and pose of the nearest of all points, `step` degrees apart. Raises ValueError for
        a step out of (0, 180]."""
        if not 0 < step <= 180:
            raise ValueError(f"step: expected degrees in (0, 180], got {step}")
        angles = np.arange(0.0, 360, step)
        points = self.points(angles)
        distance, nearest = cKDTree(points.reshape(-1, points.shape[2])).query(self.space.project(images))
        identity, at = np.divmod(nearest, len(angles))
        return Recognised(identity, angles[at], distance)


def fit_pose_manifold(
    images: Float[np.ndarray, "objects a d"], angles: Float[np.ndarray, " a"], n_components: int
) -> PoseManifold:
    """The eigenspace of all images, and a periodic cubic spline through the images of each object.

    angles: of the images of each object, in degrees, ascending in [0, 360). Raises ValueError for angles that are not,
    fewer than 3 of them, or images that do not fit; and as `fit_eigenspace`.
    """
    images, angles = np.asarray(images, float), np.asarray(angles, float)
    if images.ndim != 3 or angles.shape != images.shape[1:2] or len(angles) < 3:
        raise ValueError(f"images, angles: expected [objects, a, d] and [a], a > 2, got {images.shape}, {angles.shape}")
    if not (np.isfinite(angles).all() and angles[0] >= 0 and angles[-1] < 360 and (np.diff(angles) > 0).all()):
        raise ValueError(f"angles: expected ascending degrees in [0, 360), got {angles}")
    space = fit_eigenspace(images.reshape(-1, images.shape[2]), n_components)
    closed = np.append(angles, angles[0] + 360)
    curves = []
    for views in images:
        codes = space.project(views)
        curves.append(CubicSpline(closed, np.vstack([codes, codes[:1]]), bc_type="periodic"))
    return PoseManifold(space, curves)


def pose_error(found: Float[np.ndarray, " m"], true: Float[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
    """The angle between poses in degrees, at most 180. Raises ValueError for shapes that differ."""
    if np.shape(found) != np.shape(true):
        raise ValueError(f"found, true: expected the same shape, got {np.shape(found)} and {np.shape(true)}")
    return np.abs((np.asarray(found) - np.asarray(true) + 180) % 360 - 180)
