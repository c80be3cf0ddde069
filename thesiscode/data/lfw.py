"""Reading Labeled Faces in the Wild: the photographs, or an array of small grey faces."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8

from .errors import DataError
from .files import Transform, image_tensor, list_images
from .folders import dataset_folder

_NAME = re.compile(r"(?P<person>.+)_\d{4}\.[a-z]+", re.IGNORECASE)


class LFW(torch.utils.data.Dataset):
    """Image (uint8 [3, H, W], or [1, H, W] of an array; or what `transform` makes of it) and number of the person.

    `folder` holds the photographs as `Some_Name/Some_Name_0001.jpg`, at any depth, or one .npz file with `images` uint8
    [n, H, W] and `names` such as "Some_Name_0001.jpg". `people` are the names of the people, sorted; `names` those of
    the images. Raises DataError, which names the file, for anything else.
    """

    def __init__(self, folder: str | Path | None = None, *, transform: Transform | None = None) -> None:
        root = dataset_folder("lfw", folder)
        arrays = sorted(root.glob("*.npz"))
        self.images: UInt8[np.ndarray, "n H W"] | None = None
        self.paths: list[Path] = []
        if arrays:
            self.images, self.names = _read_arrays(arrays[0])
        else:
            self.paths = list_images(root)
            self.names = [path.name for path in self.paths]
        source = arrays[0] if arrays else root
        owners = [_person(name, source) for name in self.names]
        self.people = tuple(sorted(set(owners)))
        number = {person: i for i, person in enumerate(self.people)}
        self.labels = np.array([number[owner] for owner in owners])
        self.transform = transform

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        label = int(self.labels[index])
        if self.images is None:
            return image_tensor(self.paths[index], self.transform), label
        pixels = torch.from_numpy(self.images[index][None].copy())
        return pixels if self.transform is None else self.transform(pixels), label


def _person(name: str, source: Path) -> str:
    match = _NAME.fullmatch(name)
    if match is None:
        raise DataError(source, f"the image {name!r} names nobody", "name images such as Some_Name_0001.jpg")
    return match["person"]


def _read_arrays(path: Path) -> tuple[UInt8[np.ndarray, "n H W"], list[str]]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
            images, names = content["images"], content["names"]
    except Exception as error:  # NumPy reports a broken archive by errors of zip, zlib, its header parser and others
        raise DataError(path, f"not an archive of `images` and `names` ({error})", "fetch the file again") from error
    if images.dtype != np.uint8 or images.ndim != 3 or names.shape != images.shape[:1] or not len(names):
        problem = f"images {images.dtype} {images.shape} and names {names.shape}"
        raise DataError(path, f"{problem}, expected uint8 [n, H, W] and [n], n > 0", "fetch the file again")
    return images, [str(name) for name in names]
