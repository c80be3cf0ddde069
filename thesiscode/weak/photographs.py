"""Where is it, in real photographs? Weak supervision on a network that was trained on ImageNet (thesis Section 4.5)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from thesiscode.data.names import VOC_CLASSES
from thesiscode.data.weights import TORCHVISION, load_weights
from thesiscode.engine import Outcome, Protocol, Run, Tensors, device, fit, generator
from thesiscode.engine.checks import COUNT, NOT_NEGATIVE, check_settings, one_of
from thesiscode.nets import to_convolutional, truncate
from thesiscode.transfer.examples import voc_images
from thesiscode.transfer.photographs import WELL_POPULATED, as_photograph

from .network import Maps, Prediction, SlidingNet, centres, predict, sliding_head
from .scales import TEST_SCALES, TRAINING_SCALES, RandomScale, rescale
from .supervision import ImageLabels, MaskedPooling, OnTheImage, Squares, on_the_image, squares
from .tables import columns, measured

MEAN_COLOUR = tuple(round(255 * value) for value in TORCHVISION.mean)
"""0 in the units of torchvision's networks: the padding of the squares."""


@dataclass(frozen=True)
class PhotographSettings:
    """Which objects does a photograph of Pascal VOC hold, and where? Training on image labels, and two rivals."""

    devkit: str = ""
    """folder of Pascal VOC; where `thesis data get` puts it by default"""
    year: int = 2007
    """2007 or 2012"""
    train_split: str = "trainval"
    """list in ImageSets/Main to train on"""
    test_split: str = "test"
    """list in ImageSets/Main to test on"""
    classes: tuple[str, ...] = WELL_POPULATED
    """target classes"""
    weights: str = ""
    """folder of SqueezeNet's public weights; where `thesis data get` puts them by default"""
    side: int = 256
    """side of the squares that photographs are brought to, in pixels; 500 in the thesis"""
    neighbours: int = 7
    """features are averaged over so many units of SqueezeNet's last maps along a side, 16 pixels apart"""
    low: float = TRAINING_SCALES[0]
    """smallest factor by which a mini-batch is resized"""
    high: float = TRAINING_SCALES[1]
    """largest factor"""
    test_scales: tuple[float, ...] = TEST_SCALES[:5]
    """factors by which a test image is resized"""
    width: int = 512
    """maps of Ca; 2048 in the thesis"""
    learning_rate: float = 0.001
    """initial learning rate"""
    batch_size: int = 16
    """photographs in a mini-batch"""
    patience: int = 2
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 9
    """most epochs at one learning rate"""
    watch: int = 100
    """photographs on which the loss is watched"""
    tolerance: float = 18
    """pixels by which a point may miss a box, in a photograph whose larger side has 500"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            year=one_of(2007, 2012),
            classes=one_of(*VOC_CLASSES),
            side=(lambda n: n >= 64, "at least 64 pixels"),
            neighbours=COUNT,
            low=(lambda x: 0 < x <= self.high, "a factor above 0, at most `high`"),
            test_scales=(lambda x: 0 < x < float("inf"), "finite factors above 0"),
            width=COUNT,
            tolerance=NOT_NEGATIVE,
        )
        self.protocol()

    def protocol(self) -> Protocol:
        """Stochastic gradient descent until the loss is stable, then at a tenth of the rate."""
        return Protocol(
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            patience=self.patience,
            max_epochs=self.max_epochs,
            drops=1,
            watch=self.watch,
        )


def photographs(settings: PhotographSettings, split: str) -> Squares:
    """The photographs of a split as squares, in memory."""
    images = voc_images(settings.devkit or None, year=settings.year, split=split, classes=settings.classes)
    return squares(images, len(settings.classes), settings.side, fill=MEAN_COLOUR)


def squeezenet_trunk(settings: PhotographSettings) -> nn.Sequential:
    """SqueezeNet's maps after fire9, each unit averaged with its neighbours: what Chapter 3 took of a patch."""
    network = load_weights("squeezenet1_1", settings.weights or None).network
    trunk = to_convolutional(truncate(network, "features.12"))
    trunk.add_module("mean", nn.AvgPool2d(settings.neighbours, stride=1))
    return trunk.eval().to(device(), memory_format=torch.channels_last)


