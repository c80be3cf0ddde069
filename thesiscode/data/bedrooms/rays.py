"""Rays through the pixels of a camera, and where they meet boxes, ellipsoids and lamp shades.

World: metres, x to the right, y up, z into the room. Every pixel casts SAMPLES x SAMPLES rays. `Rays` keeps for each
the nearest surface met so far: its colour, its normal and how much it glows by itself. Light is added at the end.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

SIDE, SAMPLES = 64, 2
Points = tuple[np.ndarray, np.ndarray, np.ndarray]
Paint = Callable[[Points, np.ndarray], np.ndarray]  # positions and axes of the normals -> colours, one a row


class Rays:
    """One ray for each sample, from `origin`, turned right by `turn` and down by `dip` radians."""

    def __init__(self, origin: tuple[float, float, float], turn: float, dip: float, spread: float) -> None:
        self.origin = np.array(origin, np.float32)
        ct, st, cd, sd = np.cos(turn), np.sin(turn), np.cos(dip), np.sin(dip)
        forward = np.array([st * cd, -sd, ct * cd])
        right = np.array([ct, 0.0, -st])
        up = np.array([st * sd, cd, ct * sd])
        self.axes = np.stack([right, up, forward]).astype(np.float32)
        self.spread = spread
        n = SIDE * SAMPLES
        line = ((np.arange(n, dtype=np.float32) + 0.5) / n * 2 - 1) * np.float32(spread)
        r, u, f = self.axes
        planes = [r[k] * line[None, :] - u[k] * line[:, None] + f[k] for k in range(3)]
        self.direction = tuple(np.where(np.abs(d) < 1e-4, np.float32(1e-4), d) for d in planes)
        self.distance = np.full((n, n), np.inf, np.float32)
        self.colour = np.zeros((n, n, 3), np.float32)
        self.normal = np.zeros((n, n, 3), np.float32)
        self.glow = np.zeros((n, n), np.float32)

    def window(self, low: np.ndarray, high: np.ndarray) -> tuple[slice, slice] | None:
        """The rows and columns that a box may cover; None if it is out of sight."""
        corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
        x, y, z = self.axes @ (corners - self.origin).T
        n = SIDE * SAMPLES
        if (z < 0.1).all():
            return None
        if (z < 0.1).any():
            return slice(0, n), slice(0, n)
        column, row = (x / z / self.spread + 1) * n / 2, (1 - y / z / self.spread) * n / 2
        rows = slice(max(int(row.min()), 0), min(int(row.max()) + 2, n))
        columns = slice(max(int(column.min()), 0), min(int(column.max()) + 2, n))
        return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None

    def put(self, at, hit, distance, normal, colour, glow: float) -> None:
        """Record a surface at the samples `hit` of the window `at`; the other arrays have a row for each of them."""
        self.distance[at][hit] = distance
        self.colour[at][hit] = colour
        self.normal[at][hit] = normal
        self.glow[at][hit] = glow

    def box(self, low, high, colour: Paint | tuple | np.ndarray, glow: float = 0.0) -> None:
        """A box with its sides along the axes; `colour` is a triple or a function of the position and the axis."""
        low, high = np.asarray(low, np.float32), np.asarray(high, np.float32)
        at = self.window(low, high)
        if at is None:
            return
        nears, fars = [], []
        for k in range(3):
            d = self.direction[k][at]
            a, b = (low[k] - self.origin[k]) / d, (high[k] - self.origin[k]) / d
            nears.append(np.minimum(a, b))
            fars.append(np.maximum(a, b))
        near = np.maximum(np.maximum(nears[0], nears[1]), nears[2])
        far = np.minimum(np.minimum(fars[0], fars[1]), fars[2])
        hit = (near < far) & (near > 0) & (near < self.distance[at])
        if not hit.any():
            return
        distance = near[hit]
        axis = np.where(distance == nears[0][hit], 0, np.where(distance == nears[1][hit], 1, 2))
        direction = [d[at][hit] for d in self.direction]
        normal = np.stack([np.where(axis == k, -np.sign(direction[k]), 0) for k in range(3)], -1)
        if callable(colour):
            colour = colour(tuple(self.origin[k] + direction[k] * distance for k in range(3)), axis)
        self.put(at, hit, distance, normal, colour, glow)

    def quadric(self, low, high, coefficients, gradient, colour, glow: float) -> None:
        """The nearest root of a quadratic along each ray, kept where it lies between heights low[1] and high[1]."""
        at = self.window(np.asarray(low), np.asarray(high))
        if at is None:
            return
        direction = [d[at] for d in self.direction]
        a, b, c = coefficients(direction)
        root = b * b - a * c
        near = (-b - np.sqrt(np.maximum(root, 0))) / a
        y = self.origin[1] + direction[1] * near
        hit = (root > 0) & (near > 0) & (near < self.distance[at]) & (y >= low[1]) & (y <= high[1])
        if hit.any():
            distance = near[hit]
            points = tuple(self.origin[k] + direction[k][hit] * distance for k in range(3))
            normal = np.stack(gradient(points), -1).astype(np.float32)
            normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-6
            self.put(at, hit, distance, normal, colour, glow)

    def ellipsoid(self, centre, radii, colour, glow: float = 0.0) -> None:
        """An ellipsoid with its axes along the world's."""
        c, r = np.asarray(centre, np.float32), np.asarray(radii, np.float32)
        start = (self.origin - c) / r

        def coefficients(d):
            e = [d[k] / r[k] for k in range(3)]
            return sum(v * v for v in e), sum(v * s for v, s in zip(e, start, strict=True)), float(start @ start) - 1

        self.quadric(c - r, c + r, coefficients, lambda p: [(p[k] - c[k]) / r[k] ** 2 for k in range(3)], colour, glow)

    def shade(self, foot, height: float, bottom: float, top: float, colour, glow: float = 0.0) -> None:
        """A lamp shade: a cone from radius `bottom` at `foot` to `top` at `height` above it. Its wall only."""
        foot = np.asarray(foot, np.float32)
        slope = (top - bottom) / height
        o = self.origin - foot
        wide = bottom + slope * o[1]

        def coefficients(d):
            a = d[0] ** 2 + d[2] ** 2 - (slope * d[1]) ** 2
            b = o[0] * d[0] + o[2] * d[2] - slope * d[1] * wide
            return a, b, float(o[0] ** 2 + o[2] ** 2 - wide**2)

        r = max(bottom, top)
        low, high = foot - np.array([r, 0, r]), foot + np.array([r, height, r])
        self.quadric(low, high, coefficients, lambda p: [p[0] - foot[0], 0 * p[1], p[2] - foot[2]], colour, glow)

    def points(self) -> Points:
        """World position of the nearest surface of each sample."""
        return tuple(self.origin[k] + self.direction[k] * self.distance for k in range(3))

    def average(self, image: Float[np.ndarray, "n n 3"]) -> Float[np.ndarray, "64 64 3"]:
        """The mean of each pixel's samples."""
        rows = sum(image[k::SAMPLES] for k in range(SAMPLES))
        return sum(rows[:, k::SAMPLES] for k in range(SAMPLES)) / np.float32(SAMPLES**2)
