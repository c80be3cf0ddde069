"""Histograms of oriented gradients (thesis Section 2.1; Dalal and Triggs 2005)."""

import numpy as np
from jaxtyping import Float, Shaped

BINS = 9
"""Orientations of an edge, over half a circle: dark on bright and bright on dark count as one."""
CLIP = 0.2
"""The largest entry of a normalised block, after Lowe (2004): no single strong edge outweighs the others."""


def gradients(image: Shaped[np.ndarray, "H W *C"]) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """Size and orientation, in [0, pi), of the gradient of each pixel, by differences [-1, 0, 1]; 0 at the border.

    In a colour image each pixel takes the channel with the largest gradient. Raises ValueError for another shape, an
    image of less than 3 x 3 pixels, or values that are not finite.
    """
    image = np.asarray(image, float)
    if image.ndim not in (2, 3) or min(image.shape[:2]) < 3 or not image.size or not np.isfinite(image).all():
        raise ValueError(f"image: expected finite pixels [H, W] or [H, W, C], at least 3 x 3, got {image.shape}")
    channels = np.ascontiguousarray(np.moveaxis(image.reshape(*image.shape[:2], -1), 2, 0), dtype=np.float32)
    dx, dy = np.zeros_like(channels), np.zeros_like(channels)
    dx[:, :, 1:-1] = channels[:, :, 2:] - channels[:, :, :-2]
    dy[:, 1:-1] = channels[:, 2:] - channels[:, :-2]
    strongest = (dx**2 + dy**2).argmax(axis=0)
    dx, dy = (np.take_along_axis(d, strongest[None], axis=0)[0] for d in (dx, dy))
    return np.hypot(dx, dy).astype(float), np.arctan2(dy, dx).astype(float) % np.pi


def cell_histograms(image: Shaped[np.ndarray, "H W *C"], cell: int = 8) -> Float[np.ndarray, "rows columns 9"]:
    """The gradients of each cell, summed by orientation; bin b is centred at (b + 1/2) pi / 9.

    A pixel votes with the size of its gradient, shared between the two nearest orientations and the four nearest cells
    in proportion to how near they are. What sticks out beyond the last whole cell is dropped. Raises ValueError as
    `gradients` does, and where no cell fits.
    """
    size, angle = gradients(image)
    rows, columns = (side // cell if cell >= 1 else 0 for side in size.shape)
    if min(rows, columns) < 1:
        raise ValueError(f"cell: expected 1 to {min(size.shape)} pixels, got {cell}")
    size, angle = size[: rows * cell, : columns * cell], angle[: rows * cell, : columns * cell]
    place = angle / np.pi * BINS - 0.5
    lower, rest = np.floor(place).astype(int), place - np.floor(place)
    pixel = np.arange(size.size).reshape(size.shape) * BINS
    where = np.stack([pixel + lower % BINS, pixel + (lower + 1) % BINS])
    votes = np.bincount(where.ravel(), np.stack([size * (1 - rest), size * rest]).ravel(), size.size * BINS)
    # votes of the pixels to the cells along one axis, then along the other
    down = (_shares(rows, cell) @ votes.reshape(len(size), -1)).reshape(rows, -1, BINS)
    return _shares(columns, cell) @ down


def hog(image: Shaped[np.ndarray, "H W *C"], cell: int = 8) -> Float[np.ndarray, "rows columns 36"]:
    """Blocks of 2 x 2 cells, each normalised, clipped at 0.2 and normalised again; every cell is in up to four blocks.

    Block (i, j) holds the cells (i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1), nine orientations each; there is one
    row and one column less than there are cells. A flat block is 0. Raises ValueError as `cell_histograms` does, and
    for less than 2 x 2 cells.
    """
    cells = cell_histograms(image, cell)
    if min(cells.shape[:2]) < 2:
        raise ValueError(f"image: expected at least 2 x 2 cells of {cell} pixels, got {cells.shape[:2]}")
    blocks = np.concatenate([cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]], axis=2)
    return _normalised(np.minimum(_normalised(blocks, 2.0), CLIP), 1e-3)


def per_cell(weights: Float[np.ndarray, "rows columns 36"]) -> Float[np.ndarray, "R C 9"]:
    """Weights of blocks summed over the blocks that share a cell: one row and one column more. For pictures.

    Raises ValueError for another number of entries a block.
    """
    if np.ndim(weights) != 3 or weights.shape[2] != 4 * BINS:
        raise ValueError(f"weights: expected blocks [rows, columns, {4 * BINS}], got shape {np.shape(weights)}")
    rows, columns = weights.shape[:2]
    total = np.zeros((rows + 1, columns + 1, BINS))
    for k, (i, j) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        total[i : i + rows, j : j + columns] += weights[..., k * BINS : (k + 1) * BINS]
    return total


def _normalised(blocks: np.ndarray, floor: float) -> np.ndarray:
    return blocks / np.sqrt((blocks**2).sum(axis=2, keepdims=True) + floor**2)


def _shares(cells: int, cell: int) -> Float[np.ndarray, "cells pixels"]:
    """How much each pixel belongs to each cell along one axis: a tent of two cells' width about the cell's centre."""
    centres = (np.arange(cells) + 0.5) * cell
    pixels = np.arange(cells * cell) + 0.5
    return np.maximum(0, 1 - np.abs(pixels - centres[:, None]) / cell)
