"""Gradients with respect to the input, and times a layer."""

import pytest
import torch
from torch import nn

from thesiscode.nets import input_gradient, layer_times


@pytest.fixture
def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.Tanh(), nn.Conv2d(3, 4, 3), nn.Flatten()).double()


@pytest.fixture
def x():
    return torch.rand(3, 2, 6, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_gradient_agrees_with_central_differences(net, x):
    gradient = input_gradient(net, x, "2", unit=(1, 2), maps=[0, 3, 1])
    step = 1e-6
    for image, channel, row, column in [(0, 0, 1, 2), (1, 1, 3, 4), (2, 0, 2, 3), (2, 1, 0, 0)]:
        nudge = torch.zeros_like(x)
        nudge[image, channel, row, column] = step
        with torch.no_grad():
            difference = (net[:3](x + nudge) - net[:3](x - nudge))[image, [0, 3, 1][image], 1, 2] / (2 * step)
        assert gradient[image, channel, row, column] == pytest.approx(difference.item(), rel=1e-6, abs=1e-9)


def test_default_is_the_centre_and_the_sum_over_maps(net, x):
    parts = sum(input_gradient(net, x, "2", unit=(2, 2), maps=[i] * 3) for i in range(4))
    torch.testing.assert_close(input_gradient(net, x, "2"), parts)


def test_the_network_is_left_as_it_was(net, x):
    with torch.no_grad():
        input_gradient(net, x, "0")
    assert all(p.grad is None for p in net.parameters())
    assert not any(module._forward_hooks for module in net.modules())
    assert x.grad is None
    assert not x.requires_grad


@pytest.mark.parametrize(
    ("layer", "options", "message"),
    [
        ("conv", {}, "layer is 'conv'; expected one of 0, 1, 2, 3"),
        ("3", {}, r"layer '3' puts out \(3, 80\); expected \(images, maps, height, width\)"),
        ("2", {"unit": (4, 0)}, r"unit is \(4, 0\); expected a place on the 4 x 5 map"),
        ("2", {"maps": [0, 1]}, r"maps is \[0, 1\]; expected 3 numbers, one an image, from 0 to 3"),
        ("2", {"maps": [0, 1, 4]}, r"maps is \[0, 1, 4\]; expected 3 numbers"),
    ],
)
def test_bad_questions_are_named(net, x, layer, options, message):
    with pytest.raises(ValueError, match=message):
        input_gradient(net, x, layer, **options)


def test_times_name_every_layer_in_order(net, x):
    times = layer_times(net, x, repeats=2)
    assert list(times) == ["0", "1", "2", "3"]
    assert all(seconds > 0 for seconds in times.values())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())


def test_bad_timings_are_named(net, x):
    with pytest.raises(ValueError, match="repeats is 0; expected at least 1"):
        layer_times(net, x, repeats=0)
    with pytest.raises(ValueError, match="x is on meta; expected the CPU"):
        layer_times(net, x.to("meta"))
