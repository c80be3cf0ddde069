"""Labels of patches against the rules applied one patch and one object at a time, by hand and at random; resampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thesiscode.transfer import BACKGROUND, DISCARD, label_patches, patch_grid, resample_background


def literal_labels(patches, boxes, classes, ignore=None, alone=False):
    """The rules of thesis 3.2.2, patch by patch and object by object, in whole numbers."""
    labels = []
    for px0, py0, px1, py1 in patches.tolist():
        counting, touching = [], 0
        for i, (bx0, by0, bx1, by1) in enumerate(boxes.tolist()):
            w, h = min(px1, bx1) - max(px0, bx0), min(py1, by1) - max(py0, by0)
            shared = w * h if w > 0 and h > 0 else 0
            touching += shared > 0
            patch_area, box_area = (px1 - px0) * (py1 - py0), (bx1 - bx0) * (by1 - by0)
            if 5 * shared >= patch_area and 5 * shared >= 3 * box_area:
                counting.append(i)
        if not counting:
            labels.append(-1)
        elif len(counting) > 1 or (alone and touching > 1) or (ignore is not None and ignore[counting[0]]):
            labels.append(-2)
        else:
            labels.append(int(classes[counting[0]]))
    return labels


@st.composite
def scenes(draw):
    """Width and height of an image, boxes that may leave it, their classes, and which of them to ignore."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    width, height = draw(st.integers(4, 60)), draw(st.integers(4, 60))
    n = draw(st.integers(0, 6))
    corner = np.stack([rng.integers(-5, width, n), rng.integers(-5, height, n)], axis=1).reshape(-1, 2)
    boxes = np.concatenate([corner, corner + rng.integers(1, max(width, height), (n, 2))], axis=1)
    return (width, height), boxes, rng.integers(0, 3, n), rng.random(n) < 0.3


@given(scene=scenes(), alone=st.booleans())
def test_labels_are_those_of_the_literal_loop(scene, alone):
    size, boxes, classes, ignore = scene
    patches = patch_grid(*size)
    expected = literal_labels(patches, boxes, classes, alone=alone)
    np.testing.assert_array_equal(label_patches(patches, boxes, classes, alone=alone), expected)
    # float32 is what datasets hand over
    np.testing.assert_array_equal(label_patches(patches, boxes.astype(np.float32), classes, alone=alone), expected)
    np.testing.assert_array_equal(
        label_patches(patches, boxes, classes, ignore=ignore, alone=alone),
        literal_labels(patches, boxes, classes, ignore, alone),
    )


@given(scene=scenes(), seed=st.integers(0, 100))
def test_the_order_of_the_objects_does_not_matter(scene, seed):
    size, boxes, classes, ignore = scene
    patches = patch_grid(*size)
    order = np.random.default_rng(seed).permutation(len(boxes))
    np.testing.assert_array_equal(
        label_patches(patches, boxes, classes, ignore=ignore),
        label_patches(patches, boxes[order], classes[order], ignore=ignore[order]),
    )


PATCH = np.array([[0, 0, 10, 10]])
SHEEP, PERSON = 4, 7


@pytest.mark.parametrize(
    ("boxes", "label"),
    [
        ([[0, 0, 10, 2]], SHEEP),  # a fifth of the patch, to the pixel
        ([[0, 0, 19, 1]], BACKGROUND),  # too small
        ([[0, 0, 6, 10]], SHEEP),
        ([[4, 0, 14, 10]], SHEEP),  # 60% of the object, to the pixel
        ([[5, 0, 15, 10]], BACKGROUND),  # truncated
        ([[10, 0, 20, 10]], BACKGROUND),  # only the edges meet
        ([[-20, -20, 30, 30]], BACKGROUND),  # the patch shows a small part of it
    ],
)
def test_one_object(boxes, label):
    assert label_patches(PATCH, np.array(boxes), np.array([SHEEP])) == [label]


@pytest.mark.parametrize(
    ("person", "label", "label_alone"),
    [
        ([5, 0, 10, 10], DISCARD, DISCARD),  # two labels
        ([9, 0, 10, 10], SHEEP, DISCARD),  # too small
        ([8, 0, 28, 10], SHEEP, DISCARD),  # truncated
        ([10, 0, 20, 10], SHEEP, SHEEP),  # no overlap
    ],
)
def test_a_second_object_matters_as_figure_3_8_shows_or_as_the_text_says(person, label, label_alone):
    boxes, classes = np.array([[0, 0, 5, 10], person]), np.array([SHEEP, PERSON])
    assert label_patches(PATCH, boxes, classes) == [label]
    assert label_patches(PATCH, boxes, classes, alone=True) == [label_alone]


