"""The drawings of the page on sliding show the sides, places, windows and costs that they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from thesiscode.viz import COLORS, tint
from thesiscode.viz import weak_sliding as draw


def test_cells_that_only_the_larger_image_needs_are_yellow():
    figure = draw.sharing([6, 2, 1], [8, 4, 3], ["a", "b"])
    (ax,) = figure.axes
    yellow = to_rgba(tint(COLORS["accent"], 0.72))
    pale = to_rgba(tint(COLORS["data"], 0.94))
    cells = [patch.get_facecolor() for patch in ax.patches]
    assert cells.count(pale) == 2 * (36 + 4 + 1)
    assert cells.count(yellow) == (64 - 36) + (16 - 4) + (9 - 1)
    assert [t.get_text() for t in ax.texts].count("a") == 2


def test_every_unit_has_a_dot_and_every_window_its_frame():
    image = np.zeros((30, 40, 3), np.uint8)
    (ax,) = draw.places(image, [4, 12, 20], [4, 12], {"first": (0, 0, 8, 8), "second": (8, 0, 16, 8)}).axes
    (dots,) = ax.collections
    assert len(dots.get_offsets()) == 6 and dots.get_offsets()[0].tolist() == [3.5, 3.5]
    assert [frame.get_xy() for frame in ax.patches] == [(-0.5, -0.5), (7.5, -0.5)]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["first", "second"]


def test_influence_is_relative_to_its_maximum_and_logarithmic():
    strength = np.array([[5.0, 0.5], [0.0, 0.05]])
    ax = draw.influence(strength, {"window": (0, 0, 2, 2)}).axes[0]
    assert ax.images[0].get_array().tolist() == [[0, -1], [-4, -2]]
    assert ax.patches[0].get_width() == 2


def test_maps_share_one_scale(rng):
    maps = {"a": rng.random((3, 4)), "b": 5 * rng.random((3, 4))}
    figure = draw.map_pair(np.zeros((30, 40, 3), np.uint8), maps)
    limits = {ax.images[0].get_clim() for ax in figure.axes[1:3]}
    assert limits == {(min(m.min() for m in maps.values()), maps["b"].max())}
    assert [ax.get_title(loc="left") for ax in figure.axes[:3]] == ["the image", "a", "b"]


def test_costs_stand_side_by_side_with_their_ratio():
    (ax,) = draw.cost_bars({"conv1": (100, 5), "fc6": (7, 7)}).axes
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([100, 7, 5, 7])
    assert [text.get_text() for text in ax.texts] == ["÷ 20", "÷ 1"]
