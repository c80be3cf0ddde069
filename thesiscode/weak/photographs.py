"""Where is it, in real photographs? Weak supervision on a network that was trained on ImageNet (thesis Section 4.5)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from thesiscode.data.names import VOC_CLASSES
from thesiscode.data.weights import TORCHVISION, load_weights
from thesiscode.engine import Outcome, Run, device
from thesiscode.engine.checks import COUNT, check_distinct, check_settings, one_of
from thesiscode.metrics import pointing_accuracy
from thesiscode.nets import to_convolutional, truncate, window
from thesiscode.transfer.examples import voc_images
from thesiscode.transfer.photographs import WELL_POPULATED, as_photograph

from .network import Maps, Prediction, SlidingNet, maps_of, predict, score_maps
from .scales import TEST_SCALES
from .settings import SearchSettings
from .supervision import ImageLabels, MaskedOnTheImage, OnTheImage, Squares, middles, on_the_image, squares
from .tables import columns, measured, truth_of
from .training import train_sliding

MEAN_COLOUR = tuple(round(255 * value) for value in TORCHVISION.mean)
"""0 in the units of torchvision's networks: the padding of the squares."""


@dataclass(frozen=True)
class PhotographSettings(SearchSettings):
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
    neighbours: int = 6
    """features are averaged over so many units of SqueezeNet's last maps along a side, 16 pixels apart"""
    feature_scale: float = 0.2
    """features are multiplied by it: theirs is a mean length of about 100, and training wants about 20"""
    test_scales: tuple[float, ...] = TEST_SCALES[:5]
    """factors by which a test image is resized"""
    width: int = 512
    """maps of Ca; 2048 in the thesis"""
    patience: int = 2
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 6
    """most epochs at one learning rate"""
    watch: int = 100
    """photographs on which the loss is watched"""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_settings(
            self,
            year=one_of(2007, 2012),
            classes=one_of(*VOC_CLASSES),
            side=(lambda n: n >= 64, "at least 64 pixels"),
            neighbours=COUNT,
            feature_scale=(lambda x: 0 < x < float("inf"), "a finite factor above 0"),
        )
        check_distinct(self, "classes")

    @property
    def reach(self) -> float:
        """Pixels from the middle of a window to its border, as far as features are averaged."""
        return 8 * self.neighbours


def photographs(settings: PhotographSettings, split: str) -> Squares:
    """The photographs of a split as squares, in memory."""
    images = voc_images(settings.devkit or None, year=settings.year, split=split, classes=settings.classes)
    return squares(images, len(settings.classes), settings.side, fill=MEAN_COLOUR)


def squeezenet_trunk(settings: PhotographSettings) -> nn.Sequential:
    """SqueezeNet's maps after fire9, scaled, each unit averaged with its neighbours: what Chapter 3 took of a patch."""
    network = load_weights("squeezenet1_1", settings.weights or None).network
    trunk = to_convolutional(truncate(network, "features.12"))
    last = trunk[-1]  # two convolutions side by side, then ReLU, which passes a positive factor on
    with torch.no_grad():
        for weights in (*last.expand1x1.parameters(), *last.expand3x3.parameters()):
            weights *= settings.feature_scale
    trunk.add_module("mean", nn.AvgPool2d(settings.neighbours, stride=1))
    return trunk.eval().to(device(), memory_format=torch.channels_last)


def whole_images(trunk: nn.Sequential, data: Squares) -> Float[torch.Tensor, "n maps 1 1"]:
    """One vector a photograph, without a search: the mean of the trunk's last maps over the units that look at it."""
    maps, vectors = trunk[:-1], []
    look = window(maps)
    for square, (width, height) in zip(data.images, data.extents, strict=True):
        with torch.no_grad():
            found = maps(as_photograph(square[None].to(device())))[0]
        rows, columns = (
            torch.from_numpy(middles(look, n) <= extent)
            for n, extent in zip(found.shape[1:], (height, width), strict=True)
        )
        vectors.append(found[:, rows][:, :, columns].mean(dim=(1, 2)).cpu())
    return torch.stack(vectors)[:, :, None, None]


RIVALS = {"full images": ImageLabels, "weak": OnTheImage, "masked": MaskedOnTheImage}
"""What is trained: rows h, j and i of Table 4.2."""


def train_rival(settings: PhotographSettings, name: str, trunk: nn.Sequential, data: Squares, run: Run) -> SlidingNet:
    """One row, trained on photographs; all start from the same weights."""
    if name == "full images":
        vectors = data._replace(images=whole_images(trunk, data))
        options: dict[str, Any] = {"name": name, "prepare": nn.Identity(), "scales": (1, 1)}
        return train_sliding(settings, nn.Identity(), RIVALS[name], vectors, run, **options)
    supervision = partial(OnTheImage, reach=settings.reach) if name == "weak" else RIVALS[name]
    return train_sliding(settings, trunk, supervision, data, run, name=name, prepare=as_photograph)


