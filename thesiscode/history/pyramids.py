"""Spatial pyramids: histograms of visual words in finer and finer cells (thesis Section 2.1; Lazebnik et al. 2006)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from .bags import bag_of_words


def spatial_pyramid(
    labels: Int[np.ndarray, " n"],
    centres: Float[np.ndarray, "n 2"],
    size: tuple[int, int],
    k: int,
    *,
    levels: Sequence[int] = (1, 2, 4),
) -> Float[np.ndarray, " D"]:
    """The histogram of k words in each cell of an m x m grid, for each m of `levels`, one after the other.

    D = k times the sum of m^2. A cell holds the share of *all* words of the image, so each level sums to its weight.
    The weights are those of Lazebnik et al. (2006), which halve from a level to the next coarser one: the coarsest two
    weigh the same, 2^-L for L + 1 levels, and the finest 1/2. One level of a single cell is the bag of words.

    labels: the word of each patch; centres: (x, y) of the patch in pixels; size: (width, height) of the image.
    Raises ValueError for lengths that differ, centres outside of the image, and levels that are not positive.
    """
    labels, centres = np.asarray(labels), np.asarray(centres, float)
    if centres.shape != (len(labels), 2):
        raise ValueError(f"centres: expected {len(labels)} pairs (x, y), one a label, got shape {centres.shape}")
    if not len(levels) or min(levels) < 1:
        raise ValueError(f"levels: expected positive numbers of cells, got {tuple(levels)}")
    share = centres / np.asarray(size, float)
    if not ((share >= 0) & (share < 1)).all():
        raise ValueError(f"centres: expected points in an image of {size[0]} x {size[1]}, got some outside")
    deepest = len(levels) - 1
    parts = []
    for level, m in enumerate(levels):
        column, row = (share * m).astype(int).T
        cell = (row * m + column) * k + _words(labels, k)
        parts.append(0.5 ** min(deepest, deepest - level + 1) * bag_of_words(cell, m * m * k))
    return np.concatenate(parts)


def _words(labels: Int[np.ndarray, " n"], k: int) -> Int[np.ndarray, " n"]:
    if not len(labels) or labels.min() < 0 or labels.max() >= k:
        raise ValueError(f"labels: expected some words from 0 to {k - 1}, got {labels!r}")
    return labels
