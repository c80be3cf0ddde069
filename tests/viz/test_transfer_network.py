"""The drawings of the page on adaptation name the layers that they are given, and mark every cut of the rate."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.engine import Epoch, History
from thesiscode.nets import SmallAlexNet, describe
from thesiscode.transfer.adaptation import adapt, adaptation_layers
from thesiscode.viz import transfer_network as draw


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.fixture
def figure():
    source = SmallAlexNet(7, fc_width=9, generator=torch.Generator().manual_seed(0))
    net = adapt(source, adaptation_layers(9, 4, width=5))
    picture = np.zeros((8, 8, 3), np.uint8)
    return draw.draw_transfer(
        describe(source, (3, 64, 64)),
        describe(net, (3, 64, 64)),
        pictures=[picture, picture],
        outputs=[["husky", "collie"], ["dog", "background"]],
        trained={"fca", "fcb"},
        titles=["source", "target"],
    )


def test_both_networks_show_their_layers_and_sizes(figure):
    shown = texts(figure)
    for name in ("C1", "C5", "FC6\n9", "FC7\n9", "48 × 5 × 5"):
        assert shown.count(name) == 2, name
    assert [shown.count(name) for name in ("FC8\n7", "FCa\n5", "FCb\n4")] == [1, 1, 1]
    assert {"husky\ncollie", "dog\nbackground", "source", "target", "frozen"} <= set(shown)


def test_what_is_trained_has_its_colour(figure):
    colors = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert colors["FC8\n7"] == colors["FCa\n5"] == colors["FCb\n4"] == draw.TRAINED
    lower = [text.get_color() for text in figure.axes[0].texts if text.get_text() == "FC7\n9"]
    assert sorted(lower) == sorted([draw.TRAINED, draw.FROZEN])


def test_a_network_without_convolutions_is_refused():
    layers = describe(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), (4,))
    with pytest.raises(ValueError, match="no convolution"):
        draw.draw_transfer(layers, layers, pictures=[], outputs=[], trained=[], titles=[])


@pytest.mark.parametrize("watched", [True, False])
def test_the_course_of_training_marks_each_cut_of_the_rate(watched):
    rates = [0.01, 0.01, 0.001, 0.0001]
    epochs = [Epoch(k + 1, rate, 2.0 - k / 4, 1.9 - k / 4, 2.1 if watched else None) for k, rate in enumerate(rates)]
    figure = draw.loss_curves(History(epochs), guess=2.5)
    names = ["training patches", "patches of other scenes"][: 1 + watched]
    assert texts(figure) == ["a guess", *names, "rate 0.01", "rate 0.001", "rate 0.0001"]
    lines = figure.axes[0].lines
    assert len(lines) == 2 + watched + 2  # the guess, the curves, two cuts
    np.testing.assert_allclose(lines[1].get_ydata(), [1.9, 1.65, 1.4, 1.15])
