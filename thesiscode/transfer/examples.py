"""Annotated images as the chapter takes them, from Toyland or from VOC, and the patches to train on (thesis 3.2.2)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, UInt8

from thesiscode.data.toyland import TARGETS, Scenes
from thesiscode.data.voc import VOC_CLASSES, VOCDetection
from thesiscode.engine import Tensors

from .labels import BACKGROUND, label_patches, resample_background
from .patches import extract_patches, patch_grid


class AnnotatedImage(NamedTuple):
    """An image and the objects in it. Boxes are (x0, y0, x1, y1) in pixels, upper ends excluded."""

    pixels: UInt8[torch.Tensor, "3 H W"]
    boxes: Float[np.ndarray, "n 4"]
    classes: Int64[np.ndarray, " n"]
    difficult: Bool[np.ndarray, " n"]

    def labels(self, n_classes: int) -> Int64[np.ndarray, " C"]:
        """Per class 1, -1, or 0 where all its objects are `difficult`: the labels of VOC's classification task."""
        labels = np.full(n_classes, -1)
        labels[self.classes[self.difficult]] = 0
        labels[self.classes[~self.difficult]] = 1
        return labels


def toyland_images(n: int, seed: int, *, start: int = 0) -> Iterator[AnnotatedImage]:
    """`n` scenes of the world `seed`, from number `start` on; classes are positions in Toyland's TARGETS."""
    for scene in Scenes(n, seed, start=start, target="scene"):
        things = scene.objects
        yield AnnotatedImage(
            torch.from_numpy(scene.image).permute(2, 0, 1).contiguous(),
            np.array([t.box for t in things], float).reshape(-1, 4),
            np.array([TARGETS.index(t.name) for t in things], np.int64),
            np.array([t.difficult for t in things], bool),
        )


def voc_images(
    folder: str | Path | None = None,
    *,
    year: int = 2007,
    split: str = "trainval",
    classes: tuple[str, ...] = VOC_CLASSES,
) -> Iterator[AnnotatedImage]:
    """The images of a split of Pascal VOC, with the objects of `classes`; see `thesiscode.data.VOCDetection`."""
    for image, annotation in VOCDetection(folder, year=year, split=split):
        things = [o for o in annotation.objects if o.name in classes]
        yield AnnotatedImage(
            image,
            np.array([o.box for o in things], float).reshape(-1, 4),
            np.array([classes.index(o.name) for o in things], np.int64),
            np.array([o.difficult for o in things], bool),
        )


def training_patches(
    images: Iterable[AnnotatedImage],
    n_classes: int,
    *,
    size: int,
    rng: np.random.Generator,
    overlap: float = 0.66,
    background: float = 0.1,
) -> Tensors:
    """The labelled patches of some images, as a data set of (uint8 [3, size, size], class) (thesis Section 3.2.2).

    The last class, number n_classes, is the background, of which a random share `background` is kept. Patches on which
    a `difficult` object counts are discarded.
    Raises ValueError without images, or if none of their patches can be used.
    """
    options = {"size": size, "rng": rng, "overlap": overlap, "background": background}
    found = [labelled_patches(image, n_classes, **options) for image in images]
    if not sum(len(targets) for _, targets in found):
        raise ValueError("images: expected some with patches to train on, got none")
    return Tensors(torch.cat([inputs for inputs, _ in found]), torch.cat([targets for _, targets in found]))


def labelled_patches(
    image: AnnotatedImage,
    n_classes: int,
    *,
    size: int,
    rng: np.random.Generator,
    overlap: float = 0.66,
    background: float = 0.1,
) -> tuple[UInt8[torch.Tensor, "n 3 size size"], Int64[torch.Tensor, " n"]]:
    """The patches of one image to train on, and the class of each; see `training_patches`. There may be none."""
    height, width = image.pixels.shape[1:]
    patches = patch_grid(width, height, overlap=overlap)
    labels = label_patches(patches, image.boxes, image.classes, ignore=image.difficult)
    kept = resample_background(labels, fraction=background, rng=rng)
    targets = torch.from_numpy(labels[kept])
    targets[targets == BACKGROUND] = n_classes
    return extract_patches(image.pixels, patches[kept], size), targets
