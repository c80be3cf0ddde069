"""Proposals, warped regions, and machines that are told where objects are."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.data.toyland import Scenes
from thesiscode.engine import numpy_generator
from thesiscode.transfer.examples import AnnotatedImage, toyland_image
from thesiscode.weak import Maps
from thesiscode.weak.proposals import box_scores, heat, selective_search, warped
from thesiscode.weak.rcnn import RCNN, Regions, _roles, best_boxes, regions

SIZE = 8


def coloured(*things, width=60, height=48):
    """Squares of one colour on black, as an annotated image: (x, y, side, class); class is the channel."""
    pixels = torch.zeros(3, height, width, dtype=torch.uint8)
    for x, y, side, k in things:
        pixels[k, y : y + side, x : x + side] = 255
    boxes = np.array([(x, y, x + side, y + side) for x, y, side, _ in things], float).reshape(-1, 4)
    return AnnotatedImage(pixels, boxes, np.array([t[3] for t in things], np.int64), np.zeros(len(things), bool))


@pytest.fixture
def trunk():
    """Pixels, shrunk: enough to tell colours."""
    net = nn.Sequential(nn.Conv2d(3, 3, 2, stride=2), nn.Flatten())
    with torch.no_grad():
        net[0].weight.copy_(torch.eye(3)[:, :, None, None].expand(3, 3, 2, 2) / 4)
        net[0].bias.zero_()
    return net


def test_proposals_hold_the_objects_are_inside_and_are_the_same_each_time():
    scene = next(iter(Scenes(1, 7, start=900_000, target="scene")))
    image = toyland_image(scene).pixels
    boxes = selective_search(image)
    assert len(boxes) > 50 and len(np.unique(boxes, axis=0)) == len(boxes)
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= (image.shape[2], image.shape[1])).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= 4).all()
    assert np.array_equal(boxes, selective_search(image))
    square = selective_search(coloured((10, 12, 16, 0)).pixels)
    assert np.abs(square - (10, 12, 26, 28)).max(axis=1).min() <= 1
    assert len(selective_search(image, quality=True)) > len(boxes)


def test_an_image_of_one_colour_is_one_region(trunk):
    image = coloured()
    found = regions(trunk, image, SIZE)
    assert found.boxes.tolist() == [[0, 0, 60, 48]] and found.n_objects == 0


def test_warping_shows_the_box_and_a_frame_around_it():
    image = coloured((10, 12, 16, 0)).pixels
    exact = warped(image, np.array([[10.0, 12.0, 26.0, 28.0]]), 8, context=0)
    assert torch.allclose(exact[0, 0], torch.full((8, 8), 255.0)) and not exact[0, 1:].any()
    framed = warped(image, np.array([[10.0, 12.0, 26.0, 28.0]]), 8, context=0.25)[0, 0]
    assert framed[3:5, 3:5].min() == 255 and framed[0].max() == 0
    with pytest.raises(ValueError, match=r"context: expected a share in \[0, 0.5\), got 0.5"):
        warped(image, np.zeros((1, 4)), 8, context=0.5)


def test_machines_find_what_they_were_shown(trunk):
    train = [coloured((10, 12, 16, 0)), coloured((30, 8, 14, 1)), coloured((4, 4, 20, 1), (34, 20, 18, 0))]
    rival = RCNN(2, strength=1.0).fit(trunk, train, SIZE, numpy_generator(0, "negatives"))
    test = coloured((6, 20, 16, 1), (36, 10, 16, 0))
    found = regions(trunk, test, SIZE)
    scores, boxes = best_boxes([rival.scores(found)], [found.boxes])
    middles = (boxes[0, :, :2] + boxes[0, :, 2:]) / 2
    assert np.abs(middles - [(44, 18), (14, 28)]).max() <= 3 and (scores > 0).all()


def test_negatives_overlap_each_object_of_their_class_by_less_than_the_limit():
    """An object of 20 x 20 pixels: itself, moved by 4 and by 12, far away; and a difficult object, which is neither."""
    image = coloured((10, 10, 20, 0), (40, 20, 10, 0))._replace(difficult=np.array([False, True]))
    boxes = [(10, 10, 30, 30), (40, 20, 50, 30), (14, 10, 34, 30), (22, 10, 42, 30), (0, 40, 8, 48), (41, 20, 51, 30)]
    one = Regions(np.array(boxes, float), np.zeros((6, 1)), 2)
    positive, negative = _roles(0)(image, one)
    assert positive.tolist() == [True, False, False, False, False, False]
    # The overlaps are 1, 1, 2/3, 1/4, 0 and 9/11.
    assert negative.tolist() == [False, False, False, True, True, False]
    positive, negative = _roles(1)(image, one)
    assert not positive.any() and negative.all()


def test_training_again_forgets_the_first_machines(trunk):
    rival = RCNN(1)
    for _ in range(2):
        rival.fit(trunk, [coloured((10, 12, 16, 0))], SIZE, numpy_generator(0, "negatives"))
    assert len(rival.machines) == 1


def test_a_class_without_objects_is_refused(trunk):
    with pytest.raises(ValueError, match="images: expected objects of class 1, got none"):
        RCNN(2).fit(trunk, [coloured((10, 12, 16, 0))], SIZE, numpy_generator(0, "negatives"))


def test_the_best_region_of_each_class():
    scores, boxes = best_boxes([np.array([[1.0, 5.0], [2.0, 3.0]])], [np.array([[0.0, 0, 1, 1], [2.0, 2, 5, 5]])])
    assert scores.tolist() == [[2, 5]] and boxes.tolist() == [[[2, 2, 5, 5], [0, 0, 1, 1]]]


def test_heat_is_the_maximum_of_maps_that_are_interpolated_between_centres():
    fine = Maps(np.array([[[0.0, 4.0], [0.0, 4.0]]]), np.array([2.5, 6.5]), np.array([2.5, 6.5]))
    coarse = Maps(np.array([[[1.0]]]), np.array([4.5]), np.array([4.5]))
    found = heat([fine, coarse], 9, 9)[0]
    expected = np.interp(np.arange(9) + 0.5, [2.5, 6.5], [0, 4])
    np.testing.assert_allclose(found, np.maximum(1, np.tile(expected, (9, 1))), atol=1e-5)


def test_a_box_scores_by_how_much_it_stands_out():
    scores = np.zeros((1, 40, 40))
    scores[0, 10:20, 16:24] = 3.0
    boxes = np.array([[16, 10, 24, 20], [10, 6, 30, 26], [17, 11, 20, 14], [0, 0, 8, 8], [5.2, 5.2, 5.4, 5.4]])
    found = box_scores(scores, boxes)[:, 0]
    assert found.argmax() == 0 and found[3] == 0 and found[4] == 0

    def literal(x0, y0, x1, y1):
        mx, my = (x1 - x0) / 4, (y1 - y0) / 4
        inside = scores[0, round(y0) : round(y1), round(x0) : round(x1)]
        outer = scores[0, round(y0 - my) : round(y1 + my), round(x0 - mx) : round(x1 + mx)]
        return inside.mean() - (outer.sum() - inside.sum()) / (outer.size - inside.size)

    assert found[:3] == pytest.approx([literal(*box) for box in boxes[:3]])


def test_an_image_without_regions_is_refused():
    with pytest.raises(ValueError, match="boxes of image 1: expected at least one region, got none"):
        best_boxes([np.ones((2, 3)), np.ones((0, 3))], [np.ones((2, 4)), np.ones((0, 4))])


def test_boxes_of_another_image_are_refused():
    theirs = np.array([[0.0, 0.0, 20.0, 9.0]])
    with pytest.raises(ValueError, match="boxes: expected boxes in an image of 12 x 10"):
        box_scores(np.ones((1, 10, 12)), theirs)
    with pytest.raises(ValueError, match="boxes: expected boxes in an image of 12 x 10"):
        warped(torch.zeros(3, 10, 12), theirs, 8)


def test_no_boxes_score_nothing():
    assert box_scores(np.ones((3, 10, 12)), np.empty((0, 4))).shape == (0, 3)


def test_a_box_with_nothing_around_it_does_not_stand_out():
    for level in (5.0, -5.0):
        whole, part = box_scores(np.full((1, 10, 12), level), np.array([[0.0, 0, 12, 10], [2, 2, 6, 6]]))[:, 0]
        assert whole == 0 and abs(part) < 1e-9
