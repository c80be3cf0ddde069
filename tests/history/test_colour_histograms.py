"""Histograms of colours: NumPy's, their intersection, and what it withstands."""

import numpy as np
import pytest

from thesiscode.data.toyland import CLASSES, Look, draw_object
from thesiscode.history.colour_histograms import BINS, colour_histogram, intersection


def counted(name, breed, look=None):
    layer = draw_object(name, breed, 72, look or Look())
    return colour_histogram(layer[..., :3], layer[..., 3] >= 128)


def test_counts_are_those_of_numpy():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    r, g, b = image.reshape(-1, 3).astype(float).T
    axes = np.column_stack([r - g, 2 * b - r - g, r + g + b])
    theirs, _ = np.histogramdd(axes, BINS, [(-255, 256), (-510, 511), (0, 766)])
    assert np.array_equal(colour_histogram(image), theirs)


def test_the_order_of_pixels_does_not_count():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    shuffled = np.random.default_rng(1).permutation(image.reshape(-1, 3)).reshape(30, 20, 3)
    assert np.array_equal(colour_histogram(image), colour_histogram(shuffled))


def test_intersection():
    image, models = np.array([4.0, 0, 2]), np.array([[4.0, 0, 2], [2, 2, 0], [0, 5, 0], [8, 0, 4]])
    assert np.allclose(intersection(image, models), [1, 0.5, 0, 0.5])


def test_a_background_costs_nothing():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (30, 30, 3), np.uint8)
    inside = np.zeros((30, 30), bool)
    inside[8:20, 8:20] = True
    model = colour_histogram(image, inside)
    assert intersection(colour_histogram(image), model[None])[0] == 1


def test_turning_is_withstood_and_coloured_light_is_not():
    models = [(name, breed) for name in CLASSES[:12] for breed in range(3)]
    known = np.array([counted(*model) for model in models])

    def right(look):
        found = [intersection(counted(*model, look), known).argmax() for model in models]
        return np.mean(np.array(found) == np.arange(len(models)))

    assert right(Look(tilt=1.0)) > 0.95
    assert right(Look(tint=(1.2, 1.0, 0.8))) < 0.5


def test_bad_input(unchecked):
    image = np.zeros((4, 5, 3), np.uint8)
    with pytest.raises(ValueError, match="image: expected uint8"):
        colour_histogram(image / 255)
    with pytest.raises(ValueError, match=r"mask: expected shape \(4, 5\) with a pixel"):
        colour_histogram(image, np.zeros((4, 5), bool))
    with pytest.raises(ValueError, match="bins: expected at least 1"):
        colour_histogram(image, bins=(0, 1, 1))
    with pytest.raises(ValueError, match="models: expected at least one pixel"):
        intersection(np.ones(3), np.zeros((1, 3)))
    with pytest.raises(ValueError, match="models: expected shape"):
        intersection(np.ones(3), np.ones((1, 4)))


@pytest.mark.parametrize(
    ("image", "mask", "message"),
    [
        (np.zeros((0, 5, 3), np.uint8), None, r"image: expected uint8 .* not empty, got uint8 \(0, 5, 3\)"),
        (np.zeros((0, 5, 3), np.uint8), np.zeros((0, 5), bool), "image: expected uint8"),
        (np.zeros((4, 5, 3), np.uint8), np.ones((4, 5), int), "mask: expected True or False, got int"),
    ],
)
def test_a_histogram_refuses(unchecked, image, mask, message):
    with pytest.raises(ValueError, match=message):
        colour_histogram(image, mask)


@pytest.mark.parametrize(
    ("image", "models", "message"),
    [
        (np.array([1, np.nan]), np.ones((1, 2)), "image: expected finite counts of at least 0"),
        (np.array([1.0, -1]), np.ones((1, 2)), "image: expected finite counts of at least 0, got -1.0 to 1.0"),
        (np.ones(2), np.array([[1, np.nan]]), "models: expected finite counts"),
        (np.ones(2), np.array([[2.0, -1]]), "models: expected finite counts of at least 0, got -1.0 to 2.0"),
        (np.ones(2), np.ones((0, 2)), r"models: expected shape .* m > 0, got \(0, 2\)"),
    ],
)
def test_an_intersection_refuses(unchecked, image, models, message):
    with pytest.raises(ValueError, match=message):
        intersection(image, models)
