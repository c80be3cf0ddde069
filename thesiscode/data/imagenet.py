"""Reading ImageNet, or any other set that is a folder of images a class."""

import re
from pathlib import Path
from typing import Any

from torchvision.datasets import ImageFolder

from .errors import DataError, MissingData
from .files import Transform, image_tensor, read_rows
from .folders import dataset_folder

_SYNSET = re.compile(r"n\d{8}")


class ImageNet(ImageFolder):
    """ILSVRC 2012: image (uint8 [3, H, W], or what `transform` makes of it) and class 0 to 999.

    `folder / split` holds one folder a synset, such as n01440764. Classes are numbered by their sorted synsets, as in
    the weights of torchvision. `classes` are the synsets; `class_names` the words for them if the folder holds
    synset_words.txt, else the synsets. Raises DataError for a folder that is no such tree.
    """

    def __init__(
        self, folder: str | Path | None = None, split: str = "val", *, transform: Transform | None = None
    ) -> None:
        folder = dataset_folder("imagenet", folder)
        root = folder / split
        if not root.is_dir():
            raise MissingData(root, "there is no such split", "put the images here, one folder a synset")
        children = sorted(p.name for p in root.iterdir() if p.is_dir())
        fix = "sort the images into one folder a synset (n01440764, ...), as the list of the development kit says"
        if not children:
            raise DataError(root, "no folder of a class in this folder", fix)
        if odd := [name for name in children if not _SYNSET.fullmatch(name)]:
            raise DataError(root / odd[0], "this folder's name is not a synset", fix)
        try:
            super().__init__(str(root), transform=transform)
        except FileNotFoundError as error:  # torchvision's words for a class without images
            raise DataError(root, str(error), "restore the images of these classes, or remove their folders") from error
        words = read_synset_words(folder / "synset_words.txt") if (folder / "synset_words.txt").is_file() else {}
        self.class_names = [words.get(synset, synset) for synset in self.classes]

    def __getitem__(self, index: int) -> tuple[Any, int]:
        path, label = self.samples[index]
        return image_tensor(path, self.transform), label


def read_synset_words(path: str | Path) -> dict[str, str]:
    """The words for each synset, from lines such as "n01440764 tench, Tinca tinca", in the order of the file."""
    words = {row[0]: " ".join(row[1:]) for row in read_rows(path)}
    if odd := [synset for synset, text in words.items() if not _SYNSET.fullmatch(synset) or not text]:
        raise DataError(path, f"the line of {odd[0]!r} is not a synset and its words", "fetch the file again")
    return words
