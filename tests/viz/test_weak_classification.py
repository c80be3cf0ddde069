"""The drawings of the page on classification show the seeds, intervals and scales that they are given."""

import numpy as np
import pytest

from thesiscode.engine import Interval
from thesiscode.viz import weak_classification as draw


def test_each_seed_has_a_ring_and_the_mean_a_dot():
    (ax,) = draw.seed_rows({"a": [1.0, 3.0], "b": [2.0]}, xlabel="mAP").axes
    assert [line.get_xdata().tolist() for line in ax.lines] == [[1, 3], [2], [2], [2]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"] and ax.get_xlim()[0] == 0
    (ax,) = draw.seed_rows({"a": [-1.0]}, xlabel="difference", zero=True).axes
    assert list(ax.lines[-1].get_xdata()) == [0, 0] and ax.get_xlim()[0] < -1


def test_sizes_have_their_intervals_and_numbers():
    weak = [Interval(0.7, 0.6, 0.8, 12), Interval(0.8, 0.75, 0.9, 30)]
    groups = {"weak": weak, "full": [Interval(0.5, 0.4, 0.6, 12), Interval(0.6, 0.5, 0.7, 30)]}
    (ax,) = draw.by_size([0, 0.3, 1], groups, [12, 30]).axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0 to 0.3\n(12)", "0.3 to 1\n(30)"]
    bars = [container.lines[2][0].get_segments() for container in ax.containers]
    assert np.array(bars)[0, :, :, 1] == pytest.approx(np.array([[0.6, 0.8], [0.75, 0.9]]))


def test_scales_stand_in_their_order():
    (ax,) = draw.by_scale([0.5, 1, 2], [0.2, 0.4, 0.3], 0.5).axes
    assert ax.lines[0].get_ydata().tolist() == [0.2, 0.4, 0.3] and list(ax.lines[1].get_ydata()) == [0.5, 0.5]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.5", "1", "2"]
