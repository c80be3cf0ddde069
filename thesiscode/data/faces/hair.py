"""The hair of a drawn face: a cap over the skull, and what hangs or stands behind the head."""

from math import sin

import numpy as np

from thesiscode.data.canvas import Plane, coverage, ellipse, paint, smoothstep

from .attributes import FaceAttributes
from .head import Head, place_head

# Size of the cap relative to the skull, and the height v of the hairline on the forehead and at the ears.
CUTS = {
    "cropped": (1.03, -0.55, 0.0),
    "short": (1.10, -0.48, 0.08),
    "parted": (1.10, -0.55, 0.08),
    "bob": (1.10, -0.30, 0.62),
    "long": (1.10, -0.58, 0.62),
    "curly": (1.17, -0.46, 0.2),
    "bun": (1.06, -0.56, 0.0),
}


def rounded_box(x: Plane, y: Plane, rx, ry, corner: float) -> Plane:
    """About the signed distance to a box of half-sides rx, ry, whose corners are rounded with radius `corner`."""
    dx, dy = np.abs(x) - (rx - corner), np.abs(y) - (ry - corner)
    return np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - corner


def hair_texture(head: Head, a: FaceAttributes, hair: np.ndarray) -> np.ndarray:
    """Strands that run from the crown down, and a band of light across them."""
    nx, ny, _ = head.normal
    if a.hair_style == "curly":
        strands = np.sin(21 * head.x + 3 * np.sin(9 * head.y)) * np.sin(17 * head.y + 3 * np.sin(8 * head.x))
        strands = 0.16 * strands
    else:
        strands = 0.09 * np.sin(30 * head.u + 6 * np.sin(3 * head.v))
    band = np.exp(-10 * (ny + 0.55 + 0.1 * nx * nx) ** 2) * np.clip(0.7 + nx * sin(a.light), 0, 2)
    tone = 0.86 + strands + 0.42 * band
    return hair * tone[..., None] + 0.05 * band[..., None]


def draw_back_hair(image: np.ndarray, head: Head, a: FaceAttributes, hair: np.ndarray) -> None:
    """What hangs or stands behind the head: long hair, bob, curls, bun."""
    x, y, style = head.x, head.y, a.hair_style
    if style == "long":
        wave = 0.05 * np.sin(7 * y + 1)
        shape = rounded_box(x + wave, y - 0.42, 1.14 + 0.08 * smoothstep(y, 0, 1), 1.50, 0.95)
    elif style == "bob":
        shape = rounded_box(x, y - 0.08, 1.15 - 0.08 * smoothstep(y, 0.45, 0.75), 0.72, 0.45)
    elif style == "curly":
        angle = np.arctan2(y + 0.25, x)
        shape = np.hypot(x / 1.05, (y + 0.22) / 0.95) - 1.28 - 0.05 * np.sin(17 * angle)
    elif style == "bun":
        shape = ellipse(x, y, -0.3 * sin(a.turn), -1.12, 0.36, 0.24)
    else:
        return
    tone = 0.72 + 0.07 * np.sin(24 * x + 2 * np.sin(4 * y)) + 0.12 * x * sin(a.light)
    if style == "curly":
        tone = tone + 0.13 * np.sin(15 * x + 3 * np.sin(7 * y)) * np.sin(13 * y + 3 * np.sin(6 * x))
    paint(image, coverage(shape, 0.08), hair * tone[..., None])


def draw_top_hair(image: np.ndarray, head: Head, a: FaceAttributes, hair: np.ndarray) -> None:
    """The cap of hair over the skull, cut along a hairline in longitude and height."""
    style = a.hair_style
    if style == "bald":
        return
    volume, front, side = CUTS[style]
    cap = place_head(a, scale=volume, jaw=False)
    lon, u, v = cap.lon, cap.u, cap.v
    line = front + 0.0 * u
    if style == "parted":
        line = line + 0.30 * smoothstep(u, -0.45, 0.7) - 0.05
    elif style == "long":
        line = line - 0.10 + 0.30 * np.abs(u)
    elif style == "short":
        line = line + 0.045 * np.sin(19 * u) - 0.08 * np.cos(3 * u)
    line = line + (side - front) * smoothstep(lon, 0.80, 1.30)
    line = line + (0.62 - side if side > 0.5 else 0.12) * smoothstep(lon, 1.75, 2.0)
    cut = coverage(v - line, 0.11)
    shadow = coverage(v - line - 0.07, 0.16) * head.cover
    paint(image, 0.30 * shadow, hair * 0.3)
    texture = hair_texture(cap, a, hair)
    paint(image, cap.cover * cut * (0.85 if style == "cropped" else 1.0), texture)
