"""The scale of the thesis in miniature: COCO files of drawn scenes, a SqueezeNet with random weights."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision
from accelerate import Accelerator
from accelerate.state import AcceleratorState

from thesiscode.data.coco import COCODetection
from thesiscode.data.toyland import TARGETS, Scenes, write_coco
from thesiscode.engine import Run
from thesiscode.nets import window
from thesiscode.weak.coco import COCOSettings, coco_squares, public_trunk, weak_coco
from thesiscode.weak.experiments import EXPERIMENTS


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        torch.save(torchvision.models.squeezenet1_1(weights=None).state_dict(), folder / "squeezenet1_1_x.pth")
    return folder


@pytest.fixture(scope="module")
def coco(tmp_path_factory):
    root = tmp_path_factory.mktemp("coco") / "coco"
    scenes = {"train2014": Scenes(8, 7, side=72, target="scene")}
    write_coco(root, scenes | {"val2014": Scenes(4, 7, start=8, side=72, target="scene")})
    return root


@pytest.fixture
def settings(coco, weights):
    return COCOSettings(
        images=str(coco),
        network="squeezenet1_1",
        weights=str(weights),
        side=96,
        test_scales=(1.0, 1.4),
        width=8,
        batch_size=4,
        max_epochs=2,
        patience=1,
        watch=4,
        workers=0,
    )


def run_in(folder, **options):
    return Run(0, folder, folder / "shared", progress=False, **options)


def test_both_rows_have_their_numbers_for_all_classes(settings, tmp_path):
    outcome = weak_coco(settings, run_in(tmp_path))
    rows = outcome.metrics["rows"]
    assert list(rows) == ["weak", "centre"] and outcome.metrics["images"] == {"train": 8, "test": 4}
    for row in rows.values():
        assert list(row["location"]) == ["mAP", *TARGETS]
    assert rows["centre"]["classification"]["mAP"] == pytest.approx(rows["weak"]["classification"]["mAP"])
    assert 0 <= rows["weak"]["location"]["mAP"] <= 1


def test_images_come_from_the_disk_as_squares_with_their_boxes(settings):
    data, classes = coco_squares(settings, "train")
    scenes = Scenes(8, 7, side=72, target="scene")
    assert classes == TARGETS and len(data.images) == 8 and data.images.shape == (8, 3, 96, 96)
    for i, scene in enumerate(scenes):
        height, width = scene.image.shape[:2]
        factor = 96 / max(width, height)
        assert np.allclose(data.extents[i], (width * factor, height * factor))
        present = {t.name for t in scene.objects}
        assert [classes[k] for k in torch.nonzero(data.labels[i] == 1).flatten()] == [
            name for name in classes if name in present
        ]
        for k, name in enumerate(classes):
            boxes = np.array([t.box for t in scene.objects if t.name == name]).reshape(-1, 4) * factor
            assert np.allclose(np.reshape(data.boxes[i][k], (-1, 4)), boxes)
        assert data.images[i].shape == (3, 96, 96) and data.images[i].dtype == torch.uint8


def test_a_class_that_is_there_as_a_crowd_alone_says_nothing(settings, coco, tmp_path):
    file = coco / "annotations" / "instances_train2014.json"
    content = json.loads(file.read_text())
    first = content["annotations"][0]
    for one in content["annotations"]:
        if (one["image_id"], one["category_id"]) == (first["image_id"], first["category_id"]):
            one["iscrowd"] = 1
    copy = tmp_path / "coco"
    (copy / "annotations").mkdir(parents=True)
    (copy / "annotations" / file.name).write_text(json.dumps(content))
    (copy / "train2014").symlink_to(coco / "train2014")
    data, _ = coco_squares(replace(settings, images=str(copy)), "train")
    i, k = first["image_id"] - 1, first["category_id"] - 1
    assert data.labels[i, k] == 0 and not len(data.boxes[i][k]) and len(data.difficult[i][k])


def test_an_interrupted_training_goes_on_where_it_stopped(settings, tmp_path, monkeypatch):
    expected = repr(weak_coco(settings, run_in(tmp_path / "whole")).metrics)
    read, reads = COCODetection.image, []

    def until_pulled(self, index):
        reads.append(index)
        if len(reads) == 15:  # 8 images of the first epoch, 4 watched, then in the second epoch
            raise KeyboardInterrupt
        return read(self, index)

    monkeypatch.setattr(COCODetection, "image", until_pulled)
    with pytest.raises(KeyboardInterrupt):
        weak_coco(settings, run_in(tmp_path / "cut"))
    assert (tmp_path / "cut" / "weak" / "checkpoint.safetensors").is_file()
    reads.extend([0] * 100)
    before = len(reads)
    assert repr(weak_coco(settings, run_in(tmp_path / "cut", resume=True)).metrics) == expected
    after = len(reads) - before
    weak_coco(settings, run_in(tmp_path / "again"))
    assert len(reads) - before - after == after + 12  # the first epoch was not trained again


def test_accelerate_trains_the_same_network(settings, tmp_path):
    expected = repr(weak_coco(settings, run_in(tmp_path / "plain")).metrics)
    AcceleratorState._reset_state(reset_partial_state=True)
    accelerated = weak_coco(settings, run_in(tmp_path / "accelerated", accelerator=Accelerator(cpu=True)))
    AcceleratorState._reset_state(reset_partial_state=True)
    assert repr(accelerated.metrics) == expected


def test_workers_read_the_same_images(settings, tmp_path):
    expected = repr(weak_coco(settings, run_in(tmp_path / "none")).metrics)
    assert repr(weak_coco(replace(settings, workers=2), run_in(tmp_path / "two")).metrics) == expected


def test_the_full_setting_is_that_of_the_thesis():
    full = EXPERIMENTS["coco"].scales["full"]
    assert (full.side, full.width, full.batch_size, full.low, full.high) == (500, 2048, 16, 0.7, 1.4)
    assert full.test_scales == (0.5, 0.7, 1.0, 1.4, 2.0, 2.8) and full.tolerance == 18
    assert full.learning_rate == 16 * 0.001


def test_alexnets_layers_slide_with_a_stride_of_32(tmp_path):
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        net = torchvision.models.alexnet(weights=None).half()
    torch.save(net.state_dict(), tmp_path / "alexnet_x.pth")
    trunk = public_trunk("alexnet", str(tmp_path))
    with torch.no_grad():
        assert trunk(torch.zeros(1, 3, 224, 256)).shape == (1, 4096, 1, 2)
    assert window(trunk).stride == 32


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": "vgg16"}, "network: expected one of alexnet, squeezenet1_1, got 'vgg16'"),
        ({"test_split": "test"}, "test_split: expected one of train, val, got 'test'"),
        ({"workers": -1}, "workers: expected an integer of at least 0, got -1"),
        ({"side": 10}, "side: expected at least 64 pixels, got 10"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, change, message):
    with pytest.raises(ValueError, match=message):
        replace(settings, **change)


def test_splits_with_other_classes_are_refused(settings, coco, tmp_path):
    copy = tmp_path / "coco"
    (copy / "annotations").mkdir(parents=True)
    for split in ("train2014", "val2014"):
        content = json.loads((coco / "annotations" / f"instances_{split}.json").read_text())
        if split == "val2014":
            content["categories"].append({"id": 99, "name": "unicorn"})
        (copy / "annotations" / f"instances_{split}.json").write_text(json.dumps(content))
        (copy / split).symlink_to(coco / split)
    with pytest.raises(ValueError, match="images: expected the same classes in both splits, got 12 and 13"):
        weak_coco(replace(settings, images=str(copy)), run_in(tmp_path / "run"))
