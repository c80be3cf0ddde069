"""Ground distances between images: shifts, brightness, their metric properties, bad input."""

import math

import numpy as np
import pytest

from thesiscode.distances import (
    all_distances,
    feature_distance,
    fooled,
    pixel_distance,
    translated,
    transport_distance,
)


@pytest.fixture
def shapes():
    """A bar, a cross and a ring in the middle of 20 x 20 pixels, of different brightness."""
    images = np.zeros((3, 20, 20))
    images[0, 9:11, 6:14] = 200
    images[1, 6:14, 10] = images[1, 10, 6:14] = 120
    images[2, 7:13, 7:13], images[2, 8:12, 8:12] = 90, 0
    return images


def total_grey(images):
    return images.sum(axis=(1, 2))[:, None].astype(float)


@pytest.mark.parametrize("shift", [(0, 1), (3, 0), (-3, 4)])
def test_transport_pays_the_way_of_a_shift(shapes, shift):
    for image in shapes:
        assert transport_distance(image, translated(image, *shift)) == pytest.approx(math.hypot(*shift))


def test_pixels_saturate(shapes):
    """Once a shape does not meet itself, a longer shift is no further: sqrt(2) times the norm."""
    bar = shapes[0]
    far = [pixel_distance(bar, translated(bar, down, 0)) for down in (1, 2, 5, 8)]
    assert far[0] < far[1] == far[2] == far[3] == pytest.approx(math.sqrt(2) * np.linalg.norm(bar))


def test_transport_does_not_see_brightness_and_pixels_do(shapes):
    for image in shapes:
        assert transport_distance(image, image / 2) == pytest.approx(0, abs=1e-12)
        assert pixel_distance(image, image / 2) == pytest.approx(np.linalg.norm(image) / 2)
        assert feature_distance(image, image / 2, features=total_grey) == pytest.approx(image.sum() / 2)


def test_transport_of_two_points_of_light():
    """Three quarters of the light stay, one quarter moves by five pixels."""
    a, b = np.zeros((2, 6, 6), dtype=np.uint8)
    a[0, 0], a[3, 4], b[0, 0] = 150, 50, 200
    assert transport_distance(a, b) == pytest.approx(0.25 * 5)


def test_bytes_do_not_wrap_around():
    a, b = np.zeros((2, 2, 2), dtype=np.uint8)
    b[0, 0] = 200
    assert pixel_distance(a, b) == 200


@pytest.mark.parametrize("distance", [pixel_distance, transport_distance])
def test_they_are_symmetric_and_obey_the_triangle_inequality(shapes, distance):
    d = all_distances(shapes, distance)
    assert np.array_equal(d, d.T) and not d.diagonal().any()
    assert distance(shapes[1], shapes[0]) == pytest.approx(d[0, 1])
    assert d[0, 1] <= d[0, 2] + d[2, 1] and d[0, 2] <= d[0, 1] + d[1, 2]


def test_who_is_fooled(shapes):
    """A small shift is nearer than any other shape, a large one is not; brightness fools no normalised distance."""
    small, large = (np.stack([translated(image, 0, by) for image in shapes]) for by in (1, 6))
    assert fooled(shapes, small, transport_distance)[2] == 0
    assert fooled(shapes, large, transport_distance).tolist() == [1, 1, 1]
    assert fooled(shapes, shapes / 4, transport_distance).tolist() == [0, 0, 0]
    one = np.array([0.0, 1.0, 3.0])
    numbers = one[:, None, None] * np.ones((3, 2, 2))
    assert fooled(numbers, numbers + 2.1, lambda a, b: abs(a.mean() - b.mean())).tolist() == [0.5, 1.0, 0.5]


def test_shifts_keep_the_picture(shapes, unchecked):
    moved = translated(shapes[0], 2, -3)
    assert moved.sum() == shapes[0].sum()
    np.testing.assert_array_equal(translated(moved, -2, 3), shapes[0])
    with pytest.raises(ValueError, match="down, right: expected a shift that keeps the shape in its frame, got 10, 0"):
        translated(shapes[0], 10, 0)
    with pytest.raises(ValueError, match="got 0, -7"):
        translated(shapes[0], 0, -7)
    np.testing.assert_array_equal(translated(shapes[0], np.int64(2), -3), moved)
    assert not translated(np.zeros((3, 3)), 5, 5).any()


@pytest.mark.parametrize("distance", [pixel_distance, transport_distance])
@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.ones(4), np.ones(4), r"a: expected a grey image \[h, w\], got shape \(4,\)"),
        (np.ones((2, 2)), np.ones((0, 2)), r"b: expected a grey image \[h, w\], got shape \(0, 2\)"),
        (np.ones((2, 2)), np.ones((2, 3)), r"b: expected shape \(2, 2\), that of a, got \(2, 3\)"),
        (-np.ones((2, 2)), np.ones((2, 2)), "a: expected finite grey values of at least 0"),
        (np.ones((2, 2)), np.full((2, 2), math.nan), "b: expected finite grey values of at least 0"),
    ],
)
def test_bad_images_are_refused(distance, a, b, message, unchecked):
    with pytest.raises(ValueError, match=message):
        distance(a, b)


def test_black_images_have_no_mass():
    with pytest.raises(ValueError, match="b: expected an image with some grey value above 0"):
        transport_distance(np.ones((2, 2)), np.zeros((2, 2)))


def test_bad_features_and_stacks_are_refused(shapes, unchecked):
    for features in (lambda images: images.sum(axis=(1, 2)), lambda images: total_grey(images) * np.nan):
        with pytest.raises(ValueError, match="features: expected two finite vectors"):
            feature_distance(shapes[0], shapes[1], features=features)
    with pytest.raises(ValueError, match="images: expected at least two"):
        fooled(shapes[:1], shapes[:1], pixel_distance)
    with pytest.raises(ValueError, match=r"changed: expected shape \(3, 20, 20\), that of images, got \(2, 20, 20\)"):
        fooled(shapes, shapes[:2], pixel_distance)


@pytest.mark.parametrize(
    ("shift", "message"), [((0.5, 0), "down: expected an integer"), ((0, 1.0), "right: expected an")]
)
def test_parts_of_pixels_are_refused(shapes, shift, message, unchecked):
    with pytest.raises(ValueError, match=message):
        translated(shapes[0], *shift)


@pytest.mark.parametrize("bad", [math.nan, -1.0])
def test_what_is_no_distance_is_refused(shapes, bad):
    """A nan is nearer to nothing: nobody would seem to be fooled."""
    with pytest.raises(ValueError, match=f"distance: expected numbers of at least 0, got {bad:g}"):
        fooled(shapes, shapes, lambda a, b: bad)
    with pytest.raises(ValueError, match=f"distance: expected numbers of at least 0, got {bad:g}"):
        fooled(shapes, shapes, lambda a, b: 0.0 if a is b or (a == b).all() else bad)
    with pytest.raises(ValueError, match="distance: expected numbers of at least 0"):
        all_distances(shapes, lambda a, b: bad)
