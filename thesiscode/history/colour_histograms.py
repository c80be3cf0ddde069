"""Objects as histograms of their colours, compared by how much of them they share (thesis Section 2.1)."""

import numpy as np
from jaxtyping import Bool, Float, UInt8

BINS = (16, 16, 8)
"""Bins of red against green, of blue against yellow, and of black against white (Swain and Ballard 1991)."""


def colour_histogram(
    image: UInt8[np.ndarray, "H W 3"], mask: Bool[np.ndarray, "H W"] | None = None, *, bins: tuple[int, int, int] = BINS
) -> Float[np.ndarray, "rg by wb"]:
    """How many pixels have each colour, on the axes rg = r - g, by = 2b - r - g and wb = r + g + b.

    mask: the pixels that count; all of them by default. Raises ValueError for an image that is not uint8 [H, W, 3] or
    is empty, a mask that is not Boolean, has another size or no pixels, or fewer than one bin.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(f"image: expected uint8 [H, W, 3], not empty, got {image.dtype} {image.shape}")
    if mask is not None and np.asarray(mask).dtype != bool:
        raise ValueError(f"mask: expected True or False, got {np.asarray(mask).dtype}")
    if mask is not None and (np.shape(mask) != image.shape[:2] or not np.any(mask)):
        raise ValueError(f"mask: expected shape {image.shape[:2]} with a pixel, got {np.shape(mask)}, {np.sum(mask)}")
    if min(bins) < 1:
        raise ValueError(f"bins: expected at least 1 a side, got {bins}")
    pixels = image[np.ones(image.shape[:2], bool) if mask is None else mask].astype(int)
    r, g, b = pixels.T
    axes = np.column_stack([r - g + 255, 2 * b - r - g + 510, r + g + b])
    places = np.ravel_multi_index((axes * np.array(bins) // np.array([511, 1021, 766])).T, bins)
    return np.bincount(places, minlength=int(np.prod(bins))).reshape(bins).astype(float)


def intersection(image: Float[np.ndarray, "..."], models: Float[np.ndarray, "m ..."]) -> Float[np.ndarray, " m"]:
    """The share of each model's pixels that find one of their colour in the image, in [0, 1].

    sum_j min(I_j, M_j) / sum_j M_j, for counts I of the image and M of a model (Swain and Ballard 1991). What the image
    holds beyond the model costs nothing. Raises ValueError for shapes that differ, no models, an empty
    one, or counts that are not finite or below 0.
    """
    image, models = np.asarray(image, float), np.asarray(models, float)
    if models.shape[1:] != image.shape or not len(models):
        raise ValueError(f"models: expected shape [m, {image.shape}], m > 0, got {models.shape}")
    for name, counts in (("image", image), ("models", models)):
        if not ((counts >= 0) & np.isfinite(counts)).all():
            raise ValueError(f"{name}: expected finite counts of at least 0, got {counts.min()} to {counts.max()}")
    totals = models.reshape(len(models), -1).sum(axis=1)
    if not (totals > 0).all():
        raise ValueError("models: expected at least one pixel in each, got an empty histogram")
    return np.minimum(models, image).reshape(len(models), -1).sum(axis=1) / totals
