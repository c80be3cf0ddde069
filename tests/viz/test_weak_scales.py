"""The drawings of the page on scales show the squares, windows, maps and curves that they are given."""

import numpy as np
import pytest

from thesiscode.viz import weak_scales as draw


@pytest.fixture
def image(rng):
    return rng.integers(0, 256, (20, 20, 3)).astype(np.uint8)


def test_squares_stand_side_by_side_in_their_sizes(image):
    (ax,) = draw.into_square(image[:15], image, [20, 14, 28], ["scene", "1", "0.7", "1.4"]).axes
    widths = [picture.get_extent()[1] - picture.get_extent()[0] for picture in ax.images]
    assert widths == [20, 20, 14, 28] and [text.get_text() for text in ax.texts] == ["scene", "1", "0.7", "1.4"]


def test_each_scale_has_its_window_and_its_maximum(image, rng):
    scales = [
        draw.AtScale(factor, np.kron(image, np.ones((factor, factor, 1), np.uint8)), rng.random((2, 3)), (10, 12))
        for factor in (1, 2)
    ]
    figure = draw.many_scales(scales, 6, "dog", 0.5)
    above, below = figure.axes[:2], figure.axes[2:4]
    assert [ax.patches[0].get_xy() for ax in above] == [(7, 9)] * 2
    assert [ax.get_title() for ax in below] == [f"{one.map.max():+.1f}" for one in scales]
    assert len({ax.images[0].get_clim() for ax in below}) == 1


def test_a_map_lies_on_its_image_with_a_cross_at_its_maximum(image):
    heat = np.zeros((3, 3))
    heat[1, 2] = 1
    at = np.array([2.0, 6, 10])
    example = draw.Example(image, [(2, 3, 8, 9)], heat, at, at)
    figure = draw.evolution({"step 3": [example, example], "step 9": [example, example]}, -1, 1)
    below = figure.axes[2]
    assert [len(ax.images) for ax in figure.axes[:6]] == [1] * 6 and below.get_ylabel() == "step 3"
    assert below.images[0].get_extent() == [-0.5, 11.5, 11.5, -0.5] and below.images[0].get_clim() == (-1, 1)
    assert below.lines[0].get_xydata()[0].tolist() == [9.5, 5.5]
    assert figure.axes[0].get_xlim() == below.get_xlim() == (-0.5, 19.5)


def test_curves_go_over_the_steps():
    (ax,) = draw.by_step([0, 10], {"a": [0.1, 0.2], "b": [0.3, 0.4]}, ylabel="share", ylim=(0, 1)).axes
    assert [line.get_ydata().tolist() for line in ax.lines] == [[0.1, 0.2], [0.3, 0.4]] and ax.get_ylim() == (0, 1)
