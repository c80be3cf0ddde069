"""Toyland on disk: a VOC devkit, a COCO `instances` file and an ImageFolder, which other readers read unchanged.

Whatever is written appears whole or not at all: it is made in a temporary folder beside its place, which is renamed at
the end.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image
from torch.utils.data import Dataset

from thesiscode.data.toyland.actions import ACTIONS
from thesiscode.data.toyland.atomic import new_folder
from thesiscode.data.toyland.classes import TARGETS

VOC_YEARS = ("2007", "2008", "2009", "2010", "2011", "2012")


def write_voc(
    root: str | Path,
    splits: Mapping[str, Iterable[Any] | Dataset],
    *,
    year: str = "2012",
    classes: Sequence[str] = TARGETS,
    overwrite: bool = False,
    quality: int = 95,
) -> Path:
    """Write scenes as `root`/VOCdevkit/VOC`year`, which `torchvision.datasets.VOCDetection(root, year)` reads.

    `splits` maps "train", "val" or "test" to scenes: `Scenes(..., target="scene")`, or any iterable of what
    `draw_scene` or `draw_action` returns. Where there are "train" and "val", "trainval" holds both. Boxes are written
    as VOC has them: 1-based, both ends included. People of action scenes bring an `<actions>` element and
    `ImageSets/Action`.
    Segmentation masks are palette PNGs; they are exact, so that none has VOC's void borders (255). `quality` is the
    JPEG quality, 1..100.

    Returns the folder VOC`year`. Raises ValueError for a year that torchvision does not know, splits that are empty or
    have other names, and objects of a class that is not in `classes`; errors of `new_folder` where the folder cannot be
    written.
    """
    if not splits or not set(splits) <= {"train", "val", "test"}:
        raise ValueError(f"splits are {list(splits)}; expected some of 'train', 'val' and 'test'")
    if year not in VOC_YEARS:
        raise ValueError(f"year is {year!r}; expected one of {', '.join(VOC_YEARS)}")
    _check_quality(quality)
    target = Path(root).expanduser() / "VOCdevkit" / f"VOC{year}"
    with new_folder(target, overwrite=overwrite) as folder:
        for name in ("JPEGImages", "Annotations", "SegmentationObject", "SegmentationClass"):
            (folder / name).mkdir()
        lists: dict[str, list[tuple[str, list[Any]]]] = {}
        number = 0
        for split, scenes in splits.items():
            lists[split] = []
            for scene in _items(scenes):
                number += 1
                image_id = f"{year}_{number:06d}"
                _check_names(scene, classes)
                path = folder / "JPEGImages" / f"{image_id}.jpg"
                _save(Image.fromarray(scene.image), path, quality=quality, subsampling=0)
                _voc_xml(scene, image_id, year).write(folder / "Annotations" / f"{image_id}.xml", encoding="utf-8")
                for kind in ("SegmentationObject", "SegmentationClass"):
                    masks = _index_image(scene, classes if kind == "SegmentationClass" else None)
                    _save(masks, folder / kind / f"{image_id}.png")
                # Flags only: the arrays of a large set would not fit into memory.
                lists[split].append((image_id, [(o.name, _flag(o, "difficult"), _actions(o)) for o in scene.objects]))
            if not lists[split]:
                raise ValueError(f"splits[{split!r}] holds no scene; expected at least one")
        if {"train", "val"} <= set(lists):
            lists["trainval"] = lists["train"] + lists["val"]
        for split, rows in lists.items():
            _voc_lists(folder / "ImageSets", split, rows, classes)
    return target


def _voc_xml(scene: Any, image_id: str, year: str) -> ElementTree.ElementTree:
    def add(parent: ElementTree.Element, tag: str, text: object = None) -> ElementTree.Element:
        child = ElementTree.SubElement(parent, tag)
        child.text = None if text is None else str(text)
        return child

    height, width = scene.image.shape[:2]
    root = ElementTree.Element("annotation")
    add(root, "folder", f"VOC{year}")
    add(root, "filename", f"{image_id}.jpg")
    add(add(root, "source"), "database", "Toyland")
    size = add(root, "size")
    for tag, value in (("width", width), ("height", height), ("depth", 3)):
        add(size, tag, value)
    add(root, "segmented", 1)
    for thing in scene.objects:
        x0, y0, x1, y1 = thing.box
        node = add(root, "object")
        add(node, "name", thing.name)
        add(node, "pose", "Unspecified")
        add(node, "truncated", _flag(thing, "truncated"))
        add(node, "occluded", _flag(thing, "occluded"))
        box = add(node, "bndbox")
        for tag, value in (("xmin", x0 + 1), ("ymin", y0 + 1), ("xmax", x1), ("ymax", y1)):
            add(box, tag, value)
        add(node, "difficult", _flag(thing, "difficult"))
        done = _actions(thing)
        if done is not None:
            actions = add(node, "actions")
            for action in (*ACTIONS, "other"):
                add(actions, action, int(action in done or (action == "other" and not done)))
    ElementTree.indent(root)
    return ElementTree.ElementTree(root)


def _voc_lists(folder: Path, split: str, rows: list[tuple[str, list[Any]]], classes: Sequence[str]) -> None:
    """The image sets of one split: Main (one list a class), Segmentation, and Action where somebody acts."""

    def write(kind: str, name: str, lines: Iterable[str]) -> None:
        (folder / kind).mkdir(parents=True, exist_ok=True)
        (folder / kind / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    for kind in ("Main", "Segmentation"):
        write(kind, split, (image_id for image_id, _ in rows))
    for name in classes:
        lines = []
        for image_id, things in rows:
            flags = [difficult for other, difficult, _ in things if other == name]
            lines.append(f"{image_id} {-1 if not flags else 0 if all(flags) else 1:2d}")
        write("Main", f"{name}_{split}", lines)
    people = [(image_id, k, done) for image_id, things in rows for k, (*_, done) in enumerate(things, 1)]
    acting = [person for person in people if person[2] is not None]
    if acting:
        write("Action", split, (f"{image_id} {k}" for image_id, k, _ in acting))
        for action in ACTIONS:
            lines = [f"{image_id} {k} {1 if action in done else -1:2d}" for image_id, k, done in acting]
            write("Action", f"{action}_{split}", lines)


def voc_palette() -> UInt8[np.ndarray, "256 3"]:
    """VOC's colours of the labels 0..255: the bits of a label, dealt to red, green and blue, highest bit first."""
    labels, palette = np.arange(256), np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            palette[:, channel] |= ((labels >> (3 * (bit % 8) + channel) & 1) << (7 - bit)).astype(np.uint8)
    return palette


