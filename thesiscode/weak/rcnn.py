"""Regions with features of a network, after Girshick et al. (2014): the rival that is told where objects are."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from sklearn.svm import LinearSVC
from torch import nn
from torchvision.ops import box_iou

from thesiscode.transfer.adaptation import cache_features
from thesiscode.transfer.examples import AnnotatedImage

from .proposals import selective_search, warped

NEGATIVE = 0.3
"""Boxes that overlap each object of the class by less are negatives (Girshick et al. 2014, Section 2.3)."""
NORM = 20.0
"""Mean length that features are scaled to."""


class Regions(NamedTuple):
    """The proposals of an image and a feature vector each; objects come first in training."""

    boxes: Float[np.ndarray, "n 4"]
    features: Float[np.ndarray, "n D"]
    n_objects: int


def regions(trunk: nn.Module, image: AnnotatedImage, size: int, *, objects: bool = False) -> Regions:
    """The proposals of selective search, and with `objects` the boxes of all objects before them, as `trunk` sees them.

    An image without proposals is one proposal itself.
    """
    proposals = selective_search(image.pixels)
    if not len(proposals):
        proposals = np.array([[0, 0, image.pixels.shape[2], image.pixels.shape[1]]], float)
    n = len(image.boxes) if objects else 0
    boxes = np.concatenate([image.boxes[:n], proposals])
    return Regions(boxes, cache_features(trunk, warped(image.pixels, boxes, size)).numpy(), n)


class RCNN:
    """One linear support vector machine a class on the features of regions, trained with hard negatives.

    n_classes: number of classes. strength: C of the machines. rounds: how often negatives are looked for that the
    machine takes for objects, or nearly (score above -1), and added.
    """

    def __init__(self, n_classes: int, *, strength: float = 1e-3, rounds: int = 2):
        self.n_classes, self.strength, self.rounds = n_classes, strength, rounds
        self.scale = 1.0
        self.machines: list[LinearSVC] = []

    def fit(self, trunk: nn.Module, images: Iterable[AnnotatedImage], size: int, rng: np.random.Generator) -> "RCNN":
        """Trains on images with boxes; positives are the boxes of objects that are not difficult.

        Raises ValueError for a class without such objects.
        """
        self.machines = []
        images = list(images)
        found = [regions(trunk, image, size, objects=True) for image in images]
        features = np.concatenate([one.features for one in found])
        self.scale = NORM / max(float(np.linalg.norm(features, axis=1).mean()), 1e-12)
        features = features * self.scale
        for k in range(self.n_classes):
            positive, negative = (np.concatenate(part) for part in zip(*map(_roles(k), images, found), strict=True))
            if not positive.any():
                raise ValueError(f"images: expected objects of class {k}, got none")
            self.machines.append(self._machine(features, np.flatnonzero(positive), np.flatnonzero(negative), rng))
        return self

    def _machine(
        self, features: np.ndarray, positive: np.ndarray, negative: np.ndarray, rng: np.random.Generator
    ) -> LinearSVC:
        chosen = rng.choice(negative, min(len(negative), 10 * len(positive)), replace=False)
        for last in range(self.rounds, -1, -1):
            rows = np.concatenate([positive, chosen])
            truth = np.arange(len(rows)) < len(positive)
            machine = LinearSVC(C=self.strength, random_state=0, max_iter=5000).fit(features[rows], truth)
            if last:
                hard = negative[machine.decision_function(features[negative]) > -1]
                chosen = np.union1d(chosen, hard)
        return machine

    def scores(self, region: Regions) -> Float[np.ndarray, "n K"]:
        """How much each region looks like an object of each class."""
        features = region.features * self.scale
        return np.stack([machine.decision_function(features) for machine in self.machines], axis=1)


def _roles(k: int):
    """Which regions of an image are objects of class k, and which are none."""

    def roles(image: AnnotatedImage, one: Regions) -> tuple[np.ndarray, np.ndarray]:
        mine = image.classes == k
        positive = np.zeros(len(one.boxes), bool)
        positive[: one.n_objects] = mine & ~image.difficult
        if not mine.any():
            return positive, np.ones(len(one.boxes), bool)
        shared = box_iou(torch.from_numpy(one.boxes), torch.from_numpy(image.boxes[mine])).numpy()
        return positive, shared.max(axis=1) < NEGATIVE

    return roles


def best_boxes(
    scores: Sequence[Float[np.ndarray, "_ K"]], boxes: Sequence[Float[np.ndarray, "_ 4"]]
) -> tuple[Float[np.ndarray, "n K"], Float[np.ndarray, "n K 4"]]:
    """The best region of each image and class, and how good it is: one box a class and image (thesis Section 4.6.1).

    Raises ValueError for an image without regions.
    """
    for i, one in enumerate(scores):
        if not len(one):
            raise ValueError(f"boxes of image {i}: expected at least one region, got none")
    best = [one.argmax(axis=0) for one in scores]
    return np.stack([s.max(axis=0) for s in scores]), np.stack([b[i] for b, i in zip(boxes, best, strict=True)])
