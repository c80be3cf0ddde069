import dataclasses

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from thesiscode.data.toyland.classes import TARGETS
from thesiscode.data.toyland.datasets import Scenes, collate, image_labels
from thesiscode.data.toyland.layout import Modes
from thesiscode.data.toyland.scenes import draw_scene


def test_item_is_the_scene():
    dataset = Scenes(5, seed=2, start=10)
    assert len(dataset) == 5 and dataset.classes == TARGETS
    for i in range(5):
        image, target = dataset[i]
        scene = draw_scene(2, 10 + i)
        assert image.dtype == torch.uint8 and np.array_equal(image.permute(1, 2, 0).numpy(), scene.image)
        assert target["boxes"].tolist() == [list(o.box) for o in scene.objects]
        assert [TARGETS[k] for k in target["labels"]] == [o.name for o in scene.objects]
        assert np.array_equal(target["masks"].numpy(), np.stack([o.mask for o in scene.objects]))
        assert target["difficult"].tolist() == [o.difficult for o in scene.objects]
        assert target["truncated"].tolist() == [o.truncated for o in scene.objects]
        assert target["image_id"] == 10 + i
    assert torch.equal(dataset[-1][0], dataset[4][0])


def test_iteration_ends():
    assert len(list(Scenes(3))) == 3
    with pytest.raises(IndexError, match="index 3 is out of range for 3 scenes"):
        Scenes(3)[3]


def test_image_labels_follow_the_rule_of_voc():
    scene = draw_scene(0, 0)
    easy, hard = (dataclasses.replace(scene.objects[0], name="cat", difficult=flag) for flag in (False, True))
    cat = TARGETS.index("cat")
    for things, expected in (([easy], 1), ([hard], 0), ([hard, easy], 1), ([], -1)):
        labels = image_labels(dataclasses.replace(scene, objects=things))
        assert labels[cat] == expected
        assert labels.sum() - labels[cat] == -11


def test_labels_target_and_transform():
    dataset = Scenes(4, target="labels", transform=lambda image: image.float().mean())
    for i, (mean, labels) in enumerate(dataset):
        scene = draw_scene(0, i)
        assert mean == pytest.approx(scene.image.mean(), rel=1e-4)
        assert {TARGETS[k] for k in torch.nonzero(labels >= 0).ravel()} == {o.name for o in scene.objects}


def test_settings_reach_the_scene():
    dataset = Scenes(6, seed=1, context="room", modes=Modes(clutter=0), side=96, target="scene")
    for scene in dataset:
        assert scene.context == "room" and max(scene.image.shape) == 96 and not scene.distractors


def test_same_bytes_from_a_loader_with_workers():
    dataset = Scenes(8, seed=4)
    order = list(reversed(range(8)))
    loader = DataLoader(dataset, batch_size=3, sampler=order, num_workers=2, collate_fn=collate)
    images, targets = [], []
    for some, those in loader:
        images += some
        targets += those
    for i, image, target in zip(order, images, targets, strict=True):
        alone, expected = dataset[i]
        assert torch.equal(image, alone)
        assert all(torch.equal(target[name], expected[name]) for name in ("boxes", "labels", "masks"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 0}, "n is 0; expected a whole number from 1"),
        ({"n": 1, "seed": -1}, "seed is -1"),
        ({"n": 1, "start": -1}, "start is -1"),
        ({"n": 1, "side": 8}, "side is 8"),
        ({"n": 1, "target": "text"}, "target is 'text'; expected one of boxes, labels, scene"),
        ({"n": 1, "context": "moon"}, "context is 'moon'"),
    ],
)
def test_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        Scenes(**settings)
