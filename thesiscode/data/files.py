"""Reading single files with care: an image, an XML or JSON document, a list of names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import torch
from defusedxml import DefusedXmlException
from jaxtyping import UInt8
from PIL import Image
from torchvision.transforms.functional import pil_to_tensor

from .errors import DataError, MissingData

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm")
_REFETCH = "replace the file with a good copy, or remove it from the split"
Transform = Callable[[torch.Tensor], Any]


def open_image(path: str | Path) -> Image.Image:
    """An image as RGB, decoded to its last byte. Raises DataError if it is missing, truncated or no image."""
    if not Path(path).is_file():
        raise MissingData(path, "there is no such image", "restore the image, or remove its name from the split")
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        # Pillow reports a broken file by any of these, depending on the format and on where it breaks.
        raise DataError(path, f"not a whole image ({error})", _REFETCH) from error


def image_tensor(path: str | Path, transform: Transform | None = None) -> Any:
    """An image as a uint8 tensor [3, H, W], or what `transform` makes of that."""
    pixels: UInt8[torch.Tensor, "3 H W"] = pil_to_tensor(open_image(path))
    return pixels if transform is None else transform(pixels)


def list_images(folder: str | Path) -> list[Path]:
    """All images below a folder, sorted by path. Raises DataError if there is none."""
    paths = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)
    if not paths:
        raise DataError(folder, f"no image ({', '.join(IMAGE_SUFFIXES)}) below this folder", "put the images here")
    return paths


def read_xml(path: str | Path) -> Element:
    """The root of an XML file. Document types and entities are refused: no dataset here needs them, attacks do."""
    if not Path(path).is_file():
        raise MissingData(path, "there is no such annotation", "restore the file, or remove its name from the split")
    try:
        return defusedxml.ElementTree.parse(path, forbid_dtd=True).getroot()
    except DefusedXmlException as error:
        raise DataError(path, f"hostile XML ({type(error).__name__})", "do not use a file from this source") from error
    except (ParseError, ValueError) as error:
        raise DataError(path, f"broken XML ({error})", _REFETCH) from error


def read_json(path: str | Path) -> Any:
    """The content of a JSON file. Raises DataError if it is missing or broken."""
    if not Path(path).is_file():
        raise MissingData(path, "there is no such annotation file", "fetch the dataset's annotations again")
    try:
        return json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(path, f"broken JSON ({error})", "fetch the dataset's annotations again") from error


def read_rows(path: str | Path) -> list[list[str]]:
    """The words of every line that is not blank. Raises DataError if the file is missing, empty or not text."""
    if not Path(path).is_file():
        raise MissingData(path, "there is no such list", "restore the file, or ask for a split that exists")
    try:
        rows = [line.split() for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise DataError(path, f"not a text file ({error})", _REFETCH) from error
    if not rows:
        raise DataError(path, "the list is empty", "restore the file: a split without images cannot be read")
    return rows
