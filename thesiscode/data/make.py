"""Writing a generated dataset to disk, in the formats that other programs read."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from torch.utils.data import Dataset
from tqdm import tqdm

from .folders import data_folder
from .toyland.actions import Actions
from .toyland.atomic import new_folder
from .toyland.datasets import Scenes
from .toyland.source import SETS, SourceImages, source_breeds
from .toyland.writers import write_coco, write_image_folder, write_voc


def make_toyland(
    folder: str | Path | None = None,
    *,
    scenes: int = 1000,
    actions: int = 500,
    source: int = 2400,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> Path:
    """Draws Toyland and writes it to `data_folder(folder) / "toyland"`, whole or not at all; returns that path.

    - `VOCdevkit/VOC2012`: `scenes` scenes, half of them "train", a quarter each "val" and "test";
    - `coco`: the same scenes in COCO's format, as train2014, val2014 and test2014;
    - `actions/VOCdevkit/VOC2012`: `actions` scenes of people, split in the same way;
    - `source/related`, `source/random`, `source/enlarged`: `source` images each, one folder a breed.

    The same `seed` draws the same pixels. Raises ValueError for fewer than 4 scenes or actions, or fewer source images
    than there are breeds; FileExistsError if the folder is there and `overwrite` is not set; StorageError if it cannot
    be written.
    """
    n_breeds = max(len(source_breeds(which)) for which in SETS)
    for name, value, least in (("scenes", scenes, 4), ("actions", actions, 4), ("source", source, n_breeds)):
        if value < least:
            raise ValueError(f"{name}: expected at least {least}, got {value}")

    def shown(items: Dataset, label: str) -> Iterator[Any]:
        yield from tqdm(items, desc=label, disable=not progress)  # a generator: the bar appears when its turn comes

    def parts(n: int, kind: Any, label: str, **settings: Any) -> dict[str, Iterable[Any]]:
        sizes = {"train": n - 2 * (n // 4), "val": n // 4, "test": n // 4}
        starts = {"train": 0, "val": sizes["train"], "test": sizes["train"] + sizes["val"]}
        return {
            split: shown(kind(size, seed, start=starts[split], target="scene", **settings), f"{label} {split}")
            for split, size in sizes.items()
        }

    place = data_folder(folder) / "toyland"
    with new_folder(place, overwrite=overwrite) as root:
        write_voc(root, parts(scenes, Scenes, "scenes"))
        write_coco(root / "coco", {f"{k}2014": v for k, v in parts(scenes, Scenes, "coco").items()})
        write_voc(root / "actions", parts(actions, Actions, "actions"))
        for which in SETS:
            images = SourceImages(which, source, seed)
            write_image_folder(root / "source" / which, shown(images, f"source {which}"), images.classes)
    return place
