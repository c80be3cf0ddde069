"""The drawings of the page on two-sample tests show what they are given."""

import numpy as np
import pytest

from thesiscode.viz import twosample_tests as draw


def entry(rejected, of=10):
    return {"rejected": rejected, "of": of, "low": max(0.0, rejected / of - 0.1), "high": min(1.0, rejected / of + 0.1)}


def test_bars_are_shares_and_lines_are_the_curves():
    figure = draw.null_distribution([4, 5, 5, 6], 10, {"binomial": np.full(11, 0.1), "normal": np.full(11, 0.2)})
    (ax,) = figure.axes
    assert [bar.get_height() for bar in ax.patches][4:7] == [0.25, 0.5, 0.25]
    assert [line.get_ydata()[0] for line in ax.lines] == [0.1, 0.2]


def test_the_threshold_stands_where_it_was_put_and_nothing_falls_off():
    (ax,) = draw.power(np.array([0.1, 0.5]), np.array([0.6, 0.99]), 100, 0.55, "title").axes
    assert ax.lines[0].get_xdata()[0] == 0.55
    shares = [sum(bar.get_height() for bar in group) for group in ax.containers[:1]]
    assert shares == [pytest.approx(1.0)]


def test_surest_points_and_bars_of_features():
    points = np.array([[0.0, 1], [2, 3], [1, 1]])
    left, right = draw.betrayed(points, np.array([False, True, True]), [0, 1], np.array([0.1, -0.01])).axes
    bold = [c.get_offsets() for c in left.collections if c.get_label().endswith("surest")]
    assert [list(b[0]) for b in bold] == [[0, 1], [2, 3]] and all(len(b) == 1 for b in bold)
    assert [bar.get_width() for bar in right.patches] == pytest.approx([10, -1])


def test_densities_are_shaded_by_the_larger_one():
    z = np.linspace(-1, 1, 5)
    (ax,) = draw.densities(z, np.full(5, 0.2), np.array([0.1, 0.1, 0.3, 0.3, 0.3]), ["p", "q"]).axes
    assert [line.get_label() for line in ax.lines] == ["p", "q"] and len(ax.collections) == 2


def test_error_curves_show_what_was_missed_and_leave_out_what_was_not_run():
    cells = [{"n": 50, "C2ST-KNN": entry(2), "MMD, quadratic": entry(5)}, {"n": 100, "C2ST-KNN": entry(9)}]
    figure = draw.error_curves({"one": cells, "two": cells, "three": cells}, list(draw.LINES))
    assert [ax.get_title() for ax in figure.axes[:3]] == ["one", "two", "three"]
    knn, mmd = figure.axes[0].containers
    assert list(knn[0].get_ydata()) == pytest.approx([0.8, 0.1]) and list(mmd[0].get_xdata()) == [50]
    low, high = knn[2][0].get_segments()[0][:, 1]
    assert (low, high) == pytest.approx((0.7, 0.9))
    assert len(figure.axes[3].get_legend().get_texts()) == 2  # the empty place takes the legend
