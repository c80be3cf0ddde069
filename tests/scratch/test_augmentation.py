import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thesiscode.scratch import ShapeError, random_crop_flip

from .strategies import rngs


def find(crop, padded):
    """Where a crop of an image of distinct values came from: (top, left, mirrored)."""
    size = crop.shape[-1]
    found = []
    for mirrored in (False, True):
        wanted = crop[:, :, ::-1] if mirrored else crop
        for top in range(padded.shape[1] - size + 1):
            for left in range(padded.shape[2] - size + 1):
                if np.array_equal(padded[:, top : top + size, left : left + size], wanted):
                    found.append((top, left, mirrored))
    return found


@settings(max_examples=40)
@given(st.integers(2, 5), st.integers(3, 6), st.integers(3, 6), st.integers(0, 2), rngs)
def test_every_crop_is_a_window_of_its_own_image(size, height, width, padding, rng):
    size = min(size, height + 2 * padding, width + 2 * padding)
    images = 1.0 + np.arange(4 * 2 * height * width).reshape(4, 2, height, width)
    kept = images.copy()
    crops = random_crop_flip(images, size, padding=padding, rng=rng)
    assert crops.shape == (4, 2, size, size)
    np.testing.assert_array_equal(images, kept)
    border = (padding, padding)
    for crop, image in zip(crops, np.pad(images, [(0, 0), (0, 0), border, border]), strict=True):
        assert find(crop, image)


def test_positions_and_flips_are_even():
    image = 1.0 + np.arange(25).reshape(1, 1, 5, 5)
    n = 6000
    crops = random_crop_flip(np.repeat(image, n, axis=0), 3, flip=0.25, rng=np.random.default_rng(0))
    found = np.array([find(crop, image[0])[0] for crop in crops])
    cells = np.bincount(3 * found[:, 0] + found[:, 1], minlength=9)
    assert len(cells) == 9
    assert stats.chisquare(cells).pvalue > 1e-3
    assert stats.binomtest(int(found[:, 2].sum()), n, 0.25).pvalue > 1e-3
    # A flip does not depend on the place.
    table = np.histogram2d(3 * found[:, 0] + found[:, 1], found[:, 2], bins=[9, 2])[0]
    assert stats.chi2_contingency(table).pvalue > 1e-3


def test_a_flip_may_be_certain_or_never():
    images = np.random.default_rng(0).normal(size=(20, 3, 4, 4))
    rng = np.random.default_rng(1)
    np.testing.assert_array_equal(random_crop_flip(images, 4, flip=0.0, rng=rng), images)
    np.testing.assert_array_equal(random_crop_flip(images, 4, flip=1.0, rng=rng), images[..., ::-1])


def test_the_same_generator_gives_the_same_crops_of_the_same_kind():
    images = np.random.default_rng(0).normal(size=(9, 3, 6, 6)).astype(np.float32)
    one, two = (random_crop_flip(images, 4, padding=1, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.dtype == np.float32


@pytest.mark.usefixtures("unchecked")
def test_errors():
    images, rng = np.zeros((2, 1, 4, 5)), np.random.default_rng(0)
    with pytest.raises(ShapeError, match=r"images: expected an array of rank 4, \(N, C, H, W\); got shape \(4, 5\)"):
        random_crop_flip(images[0, 0], 2, rng=rng)
    with pytest.raises(ShapeError, match="size: a cell of 7 x 7 does not fit the padded input of 6 x 7"):
        random_crop_flip(images, 7, padding=1, rng=rng)
    with pytest.raises(ValueError, match="size: expected an integer >= 1, got 0"):
        random_crop_flip(images, 0, rng=rng)
    with pytest.raises(ValueError, match="padding: expected an integer >= 0, got -1"):
        random_crop_flip(images, 2, padding=-1, rng=rng)
    for flip in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="flip: expected a probability, got"):
            random_crop_flip(images, 2, flip=flip, rng=rng)
