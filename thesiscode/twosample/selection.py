"""How far are the images of a generator from real ones? Tests and scores side by side (thesis Section 5.3.3)."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

from thesiscode import zoo
from thesiscode.data.toyland import source_breeds
from thesiscode.data.weights import load_weights
from thesiscode.engine import device
from thesiscode.nets import Features, SmallAlexNet

from .checks import samples
from .classifier import c2st
from .images import SYMMETRIC, ImageFeatures
from .kernels import mmd_linear

STATISTICS = ("mmd", "knn", "nn")
"""The three columns of Tables C.1 and C.2."""
FEATURES = ("toyland", "squeezenet", "resnet34", "resnet34 pooled")
"""The small network of the zoo, offline; ImageNet's networks, whose weights a reader fetches."""


def image_features(name: str) -> ImageFeatures:
    """A feature extractor by name, all for images of any side, which are brought to 64 pixels.

    toyland: FC7 of the small network trained on Toyland, 512 values. squeezenet: its last maps, averaged, 512.
    resnet34: the 512 x 2 x 2 map before the last pooling, 2048 values, as the thesis has it; pooled, 512. Raises
    ValueError for another name, MissingData if a network of ImageNet is not in the data folder.
    """
    if name not in FEATURES:
        raise ValueError(f"name: expected one of {', '.join(FEATURES)}, got {name!r}")
    if name == "toyland":
        return ImageFeatures(Features(toyland_network(), "fc7"), SYMMETRIC, side=64)
    if name == "squeezenet":
        return ImageFeatures(
            Features(load_weights("squeezenet1_1").network.to(device()), "features.12", mean=True), side=64
        )
    network = load_weights("resnet34").network.to(device())
    return ImageFeatures(Features(network, "layer4", mean=name.endswith("pooled")), side=64)


def toyland_network() -> SmallAlexNet:
    """The source network of the zoo that tells most breeds of Toyland's objects apart."""
    net = SmallAlexNet(len(source_breeds("enlarged")), fc_width=512)
    zoo.load_into(net, "transfer/enlarged")
    return net.eval().to(device())


def statistics_of(
    x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "m d"], *, seed: int
) -> dict[str, dict[str, float]]:
    """Linear-time MMD, C2ST-KNN and C2ST-NN of two samples: the statistic and the p-value of each."""
    found = {"mmd": mmd_linear(x, y, rng=np.random.default_rng([seed, 0]))}
    for number, name in enumerate(("knn", "nn"), 1):
        found[name] = c2st(x, y, classifier=name, rng=np.random.default_rng([seed, number]))
    return {name: {"statistic": one.statistic, "p": one.p_value} for name, one in found.items()}


def frechet_distance(x: Float32[np.ndarray, "n d"], y: Float32[np.ndarray, "m d"]) -> float:
    """The Frechet distance of two samples, as if both were Gaussian (Heusel et al. 2017): FID, if the features are
    those of Inception. By torchmetrics. Raises ValueError for samples that differ in dimension or have one point."""
    x, y = samples(x, y, least=2)
    score = FrechetInceptionDistance(feature=_Given(x.shape[1]))
    return float(_of_both(score, x, y).compute())


def kernel_distance(
    x: Float32[np.ndarray, "n d"], y: Float32[np.ndarray, "m d"], *, seed: int, subset: int = 500
) -> float:
    """Squared MMD with the kernel (a . b / d + 1)^3, the mean over 100 subsets (Binkowski et al. 2018): KID, if the
    features are those of Inception. By torchmetrics. Raises ValueError for samples that differ in dimension or have
    fewer points than twice a subset of two."""
    x, y = samples(x, y, least=4)
    subset = min(subset, len(x) // 2, len(y) // 2)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Metric .* will save all extracted features", UserWarning)
        score = KernelInceptionDistance(feature=_Given(x.shape[1]), subset_size=subset)
    return float(_seeded(seed, lambda: _of_both(score, x, y).compute()[0]))


def inception_score(logits: Float[torch.Tensor, "n C"], *, seed: int) -> float:
    """exp E KL(p(class | image) || p(class)), the mean over ten parts (Salimans et al. 2016), from the scores of a
    classifier before its softmax: in [1, C]. By torchmetrics."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Metric .* will save all extracted features", UserWarning)
        score = InceptionScore(feature=_Given(logits.shape[1]))
    score.update(logits)
    return float(_seeded(seed, lambda: score.compute()[0]))


class _Given(nn.Module):
    """Features that were computed before, in the place of the network that torchmetrics would run."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.num_features = n

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def _of_both(score: Any, x: np.ndarray, y: np.ndarray) -> Any:
    for sample, real in ((x, True), (y, False)):
        score.update(torch.from_numpy(sample), real=real)
    return score


def _seeded(seed: int, compute: Callable[[], Any]) -> Any:
    """torchmetrics draws from torch's global generator, which is left as it was."""
    with torch.random.fork_rng([]):
        torch.default_generator.manual_seed(seed)
        return compute()


@torch.no_grad()
def class_scores(net: SmallAlexNet, images: UInt8[torch.Tensor, "n C H W"]) -> Float[torch.Tensor, "n K"]:
    """The scores of the small network for images of any side."""
    features = ImageFeatures(Features(net, "fc8"), SYMMETRIC, side=64)
    return torch.from_numpy(features(images))
