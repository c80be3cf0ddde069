"""The drawings of the page on actions show the boxes, shares and scores that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from thesiscode.engine import Interval
from thesiscode.viz import transfer_actions as draw


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def picture(height=20, width=30):
    return np.zeros((height, width, 3), np.uint8)


def test_every_person_has_a_box_and_every_scene_its_actions():
    boxes = [[(1, 2, 9, 12), (10, 3, 15, 9)], [(0, 0, 5, 5)]]
    figure = draw.draw_people([picture(), picture()], boxes, [["run", "other"], ["jump"]])
    assert [len(ax.patches) for ax in figure.axes[:2]] == [2, 1]
    assert [ax.get_title() for ax in figure.axes[:2]] == ["run; other", "jump"]


def test_the_square_is_drawn_beyond_the_image_and_its_border_inside_of_the_square():
    figure = draw.draw_square(picture(), (1, 2, 9, 12), (-4, 1, 15), picture(15, 15), picture(8, 8))
    box, square = figure.axes[0].patches
    assert box.get_xy() == (0.5, 1.5)
    assert square.get_xy() == (-4.5, 0.5) and square.get_width() == square.get_height() == 15
    left, right = figure.axes[0].get_xlim()
    assert left < -4 and right > 30
    (border,) = figure.axes[1].lines  # only the left side leaves the image
    assert border.get_xdata()[0] == 3.5
    assert figure.axes[2].get_title() == "patch, 8 × 8"


def test_rows_stand_at_their_means_with_intervals_where_known():
    known, single = Interval(60.0, 50.0, 70.0, 3), Interval(40.0, float("nan"), float("nan"), 1)
    figure = draw.draw_rows({"here": {"a": [known, single], "b": [single, known]}}, ["run", "mAP"], xlabel="AP")
    ax = figure.axes[0]
    points = [line.get_xdata() for line in ax.lines]
    assert [60.0, 40.0] in [list(p) for p in points] and [40.0, 60.0] in [list(p) for p in points]
    ends = ax.collections[0].get_segments()
    assert np.allclose(ends[0][:, 0], [50, 70]) and np.allclose(ends[1][:, 0], [40, 40])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["run", "mAP"]


def test_depths_have_a_line_a_name():
    lines = {"a": np.array([0.2, 0.4]), "b": np.array([0.3, 0.1])}
    figure = draw.draw_depths({"mean": lines, "kinds": lines | {"c": np.array([0.5, 0.6])}}, ["pool1", "relu7"])
    assert [[list(line.get_ydata()) for line in ax.lines] for ax in figure.axes] == [
        [[0.2, 0.4], [0.3, 0.1]],
        [[0.2, 0.4], [0.3, 0.1], [0.5, 0.6]],
    ]
    assert [label.get_text() for label in figure.axes[1].get_xticklabels()] == ["pool1", "relu7"]


def test_confusion_writes_percentages_and_tells_right_from_wrong():
    shares = np.array([[0.75, 0.25], [0.0, 1.0]])
    ax = draw.draw_confusion(shares, ["run", "walk"], ["run", "walk"]).axes[0]
    assert [text.get_text() for text in ax.texts] == ["75", "25", "100"]
    colors = [patch.get_facecolor() for patch in ax.patches]
    assert colors[0][:3] == colors[3][:3] != colors[1][:3]
    assert [color[3] for color in colors] == [0.75, 0.25, 0.0, 1.0]


def test_pairs_are_joined_in_the_order_given():
    figure = draw.draw_pairs({"bike": (0.9, 0.3), "run": (0.8, 0.7)}, labels=("all", "bare"), xlabel="AP")
    ax = figure.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bike", "run"]
    joined = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert joined == [[0.9, 0.3], [0.8, 0.7]]


def test_maps_fill_their_own_range_and_show_the_box():
    maps = [np.linspace(0, 0.2, 600).reshape(20, 30), np.linspace(0.4, 0.8, 600).reshape(20, 30)]
    figure = draw.draw_maps([picture()] * 2, maps, [(1, 2, 9, 12)] * 2, ["run", "jump"], columns=2)
    heats = [ax.get_images()[0] for ax in figure.axes[2:4]]
    assert [heat.get_clim() for heat in heats] == [(0, 1)] * 2
    assert [(heat.get_array().min(), heat.get_array().max()) for heat in heats] == [(0, 1), (0.5, 1)]
    assert figure.axes[2].patches[0].get_xy() == (0.5, 1.5)
    assert [ax.get_title() for ax in figure.axes[:2]] == ["run", "jump"]
