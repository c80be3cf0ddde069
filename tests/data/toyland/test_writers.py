import contextlib
import dataclasses
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import defusedxml.ElementTree
import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torchvision.datasets import CocoDetection, ImageFolder, VOCDetection, VOCSegmentation

from thesiscode.data import coco as readers_coco
from thesiscode.data import voc as readers_voc
from thesiscode.data.errors import StorageError
from thesiscode.data.toyland.actions import ACTIONS, draw_action
from thesiscode.data.toyland.atomic import new_folder
from thesiscode.data.toyland.classes import TARGETS
from thesiscode.data.toyland.datasets import Scenes, image_labels
from thesiscode.data.toyland.source import SourceImages
from thesiscode.data.toyland.writers import (
    run_lengths,
    voc_palette,
    write_coco,
    write_image_folder,
    write_voc,
)

TRAIN, VAL = Scenes(8, seed=7, target="scene"), Scenes(4, seed=7, start=8, target="scene")


@pytest.fixture(scope="module")
def voc(tmp_path_factory):
    root = tmp_path_factory.mktemp("voc")
    assert write_voc(root, {"train": TRAIN, "val": VAL}) == root / "VOCdevkit" / "VOC2012"
    return root


@pytest.fixture(scope="module")
def coco(tmp_path_factory):
    root = tmp_path_factory.mktemp("coco") / "coco"
    write_coco(root, {"train2014": TRAIN, "val2014": VAL})
    return root


@pytest.fixture
def scene():
    return TRAIN[0]


def lines(path):
    return [line.split() for line in path.read_text().splitlines()]


