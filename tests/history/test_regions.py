"""Proposals, warped crops, and the boxes that stay."""

import numpy as np
import pytest
import torch
from torchvision.ops import nms

from thesiscode.data.toyland import draw_scene
from thesiscode.history import (
    Detections,
    Objects,
    overlaps,
    pooled_average_precision,
    selective_search,
    suppress,
    warped,
)


def random_boxes(n, seed, size=100):
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, size - 30, (n, 2))
    return np.concatenate([corner, corner + rng.integers(5, 30, (n, 2))], axis=1), rng.normal(size=n)


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.7])
def test_suppression_keeps_what_torchvision_keeps(overlap):
    boxes, scores = random_boxes(300, 0)
    # In double precision, as ours: some pairs overlap by 0.3 exactly, and single precision rounds that upwards.
    expected = nms(torch.from_numpy(boxes).double(), torch.from_numpy(scores), overlap)
    kept = suppress(boxes, scores, overlap=overlap)
    assert kept.tolist() == expected.tolist()
    assert 1 < len(kept) < 300
    shared = overlaps(boxes[kept], boxes[kept]) - np.eye(len(kept))
    assert shared.max() <= overlap


def test_of_no_boxes_none_stay():
    assert suppress(np.empty((0, 4), int), np.empty(0)).shape == (0,)


def test_a_crop_without_context_is_the_box():
    image = np.random.default_rng(0).integers(0, 255, (40, 50, 3)).astype(np.uint8)
    crop = warped(image, np.array([[10, 5, 26, 21]]), side=16, context=0.0)[0]
    assert np.array_equal(crop.permute(1, 2, 0).numpy(), image[5:21, 10:26])


def test_a_crop_is_warped_to_a_square_and_repeats_the_border():
    image = np.zeros((20, 40, 3), np.uint8)
    image[:, 20:] = 200
    crop = warped(image, np.array([[10, 0, 30, 20], [0, 0, 40, 20]]), side=8, context=0.5)
    assert crop.shape == (2, 3, 8, 8)
    assert (crop[..., 0] == 0).all() and (crop[..., -1] == 200).all()


def test_proposals_lie_in_the_image_and_cover_most_objects():
    found, total = 0, 0
    for index in range(6):
        scene = draw_scene(0, index, side=96)
        boxes = selective_search(scene.image)
        height, width = scene.image.shape[:2]
        assert (boxes >= 0).all() and (boxes[:, 2] <= width).all() and (boxes[:, 3] <= height).all()
        assert ((boxes[:, 2:] - boxes[:, :2]) >= 12).all()
        objects = np.array([thing.box for thing in scene.objects if not thing.difficult]).reshape(-1, 4)
        found += (overlaps(objects, boxes).max(axis=1, initial=0) >= 0.5).sum()
        total += len(objects)
    assert found > 0.6 * total > 0


def test_a_pooled_ranking_wants_box_and_class():
    a, b = np.array([[0, 0, 10, 10]]), np.array([[20, 20, 30, 30]])
    truth = [Objects(boxes, np.array([kind]), np.array([False])) for boxes, kind in ((a, 0), (b, 1))]

    def said(first, second):
        return [Detections(boxes, np.array([kind]), np.array([s])) for boxes, kind, s in (first, second)]

    assert pooled_average_precision(said((a, 0, 0.9), (b, 1, 0.8)), truth) == 1
    assert pooled_average_precision(said((a, 0, 0.9), (b, 2, 0.8)), truth) == 0.5  # the wrong class
    assert pooled_average_precision(said((b, 0, 0.9), (b, 1, 0.8)), truth) == 0.25  # the wrong box, and surer


def test_difficult_objects_do_not_count():
    a = np.array([[0, 0, 10, 10], [20, 20, 30, 30]])
    truth = [Objects(a, np.array([0, 3]), np.array([False, True]))]
    found = [Detections(a[:1], np.array([0]), np.array([0.5]))]
    assert pooled_average_precision(found, truth) == 1
    assert Objects.of(draw_scene(0, 2)).boxes.shape[1] == 4


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="found: expected detections in 1 images, got 0"):
        pooled_average_precision([], [Objects.of(draw_scene(0, 2))])
    boxes, scores = random_boxes(3, 0)
    with pytest.raises(ValueError, match="image: expected colours"):
        selective_search(np.zeros((20, 20), np.uint8))
    with pytest.raises(ValueError, match="boxes: expected some with area"):
        warped(np.zeros((20, 20, 3), np.uint8), np.array([[5, 5, 25, 10]]))
    with pytest.raises(ValueError, match="boxes: expected some with area"):
        warped(np.zeros((20, 20, 3), np.uint8), np.array([[5, 5, 5, 10]]))
    with pytest.raises(ValueError, match="scores: expected 3 finite ones"):
        suppress(boxes, scores[:2])
    with pytest.raises(ValueError, match="scores: expected 3 finite ones"):
        suppress(boxes, np.array([1.0, np.nan, 0]))
    with pytest.raises(ValueError, match="overlap: expected a share"):
        suppress(boxes, scores, overlap=1.5)


def said(n=1, kind=0, scores=1):
    return Detections(np.array([[0, 0, 10, 10]] * n), np.array([kind] * n), np.ones(scores))


def there(n=1, kind=0, difficult=False):
    return Objects(np.array([[0, 0, 10, 10]] * n).reshape(-1, 4), np.full(n, kind), np.full(n, difficult))


@pytest.mark.parametrize(
    ("found", "truth", "message"),
    [
        ([said(kind=12), said()], [there(), there()], r"found: expected kinds from 0 to 11, got \[12\] in image 0"),
        ([said(), said(kind=-1)], [there(), there()], r"found: expected kinds from 0 to 11, got \[-1\] in image 1"),
        ([said()], [there(kind=12)], r"truth: expected kinds from 0 to 11, got \[12\] in image 0"),
        (
            [said(scores=2)],
            [there()],
            r"found: expected boxes, kinds, scores of one length, got \[1, 1, 2\] in image 0",
        ),
        (
            [said()],
            [there()._replace(kinds=np.zeros(2, int))],
            r"truth: expected boxes, kinds, difficult of one length, got \[1, 2, 1\] in image 0",
        ),
        ([], [], "truth: expected an object that is not difficult, got none in 0 images"),
        ([said()], [there(0)], "truth: expected an object that is not difficult, got none in 1 images"),
        ([said()], [there(difficult=True)], "truth: expected an object that is not difficult"),
    ],
)
def test_a_pooled_ranking_refuses(unchecked, found, truth, message):
    with pytest.raises(ValueError, match=message):
        pooled_average_precision(found, truth)


@pytest.mark.parametrize(
    ("image", "context", "message"),
    [
        (np.zeros((20, 20, 3)), 0.0, r"image: expected colours, uint8 \[H, W, 3\], got float64"),
        (np.zeros((20, 20), np.uint8), 0.0, r"image: expected colours, .* got uint8 \(20, 20\)"),
        (np.zeros((20, 20, 4), np.uint8), 0.0, r"image: expected colours, .* got uint8 \(20, 20, 4\)"),
        (np.zeros((20, 20, 3), np.uint8), -0.1, "context: expected a finite share of at least 0, got -0.1"),
        (np.zeros((20, 20, 3), np.uint8), np.nan, "context: expected a finite share of at least 0, got nan"),
    ],
)
def test_a_warp_refuses(unchecked, image, context, message):
    with pytest.raises(ValueError, match=message):
        warped(image, np.array([[0, 0, 10, 10]]), side=8, context=context)
