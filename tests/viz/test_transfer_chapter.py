"""The pictures of the chapter show the patches, maps and intervals that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from thesiscode.viz.transfer_chapter import scene_to_map
from thesiscode.viz.transfer_experiments import interval_curve, interval_rows

ROW = {"mean": 30.0, "low": 25.0, "high": 36.0}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_best_patches_are_outlined():
    patches = np.array([[0, 0, 10, 10], [5, 5, 15, 15], [10, 0, 20, 10]])
    figure = scene_to_map(
        np.zeros((20, 30, 3), np.uint8), patches, np.array([0.1, 0.9, 0.5]), np.full((20, 30), 0.5), "dog", best=2
    )
    outlined = figure.axes[1].patches
    assert [box.get_xy() for box in outlined] == [(4.5, 4.5), (9.5, -0.5)]
    assert "dog" in figure.axes[2].get_title(loc="left") + figure.axes[2].get_title()


def test_rows_show_mean_interval_and_runs_from_the_top():
    figure = interval_rows({"no pretrain": ROW, "related": ROW}, xlabel="mAP", values={"related": [28, 32]})
    ax = figure.axes[0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["no pretrain", "related"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    bar, dot, *_ = ax.lines
    assert list(bar.get_xdata()) == [25, 36] and list(dot.get_xdata()) == [30]
    assert list(ax.lines[-1].get_xdata()) == [28, 32]


def test_a_curve_has_its_interval_as_a_band():
    _, ax = plt.subplots()
    interval_curve(ax, [1, 2], [ROW, ROW], label="a", color="k")
    (band,) = ax.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (25, 36) and list(ax.lines[0].get_ydata()) == [30, 30]
