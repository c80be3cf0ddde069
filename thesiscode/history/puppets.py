"""Drawings of a body with two parts that move, and a model of them (thesis Section 2.1; Figure 2-11)."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

from .deformable import PartModel
from .hog import hog

SIDE = 128
"""pixels"""
CELL = 4
"""pixels of a cell of the features"""
REST = ((-24, -20), (24, -20))
"""where ring and cross are at rest, in pixels (x, y) from the centre of the body"""
BODY, PART = (32, 44), (24, 24)
"""width and height of the templates, in pixels"""


def draw_puppet(
    moves: Int[np.ndarray, "2 2"] | Sequence[Sequence[int]],
    *,
    centre: tuple[int, int] = (SIDE // 2, SIDE // 2 + 8),
    clutter: int = 10,
    noise: float = 5,
    rng: np.random.Generator,
) -> UInt8[np.ndarray, "128 128"]:
    """A body at `centre`, and a ring and a cross that have moved from their rest by (x, y) pixels, among clutter.

    clutter: random line segments behind the puppet; noise: standard deviation of the grey levels. Raises ValueError for
    other than two moves, or negative clutter or noise.
    """
    if np.shape(moves) != (2, 2) or clutter < 0 or noise < 0:
        raise ValueError(f"moves, clutter, noise: expected two pairs and at least 0, got {moves}, {clutter}, {noise}")
    image = np.full((SIDE, SIDE), 200, np.uint8)
    for x0, y0, dx, dy in rng.integers(0, (SIDE, SIDE, 49, 49), (clutter, 4)).tolist():
        cv2.line(image, (x0, y0), (x0 + dx - 24, y0 + dy - 24), 120, 2, cv2.LINE_AA)
    (x, y), (ring, cross) = centre, (np.array(centre) + REST + np.array(moves)).tolist()
    cv2.ellipse(image, (x, y), (10, 16), 0, 0, 360, 60, -1, cv2.LINE_AA)
    cv2.rectangle(image, (x - 10, y - 2), (x + 10, y + 2), 230, -1)
    cv2.circle(image, tuple(ring), 7, 60, 4, cv2.LINE_AA)
    for dx, dy in ((7, 7), (7, -7)):
        cv2.line(image, (cross[0] - dx, cross[1] - dy), (cross[0] + dx, cross[1] + dy), 60, 4, cv2.LINE_AA)
    return np.clip(image + rng.normal(0, noise, image.shape), 0, 255).astype(np.uint8)


def draw_jumble(*, rng: np.random.Generator, **settings: float) -> UInt8[np.ndarray, "128 128"]:
    """The same three pieces, the ring and the cross anywhere but near their rest. `settings`: of `draw_puppet`."""
    while True:
        moves = rng.integers(14, SIDE - 14, (2, 2)) - (SIDE // 2, SIDE // 2 + 8) - np.array(REST)
        if (np.hypot(*moves.T) > 28).all():
            return draw_puppet(moves, rng=rng, **settings)


def puppet_model(spring: float, *, rng: np.random.Generator, n: int = 20) -> PartModel:
    """Templates cut from one clean drawing of a puppet at rest, less the mean features of n images of clutter.

    What is everywhere tells nothing, so that a match counts by what it has beyond clutter. A real model learns its
    templates (Felzenszwalb et al. 2010). spring: see `PartModel`. Raises ValueError for n below 1.
    """
    if n < 1:
        raise ValueError(f"n: expected at least 1 image, got {n}")
    lines = [draw_puppet(((500, 0), (500, 0)), centre=(-200, -200), clutter=30, rng=rng) for _ in range(n)]
    usual = np.mean([hog(image, CELL).mean(axis=(0, 1)) for image in lines], axis=0)
    centre = np.array([SIDE // 2, SIDE // 2 + 8])
    clean = hog(draw_puppet(np.zeros((2, 2), int), clutter=0, noise=0, rng=rng), CELL) - usual
    corners, templates = [], []
    for middle, size in ((centre, BODY), (centre + REST[0], PART), (centre + REST[1], PART)):
        x, y = ((middle - np.array(size) // 2) // CELL).tolist()
        corners.append((x, y))
        templates.append(clean[y : y + size[1] // CELL - 1, x : x + size[0] // CELL - 1])
    anchors = [(x - corners[0][0], y - corners[0][1]) for x, y in corners[1:]]
    return PartModel(templates[0], templates[1:], anchors, spring)


def block_box(corner: tuple[int, int], template: Float[np.ndarray, "r c d"]) -> tuple[int, int, int, int]:
    """The pixels (x0, y0, x1, y1) that a template covers whose corner is at block (column, row)."""
    (x, y), (rows, columns) = corner, template.shape[:2]
    return x * CELL, y * CELL, (x + columns + 1) * CELL, (y + rows + 1) * CELL
