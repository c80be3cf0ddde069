"""Pictures of architectures show what the description holds."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.patches import Rectangle
from torch import nn

from thesiscode.nets import AlexNet, describe
from thesiscode.viz import architecture


@pytest.fixture(scope="module")
def layers():
    with torch.device("meta"):
        return describe(AlexNet(), (3, 224, 224))


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_blocks_carry_the_shapes_and_the_operators(layers):
    shown = texts(architecture.draw_blocks(layers))
    shapes = [text for text in shown if text[0].isdigit()]
    assert shapes[:3] == ["224 × 224 × 3", "55 × 55 × 96", "27 × 27 × 256"]
    assert shapes[-3:] == ["4096", "4096", "1000"]
    assert "pool1: 3 × 3, stride 2\nconv2: 256 kernels 5 × 5, 2 groups" in shown


def test_blocks_need_a_convolution():
    with pytest.raises(ValueError, match="holds no convolution"):
        architecture.draw_blocks(describe(nn.Linear(3, 2), (3,)))


def test_stack_marks_three_by_three_after_three_by_three():
    ax = architecture.draw_stack(describe(nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3)), (1, 7, 7))).axes[0]
    cells = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    colours = [patch.get_facecolor() for patch in cells]
    plain = max(set(colours), key=colours.count)
    assert (len(cells), len(cells) - colours.count(plain)) == (49 + 25 + 9, 25 + 9 + 1)


def test_stack_refuses_strides():
    with pytest.raises(ValueError, match="expected stride 1 and no padding"):
        architecture.draw_stack(describe(nn.Sequential(nn.Conv2d(1, 1, 3, stride=2)), (1, 7, 7)))


def test_balance_bars_are_as_long_as_the_counts(layers):
    figure = architecture.draw_balance({"grouped": layers})
    for ax, quantity in zip(figure.axes, ("n_parameters", "multiply_adds"), strict=True):
        counts = [getattr(layer, quantity) / 1e6 for layer in layers if layer.kind in architecture.WEIGHTED]
        np.testing.assert_allclose([bar.get_width() for bar in ax.patches], counts)


def test_fields_are_clipped_to_the_image(layers):
    shown = [layer for layer in layers if layer.name in ("conv1", "pool5")]
    ax = architecture.draw_fields(np.zeros((224, 224, 3)), shown).axes[0]
    small, large = (patch.get_bbox() for patch in ax.patches)
    assert (small.width, small.height) == (11, 11)
    assert (large.x1, large.y1) == (223.5, 223.5)
    assert texts(ax.figure) == ["conv1: 11 × 11", "pool5: 195 × 195"]


def test_sensitivity_panels_are_scaled_to_their_own_maximum():
    figure = architecture.draw_sensitivity({"a": np.eye(8), "b": 5 * np.eye(8)}, {"a": (1, 1, 4, 4), "b": (0, 0, 9, 9)})
    for ax in figure.axes[:2]:
        assert ax.images[0].get_array().max() == 1
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes[:2]] == ["a: 3 × 3", "b: 9 × 9"]


def test_shares_are_drawn_in_per_cent():
    figure = architecture.draw_shares({"work": {"x": 0.25, "y": 0.75}, "time": {"y": 1.0}}, ["x", "y"])
    assert [bar.get_width() for bar in figure.axes[0].patches] == [25, 75, 0, 100]


def test_activations_are_in_megabytes(layers):
    bars = architecture.draw_activations(layers).axes[0].patches
    assert bars[0].get_width() == pytest.approx(55 * 55 * 96 * 4 / 1e6)
