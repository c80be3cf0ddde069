"""A template of oriented gradients that slides over an image (thesis Section 2.1; Dalal and Triggs 2005)."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from jaxtyping import Float, Int, Shaped, UInt8
from sklearn.svm import LinearSVC

from .hog import hog

CELL = 8
"""Pixels of a cell."""


class Detector(NamedTuple):
    """A linear classifier of windows."""

    weights: Float[np.ndarray, "rows columns 36"]
    """one for each entry of the blocks of a window"""
    bias: float
    margin: int
    """pixels of context about the object, on each side of the window"""

    @property
    def window(self) -> tuple[int, int]:
        """Width and height of the window in pixels, context included."""
        return (self.weights.shape[1] + 1) * CELL, (self.weights.shape[0] + 1) * CELL


class FoundBoxes(NamedTuple):
    """Boxes (x0, y0, x1, y1) in pixels of the image, surest first."""

    boxes: Float[np.ndarray, "n 4"]
    scores: Float[np.ndarray, " n"]


def crop_window(
    image: UInt8[np.ndarray, "H W 3"],
    box: Sequence[float] | Shaped[np.ndarray, "4"],
    window: tuple[int, int],
    margin: int,
) -> UInt8[np.ndarray, "h w 3"]:
    """The part of an image about a box, resized to a window whose inner part, without the margin, is the box.

    The box is stretched to the shape of the window. Beyond the border of the image its last pixels go on. Raises
    ValueError for a box without area.
    """
    x0, y0, x1, y1 = map(float, box)
    if not (x0 < x1 and y0 < y1):
        raise ValueError(f"box: expected x0 < x1 and y0 < y1, got {tuple(box)}")
    width, height = window
    across, down = (x1 - x0) / (width - 2 * margin), (y1 - y0) / (height - 2 * margin)
    # The affine map takes centres of pixels of the window to places in the image.
    to_image = np.array([[across, 0, x0 + (0.5 - margin) * across - 0.5], [0, down, y0 + (0.5 - margin) * down - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, to_image, window, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def fit_detector(
    positives: Float[np.ndarray, "p rows columns 36"],
    negatives: Float[np.ndarray, "q rows columns 36"],
    *,
    margin: int,
    C: float = 0.01,
    seed: int = 0,
) -> Detector:
    """A linear support vector machine on windows with and without the object.

    Raises ValueError for windows of different shapes, or none.
    """
    if not len(positives) or not len(negatives) or positives.shape[1:] != negatives.shape[1:]:
        raise ValueError(f"negatives: expected some windows as {positives.shape}, got {negatives.shape}")
    x = np.concatenate([positives, negatives]).reshape(len(positives) + len(negatives), -1)
    y = np.repeat([1, -1], [len(positives), len(negatives)])
    machine = LinearSVC(C=C, class_weight="balanced", random_state=seed).fit(x, y)
    return Detector(machine.coef_[0].reshape(positives.shape[1:]), float(machine.intercept_[0]), margin)


def window_scores(
    features: Float[np.ndarray, "H W d"], weights: Float[np.ndarray, "h w d"]
) -> Float[np.ndarray, "A B"]:
    """The dot product of the weights with the features at each place where they fit: a convolution layer.

    A = H - h + 1, B = W - w + 1. Raises ValueError where they do not fit.
    """
    if features.ndim != 3 or weights.ndim != 3 or features.shape[2] != weights.shape[2]:
        raise ValueError(f"features: expected [H, W, d] with the d of {weights.shape}, got {features.shape}")
    if weights.shape[0] > features.shape[0] or weights.shape[1] > features.shape[1]:
        raise ValueError(f"features: expected at least {weights.shape[:2]} cells, got {features.shape[:2]}")
    maps, kernel = (torch.from_numpy(a.astype(np.float32)).permute(2, 0, 1)[None] for a in (features, weights))
    return torch.nn.functional.conv2d(maps, kernel)[0, 0].numpy().astype(float)


def nms(boxes: Float[np.ndarray, "n 4"], scores: Float[np.ndarray, " n"], overlap: float = 0.5) -> Int[np.ndarray, "k"]:
    """Non-maximum suppression: positions of the boxes that stay, surest first.

    Takes the surest box, drops all that overlap it by more than `overlap` (intersection over union), and goes on with
    the surest of the rest. Raises ValueError for shapes that do not fit, or boxes without area.
    """
    boxes, scores = np.asarray(boxes, float).reshape(-1, 4), np.asarray(scores, float)
    if scores.shape != (len(boxes),) or not (boxes[:, :2] < boxes[:, 2:]).all() or not np.isfinite(scores).all():
        raise ValueError(f"boxes: expected boxes with area and a finite score each, got {len(boxes)}, {scores.shape}")
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    order, kept = np.argsort(-scores, kind="stable"), []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        rest = boxes[order]
        shared = np.minimum(rest[:, 2:], boxes[best, 2:]) - np.maximum(rest[:, :2], boxes[best, :2])
        common = shared.clip(min=0).prod(axis=1)
        order = order[common <= overlap * (areas[order] + areas[best] - common)]
    return np.array(kept, int)


def detect(
    detector: Detector,
    image: UInt8[np.ndarray, "H W 3"],
    *,
    zoom: float = 2.0,
    ratio: float = 1.2,
    least: float = -1.0,
    overlap: float | None = 0.3,
) -> FoundBoxes:
    """Slides the window over the image at all scales; keeps the windows that score above `least`, then the best ones.

    The image is enlarged by `zoom`, then shrunk by `ratio` again and again until the window no longer fits. Its border
    is repeated by the margin, so that objects at the border are found too. A box is the window without its margin.
    overlap: of `nms`; None leaves it out. Raises ValueError for a zoom or ratio that is out of range.
    """
    if zoom <= 0 or ratio <= 1:
        raise ValueError(f"zoom, ratio: expected above 0 and above 1, got {zoom} and {ratio}")
    width, height = detector.window
    boxes, scores = [np.empty((0, 4))], [np.empty(0)]
    scale, m = zoom, detector.margin
    while min(image.shape[1] * scale + 2 * m - width, image.shape[0] * scale + 2 * m - height) >= 0:
        size = round(image.shape[1] * scale), round(image.shape[0] * scale)
        resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        padded = cv2.copyMakeBorder(resized, m, m, m, m, cv2.BORDER_REPLICATE)
        if min(padded.shape[1] - width, padded.shape[0] - height) < 0:
            break
        found = window_scores(hog(padded, CELL), detector.weights) + detector.bias
        rows, columns = np.nonzero(found > least)
        corner = np.column_stack([columns, rows]) * CELL  # of the object: the margin of the frame is that of the window
        inner = np.array([width - 2 * m, height - 2 * m])
        by = np.array([image.shape[1] / size[0], image.shape[0] / size[1]] * 2)
        boxes.append(np.column_stack([corner, corner + inner]) * by)
        scores.append(found[rows, columns])
        scale /= ratio
    every, sure = np.concatenate(boxes), np.concatenate(scores)
    kept = np.argsort(-sure, kind="stable") if overlap is None else nms(every, sure, overlap)
    return FoundBoxes(every[kept], sure[kept])


def window_features(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    boxes: Sequence[Shaped[np.ndarray, "_ 4"] | Sequence[Shaped[np.ndarray, "4"] | Sequence[float]]],
    window: tuple[int, int],
    margin: int,
    *,
    mirror: bool = False,
) -> Float[np.ndarray, "n rows columns 36"]:
    """The features of the boxes of each image, resized to the window; with `mirror`, of their mirror images too."""
    crops = [crop_window(i, b, window, margin) for i, mine in zip(images, boxes, strict=True) for b in mine]
    crops += [crop[:, ::-1] for crop in crops] if mirror else []
    shape = (0, window[1] // CELL - 1, window[0] // CELL - 1, 36)
    return np.array([hog(crop, CELL) for crop in crops]).reshape(-1, *shape[1:])
