"""What an image says in training: which objects it holds, or also where they are (thesis Sections 4.2.3 and 4.5.2)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int8, UInt8
from torch.utils.data import Dataset

from thesiscode.metrics.boxes import check_boxes
from thesiscode.nets import Window
from thesiscode.transfer.examples import AnnotatedImage

from .losses import multilabel_logistic_loss
from .network import Maps, SlidingNet
from .pooling import best_outside, global_max_pool, masked_max_pool
from .scales import square_factor, to_square

GRID = 36
"""Cells along a side of the masks that say where the objects of a class are."""
OBJECT, DIFFICULT = 1, 2
"""What a cell of a mask holds: an object of the class, or a difficult one only."""


class Squares(NamedTuple):
    """Images as squares of one size, and what is known of them."""

    images: "UInt8[torch.Tensor, 'n 3 side side'] | StoredSquares"
    """all of them, or what reads them from the disk one by one"""
    labels: Int8[torch.Tensor, "n K"]
    """1, -1, or 0 where all objects of the class are difficult"""
    boxes: list[list[Float[np.ndarray, "_ 4"]]]
    """of each image and class, in pixels of the square; those of difficult objects are left out"""
    difficult: list[list[Float[np.ndarray, "_ 4"]]]
    """those of difficult objects"""
    extents: Float[np.ndarray, "n 2"]
    """width and height of each image inside of its square"""


def squares(
    images: Iterable[AnnotatedImage], n_classes: int, side: int, *, fill: Sequence[float] = (0, 0, 0)
) -> Squares:
    """Images of any size as squares (thesis Section 4.3.2); see `to_square`. Raises ValueError without images, or
    for a box that leaves its image."""
    pixels = []

    def seen() -> Iterator[AnnotatedImage]:
        for image in images:
            pixels.append(to_square(image.pixels, side, fill=fill))
            yield image

    known = _annotations(seen(), n_classes, side)
    images = torch.empty(len(pixels), *pixels[0].shape, dtype=pixels[0].dtype)
    for i in reversed(range(len(pixels))):
        images[i] = pixels.pop()  # each is freed as it is copied: they need their memory once, not twice
    return Squares(images, *known)


def _annotations(images: Iterable[AnnotatedImage], n_classes: int, side: int) -> tuple[Any, ...]:
    """What `Squares` says of images, beside their pixels."""
    labels, boxes, difficult, extents = [], [], [], []
    for i, image in enumerate(images):
        height, width = image.pixels.shape[1:]
        check_boxes(f"boxes of image {i}", image.boxes, (width, height))
        factor = square_factor(width, height, side)
        labels.append(image.labels(n_classes))
        for found, flag in ((boxes, False), (difficult, True)):
            of = [(image.classes == k) & (image.difficult == flag) for k in range(n_classes)]
            found.append([image.boxes[mine] * factor for mine in of])
        extents.append((width * factor, height * factor))
    if not labels:
        raise ValueError("images: expected at least one, got none")
    return torch.from_numpy(np.stack(labels)).to(torch.int8), boxes, difficult, np.array(extents)


class StoredSquares(Dataset):
    """Squares that are read when they are wanted, for data sets that do not fit in memory; see `stored_squares`."""

    def __init__(
        self,
        read: Callable[[int], torch.Tensor],
        shapes: Float[np.ndarray, "n 2"],
        side: int,
        fill: Sequence[float],
    ) -> None:
        """read: the image of a number, uint8 [3, H, W]. shapes: width and height of each image in its square."""
        self.read, self.shapes, self.side, self.fill = read, shapes, side, fill

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n, 3, side, side), as if they were one tensor."""
        return len(self), 3, self.side, self.side

    def __len__(self) -> int:
        return len(self.shapes)

    def __getitem__(self, index: int) -> UInt8[torch.Tensor, "3 side side"]:
        """The square. Raises ValueError for an image of another shape than its annotation says."""
        image = self.read(index)
        height, width = image.shape[1:]
        factor = square_factor(width, height, self.side)
        if not np.allclose((width * factor, height * factor), self.shapes[index]):
            said = " x ".join(f"{n / factor:g}" for n in self.shapes[index])
            raise ValueError(f"image {index}: expected the shape of its annotation, {said}, got {width} x {height}")
        return to_square(image, self.side, fill=self.fill)


