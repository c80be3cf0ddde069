"""Gradients, their histograms, and the blocks of Dalal and Triggs."""

import numpy as np
import pytest

from thesiscode.history import cell_histograms, gradients, hog, per_cell


def stripes(angle, side=32, period=8.0):
    """A sine wave whose gradient has an angle, in radians."""
    y, x = np.indices((side, side))
    return 100 + 50 * np.sin(2 * np.pi / period * (x * np.cos(angle) + y * np.sin(angle)))


def test_gradients_of_a_ramp():
    y, x = np.indices((8, 8))
    size, angle = gradients(3.0 * x + 4.0 * y)
    assert np.allclose(size[1:-1, 1:-1], 10) and np.allclose(angle[1:-1, 1:-1], np.arctan2(4, 3))


def test_a_colour_image_takes_the_strongest_channel():
    _, x = np.indices((8, 8))
    colour = np.stack([x, 5 * x, 2 * x], axis=-1)
    assert np.allclose(gradients(colour)[0], gradients(5.0 * x)[0])


@pytest.mark.parametrize("b", range(9))
def test_a_wave_votes_for_its_orientation(b):
    cells = cell_histograms(stripes((b + 0.5) * np.pi / 9))[1:-1, 1:-1].sum(axis=(0, 1))
    assert cells.argmax() == b and cells[b] > 0.8 * cells.sum()


def test_every_gradient_inside_votes_once_in_all():
    image = np.zeros((40, 40))
    image[12:28, 12:28] = np.random.default_rng(0).uniform(0, 255, (16, 16))
    assert np.isclose(cell_histograms(image).sum(), gradients(image)[0].sum())


def test_votes_are_those_of_a_loop_over_pixels():
    image = np.random.default_rng(1).uniform(0, 255, (16, 24))
    size, angle = gradients(image)
    expected = np.zeros((2, 3, 9))
    for y, x in np.ndindex(16, 24):
        place = angle[y, x] / np.pi * 9
        for b in range(9):
            away = abs((place - b - 0.5 + 4.5) % 9 - 4.5)
            for i, j in np.ndindex(2, 3):
                near = max(0, 1 - abs(y + 0.5 - 8 * i - 4) / 8) * max(0, 1 - abs(x + 0.5 - 8 * j - 4) / 8)
                expected[i, j, b] += size[y, x] * max(0, 1 - away) * near
    assert np.allclose(cell_histograms(image), expected)


def test_light_and_contrast_do_not_matter():
    image = stripes(0.3) + np.random.default_rng(0).normal(0, 5, (32, 32))
    assert np.allclose(hog(image), hog(2 * image + 30), atol=1e-3)
    assert np.allclose(hog(image), hog(-image))  # orientations over half a circle


def test_blocks_have_norm_1_and_flat_ones_are_0():
    image = np.full((48, 32), 7.0)
    assert hog(image).shape == (5, 3, 36) and not hog(image).any()
    image[:24] += np.random.default_rng(0).normal(0, 20, (24, 32))
    norms = np.linalg.norm(hog(image), axis=2)
    assert np.allclose(norms[:2], 1, atol=1e-3) and np.allclose(norms[4:], 0)


def test_weights_of_blocks_come_back_to_their_cells():
    weights = np.random.default_rng(0).normal(size=(3, 4, 36))
    cells = np.random.default_rng(1).normal(size=(4, 5, 9))
    blocks = np.concatenate([cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]], axis=2)
    assert np.isclose((weights * blocks).sum(), (per_cell(weights) * cells).sum())


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="image: expected finite pixels"):
        gradients(np.full((8, 8), np.nan))
    with pytest.raises(ValueError, match="image: expected finite pixels"):
        gradients(np.zeros((2, 8)))
    with pytest.raises(ValueError, match="cell: expected 1 to 16 pixels, got 20"):
        cell_histograms(np.zeros((16, 16)), 20)
    with pytest.raises(ValueError, match="image: expected at least 2 x 2 cells"):
        hog(np.zeros((8, 40)))
    with pytest.raises(ValueError, match="weights: expected blocks"):
        per_cell(np.zeros((2, 2, 9)))
