"""Regions with CNN features: propose boxes, warp them, and let one of several that overlap stay (Figure 2-37)."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int64, UInt8
from torchvision.ops import box_iou

from thesiscode.data.toyland import TARGETS, Scene
from thesiscode.metrics import detection_average_precision


class Objects(NamedTuple):
    """The annotated objects of a scene."""

    boxes: Int64[np.ndarray, "n 4"]
    kinds: Int64[np.ndarray, " n"]
    """positions in TARGETS"""
    difficult: Bool[np.ndarray, " n"]

    @classmethod
    def of(cls, scene: Scene) -> "Objects":
        """Those of a scene of Toyland, difficult ones included."""
        boxes = np.array([thing.box for thing in scene.objects], dtype=np.int64).reshape(-1, 4)
        kinds = np.array([TARGETS.index(thing.name) for thing in scene.objects], dtype=np.int64)
        return cls(boxes, kinds, np.array([thing.difficult for thing in scene.objects], dtype=bool))


class Detections(NamedTuple):
    """What a detector says of an image."""

    boxes: Int64[np.ndarray, "m 4"]
    kinds: Int64[np.ndarray, " m"]
    scores: Float[np.ndarray, " m"]


def pooled_average_precision(found: Sequence[Detections], truth: Sequence[Objects], *, overlap: float = 0.5) -> float:
    """Average precision of all classes in one ranking: a detection is right if its box and its class are.

    For test sets with few objects of each class. Raises ValueError where found and truth differ in length, without an
    object that is not difficult, and for images with parts of unequal length or kinds beyond TARGETS.
    """
    if len(found) != len(truth):
        raise ValueError(f"found: expected detections in {len(truth)} images, got {len(found)}")
    for name, images in (("found", found), ("truth", truth)):
        for i, one in enumerate(images):
            lengths = [len(values) for values in one]
            if len(set(lengths)) > 1:
                raise ValueError(f"{name}: expected {', '.join(one._fields)} of one length, got {lengths} in image {i}")
            if not np.isin(one.kinds, range(len(TARGETS))).all():
                kinds = np.asarray(one.kinds).tolist()
                raise ValueError(f"{name}: expected kinds from 0 to {len(TARGETS) - 1}, got {kinds} in image {i}")
    if all(np.all(one.difficult) for one in truth):
        raise ValueError(f"truth: expected an object that is not difficult, got none in {len(truth)} images")
    # A class of an image counts as an image of its own.
    where = np.concatenate([len(TARGETS) * i + one.kinds for i, one in enumerate(found)])
    own = [(one, one.kinds == k) for one in truth for k in range(len(TARGETS))]
    return detection_average_precision(
        np.concatenate([one.scores for one in found]),
        np.concatenate([one.boxes for one in found]),
        where,
        [one.boxes[mine] for one, mine in own],
        overlap=overlap,
        difficult=[one.difficult[mine] for one, mine in own],
    )


def selective_search(image: UInt8[np.ndarray, "H W 3"], *, least: int = 12) -> Int64[np.ndarray, "n 4"]:
    """Boxes (x0, y0, x1, y1) that may hold an object, by OpenCV's selective search in its fast mode (Uijlings et al.).

    Segments of similar colour and texture are merged step by step, and the box of every segment on the way is a
    proposal, the best first. Boxes with a side below `least` pixels are left out. Raises ValueError for another kind of
    image.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or min(image.shape[:2]) < 2:
        raise ValueError(f"image: expected colours, uint8 [H, W, 3], got {image.dtype} {image.shape}")
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(np.ascontiguousarray(image[..., ::-1]))
    search.switchToSelectiveSearchFast()
    x, y, w, h = search.process().astype(np.int64).T
    boxes = np.stack([x, y, x + w, y + h], axis=1)
    return boxes[np.minimum(w, h) >= least]


def warped(
    image: UInt8[np.ndarray, "H W 3"], boxes: Int[np.ndarray, "n 4"], *, side: int = 64, context: float = 0.12
) -> UInt8[torch.Tensor, "n 3 side side"]:
    """Each box, with a share `context` of its sides added all around, as a square of `side` pixels, whatever its shape.

    Beyond the frame, pixels of the border are repeated. Raises ValueError for boxes without area or beyond the frame,
    another kind of image, and a context below 0.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"image: expected colours, uint8 [H, W, 3], got {image.dtype} {image.shape}")
    if not 0 <= context < np.inf:
        raise ValueError(f"context: expected a finite share of at least 0, got {context}")
    boxes = np.asarray(boxes)
    height, width = image.shape[:2]
    inside = (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= (width, height)).all()
    if not inside or not (boxes[:, :2] < boxes[:, 2:]).all():
        raise ValueError(f"boxes: expected some with area within {width} x {height} pixels, got {boxes.tolist()}")
    crops = np.empty((len(boxes), side, side, 3), np.uint8)
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        # Pixel i of the crop shows the image at offset + scale * i.
        scale = np.array([x1 - x0, y1 - y0]) * (1 + 2 * context) / side
        offset = (x0, y0) - context * np.array([x1 - x0, y1 - y0]) + scale / 2 - 0.5
        there = np.array([[scale[0], 0, offset[0]], [0, scale[1], offset[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crops[k] = cv2.warpAffine(image, there, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return torch.from_numpy(crops).permute(0, 3, 1, 2).contiguous()


def overlaps(a: Int[np.ndarray, "n 4"], b: Int[np.ndarray, "m 4"]) -> Float[np.ndarray, "n m"]:
    """Intersection over union of each box of `a` with each of `b`."""
    as_tensors = (torch.from_numpy(np.asarray(boxes, float).reshape(-1, 4)) for boxes in (a, b))
    return box_iou(*as_tensors).numpy()


def suppress(
    boxes: Int[np.ndarray, "n 4"], scores: Float[np.ndarray, " n"], *, overlap: float = 0.3
) -> Int64[np.ndarray, " kept"]:
    """Non-maximum suppression: positions of the boxes that stay, the surest first.

    The surest box stays, all that overlap it by more than `overlap` (intersection over union) go, and so on. Raises
    ValueError for lengths that differ, scores that are not finite, and an overlap outside of [0, 1].
    """
    if len(boxes) != len(scores) or not np.isfinite(scores).all():
        raise ValueError(f"scores: expected {len(boxes)} finite ones, one a box, got {len(scores)}")
    if not 0 <= overlap <= 1:
        raise ValueError(f"overlap: expected a share in [0, 1], got {overlap}")
    shared = overlaps(boxes, boxes)
    left, kept = np.argsort(-scores, kind="stable"), []
    while len(left):
        best = left[0]
        kept.append(best)
        left = left[1:][shared[best, left[1:]] <= overlap]
    return np.array(kept, dtype=np.int64)