def stored_squares(
    read: Callable[[int], torch.Tensor],
    annotations: Iterable[AnnotatedImage],
    n_classes: int,
    side: int,
    *,
    fill: Sequence[float] = (0, 0, 0),
) -> Squares:
    """As `squares`, without reading the images: of their `pixels`, annotations need the shape alone (device "meta").

    read: the image of a number, uint8 [3, H, W], of the shape that its annotation says.
    """
    known = _annotations(annotations, n_classes, side)
    return Squares(StoredSquares(read, known[-1], side, fill), *known)


def _cells(low: float, high: float, middles: Float[np.ndarray, " cells"]) -> Bool[np.ndarray, " cells"]:
    """The cells whose middle is between two edges; at least the one nearest to halfway."""
    inside = (low <= middles) & (middles < high)
    inside[np.abs(middles - (low + high) / 2).argmin()] = True
    return inside


def _masks(data: Squares) -> Int8[torch.Tensor, "n K cells cells"]:
    """Where objects of each class are: OBJECT, DIFFICULT, or 0."""
    middle = (np.arange(GRID) + 0.5) * (data.images.shape[-1] / GRID)
    masks = torch.zeros(*data.labels.shape, GRID, GRID, dtype=torch.int8)
    for kind, of_images in ((DIFFICULT, data.difficult), (OBJECT, data.boxes)):
        for i, classes in enumerate(of_images):
            for k, boxes in enumerate(classes):
                for x0, y0, x1, y1 in boxes:
                    rows, columns = (_cells(low, high, middle) for low, high in ((y0, y1), (x0, x1)))
                    masks[i, k][torch.from_numpy(np.outer(rows, columns))] = kind
    return masks


class ImageLabels:
    """The loss of weak supervision: the best window of each class speaks for the image (thesis Section 4.2)."""

    def __init__(self, net: SlidingNet | None = None) -> None:
        """net: as for `MaskedPooling`; where its units look does not matter here."""

    @staticmethod
    def targets(data: Squares) -> Int8[torch.Tensor, "n K"]:
        """What training needs to know: the labels."""
        return data.labels

    def __call__(self, maps: Float[torch.Tensor, "N K h w"], labels: Int8[torch.Tensor, "N K"]) -> torch.Tensor:
        """Eq. 4.1 of the pooled scores."""
        return multilabel_logistic_loss(global_max_pool(maps).scores, labels)


class MaskedPooling:
    """The loss of masked pooling: the best window must look at an object of the class (thesis Section 4.5.2).

    Classes that are not in the image are pooled over all of it. suppress: the variant, which also pushes down the best
    score beside the objects.
    """

    def __init__(self, net: SlidingNet, *, suppress: bool = False) -> None:
        self.net, self.window, self.suppress = net, net.window, suppress

    @staticmethod
    def targets(data: Squares) -> Int8[torch.Tensor, "n K cells"]:
        """Label, then a mask of GRID x GRID cells: where objects are, and where difficult ones.

        An object is where the middle of a cell is in its box, and in the cell around the middle of its box.
        """
        return torch.cat([data.labels[:, :, None], _masks(data).flatten(2)], dim=2)

    def seen(self, maps: torch.Tensor, masks: Int[torch.Tensor, "N K cells cells"]) -> Int[torch.Tensor, "N K h w"]:
        """What is in the cell that holds the middle of each unit's window."""
        rows, columns = (
            torch.from_numpy((middles(self.window, n) * (GRID / resized)).astype(int).clip(0, GRID - 1))
            for n, resized in zip(maps.shape[2:], self.net.sides, strict=True)
        )
        return masks[:, :, rows][:, :, :, columns]

    def __call__(self, maps: Float[torch.Tensor, "N K h w"], targets: Int8[torch.Tensor, "N K cells"]) -> torch.Tensor:
        """Eq. 4.1 of the scores that are pooled where the objects are."""
        labels, seen = targets[:, :, 0], self.seen(maps, targets[:, :, 1:].unflatten(2, (GRID, GRID)))
        inside = seen == OBJECT
        loss = multilabel_logistic_loss(masked_max_pool(maps, inside).scores, labels)
        if not self.suppress:
            return loss
        # -inf, whose loss is 0, where objects fill the map; classes that are not there have their loss already.
        beside = best_outside(maps, seen > 0).scores.masked_fill(labels != 1, -torch.inf)
        return loss + torch.nn.functional.softplus(beside).sum() / len(maps)