def _index_image(scene: Any, classes: Sequence[str] | None) -> Image.Image:
    """A palette image of a scene's masks: the k-th object's number, or its class' (from 1; 0 is the background)."""
    labels = np.zeros(scene.image.shape[:2], np.uint8)
    for k, thing in enumerate(scene.objects, 1):
        labels[thing.mask] = k if classes is None else classes.index(thing.name) + 1
    image = Image.fromarray(labels)
    image.putpalette(voc_palette().ravel().tolist())
    return image


def write_coco(
    root: str | Path,
    splits: Mapping[str, Iterable[Any] | Dataset],
    *,
    classes: Sequence[str] = TARGETS,
    overwrite: bool = False,
    quality: int = 95,
) -> Path:
    """Write scenes as COCO has them: `root`/<split>/*.jpg and `root`/annotations/instances_<split>.json.

    `splits` maps names such as "train2014" to scenes (see `write_voc`). Categories are numbered from 1 in the order of
    `classes`; boxes are [x, y, width, height] in pixels from 0; a segmentation is the mask as a run-length code, `area`
    its number of pixels, `iscrowd` 0. Each annotation also says `difficult` and `truncated`, which COCO's tools ignore.

    Returns `root`. Raises as `write_voc` does.
    """
    if not splits or any(not name or Path(name).name != name or name == "annotations" for name in splits):
        raise ValueError(f"splits are {list(splits)}; expected names of folders, such as 'train2014'")
    _check_quality(quality)
    with new_folder(root, overwrite=overwrite) as folder:
        (folder / "annotations").mkdir()
        image_number = annotation_number = 0
        categories = [{"id": k, "name": name, "supercategory": "toyland"} for k, name in enumerate(classes, 1)]
        for split, scenes in splits.items():
            (folder / split).mkdir()
            images, annotations = [], []
            for scene in _items(scenes):
                _check_names(scene, classes)
                image_number += 1
                name = f"COCO_{split}_{image_number:012d}.jpg"
                _save(Image.fromarray(scene.image), folder / split / name, quality=quality, subsampling=0)
                height, width = scene.image.shape[:2]
                images.append({"id": image_number, "file_name": name, "width": width, "height": height})
                for thing in scene.objects:
                    annotation_number += 1
                    x0, y0, x1, y1 = (float(v) for v in thing.box)
                    annotations.append(
                        {
                            "id": annotation_number,
                            "image_id": image_number,
                            "category_id": classes.index(thing.name) + 1,
                            "bbox": [x0, y0, x1 - x0, y1 - y0],
                            "area": int(thing.mask.sum()),
                            "segmentation": {"size": [height, width], "counts": run_lengths(thing.mask)},
                            "iscrowd": 0,
                            "difficult": _flag(thing, "difficult"),
                            "truncated": _flag(thing, "truncated"),
                        }
                    )
            if not images:
                raise ValueError(f"splits[{split!r}] holds no scene; expected at least one")
            info = {"description": "Toyland", "version": "1.0"}
            content = {"info": info, "images": images, "annotations": annotations, "categories": categories}
            (folder / "annotations" / f"instances_{split}.json").write_text(json.dumps(content), encoding="utf-8")
    return Path(root).expanduser()


