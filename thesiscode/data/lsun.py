"""Reading LSUN's bedrooms: a folder of images, as LSUN's own tools export them from its LMDB database."""

from pathlib import Path
from typing import Any

import torch

from .errors import DataError
from .files import Transform, image_tensor, list_images
from .folders import dataset_folder


class LSUNBedrooms(torch.utils.data.Dataset):
    """Photographs of bedrooms: uint8 [3, H, W], or what `transform` makes of them, sorted by path. There are no labels.

    `folder` holds images at any depth. The LMDB database itself is not read: `thesis data get lsun-bedrooms` says how
    to export it. Raises DataError for a folder without images.
    """

    def __init__(self, folder: str | Path | None = None, *, transform: Transform | None = None) -> None:
        root = dataset_folder("lsun-bedrooms", folder)
        if next(root.rglob("data.mdb"), None) is not None:
            raise DataError(root, "this is the LMDB database", "export its images with https://github.com/fyu/lsun")
        self.paths = list_images(root)
        self.transform = transform

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Any:
        return image_tensor(self.paths[index], self.transform)
