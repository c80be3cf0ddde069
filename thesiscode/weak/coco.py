"""Where is it, among the 80 classes of COCO? Weak supervision at the thesis' own scale (Sections 4.5 and 4.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from thesiscode.data.coco import COCODetection
from thesiscode.data.weights import load_weights
from thesiscode.engine import Outcome, Run, device
from thesiscode.engine.checks import FROM_0, check_settings, one_of
from thesiscode.nets import to_convolutional, truncate
from thesiscode.transfer.examples import AnnotatedImage
from thesiscode.transfer.photographs import as_photograph

from .network import maps_of, predict
from .photographs import MEAN_COLOUR
from .settings import SearchSettings
from .supervision import ImageLabels, Squares, stored_squares
from .tables import columns, measured
from .training import train_sliding

LAST_LAYER = {"alexnet": ("classifier.5", 4096), "squeezenet1_1": ("features.12", 512)}
"""Of each network of torchvision: the last pre-trained layer that is kept, and its number of maps."""


@dataclass(frozen=True)
class COCOSettings(SearchSettings):
    """Which of 80 classes does an image hold, and where? Training on the image labels of COCO 2014."""

    images: str = ""
    """folder of COCO 2014; where `thesis data get` puts it by default"""
    train_split: str = "train"
    """images to train on: train or val"""
    test_split: str = "val"
    """images to test on: train or val"""
    network: str = "alexnet"
    """the pre-trained network of torchvision: alexnet or squeezenet1_1"""
    weights: str = ""
    """folder of its public weights; where `thesis data get` puts them by default"""
    side: int = 500
    """side of the squares that images are brought to, in pixels"""
    width: int = 2048
    """maps of Ca"""
    learning_rate: float = 0.016
    """initial learning rate for the mean over a mini-batch: 0.001 for the sum, as in the thesis"""
    max_epochs: int = 20
    """most epochs at one learning rate"""
    watch: int = 2000
    """images on which the loss is watched"""
    workers: int = 8
    """processes that read images"""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_settings(
            self,
            train_split=one_of("train", "val"),
            test_split=one_of("train", "val"),
            network=one_of(*LAST_LAYER),
            side=(lambda n: n >= 64, "at least 64 pixels"),
            workers=FROM_0,
        )


def coco_squares(settings: COCOSettings, split: str) -> tuple[Squares, tuple[str, ...]]:
    """The images of a split, read when they are wanted, and the names of the classes.

    A crowd counts as VOC's difficult objects do: where a class is there as a crowd alone, its label is 0.
    """
    found = COCODetection(settings.images or None, split)

    def annotated() -> Iterator[AnnotatedImage]:
        for one in found.annotations:
            yield AnnotatedImage(
                torch.empty(3, one.height, one.width, dtype=torch.uint8, device="meta"),
                one.boxes.astype(float),
                np.array([found.classes.index(thing.name) for thing in one.objects], np.int64),
                np.array([thing.crowd for thing in one.objects], bool),
            )

    data = stored_squares(found.image, annotated(), len(found.classes), settings.side, fill=MEAN_COLOUR)
    return data, found.classes


def public_trunk(name: str, weights: str) -> nn.Sequential:
    """The layers of a public network up to its `LAST_LAYER`, as convolutions."""
    trunk = to_convolutional(truncate(load_weights(name, weights or None).network, LAST_LAYER[name][0]))
    return trunk.eval().to(device(), memory_format=torch.channels_last)


def weak_coco(settings: COCOSettings, run: Run) -> Outcome:
    """Classification and location with one seed, and the centre prediction with the same scores.

    The tolerance is that of the settings in squares of 500 pixels; the thesis counts it in pixels of the images, of
    which most in COCO have 640.

    Several GPUs: `accelerate launch --multi_gpu --mixed_precision fp16 -m thesiscode.cli run weak/coco --scale full`.
    """
    if settings.train_split == settings.test_split:
        raise ValueError(f"test_split: expected another split than train_split, got {settings.test_split!r} twice")
    (data, classes), (test, others) = (coco_squares(settings, s) for s in (settings.train_split, settings.test_split))
    if classes != others:
        raise ValueError(f"images: expected the same classes in both splits, got {len(classes)} and {len(others)}")
    trunk = public_trunk(settings.network, settings.weights)
    options: dict[str, Any] = {"prepare": as_photograph, "workers": settings.workers}
    inputs = LAST_LAYER[settings.network][1]
    net = train_sliding(settings, trunk, ImageLabels, data, run, name="weak", n_inputs=inputs, **options).eval()
    maps = maps_of({"weak": net.head}, trunk, test.images, settings.test_scales, **options)
    scores, responses, points = columns([predict(one["weak"]) for one in maps])
    tolerance = settings.tolerance * settings.side / 500
    middle = np.repeat(test.extents[:, None] / 2, len(classes), axis=1)
    rows = {
        "weak": measured(test, classes, tolerance, scores, responses, points),
        "centre": measured(test, classes, tolerance, scores, responses, middle),
    }
    return Outcome({"rows": rows, "images": {"train": len(data.images), "test": len(test.images)}})
