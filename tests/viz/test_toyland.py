"""The drawings of the data page show the boxes, numbers and medians that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from thesiscode.viz import toyland as draw


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_transparent_layer_is_white_and_an_opaque_one_itself():
    layer = np.zeros((2, 2, 4), np.uint8)
    layer[0] = (10, 20, 30, 255)
    picture = draw.on_white(layer)
    assert (picture[0] == (10, 20, 30)).all() and (picture[1] == 255).all()


def test_a_box_covers_its_pixels_and_carries_its_name():
    _, ax = plt.subplots()
    ax.imshow(np.zeros((20, 30)))
    draw.draw_boxes(ax, [(3, 4, 13, 10)], ["dog"])
    (box,) = ax.patches
    assert box.get_xy() == (2.5, 3.5) and (box.get_width(), box.get_height()) == (10, 6)
    assert [text.get_text() for text in ax.texts] == ["dog"]


def test_a_heat_table_writes_every_number():
    values = np.array([[0.25, 0.75], [0.5, 0.5]])
    figure = draw.heat_table(values, ["a", "b"], ["x", "y"], label="share")
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == ["0.25", "0.75", "0.50", "0.50"]


def test_histograms_name_their_medians():
    figure = draw.size_histograms({"one": np.array([0.1, 0.2, 0.9]), "two": np.array([0.5, 0.5])})
    titles = [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes]
    assert "0.20" in titles[0] and "0.50" in titles[1]


def test_bars_stand_at_the_mean_of_their_values():
    figure = draw.bars_with_range({"a": [0.2, 0.4], "b": [0.9]}, chance=0.25, xlabel="accuracy")
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([0.3, 0.9])
