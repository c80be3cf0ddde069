"""What an image says in training: which objects it holds, or also where they are (thesis Sections 4.2.3 and 4.5.2)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int8, UInt8

from thesiscode.transfer.examples import AnnotatedImage

from .losses import multilabel_logistic_loss
from .network import Maps, SlidingNet, centres
from .pooling import best_outside, global_max_pool, masked_max_pool
from .scales import square_factor, to_square

GRID = 36
"""Cells along a side of the masks that say where the objects of a class are."""


class Squares(NamedTuple):
    """Images as squares of one size, and what is known of them."""

    images: UInt8[torch.Tensor, "n 3 side side"]
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
    """Images of any size as squares (thesis Section 4.3.2); see `to_square`. Raises ValueError without images."""
    pixels, labels, boxes, difficult, extents = [], [], [], [], []
    for image in images:
        height, width = image.pixels.shape[1:]
        factor = square_factor(width, height, side)
        pixels.append(to_square(image.pixels, side, fill=fill))
        labels.append(image.labels(n_classes))
        for found, flag in ((boxes, False), (difficult, True)):
            of = [(image.classes == k) & (image.difficult == flag) for k in range(n_classes)]
            found.append([image.boxes[mine] * factor for mine in of])
        extents.append((width * factor, height * factor))
    if not pixels:
        raise ValueError("images: expected at least one, got none")
    labels = torch.from_numpy(np.stack(labels)).to(torch.int8)
    return Squares(torch.stack(pixels), labels, boxes, difficult, np.array(extents))


def _cells(low: float, high: float, middles: Float[np.ndarray, " cells"]) -> Bool[np.ndarray, " cells"]:
    """The cells whose middle is between two edges; at least the one nearest to halfway."""
    inside = (low <= middles) & (middles < high)
    inside[np.abs(middles - (low + high) / 2).argmin()] = True
    return inside


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
        """Label, then a mask of GRID x GRID cells: 1 where an object is. A cell whose middle is in the box, or the cell
        around the middle of the box, is where the object is."""
        middles = (np.arange(GRID) + 0.5) * (data.images.shape[-1] / GRID)
        masks = torch.zeros(*data.labels.shape, GRID, GRID, dtype=torch.int8)
        for i, classes in enumerate(data.boxes):
            for k, boxes in enumerate(classes):
                for x0, y0, x1, y1 in boxes:
                    rows, columns = (_cells(low, high, middles) for low, high in ((y0, y1), (x0, x1)))
                    masks[i, k] |= torch.from_numpy(np.outer(rows, columns)).to(torch.int8)
        return torch.cat([data.labels[:, :, None], masks.flatten(2)], dim=2)

    def inside(self, maps: torch.Tensor, masks: torch.Tensor) -> Bool[torch.Tensor, "N K h w"]:
        """The units that look at an object of the class: the cell in the middle of their window is on it."""
        rows, columns = (
            torch.from_numpy((centres(self.window, n, GRID, resized) - 0.5).round().clip(0, GRID - 1).astype(int))
            for n, resized in zip(maps.shape[2:], self.net.sides, strict=True)
        )
        return masks[:, :, rows][:, :, :, columns].bool()

    def __call__(self, maps: Float[torch.Tensor, "N K h w"], targets: Int8[torch.Tensor, "N K cells"]) -> torch.Tensor:
        """Eq. 4.1 of the scores that are pooled where the objects are."""
        labels, masks = targets[:, :, 0], targets[:, :, 1:].unflatten(2, (GRID, GRID))
        inside = self.inside(maps, masks)
        loss = multilabel_logistic_loss(masked_max_pool(maps, inside).scores, labels)
        if not self.suppress:
            return loss
        # -inf, whose loss is 0, where objects fill the map; classes that are not there have their loss already.
        beside = best_outside(maps, inside).scores.masked_fill(labels != 1, -torch.inf)
        return loss + torch.nn.functional.softplus(beside).sum() / len(maps)


class OnTheImage(MaskedPooling):
    """The loss of weak supervision, pooled over the windows whose middle is on the image, not on its padding.

    The thesis pools over the padding too. A unit that looks at the padding, and sees what lies beside it, can say as
    well as any other *that* an object is there; where padding is wide, such units win, and the place is lost.
    """

    def __init__(self, net: SlidingNet) -> None:
        super().__init__(net)

    @staticmethod
    def targets(data: Squares) -> Int8[torch.Tensor, "n K cells"]:
        """Label, then a mask of GRID x GRID cells: 1 where the image is."""
        frames = [[np.array([[0.0, 0.0, width, height]])] * data.labels.shape[1] for width, height in data.extents]
        return MaskedPooling.targets(data._replace(boxes=frames))


def on_the_image(maps: Sequence[Maps], width: float, height: float) -> list[Maps]:
    """Score maps without the units whose middle is on the padding, -inf there; a map that has no others stays."""
    found = []
    for one in maps:
        inside = (one.y < height)[:, None] & (one.x < width)
        scores = np.where(inside, one.scores, -np.inf) if inside.any() else one.scores
        found.append(one._replace(scores=scores))
    return found
