"""Toyland on disk, as `thesis data make toyland` writes it, through the readers of the real sets."""

import numpy as np
import pytest
import torchvision

from thesiscode.data.coco import COCODetection
from thesiscode.data.errors import StorageError
from thesiscode.data.make import make_toyland
from thesiscode.data.toyland.datasets import Scenes
from thesiscode.data.voc import VOCActions, VOCClassification, VOCDetection


@pytest.fixture(scope="module")
def toyland(tmp_path_factory):
    return make_toyland(tmp_path_factory.mktemp("data"), scenes=8, actions=8, source=180, seed=5, progress=False)


def test_the_splits_share_no_scene(toyland):
    sizes = {split: len(VOCDetection(toyland, split, year=2012)) for split in ("train", "val", "trainval", "test")}
    assert sizes == {"train": 4, "val": 2, "trainval": 6, "test": 2}


@pytest.mark.parametrize(("split", "start"), [("train", 0), ("val", 4), ("test", 6)])
def test_the_readers_find_what_was_drawn(toyland, split, start):
    data = VOCDetection(toyland, split, year=2012)
    coco = COCODetection(toyland / "coco", split)
    drawn = Scenes(len(data), 5, start=start, target="scene")
    for i in range(len(data)):
        image, annotation = data[i]
        scene = drawn[i]
        assert [o.name for o in annotation.objects] == [o.name for o in scene.objects]
        assert [o.difficult for o in annotation.objects] == [o.difficult for o in scene.objects]
        assert annotation.boxes.tolist() == [list(o.box) for o in scene.objects]
        assert coco.annotations[i].boxes.tolist() == annotation.boxes.tolist()
        pixels = image.permute(1, 2, 0).numpy().astype(int)
        assert np.abs(pixels - scene.image).mean() < 8  # JPEG


def test_labels_are_those_of_the_lists_on_disk(toyland):
    data = VOCClassification(toyland, "trainval", year=2012)
    for k, name in enumerate(data.classes):
        file = data.root / "ImageSets" / "Main" / f"{name}_trainval.txt"
        if file.is_file():
            official = dict(line.split() for line in file.read_text().splitlines())
            assert [int(official[i]) for i in data.ids] == data.labels[:, k].tolist()


def test_actions(toyland):
    data = VOCActions(toyland / "actions", "train")
    image, box, labels = data[0]
    assert len(data) >= 4 and image.shape[0] == 3 and (box[2:] > box[:2]).all() and labels.shape == (10,)


def test_source_images(toyland):
    folder = torchvision.datasets.ImageFolder(toyland / "source" / "related")
    assert len(folder) == 180 and len(folder.classes) == 120


def test_it_does_not_replace_what_is_there_unless_told(toyland):
    with pytest.raises(FileExistsError, match="exists already"):
        make_toyland(toyland.parent, scenes=8, actions=8, source=180, progress=False)


def test_too_few(tmp_path):
    with pytest.raises(ValueError, match="source: expected at least 180, got 10"):
        make_toyland(tmp_path, source=10)
    with pytest.raises(ValueError, match="scenes: expected at least 4, got 3"):
        make_toyland(tmp_path, scenes=3)
    assert list(tmp_path.iterdir()) == []


def test_below_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="is a file, not a folder"):
        make_toyland(tmp_path / "file", scenes=8, actions=8, source=180, progress=False)
