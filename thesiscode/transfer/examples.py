"""Annotated images as the chapter takes them, from Toyland or from VOC, and the patches to train on (thesis 3.2.2)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch.utils.data import Dataset

from thesiscode.data.toyland import TARGETS, Scene, Scenes
from thesiscode.data.voc import VOC_CLASSES, VOCAnnotation, VOCDetection
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
        yield toyland_image(scene)


def toyland_image(scene: Scene) -> AnnotatedImage:
    """One scene of Toyland; classes are positions in TARGETS. Raises ValueError for an object of another class."""
    things = scene.objects
    return AnnotatedImage(
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
        yield AnnotatedImage(image, *voc_objects(annotation, classes))


def voc_objects(
    annotation: VOCAnnotation, classes: tuple[str, ...] = VOC_CLASSES
) -> tuple[Float[np.ndarray, "n 4"], Int64[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Boxes, class numbers and `difficult` flags of the objects of `classes`."""
    things = [o for o in annotation.objects if o.name in classes]
    return (
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
    objects = (image.boxes, image.classes, image.difficult)
    patches, targets = _chosen_patches(width, height, objects, n_classes, rng, overlap, background)
    return extract_patches(image.pixels, patches, size), targets


def _chosen_patches(
    width: int,
    height: int,
    objects: tuple[np.ndarray, np.ndarray, np.ndarray],
    n_classes: int,
    rng: np.random.Generator,
    overlap: float,
    background: float,
) -> tuple[Int64[np.ndarray, "n 4"], Int64[torch.Tensor, " n"]]:
    """The patches of an image to train on, and the class of each; its pixels do not matter."""
    boxes, classes, difficult = objects
    patches = patch_grid(width, height, overlap=overlap)
    labels = label_patches(patches, boxes, classes, ignore=difficult)
    kept = resample_background(labels, fraction=background, rng=rng)
    targets = torch.from_numpy(labels[kept])
    targets[targets == BACKGROUND] = n_classes
    return patches[kept], targets


class VOCPatches(Dataset):
    """The labelled patches of `training_patches`, each cut from its photograph when it is asked for.

    Only annotations are read at construction: a million patches fit in memory as boxes, not as pixels. Items are
    (uint8 [3, size, size], class); `targets` holds all classes, `patches` all boxes (x0, y0, x1, y1).
    Raises ValueError if no photograph has a patch to train on, or, when a patch is cut, if its photograph has another
    size than the annotation says.
    """

    def __init__(
        self,
        data: VOCDetection,
        classes: tuple[str, ...] = VOC_CLASSES,
        *,
        size: int,
        rng: np.random.Generator,
        overlap: float = 0.66,
        background: float = 0.1,
    ) -> None:
        self.data, self.size = data, size
        found = [
            _chosen_patches(a.width, a.height, voc_objects(a, classes), len(classes), rng, overlap, background)
            for a in data.annotations
        ]
        if not sum(len(targets) for _, targets in found):
            raise ValueError("data: expected photographs with patches to train on, got none")
        self.patches = np.concatenate([patches for patches, _ in found])
        self.targets = torch.cat([targets for _, targets in found])
        self.image_of = np.repeat(np.arange(len(found)), [len(targets) for _, targets in found])

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[UInt8[torch.Tensor, "3 size size"], Int64[torch.Tensor, ""]]:
        annotation = self.data.annotations[int(self.image_of[index])]
        image = self.data.image(int(self.image_of[index]))
        if tuple(image.shape[1:]) != (annotation.height, annotation.width):
            raise ValueError(
                f"{annotation.path}: expected {annotation.width} x {annotation.height} pixels, as its annotation says, "
                f"got {image.shape[2]} x {image.shape[1]}"
            )
        return extract_patches(image, self.patches[index][None], self.size)[0], self.targets[index]
