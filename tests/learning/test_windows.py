"""Features of windows."""

import numpy as np
import pytest

from thesiscode.learning import describe_windows, window_samples

IMAGE = np.zeros((10, 12, 3), dtype=np.uint8)


def test_samples_are_means_of_the_pixels():
    image = np.random.default_rng(0).integers(0, 256, (12, 18, 3), dtype=np.uint8)
    found = window_samples(image, np.array([[0, 0, 12, 12], [6, 0, 18, 12]]), 4)
    for k, x in enumerate((0, 6)):
        expected = image[:, x : x + 12].reshape(4, 3, 4, 3, 3).mean(axis=(1, 3)) / 255
        np.testing.assert_allclose(found[k], expected)


def test_a_window_smaller_than_its_samples_repeats_pixels():
    image = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    found = window_samples(image, np.array([[1, 1, 3, 3]]), 4)[0]
    np.testing.assert_allclose(found, np.repeat(np.repeat(image[1:3, 1:3] / 255, 2, axis=0), 2, axis=1))


def test_the_size_of_a_window_does_not_matter():
    small = np.random.default_rng(1).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    large = np.repeat(np.repeat(small, 3, axis=0), 3, axis=1)
    np.testing.assert_allclose(
        describe_windows(small, np.array([[0, 0, 24, 24]])), describe_windows(large, np.array([[0, 0, 72, 72]]))
    )


@pytest.mark.parametrize(("axis", "direction"), [(1, 0), (0, 4)])
def test_edges_have_a_direction(axis, direction):
    ramp = np.linspace(0, 250, 24).astype(np.uint8)
    image = np.repeat((np.tile(ramp, (24, 1)) if axis == 1 else np.tile(ramp[:, None], 24))[..., None], 3, axis=2)
    edges = describe_windows(image, np.array([[0, 0, 24, 24]]))[0, :144].reshape(16, 9)
    assert (edges.argmax(axis=1) == direction).all()
    assert np.delete(edges, direction, axis=1).max() < 1e-9


def test_a_plain_window_has_no_edges_and_one_colour():
    image = np.full((30, 30, 3), (255, 0, 51), dtype=np.uint8)
    found = describe_windows(image, np.array([[3, 3, 27, 27]]))[0]
    assert found[:144].max() == 0
    np.testing.assert_allclose(found[144:].reshape(16, 3), np.tile([1, 0, 0.2], (16, 1)))


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match=r"boxes: expected .* inside of 12 x 10"):
        window_samples(IMAGE, np.array([[0, 0, 13, 5]]), 2)
    with pytest.raises(ValueError, match=r"boxes: expected .* inside of 12 x 10"):
        window_samples(IMAGE, np.array([[4, 4, 4, 5]]), 2)
    with pytest.raises(ValueError, match="boxes: expected shape"):
        window_samples(IMAGE, np.empty((0, 4)), 2)
    with pytest.raises(ValueError, match=r"image: expected shape \[H W 3\], got \(10, 12\)"):
        describe_windows(IMAGE[..., 0], np.array([[0, 0, 5, 5]]))


@pytest.mark.parametrize(
    ("image", "box", "n", "message"),
    [
        (IMAGE, [0, 0, 5, 5], 0, "n: expected an integer of at least 1, got 0"),
        (IMAGE, [0, 0, 5, 5], -1, "n: expected an integer of at least 1, got -1"),
        (IMAGE, [0, 0, 5, 5], 2.0, "n: expected an integer of at least 1, got 2.0"),
        (IMAGE, [0, 0, 5], 2, r"boxes: expected 4 numbers a box, .* got 3"),
        (IMAGE, [0, 0, 5.5, 5], 2, "boxes: expected whole pixels, got 5.5"),
        (IMAGE, [4, 4, 4, 5], 2, r"boxes: expected .* inside of 12 x 10 pixels, got \[4 4 4 5\]"),
        (IMAGE / 255, [0, 0, 5, 5], 2, "image: expected pixels of type uint8, got float64"),
        (IMAGE * np.nan, [0, 0, 5, 5], 2, "image: expected pixels of type uint8, got float64"),
    ],
)
def test_bad_windows(unchecked, image, box, n, message):
    with pytest.raises(ValueError, match=message):
        window_samples(image, np.array([box]), n)
