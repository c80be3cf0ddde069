"""Features of images for two-sample tests, with a check that pixels are in the range that was meant (thesis 5.3.3)."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Shaped, UInt8
from torchvision.transforms.functional import normalize, resize

from thesiscode.nets import Features

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and standard deviation of the channels that torchvision's networks expect."""
SYMMETRIC = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
"""Those of networks that take [-1, 1]."""


@dataclass(frozen=True)
class ImageFeatures:
    """From images to feature vectors: what a two-sample test looks at instead of pixels.

    The thesis takes ResNet-34 and the 512 x 2 x 2 values before its last pooling, at 64 x 64 pixels:
    `ImageFeatures(Features(resnet34, "layer4"))`; pooled, `Features(resnet34, "layer4", mean=True)`. SqueezeNet:
    `Features(squeezenet, "features.12", mean=True)`. The small network of Toyland: `Features(net, "fc7")` with
    `colours=SYMMETRIC`.
    """

    features: Features
    """the network up to a layer"""
    colours: tuple[tuple[float, ...], tuple[float, ...]] = IMAGENET
    """mean and standard deviation of each channel, of pixels in [0, 1]"""
    side: int | None = None
    """side that images are resized to; None: as they are"""

    def __call__(self, images: UInt8[torch.Tensor, "n C H W"], *, batch_size: int = 64) -> Float32[np.ndarray, "n D"]:
        """Features of images, bytes from 0 to 255; grey images are given three equal channels.

        Raises ValueError for images of another type, which have to say what their range is (see `from_tanh`), and for
        those that the network cannot read.
        """
        if images.dtype != torch.uint8:
            raise ValueError(f"images: expected bytes from 0 to 255 (uint8), got {images.dtype}; see from_tanh")
        place, found = next(self.features.parameters()).device, []
        for part in images.split(batch_size):
            x = part.to(place).float() / 255
            x = x.expand(-1, 3, -1, -1) if x.shape[1] == 1 else x
            x = x if self.side is None else resize(x, [self.side, self.side], antialias=True)
            found.append(self.features(normalize(x, *self.colours)).cpu())
        return torch.cat(found).numpy()


def from_tanh(images: Float[torch.Tensor, "n C H W"]) -> UInt8[torch.Tensor, "n C H W"]:
    """Images of a generator, in [-1, 1], as bytes. Raises ValueError for values that are not in that range: pixels in
    [0, 255] or [0, 1] are not guessed."""
    if not images.is_floating_point():
        raise ValueError(f"images: expected floating-point pixels in [-1, 1], got {images.dtype}")
    low, high = images.min().item(), images.max().item()
    if not (low >= -1.001 and high <= 1.001):
        raise ValueError(f"images: expected pixels in [-1, 1], got {low:.3g} to {high:.3g}")
    if low >= 0 and images.numel() > 1000:
        raise ValueError(
            f"images: expected pixels in [-1, 1], got none below 0 ({low:.3g} to {high:.3g}): are they in [0, 1]?"
        )
    return ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def as_vectors(images: Shaped[torch.Tensor, "n *shape"]) -> Float32[np.ndarray, "n D"]:
    """Raw pixels as vectors, in [0, 1]. Raises ValueError for images that are not bytes."""
    if images.dtype != torch.uint8:
        raise ValueError(f"images: expected bytes from 0 to 255 (uint8), got {images.dtype}; see from_tanh")
    return (images.flatten(1).float() / 255).numpy()