class TestVOC:
    def test_torchvision_reads_boxes_and_images(self, voc):
        for split, scenes in (("train", TRAIN), ("val", VAL), ("trainval", [*TRAIN, *VAL])):
            dataset = VOCDetection(str(voc), year="2012", image_set=split)
            assert len(dataset) == len(scenes)
            for (image, target), scene in zip(dataset, scenes, strict=True):
                height, width = scene.image.shape[:2]
                assert image.size == (width, height)
                # JPEG at quality 95 moves pixels by little.
                assert np.abs(np.asarray(image).astype(int) - scene.image).mean() < 4
                found = target["annotation"]["object"]
                assert [o["name"] for o in found] == [o.name for o in scene.objects]
                assert [o["difficult"] for o in found] == [str(int(o.difficult)) for o in scene.objects]
                assert [o["truncated"] for o in found] == [str(int(o.truncated)) for o in scene.objects]
                for node, thing in zip(found, scene.objects, strict=True):
                    x0, y0, x1, y1 = (int(node["bndbox"][tag]) for tag in ("xmin", "ymin", "xmax", "ymax"))
                    assert (x0 - 1, y0 - 1, x1, y1) == thing.box

    def test_an_independent_parser_agrees_on_every_box(self, voc):
        folder = voc / "VOCdevkit" / "VOC2012"
        paths = sorted((folder / "Annotations").iterdir())
        assert len(paths) == 12
        for path, scene in zip(paths, [*TRAIN, *VAL], strict=True):
            root = defusedxml.ElementTree.parse(path, forbid_dtd=True).getroot()
            assert (
                root.findtext("folder") == "VOC2012" and (folder / "JPEGImages" / root.findtext("filename")).is_file()
            )
            assert (int(root.findtext("size/height")), int(root.findtext("size/width"))) == scene.image.shape[:2]
            boxes = [
                [int(node.findtext(f"bndbox/{k}")) for k in ("xmin", "ymin", "xmax", "ymax")]
                for node in root.iter("object")
            ]
            assert boxes == [[o.box[0] + 1, o.box[1] + 1, o.box[2], o.box[3]] for o in scene.objects]
            assert root.find("object/actions") is None

    def test_masks_agree_with_boxes(self, voc):
        folder = voc / "VOCdevkit" / "VOC2012"
        for path, scene in zip(sorted((folder / "SegmentationObject").iterdir()), [*TRAIN, *VAL], strict=True):
            image = Image.open(path)
            assert image.mode == "P" and image.getpalette()[:9] == [0, 0, 0, 128, 0, 0, 0, 128, 0]
            labels = np.asarray(image)
            assert set(np.unique(labels)) == {0, *range(1, len(scene.objects) + 1)}
            for k, thing in enumerate(scene.objects, 1):
                assert np.array_equal(labels == k, thing.mask)
        for (_, labels), scene in zip(VOCSegmentation(str(voc), year="2012", image_set="train"), TRAIN, strict=True):
            present = {TARGETS[k - 1] for k in np.unique(np.asarray(labels)) if k}
            assert present == {o.name for o in scene.objects}

    def test_image_sets(self, voc):
        main = voc / "VOCdevkit" / "VOC2012" / "ImageSets" / "Main"
        names = [name for (name,) in lines(main / "train.txt")]
        assert names == [f"2012_{k:06d}" for k in range(1, 9)]
        assert lines(main / "trainval.txt") == lines(main / "train.txt") + lines(main / "val.txt")
        expected = torch.stack([image_labels(scene) for scene in TRAIN])
        for k, name in enumerate(TARGETS):
            rows = lines(main / f"{name}_train.txt")
            assert [row[0] for row in rows] == names
            assert [int(row[1]) for row in rows] == expected[:, k].tolist()
        assert not (main.parent / "Action").exists()

    def test_zero_marks_images_with_only_difficult_objects(self, tmp_path, scene):
        things = [dataclasses.replace(scene.objects[0], name="cat", difficult=True)]
        folder = write_voc(tmp_path, {"test": [dataclasses.replace(scene, objects=things)]}, year="2007")
        assert (folder / "ImageSets" / "Main" / "cat_test.txt").read_text() == "2007_000001  0\n"
        assert (folder / "ImageSets" / "Main" / "dog_test.txt").read_text() == "2007_000001 -1\n"
        assert len(VOCDetection(str(tmp_path), year="2007", image_set="test")) == 1

    def test_actions(self, tmp_path):
        scenes = [draw_action(0, k) for k in range(12)]
        folder = write_voc(tmp_path, {"train": scenes})
        sets = folder / "ImageSets" / "Action"
        people = [(k, j, person) for k, s in enumerate(scenes, 1) for j, person in enumerate(s.objects, 1)]
        assert lines(sets / "train.txt") == [[f"2012_{k:06d}", str(j)] for k, j, _ in people]
        for action in ACTIONS:
            found = [int(row[2]) for row in lines(sets / f"{action}_train.txt")]
            assert found == [1 if action in person.actions else -1 for *_, person in people]
        dataset = VOCDetection(str(tmp_path), year="2012", image_set="train")
        nodes = [node for _, target in dataset for node in target["annotation"]["object"]]
        for node, (*_, person) in zip(nodes, people, strict=True):
            assert node["name"] == "person"
            assert {name: flag == "1" for name, flag in node["actions"].items()} == person.flags
            box = [int(node["bndbox"][tag]) for tag in ("xmin", "ymin", "xmax", "ymax")]
            assert box == [person.box[0] + 1, person.box[1] + 1, *person.box[2:]]
        assert lines(folder / "ImageSets" / "Main" / "person_train.txt")[0] == ["2012_000001", "1"]

    def test_palette_is_the_one_of_voc(self):
        palette = voc_palette().tolist()
        # aeroplane to bus, and the cream of void borders.
        assert palette[:7] == [
            [0, 0, 0],
            [128, 0, 0],
            [0, 128, 0],
            [128, 128, 0],
            [0, 0, 128],
            [128, 0, 128],
            [0, 128, 128],
        ]
        assert palette[15] == [192, 128, 128] and palette[255] == [224, 224, 192]

    @pytest.mark.parametrize(
        ("splits", "message"),
        [
            ({}, "splits are \\[\\]"),
            ({"holdout": TRAIN}, "splits are \\['holdout'\\]; expected some of 'train', 'val' and 'test'"),
            ({"train": []}, "splits\\['train'\\] holds no scene"),
        ],
    )
    def test_bad_splits_leave_nothing(self, tmp_path, splits, message):
        with pytest.raises(ValueError, match=message):
            write_voc(tmp_path / "new", splits)
        assert list(tmp_path.iterdir()) == []

    def test_unknown_class_leaves_nothing(self, tmp_path, scene):
        odd = dataclasses.replace(scene, objects=[dataclasses.replace(scene.objects[0], name="unicorn")])
        for write, split in ((write_voc, "train"), (write_coco, "train2014")):
            with pytest.raises(ValueError, match="an object of class 'unicorn'; expected one of"):
                write(tmp_path / "new", {split: [scene, odd]})
            assert list(tmp_path.iterdir()) == []


