"""Annotated images from Toyland and from VOC, their labels, and the patches to train on."""

from itertools import islice

import numpy as np
import pytest
import torch

from thesiscode.data.names import VOC_CLASSES
from thesiscode.data.toyland import TARGETS, Scenes, image_labels, write_voc
from thesiscode.data.voc import VOCDetection
from thesiscode.transfer import BACKGROUND, DISCARD, extract_patches, label_patches, patch_grid
from thesiscode.transfer.examples import AnnotatedImage, toyland_images, training_patches, voc_images

SIZE = 16


def annotated(width=40, height=30, boxes=(), classes=(), difficult=None):
    pixels = np.random.default_rng(0).integers(0, 256, (3, height, width), dtype=np.uint8)
    difficult = [False] * len(classes) if difficult is None else difficult
    return AnnotatedImage(
        torch.from_numpy(pixels),
        np.array(boxes, float).reshape(-1, 4),
        np.array(classes, np.int64),
        np.array(difficult, bool),
    )


def cut(images, n_classes=3, *, seed=0, **options):
    return training_patches(images, n_classes, size=SIZE, rng=np.random.default_rng(seed), **options)


@pytest.fixture(scope="module")
def devkit(tmp_path_factory):
    """Toyland's scenes, written as VOC 2007: three to train on, two to test on."""
    root = tmp_path_factory.mktemp("voc")
    splits = {"train": Scenes(3, 7, target="scene"), "test": Scenes(2, 7, start=3, target="scene")}
    write_voc(root, splits, year="2007")
    return root


@pytest.mark.parametrize(
    ("classes", "difficult", "labels"),
    [
        ([], [], [-1, -1, -1]),
        ([1], [False], [-1, 1, -1]),
        ([1], [True], [-1, 0, -1]),
        ([0, 0, 2], [True, False, True], [1, -1, 0]),
        ([0, 0, 2], [False, True, True], [1, -1, 0]),
        ([2, 2], [True, True], [-1, -1, 0]),
    ],
)
def test_labels_follow_the_rule_of_voc(classes, difficult, labels):
    image = annotated(boxes=[[0, 0, 5, 5]] * len(classes), classes=classes, difficult=difficult)
    assert image.labels(3).tolist() == labels


def test_images_of_toyland_are_its_scenes():
    images = list(toyland_images(9, 7, start=900_002))
    scenes = list(Scenes(9, 7, start=900_002, target="scene"))
    for image, scene in zip(images, scenes, strict=True):
        np.testing.assert_array_equal(image.pixels.permute(1, 2, 0).numpy(), scene.image)
        assert image.boxes.tolist() == [list(o.box) for o in scene.objects]
        assert [TARGETS[k] for k in image.classes] == [o.name for o in scene.objects]
        assert image.difficult.tolist() == [o.difficult for o in scene.objects]
        np.testing.assert_array_equal(image.labels(len(TARGETS)), image_labels(scene))
    assert any(image.difficult.any() for image in images), "the world holds difficult objects"


@pytest.mark.parametrize(("split", "n", "start"), [("train", 3, 0), ("test", 2, 3)])
def test_images_of_voc_are_what_was_written(devkit, split, n, start):
    images = list(voc_images(devkit, year=2007, split=split))
    detection = VOCDetection(devkit, split)
    assert len(images) == n
    for i, (image, scene) in enumerate(zip(images, Scenes(n, 7, start=start, target="scene"), strict=True)):
        assert torch.equal(image.pixels, detection[i][0])
        assert image.boxes.tolist() == [list(o.box) for o in scene.objects]
        assert [VOC_CLASSES[k] for k in image.classes] == [o.name for o in scene.objects]
        assert image.difficult.tolist() == [o.difficult for o in scene.objects]