def test_two_objects_of_one_class_are_two_objects():
    assert label_patches(PATCH, np.array([[0, 0, 5, 10], [5, 0, 10, 10]]), np.array([SHEEP, SHEEP])) == [DISCARD]


def test_parts_of_several_objects_are_background():
    boxes, classes = np.array([[5, 0, 15, 10], [0, 5, 10, 15]]), np.array([SHEEP, PERSON])
    assert label_patches(PATCH, boxes, classes, alone=True) == [BACKGROUND]


def test_ignored_objects_discard_the_patches_that_they_would_name():
    boxes, classes = np.array([[0, 0, 10, 10], [9, 9, 10, 10]]), np.array([SHEEP, PERSON])
    assert label_patches(PATCH, boxes, classes, ignore=np.array([True, False])) == [DISCARD]
    assert label_patches(PATCH, boxes, classes, ignore=np.array([False, True])) == [SHEEP]
    assert label_patches(PATCH, boxes[1:], classes[1:], ignore=np.array([True])) == [BACKGROUND]


def test_an_image_without_objects_is_all_background():
    patches = patch_grid(40, 30)
    labels = label_patches(patches, np.empty((0, 4)), np.empty(0, int), ignore=np.empty(0, bool))
    assert labels.dtype == np.int64 and len(labels) == len(patches) and (labels == BACKGROUND).all()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"boxes": np.array([[3, 0, 2, 5]])}, r"boxes holds \[3, 0, 2, 5\]; expected x0 < x1 and y0 < y1"),
        ({"boxes": np.array([[0, 5, 2, 5]])}, r"boxes holds \[0, 5, 2, 5\]"),
        ({"boxes": np.array([[0, 0, np.nan, 5]])}, r"boxes holds \[0.0, 0.0, nan, 5.0\]; expected finite numbers"),
        ({"boxes": np.array([0, 0, 2, 5])}, r"boxes has shape \(4,\)"),
        ({"patches": np.array([[0, 0, 0, 5]])}, r"patches holds \[0, 0, 0, 5\]"),
        ({"classes": np.array([1, 2])}, r"classes has shape \(2,\); expected \(1,\), one for each of the boxes"),
        ({"classes": np.array([-1])}, "classes holds -1; expected indices from 0"),
        ({"classes": np.array([1.0])}, "classes holds float64; expected whole numbers"),
        ({"ignore": np.array([True, False])}, r"ignore is bool of shape \(2,\); expected bool of shape \(1,\)"),
        ({"ignore": np.array([1])}, r"ignore is int64 of shape \(1,\)"),
    ],
)
def test_objects_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        label_patches(**{"patches": PATCH, "boxes": np.array([[0, 0, 5, 5]]), "classes": np.array([1]), **arguments})


@given(seed=st.integers(0, 1000), fraction=st.floats(0, 1))
def test_resampling_keeps_all_objects_and_a_share_of_the_background(seed, fraction):
    rng = np.random.default_rng(seed)
    labels = rng.integers(-2, 4, 200)
    kept = resample_background(labels, fraction=fraction, rng=rng)
    assert (np.diff(kept) > 0).all()
    assert set(np.flatnonzero(labels >= 0)) <= set(kept.tolist())
    assert (labels[kept] == BACKGROUND).sum() == round(fraction * (labels == BACKGROUND).sum())
    assert (labels[kept] != DISCARD).all()


def test_each_background_patch_is_kept_one_time_in_ten_and_the_generator_decides():
    labels = np.full(50, BACKGROUND)
    rng = np.random.default_rng(0)
    draws = np.concatenate([resample_background(labels, rng=rng) for _ in range(4000)])
    counts = np.bincount(draws, minlength=50)
    assert (abs(counts - 400) < 5 * np.sqrt(4000 * 0.1 * 0.9)).all()
    first, again, other = (resample_background(labels, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


def test_no_background_and_nothing_at_all():
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(resample_background(np.array([-2, 3, 0]), rng=rng), [1, 2])
    assert resample_background(np.empty(0, int), rng=rng).shape == (0,)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("labels", "fraction", "message"),
    [
        ([0, -1], 1.5, r"fraction is 1.5; expected a share in \[0, 1\]"),
        ([0, -1], -0.1, "fraction is -0.1"),
        ([0, -1], float("nan"), "fraction is nan"),
        ([0, -3], 0.1, "labels holds -3; expected classes from 0, -1 or -2"),
    ],
)
def test_resampling_refuses(labels, fraction, message):
    with pytest.raises(ValueError, match=message):
        resample_background(np.array(labels), fraction=fraction, rng=np.random.default_rng(0))