def run_lengths(mask: Bool[np.ndarray, "H W"]) -> list[int]:
    """COCO's uncompressed run-length code: lengths of alternating runs of 0 and 1, down the columns, the first of 0."""
    flat = np.concatenate([[False], mask.ravel(order="F")])
    ends = np.flatnonzero(flat[1:] != flat[:-1])
    return np.diff([0, *ends, mask.size]).tolist()


def write_image_folder(
    root: str | Path,
    images: Iterable[tuple[Any, int]] | Dataset,
    classes: Sequence[str],
    *,
    overwrite: bool = False,
) -> Path:
    """Write labelled images as `root`/<class>/<number>.png, which `torchvision.datasets.ImageFolder` reads.

    `images` yields (image, label): uint8, [3, H, W] as a tensor or [H, W, 3] as an array, and a position in `classes`.
    Folders are called "0007-name", so that sorting them, as ImageFolder does, keeps the labels.

    Returns `root`. Raises ValueError for a label out of range, an image of another shape or type, or a class without
    an image (ImageFolder refuses such a folder, and the labels after it would shift); errors of `new_folder`.
    """
    counts = [0] * len(classes)
    names = [f"{k:04d}-{name}" for k, name in enumerate(classes)]
    if bad := [name for name in names if Path(name).name != name]:
        raise ValueError(f"classes hold {bad[0]!r}; expected names without a slash")
    with new_folder(root, overwrite=overwrite) as folder:
        for name in names:
            (folder / name).mkdir()
        for i, (image, label) in enumerate(_items(images)):
            if not 0 <= int(label) < len(classes):
                raise ValueError(f"label of image {i} is {label}; expected 0 to {len(classes) - 1}")
            path = folder / names[int(label)] / f"{i:06d}.png"
            _save(Image.fromarray(_pixels(image, i)), path)
            counts[int(label)] += 1
        if 0 in counts:
            raise ValueError(f"classes hold {classes[counts.index(0)]!r}, of which there is no image; draw more images")
    return Path(root).expanduser()


def _pixels(image: Any, i: int) -> UInt8[np.ndarray, "H W 3"]:
    channels_first = not isinstance(image, np.ndarray)
    pixels = np.asarray(image)
    if channels_first and pixels.ndim == 3:
        pixels = pixels.transpose(1, 2, 0)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(
            f"image {i} is {pixels.dtype} {list(np.shape(image))}; expected uint8, [3, H, W] as a tensor or [H, W, 3]"
        )
    return np.ascontiguousarray(pixels)


def _save(image: Image.Image, path: Path, **options: int) -> None:
    """Write an image by way of memory: Pillow's own writing to a full disk can stop half-way without an error."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG" if path.suffix == ".jpg" else "PNG", **options)
    path.write_bytes(buffer.getvalue())


def _check_quality(quality: int) -> None:
    if not 1 <= quality <= 100:
        raise ValueError(f"quality is {quality}; expected 1 to 100")


def _items(images: Iterable[Any] | Dataset) -> Iterable[Any]:
    """What a loop should run over: a torch Dataset need not say by an IndexError where it ends."""
    return (images[i] for i in range(len(images))) if isinstance(images, Dataset) else images


def _check_names(scene: Any, classes: Sequence[str]) -> None:
    for thing in scene.objects:
        if thing.name not in classes:
            raise ValueError(f"splits hold an object of class {thing.name!r}; expected one of {', '.join(classes)}")


def _flag(thing: Any, name: str) -> int:
    """1 where a flag is set, 0 where it is not, or where objects of this kind do not have it."""
    return int(getattr(thing, name, False))


def _actions(thing: Any) -> tuple[str, ...] | None:
    """The actions of a person; None where actions are not annotated."""
    return getattr(thing, "actions", None)
