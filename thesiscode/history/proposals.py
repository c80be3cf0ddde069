"""Where to look: boxes that may hold an object of any class (thesis Section 2.1; van de Sande et al. 2011)."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from jaxtyping import Float, Int, Shaped, UInt8
from torchvision.ops import box_iou


def random_boxes(size: tuple[int, int], n: int, *, rng: np.random.Generator) -> Float[np.ndarray, "n 4"]:
    """n boxes in an image of (width, height) pixels: two corners, uniform and at least 3 pixels apart on both axes.

    Raises ValueError for an image of less than 8 pixels a side, or n below 1.
    """
    if min(size) < 8 or n < 1:
        raise ValueError(f"size, n: expected at least 8 pixels a side and 1 box, got {size} and {n}")
    corners = np.empty((0, 2, 2))
    while len(corners) < n:
        more = np.sort(rng.uniform(0, size, (2 * n, 2, 2)), axis=1)
        corners = np.concatenate([corners, more[(more[:, 1] - more[:, 0] >= 3).all(axis=1)]])
    return corners[:n].reshape(n, 4)


def grid_boxes(
    size: tuple[int, int],
    *,
    sides: Sequence[float] = (20, 28, 40, 56, 80, 112),
    aspects: Sequence[float] = (0.5, 1.0, 2.0),
    stride: float = 0.25,
) -> Float[np.ndarray, "n 4"]:
    """The windows of a sliding search: areas of side^2, of each aspect (width / height), every `stride` of their sides.

    Windows that are larger than the image, (width, height), are left out. Raises ValueError where none is left.
    """
    boxes = []
    for side in sides:
        for aspect in aspects:
            w, h = side * aspect**0.5, side / aspect**0.5
            if w <= size[0] and h <= size[1]:
                x, y = (np.arange(0, room + 1e-9, stride * s) for room, s in ((size[0] - w, w), (size[1] - h, h)))
                corners = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
                boxes.append(np.column_stack([corners, corners + np.array([w, h])]))
    if not boxes:
        raise ValueError(f"size: expected an image that holds some window, got {size}")
    return np.concatenate(boxes)


def segments(image: UInt8[np.ndarray, "H W 3"], *, k: float = 100, least: int = 20) -> Int[np.ndarray, "H W"]:
    """Segments of similar colour, numbered from 0 (Felzenszwalb and Huttenlocher 2004).

    k: larger means larger segments; least: pixels of the smallest one.
    """
    cut = cv2.ximgproc.segmentation.createGraphSegmentation(0.5, k, least)
    return cut.processImage(np.ascontiguousarray(image[..., ::-1])).astype(int)


def straddling(boxes: Shaped[np.ndarray, "n 4"], labels: Int[np.ndarray, "H W"]) -> Float[np.ndarray, " n"]:
    """Objectness by one cue of Alexe et al. (2010): 1 if the border of a box cuts through no segment, less if it does.

        1 - sum over segments s of min(|s in box|, |s out of box|) / |box|.

    A segment that is half in and half out counts most. Sums over boxes come from integral images. Raises ValueError for
    boxes outside of the image, or without a pixel.
    """
    height, width = labels.shape
    x0, y0, x1, y1 = np.round(boxes).astype(int).T
    if not ((x0 >= 0) & (y0 >= 0) & (x1 <= width) & (y1 <= height) & (x0 < x1) & (y0 < y1)).all():
        raise ValueError(f"boxes: expected boxes with pixels in an image of {width} x {height}, got some that are not")
    cut = np.zeros(len(boxes))
    for number in range(labels.max() + 1):
        total = np.pad(np.cumsum(np.cumsum(labels == number, axis=0), axis=1), ((1, 0), (1, 0)))
        inside = total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0]
        cut += np.minimum(inside, total[-1, -1] - inside)
    return 1 - cut / ((x1 - x0) * (y1 - y0))


def recall_at(
    proposals: Sequence[Shaped[np.ndarray, "_ 4"]],
    objects: Sequence[Shaped[np.ndarray, "_ 4"] | Sequence[Sequence[float]]],
    numbers: Sequence[int],
    *,
    overlap: float = 0.5,
) -> Float[np.ndarray, " m"]:
    """The share of all objects that one of the first n boxes of their image overlaps, for each n of `numbers`.

    To overlap is to have an intersection over union of at least `overlap`. Raises ValueError for lists of different
    lengths, or without an object.
    """
    if len(proposals) != len(objects) or not sum(len(those) for those in objects):
        raise ValueError(f"objects: expected some, in {len(proposals)} lists, got {len(objects)} lists")
    first = []
    for boxes, those in zip(proposals, objects, strict=True):
        corners = (torch.from_numpy(np.asarray(b, float).reshape(-1, 4)) for b in (those, boxes))
        for hit in (box_iou(*corners) >= overlap).numpy():
            first.append(hit.argmax() if hit.any() else np.inf)
    return np.array([(np.array(first) < n).mean() for n in numbers])
