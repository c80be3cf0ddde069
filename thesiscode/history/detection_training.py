"""Training a detector on scenes with boxes, with one round of hard negatives, and measuring it (thesis Section 2.1)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torchvision.ops import box_iou

from thesiscode.data.toyland import Scene
from thesiscode.metrics import found_average

from .hog_detector import Detector, detect, fit_detector, window_features

WINDOW, MARGIN = (72, 56), 8
"""Pixels of the window (width, height), and of the context in it on each side. Cars are half as wide again as high."""
C = 0.01
"""Of the support vector machine, as Dalal and Triggs (2005) have it; three times as much does no better on our cars."""
PER_SCENE = 10, 20
"""Random windows, and at most so many hard ones, from each scene without the class."""


class Judged(NamedTuple):
    """How a detector does on scenes: one entry a detection, surest first, without those that count for nothing."""

    recall: Float[np.ndarray, " n"]
    precision: Float[np.ndarray, " n"]
    scores: Float[np.ndarray, " n"]
    average_precision: float


def train_detector(
    positives: Sequence[Scene], negatives: Sequence[Scene], name: str, *, rng: np.random.Generator
) -> tuple[Detector, Detector]:
    """Detectors of a class of objects, before and after a round of hard negatives (Dalal and Triggs 2005).

    The first one learns from the objects of the positive scenes, whole and in plain view, with their mirror images,
    against random windows of the negative scenes. The second one also learns from what the first one takes for an
    object in the negative scenes. Raises ValueError for no scene, positives without a whole object, or negatives with
    one.
    """
    if not len(positives) or not len(negatives):
        raise ValueError(f"positives, negatives: expected some scenes, got {len(positives)} and {len(negatives)}")
    if any(thing.name == name for scene in negatives for thing in scene.objects):
        raise ValueError(f"negatives: expected scenes without any {name}, got one with it")
    whole = [[o.box for o in s.objects if o.name == name and not (o.difficult or o.truncated)] for s in positives]
    if not any(whole):
        raise ValueError(f"positives: expected some {name} in plain view, got none")
    images = [scene.image for scene in negatives]
    good = window_features([s.image for s in positives], whole, WINDOW, MARGIN, mirror=True)
    bad = window_features(images, [_random_windows(i, PER_SCENE[0], rng) for i in images], WINDOW, MARGIN)
    first = fit_detector(good, bad, margin=MARGIN, C=C)
    hard = [detect(first, image, overlap=0.7).boxes[: PER_SCENE[1]] for image in images]
    worse = np.concatenate([bad, window_features(images, hard, WINDOW, MARGIN)])
    return first, fit_detector(good, worse, margin=MARGIN, C=C)


def judge(detector: Detector, scenes: Sequence[Scene], name: str, *, overlap: float = 0.5) -> Judged:
    """Precision and recall of a detector of a class, as Pascal VOC counts them; see `detection_average_precision`.

    Raises ValueError where no scene has an object of the class that is not difficult.
    """
    scores, hits, n = [], [], 0
    for scene in scenes:
        things = [o for o in scene.objects if o.name == name]
        boxes, hard = np.array([o.box for o in things], float).reshape(-1, 4), np.array([o.difficult for o in things])
        n += int((~hard).sum()) if len(hard) else 0
        found = detect(detector, scene.image)
        hit, counted = _match(found.boxes, boxes, hard.astype(bool), overlap)
        scores.append(found.scores[counted])
        hits.append(hit[counted])
    if not n:
        raise ValueError(f"scenes: expected some {name} that is not difficult, got none")
    sure, right = np.concatenate(scores), np.concatenate(hits)
    order = np.argsort(-sure, kind="stable")
    found_so_far = np.cumsum(right[order])
    precision = found_so_far / np.arange(1, len(order) + 1)
    return Judged(found_so_far / n, precision, sure[order], found_average(right, sure, n))


def _match(
    found: Float[np.ndarray, "d 4"], boxes: Float[np.ndarray, "m 4"], hard: Bool[np.ndarray, " m"], overlap: float
) -> tuple[Bool[np.ndarray, " d"], Bool[np.ndarray, " d"]]:
    """Whether each detection, surest first, is the first one of an object, and whether it counts at all."""
    hit, counted, taken = np.zeros(len(found), bool), np.ones(len(found), bool), np.zeros(len(boxes), bool)
    if not len(boxes):
        return hit, counted
    for d, shared in enumerate(box_iou(torch.from_numpy(found), torch.from_numpy(boxes)).numpy()):
        best = shared.argmax()
        if shared[best] >= overlap:
            hit[d], counted[d] = not (taken[best] or hard[best]), not hard[best]
            taken[best] = True
    return hit, counted


def _random_windows(image: np.ndarray, n: int, rng: np.random.Generator) -> list[Float[np.ndarray, "4"]]:
    """n boxes of the shape of the window's inner part, of all sizes that a detector meets."""
    inner = np.array(WINDOW) - 2 * MARGIN
    size = np.array(image.shape[1::-1])
    corners = []
    for _ in range(n):
        sides = inner * rng.uniform(0.5, (size / inner).min())
        corner = rng.uniform(0, size - sides)
        corners.append(np.concatenate([corner, corner + sides]))
    return corners
