"""Boxes that may hold an object: grids, random ones, objectness by straddling, and how many objects they find."""

import numpy as np
import pytest

from thesiscode.data.toyland import draw_scene
from thesiscode.history import grid_boxes, random_boxes, recall_at, segments, selective_search, straddling


def test_random_boxes_lie_in_the_image():
    boxes = random_boxes((40, 30), 500, rng=np.random.default_rng(0))
    assert boxes.shape == (500, 4) and boxes.min() >= 0 and (boxes[:, 2:] <= (40, 30)).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= 3).all()


def test_a_grid_has_the_areas_and_shapes_that_were_asked_for():
    boxes = grid_boxes((100, 80), sides=(20, 40), aspects=(1.0, 4.0), stride=0.5)
    sides = boxes[:, 2:] - boxes[:, :2]
    assert {tuple(s) for s in np.round(sides, 6)} == {(20, 20), (40, 10), (40, 40), (80, 20)}
    assert boxes.min() >= 0 and (boxes[:, 2:] <= (100, 80)).all()
    assert ((sides == 20).all(axis=1)).sum() == 9 * 7  # every 10 pixels


def test_straddling_is_that_of_counting_pixels():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, (12, 15)).repeat(3, axis=0).repeat(3, axis=1)
    boxes = np.round(random_boxes((45, 36), 30, rng=rng))
    boxes = boxes[(boxes[:, 2:] > boxes[:, :2]).all(axis=1)]
    for box, found in zip(boxes.astype(int), straddling(boxes, labels), strict=True):
        x0, y0, x1, y1 = box
        inside = np.bincount(labels[y0:y1, x0:x1].ravel(), minlength=4)
        outside = np.bincount(labels.ravel(), minlength=4) - inside
        assert np.isclose(found, 1 - np.minimum(inside, outside).sum() / inside.sum())


def test_a_box_around_a_segment_straddles_nothing():
    image = np.full((60, 80, 3), 40, np.uint8)
    image[20:40, 30:60] = 220
    found = straddling(np.array([[30.0, 20, 60, 40], [40, 20, 70, 40]]), segments(image))
    assert found[0] == 1 and found[1] < 0.7


def test_recall_counts_the_first_box_that_fits():
    boxes = np.array([[0.0, 0, 5, 5], [10, 10, 20, 20], [0, 0, 20, 20]])
    things = [[10, 10, 20, 19]], [[0, 0, 20, 20], [30, 30, 40, 40]]
    found = recall_at([boxes, boxes], things, (1, 2, 3))
    assert np.allclose(found, [0, 1 / 3, 2 / 3])
    assert np.allclose(recall_at([boxes, boxes], things, (3,), overlap=0.95), [1 / 3])


def test_selective_search_needs_fewer_boxes_than_chance():
    rng = np.random.default_rng(0)
    scenes = [draw_scene(0, i) for i in range(12)]
    things = [[o.box for o in s.objects if not o.difficult] for s in scenes]
    found = []
    for s in scenes:
        mine = np.unique(selective_search(s.image, least=3), axis=0)
        found.append(mine[rng.permutation(len(mine))])
    guessed = [random_boxes(s.image.shape[1::-1], 300, rng=rng) for s in scenes]
    assert recall_at(found, things, (100,))[0] > recall_at(guessed, things, (100,))[0] + 0.15
    assert recall_at(found, things, (10_000,))[0] > 0.8


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="size, n: expected at least 8 pixels"):
        random_boxes((4, 30), 1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="size: expected an image that holds some window"):
        grid_boxes((5, 5))
    with pytest.raises(ValueError, match="boxes: expected boxes with pixels in an image of 9 x 9"):
        straddling(np.array([[0.0, 0, 10, 5]]), np.zeros((9, 9), int))
    with pytest.raises(ValueError, match="objects: expected some, in 1 lists"):
        recall_at([np.zeros((1, 4))], [[]], (1,))
