"""Convex solids with flat faces, turned, projected and lit: the world of the first vision programs (thesis 2.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float
from scipy.spatial import ConvexHull

FINE = 4
"""Pixels are drawn as squares of so many smaller ones, a side, and averaged."""


@dataclass(frozen=True)
class Solid:
    """A convex solid. Faces are loops of corners; `albedo` is the share of the light that each of them returns."""

    corners: Float[np.ndarray, "n 3"]
    """x to the right, y away from the camera, z up"""
    faces: tuple[tuple[int, ...], ...]
    albedo: Float[np.ndarray, " f"]

    def turned(self, degrees: float) -> "Solid":
        """Turned around the upright axis through the origin."""
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        return replace(self, corners=self.corners @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]))

    def moved(self, x: float, y: float, z: float = 0.0) -> "Solid":
        """Moved by (x, y, z)."""
        return replace(self, corners=self.corners + np.array([x, y, z]))


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at the origin; `size` is (width, height) in pixels."""

    elevation: float = 25.0  # degrees above the ground
    distance: float = 8.0
    focal: float = 1.5  # focal length, as a multiple of the width of the image
    size: tuple[int, int] = (160, 120)

    @property
    def place(self) -> Float[np.ndarray, "3"]:
        """Where the pinhole is."""
        e = np.radians(self.elevation)
        return self.distance * np.array([0.0, -np.cos(e), np.sin(e)])

    def project(self, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 2"]:
        """Pixels (x, y) of points; the centre of the upper left pixel is (0, 0)."""
        e = np.radians(self.elevation)
        axes = np.array([[1.0, 0, 0], [0, -np.sin(e), -np.cos(e)], [0, np.cos(e), -np.sin(e)]])
        right, down, depth = axes @ (points - self.place).T
        scale = self.focal * self.size[0] / depth
        return np.column_stack([right * scale, down * scale]) + (np.array(self.size) - 1) / 2


def convex_solid(
    points: Float[np.ndarray, "n 3"], *, albedo: float | Sequence[float] | Float[np.ndarray, " k"] = 0.8
) -> Solid:
    """The convex hull of some points. albedo: one number, or some that the faces take in turn, in [0, 1].

    Faces are in the order of their normals, by z, then y, then x. Raises ValueError for points that are not finite or
    span no volume, and for an albedo that is out of range.
    """
    points, shades = np.asarray(points, float), np.atleast_1d(np.asarray(albedo, float))
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < 4 or not np.isfinite(points).all():
        raise ValueError(f"points: expected at least 4 finite points [n, 3], got shape {points.shape}")
    if not shades.size or not ((shades >= 0) & (shades <= 1)).all():
        raise ValueError(f"albedo: expected numbers in [0, 1], got {albedo}")
    if np.linalg.matrix_rank(points - points[0], tol=1e-9) < 3:
        raise ValueError("points: expected points that span a volume, got points of one plane")
    hull = ConvexHull(points)
    planes: dict[tuple[float, ...], set[int]] = {}
    for triangle, plane in zip(hull.simplices, hull.equations, strict=True):  # triangles of one face share its plane
        planes.setdefault(tuple(np.round(plane, 6) + 0.0), set()).update(map(int, triangle))
    faces = []
    for plane in sorted(planes, key=lambda p: p[2::-1]):
        members = np.array(sorted(planes[plane]))
        around = points[members] - points[members].mean(axis=0)
        u, v = around[0], np.cross(plane[:3], around[0])
        faces.append(tuple(members[np.argsort(np.arctan2(around @ v, around @ u))].tolist()))
    return Solid(points, tuple(faces), np.resize(shades, len(faces)))


def block(
    width: float, depth: float, height: float, *, albedo: float | Sequence[float] | Float[np.ndarray, " k"] = 0.8
) -> Solid:
    """A block that stands on the ground z = 0, centred.

    Raises ValueError for sides that are not finite and above 0; and as `convex_solid`.
    """
    if not all(0 < side < np.inf for side in (width, depth, height)):
        raise ValueError(f"width, depth, height: expected finite numbers above 0, got {width}, {depth} and {height}")
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0, 1)])
    return convex_solid(corners * np.array([width, depth, height]), albedo=albedo)


def front_faces(solid: Solid, camera: Camera) -> list[tuple[int, Float[np.ndarray, "3"]]]:
    """Number and outward unit normal of each face that is turned to the camera."""
    middle, found = solid.corners.mean(axis=0), []
    for number, face in enumerate(solid.faces):
        a, b, c = solid.corners[list(face[:3])]
        normal = np.cross(b - a, c - b)
        normal *= np.sign(normal @ (a - middle)) / np.linalg.norm(normal)
        if normal @ (camera.place - a) > 0:
            found.append((number, normal))
    return found


def front_edges(solid: Solid, camera: Camera) -> Float[np.ndarray, "m 2 2"]:
    """Both ends, in pixels, of each edge of the faces that are turned to the camera."""
    pairs = {
        tuple(sorted(pair))
        for number, _ in front_faces(solid, camera)
        for pair in zip(solid.faces[number], np.roll(solid.faces[number], -1).tolist(), strict=True)
    }
    return camera.project(solid.corners)[np.array(sorted(pairs))]


def render(
    solids: Sequence[Solid],
    camera: Camera,
    *,
    light: Sequence[float] | Float[np.ndarray, "3"] = (-0.5, -0.6, 0.8),
    ambient: float = 0.25,
    background: float = 0.0,
) -> Float[np.ndarray, "H W"]:
    """A grey image in [0, 1]: each face has one value, albedo * (ambient + (1 - ambient) max(0, normal @ light)).

    light: the direction that it comes from. Solids are painted from the farthest to the nearest, by their centres:
    right as long as they stand apart. So are the faces of each, which share the pixels on their edges.

    Raises ValueError for no solids, a light without direction, or an `ambient` outside [0, 1].
    """
    if not solids:
        raise ValueError("solids: expected at least one, got none")
    toward = np.asarray(light, float)
    if toward.shape != (3,) or not np.isfinite(toward).all() or not toward.any():
        raise ValueError(f"light: expected a direction of 3 numbers, not all 0, got {light}")
    if not 0 <= ambient <= 1:
        raise ValueError(f"ambient: expected a number in [0, 1], got {ambient}")
    toward = toward / np.linalg.norm(toward)
    width, height = camera.size
    image = np.full((FINE * height, FINE * width), background, np.float32)

    def distance(solid: Solid, face: int | None = None) -> float:
        """Of the centre of a solid, or of one of its faces, from the camera."""
        corners = solid.corners if face is None else solid.corners[list(solid.faces[face])]
        return float(np.linalg.norm(corners.mean(axis=0) - camera.place))

    for solid in sorted(solids, key=lambda s: -distance(s)):
        pixels = FINE * (camera.project(solid.corners) + 0.5) - 0.5
        for number, normal in sorted(front_faces(solid, camera), key=lambda face: -distance(solid, face[0])):
            value = solid.albedo[number] * (ambient + (1 - ambient) * max(0.0, float(normal @ toward)))
            loop = np.rint(pixels[list(solid.faces[number])] * 16).astype(np.int32)
            cv2.fillConvexPoly(image, loop, float(value), cv2.LINE_8, 4)
    return cv2.resize(image, camera.size, interpolation=cv2.INTER_AREA).astype(float)
