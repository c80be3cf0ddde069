"""Reading a Pascal VOC devkit: classification, detection and actions (thesis Sections 3.2 and 3.5).

Boxes are (x0, y0, x1, y1) in pixels, the right and lower edges excluded: VOC's own count from 1 and include them, so
x0 = xmin - 1 and x1 = xmax, and a box of one pixel has width 1.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import torch
from jaxtyping import Float32, Int8

from .errors import DataError, MissingData
from .files import Transform, image_tensor, read_rows, read_xml
from .folders import dataset_folder
from .names import VOC_ACTIONS, VOC_CLASSES


@dataclass(frozen=True)
class VOCObject:
    """One object of an image: its class, its box (x0, y0, x1, y1), its flags, and for people their actions if given."""

    name: str
    box: tuple[float, float, float, float]
    difficult: bool = False
    truncated: bool = False
    actions: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class VOCAnnotation:
    """What is known of one image: its name in the split, file, size in pixels, and objects."""

    id: str
    path: Path
    width: int
    height: int
    objects: tuple[VOCObject, ...]

    @property
    def boxes(self) -> Float32[np.ndarray, "n 4"]:
        """The boxes of all objects, in their order."""
        return np.array([o.box for o in self.objects], np.float32).reshape(-1, 4)


def read_annotation(
    path: str | Path, images: str | Path | None = None, *, classes: tuple[str, ...] = VOC_CLASSES
) -> VOCAnnotation:
    """Reads one XML file of a devkit's `Annotations`; `images` is the folder of photographs (default: ../JPEGImages).

    Raises DataError, which names the file, if the XML is broken or hostile, lacks a field, names a missing image or an
    unknown class, or holds a box outside of the image or of zero size. Edges up to one pixel outside are clipped:
    VOC 2012 has boxes with fractions of pixels.
    """
    path = Path(path)
    root = read_xml(path)
    image = (path.parent.parent / "JPEGImages" if images is None else Path(images)) / _plain_name(root, path)
    if not image.is_file():
        raise MissingData(path, f"names the image {image.name}, which is not in {image.parent}", "restore the image")
    width, height = (_number(root, f"size/{side}", path) for side in ("width", "height"))
    if not (width >= 1 and height >= 1):
        raise DataError(path, f"an image of {width:g} x {height:g} pixels", "correct <size>")
    objects = tuple(_read_object(o, path, width, height, classes) for o in root.findall("object"))
    return VOCAnnotation(path.stem, image, int(width), int(height), objects)


def _read_object(node: Element, path: Path, width: float, height: float, classes: tuple[str, ...]) -> VOCObject:
    name = _text(node, "name", path)
    if name not in classes:
        raise DataError(path, f"unknown class {name!r}", f"use one of {', '.join(classes)}, or pass `classes`")
    corners = [_number(node, f"bndbox/{edge}", path) for edge in ("xmin", "ymin", "xmax", "ymax")]
    x0, y0, x1, y1 = corners[0] - 1, corners[1] - 1, corners[2], corners[3]
    shown = f"the box of {name}, (xmin, ymin, xmax, ymax) = {tuple(f'{c:g}' for c in corners)}".replace("'", "")
    if x1 <= x0 or y1 <= y0:
        raise DataError(path, f"{shown}, has no area", "correct or remove this <object>")
    if min(x0, y0) < -1 or x1 > width + 1 or y1 > height + 1 or x0 >= width or y0 >= height:
        raise DataError(path, f"{shown}, leaves the image of {width:g} x {height:g}", "correct or remove this <object>")
    box = (max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height))
    actions = {}
    for action in node.findall("actions/*"):
        if action.tag not in (*VOC_ACTIONS, "other"):
            raise DataError(path, f"unknown action {action.tag!r}", f"use one of {', '.join(VOC_ACTIONS)}, other")
        actions[action.tag] = _flag(action.text or "", f"actions/{action.tag}", path)
    flags = (_flag(node.findtext(flag, "0"), flag, path) for flag in ("difficult", "truncated"))
    return VOCObject(name, box, *flags, actions)


def _plain_name(root: Element, path: Path) -> str:
    name = _text(root, "filename", path)
    if Path(name).name != name or name in (".", ".."):
        raise DataError(path, f"<filename> is a path, {name!r}", "name a file in JPEGImages")
    return name


def _text(node: Element, tag: str, path: Path) -> str:
    text = (node.findtext(tag) or "").strip()
    if not text:
        raise DataError(path, f"no <{tag}> in <{node.tag}>", "add it, or remove this image from the split")
    return text


def _number(node: Element, tag: str, path: Path) -> float:
    text = _text(node, tag, path)
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise DataError(path, f"<{tag}> is {text!r}, expected a number", "correct it")
    return number


def _flag(text: str, tag: str, path: Path) -> bool:
    if text.strip() not in ("0", "1"):
        raise DataError(path, f"<{tag}> is {text!r}, expected 0 or 1", "correct it")
    return text.strip() == "1"


class _VOC(torch.utils.data.Dataset):
    """The images of one split with their annotations, all read at construction, so that a bad file shows at once."""

    _sets = "Main"

    def __init__(
        self,
        folder: str | Path | None = None,
        split: str = "trainval",
        *,
        year: int = 2007,
        classes: tuple[str, ...] = VOC_CLASSES,
        transform: Transform | None = None,
    ) -> None:
        self.root = _devkit(dataset_folder(f"voc{year}", folder), year)
        self.split, self.classes, self.transform = split, classes, transform
        list_file = self.root / "ImageSets" / self._sets / f"{split}.txt"
        self.ids = list(dict.fromkeys(row[0] for row in read_rows(list_file)))
        self.annotations = [self._annotation(i) for i in self.ids]

    def _annotation(self, name: str) -> VOCAnnotation:
        return read_annotation(
            self.root / "Annotations" / f"{name}.xml", self.root / "JPEGImages", classes=self.classes
        )

    def __len__(self) -> int:
        return len(self.annotations)

    def image(self, index: int) -> Any:
        """Image `index`: uint8 [3, H, W], or what `transform` makes of it. Raises DataError for a broken file."""
        return image_tensor(self.annotations[index].path, self.transform)


class VOCDetection(_VOC):
    """Image and annotation (boxes, classes, flags) of each image of a split.

    `folder` is the folder of the dataset, of the devkit or of the year (default: where `thesis data get` puts it);
    `split` names a list in ImageSets/Main: "train", "val", "trainval", "test".
    """

    def __getitem__(self, index: int) -> tuple[Any, VOCAnnotation]:
        return self.image(index), self.annotations[index]


class VOCClassification(_VOC):
    """Image and labels int8 [n_classes] of each image of a split.

    A label is 1 if an object of the class is there, -1 if none is, and 0 if all that are there are marked difficult:
    VOC counts such an image neither as positive nor as negative. See VOCDetection for the arguments.
    """

    def __getitem__(self, index: int) -> tuple[Any, Int8[torch.Tensor, " K"]]:
        return self.image(index), torch.from_numpy(self.labels[index])

    @cached_property
    def labels(self) -> Int8[np.ndarray, "n K"]:
        """The labels of all images."""
        labels = np.full((len(self), len(self.classes)), -1, np.int8)
        for row, annotation in zip(labels, self.annotations, strict=True):
            for thing in annotation.objects:
                k = self.classes.index(thing.name)
                row[k] = max(row[k], 0 if thing.difficult else 1)
        return labels


class VOCActions(_VOC):
    """Image, box and labels int8 [10] of each person of a split of ImageSets/Action; 1 does it, -1 does not.

    A line of the list names an image and an object in it, counted from 1. Items follow the list; `people[i]` is the
    annotation and the object of item i. See VOCDetection for the arguments.
    """

    _sets = "Action"

    def __init__(
        self, folder: str | Path | None = None, split: str = "trainval", *, year: int = 2012, **kw: Any
    ) -> None:
        super().__init__(folder, split, year=year, **kw)
        by_id = dict(zip(self.ids, self.annotations, strict=True))
        list_file = self.root / "ImageSets" / self._sets / f"{split}.txt"
        self.people = [self._person(row, by_id, list_file) for row in read_rows(list_file)]
        self.annotations = [annotation for annotation, _ in self.people]

    @staticmethod
    def _person(row: list[str], by_id: dict[str, VOCAnnotation], path: Path) -> tuple[VOCAnnotation, VOCObject]:
        annotation = by_id[row[0]]
        number = int(row[1]) if len(row) > 1 and row[1].isdigit() else 0
        if not 1 <= number <= len(annotation.objects):
            raise DataError(
                path,
                f"the line {' '.join(row)!r} names no object of {row[0]}.xml, which holds {len(annotation.objects)}",
                "write the image and the number of the object, counted from 1",
            )
        person = annotation.objects[number - 1]
        if missing := [a for a in VOC_ACTIONS if a not in person.actions]:
            raise DataError(path, f"object {number} of {row[0]}.xml has no {', '.join(missing)}", "add its <actions>")
        return annotation, person

    def __getitem__(self, index: int) -> tuple[Any, Float32[torch.Tensor, "4"], Int8[torch.Tensor, "10"]]:
        box = torch.tensor(self.people[index][1].box, dtype=torch.float32)
        return self.image(index), box, torch.from_numpy(self.labels[index])

    @cached_property
    def labels(self) -> Int8[np.ndarray, "n 10"]:
        """The labels of all people."""
        return np.array([[1 if p.actions[a] else -1 for a in VOC_ACTIONS] for _, p in self.people], np.int8)


def _devkit(folder: Path, year: int) -> Path:
    """The folder that holds JPEGImages and Annotations, at or below `folder`."""
    for path in (folder, folder / f"VOC{year}", folder / "VOCdevkit" / f"VOC{year}"):
        if (path / "Annotations").is_dir() and (path / "JPEGImages").is_dir():
            return path
    raise MissingData(
        folder,
        f"no Annotations and JPEGImages here, in VOC{year} or in VOCdevkit/VOC{year}",
        f"run `thesis data get voc{year}`, or name the folder that holds VOCdevkit",
    )