def test_objects_of_other_classes_are_left_out_and_images_stay(devkit):
    names = [o.name for scene in Scenes(3, 7, target="scene") for o in scene.objects]
    wanted = ("tvmonitor", names[-1], names[0])
    images = list(voc_images(devkit, split="train", classes=wanted))
    assert len(images) == 3
    found = [wanted[k] for image in images for k in image.classes]
    assert found == [name for name in names if name in wanted] and len(found) < len(names)
    assert all(image.pixels.shape[0] == 3 and len(image.boxes) == len(image.classes) for image in images)


def test_real_photographs_of_voc(real_data):
    images = list(islice(voc_images(real_data("voc2007"), split="test"), 3))
    for image in images:
        height, width = image.pixels.shape[1:]
        assert min(height, width) > 100 and len(image.boxes) > 0
        assert (image.boxes[:, :2] >= 0).all() and (image.boxes[:, 2:] <= (width, height)).all()
        assert (image.labels(20) == 1).sum() == len(set(image.classes[~image.difficult].tolist()))
    data = cut(images, 20)
    assert data.inputs.shape[1:] == (3, SIZE, SIZE)
    assert set(data.targets.tolist()) <= {20, *(int(k) for image in images for k in image.classes)}


def test_patches_are_those_of_the_grid_with_their_labels():
    """All background kept: the literal loop over the images."""
    images = [
        annotated(40, 30, [[2, 2, 25, 26], [25, 5, 38, 18]], [2, 0]),
        annotated(25, 50, [[5, 20, 20, 40]], [1]),
    ]
    data = cut(images, background=1.0, overlap=0.5)
    rows, labels = [], []
    for image in images:
        patches = patch_grid(image.pixels.shape[2], image.pixels.shape[1], overlap=0.5)
        found = label_patches(patches, image.boxes, image.classes)
        rows.append(extract_patches(image.pixels, patches[found != DISCARD], SIZE))
        labels += [3 if label == BACKGROUND else int(label) for label in found if label != DISCARD]
    assert data.targets.tolist() == labels and set(labels) == {0, 1, 2, 3}
    assert data.inputs.dtype == torch.uint8 and torch.equal(data.inputs, torch.cat(rows))


def test_a_tenth_of_the_background_is_kept_and_all_objects():
    image = annotated(40, 30, [[2, 2, 25, 26]], [1])
    patches = patch_grid(40, 30)
    found = label_patches(patches, image.boxes, image.classes)
    targets = cut([image]).targets
    assert (targets == 1).sum() == (found == 1).sum() > 0
    assert (targets == 3).sum() == round(0.1 * (found == BACKGROUND).sum())


def test_the_generator_decides_which_background():
    images = [annotated(), annotated(30, 50)]
    first, again, other = (cut(images, seed=seed).inputs for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_an_image_without_objects_gives_background_only():
    data = cut([annotated()])
    assert len(data) == round(0.1 * len(patch_grid(40, 30))) and (data.targets == 3).all()


def test_patches_on_which_a_difficult_object_counts_are_left_out():
    boxes, classes = [[2, 2, 25, 26]], [1]
    easy, hard = (cut([annotated(40, 30, boxes, classes, [d])], background=1.0) for d in (False, True))
    assert not (hard.targets == 1).any()
    assert torch.equal(hard.inputs, easy.inputs[easy.targets == 3])


@pytest.mark.parametrize(
    ("images", "options"),
    [
        ([], {}),
        ([annotated()], {"background": 0.0}),  # no object, and no background wanted
        ([annotated(30, 30, [[0, 0, 30, 30]], [0], [True])], {"background": 0.0}),
    ],
)
def test_no_patch_at_all_is_refused(images, options):
    with pytest.raises(ValueError, match="images: expected some with patches to train on, got none"):
        cut(iter(images), **options)


@pytest.mark.usefixtures("unchecked")
def test_an_image_that_is_smaller_than_its_patches_is_refused():
    with pytest.raises(ValueError, match=r"width x height is 3 x 3, too small for scale 3\.2"):
        cut([annotated(), annotated(3, 3)])
