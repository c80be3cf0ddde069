"""The drawings of the page on the inside of a network show the tiles, numbers and frames that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from thesiscode.engine import Interval
from thesiscode.viz import transfer_inside as draw


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_pixels_become_bytes_and_back():
    image = torch.arange(256).float().view(1, 16, 16).expand(3, -1, -1) / 127.5 - 1
    assert np.array_equal(draw.to_bytes(image)[..., 0].ravel(), np.arange(256))
    assert draw.to_bytes(torch.full((3, 1, 1), 2.0)).tolist() == [[[255, 255, 255]]]


def test_signed_values_are_grey_at_zero_and_keep_their_sign():
    values = torch.zeros(3, 2, 2)
    values[0, 0, 0], values[0, 1, 1] = 4.0, -4.0
    red = draw.signed(values, 1.0)[..., 0]
    assert red[0, 0] == 255 and red[1, 1] == 0 and red[0, 1] in (127, 128)
    assert len(np.unique(draw.signed(torch.zeros(3, 2, 2)))) == 1


@pytest.mark.parametrize(
    ("window", "corner"),
    [((3, 4, 8, 9), (3, 4)), ((0, 2, 3, 7), (0, 2)), ((7, 0, 10, 2), (5, 0)), ((0, 8, 10, 12), (0, 7))],
)
def test_a_tile_holds_the_window_and_stays_inside(window, corner):
    pixels = torch.arange(10 * 12).view(1, 10, 12).expand(3, -1, -1)
    tile = draw.tile(pixels, window, 5)
    assert tile.shape == (3, 5, 5)
    assert tile[0, 0, 0] == corner[0] * 12 + corner[1]


def test_filters_stand_under_their_names():
    filters = torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    figure = draw.draw_filters({"before": filters, "after": filters}, columns=3)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes] == ["before", "after"]
    (grid,) = figure.axes[0].get_images()
    assert np.array_equal(np.asarray(grid.get_array())[:4, 5:9], draw.signed(filters[1], 1.0))


def test_a_window_is_drawn_around_its_pixels():
    figure = draw.draw_windows([np.zeros((20, 20, 3), np.uint8)], [(2, 3, 9, 13)], ["relu2"])
    (box,) = figure.axes[0].patches
    assert box.get_xy() == (2.5, 1.5) and (box.get_width(), box.get_height()) == (10, 7)


def test_a_ladder_writes_every_number_and_every_step():
    arrays = [np.array([[1.0, 2, 3]]), np.array([[4.0, 5], [6, 7]]), np.array([[8.0]])]
    columns = {"up": arrays, "down": [array + 10 for array in arrays]}
    steps = {"up": ["a", "b"], "down": ["c", "d"]}
    figure = draw.draw_ladder(columns, steps, {("down", 1): {(0, 1): "#ff0000"}})
    written = {text.get_text() for text in figure.axes[0].texts}
    assert {str(n) for n in [*range(1, 9), *range(11, 19)]} | {"up", "down", "a", "b", "c", "d"} <= written


def test_each_unit_has_its_patches_and_its_projections():
    tiles = [np.full((12, 12, 3), k, np.uint8) for k in range(9)]
    unit = draw.Unit("unit 3", tiles, tiles[::-1])
    figure = draw.draw_units({"relu2": [unit, unit], "relu5": [unit, unit]})
    titles = [ax.get_title() or ax.get_title(loc="left") for ax in figure.axes]
    assert titles.count("relu2, unit 3") == titles.count("relu5, unit 3") == 2
    grids = [np.asarray(ax.get_images()[0].get_array())[..., 0] for ax in figure.axes]
    assert len(grids) == 4
    for grid in grids:
        projections = grid[:, -grid.shape[0] :]
        assert grid[0, 0] == 0 and grid[-1, grid.shape[0] - 1] == 8 and projections[0, 0] == 8
        assert (grid[:, grid.shape[0] : -grid.shape[0]] == 255).all()


def test_neighbours_are_framed_by_whether_they_are_the_same():
    query = np.zeros((6, 6, 3), np.uint8)
    found = {"FC7": [[query, query]], "pixels": [[query, query]]}
    figure = draw.draw_neighbours([query], found, {"FC7": [[True, True]], "pixels": [[False, True]]})
    frames = figure.axes[0].patches
    assert len(frames) == 4
    assert len({frame.get_edgecolor() for frame in frames}) == 2
    assert frames[0].get_edgecolor() == frames[3].get_edgecolor() != frames[2].get_edgecolor()
    assert [text.get_text() for text in figure.axes[0].texts] == ["query", "FC7", "pixels"]


def test_lines_by_layer_pass_through_the_means():
    values = [Interval(0.2, 0.1, 0.3, 5), Interval(0.6, 0.5, 0.7, 5)]
    figure = draw.draw_by_layer({"class": {"trained": values, "twin": values}}, ["1", "2"], 0.1, "share")
    lines = [line.get_ydata() for line in figure.axes[0].lines if len(line.get_ydata()) == 2]
    assert sum(np.allclose(line, [0.2, 0.6]) for line in lines) >= 2
    assert [text.get_text() for text in figure.axes[0].texts] == ["random images"]
