"""Average precision of places and of boxes, one class at a time (thesis Sections 4.6.1 and 4.6.2).

Boxes are (x0, y0, x1, y1) in pixels of their image, the upper ends excluded; points are (x, y) in the same frame, in
which the first pixel reaches from 0 to 1.

An object that is `difficult` (Pascal VOC) need not be found: an image all of whose objects of the class are difficult
counts neither for nor against, and so does a prediction that finds a difficult object only. Predictions with equal
scores enter the ranking together.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Shaped
from torchvision.ops import box_iou

from .checks import checked_scores
from .ranking import found_average


def location_average_precision(
    scores: Shaped[Any, " n"] | Sequence,
    points: Shaped[Any, "n 2"] | Sequence,
    boxes: Sequence[Shaped[Any, "_ 4"] | Sequence],
    *,
    tolerance: float = 18,
    difficult: Sequence[Shaped[Any, " _"] | Sequence] | None = None,
    sizes: Sequence[tuple[float, float]] | None = None,
    interpolation: str = "area",
) -> float:
    """Average precision of "the class is here", one point an image (thesis Section 4.6.1); NaN without objects.

    A prediction is correct if its point lies in a box of the class, or at most `tolerance` pixels beyond its border
    along either axis. Otherwise it is a false positive, and the image's object is not found. The recall is the share
    of the images with objects in which one was found, so that 1 takes the right images and the right places.

    scores: how sure the prediction of each image is. boxes: all boxes of the class, an array for each image. tolerance:
    18 pixels in the thesis, for images of 500, which is what its network pools over. difficult: flags of the boxes.
    sizes: (width, height) of the images, to check that boxes lie in them. interpolation: see `average_precision`.
    Raises ValueError for lengths that differ, NaN, a tolerance below 0, and boxes without area or beyond their image.
    """
    scores = checked_scores(scores, ("n",))
    found, counted, positive = _located(points, boxes, difficult, len(scores), tolerance, sizes)
    return found_average(found[counted], scores[counted], int(positive.sum()), interpolation=interpolation)


def pointing_accuracy(
    points: Shaped[Any, "n 2"] | Sequence,
    boxes: Sequence[Shaped[Any, "_ 4"] | Sequence],
    *,
    tolerance: float = 18,
    difficult: Sequence[Shaped[Any, " _"] | Sequence] | None = None,
    sizes: Sequence[tuple[float, float]] | None = None,
) -> float:
    """Share of the images with an object of the class whose point lies on one, whatever the scores: the pointing game
    (Zhang et al. 2018); NaN without objects. See `location_average_precision` for the arguments and the errors."""
    found, _, positive = _located(points, boxes, difficult, len(boxes), tolerance, sizes)
    return float(found[positive].mean()) if positive.any() else float("nan")


def _located(
    points: Any, boxes: Sequence, difficult: Sequence | None, n: int, tolerance: float, sizes: Sequence | None
) -> tuple[Bool[np.ndarray, " n"], Bool[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Of each image: whether its point is on an object, whether it counts, and whether there is an object to find."""
    points = np.asarray(points, float)
    if points.shape != (n, 2) or not np.isfinite(points).all():
        raise ValueError(f"points: expected {n} finite pairs (x, y), got shape {points.shape}")
    if not 0 <= tolerance < np.inf:
        raise ValueError(f"tolerance: expected a finite number of pixels, at least 0, got {tolerance!r}")
    boxes, difficult = _checked_images(boxes, difficult, n, sizes)
    found, counted, positive = np.zeros(n, bool), np.ones(n, bool), np.zeros(n, bool)
    for i, (point, those, hard) in enumerate(zip(points, boxes, difficult, strict=True)):
        hit = ((those[:, :2] - tolerance <= point) & (point <= those[:, 2:] + tolerance)).all(axis=1)
        positive[i] = (~hard).any()
        found[i] = (hit & ~hard).any()
        counted[i] = found[i] or not (hit.any() or (len(hard) and hard.all()))
    return found, counted, positive


