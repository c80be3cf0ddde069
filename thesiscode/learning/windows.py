"""What a linear classifier can see of a window: colours and the directions of edges, on a coarse grid."""

import numpy as np
from jaxtyping import Float, Real, UInt8

from .checks import whole, whole_boxes

N_DIRECTIONS = 9  # of edges, over half a turn
GRID = 4  # cells across a window
CELL = 6  # samples across a cell


def window_samples(
    image: UInt8[np.ndarray, "H W 3"], boxes: Real[np.ndarray, "m 4"], n: int
) -> Float[np.ndarray, "m n n 3"]:
    """Each window as n x n mean colours in [0, 1], whatever its size; boxes are (x0, y0, x1, y1), in the image.

    Sums of all rectangles come from one table of cumulative sums. Raises ValueError for a box that is empty, leaves
    the image or is not of whole pixels, and for an image that is not of 8 bits.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"image: expected shape [H W 3], got {image.shape}")
    if image.dtype != np.uint8:
        raise ValueError(f"image: expected pixels of type uint8, got {image.dtype}")
    boxes, n = whole_boxes(boxes, "boxes", 2), whole(n, "n")
    height, width = image.shape[:2]
    fine = (boxes[:, :2] >= 0).all(axis=1) & (boxes[:, 2:] <= (width, height)).all(axis=1)
    fine &= (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    if not fine.all():
        raise ValueError(f"boxes: expected (x0, y0, x1, y1) inside of {width} x {height} pixels, got {boxes[~fine][0]}")
    table = np.zeros((height + 1, width + 1, 3))
    table[1:, 1:] = image.cumsum(axis=0, dtype=float).cumsum(axis=1)
    low, high = [], []
    for axis in (0, 1):
        start, length = boxes[:, axis, None], (boxes[:, axis + 2] - boxes[:, axis])[:, None]
        first = start + (length * np.arange(n)) // n
        low.append(first)
        high.append(np.maximum(start + (length * np.arange(1, n + 1)) // n, first + 1))
    (x0, y0), (x1, y1) = low, high
    x0, x1, y0, y1 = x0[:, None, :], x1[:, None, :], y0[:, :, None], y1[:, :, None]
    total = table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0]
    return total / (255 * ((x1 - x0) * (y1 - y0))[..., None])


def describe_windows(image: UInt8[np.ndarray, "H W 3"], boxes: Real[np.ndarray, "m 4"]) -> Float[np.ndarray, "m 192"]:
    """192 numbers a window: on a grid of 4 x 4 cells, how strong edges are in 9 directions (as histograms of oriented
    gradients have it, Dalal and Triggs 2005, with one normalisation for the whole window), and the mean colour.

    Errors as `window_samples`.
    """
    colours = window_samples(image, boxes, GRID * CELL)
    down, right = np.gradient(colours.mean(axis=-1), axis=(1, 2))
    strength = np.hypot(down, right)
    direction = ((np.arctan2(down, right) % np.pi) / np.pi * N_DIRECTIONS).astype(int) % N_DIRECTIONS
    edges = np.stack([_cells(np.where(direction == k, strength, 0)) for k in range(N_DIRECTIONS)], axis=-1)
    colours = np.stack([_cells(colours[..., k]) for k in range(3)], axis=-1)
    edges = edges.reshape(len(edges), -1)
    edges = edges / (np.linalg.norm(edges, axis=1, keepdims=True) + 1e-3)
    return np.hstack([edges, colours.reshape(len(colours), -1)])


def _cells(values: Float[np.ndarray, "m side side"]) -> Float[np.ndarray, "m cells cells"]:
    """The mean of each cell."""
    return values.reshape(len(values), GRID, CELL, GRID, CELL).mean(axis=(2, 4))
