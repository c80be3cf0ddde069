"""The surface of the head at each pixel: an ellipsoid, turned and lit.

Coordinates: the image spans [-1, 1] with y down. On the head, `u` and `v` are the coordinates of a point of the face
seen from the front, in half-widths and half-heights of the head; `lon` is the longitude, 0 at the nose, pi / 2 at the
ears. Features are painted in (u, v), so a turn of the head foreshortens them as it should.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin

import numpy as np

from thesiscode.data.canvas import Plane, coverage, smoothstep

from .attributes import FaceAttributes

SIDE = 64
PIXEL = 2 / SIDE


@dataclass(frozen=True)
class Head:
    """The surface of the head at each pixel."""

    x: Plane  # position in the upright head's frame, in half-widths and half-heights
    y: Plane
    u: Plane
    v: Plane
    lon: Plane
    normal: tuple[Plane, Plane, Plane]
    cover: Plane


@lru_cache(maxsize=1)
def pixel_grid() -> tuple[Plane, Plane]:
    """x and y of the pixels' centres in [-1, 1]."""
    line = (np.arange(SIDE, dtype=np.float32) + 0.5) * PIXEL - 1
    return tuple(np.ascontiguousarray(plane) for plane in np.meshgrid(line, line))


def place_head(a: FaceAttributes, scale: float = 1.0, jaw: bool = True) -> Head:
    """The head's ellipsoid, rolled about the neck by `tilt` and turned by `turn`; `scale` > 1 gives the hair's."""
    x, y = pixel_grid()
    c, s = cos(a.tilt), sin(a.tilt)
    dx, dy = x, y - 0.6
    half_width, half_height = 0.54 * a.width * (1 + 0.08 * abs(a.turn)), 0.68
    px = (c * dx + s * dy) / half_width
    py = (c * dy - s * dx + 0.56) / half_height
    narrow = 1 - (0.30 - 0.20 * a.jaw) * smoothstep(py, -0.1, 1.1) if jaw else 1.0
    q, r = px / (narrow * scale), py / scale
    radius = np.hypot(q, r)
    z = np.sqrt(np.clip(1 - radius * radius, 0, 1))
    ct, st = cos(a.turn), sin(a.turn)
    u, depth = q * ct - z * st, q * st + z * ct
    cover = coverage((radius - 1) * half_width * scale, 1.3 * PIXEL)
    return Head(px, py, u, r, np.arctan2(np.abs(u), depth), (q, r, z), cover)


def shade(head: Head, a: FaceAttributes) -> Plane:
    """Brightness of the surface under a lamp at angle `light` and a soft sky."""
    nx, ny, nz = head.normal
    lx, ly, lz = sin(a.light) * 0.86, -0.5, cos(a.light) * 0.86
    lambert = nx * lx + ny * ly + nz * lz
    return 0.60 + 0.46 * np.clip(0.35 + 0.75 * lambert, 0, 1.1) - 0.10 * (1 - nz)
