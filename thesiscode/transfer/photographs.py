"""Objects in real photographs: adaptation layers on a network that was trained on ImageNet (thesis Section 3.3)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped
from torch import nn
from torch.nn import functional as F
from torchvision.transforms.functional import normalize

from thesiscode.data.folders import dataset_folder
from thesiscode.data.names import VOC_CLASSES
from thesiscode.data.voc import VOCDetection
from thesiscode.data.weights import TORCHVISION, load_weights
from thesiscode.engine import (
    CheckpointError,
    Protocol,
    Run,
    Tensors,
    device,
    load_state,
    numpy_generator,
    read_tensors,
    stream_seed,
    write_tensors,
)
from thesiscode.engine.checks import AT_LEAST_1, COUNT, FROM_0, SHARE, check_distinct, check_settings, one_of
from thesiscode.nets import AlexNet, Features

from .adaptation import cache_features
from .classify import PatchFeatures, patch_features, patch_probabilities
from .examples import AnnotatedImage, VOCPatches, labelled_patches, training_patches, voc_images

WELL_POPULATED = ("bus", "car", "cat", "person", "train")
"""Classes of which the subset of VOC 2007 that we measure on holds hundreds of images; of the others it holds few."""
WHOLE = 224
"""Side that a whole photograph is squeezed to, in pixels."""


@dataclass(frozen=True)
class PhotographSettings:
    """Which objects does a photograph of Pascal VOC hold? Patches, and a network that knows ImageNet."""

    devkit: str = ""
    """folder of Pascal VOC; where `thesis data get` puts it by default"""
    year: int = 2007
    """2007 or 2012"""
    train_split: str = "trainval"
    """list in ImageSets/Main to train on"""
    test_split: str = "test"
    """list in ImageSets/Main to test on; the labels of VOC 2012's test are not public: take val"""
    classes: tuple[str, ...] = WELL_POPULATED
    """target classes; objects of others are background"""
    network: Literal["squeezenet1_1", "alexnet", "thesis"] = "squeezenet1_1"
    """torchvision's networks with public weights, or "thesis": AlexNet as published, trained by `transfer/imagenet`"""
    weights: str = ""
    """folder of the public weights, or file of weights of "thesis"; where `thesis data get` puts them by default"""
    size: int = 112
    """side that patches are resized to, in pixels; 224 in the thesis"""
    overlap: float = 0.5
    """least overlap of neighbouring patches"""
    width: int = 512
    """units of FCa; 2048 in the thesis"""
    keep_test_features: bool = True
    """whether features of the test photographs are kept for further seeds: 2 kB a patch, and about 280 patches each"""
    power: float = 5
    """k of Eq. 3.1"""
    powers: tuple[float, ...] = (1, 2, 3, 4, 5, 6, 8, 10, 15)
    """other values of k, to show what depends on it; none of them is chosen"""
    batch_size: int = 256
    """patches in a mini-batch"""
    patience: int = 3
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 20
    """most epochs at one learning rate"""
    no_pretrain: Literal["small", "identical", "none"] = "small"
    """network without pre-training to compare with: the small AlexNet, which a CPU can train, or the identical one"""
    no_pretrain_epochs: int = 3
    """most epochs of it at one learning rate"""
    no_pretrain_patches: int = 9_000
    """patches in one of its epochs, class-balanced"""
    workers: int = 0
    """processes that read photographs for the identical network; its patches are too many to be kept in memory"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            classes=(lambda name: name in VOC_CLASSES, "some of VOC's"),
            network=one_of("squeezenet1_1", "alexnet", "thesis"),
            size=COUNT,
            overlap=SHARE,
            width=COUNT,
            power=AT_LEAST_1,
            powers=AT_LEAST_1,
            no_pretrain=one_of("small", "identical", "none"),
            no_pretrain_epochs=COUNT,
            no_pretrain_patches=COUNT,
            workers=FROM_0,
        )
        check_distinct(self, "classes")
        self.protocol()

    def protocol(self) -> Protocol:
        """The training protocol of thesis Section 3.3 at this size."""
        return Protocol(batch_size=self.batch_size, patience=self.patience, max_epochs=self.max_epochs)


def as_photograph(images: Shaped[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N 3 H W"]:
    """Bytes as torchvision's networks take them: in [0, 1], less ImageNet's mean colour, over its deviation."""
    return normalize(images.float() / 255, TORCHVISION.mean, TORCHVISION.std)


def trained_trunk(settings: PhotographSettings) -> nn.Module:
    """The network without its last layer: 512 averaged maps of SqueezeNet's fire9, or 4096 units of an AlexNet's FC7.

    Raises DataError or CheckpointError where its weights are missing or of another network, ValueError where
    "thesis" comes without a file.
    """
    if settings.network == "thesis":
        if not settings.weights:
            raise ValueError("weights: expected the file that `thesis run transfer/imagenet` wrote, got none")
        net = published_alexnet(Path(settings.weights))
        return Features(net, "fc7").to(device())
    network = load_weights(settings.network, settings.weights or None).network
    if settings.network == "alexnet":
        return Features(network, "classifier.4").to(device())
    return Features(network, "features.12", mean=True).to(device(), memory_format=torch.channels_last)


def published_alexnet(file: Path) -> AlexNet:
    """The network that `transfer/imagenet` trained; its sizes are read off the weights.

    Raises CheckpointError if the file cannot be read or is of another network.
    """
    state, _ = read_tensors(file)
    try:
        n_classes, fc_width = state["classifier.fc8.weight"].shape
        grouped = state["features.conv2.weight"].shape[1] == 48
    except (KeyError, ValueError) as error:
        raise CheckpointError(file, "made for another network: expected that of nets.AlexNet") from error
    net = AlexNet(n_classes, grouped=grouped, fc_width=fc_width)
    load_state(file, net)
    return net


def photographs(settings: PhotographSettings, split: str) -> Iterator[AnnotatedImage]:
    """The images of a split, one after the other."""
    return voc_images(settings.devkit or None, year=settings.year, split=split, classes=settings.classes)


def patches_to_train_on(settings: PhotographSettings, size: int) -> Tensors | VOCPatches:
    """The labelled patches of all training photographs, as bytes; the background is the same 10% for all seeds.

    Those of the small network are in memory; those of the identical one are cut when they are asked for.
    """
    rng, options = numpy_generator(0, "background"), {"size": size, "overlap": settings.overlap}
    if settings.no_pretrain == "identical":
        data = VOCDetection(settings.devkit or None, settings.train_split, year=settings.year)
        return VOCPatches(data, settings.classes, rng=rng, **options)
    images = photographs(settings, settings.train_split)
    return training_patches(images, len(settings.classes), rng=rng, **options)


def kept(file: Path, make: Callable[[], dict[str, torch.Tensor]], run: Run) -> dict[str, torch.Tensor]:
    """The tensors in `file`; if it is not there the main process computes them by `make`, and the others wait.

    In half precision on disk, in single precision in memory. Raises ValueError for numbers that half precision cannot
    hold.
    """
    if not file.is_file() and (run.accelerator is None or run.accelerator.is_main_process):
        made = {name: v.half() if v.is_floating_point() else v for name, v in make().items()}
        if odd := [name for name, v in made.items() if not torch.isfinite(v).all()]:
            raise ValueError(f"{odd[0]} of {file.name}: expected numbers that are finite in half precision")
        write_tensors(file, made)
    if run.accelerator is not None:
        run.accelerator.wait_for_everyone()
    return {name: v.float() if v.is_floating_point() else v for name, v in read_tensors(file)[0].items()}


def training_features(settings: PhotographSettings, run: Run) -> Tensors:
    """The training patches as the trunk sees them, computed once for all seeds, one photograph after the other."""

    def compute() -> dict[str, torch.Tensor]:
        trunk, rng = trained_trunk(settings), numpy_generator(0, "background")
        features, targets = [], []
        for image in photographs(settings, settings.train_split):
            inputs, labels = labelled_patches(
                image, len(settings.classes), size=settings.size, rng=rng, overlap=settings.overlap
            )
            if len(labels):
                features.append(cache_features(trunk, inputs, prepare=as_photograph).half())
                targets.append(labels)
        if not features:
            raise ValueError(
                f"train_split: expected photographs with patches to train on, {settings.train_split} has none"
            )
        return {"features": torch.cat(features), "targets": torch.cat(targets)}

    found = kept(run.shared / f"photographs-train-{_fingerprint(settings)}.safetensors", compute, run)
    return Tensors(found["features"], found["targets"])


def held_out_features(settings: PhotographSettings, run: Run) -> PatchFeatures:
    """All patches of the test photographs as the trunk sees them, computed once for all seeds."""

    def compute() -> dict[str, torch.Tensor]:
        found = features_of(settings, trained_trunk(settings), photographs(settings, settings.test_split))
        counts = torch.tensor([len(p) for p in found.patches])
        patches = torch.from_numpy(np.concatenate(found.patches))
        return {"features": found.features, "patches": patches, "counts": counts, "labels": torch.tensor(found.labels)}

    found = kept(run.shared / f"photographs-test-{_fingerprint(settings)}.safetensors", compute, run)
    patches = [p.numpy() for p in found["patches"].split(found["counts"].tolist())]
    return PatchFeatures(found["features"], patches, found["labels"].numpy())


def features_of(
    settings: PhotographSettings, trunk: nn.Module, images: Iterable[AnnotatedImage], size: int | None = None
) -> PatchFeatures:
    """All patches of some images, `settings.size` pixels wide unless `size` says otherwise, as `trunk` sees them."""
    options = {"size": size or settings.size, "overlap": settings.overlap, "prepare": as_photograph}
    return patch_features(trunk, images, len(settings.classes), **options)


def held_out_probabilities(
    settings: PhotographSettings, head: nn.Module, run: Run
) -> tuple[list[Float[np.ndarray, "_ C"]], Int64[np.ndarray, "n C"]]:
    """The class probabilities of the test photographs' patches, and the photographs' labels."""
    n = len(settings.classes)
    if settings.keep_test_features:
        features = held_out_features(settings, run)
        return patch_probabilities(head, features, n), features.labels
    return stream_probabilities(settings, trained_trunk(settings), head)


def stream_probabilities(
    settings: PhotographSettings, trunk: nn.Module, head: nn.Module, size: int | None = None
) -> tuple[list[Float[np.ndarray, "_ C"]], Int64[np.ndarray, "n C"]]:
    """The same, one photograph after the other: features are not kept, which a whole data set would not allow.

    One array [patches of the image, C] a photograph, each row in [0, 1], and the labels [n, C]: 1, -1 or 0.
    """
    n, probabilities, labels = len(settings.classes), [], []
    for image in photographs(settings, settings.test_split):
        found = features_of(settings, trunk, [image], size)
        found = found._replace(features=found.features.half().float())  # as features that are kept
        probabilities += patch_probabilities(head, found, n)
        labels.append(found.labels[0])
    return probabilities, np.stack(labels)


def whole_images(settings: PhotographSettings, split: str, run: Run) -> tuple[torch.Tensor, np.ndarray]:
    """One feature vector a photograph, squeezed to 224 x 224 pixels [n, D], and its labels [n, C]: 1, -1 or 0."""

    def compute() -> dict[str, torch.Tensor]:
        labels, pixels = [], []
        for image in photographs(settings, split):
            labels.append(image.labels(len(settings.classes)))
            pixels.append(squeeze(image.pixels, WHOLE))
        labels, pixels = np.stack(labels), torch.stack(pixels)
        features = cache_features(trained_trunk(settings), pixels, prepare=as_photograph)
        return {"features": features, "labels": torch.from_numpy(labels)}

    found = kept(run.shared / f"photographs-whole-{split}-{_fingerprint(settings)}.safetensors", compute, run)
    return found["features"], found["labels"].numpy()


def squeeze(pixels: Shaped[torch.Tensor, "3 H W"], side: int) -> Shaped[torch.Tensor, "3 side side"]:
    """A photograph of any shape as a square."""
    return F.interpolate(pixels[None], (side, side), mode="bilinear", antialias=True)[0]


def _fingerprint(settings: PhotographSettings) -> str:
    """Tells features of other photographs, classes, networks, weights and patches apart."""
    names = ("year", "train_split", "test_split", "classes", "network", "size", "overlap")
    splits = (settings.train_split, settings.test_split)
    images = [VOCDetection(settings.devkit or None, split, year=settings.year).annotations for split in splits]
    images = [[(a.id, a.width, a.height, a.objects) for a in those] for those in images]
    if settings.network == "thesis":
        files = [Path(settings.weights)]
    else:
        files = sorted(dataset_folder(f"weights_{settings.network}", settings.weights or None).iterdir())
    weights = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]
    return f"{stream_seed(0, *(repr(getattr(settings, n)) for n in names), repr(images), repr(weights)):016x}"
