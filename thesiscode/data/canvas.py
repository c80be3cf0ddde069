"""Painting on a grid of pixels with soft edges: what the generators of faces and bedrooms share.

A shape is a function of the pixel's position that is negative inside, in the units of the grid; `coverage` turns it
into the share of a pixel that the shape covers, so that edges come out antialiased without drawing at a larger size.
"""

import colorsys

import numpy as np
from jaxtyping import Float, UInt8

Plane = Float[np.ndarray, "H W"]


def coverage(distance: Plane, softness: float) -> Plane:
    """1 inside (distance < 0), 0 outside, a ramp of total width `softness` between."""
    return np.clip(0.5 - distance / softness, 0, 1)


def ellipse(x: Plane, y: Plane, cx: float, cy: float, rx: float, ry: float) -> Plane:
    """About the signed distance to an ellipse, in units of its smaller radius's axis."""
    return (np.hypot((x - cx) / rx, (y - cy) / ry) - 1) * min(rx, ry)


def smoothstep(x: Float[np.ndarray, "..."], low: float, high: float) -> Float[np.ndarray, "..."]:
    """0 below `low`, 1 above `high` (or the reverse if high < low), with a smooth passage."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def paint(image: Float[np.ndarray, "H W 3"], cover: Plane, colour) -> None:
    """Lay `colour` (three numbers in [0, 1], or an array of them a pixel) over `image`, in place."""
    image += cover[..., None] * (np.asarray(colour, np.float32) - image)


def hsv(hue: float, saturation: float, value: float) -> Float[np.ndarray, "3"]:
    """A colour from hue (a full turn from 0 to 1), saturation and value."""
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value), np.float32)


def to_bytes(image: Float[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "H W 3"]:
    """Colours in [0, 1] (clipped) to bytes."""
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
