"""A small Neocognitron: simple cells that match, complex cells that pool (thesis Section 2.2).

Fukushima (1980). S cells of one plane look for one template at every place; C cells let a template be a little off its
place. Fukushima's S cells learn their templates without labels: where an input leaves a place without an answer, the
strongest cell there takes it as its template, and so does its whole plane. Ours are given: four directions of lines,
and one drawing of each shape.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch.nn import functional as F

SIZE = 24
"""Height and width of a drawing, in pixels."""

Stroke = tuple[tuple[float, float], tuple[float, float]]

SHAPES: dict[str, list[Stroke]] = {
    "T": [((7, 7), (16, 7)), ((11.5, 7), (11.5, 16))],
    "L": [((8, 7), (8, 16)), ((8, 16), (16, 16))],
    "cross": [((7, 11.5), (16, 11.5)), ((11.5, 7), (11.5, 16))],
    "X": [((7, 7), (16, 16)), ((7, 16), (16, 7))],
    "square": [((7, 7), (16, 7)), ((16, 7), (16, 16)), ((16, 16), (7, 16)), ((7, 16), (7, 7))],
    "triangle": [((7, 16), (16, 16)), ((7, 16), (11.5, 7)), ((16, 16), (11.5, 7))],
    "Z": [((7, 7), (16, 7)), ((16, 7), (7, 16)), ((7, 16), (16, 16))],
    "arrow": [((7, 11.5), (16, 11.5)), ((16, 11.5), (12, 7)), ((16, 11.5), (12, 16))],
}
"""Shapes as strokes between points (x, y)."""

LINES = torch.tensor(
    [
        [[0, 0, 0], [1, 1, 1], [0, 0, 0]],
        [[0, 1, 0], [0, 1, 0], [0, 1, 0]],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
    ],
    dtype=torch.float32,
)[:, None]
"""Templates of the first layer: lines in four directions."""


def draw(
    shape: str,
    shift: Sequence[float] | Float[np.ndarray, "2"] = (0, 0),
    *,
    jitter: float = 0,
    rng: np.random.Generator | None = None,
) -> Float[np.ndarray, "24 24"]:
    """A shape as ink from 0 to 1, moved by `shift` (x, y) pixels.

    jitter: standard deviation, in pixels, by which every end of a stroke is off, independently; it needs an `rng`.
    Raises ValueError for an unknown shape, a shift that is not two finite numbers, or a jitter below 0 or without an
    rng.
    """
    if shape not in SHAPES:
        raise ValueError(f"shape: expected one of {list(SHAPES)}, got {shape!r}")
    if np.shape(shift) != (2,) or not np.isfinite(shift).all():
        raise ValueError(f"shift: expected two finite numbers (x, y), got {shift}")
    if not jitter >= 0 or (jitter and rng is None):
        raise ValueError(f"jitter: expected a number of at least 0, and an rng where it is above, got {jitter}")
    ends = np.array(SHAPES[shape]) + shift
    if rng is not None:
        ends = ends + jitter * rng.normal(size=ends.shape)
    image = np.zeros((SIZE, SIZE), np.uint8)
    for a, b in np.round(16 * ends).astype(int).tolist():  # cv2 counts in sixteenths of a pixel
        cv2.line(image, a, b, 255, 1, cv2.LINE_AA, shift=4)
    return (image / 255).astype(np.float32)


def s_cells(
    planes: Float[torch.Tensor, "n C H W"], templates: Float[torch.Tensor, "K C h w"], threshold: float
) -> Float[torch.Tensor, "n K H1 W1"]:
    """How well each template matches what is in the window at each place: the cosine, from a threshold to 1.

    (cos - threshold) / (1 - threshold), and 0 below the threshold and in empty windows; H1 = H - h + 1. In the
    original, too, an inhibiting cell divides by the strength of the window, so that a faint line is still a line.

    Raises ValueError for a threshold outside of [0, 1), or a template that is empty.
    """
    if not 0 <= threshold < 1:
        raise ValueError(f"threshold: expected a number in [0, 1), got {threshold}")
    lengths = templates.flatten(1).norm(dim=1)
    if not (lengths > 0).all():
        raise ValueError("templates: expected none that is empty, got one")
    matches = F.conv2d(planes, templates / lengths[:, None, None, None])
    strength = F.conv2d(planes**2, torch.ones_like(templates[:1])).clamp(min=1e-6).sqrt()
    return ((matches / strength - threshold) / (1 - threshold)).clamp(min=0)


def c_cells(planes: Float[torch.Tensor, "n C H W"], size: int) -> Float[torch.Tensor, "n C H W"]:
    """The largest value in the size x size window around each place. Raises ValueError for an even size, or below 1."""
    if size < 1 or size % 2 == 0:
        raise ValueError(f"size: expected an odd number of at least 1, got {size}")
    return F.max_pool2d(planes, size, stride=1, padding=size // 2)


class Neocognitron:
    """Two stages of S and C cells: lines, and whole shapes.

    c1: size of the windows of the first C cells, in pixels. c2: of the second ones; each looks at the S cells of one
    shape. A size of 1 is the same as no C cells.
    """

    def __init__(self, prototypes: Float[torch.Tensor, "K 24 24"], *, c1: int = 5, c2: int = 9, threshold: float = 0.6):
        self.c1, self.c2, self.threshold = c1, c2, threshold
        self.templates = self.lines(prototypes)

    def lines(self, images: Float[torch.Tensor, "n 24 24"]) -> Float[torch.Tensor, "n 4 24 24"]:
        """The first stage: where there are lines in each of the four directions, about."""
        return c_cells(s_cells(F.pad(images[:, None], [1] * 4), LINES, self.threshold), self.c1)

    def shapes(self, images: Float[torch.Tensor, "n 24 24"]) -> Float[torch.Tensor, "n K c2 c2"]:
        """S cells of the second stage, at all the places that its C cells look at: the cosine with each template."""
        return s_cells(F.pad(self.lines(images), [self.c2 // 2] * 4), self.templates, 0.0)

    def scores(self, images: Float[torch.Tensor, "n 24 24"]) -> Float[torch.Tensor, "n K"]:
        """C cells of the second stage, one a shape."""
        return self.shapes(images).amax(dim=(2, 3))