# pycocotools 2.0 was written for NumPy 1.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
class TestCOCO:
    def test_torchvision_reads_it(self, coco):
        with contextlib.redirect_stdout(io.StringIO()):
            dataset = CocoDetection(str(coco / "train2014"), str(coco / "annotations" / "instances_train2014.json"))
        assert len(dataset) == 8
        names = {k: category["name"] for k, category in dataset.coco.cats.items()}
        assert list(names.values()) == list(TARGETS)
        for (image, found), scene in zip(dataset, TRAIN, strict=True):
            assert image.size == scene.image.shape[1::-1]
            assert [names[a["category_id"]] for a in found] == [o.name for o in scene.objects]
            for annotation, thing in zip(found, scene.objects, strict=True):
                x, y, w, h = annotation["bbox"]
                assert (x, y, x + w, y + h) == thing.box
                assert annotation["area"] == thing.mask.sum() and annotation["iscrowd"] == 0
                assert np.array_equal(dataset.coco.annToMask(annotation), thing.mask)

    @pytest.mark.parametrize("kind", ["bbox", "segm"])
    def test_evaluation_of_perfect_and_of_shifted_detections(self, coco, kind):
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO(str(coco / "annotations" / "instances_val2014.json"))
            results = {}
            for shift in (0, 200):
                found = []
                for annotation in truth.anns.values():
                    x, y, w, h = annotation["bbox"]
                    mask = (
                        np.roll(truth.annToMask(annotation), shift, axis=1)
                        if shift == 0
                        else 1 - truth.annToMask(annotation)
                    )
                    code = coco_mask.encode(np.asfortranarray(mask))
                    code["counts"] = code["counts"].decode()
                    one = {"image_id": annotation["image_id"], "category_id": annotation["category_id"], "score": 0.9}
                    found.append(one | ({"bbox": [x + shift, y, w, h]} if kind == "bbox" else {"segmentation": code}))
                evaluation = COCOeval(truth, truth.loadRes(found), kind)
                evaluation.evaluate()
                evaluation.accumulate()
                evaluation.summarize()
                results[shift] = evaluation.stats[0]
        assert results[0] == pytest.approx(1.0)
        assert results[200] < 0.2

    def test_run_lengths_agree_with_pycocotools(self):
        rng = np.random.default_rng(0)
        for mask in (rng.random((7, 5)) < 0.5, np.zeros((4, 3), bool), np.ones((3, 4), bool)):
            code = {"size": list(mask.shape), "counts": run_lengths(mask)}
            assert sum(code["counts"]) == mask.size
            assert np.array_equal(coco_mask.decode(coco_mask.frPyObjects(code, *mask.shape)), mask)

    @pytest.mark.parametrize("name", ["", "a/b", "annotations"])
    def test_bad_split_names(self, tmp_path, name):
        with pytest.raises(ValueError, match="expected names of folders"):
            write_coco(tmp_path / "new", {name: TRAIN})

    def test_empty_split(self, tmp_path):
        with pytest.raises(ValueError, match="splits\\['val2014'\\] holds no scene"):
            write_coco(tmp_path / "new", {"val2014": []})
        assert list(tmp_path.iterdir()) == []

    def test_ids_do_not_repeat(self, coco):
        content = [json.loads(path.read_text()) for path in sorted((coco / "annotations").iterdir())]
        for key in ("images", "annotations"):
            ids = [entry["id"] for part in content for entry in part[key]]
            assert len(ids) == len(set(ids))