def detection_average_precision(
    scores: Shaped[Any, " d"] | Sequence,
    detections: Shaped[Any, "d 4"] | Sequence,
    images: Shaped[Any, " d"] | Sequence,
    boxes: Sequence[Shaped[Any, "_ 4"] | Sequence],
    *,
    overlap: float = 0.5,
    difficult: Sequence[Shaped[Any, " _"] | Sequence] | None = None,
    sizes: Sequence[tuple[float, float]] | None = None,
    interpolation: str = "area",
) -> float:
    """Average precision of detection (Everingham et al. 2010, Section 4.4; thesis Section 4.6.2); NaN without objects.

    Detections of an image are taken from the surest to the least sure, in the order given where scores are equal. Each
    belongs to the object that it overlaps most, intersection over union, and finds it if that is at least `overlap`
    and no surer one has; the other ones are false positives.

    scores, detections, images: a number, a box and the position of its image in `boxes` for each detection; there may
    be none. boxes: all boxes of the class, an array for each image. overlap: in (0, 1]. For the rest, and for what is
    a ValueError, see `location_average_precision`.
    """
    detections, images = _as_boxes("detections", detections), np.asarray(images).reshape(-1)
    if len(images) and images.dtype.kind not in "iu":
        raise ValueError(f"images: expected positions, integers, got {images.dtype}")
    scores = checked_scores(scores, ("d",)) if len(detections) else np.empty(0)
    if not len(scores) == len(detections) == len(images):
        raise ValueError(
            f"detections: expected {len(scores)}, one a score, got {len(detections)} for {len(images)} images"
        )
    if not 0 < overlap <= 1:
        raise ValueError(f"overlap: expected a share in (0, 1], got {overlap!r}")
    if len(images) and not (images.min() >= 0 and images.max() < len(boxes)):
        raise ValueError(f"images: expected positions from 0 to {len(boxes) - 1}, got {images.min()} to {images.max()}")
    check_boxes("detections", detections)
    boxes, difficult = _checked_images(boxes, difficult, len(boxes), sizes)
    found, counted = np.zeros(len(scores), bool), np.ones(len(scores), bool)
    for i in np.unique(images):
        if not len(boxes[i]):
            continue
        mine = np.flatnonzero(images == i)
        mine = mine[np.argsort(-scores[mine], kind="stable")]
        shared = box_iou(torch.from_numpy(detections[mine]), torch.from_numpy(boxes[i])).numpy()
        taken = np.zeros(len(boxes[i]), bool)
        for detection, own in zip(mine, shared, strict=True):
            thing = own.argmax()
            if own[thing] < overlap:
                continue
            if difficult[i][thing]:
                counted[detection] = False
            else:
                found[detection] = not taken[thing]
                taken[thing] = True
    n_positives = int(sum((~hard).sum() for hard in difficult))
    return found_average(found[counted], scores[counted], n_positives, interpolation=interpolation)


def check_boxes(name: str, boxes: Float[np.ndarray, "m 4"], size: tuple[float, float] | None = None) -> None:
    """Raises ValueError for a box that is not finite, has no area, or leaves an image of `size` (width, height)."""
    if not np.isfinite(boxes).all() or (boxes[:, 2:] <= boxes[:, :2]).any():
        odd = boxes[~np.isfinite(boxes).all(axis=1) | (boxes[:, 2:] <= boxes[:, :2]).any(axis=1)][0]
        raise ValueError(f"{name}: expected x0 < x1 and y0 < y1, finite, got {odd.tolist()}")
    if size is not None and len(boxes) and ((boxes[:, :2] < 0).any() or (boxes[:, 2:] > size).any()):
        odd = boxes[(boxes[:, :2] < 0).any(axis=1) | (boxes[:, 2:] > size).any(axis=1)][0]
        raise ValueError(f"{name}: expected boxes in an image of {size[0]} x {size[1]}, got {odd.tolist()}")


def _as_boxes(name: str, boxes: Any) -> Float[np.ndarray, "m 4"]:
    """Boxes as an array, also where there are none. Raises ValueError for another shape."""
    found = np.asarray(boxes, float)
    if found.size and (found.ndim != 2 or found.shape[1] != 4):
        raise ValueError(f"{name}: expected shape (boxes, 4), got {found.shape}")
    return found.reshape(-1, 4)


def _checked_images(
    boxes: Sequence, difficult: Sequence | None, n: int, sizes: Sequence[tuple[float, float]] | None
) -> tuple[list[Float[np.ndarray, "_ 4"]], list[Bool[np.ndarray, " _"]]]:
    if len(boxes) != n:
        raise ValueError(f"boxes: expected {n} arrays, one an image, got {len(boxes)}")
    boxes = [_as_boxes(f"boxes of image {i}", those) for i, those in enumerate(boxes)]
    sizes = [None] * n if sizes is None else sizes
    if len(sizes) != n:
        raise ValueError(f"sizes: expected {n} pairs, one an image, got {len(sizes)}")
    for i, (those, size) in enumerate(zip(boxes, sizes, strict=True)):
        check_boxes(f"boxes of image {i}", those, size)
    flags = [np.zeros(len(b), bool) for b in boxes] if difficult is None else [np.asarray(d, bool) for d in difficult]
    if [len(f) for f in flags] != [len(b) for b in boxes]:
        raise ValueError("difficult: expected one flag a box, in every image")
    return boxes, flags
