"""A sliding template: windows, scores, suppression, and cars in Toyland."""

import numpy as np
import pytest
import torch
from torchvision.ops import nms as library_nms

from thesiscode.data.toyland import TARGETS, draw_scene
from thesiscode.data.toyland.layout import cast, draw_numbers
from thesiscode.history import (
    Detector,
    crop_window,
    detect,
    fit_detector,
    hog,
    judge,
    nms,
    train_detector,
    window_features,
    window_scores,
)
from thesiscode.metrics import detection_average_precision


def test_suppression_is_that_of_torchvision():
    rng = np.random.default_rng(0)
    for overlap in (0.2, 0.5, 0.8):
        corner = rng.uniform(0, 60, (200, 2))
        boxes, scores = np.column_stack([corner, corner + rng.uniform(5, 40, (200, 2))]), rng.normal(size=200)
        expected = library_nms(torch.from_numpy(boxes), torch.from_numpy(scores), overlap).tolist()
        assert nms(boxes, scores, overlap).tolist() == expected and 1 < len(expected) < 200
    assert nms(np.empty((0, 4)), np.empty(0)).tolist() == []


def test_scores_are_dot_products_with_every_window():
    rng = np.random.default_rng(0)
    features, weights = rng.normal(size=(7, 9, 5)), rng.normal(size=(3, 4, 5))
    found = window_scores(features, weights)
    assert found.shape == (5, 6)
    for i, j in np.ndindex(5, 6):
        assert np.isclose(found[i, j], (features[i : i + 3, j : j + 4] * weights).sum(), atol=1e-4)


def test_a_window_shows_the_box_within_its_margin():
    image = np.zeros((60, 80, 3), np.uint8)
    image[20:30, 30:50] = 255
    crop = crop_window(image, (30, 20, 50, 30), (56, 36), 8)
    inner = np.zeros((36, 56), bool)
    inner[8:-8, 8:-8] = True
    assert ((crop[..., 0] > 127) == inner).all()
    same = crop_window(image, (8, 8, 48, 28), (56, 36), 8)
    assert np.array_equal(same, image[:36, :56])  # at its own size nothing is resampled


def test_a_detector_finds_the_one_window_that_it_was_made_of():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (96, 120, 3), np.uint8)
    box = (40, 24, 88, 56)
    own = hog(crop_window(image, box, (64, 48), 8))
    found = detect(Detector(own - own.mean(), 0.0, 8), image, zoom=1.0)
    assert np.allclose(found.boxes[0], box) and found.scores[0] > 1.5 * found.scores[1]
    assert (np.diff(found.scores) <= 0).all()


def test_features_of_boxes_and_their_mirror_images():
    image = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    found = window_features([image], [[(10, 10, 58, 42)]], (64, 48), 8, mirror=True)
    assert found.shape == (2, 5, 7, 36)
    assert np.allclose(found[1], hog(crop_window(image[:, ::-1], (22, 10, 70, 42), (64, 48), 8)), atol=0.05)
    assert window_features([image], [[]], (64, 48), 8).shape == (0, 5, 7, 36)


@pytest.fixture(scope="module")
def cars():
    """Scenes with a car to learn from, without one, and to test on: both kinds."""
    those = [i for i in range(560) if "car" in cast(draw_numbers(0, i), TARGETS)[1]]
    others = [i for i in range(560) if i not in those]
    return [[draw_scene(0, i) for i in part] for part in (those[:50], others[:20], those[-20:] + others[-20:])]


def test_cars_are_found_in_scenes_and_hard_negatives_help(cars):
    train, negatives, test = cars
    first, second = train_detector(train, negatives, "car", rng=np.random.default_rng(0))
    before, after = (judge(d, test, "car") for d in (first, second))
    assert after.average_precision >= 0.6 and after.average_precision > before.average_precision
    assert (np.diff(after.recall) >= 0).all() and after.recall.max() <= 1 and after.precision.max() <= 1


def test_average_precision_is_that_of_the_metrics(cars):
    train, negatives, test = (part[:8] for part in cars)
    detector, _ = train_detector(train, negatives, "car", rng=np.random.default_rng(0))
    found = [detect(detector, s.image) for s in test]
    things = [[o for o in s.objects if o.name == "car"] for s in test]
    assert judge(detector, test, "car").average_precision == pytest.approx(
        detection_average_precision(
            np.concatenate([f.scores for f in found]),
            np.concatenate([f.boxes for f in found]),
            np.repeat(np.arange(len(test)), [len(f.scores) for f in found]),
            [[o.box for o in mine] for mine in things],
            difficult=[[o.difficult for o in mine] for mine in things],
        )
    )


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="box: expected x0 < x1"):
        crop_window(np.zeros((9, 9, 3), np.uint8), (5, 5, 5, 8), (16, 16), 0)
    with pytest.raises(ValueError, match="negatives: expected some windows"):
        fit_detector(np.zeros((2, 3, 3, 36)), np.zeros((0, 3, 3, 36)), margin=8)
    with pytest.raises(ValueError, match=r"features: expected at least \(3, 3\) cells"):
        window_scores(np.zeros((2, 5, 4)), np.zeros((3, 3, 4)))
    with pytest.raises(ValueError, match=r"features: expected \[H, W, d\]"):
        window_scores(np.zeros((5, 5, 4)), np.zeros((3, 3, 5)))
    with pytest.raises(ValueError, match="boxes: expected boxes with area"):
        nms(np.zeros((1, 4)), np.zeros(1))
    with pytest.raises(ValueError, match="boxes: expected boxes with area"):
        nms(np.array([[0.0, 0, 1, 1]]), np.array([np.nan]))
    with pytest.raises(ValueError, match="zoom, ratio"):
        detect(Detector(np.zeros((3, 3, 36)), 0.0, 8), np.zeros((40, 40, 3), np.uint8), ratio=1.0)
    rng, scene = np.random.default_rng(0), draw_scene(0, 28)
    with pytest.raises(ValueError, match="positives, negatives: expected some scenes"):
        train_detector([], [], "car", rng=rng)
    with pytest.raises(ValueError, match="negatives: expected scenes without any"):
        train_detector([scene], [scene], scene.objects[0].name, rng=rng)
    with pytest.raises(ValueError, match="positives: expected some nothing in plain view"):
        train_detector([scene], [scene], "nothing", rng=rng)
    with pytest.raises(ValueError, match="scenes: expected some nothing"):
        judge(Detector(np.zeros((6, 8, 36)), -5.0, 8), [scene], "nothing")
