"""Detection and tracking as the classification of windows (thesis A.2.2).

Boxes are (x0, y0, x1, y1) in pixels, upper ends excluded.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int, Real, UInt8

from .checks import finite_array, shaped, whole, whole_boxes

Box = Sequence[float] | Real[np.ndarray, "4"]

Scorer = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A classifier of windows: (image [H W 3], boxes [m 4]) -> scores [m], high where the answer is yes."""


def sliding_windows(width: int, height: int, sides: Sequence[int], *, stride: int) -> Int[np.ndarray, "m 4"]:
    """All squares of these sides whose upper left corners stand `stride` pixels apart, and that lie in the image.

    Raises ValueError for a side that does not fit.
    """
    width, height, stride = whole(width, "width"), whole(height, "height"), whole(stride, "stride")
    boxes = []
    for side in sides:
        if whole(side, "sides") > min(width, height):
            raise ValueError(f"sides: expected at most {min(width, height)}, got {side}")
        for y in range(0, height - side + 1, stride):
            boxes += [(x, y, x + side, y + side) for x in range(0, width - side + 1, stride)]
    if not boxes:
        raise ValueError("sides: expected at least one, got none")
    return np.array(boxes)


def intersection_over_union(boxes: Real[np.ndarray, "m 4"], box: Box) -> Float[np.ndarray, "m"]:
    """Shared area of each box with `box`, over the area that either covers. Raises ValueError for an empty box."""
    boxes, box = finite_array(boxes, "boxes", 2, "[m 4]"), finite_array(box, "box", 1, "[4]")
    for name, value in (("boxes", boxes), ("box", box)):
        if value.shape[-1] != 4 or (value[..., 2:] <= value[..., :2]).any():
            raise ValueError(f"{name}: expected (x0, y0, x1, y1) with x0 < x1 and y0 < y1, got {value}")
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.maximum(sides, 0).prod(axis=1)
    return shared / ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod() - shared)


def strongest(
    boxes: Real[np.ndarray, "m 4"], scores: Float[np.ndarray, "m"], *, overlap: float
) -> Int[np.ndarray, "k"]:
    """Non-maximum suppression: the indices of the boxes that remain, best first, after each has removed all weaker ones
    whose intersection over union with it exceeds `overlap`, a number in [0, 1]."""
    scores = finite_array(scores, "scores", 1, "[m]")
    if len(scores) != len(boxes):
        raise ValueError(f"scores: expected {len(boxes)}, one a box, got {len(scores)}")
    if not 0 <= overlap <= 1:
        raise ValueError(f"overlap: expected a number in [0, 1], got {overlap!r}")
    left, kept = np.argsort(-scores, kind="stable"), []
    while len(left):
        kept.append(left[0])
        left = left[intersection_over_union(np.asarray(boxes)[left], boxes[left[0]]) <= overlap]
    return np.array(kept)


def detect(
    score: Scorer, image: UInt8[np.ndarray, "H W 3"], boxes: Int[np.ndarray, "m 4"], *, overlap: float = 0.3
) -> tuple[Int[np.ndarray, "k 4"], Float[np.ndarray, "k"]]:
    """Detection as classification: score every window, keep those above 0 that no stronger one overlaps; best first.

    Raises ValueError unless `score` gives one finite number a box.
    """
    scores = shaped(score(image, boxes), "scores", (len(boxes),))
    yes = np.flatnonzero(scores > 0)
    if len(yes) == 0:
        return np.empty((0, 4), dtype=int), np.empty(0)
    kept = yes[strongest(boxes[yes], scores[yes], overlap=overlap)]
    return boxes[kept], scores[kept]


def neighbours(box: Box, width: int, height: int, *, reach: int, stride: int = 1) -> Int[np.ndarray, "m 4"]:
    """The box moved by -reach to reach pixels in x and y, in steps of `stride`, where it stays inside of the image.

    Raises ValueError if the box itself does not, or is not of whole pixels.
    """
    x0, y0, x1, y1 = _inside(box, width, height).tolist()
    reach, stride = whole(reach, "reach", 0), whole(stride, "stride")
    steps = [s * stride for s in range(-(reach // stride), reach // stride + 1)]
    moved = [(x0 + dx, y0 + dy, x1 + dx, y1 + dy) for dy in steps for dx in steps]
    return np.array([b for b in moved if b[0] >= 0 and b[1] >= 0 and b[2] <= width and b[3] <= height])


def track(
    score: Scorer, frames: Sequence[UInt8[np.ndarray, "H W 3"]], box: Box, *, reach: int, stride: int = 1
) -> Int[np.ndarray, "t 4"]:
    """Tracking as classification: in each next frame, the best-scored neighbour of the last box; row 0 is `box`.

    `reach` is how many pixels the object may move in a frame. Raises ValueError for no frames, a box that is
    not in the image, and unless `score` gives one finite number a box.
    """
    if len(frames) == 0:
        raise ValueError("frames: expected at least one, got none")
    reach, stride = whole(reach, "reach"), whole(stride, "stride")
    path = [_inside(box, frames[0].shape[1], frames[0].shape[0])]
    for frame in frames[1:]:
        height, width = frame.shape[:2]
        candidates = neighbours(path[-1], width, height, reach=reach, stride=stride)
        path.append(candidates[shaped(score(frame, candidates), "scores", (len(candidates),)).argmax()])
    return np.stack(path)


def _inside(box: Box, width: int, height: int) -> Int[np.ndarray, "4"]:
    """The box as integers; ValueError unless it lies in the image and is not empty."""
    x0, y0, x1, y1 = found = whole_boxes(box, "box", 1)
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise ValueError(f"box: expected one inside of {width} x {height} pixels, got {tuple(found.tolist())}")
    return found
