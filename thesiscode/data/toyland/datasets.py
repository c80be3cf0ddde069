"""Scenes in memory, as a torch Dataset: nothing is stored, each image is drawn when it is asked for."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Int64
from torch.utils.data import Dataset

from thesiscode.data.toyland.classes import TARGETS
from thesiscode.data.toyland.contexts import check_context
from thesiscode.data.toyland.layout import SIDE, Modes
from thesiscode.data.toyland.scenes import Scene, draw_scene

KINDS = ("boxes", "labels", "scene")


class Scenes(Dataset):
    """`n` scenes of the world `seed`, from number `start` on: a training and a test set share a seed, not a number.

    An item depends on `target`:
    - "boxes" (as torchvision's detection models take it): the image, uint8 [3, H, W], and a dict of `boxes` float32
      [n, 4] (x0, y0, x1, y1 in pixels, upper ends excluded), `labels` int64 [n] (position in TARGETS), `masks` bool
      [n, H, W], `difficult` and `truncated` bool [n], and `image_id` int;
    - "labels" (VOC's classification task): the image, and `image_labels` of the scene, int64 [12];
    - "scene": the `Scene` itself, untransformed.

    `transform` is applied to the image tensor. Images have several sizes: batch them with `collate`, or make them one
    size in `transform`. Raises ValueError for settings out of range, IndexError for an index out of range.
    """

    def __init__(
        self,
        n: int,
        seed: int = 0,
        *,
        start: int = 0,
        context: str | None = None,
        modes: Modes | None = None,
        side: int = SIDE,
        target: str = "boxes",
        transform: Callable[[torch.Tensor], Any] | None = None,
    ) -> None:
        for name, value, least in (("n", n, 1), ("seed", seed, 0), ("start", start, 0), ("side", side, 32)):
            if value < least:
                raise ValueError(f"{name} is {value}; expected a whole number from {least}")
        if target not in KINDS:
            raise ValueError(f"target is {target!r}; expected one of {', '.join(KINDS)}")
        self.context = None if context is None else check_context(context)
        self.n, self.seed, self.start, self.side = n, seed, start, side
        self.modes = Modes() if modes is None else modes
        self.target, self.transform = target, transform

    classes = TARGETS

    def __len__(self) -> int:
        return self.n

    def scene(self, i: int) -> Scene:
        """The scene behind item `i`; negative numbers count from the end."""
        if not -self.n <= i < self.n:
            raise IndexError(f"index {i} is out of range for {self.n} scenes")
        index = self.start + i % self.n
        return draw_scene(self.seed, index, context=self.context, modes=self.modes, side=self.side)

    def __getitem__(self, i: int) -> Any:
        scene = self.scene(i)
        if self.target == "scene":
            return scene
        image = torch.from_numpy(scene.image).permute(2, 0, 1).contiguous()
        if self.transform is not None:
            image = self.transform(image)
        return image, (image_labels(scene) if self.target == "labels" else detection_target(scene))


def image_labels(scene: Scene, classes: Sequence[str] = TARGETS) -> Int64[torch.Tensor, "classes"]:
    """Per class: 1 where the scene shows it, 0 where every object of it is `difficult`, -1 where there is none.

    This is how VOC's `ImageSets/Main` labels images; its evaluation leaves the zeros out.
    """
    labels = torch.full((len(classes),), -1)
    for k, name in enumerate(classes):
        flags = [thing.difficult for thing in scene.objects if thing.name == name]
        if flags:
            labels[k] = 0 if all(flags) else 1
    return labels


def detection_target(scene: Scene) -> dict[str, Any]:
    """Boxes, labels, masks and flags of a scene as tensors; see `Scenes`."""
    things = scene.objects
    height, width = scene.image.shape[:2]
    masks = torch.zeros((len(things), height, width), dtype=torch.bool)
    for k, thing in enumerate(things):
        masks[k] = torch.from_numpy(thing.mask)
    return {
        "boxes": torch.tensor([thing.box for thing in things], dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor([TARGETS.index(thing.name) for thing in things], dtype=torch.int64),
        "masks": masks,
        "difficult": torch.tensor([thing.difficult for thing in things], dtype=torch.bool),
        "truncated": torch.tensor([thing.truncated for thing in things], dtype=torch.bool),
        "image_id": scene.index,
    }


def collate(items: list[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """A batch of images of several sizes: a list of images and a list of targets, for a DataLoader's `collate_fn`."""
    images, targets = zip(*items, strict=True)
    return list(images), list(targets)