def predictions(
    settings: PhotographSettings, nets: dict[str, SlidingNet], trunk: nn.Sequential, data: Squares
) -> dict[str, list[Prediction]]:
    """What each network says of each photograph, searched at all scales; the trunk runs once.

    Full images are not searched: what they say is said of the middle of the photograph.
    """
    found: dict[str, list[Prediction]] = {name: [] for name in nets}
    heads = {name: net.head for name, net in nets.items() if name != "full images"}
    options = {"prepare": as_photograph, "batch_size": 1}
    reaches = [settings.reach / scale for scale in settings.test_scales]
    searched = maps_of(heads, trunk, data.images, settings.test_scales, **options)
    for (width, height), maps in zip(data.extents, searched, strict=True):
        for name, scales in maps.items():
            found[name].append(predict(on_the_image(scales, width, height, reaches)))
    with torch.no_grad():
        whole = nets["full images"](whole_images(trunk, data).to(device())).cpu().numpy()
    for scores, (width, height) in zip(whole, data.extents, strict=True):
        found["full images"].append(predict([Maps(scores, np.array([width / 2]), np.array([height / 2]))]))
    return found


def pointing(settings: PhotographSettings, data: Squares, points: np.ndarray) -> dict[str, float]:
    """The share of the photographs with each class whose point [n, K, 2] is on an object, and the mean over classes."""
    shares = {}
    for k, name in enumerate(settings.classes):
        boxes, difficult = truth_of(data, k)
        tolerance = settings.tolerance * settings.side / 500
        shares[name] = pointing_accuracy(points[:, k], boxes, tolerance=tolerance, difficult=difficult)
    return {"mean": float(np.nanmean(list(shares.values()))), **shares}


def examples(
    settings: PhotographSettings,
    data: Squares,
    net: SlidingNet,
    responses: Float[np.ndarray, "n K"],
    points: Float[np.ndarray, "n K 2"],
) -> list[dict[str, Any]]:
    """Score maps as numbers, for whom photographs cannot be shown: of each class, the photograph with the surest right
    place, and the one with the surest wrong place. Maps are those at scale 1; places are in pixels of the squares."""
    found = []
    for k, name in enumerate(settings.classes):
        boxes, _ = truth_of(data, k)
        there = [i for i in np.argsort(-responses[:, k]) if data.labels[i, k] == 1 and len(boxes[i])]
        tolerance = settings.tolerance * settings.side / 500
        right = {i: pointing_accuracy(points[i : i + 1, k], boxes[i : i + 1], tolerance=tolerance) == 1 for i in there}
        for verdict in (True, False):
            for i in [i for i in there if right[i] == verdict][:1]:
                (maps,) = next(score_maps(net, data.images[i : i + 1], scales=(1.0,), prepare=as_photograph))
                found.append(
                    {
                        "class": name,
                        "right": verdict,
                        "extent": data.extents[i].round(1).tolist(),
                        "boxes": boxes[i].round(1).tolist(),
                        "point": points[i, k].round(1).tolist(),
                        "x": maps.x.round(1).tolist(),
                        "y": maps.y.round(1).tolist(),
                        "scores": maps.scores[k].round(2).tolist(),
                    }
                )
    return found


def weak_photographs(settings: PhotographSettings, run: Run) -> Outcome:
    """Classification and location with one seed. No weights are handed over: photographs have licences of their own."""
    trunk = squeezenet_trunk(settings)
    if settings.train_split == settings.test_split:
        raise ValueError(f"test_split: expected another list than train_split, got {settings.test_split!r} twice")
    data = photographs(settings, settings.train_split)
    nets = {name: train_rival(settings, name, trunk, data, run).eval() for name in RIVALS}
    del data  # before the other photographs are read: at 500 pixels each list is some gigabytes
    test = photographs(settings, settings.test_split)
    score = partial(measured, test, settings.classes, settings.tolerance * settings.side / 500)
    found = {name: columns(of) for name, of in predictions(settings, nets, trunk, test).items()}
    rows: dict[str, Any] = {name: score(*of) for name, of in found.items()}
    middle = np.repeat(test.extents[:, None] / 2, len(settings.classes), axis=1)
    rows["centre"] = score(*found["weak"][:2], middle)
    for name, points in ((name, of[2]) for name, of in (found | {"centre": (None, None, middle)}).items()):
        rows[name]["pointing"] = pointing(settings, test, points)
    positives = (test.labels == 1).sum(dim=0).tolist()
    maps = examples(settings, test, nets["weak"], *found["weak"][1:])
    positives = dict(zip(settings.classes, positives, strict=True))
    return Outcome({"rows": rows, "positives": positives, "examples": maps})