class WholeImage(nn.Module):
    """One vector an image, the mean of a trunk's maps, as a map of one unit: no search."""

    def __init__(self, trunk: nn.Sequential):
        super().__init__()
        self.trunk = trunk[:-1]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [N, C, 1, 1]."""
        return F.adaptive_avg_pool2d(self.trunk(x), 1)


RIVALS = {"full images": ImageLabels, "weak": OnTheImage, "masked": MaskedPooling}
"""What is trained: rows h, j and i of Table 4.2."""


def train_rival(settings: PhotographSettings, name: str, trunk: nn.Sequential, data: Squares, run: Run) -> SlidingNet:
    """One row, trained on photographs; all start from the same weights."""
    draw = generator(run.seed, "weak head")
    head = sliding_head(512, len(settings.classes), width=settings.width, generator=draw)
    searching = name != "full images"
    net = SlidingNet(trunk if searching else WholeImage(trunk), head)
    loss = RIVALS[name](net) if searching else ImageLabels(net)
    fit(
        net,
        Tensors(data.images, RIVALS[name].targets(data)),
        loss,
        settings.protocol(),
        seed=run.seed,
        prepare=as_photograph,
        augment=RandomScale(settings.low, settings.high) if searching else None,
        folder=run.folder / name.replace(" ", "-"),
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
    )
    return net


def predictions(
    settings: PhotographSettings, nets: dict[str, SlidingNet], trunk: nn.Sequential, data: Squares
) -> dict[str, list[Prediction]]:
    """What each network says of each photograph, searched at all scales; the trunk runs once."""
    found: dict[str, list[Prediction]] = {name: [] for name in nets}
    place, look = next(trunk.parameters()).device, nets["weak"].window
    for square, (width, height) in zip(data.images, data.extents, strict=True):
        x = as_photograph(square[None].to(place))
        maps: dict[str, list[Maps]] = {name: [] for name in nets}
        with torch.no_grad():
            for scale in settings.test_scales:
                resized = rescale(x, scale)
                features = trunk(resized)
                where = [
                    centres(look, n, settings.side, side)
                    for n, side in zip(features.shape[2:], resized.shape[2:], strict=True)
                ]
                for name in nets.keys() - {"full images"}:
                    scores = nets[name].head(features)[0].cpu().numpy()
                    maps[name].append(Maps(scores, where[1], where[0]))
            whole = nets["full images"](x)[0].cpu().numpy()
        maps["full images"] = [Maps(whole, np.array([settings.side / 2]), np.array([settings.side / 2]))]
        for name, scales in maps.items():
            found[name].append(predict(on_the_image(scales, width, height)))
    return found


def weak_photographs(settings: PhotographSettings, run: Run) -> Outcome:
    """Classification and location with one seed. No weights are handed over: photographs have licences of their own."""
    trunk = squeezenet_trunk(settings)
    data, test = photographs(settings, settings.train_split), photographs(settings, settings.test_split)
    nets = {name: train_rival(settings, name, trunk, data, run).eval() for name in RIVALS}
    score = partial(measured, test, settings.classes, settings.tolerance * settings.side / 500)
    found = {name: columns(of) for name, of in predictions(settings, nets, trunk, test).items()}
    rows: dict[str, Any] = {name: score(*of) for name, of in found.items()}
    middle = np.repeat(test.extents[:, None] / 2, len(settings.classes), axis=1)
    rows["centre"] = score(*found["weak"][:2], middle)
    positives = (test.labels == 1).sum(dim=0).tolist()
    return Outcome({"rows": rows, "positives": dict(zip(settings.classes, positives, strict=True))})