class MaskedOnTheImage(MaskedPooling):
    """Masked pooling that does not look at the padding: classes that are not in the image are pooled over the image."""

    @staticmethod
    def targets(data: Squares) -> Int8[torch.Tensor, "n K cells"]:
        """As for `MaskedPooling`; a class that is not there has a mask too, of the cells that are on the image."""
        frames = [[[0.0, 0.0, width, height]] for width, height in data.extents]
        there = [
            [boxes if label == 1 else np.array(frame) for label, boxes in zip(labels, classes, strict=True)]
            for labels, classes, frame in zip(data.labels, data.boxes, frames, strict=True)
        ]
        return MaskedPooling.targets(data._replace(boxes=there))


class OnTheImage:
    """The loss of weak supervision, pooled over the windows that lie on the image, not on its padding.

    The thesis pools over the padding too. A unit that looks at the padding, and sees what lies beside it, can say as
    well as any other *that* an object is there; where padding is wide, such units win, and the place is lost.
    """

    def __init__(self, net: SlidingNet, *, reach: float = 0) -> None:
        """reach: so many pixels around the middle of a window must be on the image, in the network's input."""
        self.net, self.window, self.reach = net, net.window, reach

    @staticmethod
    def targets(data: Squares) -> Float[torch.Tensor, "n _"]:
        """The labels, then the width and the height of the image as shares of the side of its square."""
        shares = torch.from_numpy(data.extents / data.images.shape[-1])
        return torch.cat([data.labels.float(), shares.float()], dim=1)

    def inside(self, maps: torch.Tensor, shares: torch.Tensor) -> Bool[torch.Tensor, "N 1 h w"]:
        """The units whose windows lie on the image."""
        columns, rows = (
            torch.stack([torch.from_numpy(_on(look, float(share) * side, self.reach)) for share in of_axis])
            for look, side, of_axis in zip(
                (middles(self.window, n) for n in (maps.shape[3], maps.shape[2])),
                reversed(self.net.sides),
                shares.cpu().unbind(dim=1),
                strict=True,
            )
        )
        return (rows[:, :, None] & columns[:, None, :])[:, None].to(maps.device)

    def __call__(self, maps: Float[torch.Tensor, "N K h w"], targets: Float[torch.Tensor, "N _"]) -> torch.Tensor:
        """Eq. 4.1 of the scores that are pooled over the image."""
        labels, shares = targets[:, :-2], targets[:, -2:]
        beside = ~self.inside(maps, shares)
        return multilabel_logistic_loss(global_max_pool(maps.masked_fill(beside, -torch.inf)).scores, labels)


def middles(look: Window, n: int) -> Float[np.ndarray, " n"]:
    """The middles of the windows of n neighbouring units, in pixels of the network's input."""
    return look.start + look.stride * np.arange(n)


def _on(middles: Float[np.ndarray, " n"], extent: float, reach: float) -> Bool[np.ndarray, " n"]:
    """Which windows have `reach` pixels to both sides of their middle between 0 and `extent`; at least the one nearest
    to halfway, as an image may be smaller than a window."""
    inside = (reach <= middles) & (middles <= extent - reach)
    inside[np.abs(middles - extent / 2).argmin()] = True
    return inside


def on_the_image(maps: Sequence[Maps], width: float, height: float, reaches: Sequence[float] = ()) -> list[Maps]:
    """Score maps with -inf at the units whose windows do not lie on the image.

    reaches: of each map, how many pixels around the middle of a window must be on the image; 0 by default.
    """
    found = []
    for one, reach in zip(maps, reaches or [0.0] * len(maps), strict=True):
        inside = _on(one.y, height, reach)[:, None] & _on(one.x, width, reach)
        found.append(one._replace(scores=np.where(inside, one.scores, -np.inf)))
    return found
