"""The drawings of the page on what came after show the maps and shares that they are given."""

import numpy as np
import pytest

from thesiscode.viz import weak_after as draw


def test_every_map_has_its_name_box_and_point():
    image, heat = np.zeros((20, 30, 3), np.uint8), np.arange(600.0).reshape(20, 30)
    points = {"average": (3, 4), "maximum": (20, 10)}
    figure = draw.maps_beside(image, [(2, 3, 8, 9)], {"average": heat, "maximum": -heat}, points, "dog")
    titles = [ax.get_title() or ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["dog", "average", "maximum"]
    assert all(ax.patches[0].get_xy() == (1.5, 2.5) for ax in figure.axes)
    marks = [(ax.lines[0].get_xdata()[0], ax.lines[0].get_ydata()[0]) for ax in figure.axes[1:]]
    assert marks == [(2.5, 3.5), (19.5, 9.5)]


def test_shares_add_up_from_the_largest():
    ax = draw.spreads({"a": np.array([0.1, 0.6, 0.3]), "b": np.array([0.0, 1.0, 0.0])}).axes[0]
    first, second = ax.lines[:2]
    assert first.get_ydata() == pytest.approx([0.6, 0.9, 1.0]) and second.get_ydata() == pytest.approx([1, 1, 1])
    assert first.get_xdata().tolist() == [1, 2, 3] and ax.get_xscale() == "log"
