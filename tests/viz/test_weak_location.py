"""The drawings of the page on location show the points, curves and shares that they are given."""

import numpy as np
import pytest

from thesiscode.viz import weak_location as draw


def test_a_cross_stands_at_its_point_and_boxes_at_their_edges():
    image = np.zeros((20, 30, 3), np.uint8)
    cells = [draw.Found(image, [(2, 3, 8, 9)], (10.5, 4.5), "dog"), draw.Found(image[:, :20], [], (0.5, 0.5), "cat")]
    axes = draw.crosses(cells, columns=2).axes
    assert [ax.get_title(loc="left") for ax in axes] == ["dog", "cat"]
    # The first pixel reaches from 0 to 1 in the frame of points, from -0.5 to 0.5 in that of imshow.
    assert [ax.lines[0].get_xydata()[0].tolist() for ax in axes] == [[10, 4], [0, 0]]
    assert axes[0].patches[0].get_xy() == (1.5, 2.5) and not axes[1].patches
    assert {ax.get_xlim()[1] - ax.get_xlim()[0] for ax in axes} == {30}


def test_curves_go_through_their_values_below_the_ceiling():
    figure = draw.by_tolerance([0, 5, 18], {"weak": [0.3, 0.4, 0.5], "centre": [0.1, 0.2, 0.3]}, marked=5, ceiling=0.6)
    (ax,) = figure.axes
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [[0.3, 0.4, 0.5], [0.1, 0.2, 0.3]]
    assert list(ax.lines[2].get_xdata()) == [5, 5] and list(ax.lines[3].get_ydata()) == [0.6, 0.6]


def test_shares_follow_one_another():
    names = list(draw.PLACES)
    figure = draw.places({"weak": dict(zip(names, (0.5, 0.2, 0.2, 0.1), strict=True))})
    (ax,) = figure.axes
    assert [bar.get_x() for bar in ax.patches] == pytest.approx([0, 0.5, 0.7, 0.9])
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.5, 0.2, 0.2, 0.1])
    assert ax.texts[0].get_text() == "50%"
