"""The drawings of Sections B.4 and B.5 show the numbers that they are given, and refuse what they cannot draw."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from thesiscode import scratch
from thesiscode.viz import appendix_b_convolution as convolution
from thesiscode.viz import appendix_b_tensors as draw


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_draw_cells_writes_every_number_of_panels_and_cells():
    x = np.arange(100.0, 125).reshape(5, 5)
    parts = scratch.cells(x[None, None], 3, 2)[0, 0]
    y = np.array([[1.0, 2], [3, 4]])
    panels = draw.Panel("input", x, frames="cells"), draw.Panel("output", y, frames="entries")
    written = texts(draw.draw_cells(draw.Steps([panels[0]], parts, [panels[1]]), stride=2))
    for value in x.ravel():
        assert written.count(f"{value:g}") == 1 + np.sum(parts == value)
    assert {"input", "output", "cells", "1", "2", "3", "4"} <= set(written)


def test_draw_cells_writes_no_negative_zero():
    parts = -np.zeros((1, 1, 2, 2))
    panel = draw.Panel("x", np.ones((2, 2)))
    assert "-0" not in texts(draw.draw_cells(draw.Steps([panel], parts, [panel])))


def test_draw_cells_rejects_cells_without_four_dimensions():
    panel = draw.Panel("x", np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"parts has shape \(2, 2\), expected four dimensions"):
        draw.draw_cells(draw.Steps([panel], np.ones((2, 2)), [panel]))


def test_draw_cells_rejects_unknown_frames():
    panel = draw.Panel("x", np.ones((2, 2)), frames="all")
    with pytest.raises(ValueError, match="frames is 'all', expected"):
        draw.draw_cells(draw.Steps([panel], np.ones((1, 1, 2, 2)), [panel]))


def test_symbols_count_from_one():
    assert draw.symbols("x", 2, 3).tolist() == [
        ["$x_{11}$", "$x_{12}$", "$x_{13}$"],
        ["$x_{21}$", "$x_{22}$", "$x_{23}$"],
    ]


def test_draw_rgb_names_every_entry_of_the_tensor():
    written = texts(draw.draw_rgb(np.zeros((2, 3, 3), np.uint8)))
    assert {f"$x_{{{a}{b}{c}}}$" for a in (1, 2, 3) for b in (1, 2) for c in (1, 2, 3)} <= set(written)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (10, 3, 3)])
def test_draw_rgb_rejects_what_is_not_a_small_colour_image(shape):
    with pytest.raises(ValueError, match="image has shape"):
        draw.draw_rgb(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(("offset", "padding"), [((0, 0), 1), ((1, 2), 1), ((2, 0), 0), ((1, 1), 0), ((2, 2), 2)])
def test_draw_offset_places_what_the_convolution_adds(offset, padding):
    """The third map of the drawing is a convolution with a kernel that is 1 at the offset and 0 elsewhere."""
    pixels, w = np.arange(1.0, 17).reshape(1, 1, 4, 4), np.zeros((1, 1, 3, 3))
    w[0, 0][offset] = 1
    y = scratch.convolve(pixels, w, np.zeros(1), padding=padding, method="loops")[0, 0]
    written = texts(convolution.draw_offset(4, 3, offset, padding))
    for pixel in range(16):
        assert written.count(str(pixel)) == 2 + np.sum(y == pixel + 1)


def test_draw_offset_rejects_an_offset_outside_of_the_kernel():
    with pytest.raises(ValueError, match=r"offset is \(3, 0\), expected rows and columns of a 3 x 3 kernel"):
        convolution.draw_offset(4, 3, (3, 0), 0)


def test_draw_product_writes_the_product():
    x, w = np.arange(16.0).reshape(1, 1, 4, 4), np.full((2, 1, 3, 3), 7.0)
    columns = scratch.cells(x, 3)[0, 0].reshape(4, 9).T
    y = scratch.convolve(x, w, np.zeros(2))[0]
    written = texts(convolution.draw_product(x[0, 0], w[:, 0], columns, y))
    for value in y.ravel():
        assert written.count(f"{value:g}") == 2 * np.sum(y == value)  # in the product and in the maps
    assert written.count("7") == 2 * 2 * 9 + 1 + np.sum(columns == 7)


def test_draw_layer_rejects_more_kernels_than_fit():
    with pytest.raises(ValueError, match="expected 1 to 4 kernels"):
        convolution.draw_layer((3, 6, 6), (5, 3, 3, 3), (5, 4, 4))


def test_draw_cover_writes_the_counts():
    counts = np.arange(20.0, 36).reshape(4, 4)
    assert {f"{value:g}" for value in counts.ravel()} <= set(texts(draw.draw_cover([counts], [2], [2])))


def test_draw_responses_has_a_row_for_each_kernel():
    figure = convolution.draw_responses(
        np.zeros((8, 6, 3)), [np.ones((3, 3, 3)), np.ones((3, 5, 5))], [np.ones((6, 4))] * 2
    )
    assert len(figure.axes) == 6
