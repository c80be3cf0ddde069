"""Detection and tracking as classification of windows."""

import numpy as np
import pytest
import torch
from torchvision.ops import box_iou, nms

from thesiscode.learning import detect, intersection_over_union, neighbours, sliding_windows, strongest, track


def random_boxes(n, rng):
    corner = rng.integers(0, 60, (n, 2))
    return np.hstack([corner, corner + rng.integers(5, 40, (n, 2))])


def bright(image, boxes):
    """Says yes to windows that are mostly filled by the white square, and that it mostly fills."""
    shares = [image[y0:y1, x0:x1].mean() / 255 for x0, y0, x1, y1 in boxes]
    return np.array(shares) - 0.8


def frame(x, y, side=10):
    image = np.zeros((50, 60, 3), dtype=np.uint8)
    image[y : y + side, x : x + side] = 255
    return image


def test_windows_cover_the_image():
    boxes = sliding_windows(12, 10, [4, 10], stride=2)
    assert len(boxes) == 5 * 4 + 2 * 1
    assert boxes[:, 2].max() == 12 and boxes[:, 3].max() == 10
    assert set((boxes[:, 2] - boxes[:, 0]).tolist()) == {4, 10}
    np.testing.assert_array_equal(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])


def test_overlap_is_that_of_torchvision():
    boxes = random_boxes(200, np.random.default_rng(0))
    expected = box_iou(torch.tensor(boxes).double(), torch.tensor(boxes[:1]).double())[:, 0]
    np.testing.assert_allclose(intersection_over_union(boxes, boxes[0]), expected)


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.7])
def test_suppression_is_that_of_torchvision(overlap):
    rng = np.random.default_rng(1)
    boxes, scores = random_boxes(100, rng), rng.normal(size=100)
    expected = nms(torch.tensor(boxes).double(), torch.tensor(scores), overlap)
    np.testing.assert_array_equal(strongest(boxes, scores, overlap=overlap), expected)


def test_detection_finds_each_square_once():
    image = np.maximum(frame(10, 20), frame(40, 5))
    boxes, scores = detect(bright, image, sliding_windows(60, 50, [10], stride=1), overlap=0.0)
    assert sorted(boxes[:2].tolist()) == [[10, 20, 20, 30], [40, 5, 50, 15]]
    assert len(boxes) == 2 and (np.diff(scores) <= 0).all()
    empty, none = detect(bright, np.zeros_like(image), sliding_windows(60, 50, [10], stride=5))
    assert empty.shape == (0, 4) and none.shape == (0,)


def test_tracking_follows_the_square():
    places = [(10, 20), (13, 22), (17, 22), (20, 18), (24, 15)]
    path = track(bright, [frame(*p) for p in places], (10, 20, 20, 30), reach=5)
    np.testing.assert_array_equal(path[:, :2], places)
    lost = track(bright, [frame(*p) for p in places], (10, 20, 20, 30), reach=1)
    assert (lost[-1, :2] != places[-1]).any()


def test_neighbours_stay_inside():
    boxes = neighbours((0, 0, 4, 4), 10, 10, reach=2)
    assert len(boxes) == 9 and boxes.min() == 0
    assert len(neighbours((3, 3, 7, 7), 10, 10, reach=2)) == 25
    assert len(neighbours((3, 3, 7, 7), 10, 10, reach=3, stride=2)) == 9


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="sides: expected at most 10, got 11"):
        sliding_windows(12, 10, [11], stride=1)
    with pytest.raises(ValueError, match="sides: expected at least one"):
        sliding_windows(12, 10, [], stride=1)
    with pytest.raises(ValueError, match=r"box: expected .* with x0 < x1"):
        intersection_over_union(np.array([[0, 0, 1, 1]]), (0, 0, 0, 1))
    with pytest.raises(ValueError, match="boxes: expected shape"):
        intersection_over_union(np.empty((0, 4)), (0, 0, 1, 1))
    with pytest.raises(ValueError, match="scores: expected 1, one a box, got 2"):
        strongest(np.array([[0, 0, 1, 1]]), np.ones(2), overlap=0.5)
    with pytest.raises(ValueError, match=r"overlap: expected a number in \[0, 1\]"):
        strongest(np.array([[0, 0, 1, 1]]), np.ones(1), overlap=2)
    with pytest.raises(ValueError, match="frames: expected at least one"):
        track(bright, [], (0, 0, 1, 1), reach=1)
    with pytest.raises(ValueError, match="box: expected one inside of 60 x 50"):
        track(bright, [frame(0, 0)] * 2, (55, 0, 65, 10), reach=1)


@pytest.mark.parametrize(
    ("box", "settings", "message"),
    [
        ((0, 0, 4, 4), {"reach": -1}, "reach: expected an integer of at least 0, got -1"),
        ((0, 0, 4, 4), {"reach": 2, "stride": 0}, "stride: expected an integer of at least 1, got 0"),
        ((0, 0, 4, 4), {"reach": 2, "stride": -1}, "stride: expected an integer of at least 1, got -1"),
        ((0, 0, 4.5, 4), {"reach": 1}, "box: expected whole pixels, got 4.5"),
        ((0, 0, 4, 4, 4), {"reach": 1}, "box: expected 4 numbers a box, .* got 5"),
    ],
)
def test_bad_neighbours(unchecked, box, settings, message):
    with pytest.raises(ValueError, match=message):
        neighbours(box, 10, 10, **settings)


@pytest.mark.parametrize(
    ("box", "settings", "message"),
    [
        ((55, 0, 65, 10), {"reach": 1}, "box: expected one inside of 60 x 50"),
        ((5, 0, 5, 10), {"reach": 1}, "box: expected one inside of 60 x 50"),
        ((0, 0, 4.5, 4), {"reach": 1}, "box: expected whole pixels, got 4.5"),
        ((0, 0, 4, 4), {"reach": 1, "stride": 0}, "stride: expected an integer of at least 1, got 0"),
    ],
)
def test_bad_input_is_refused_for_one_frame_too(unchecked, box, settings, message):
    with pytest.raises(ValueError, match=message):
        track(bright, [frame(0, 0)], box, **settings)


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (lambda image, boxes: np.full(len(boxes), np.nan), "scores: expected finite numbers, got 9 NaN"),
        (lambda image, boxes: np.ones(len(boxes) - 1), r"scores: expected shape \(9,\), got \(8,\)"),
        (lambda image, boxes: np.ones((len(boxes), 1)), r"scores: expected shape \(9,\) .* got \(9, 1\)"),
        (lambda image, boxes: 1.0, r"scores: expected shape \(9,\) .* got \(\)"),
    ],
)
def test_bad_scores(unchecked, score, message):
    box = (5, 5, 9, 9)
    with pytest.raises(ValueError, match=message):
        track(score, [frame(0, 0)] * 2, box, reach=1)
    with pytest.raises(ValueError, match=message):
        detect(score, frame(0, 0), neighbours(box, 60, 50, reach=1))
