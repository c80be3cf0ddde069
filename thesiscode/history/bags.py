"""Bags of visual words: an image as a histogram of its local patches (thesis Section 2.1; Csurka et al. 2004)."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8


def dense_sift(
    image: UInt8[np.ndarray, "H W 3"], *, patch: int = 16, step: int = 6
) -> tuple[Float[np.ndarray, "n 128"], Float[np.ndarray, "n 2"]]:
    """SIFT descriptors (Lowe 2004) of upright square patches on a grid, and the centres (x, y) of the patches.

    Each descriptor has 4 x 4 cells of 8 orientations of the gradient, weighted by its magnitude. We take the root of
    the share of each entry (Arandjelovic and Zisserman 2012): Euclidean distances between roots treat rare and
    frequent entries more evenly.

    patch: side of the patches in pixels; step: pixels between neighbouring centres. The grid is centred in the image;
    patches lie in it. Raises ValueError where no patch fits, or for another kind of image.
    """
    image = _checked_image(image)
    height, width = image.shape[:2]
    if not 8 <= patch <= min(height, width) or step < 1:
        raise ValueError(f"patch, step: expected 8 to {min(height, width)} pixels and at least 1, got {patch}, {step}")
    columns, rows = (np.arange(patch / 2, side - patch / 2 + 0.1, step) for side in (width, height))
    columns, rows = (axis + (side - axis[0] - axis[-1]) / 2 for axis, side in ((columns, width), (rows, height)))
    centres = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    # The library's patch is six times as wide as its keypoint, and its pixel centres are whole numbers.
    points = [cv2.KeyPoint(float(x) - 0.5, float(y) - 0.5, patch / 6, 0) for x, y in centres]
    _, found = cv2.SIFT_create().compute(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), points)
    shares = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-9)
    return np.sqrt(shares.astype(float)), centres


def bag_of_words(labels: Int[np.ndarray, " n"], k: int) -> Float[np.ndarray, " k"]:
    """The share of each of k words among the words of an image; it does not know where they were.

    Raises ValueError for an image without words, and for words beyond k.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels) or labels.min() < 0 or labels.max() >= k:
        raise ValueError(f"labels: expected some words from 0 to {k - 1}, got {labels!r}")
    return np.bincount(labels, minlength=k) / len(labels)


def word_examples(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]], words: Float[np.ndarray, "k d"], number: int, count: int, patch: int
) -> list[UInt8[np.ndarray, "p p 3"]]:
    """The patches, at most one an image, whose descriptors are closest to word `number`; closest first.

    Raises ValueError for an unknown word.
    """
    if not 0 <= number < len(words):
        raise ValueError(f"number: expected a word from 0 to {len(words) - 1}, got {number}")
    best = []
    for image in images:
        descriptors, centres = dense_sift(image, patch=patch)
        far = ((descriptors - words[number]) ** 2).sum(axis=1)
        x, y = (centres[far.argmin()] - patch / 2).astype(int)
        best.append((far.min(), image[y : y + patch, x : x + patch]))
    return [piece for _, piece in sorted(best, key=lambda pair: pair[0])[:count]]


def _checked_image(image: np.ndarray) -> UInt8[np.ndarray, "H W 3"]:
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or not image.size or image.dtype != np.uint8:
        raise ValueError(f"image: expected bytes [H, W, 3], got {image.dtype} of shape {image.shape}")
    return image