IMAGES = [np.random.default_rng(k).integers(0, 256, (8, 6, 3), np.uint8) for k in range(6)]
LABELS = (2, 0, 1, 2, 1, 0)
NAMES = ("zebra", "ant", "mole")


class TestImageFolder:
    def test_torchvision_reads_it(self, tmp_path):
        pairs = [
            (image if k % 2 else torch.from_numpy(image).permute(2, 0, 1), label)
            for k, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
        ]
        dataset = ImageFolder(write_image_folder(tmp_path / "set", pairs, NAMES))
        assert dataset.classes == ["0000-zebra", "0001-ant", "0002-mole"]
        assert sorted(dataset.targets) == sorted(LABELS)
        for (path, label), (image, _) in zip(dataset.samples, dataset, strict=True):
            k = int(Path(path).stem)
            assert label == LABELS[k] and np.array_equal(np.asarray(image), IMAGES[k])

    @pytest.mark.parametrize(
        ("pairs", "message"),
        [
            ([(IMAGES[0], 3)], "label of image 0 is 3; expected 0 to 2"),
            ([(IMAGES[0], 0)], "classes hold 'ant', of which there is no image"),
            ([(IMAGES[0].astype(float), 0)], "image 0 is float64 \\[8, 6, 3\\]; expected uint8"),
            ([(IMAGES[0][..., 0], 0)], "image 0 is uint8 \\[8, 6\\]"),
        ],
    )
    def test_errors_leave_nothing(self, tmp_path, pairs, message):
        with pytest.raises(ValueError, match=message):
            write_image_folder(tmp_path / "set", pairs, NAMES)
        assert list(tmp_path.iterdir()) == []


class TestFolders:
    def test_refuses_to_overwrite_unless_told(self, tmp_path, scene):
        folder = write_voc(tmp_path, {"train": [scene]})
        with pytest.raises(FileExistsError, match="exists already; pass overwrite=True"):
            write_voc(tmp_path, {"train": [scene]})
        write_voc(tmp_path, {"train": [TRAIN[1], TRAIN[2]]}, overwrite=True)
        assert len(list((folder / "JPEGImages").iterdir())) == 2
        assert [p.name for p in folder.parent.iterdir()] == ["VOC2012"]

    def test_never_replaces_files_of_another_kind(self, tmp_path, scene):
        folder = write_voc(tmp_path, {"train": [scene]})
        (folder / "mine.txt").write_text("keep me")
        with pytest.raises(FileExistsError, match=r"holds 'mine.txt', which would be lost; move it"):
            write_voc(tmp_path, {"train": [scene]}, overwrite=True)
        assert (folder / "mine.txt").read_text() == "keep me"
        assert [p.name for p in folder.parent.iterdir()] == ["VOC2012"]
        with pytest.raises(FileExistsError, match="exists already"):
            write_coco(folder / "mine.txt", {"train": [scene]}, overwrite=True)

    def test_settings_out_of_range(self, tmp_path, scene):
        with pytest.raises(ValueError, match="year is '2013'; expected one of 2007"):
            write_voc(tmp_path, {"train": [scene]}, year="2013")
        for write in (write_voc, write_coco):
            with pytest.raises(ValueError, match="quality is 0; expected 1 to 100"):
                write(tmp_path / "new", {"train": [scene]}, quality=0)

    def test_a_failed_overwrite_leaves_the_old_folder(self, tmp_path, scene):
        folder = write_voc(tmp_path, {"train": [scene]})
        before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}

        def broken():
            yield scene
            raise RuntimeError("out of ideas")

        with pytest.raises(RuntimeError, match="out of ideas"):
            write_voc(tmp_path, {"train": broken()}, overwrite=True)
        assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
        assert [p.name for p in folder.parent.iterdir()] == ["VOC2012"]

    def test_nothing_shows_before_the_end(self, tmp_path, scene):
        def watched():
            assert not (tmp_path / "set").exists()
            yield scene
            assert not (tmp_path / "set").exists()

        write_coco(tmp_path / "set", {"train": watched()})
        assert (tmp_path / "set" / "annotations").is_dir()

    def test_same_bytes_twice(self, tmp_path):
        def content(root):
            return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}

        for name in ("a", "b"):
            write_voc(tmp_path / name, {"train": TRAIN})
            write_coco(tmp_path / f"coco-{name}", {"train2014": TRAIN})
        assert content(tmp_path / "a") == content(tmp_path / "b")
        assert content(tmp_path / "coco-a") == content(tmp_path / "coco-b")

    def test_a_parent_that_is_a_file(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="part of this path is a file, not a folder"):
            write_coco(tmp_path / "file" / "set", {"train": TRAIN})
        assert (tmp_path / "file").read_text() == ""

    def test_a_folder_without_permission(self, scene):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o555)
            was_root = os.geteuid() == 0
            if was_root:
                os.seteuid(65534)  # permissions do not bind root
            try:
                with pytest.raises(StorageError, match="no permission to write here"):
                    write_voc(folder, {"train": [scene]})
            finally:
                if was_root:
                    os.seteuid(0)
            assert list(Path(folder).iterdir()) == []

    def test_a_disk_that_takes_no_more(self, tmp_path):
        # A limit on the size of files stands for a full disk: a write fails half-way through a file.
        code = f"""
import resource, signal
from thesiscode.data.errors import StorageError
from thesiscode.data.toyland.datasets import Scenes
from thesiscode.data.toyland.writers import write_coco, write_voc
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
scenes = Scenes(3, target="scene")
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
for write, split in ((write_voc, "train"), (write_coco, "train2014")):
    try:
        write({str(tmp_path / "deep" / "set")!r}, {{split: scenes}})
    except StorageError as error:
        print(error)
"""
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout.count("the file grew beyond the largest size allowed here. To fix it") == 2
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
    def test_a_full_disk_is_named(self, tmp_path):
        def fill():
            with new_folder(tmp_path / "set") as folder:
                (folder / "link").symlink_to("/dev/full")
                (folder / "link").write_text("x" * 100_000)

        with pytest.raises(StorageError, match="the disk is full"):
            fill()
        assert list(tmp_path.iterdir()) == []


