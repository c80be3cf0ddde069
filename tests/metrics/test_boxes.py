"""Average precision of places and boxes against literal re-implementations, and what is refused."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import average_precision_score

from thesiscode.metrics import (
    detection_average_precision,
    found_average,
    location_average_precision,
    pointing_accuracy,
)


def literal_average(found, scores, n_positives):
    """VOC's area, threshold by threshold: at each, everything that scores at least as much is accepted."""
    if n_positives == 0:
        return float("nan")
    points = []
    for threshold in sorted(set(scores), reverse=True):
        accepted = [f for f, s in zip(found, scores, strict=True) if s >= threshold]
        points.append((sum(accepted) / n_positives, sum(accepted) / len(accepted)))
    area, last = 0.0, 0.0
    for k, (recall, _) in enumerate(points):
        area += (recall - last) * max(precision for _, precision in points[k:])
        last = recall
    return area


def literal_location(scores, points, boxes, tolerance, difficult):
    found, kept, n_positives = [], [], 0
    for score, (x, y), image, hard in zip(scores, points, boxes, difficult, strict=True):
        easy_hit = hard_hit = False
        for (x0, y0, x1, y1), flag in zip(image, hard, strict=True):
            inside = x0 - tolerance <= x <= x1 + tolerance and y0 - tolerance <= y <= y1 + tolerance
            easy_hit, hard_hit = easy_hit or (inside and not flag), hard_hit or (inside and flag)
        if not all(hard) or not hard:
            n_positives += bool(len(image))
        elif not easy_hit:
            continue  # all objects are difficult: the image does not count
        if hard_hit and not easy_hit:
            continue
        found.append(easy_hit)
        kept.append(score)
    return literal_average(found, kept, n_positives)


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def literal_detection(scores, detections, images, boxes, least, difficult):
    found, kept, taken = [], [], set()
    for d in sorted(range(len(scores)), key=lambda d: -scores[d]):
        i = images[d]
        best = max(range(len(boxes[i])), key=lambda b: overlap(detections[d], boxes[i][b]), default=None)
        if best is None or overlap(detections[d], boxes[i][best]) < least:
            found.append(False)
        elif difficult[i][best]:
            continue
        else:
            found.append((i, best) not in taken)
            taken.add((i, best))
        kept.append(scores[d])
    return literal_average(found, kept, sum(not flag for flags in difficult for flag in flags))


coordinates = st.integers(0, 12)
box_of = st.tuples(coordinates, coordinates, st.integers(1, 8), st.integers(1, 8)).map(
    lambda b: (float(b[0]), float(b[1]), float(b[0] + b[2]), float(b[1] + b[3]))
)
image_of = st.lists(st.tuples(box_of, st.booleans()), max_size=3)


@st.composite
def predictions(draw):
    images = draw(st.lists(image_of, min_size=1, max_size=8))
    scores = [float(draw(st.integers(0, 3))) for _ in images]  # few values: many ties
    points = [(float(draw(st.integers(-2, 22))), float(draw(st.integers(-2, 22)))) for _ in images]
    boxes = [[box for box, _ in image] for image in images]
    return scores, points, boxes, draw(st.sampled_from([0, 1, 2.5])), [[flag for _, flag in image] for image in images]


@settings(max_examples=300, deadline=None)
@given(predictions())
def test_location_equals_its_literal_definition(made):
    scores, points, boxes, tolerance, difficult = made
    if all(all(flags) and flags for flags in difficult):
        return  # nothing counts at all
    expected = literal_location(scores, points, boxes, tolerance, difficult)
    found = location_average_precision(scores, points, boxes, tolerance=tolerance, difficult=difficult)
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


@st.composite
def detections(draw):
    images = draw(st.lists(image_of, min_size=1, max_size=5))
    found = draw(st.lists(st.tuples(st.integers(0, len(images) - 1), box_of), max_size=12))
    scores = [float(draw(st.integers(0, 4))) for _ in found]  # few values: many ties, taken in the order given
    boxes = [[box for box, _ in image] for image in images]
    difficult = [[flag for _, flag in image] for image in images]
    return (
        scores,
        [b for _, b in found],
        [i for i, _ in found],
        boxes,
        draw(st.sampled_from([0.1, 0.3, 0.5])),
        difficult,
    )


@settings(max_examples=300, deadline=None)
@given(detections())
def test_detection_equals_its_literal_definition(made):
    scores, found, images, boxes, least, difficult = made
    expected = literal_detection(scores, found, images, boxes, least, difficult)
    area = detection_average_precision(scores, found, images, boxes, overlap=least, difficult=difficult)
    assert area == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_right_images_in_the_right_order_and_right_places_give_1():
    boxes = [[(0, 0, 10, 10)], [], [(5, 5, 9, 9), (20, 20, 30, 30)]]
    points = [(3, 3), (0, 0), (25, 25)]
    assert location_average_precision([0.9, 0.1, 0.8], points, boxes, tolerance=0) == 1
    # The wrong place costs twice: a false positive, and an object that is not found.
    wrong = [(30, 30), (0, 0), (25, 25)]
    assert location_average_precision([0.9, 0.1, 0.8], wrong, boxes, tolerance=0) == pytest.approx(0.5 * 0.5)


