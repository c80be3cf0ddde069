"""The drawings of the page on max-pooling show the shapes, windows, gradients and shares that they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from thesiscode.viz import COLORS
from thesiscode.viz import weak_max_pooling as draw

IMAGE = np.zeros((30, 40, 3), np.uint8)


def titles(figure):
    return [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")]


def test_the_architecture_names_every_shape():
    (ax,) = draw.architecture((512, 11, 10), (256, 11, 10), (12, 11, 10), 144).axes
    words = [text.get_text() for text in ax.texts]
    assert {"3 × 144 × 144", "512 × 11 × 10", "256 × 11 × 10", "12 × 11 × 10", "12 × 1 × 1"} <= set(words)


def test_a_step_goes_up_for_a_class_that_is_there_and_down_for_others():
    steps = [draw.Step("dog", True, (1, 2, 11, 12), 0.5, 0.75), draw.Step("car", False, (3, 4, 9, 9), 1, 0.5)]
    figure = draw.training_step(IMAGE, "dog", steps)
    assert titles(figure) == ["label: dog\n", "↑ dog (present)\n0.50 → 0.75", "↓ car (absent)\n1.00 → 0.50"]
    frames = [ax.patches[0] for ax in figure.axes[1:]]
    assert [frame.get_xy() for frame in frames] == [(0.5, 1.5), (2.5, 3.5)]
    assert [frame.get_edgecolor() for frame in frames] == [to_rgba(COLORS[c]) for c in ("output", "gradient")]


def test_gradients_are_relative_to_their_own_maximum():
    strength = np.zeros((30, 40))
    strength[3, 4], strength[5, 6] = 8, 2
    figure = draw.pixel_gradients(IMAGE, {"max": strength, "mean": 2 * strength}, [(0, 0, 5, 5), None])
    shown = [ax.images[0].get_array() for ax in figure.axes[1:3]]
    assert shown[0][3, 4] == shown[1][3, 4] == 1 and shown[0][5, 6] == pytest.approx(0.5)
    assert [len(ax.patches) for ax in figure.axes[1:3]] == [1, 0]


def test_mining_marks_the_best_unit():
    probabilities = np.array([[0.1, 0.2], [0.75, 0.3]])
    right = draw.mining(IMAGE, probabilities, (0, 0, 8, 8), "step 3").axes[1]
    assert right.patches[0].get_xy() == (-0.5, 0.5) and right.get_title(loc="left") == "best window: 0.75"


def test_shares_of_windows_sum_to_one():
    (ax,) = draw.window_histogram(np.array([0.01, 0.02, 0.9]), np.array([0.9])).axes
    tops = [poly.get_xy()[:, 1].max() for poly in ax.patches]
    assert tops == pytest.approx([2 / 3, 2 / 3, 1, 1])


def test_every_measurement_has_its_panel():
    found = {"maps": {"a": 0.5, "b": 1.0}, "units": {"a": 0.25, "b": 3.0}}
    figure = draw.dropout_bars(found)
    assert titles(figure) == ["a", "b"]
    assert [bar.get_height() for bar in figure.axes[1].patches] == [1, 3]
