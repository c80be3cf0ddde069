"""A class for each patch, or background, or none at all (thesis 3.2.2, Figure 3-8), and fewer background patches."""

import numpy as np
from jaxtyping import Bool, Float64, Int, Int64, Real

from .patches import check_boxes

BACKGROUND = -1
DISCARD = -2
LEAST_OF_PATCH = 0.2  # |P n B| >= 0.2 |P|: otherwise the object is too small
LEAST_OF_OBJECT = 0.6  # |P n B| >= 0.6 |B|: otherwise the object is truncated


def label_patches(
    patches: Real[np.ndarray, "M 4"],
    boxes: Real[np.ndarray, "n 4"],
    classes: Int[np.ndarray, " n"],
    *,
    ignore: Bool[np.ndarray, " n"] | None = None,
    alone: bool = False,
) -> Int64[np.ndarray, " M"]:
    """The class that each patch P shows: an index from 0; -1 for background; -2 for a patch to discard (thesis 3.2.2).

    An object with box B counts in P if |P n B| >= 0.2 |P| (it is not too small) and |P n B| >= 0.6 |B| (it is not
    truncated). Where no object counts, P is background, also where it shows a part of one. Where one object counts,
    P has its class. Where several count, also of the same class, P is discarded.

    The text of the thesis words the third rule as "overlaps with no more than one object". Figure 3-8 shows what that
    means: patches on which a second object is truncated or too small keep the class of the first, and only
    those with "2 labels" are deleted. The figure is followed; `alone=True` follows the words: a patch with an object
    that counts is discarded if it touches any other.

    patches, boxes: (x0, y0, x1, y1) in pixels, upper ends excluded. Boxes may leave the image and keep their whole
    area; none at all make every patch background. classes: the class of each box. ignore: objects that teach nothing,
    such as VOC's `difficult` ones: patches where one counts are discarded.

    Raises ValueError for boxes without area or with numbers that are not finite, for lengths that do not match,
    and for negative classes.
    """
    check_boxes("patches", patches)
    check_boxes("boxes", boxes)
    _check_objects(len(boxes), classes, ignore)
    if len(boxes) == 0:
        return np.full(len(patches), BACKGROUND)

    shared = intersections(patches, boxes)
    counts = (shared >= LEAST_OF_PATCH * _areas(patches)[:, None]) & (shared >= LEAST_OF_OBJECT * _areas(boxes))
    n_counting = counts.sum(axis=1)
    labels = np.where(n_counting == 0, BACKGROUND, classes[counts.argmax(axis=1)]).astype(np.int64)
    labels[n_counting > 1] = DISCARD
    if ignore is not None:
        labels[counts[:, ignore].any(axis=1)] = DISCARD
    if alone:
        labels[(n_counting > 0) & ((shared > 0).sum(axis=1) > 1)] = DISCARD
    return labels


def intersections(patches: Real[np.ndarray, "M 4"], boxes: Real[np.ndarray, "n 4"]) -> Float64[np.ndarray, "M n"]:
    """The area |P n B| of each patch with each box, in pixels."""
    upper_left = np.maximum(patches[:, None, :2], boxes[None, :, :2]).astype(np.float64)
    lower_right = np.minimum(patches[:, None, 2:], boxes[None, :, 2:]).astype(np.float64)
    return np.clip(lower_right - upper_left, 0, None).prod(axis=2)


def resample_background(
    labels: Int[np.ndarray, " M"], *, fraction: float = 0.1, rng: np.random.Generator
) -> Int64[np.ndarray, " kept"]:
    """Which patches to train on, in increasing order: all with a class and a random share of the background.

    This evens out the classes (thesis 3.2.2, "Dealing with background": 10%). The number of background patches kept is
    `fraction` of theirs, rounded; none is kept twice. Patches to discard (-2) are left out.

    Raises ValueError for a fraction outside of [0, 1] and for labels below -2.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction is {fraction!r}; expected a share in [0, 1]")
    if (labels < DISCARD).any():
        raise ValueError(f"labels holds {labels.min()}; expected classes from 0, {BACKGROUND} or {DISCARD}")
    (background,) = np.nonzero(labels == BACKGROUND)
    kept = rng.choice(background, round(fraction * len(background)), replace=False)
    return np.sort(np.concatenate([np.flatnonzero(labels >= 0), kept]))


def _areas(boxes: Real[np.ndarray, "n 4"]) -> Float64[np.ndarray, " n"]:
    return (boxes[:, 2:].astype(np.float64) - boxes[:, :2]).prod(axis=1)


def _check_objects(n: int, classes: np.ndarray, ignore: np.ndarray | None) -> None:
    if classes.shape != (n,):
        raise ValueError(f"classes has shape {classes.shape}; expected ({n},), one for each of the boxes")
    if n and not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(f"classes holds {classes.dtype}; expected whole numbers")
    if (classes < 0).any():
        raise ValueError(f"classes holds {classes.min()}; expected indices from 0")
    if ignore is not None and (ignore.shape != (n,) or ignore.dtype != bool):
        raise ValueError(f"ignore is {ignore.dtype} of shape {ignore.shape}; expected bool of shape ({n},)")
