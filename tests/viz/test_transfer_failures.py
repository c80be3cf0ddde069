"""The drawings of the page on failures show the counts, means and intervals that they are given."""

import numpy as np
import pytest

from thesiscode.engine import Interval
from thesiscode.viz import transfer_failures as draw


def test_sizes_have_their_means_intervals_and_numbers():
    groups = {(0.0, 0.2): Interval(0.5, 0.4, 0.6, 12), (0.2, 1.0): Interval(0.7, float("nan"), float("nan"), 1)}
    figure = draw.size_panels(np.array([0.1, 0.5]), {"middle": [3, 9], "corner": [1, 2]}, groups)
    above, below = figure.axes
    assert [line.get_ydata().tolist() for line in above.lines] == [[3, 9], [1, 2]]
    segments = [collection.get_segments()[0].tolist() for collection in below.collections]
    assert segments == [[[0, 0.5], [0.2, 0.5]], [[0.1, 0.4], [0.1, 0.6]], [[0.2, 0.7], [1, 0.7]]]
    assert {"12", "1", "chance"} == {text.get_text() for text in below.texts}


def test_a_map_stands_beside_its_image_and_keeps_its_range():
    image, heat = np.zeros((20, 30, 3), np.uint8), np.full((20, 30), 0.9)
    figure = draw.image_and_map(image, heat, [(2, 3, 8, 9)], "dog", highest=0.6)
    left, right = figure.axes[:2]
    assert (left.get_title(loc="left") or left.get_title()) == "dog" and right.images[0].get_clim() == (0, 0.6)
    assert [patch.get_xy() for ax in (left, right) for patch in ax.patches] == [(1.5, 2.5)] * 2


def test_a_table_of_heat_leaves_zeros_blank():
    figure = draw.heat(np.array([[0, 2], [3, 0]]), ["a", "b"], ["x", "y"], text="{:.0f}", split=1)
    ax = figure.axes[0]
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [("2", (1, 0)), ("3", (0, 1))]
    assert ax.lines[0].get_xdata()[0] == 0.5


def test_classes_stand_in_the_order_of_their_breeds():
    gains = np.array([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]])
    figure = draw.gain_by_breeds([20, 0, 6], gains, ["dog", "person", "car"], ylabel="gain")
    ax = figure.axes[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["person 0", "car 6", "dog 20"]
    seeds, mean = [line.get_ydata() for line in ax.lines if line.get_marker() == "o"][0:2], ax.lines[-2].get_ydata()
    assert seeds[0].tolist() == [0.2, 0.3, 0.1] and seeds[1].tolist() == [0.2, 0.1, 0.3]
    assert mean == pytest.approx([0.2, 0.2, 0.2])
