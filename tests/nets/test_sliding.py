"""Networks as convolutions: the same numbers on one window, and on each window of a larger image."""

import hypothesis.strategies as st
import pytest
import torch
import torchvision
from hypothesis import given, settings
from torch import nn

from thesiscode.nets import AlexNet, OverFeat, SmallAlexNet, Window, to_convolutional, truncate, window
from thesiscode.transfer.adaptation import adapt, adaptation_layers


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def agree(net, side, tolerance=1e-5):
    """Whether an image of one window gives the same numbers; the larger ones are taken for 1."""
    net.eval()
    sliding, x = to_convolutional(net, side=side), draw(2, 3, side, side)
    expected, found = net(x), sliding(x)
    assert found.shape == (*expected.shape, 1, 1)
    torch.testing.assert_close(found.flatten(1), expected, rtol=0, atol=tolerance * max(1, expected.abs().max()))
    return sliding


@pytest.mark.parametrize(
    ("make", "side"),
    [
        (lambda: AlexNet(7, fc_width=32), 224),
        (lambda: AlexNet(7, fc_width=32, grouped=False), 224),
        (lambda: SmallAlexNet(7, fc_width=16), 64),
        (lambda: truncate(SmallAlexNet(7, fc_width=16), "relu7"), 64),
        (lambda: adapt(SmallAlexNet(7, fc_width=16), adaptation_layers(16, 4, width=8)), 64),
        (lambda: torchvision.models.squeezenet1_1(num_classes=9), 224),
        (lambda: torchvision.models.squeezenet1_1(num_classes=9), 112),
        (lambda: torchvision.models.resnet18(num_classes=9), 64),
    ],
    ids=["AlexNet", "ungrouped", "small", "truncated", "adapted", "SqueezeNet", "SqueezeNet at 112", "ResNet"],
)
def test_an_image_of_one_window_gives_the_same_numbers(make, side):
    agree(make(), side)


def test_torchvisions_alexnet_and_overfeat():
    agree(torchvision.models.alexnet(num_classes=5), 224)
    agree(OverFeat(5), 221)


@pytest.mark.parametrize(
    ("side", "expected"), [((224, 224), (1, 1)), ((256, 256), (2, 2)), ((1024, 2048), (26, 58)), ((256, 224), (2, 1))]
)
def test_alexnets_maps_are_as_large_as_the_thesis_says(side, expected):
    sliding = to_convolutional(AlexNet(3, fc_width=8)).eval()
    with torch.no_grad():
        assert sliding(torch.zeros(1, 3, *side)).shape == (1, 3, *expected)


def test_overfeat_has_a_stride_of_36():
    """221 + 36 pixels give one more unit; 221 + 35 do not."""
    sliding = to_convolutional(truncate(OverFeat(2), "pool6"))
    assert window(sliding).stride == 36
    with torch.no_grad():
        assert [sliding(torch.zeros(1, 3, n, 221)).shape[2] for n in (221, 256, 257)] == [5, 5, 6]


