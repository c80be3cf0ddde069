"""Reading MNIST's idx files, compressed or not."""

import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8

from .errors import DataError, MissingData
from .files import Transform
from .folders import dataset_folder

_SPLITS = {"train": "train", "test": "t10k"}
_UINT8 = 8  # the code of unsigned bytes in an idx header
_LARGEST = 2**28  # bytes; MNIST's largest file holds 47 million


def read_idx(path: str | Path) -> UInt8[np.ndarray, "..."]:
    """The array in an idx file of unsigned bytes: two zero bytes, the type, the number of axes, their lengths, values.

    A name that ends in .gz is decompressed. Raises DataError for a file that is missing, truncated or of another kind.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingData(path, "there is no such file", "run `thesis data get mnist`")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, f"broken gzip ({error})", "fetch the file again") from error
    if len(content) > _LARGEST:
        raise DataError(path, f"holds more than {_LARGEST} bytes", "fetch the file again")
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UINT8 or not 1 <= content[3] <= 3:
        raise DataError(path, f"not an idx file of bytes (it begins with {content[:4].hex(' ')})", "fetch it again")
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start].ljust(start - 4, b"\0"), ">u4").astype(np.int64)
    expected = start + int(shape.prod(dtype=object))
    if len(content) != expected:
        raise DataError(path, f"holds {len(content)} bytes, its header asks for {expected}", "fetch the file again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


class MNIST(torch.utils.data.Dataset):
    """Handwritten digits: image uint8 [1, 28, 28] (or what `transform` makes of it) and label 0 to 9.

    `split` is "train" or "test". `images` uint8 [n, 28, 28] and `labels` uint8 [n] hold them all.
    """

    def __init__(
        self, folder: str | Path | None = None, split: str = "train", *, transform: Transform | None = None
    ) -> None:
        if split not in _SPLITS:
            raise ValueError(f"split: expected one of {', '.join(_SPLITS)}; got {split!r}")
        root = dataset_folder("mnist", folder)
        self.images = read_idx(_either(root / f"{_SPLITS[split]}-images-idx3-ubyte"))
        label_file = _either(root / f"{_SPLITS[split]}-labels-idx1-ubyte")
        self.labels = read_idx(label_file)
        self.transform = transform
        if self.images.ndim != 3 or self.labels.shape != self.images.shape[:1]:
            problem = f"{self.labels.shape} labels for {self.images.shape} images"
            raise DataError(label_file, problem, "fetch both files from one source")
        if self.labels.size and self.labels.max() > 9:
            raise DataError(label_file, f"holds the label {self.labels.max()}, expected 0 to 9", "fetch the file again")

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        pixels = torch.from_numpy(self.images[index][None].copy())
        return pixels if self.transform is None else self.transform(pixels), int(self.labels[index])


def _either(path: Path) -> Path:
    """The file as it is if it is there, else its compressed form."""
    return path if path.is_file() else path.with_name(f"{path.name}.gz")