@pytest.mark.parametrize(
    ("point", "tolerance", "hit"),
    [((10, 10), 0, 1), ((10.01, 5), 0, 0), ((28, 28), 18, 1), ((28.01, 5), 18, 0), ((0, 0), 0, 1), ((-18, -18), 18, 1)],
)
def test_borders_belong_to_the_box_and_the_tolerance_counts_along_each_axis(point, tolerance, hit):
    assert location_average_precision([1.0], [point], [[(0, 0, 10, 10)]], tolerance=tolerance) == hit


def test_with_points_that_always_hit_location_is_the_average_precision_of_classification():
    rng = np.random.default_rng(0)
    labels, scores = rng.random(60) < 0.4, rng.random(60)
    boxes = [[(0, 0, 1, 1)] if label else [] for label in labels]
    found = location_average_precision(scores, np.full((60, 2), 0.5), boxes, interpolation="none")
    assert found == pytest.approx(average_precision_score(labels, scores))


def test_a_second_detection_of_an_object_is_a_false_positive():
    box = (0, 0, 10, 10)
    assert detection_average_precision([0.9, 0.8], [box, box], [0, 0], [[box]]) == 1
    twice = [box, box, (20, 20, 30, 30)]
    boxes = [[box, (20, 20, 30, 30)]]
    assert detection_average_precision([0.9, 0.8, 0.7], twice, [0, 0, 0], boxes) == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_nothing_to_find_is_undefined_and_nothing_found_is_0():
    assert np.isnan(location_average_precision([0.5], [(1, 1)], [[]]))
    assert np.isnan(detection_average_precision([0.5], [(0, 0, 1, 1)], [0], [[]]))
    assert detection_average_precision([], np.empty((0, 4)), [], [[(0, 0, 1, 1)]]) == 0
    assert found_average([], [], 3) == 0 and np.isnan(found_average([], [], 0))


def test_eleven_points_of_a_recall_that_ends_early():
    assert found_average([1, 1], [2.0, 1.0], 4, interpolation="11point") == pytest.approx(6 / 11)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores": [float("nan")]}, "scores: expected numbers that can be ranked"),
        ({"points": [(1, 1), (2, 2)]}, r"points: expected 1 finite pairs"),
        ({"points": [(float("nan"), 1)]}, "points: expected 1 finite pairs"),
        ({"boxes": []}, "boxes: expected 1 arrays, one an image, got 0"),
        ({"boxes": [[(5, 5, 5, 9)]]}, "boxes of image 0: expected x0 < x1 and y0 < y1"),
        ({"sizes": [(8, 8)]}, r"boxes of image 0: expected boxes in an image of 8 x 8, got \[0.0, 0.0, 10.0, 10.0\]"),
        ({"sizes": []}, "sizes: expected 1 pairs, one an image, got 0"),
        ({"boxes": [[(0, 0, 10, 10, 0.9)]]}, r"boxes of image 0: expected shape \(boxes, 4\), got \(1, 5\)"),
        ({"tolerance": -1}, "tolerance: expected a finite number of pixels, at least 0, got -1"),
        ({"difficult": [[True, False]]}, "difficult: expected one flag a box"),
        ({"interpolation": "best"}, "interpolation: expected one of"),
    ],
)
def test_bad_input_of_location_is_named(change, message):
    good = {"scores": [1.0], "points": [(1, 1)], "boxes": [[(0, 0, 10, 10)]]}
    with pytest.raises(ValueError, match=message):
        location_average_precision(**(good | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"overlap": 0}, r"overlap: expected a share in \(0, 1\], got 0"),
        ({"images": [1]}, "images: expected positions from 0 to 0, got 1 to 1"),
        ({"images": [0.7]}, "images: expected positions, integers, got float64"),
        ({"detections": [0, 0, 9, 9]}, r"detections: expected shape \(boxes, 4\), got \(4,\)"),
        ({"images": [0, 0]}, "detections: expected 1, one a score, got 1 for 2 images"),
        ({"detections": [(0, 0, 0, 1)]}, "detections: expected x0 < x1"),
        ({"scores": [float("nan")]}, "scores: expected numbers that can be ranked"),
    ],
)
def test_bad_input_of_detection_is_named(change, message):
    good = {"scores": [1.0], "detections": [(0, 0, 9, 9)], "images": [0], "boxes": [[(0, 0, 10, 10)]]}
    with pytest.raises(ValueError, match=message):
        detection_average_precision(**(good | change))


def test_more_finds_than_objects_are_refused():
    with pytest.raises(ValueError, match="n_positives: expected at least 2, the number found, got 1"):
        found_average([1, 1], [1.0, 2.0], 1)


def test_pointing_accuracy_is_the_share_of_positive_images_whose_point_hits():
    boxes = [[(0, 0, 10, 10)], [(0, 0, 10, 10), (20, 20, 30, 30)], [], [(0, 0, 10, 10)], [(0, 0, 5, 5)]]
    points = [(12, 5), (25, 25), (5, 5), (3, 3), (50, 50)]
    flags = [[False], [False, False], [], [True], [False]]
    assert pointing_accuracy(points, boxes, tolerance=0, difficult=flags) == pytest.approx(1 / 3)
    assert pointing_accuracy(points, boxes, tolerance=2, difficult=flags) == pytest.approx(2 / 3)
    assert np.isnan(pointing_accuracy([(1, 1)], [[]]))
    with pytest.raises(ValueError, match="points: expected 1 finite pairs"):
        pointing_accuracy([(1, np.inf)], [[(0, 0, 1, 1)]])
