"""Reading COCO 2014 `instances` annotations (thesis Chapter 4): the 80 classes of an image, and their boxes."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Int8

from .errors import DataError, MissingData
from .files import Transform, image_tensor, read_json
from .folders import dataset_folder


@dataclass(frozen=True)
class COCOObject:
    """One object of an image: its class, its box (x0, y0, x1, y1) in pixels, and whether it is a crowd of them."""

    name: str
    box: tuple[float, float, float, float]
    crowd: bool


@dataclass(frozen=True)
class COCOAnnotation:
    """What is known of one image: its number, file, size in pixels, and objects."""

    id: int
    path: Path
    width: int
    height: int
    objects: tuple[COCOObject, ...]

    @property
    def boxes(self) -> Float32[np.ndarray, "n 4"]:
        """The boxes of all objects, in their order."""
        return np.array([o.box for o in self.objects], np.float32).reshape(-1, 4)


class COCODetection(torch.utils.data.Dataset):
    """Image (uint8 [3, H, W], or what `transform` makes of it) and annotation of each image, sorted by number.

    `folder` holds `annotations/instances_{split}2014.json` and the photographs in `{split}2014/`; `annotations` and
    `images` name other places. COCO's boxes (x, y, width, height) become corners, clipped to the image. Boxes of zero
    size exist in COCO: they are dropped, and counted in `n_dropped`. All annotations are read at construction. Raises
    DataError, which names the file, for broken JSON, a missing field or image, an unknown class, a box outside.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        split: str = "train",
        *,
        annotations: str | Path | None = None,
        images: str | Path | None = None,
        transform: Transform | None = None,
    ) -> None:
        root = dataset_folder("coco2014", folder) if annotations is None or images is None else Path()
        self.file = Path(annotations) if annotations else root / "annotations" / f"instances_{split}2014.json"
        self.images = Path(images) if images else root / f"{split}2014"
        self.split, self.transform = split, transform
        self.n_dropped = 0
        content = read_json(self.file)
        try:
            self._index(content)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            problem = f"not a COCO instances file: {type(error).__name__} {error}"
            raise DataError(self.file, problem, "use an instances_*.json file") from error

    def _index(self, content: dict[str, Any]) -> None:
        names = {c["id"]: c["name"] for c in sorted(content["categories"], key=lambda c: c["id"])}
        self.classes: tuple[str, ...] = tuple(names.values())
        if not content["images"]:
            raise DataError(self.file, "the list of images is empty", "use the file of a split that holds images")
        rows = {row["id"]: row for row in content["images"]}
        objects: dict[int, list[COCOObject]] = {i: [] for i in rows}
        for a in content["annotations"]:
            if a["category_id"] not in names:
                raise self._bad(a, f"names the unknown class {a['category_id']}")
            if a["image_id"] not in rows:
                raise self._bad(a, f"names the image {a['image_id']}, which is not listed")
            box = self._box(a, rows[a["image_id"]])
            if box is None:
                self.n_dropped += 1
                continue
            objects[a["image_id"]].append(COCOObject(names[a["category_id"]], box, bool(a.get("iscrowd", 0))))
        present = {p.name for p in self.images.iterdir()} if self.images.is_dir() else set()
        for row in rows.values():
            if row["file_name"] not in present:
                problem = f"names the image {row['file_name']}, which is not in {self.images}"
                raise MissingData(self.file, problem, "restore the image, or run `thesis data get coco2014`")
        self.annotations = [
            COCOAnnotation(i, self.images / r["file_name"], r["width"], r["height"], tuple(objects[i]))
            for i, r in sorted(rows.items())
        ]

    def _box(self, a: dict[str, Any], row: dict[str, Any]) -> tuple[float, float, float, float] | None:
        """The corners of a box inside of the image; None if it has no area."""
        try:
            x, y, w, h = (float(v) for v in a["bbox"])
        except (TypeError, ValueError):
            raise self._bad(a, f"has the box {a['bbox']}, expected four numbers") from None
        width, height = row["width"], row["height"]
        if not np.isfinite([x, y, w, h]).all() or min(w, h) < 0:
            raise self._bad(a, f"has the box {a['bbox']}")
        if min(x, y) < -1 or x + w > width + 1 or y + h > height + 1:
            raise self._bad(a, f"has a box {a['bbox']} that leaves its image of {width} x {height}")
        box = (max(x, 0.0), max(y, 0.0), min(x + w, float(width)), min(y + h, float(height)))
        return box if box[2] > box[0] and box[3] > box[1] else None

    def _bad(self, a: dict[str, Any], problem: str) -> DataError:
        return DataError(self.file, f"annotation {a.get('id')} {problem}", "correct or remove this annotation")

    def __len__(self) -> int:
        return len(self.annotations)

    def image(self, index: int) -> Any:
        """Image `index`. Raises DataError for a broken file."""
        return image_tensor(self.annotations[index].path, self.transform)

    def __getitem__(self, index: int) -> tuple[Any, COCOAnnotation]:
        return self.image(index), self.annotations[index]


class COCOClassification(COCODetection):
    """Image and labels int8 [n_classes] of each image: 1 if an object or a crowd of the class is there, else -1."""

    def __getitem__(self, index: int) -> tuple[Any, Int8[torch.Tensor, " K"]]:
        return self.image(index), torch.from_numpy(self.labels[index])

    @cached_property
    def labels(self) -> Int8[np.ndarray, "n K"]:
        """The labels of all images."""
        labels = np.full((len(self), len(self.classes)), -1, np.int8)
        for row, annotation in zip(labels, self.annotations, strict=True):
            for thing in annotation.objects:
                row[self.classes.index(thing.name)] = 1
        return labels