@st.composite
def architectures(draw_from):
    """Random chains: convolutions, pooling, normalisation, then fully connected layers on a square map."""
    layers, maps, side = [], 3, draw_from(st.integers(12, 24))
    n = side
    for _ in range(draw_from(st.integers(1, 3))):
        out, kernel = draw_from(st.integers(1, 6)), draw_from(st.sampled_from([1, 3]))
        padding, stride = draw_from(st.integers(0, kernel // 2)), draw_from(st.sampled_from([1, 1, 2]))
        if (n + 2 * padding - kernel) // stride + 1 < 3:
            break
        layers.append(nn.Conv2d(maps, out, kernel, stride=stride, padding=padding))
        n, maps = (n + 2 * padding - kernel) // stride + 1, out
        layers += draw_from(st.sampled_from([[], [nn.BatchNorm2d(out)]]))
        layers.append(draw_from(st.sampled_from([nn.ReLU(), nn.Tanh()])))
        if n >= 4 and draw_from(st.booleans()):
            layers.append(draw_from(st.sampled_from([nn.MaxPool2d(2, 2), nn.AvgPool2d(2, 1)])))
            n = n // 2 if isinstance(layers[-1], nn.MaxPool2d) else n - 1
    layers.append(nn.Flatten())
    width = maps * n * n
    for _ in range(draw_from(st.integers(1, 2))):
        out = draw_from(st.integers(1, 8))
        layers += [nn.Linear(width, out, bias=draw_from(st.booleans())), nn.ReLU(), nn.Dropout(0.5)]
        width = out
    return nn.Sequential(*layers, nn.Linear(width, 3)), side


@settings(max_examples=20, deadline=None)
@given(architectures())
def test_random_architectures_keep_their_outputs(made):
    net, side = made
    for layer in net:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.uniform_(layer.running_mean, -1, 1)
    agree(net, side)


@torch.no_grad()
def test_on_windows_inside_of_the_image_sliding_equals_patch_by_patch():
    """The patches are whole windows: a unit also sees what lies around its 64 pixels, since convolutions pad."""
    net = to_convolutional(SmallAlexNet(5, fc_width=16)).eval()
    for layer in net:
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.copy_(draw(layer.num_features))
    look, image = window(net), draw(1, 3, 176, 160)
    maps = net(image)[0]
    half, compared = look.size / 2, 0
    margin = 69
    assert (margin + half - look.start) % look.stride == 0  # a unit looks at the window exactly
    for i in range(maps.shape[1]):
        for j in range(maps.shape[2]):
            y, x = (int(look.centre(k) - half) for k in (i, j))
            if y < 0 or x < 0 or y + look.size > 176 or x + look.size > 160:
                continue
            # Nothing around the window but zeros, far enough that padding does not reach it.
            patch = torch.zeros(1, 3, look.size + 2 * margin, look.size + 2 * margin)
            patch[:, :, margin:-margin, margin:-margin] = image[:, :, y : y + look.size, x : x + look.size]
            alone, unit = net(patch)[0], round((margin + half - look.start) / look.stride)
            torch.testing.assert_close(alone[:, unit, unit], maps[:, i, j], rtol=0, atol=1e-4)
            compared += 1
    assert compared >= 20


def test_a_unit_sees_its_window_and_nothing_else():
    net = to_convolutional(SmallAlexNet(2, fc_width=8)).eval()
    look = window(net)
    x = draw(1, 3, 240, 240).requires_grad_()
    maps = net(x)
    k = maps.shape[2] // 2
    maps[0, 0, k, k].backward()
    rows = x.grad.abs().sum(dim=(0, 1, 3)).nonzero().flatten()
    first, last = look.centre(k) - look.size / 2, look.centre(k) + look.size / 2
    assert first <= rows.min() and rows.max() + 1 <= last
    assert rows.min() - first <= 2 * look.stride and last - rows.max() - 1 <= 2 * look.stride  # max-pooling picks


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([nn.Conv2d(3, 2, 3)], Window(3, 1, 1.5)),
        ([nn.Conv2d(3, 2, 3, padding=1)], Window(3, 1, 0.5)),
        ([nn.Conv2d(3, 2, 3, stride=2), nn.ReLU(), nn.MaxPool2d(2, 2)], Window(5, 4, 2.5)),
        ([nn.Conv2d(3, 2, 3, dilation=2)], Window(5, 1, 2.5)),
    ],
)
def test_windows_by_hand(layers, expected):
    assert window(nn.Sequential(*layers)) == expected


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([nn.Conv2d(3, 2, 3), nn.LayerNorm([2, 30, 30])], "1 holds LayerNorm.*no counterpart that slides"),
        ([nn.Conv2d(3, 2, 3), nn.AdaptiveMaxPool2d(1)], "1 holds AdaptiveMaxPool2d.*no counterpart"),
        ([nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(7)], r"1 pools maps of \(30, 30\) to \(7, 7\)"),
        ([nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(19, 2)], "2 reads 19 values; expected 2 square maps"),
        ([nn.Conv2d(3, 2, 3), nn.Flatten(2), nn.Linear(9, 2)], "1 flattens dimensions 2 to -1"),
        ([nn.Conv2d(3, 2, 40)], "images of 32 x 32 pixels are 32 x 32 at 0: too small"),
        ([nn.LSTM(3, 2)], "0 holds LSTM"),
    ],
)
def test_what_cannot_be_converted_is_named(layers, message):
    with pytest.raises(ValueError, match=message):
        to_convolutional(nn.Sequential(*layers), side=32)


def test_images_smaller_than_a_window_are_refused():
    sliding = to_convolutional(SmallAlexNet(2, fc_width=8))
    with pytest.raises(ValueError, match=r"images of 40 x 40 pixels are .* at fc6: too small for its window"):
        sliding(torch.zeros(1, 3, 40, 40))


def test_windows_of_blocks_with_branches_are_refused_unless_they_are_known():
    net = torchvision.models.resnet18()
    with pytest.raises(ValueError, match="has branches"):
        window(to_convolutional(net))
    fire = torchvision.models.squeezenet1_1().features[:4]
    assert window(fire) == Window(15, 4, 3.5)  # conv 3/2, pool 3/2, then 3 x 3 at stride 4


def test_the_network_itself_stays_as_it_is():
    net = SmallAlexNet(3, fc_width=8)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    sliding = to_convolutional(net)
    with torch.no_grad():
        for p in sliding.parameters():
            p.add_(1)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert sliding.training and not to_convolutional(net.eval()).training
    assert list(dict(sliding.named_children()))[-3:] == ["relu7", "dropout7", "fc8"]
