"""The drawings of the page on context show the values that they are given."""

import numpy as np

from thesiscode.viz import weak_context as draw
from thesiscode.weak.context import ContextShare


def test_the_class_that_loses_most_is_on_top():
    ax = draw.gaps(["a", "b", "c"], [0.5, 0.9, 0.4], [0.4, 0.2, 0.45]).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a", "c"]
    blue, green = ax.lines[-2:]
    assert blue.get_xdata().tolist() == [0.9, 0.5, 0.4] and green.get_xdata().tolist() == [0.2, 0.4, 0.45]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_both_pictures_have_the_box_and_a_cross_of_their_own():
    picture = np.zeros((20, 30, 3), np.uint8)
    figure = draw.twice([picture, picture], [(2, 3, 8, 9)], [(5, 6), (20, 1)], ["home", "away"])
    for ax, (x, y), title in zip(figure.axes, [(5, 6), (20, 1)], ["home", "away"], strict=True):
        assert ax.patches[0].get_xy() == (1.5, 2.5)
        assert (ax.lines[0].get_xdata()[0], ax.lines[0].get_ydata()[0]) == (x - 0.5, y - 0.5)
        assert title in (ax.get_title(), ax.get_title(loc="left"))


def test_shares_are_sorted_and_clipped_and_unknown_ones_have_no_mark():
    found = {
        "low": ContextShare(0.1, -0.1, 0.3, 0.1, 1.0),
        "unknown": ContextShare(float("nan"), float("nan"), float("nan"), 0.1, -1.0),
        "high": ContextShare(0.9, 0.5, 9.0, 0.9, 1.0),
    }
    ax = draw.shares(found, limits=(-1, 2)).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["high", "low", "unknown"]
    dots = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines if line.get_marker() == "o"]
    assert dots == [(0.9, 0), (0.1, 1)]
    arrows = [line.get_xdata()[0] for line in ax.lines if line.get_marker() in "<>"]
    assert arrows == [2] and len(ax.texts) == 1


def test_the_other_order_has_a_hollow_mark_in_the_row_of_its_name():
    first = {"a": ContextShare(0.2, 0.1, 0.3, 0.2, 1.0), "b": ContextShare(0.9, 0.8, 1.0, 0.9, 1.0)}
    other = {"a": ContextShare(0.6, 0.5, 0.7, 0.6, 1.0), "b": ContextShare(5.0, 4.0, 6.0, 5.0, 1.0)}
    ax = draw.shares(first, last=other, limits=(-1, 2)).axes[0]
    marks = {line.get_ydata()[0]: line for line in ax.lines if line.get_marker() == "D"}
    assert {y: line.get_xdata()[0] for y, line in marks.items()} == {0: 2, 1: 0.6}  # b on top, clipped
    assert marks[0].get_markerfacecolor() == "white"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["place first", "place last"]
    assert draw.shares(first).axes[0].get_legend() is None


def test_effects_of_places_are_written_in_their_cells():
    ax = draw.place_effects(["a", "b"], ["sea", "room"], np.array([[1.0, -0.5], [-1.0, 0.5]])).axes[0]
    assert [text.get_text() for text in ax.texts] == ["+1.0", "-0.5", "-1.0", "+0.5"]
    assert ax.images[0].get_clim() == (-1, 1)