class TestOurReaders:
    def test_voc(self, voc):
        detection = readers_voc.VOCDetection(voc, "trainval", year=2012)
        for (_, annotation), scene in zip(detection, [*TRAIN, *VAL], strict=True):
            assert [(o.name, o.box, o.difficult, o.truncated) for o in annotation.objects] == [
                (o.name, o.box, o.difficult, o.truncated) for o in scene.objects
            ]
        labels = readers_voc.VOCClassification(voc, "train", year=2012).labels
        columns = [readers_voc.VOC_CLASSES.index(name) for name in TARGETS]
        assert labels[:, columns].tolist() == [image_labels(scene).tolist() for scene in TRAIN]

    def test_voc_actions(self, tmp_path):
        scenes = [draw_action(3, k) for k in range(4)]
        write_voc(tmp_path, {"train": scenes})
        people = [person for scene in scenes for person in scene.objects]
        dataset = readers_voc.VOCActions(tmp_path, "train")
        for (_, box, labels), person in zip(dataset, people, strict=True):
            assert tuple(box.tolist()) == person.box
            assert [ACTIONS[k] for k in np.flatnonzero(labels == 1)] == [a for a in ACTIONS if a in person.actions]

    def test_coco(self, coco):
        for (_, annotation), scene in zip(readers_coco.COCODetection(coco, "val"), VAL, strict=True):
            assert [(o.name, o.box) for o in annotation.objects] == [(o.name, o.box) for o in scene.objects]

    def test_source_images(self, tmp_path):
        source = SourceImages("related", n=120, seed=0)
        dataset = ImageFolder(write_image_folder(tmp_path / "related", source, source.classes))
        assert dataset.classes[0] == f"0000-{source.classes[0]}" and len(dataset) == 120
        for (path, label), (image, _) in zip(dataset.samples[::17], list(dataset)[::17], strict=True):
            expected, number = source[int(Path(path).stem)]
            assert label == number and np.array_equal(np.asarray(image), expected.permute(1, 2, 0).numpy())
