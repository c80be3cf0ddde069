"""A classifier that labels every pixel: fully convolutional networks with skips (thesis Section 2.4, Figure 2-40)."""

from collections import OrderedDict
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import nn
from torch.nn import functional as F

from thesiscode.data.toyland import TARGETS, Modes, draw_scene
from thesiscode.nets import SmallAlexNet, to_convolutional, truncate, window
from thesiscode.nets.sliding import Window

VOID = 255
"""Label of pixels that count neither in training nor in tests: those beyond the scene's frame."""
PIXELS = Window(1, 1, 0.5)
"""Where the pixels of an image look."""


class Labelled(NamedTuple):
    """Images with a class for each pixel."""

    images: UInt8[torch.Tensor, "n 3 side side"]
    classes: UInt8[torch.Tensor, "n side side"]
    """0 background, k + 1 for TARGETS[k], VOID beyond the frame"""


EASY = Modes(smallest=0.4, largest=0.8, occlusion=0.1, truncation=0.0, clutter=0.0)
"""Scenes of few and large objects: most are about as large as those that the classifier was trained on."""


def labelled_scenes(n: int, seed: int = 0, *, start: int = 0, side: int = 96, modes: Modes = EASY) -> Labelled:
    """Scenes start, start + 1, ... of the world `seed`, at the upper left of squares of `side` pixels, grey beyond.

    The masks of a scene's labelled objects give the classes; unlabelled clutter is background. Raises ValueError for
    n below 1, and for what `draw_scene` refuses.
    """
    if n < 1:
        raise ValueError(f"n: expected at least 1 scene, got {n}")
    images = torch.full((n, 3, side, side), 128, dtype=torch.uint8)
    classes = torch.full((n, side, side), VOID, dtype=torch.uint8)
    for k in range(n):
        scene = draw_scene(seed, start + k, modes=modes, side=side)
        height, width = scene.image.shape[:2]
        images[k, :, :height, :width] = torch.from_numpy(scene.image).permute(2, 0, 1)
        classes[k, :height, :width] = 0
        for thing in scene.objects:
            classes[k, :height, :width][torch.from_numpy(thing.mask)] = 1 + TARGETS.index(thing.name)
    return Labelled(images, classes)


def resample(
    maps: Float[torch.Tensor, "n c h w"], source: Window, target: Window, size: tuple[int, int]
) -> Float[torch.Tensor, "n c H W"]:
    """Maps, read between their units where the units of another map look: linear, constant beyond the outer units.

    source, target: where the units of both look, as `nets.window` gives it; size: (height, width) of the other map.
    """
    axes = []
    for have, want in zip(maps.shape[2:], size, strict=True):
        places = (target.start + target.stride * torch.arange(want) - source.start) / source.stride
        axes.append(2 * places / max(have - 1, 1) - 1)
    rows, columns = torch.meshgrid(*axes, indexing="ij")
    grid = torch.stack([columns, rows], dim=-1).to(maps).expand(len(maps), -1, -1, -1)
    return F.grid_sample(maps, grid, padding_mode="border", align_corners=True)


class Maps(NamedTuple):
    """What the convolutions of the classifier see: maps with a unit every 2, 4 and 8 pixels."""

    early: Float[torch.Tensor, "n 24 _ _"]
    middle: Float[torch.Tensor, "n 48 _ _"]
    deep: Float[torch.Tensor, "n fc_width _ _"]


