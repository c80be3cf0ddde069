"""The drawings of the page on extent show the boxes and shares that they are given."""

import numpy as np

from thesiscode.viz import weak_extent as draw


def test_both_panels_have_the_true_box_and_the_chosen_one():
    image, heat = np.zeros((20, 30, 3), np.uint8), np.arange(600.0).reshape(20, 30)
    one = draw.Example(image, heat, [(2, 3, 8, 9)], (1, 1, 5, 6), (4, 5), "dog")
    figure = draw.examples([one, one])
    assert len(figure.axes) == 4
    for ax in figure.axes:
        true, chosen = ax.patches
        assert true.get_xy() == (1.5, 2.5) and chosen.get_xy() == (0.5, 0.5)
        assert chosen.get_linestyle() == "--"
    maps = [ax for ax in figure.axes if ax.lines]
    assert [(ax.lines[0].get_xdata()[0], ax.lines[0].get_ydata()[0]) for ax in maps] == [(3.5, 4.5)] * 2


def test_the_largest_surplus_is_on_top():
    ax = draw.parts(["a: x", "b: y"], [0.3, 0.9], [0.4, 0.2], [7, 3]).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b: y (3)", "a: x (7)"]
    areas, hits = ax.lines[-2:]
    assert areas.get_xdata().tolist() == [0.2, 0.4] and hits.get_xdata().tolist() == [0.9, 0.3]


def test_lines_go_from_small_to_large_overlaps():
    curves = {"in regions": {"0.5": 0.1, "0.3": 0.2, "0.1": 0.3}, "one size": {"0.5": 0.0, "0.3": 0.3, "0.1": 0.4}}
    ax = draw.by_overlap(curves, around=["one size"]).axes[0]
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.3, 0.2, 0.1], [0.4, 0.3, 0.0]]
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.1", "0.3", "0.5"]
