"""Heads with an identity, and a light that falls on them from some side: faces for eigenfaces to recognise."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
from jaxtyping import Float, Int

SIZE = 32
FINE = 2
"""Each pixel is the mean of so many finer ones, a side."""

RANGES = {
    "width": (0.60, 0.74),
    "height": (0.82, 0.94),
    "jaw": (0.05, 0.35),
    "eye_height": (-0.22, -0.08),
    "eye_distance": (0.24, 0.34),
    "eye_size": (0.07, 0.12),
    "brow_gap": (0.12, 0.20),
    "brow_width": (0.025, 0.06),
    "brow_tilt": (-0.3, 0.3),
    "brow_dark": (0.1, 0.75),
    "nose_length": (0.22, 0.38),
    "nose_width": (0.07, 0.14),
    "nose_depth": (0.12, 0.26),
    "mouth_height": (0.42, 0.56),
    "mouth_width": (0.18, 0.32),
    "mouth_thickness": (0.03, 0.07),
    "mouth_dark": (0.2, 0.6),
    "skin": (0.6, 0.95),
    "hair": (0.05, 0.5),
    "hair_line": (-0.72, -0.42),
}
"""Lowest and highest value of each part of an identity; lengths as multiples of half the image."""


@dataclass(frozen=True)
class Head:
    """Who it is: shapes in multiples of half the image (y downwards from the centre), shades as shares in [0, 1].

    Raises ValueError for a value outside of RANGES.
    """

    width: float  # half of the head
    height: float  # half of the head
    jaw: float  # how much narrower the head is at the chin
    eye_height: float
    eye_distance: float  # from the middle of the face
    eye_size: float
    brow_gap: float  # of the brows above the eyes
    brow_width: float
    brow_tilt: float
    brow_dark: float
    nose_length: float
    nose_width: float
    nose_depth: float
    mouth_height: float
    mouth_width: float
    mouth_thickness: float
    mouth_dark: float
    skin: float  # albedo
    hair: float  # albedo
    hair_line: float

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name}: expected a number in [{low}, {high}], got {getattr(self, name)!r}")

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Head":
        """Each part uniform in its range, independent of the others."""
        return cls(**{field.name: float(rng.uniform(*RANGES[field.name])) for field in fields(cls)})


def draw_head(
    head: Head, azimuth: float, elevation: float = 0.0, *, ambient: float = 0.15, shift: tuple[float, float] = (0, 0)
) -> Float[np.ndarray, "32 32"]:
    """A grey image in [0, 1] of a lit head: albedo * (ambient + (1 - ambient) * max(0, normal @ light)).

    azimuth: degrees by which the light stands to the right of the camera; elevation: degrees above it. shift: moves the
    head to the right and downwards, pixels. No part of the head casts a shadow on another. Raises ValueError for a
    light behind the head, or an ambient share outside of [0, 1].
    """
    if not (abs(azimuth) < 90 and abs(elevation) < 90):
        raise ValueError(f"azimuth, elevation: expected degrees in (-90, 90), got {azimuth} and {elevation}")
    if not 0 <= ambient <= 1:
        raise ValueError(f"ambient: expected a share in [0, 1], got {ambient}")
    n = FINE * SIZE
    axis = (np.arange(n) + 0.5) / (n / 2) - 1
    x, y = np.meshgrid(axis - 2 * shift[0] / SIZE, axis - 2 * shift[1] / SIZE)
    inside, albedo, depth = _surface(head, x, y)
    dy, dx = np.gradient(depth, axis[1] - axis[0])
    a, e = np.radians([azimuth, elevation])
    light = np.array([np.sin(a) * np.cos(e), -np.sin(e), np.cos(a) * np.cos(e)])
    cosine = (light[2] - dx * light[0] - dy * light[1]) / np.sqrt(1 + dx**2 + dy**2)
    image = np.where(inside, albedo * (ambient + (1 - ambient) * np.maximum(0, cosine)), 0.1)
    return cv2.resize(image, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def _surface(head: Head, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the head is, its albedo, and how far each point is in front of the plane behind it."""

    def bump(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return np.exp(-(u**2 + v**2))

    side = np.abs(x)
    narrower = 1 - head.jaw * np.clip(y / head.height, 0, 1) ** 2
    radius = (x / (head.width * narrower)) ** 2 + (y / head.height) ** 2
    depth = 0.7 * np.sqrt(np.maximum(1 - radius, 0.02))
    tip = head.eye_height + head.nose_length
    along = np.clip((y - head.eye_height) / head.nose_length, 0, 1)
    ridge = np.where(y < tip, along, np.exp(-(((y - tip) / 0.06) ** 2)))
    depth += head.nose_depth * ridge * np.exp(-((x / head.nose_width) ** 2))
    eyes = ((side - head.eye_distance) / 0.16, (y - head.eye_height) / 0.12)
    depth -= 0.07 * bump(*eyes)
    mouth = (x / head.mouth_width, (y - head.mouth_height) / head.mouth_thickness)
    depth += 0.04 * bump(*mouth)

    albedo = np.full_like(x, head.skin)
    brow = y - (head.eye_height - head.brow_gap) - head.brow_tilt * (side - head.eye_distance)
    albedo *= 1 - head.brow_dark * bump((side - head.eye_distance) / 0.13, brow / head.brow_width)
    albedo *= 1 - 0.85 * bump((side - head.eye_distance) / head.eye_size, (y - head.eye_height) / (0.6 * head.eye_size))
    albedo *= 1 - head.mouth_dark * bump(*mouth)
    albedo = np.where(y < head.hair_line + 0.35 * side**2, head.hair, albedo)
    return radius < 1, albedo, depth


def face_set(
    heads: Sequence[Head],
    lights: Sequence[tuple[float, float]],
    *,
    noise: float = 0.02,
    shift: tuple[float, float] = (0, 0),
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "n 1024"], Int[np.ndarray, " n"]]:
    """Each head under each light (azimuth, elevation), as rows of pixels, and the number of the head.

    noise: standard deviation of what is added to each pixel. shift: see `draw_head`. Raises ValueError for no heads, no
    lights or a negative noise.
    """
    if not heads or not lights:
        raise ValueError(f"heads, lights: expected at least one of each, got {len(heads)} and {len(lights)}")
    if not noise >= 0:
        raise ValueError(f"noise: expected a deviation of at least 0, got {noise}")
    images = np.array([draw_head(head, *light, shift=shift).ravel() for head in heads for light in lights])
    return images + noise * rng.standard_normal(images.shape), np.repeat(np.arange(len(heads)), len(lights))
