"""One square size for all images, and many scales (thesis Sections 4.3.2 and 4.3.3)."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Shaped
from torch.nn import functional as F

TRAINING_SCALES = (0.7, 1.4)
"""Smallest and largest factor of a mini-batch (thesis Section 4.3.2)."""
TEST_SCALES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
"""Factors at which a test image is searched (thesis Section 4.3.3)."""


def to_square(
    image: Shaped[torch.Tensor, "3 H W"], side: int, *, fill: Sequence[float] = (0, 0, 0)
) -> Shaped[torch.Tensor, "3 side side"]:
    """The image with its larger side resized to `side`, padded on the right or below (thesis Section 4.3.2: 500).

    fill: colour of the padding. The thesis pads with zeros, of images whose mean colour was taken away: pass that.
    Bilinear, with the type of the image. Raises ValueError for another shape or a side below 1.
    """
    if image.ndim != 3 or image.shape[0] != 3 or 0 in image.shape:
        raise ValueError(f"image: expected shape (3, height, width), got {tuple(image.shape)}")
    if side < 1:
        raise ValueError(f"side: expected at least 1 pixel, got {side}")
    factor = square_factor(image.shape[2], image.shape[1], side)
    height, width = (min(side, max(1, round(n * factor))) for n in image.shape[1:])
    if (height, width) != tuple(image.shape[1:]):
        resized = F.interpolate(image[None].float(), (height, width), mode="bilinear", antialias=True)[0]
        image = resized.round().clamp(0, 255).to(image.dtype) if not image.is_floating_point() else resized
    square = torch.empty(3, side, side, dtype=image.dtype, device=image.device)
    square[:] = torch.as_tensor(fill, device=image.device).to(image.dtype)[:, None, None]
    square[:, :height, :width] = image
    return square


def square_factor(width: int, height: int, side: int) -> float:
    """What `to_square` multiplies coordinates by."""
    return side / max(width, height)


def rescale(x: Float[torch.Tensor, "N C S S"], factor: float) -> Float[torch.Tensor, "N C s s"]:
    """Images resized by one factor, bilinear, corner pixels on corner pixels, as the authors' code does it; on the
    device of x. Raises ValueError for a factor that is not above 0 and finite, or leaves no pixel."""
    if not 0 < factor < math.inf:
        raise ValueError(f"factor: expected a finite number above 0, got {factor!r}")
    height, width = (round(n * factor) for n in x.shape[2:])
    if not height or not width:
        raise ValueError(f"factor: expected one that leaves some of {tuple(x.shape[2:])} pixels, got {factor!r}")
    if (height, width) == tuple(x.shape[2:]):
        return x
    return F.interpolate(x, (height, width), mode="bilinear", align_corners=True)


class RandomScale:
    """Resizes a whole mini-batch by one factor, uniform in [low, high] (thesis Section 4.3.2).

    Raises ValueError unless 0 < low <= high.
    """

    def __init__(self, low: float = TRAINING_SCALES[0], high: float = TRAINING_SCALES[1]):
        if not 0 < low <= high < math.inf:
            raise ValueError(f"low, high: expected 0 < low <= high, got {low!r} and {high!r}")
        self.low, self.high = low, high

    def __call__(self, x: Float[torch.Tensor, "N 3 S S"], draw: torch.Generator) -> Float[torch.Tensor, "N 3 s s"]:
        """The resized batch; every draw is from `draw`, on the CPU."""
        factor = self.low + (self.high - self.low) * float(torch.rand((), generator=draw))
        return rescale(x, factor)
