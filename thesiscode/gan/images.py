"""The images that GANs learn from: drawn faces and bedrooms, or the reader's own photographs (thesis Section 5.3.3)."""

import io
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torchvision.transforms.functional import center_crop, resize

from thesiscode.data.bedrooms import Bedrooms
from thesiscode.data.faces import Faces
from thesiscode.data.lfw import LFW
from thesiscode.data.lsun import LSUNBedrooms
from thesiscode.engine import device, generator, numpy_generator, read_tensors, write_tensors
from thesiscode.nets import Generator

from .game import Round

DRAWN = {"faces": Faces, "bedrooms": Bedrooms}
"""Sets that are drawn, whose distribution is known."""
PHOTOGRAPHED = {"lfw": LFW, "lsun": LSUNBedrooms}
"""Sets of the thesis, which are read from the reader's data folder."""
SETS = (*DRAWN, *PHOTOGRAPHED)


def gan_images(
    which: str, n_train: int, n_test: int, size: int, *, seed: int = 0, shared: Path | None = None
) -> tuple[UInt8[torch.Tensor, "n C size size"], UInt8[torch.Tensor, "m C size size"]]:
    """Images to train on, and others that are held out: bytes, `size` pixels a side.

    which: faces or bedrooms, drawn at 64 x 64 pixels, training and held-out images with seeds of their own (see
    `streams`); lfw or lsun, read from the data folder, in an order drawn from `seed`, of which the held-out
    images are the last. Photographs are cropped to their central square. shared: a folder that keeps drawn images.
    Raises ValueError for another name, or fewer photographs than asked for.
    """
    if which not in SETS:
        raise ValueError(f"which: expected one of {', '.join(SETS)}, got {which!r}")
    if which in DRAWN:
        return tuple(
            drawn_images(which, n, size, k, shared) for k, n in zip(streams(seed), (n_train, n_test), strict=False)
        )
    source = PHOTOGRAPHED[which]()
    if len(source) < n_train + n_test:
        raise ValueError(f"n_train, n_test: expected at most {len(source)} in all, got {n_train + n_test}")
    order = numpy_generator(seed, "held out").permutation(len(source))
    parts = (order[:n_train], order[len(order) - n_test :])
    return tuple(torch.stack([_square(source[int(i)], size) for i in part]) for part in parts)


def streams(seed: int) -> tuple[int, int, int]:
    """Three seeds of drawn images that no other seed has: for training, for tests, and for other networks."""
    return 3 * seed, 3 * seed + 1, 3 * seed + 2


def drawn_images(
    which: str, n: int, size: int, seed: int, shared: Path | None = None
) -> UInt8[torch.Tensor, "n 3 size size"]:
    """The first n faces or bedrooms of a seed, `size` pixels a side. shared: a folder that keeps them."""
    file = None if shared is None else shared / f"{which}-{n}-{size}-{seed}.safetensors"
    if file is not None and file.is_file():
        return read_tensors(file)[0]["images"]
    images = torch.stack([_square(image, size) for image, _ in (DRAWN[which](n, seed)[i] for i in range(n))])
    if file is not None:
        write_tensors(file, {"images": images})
    return images


def _square(item: Any, size: int) -> UInt8[torch.Tensor, "C size size"]:
    image = item[0] if isinstance(item, tuple) else item
    side = min(image.shape[1:])
    return resize(center_crop(image, [side, side]), [size, size], antialias=True)


def to_tanh(images: UInt8[torch.Tensor, "n C H W"]) -> Float[torch.Tensor, "n C H W"]:
    """Bytes from 0 to 255 as a generator draws them, in [-1, 1]. Raises ValueError for images that are not bytes."""
    if images.dtype != torch.uint8:
        raise ValueError(f"images: expected bytes from 0 to 255 (uint8), got {images.dtype}")
    return images.float() / 127.5 - 1


def as_bytes(images: Float[torch.Tensor, "n C H W"]) -> UInt8[torch.Tensor, "n C H W"]:
    """What a generator draws, in [-1, 1], as bytes from 0 to 255."""
    return ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


@torch.no_grad()
def images_of(
    net: Generator,
    noise: Float[torch.Tensor, "n n_noise"],
    condition: Float[torch.Tensor, "n n_condition"] | None = None,
) -> UInt8[torch.Tensor, "n C size size"]:
    """What a generator draws from noise, and from a condition each where it has some, on the device, as bytes."""
    given = (noise,) if condition is None else (noise, condition)
    net = net.to(device()).eval()
    parts = zip(*(values.split(250) for values in given), strict=True)
    return as_bytes(torch.cat([net(*(values.to(device()) for values in part)).cpu() for part in parts]))


def contact_sheet(rows: list[UInt8[torch.Tensor, "_ C H W"]]) -> bytes:
    """A PNG with one row of images a list entry, in 256 colours: a small file of many samples. Grey or RGB.

    Raises ValueError for rows of different length or size.
    """
    shapes = {tuple(row.shape) for row in rows}
    if len(shapes) != 1:
        raise ValueError(f"rows: expected rows of one shape, got {sorted(shapes)}")
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
    picture = Image.fromarray(sheet.expand(3, -1, -1).permute(1, 2, 0).contiguous().numpy())
    small = io.BytesIO()
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return small.getvalue()


class SampleSheet:
    """A `watch` of `gan.train_gan` that draws the same noise vectors after each of some epochs, one row a time.

    file: the PNG, written anew after each row. n: images a row. epochs: when to draw; after every epoch where None.
    seed: of the noise. resume: keep the rows that the file holds, for a training that is resumed.
    """

    def __init__(
        self,
        file: Path,
        n: int = 8,
        *,
        epochs: Collection[int] | None = None,
        seed: int = 0,
        resume: bool = False,
    ) -> None:
        self.file, self.n, self.epochs, self.seed, self.fresh = file, n, epochs, seed, not resume

    @torch.no_grad()
    def __call__(self, done: Round, net: Generator) -> None:
        """Adds a row, or none."""
        if self.epochs is not None and done.number not in self.epochs:
            return
        place = next(net.parameters()).device
        noise = torch.randn(self.n, net.n_noise, generator=generator(self.seed, "sheet")).to(place)
        images = as_bytes(net(noise).cpu())
        before = [] if self.fresh or not self.file.is_file() else list(read_sheet(self.file, net.size))
        self.fresh = False
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(contact_sheet([*before, images.expand(-1, 3, -1, -1)]))


def read_sheet(file: Path, size: int) -> UInt8[torch.Tensor, "rows columns 3 size size"]:
    """The images of a contact sheet, each `size` pixels a side. Raises ValueError if they do not fit."""
    pixels = torch.from_numpy(np.array(Image.open(file).convert("RGB")))
    if pixels.shape[0] % size or pixels.shape[1] % size:
        raise ValueError(f"size: expected a divisor of the sheet's sides {tuple(pixels.shape[:2])}, got {size}")
    return pixels.unfold(0, size, size).unfold(1, size, size).contiguous()
