"""The multi-scale grid of square patches of an image, and their pixels at one size (thesis 3.2.2, Figures 3-6, 3-7)."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Int, Int64, Real, Shaped

SCALES = (1, 1.3, 1.6, 2, 2.4, 2.8, 3.2, 3.6, 4)
"""The nine lambdas of thesis 3.2.2: the patches of scale lambda are min(width, height) / lambda pixels wide."""


def patch_grid(
    width: int, height: int, *, scales: Sequence[float] = SCALES, overlap: float = 0.66
) -> Int64[np.ndarray, "M 4"]:
    """Square patches (x0, y0, x1, y1) of an image, in pixels, upper ends excluded (thesis 3.2.2).

    The patches of scale lambda are s = min(width, height) / lambda pixels wide, rounded. They lie on a regular grid:
    the first and the last are flush with the borders, so that every pixel is covered, and neighbours share at least
    `overlap` of their area. Positions are whole pixels, hence the steps of a grid differ by one pixel at most, and
    patches of 1 / (1 - overlap) pixels or fewer, which cannot overlap that much, step by a single pixel.
    Rows come scale by scale, then from the top, then from the left.

    The thesis wants about 500 patches with at least half of each shared. Half gives 275 of a 500 x 375 image; the
    default overlap gives about 500.

    Raises ValueError for a side below one pixel, no scale, a scale below 1 or not finite, one that makes patches
    narrower than a pixel, and an overlap outside of [0, 1).
    """
    check_pixels(width=width, height=height)
    if not 0 <= overlap < 1:
        raise ValueError(f"overlap is {overlap!r}; expected a share in [0, 1)")
    if len(scales) == 0:
        raise ValueError("scales is empty; expected at least one")
    return np.concatenate([_grid(width, height, _side(width, height, scale), overlap) for scale in scales])


def extract_patches(
    image: Shaped[torch.Tensor, "3 H W"], patches: Int[np.ndarray, "M 4"], size: int
) -> Shaped[torch.Tensor, "M 3 size size"]:
    """The pixels of each square patch, resized to size x size (thesis 3.2.2: 224 x 224).

    image: floating point, or uint8 on the CPU, which is the fastest. patches: rows of `patch_grid`, or any squares
    inside of the image. The resizing is bilinear, and antialiased where it shrinks; it reads no pixel outside of the
    patch. It equals `torchvision.transforms.functional.resize` of each patch alone; bytes may be one level off, since
    rows and columns are rounded in turn. The result has the image's type, range and device.

    Raises ValueError for another kind of image, a size below 1, and patches that are not square or leave the image.
    """
    check_image(image)
    check_pixels(size=size)
    check_patches(patches, image.shape[2], image.shape[1])
    sides = patches[:, 2] - patches[:, 0]
    if (odd := sides != patches[:, 3] - patches[:, 1]).any():
        raise ValueError(f"patches holds {patches[odd][0].tolist()}, which is not square")
    out = torch.empty((len(patches), 3, size, size), dtype=image.dtype, device=image.device)
    for side in np.unique(sides):
        (rows,) = np.nonzero(sides == side)
        crops = torch.stack([image[:, y0:y1, x0:x1] for x0, y0, x1, y1 in patches[rows].tolist()])
        out[torch.from_numpy(rows).to(image.device)] = resize(crops, size)
    return out


def resize(crops: Shaped[torch.Tensor, "N 3 s s"], size: int) -> Shaped[torch.Tensor, "N 3 size size"]:
    """Images of one size at another: bilinear, antialiased where it shrinks; bytes come within one level of exact."""
    if crops.dtype == torch.uint8:
        # torch has a way of its own for bytes: it is faster with the channels last, and fails without for a size of 1
        crops = crops.contiguous(memory_format=torch.channels_last)
    return torch.nn.functional.interpolate(crops, (size, size), mode="bilinear", antialias=True)


def check_image(image: torch.Tensor) -> None:
    """Raises ValueError unless `image` is [3, H, W] with at least one pixel, floating point or uint8 on the CPU."""
    if image.ndim != 3 or image.shape[0] != 3 or 0 in image.shape:
        raise ValueError(f"image has shape {tuple(image.shape)}; expected (3, height, width)")
    if image.dtype != torch.uint8 and not image.is_floating_point():
        raise ValueError(f"image holds {image.dtype}; expected uint8 or floating point")
    if image.dtype == torch.uint8 and image.device.type != "cpu":
        # torch antialiases bytes on the CPU only, where that is also its fastest way
        raise ValueError(f"image holds bytes on the device {image.device}; expected them on the CPU, or floating point")


def check_pixels(**lengths: int) -> None:
    """Raises ValueError, which names the argument, unless each length is a positive whole number."""
    for name, length in lengths.items():
        if not isinstance(length, int | np.integer) or isinstance(length, bool) or length < 1:
            raise ValueError(f"{name} is {length!r}; expected a whole number of pixels, at least 1")


def check_boxes(name: str, boxes: Real[np.ndarray, "n 4"]) -> None:
    """Raises ValueError, which names the argument `name`, unless the rows are finite boxes with a positive area."""
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"{name} has shape {boxes.shape}; expected (number of boxes, 4)")
    if not np.isfinite(boxes).all():
        raise ValueError(f"{name} holds {boxes[~np.isfinite(boxes).all(axis=1)][0].tolist()}; expected finite numbers")
    if (empty := (boxes[:, 2:] <= boxes[:, :2]).any(axis=1)).any():
        raise ValueError(f"{name} holds {boxes[empty][0].tolist()}; expected x0 < x1 and y0 < y1")


def check_patches(patches: Real[np.ndarray, "M 4"], width: int, height: int) -> None:
    """Raises ValueError unless the rows are boxes of whole pixels inside of a width x height image."""
    check_boxes("patches", patches)
    if (patches != np.floor(patches)).any():
        raise ValueError("patches holds fractions of pixels; expected whole numbers")
    outside = (patches[:, :2] < 0).any(axis=1) | (patches[:, 2:] > (width, height)).any(axis=1)
    if outside.any():
        raise ValueError(f"patches holds {patches[outside][0].tolist()}, which leaves the image of {width} x {height}")


def _side(width: int, height: int, scale: float) -> int:
    if not (math.isfinite(scale) and scale >= 1):
        raise ValueError(f"scales holds {scale!r}; expected finite numbers of at least 1")
    if min(width, height) < scale:
        raise ValueError(
            f"width x height is {width} x {height}, too small for scale {scale}: "
            f"its patches would be {min(width, height) / scale:.2g} pixels wide; expected sides of at least {scale}"
        )
    return round(min(width, height) / scale)


def _grid(width: int, height: int, side: int, overlap: float) -> Int64[np.ndarray, "m 4"]:
    x0, y0 = np.meshgrid(_starts(width, side, overlap), _starts(height, side, overlap))
    corner = np.stack([x0.ravel(), y0.ravel()], axis=1)
    return np.concatenate([corner, corner + side], axis=1)


def _starts(length: int, side: int, overlap: float) -> Int64[np.ndarray, " n"]:
    longest_step = max(1, math.floor((1 - overlap) * side + 1e-9))  # (1 - 0.66) * 150 falls short of 51
    steps = math.ceil((length - side) / longest_step)
    return np.rint(np.linspace(0, length - side, steps + 1)).astype(np.int64)
