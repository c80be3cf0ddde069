"""The class probabilities of every patch of an image, by a trained network (thesis Section 3.2.3)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import nn

from .adaptation import cache_features
from .examples import AnnotatedImage
from .inputs import as_input
from .patches import extract_patches, patch_grid


class PatchFeatures(NamedTuple):
    """The patches of some images, one image after the other, and a feature vector each."""

    features: Float[torch.Tensor, "M D"]
    patches: list[Int64[np.ndarray, "m 4"]]
    """one array an image"""
    labels: Int64[np.ndarray, "n C"]
    """1, -1 or 0 an image and class; see `AnnotatedImage.labels`"""


def patch_features(
    trunk: nn.Module,
    images: Iterable[AnnotatedImage],
    n_classes: int,
    *,
    size: int,
    overlap: float = 0.66,
    prepare: Callable[[torch.Tensor], torch.Tensor] = as_input,
    batch_size: int = 32,
) -> PatchFeatures:
    """The features of all patches of each image (thesis Section 3.2.3: about 500 an image).

    Raises ValueError without images.
    """
    features, patches, labels = [], [], []
    for image in images:
        grid = patch_grid(image.pixels.shape[2], image.pixels.shape[1], overlap=overlap)
        pixels = extract_patches(image.pixels, grid, size)
        features.append(cache_features(trunk, pixels, prepare=prepare, batch_size=batch_size))
        patches.append(grid)
        labels.append(image.labels(n_classes))
    if not patches:
        raise ValueError("images: expected at least one, got none")
    return PatchFeatures(torch.cat(features), patches, np.stack(labels))


@torch.no_grad()
def patch_probabilities(head: nn.Module, features: PatchFeatures, n_classes: int) -> list[Float[np.ndarray, "_ C"]]:
    """The softmax over the classes and the background for each patch, less the background's column; one array an image.

    Raises ValueError unless the head has n_classes + 1 outputs.
    """
    head.eval()
    device = next(head.parameters()).device
    probabilities = head(features.features.to(device)).softmax(dim=1).cpu()
    if probabilities.shape[1] != n_classes + 1:
        raise ValueError(f"head has {probabilities.shape[1]} outputs; expected {n_classes + 1}, with the background")
    ends = np.cumsum([len(p) for p in features.patches])[:-1]
    return np.split(probabilities[:, :n_classes].double().clamp(0, 1).numpy(), ends)