class SegmentationNetwork(nn.Module):
    """A trained classifier, slid over the image, and a score for each class at each pixel (Long et al. 2015).

    The layers of `trunk` up to FC7 become convolutions and stay as they are; what is beyond the image is zero to FC6,
    so that units look at the rims as well. A convolution of 1 x 1 gives the scores of its last maps, a unit every 8
    pixels, which are enlarged to the image. With `skips`, relu2 (every 4 pixels) and relu1 (every 2) have scores of
    their own, by a hidden layer of 3 x 3 and a convolution of 1 x 1, which are added on the way; they begin at 0, as in
    the paper.
    generator: source of the initial weights.
    """

    def __init__(
        self,
        trunk: SmallAlexNet,
        n_classes: int = 1 + len(TARGETS),
        *,
        skips: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        layers = OrderedDict(to_convolutional(truncate(trunk, "relu7"), side=64).named_children())
        layers["fc6"].padding = (2, 2)
        names = list(layers)
        cuts = [0, names.index("relu1") + 1, names.index("relu2") + 1, len(names)]
        self.stages = nn.ModuleList(
            nn.Sequential(OrderedDict((name, layers[name]) for name in names[a:b])) for a, b in pairwise(cuts)
        ).requires_grad_(False)
        self.windows = [window(nn.Sequential(*self.stages[: k + 1])) for k in range(3)]
        self.head = nn.Conv2d(layers["fc7"].out_channels, n_classes, 1)
        self.skips = nn.ModuleList()
        for channels in (48, 24) if skips else ():
            hidden = nn.Conv2d(channels, channels, 3, padding=1)
            self.skips.append(nn.Sequential(hidden, nn.ReLU(), nn.Conv2d(channels, n_classes, 1)))
            nn.init.kaiming_normal_(hidden.weight, generator=generator)
            for value in (hidden.bias, *self.skips[-1][2].parameters()):
                nn.init.zeros_(value)
        nn.init.normal_(self.head.weight, std=0.01, generator=generator)
        nn.init.zeros_(self.head.bias)

    @property
    def trained(self) -> dict[str, torch.Tensor]:
        """The weights that are not the trunk's."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith("stages.")}

    @torch.no_grad()
    def look(self, x: Float[torch.Tensor, "N 3 H W"]) -> Maps:
        """The maps of images in [-1, 1], of any size from 32 pixels on, in evaluation mode."""
        found = []
        for stage in self.stages.eval():
            x = stage(x)
            found.append(x)
        return Maps(*found)

    def scores(self, maps: Maps) -> tuple[Float[torch.Tensor, "N classes h w"], Window]:
        """Scores before the softmax, and where their units look: every 2 pixels with skips, every 8 without."""
        scores, place = self.head(maps.deep), self.windows[2]
        for k, skip in enumerate(self.skips):
            fine, there = (maps.middle, maps.early)[k], self.windows[1 - k]
            scores, place = resample(scores, place, there, tuple(fine.shape[2:])) + skip(fine), there
        return scores, place

    def forward(self, x: Float[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N classes H W"]:
        """Scores of each pixel, before the softmax."""
        return resample(*self.scores(self.look(x)), PIXELS, tuple(x.shape[2:]))


def as_input(images: UInt8[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N 3 H W"]:
    """Pixels from 0..255 to [-1, 1]."""
    return (images.float() / 127.5 - 1).to(memory_format=torch.channels_last)


def train_segmentation(
    net: SegmentationNetwork, data: Labelled, *, epochs: int, rate: float = 5e-3, draw: torch.Generator
) -> list[float]:
    """Trains all that is not the trunk: cross-entropy of every second pixel along both sides, Adam, mini-batches of 16,
    a rate that falls to 0 as a cosine. Returns the mean loss of each epoch.

    The trunk's maps are computed once. Raises ValueError for fewer images than a mini-batch.
    """
    if len(data.images) < 16:
        raise ValueError(f"data: expected at least 16 images, one mini-batch, got {len(data.images)}")
    parts = [net.look(as_input(part)) for part in data.images.split(16)]
    maps = Maps(*(torch.cat(stage) for stage in zip(*parts, strict=True)))
    places, size = net.windows[0], tuple(maps.early.shape[2:])  # unit i of relu1 looks at pixel 2 i
    classes = data.classes[:, ::2, ::2].long()
    optimizer = torch.optim.Adam([p for p in net.train().parameters() if p.requires_grad], rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (len(classes) // 16))
    losses = []
    for _ in range(epochs):
        total = []
        for batch in torch.randperm(len(classes), generator=draw)[: len(classes) // 16 * 16].split(16):
            scores, place = net.scores(Maps(*(m[batch] for m in maps)))
            if place != places:
                scores = resample(scores, place, places, size)
            loss = F.cross_entropy(scores, classes[batch], ignore_index=VOID)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total.append(loss.item())
        losses.append(float(np.mean(total)))
    net.eval()
    return losses


@torch.no_grad()
def segment_images(
    net: SegmentationNetwork, images: UInt8[torch.Tensor, "n 3 side side"]
) -> UInt8[torch.Tensor, "n side side"]:
    """The class with the highest score at each pixel."""
    net.eval()
    return torch.cat([net(as_input(part)).argmax(dim=1).byte() for part in images.split(16)])


def intersections_over_unions(
    found: UInt8[torch.Tensor, "*n"], truth: UInt8[torch.Tensor, "*n"], n_classes: int = 1 + len(TARGETS)
) -> Float[np.ndarray, " n_classes"]:
    """IoU of each class over all pixels that are not VOID: pixels that are of the class in both, over those that are in
    either; NaN for a class that neither holds. Their mean is the measure of Pascal VOC's segmentation task.

    Raises ValueError for shapes that differ, without a pixel that is not VOID, and for classes beyond n_classes.
    """
    if found.shape != truth.shape:
        raise ValueError(f"found: expected the shape of truth, {tuple(truth.shape)}, got {tuple(found.shape)}")
    known = truth != VOID
    a, b = found[known].long(), truth[known].long()
    if not len(b):
        raise ValueError(f"truth: expected at least one pixel that is not VOID, {VOID}, got none")
    for name, classes in (("found", a), ("truth", b)):
        if classes.min() < 0 or classes.max() >= n_classes:
            raise ValueError(f"{name}: expected classes in [0, {n_classes}), got {classes.unique().tolist()}")
    counts = _confusion(a, b, n_classes).double().numpy()
    with np.errstate(invalid="ignore"):
        return counts.diagonal() / (counts.sum(axis=0) + counts.sum(axis=1) - counts.diagonal())


def _confusion(a: Int64[torch.Tensor, " m"], b: Int64[torch.Tensor, " m"], n: int) -> Int64[torch.Tensor, "n n"]:
    return torch.bincount(n * b + a, minlength=n * n).reshape(n, n)
