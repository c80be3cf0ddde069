"""Projections to pixels: the transposed network, its gradient where nothing is rectified, and the switches."""

import pytest
import torch
from torch import nn

from thesiscode.nets import AlexNet, OneWeirdTrickAlexNet, deconvnet, describe, input_gradient, truncate
from thesiscode.nets.small import SmallAlexNet


def image(channels, height, width, seed=0):
    return torch.randn(channels, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def drawn(*layers, seed=0):
    net = nn.Sequential(*layers).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(seed))
    return net


def test_one_convolution_puts_its_kernel_where_it_fired():
    net = drawn(nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=1))
    x = image(2, 8, 7)
    maps = net(x[None])[0].detach()
    row, column = divmod(int(maps[1].argmax()), maps.shape[2])
    expected = torch.zeros(2, 10, 9, dtype=torch.float64)  # with the padding
    expected[:, 2 * row : 2 * row + 3, column : column + 2] = maps[1, row, column] * net[0].weight[1].detach()
    torch.testing.assert_close(deconvnet(net, x, "0", 1), expected[:, 1:-1, 1:-1])


@torch.no_grad()
def strongest_unit(net, x, layer, position):
    """The map of the layer that is most active at a position."""
    return int(truncate(net.eval(), layer)(x[None])[0, :, *position].argmax())


LINEAR = {
    "strides that leave pixels out": lambda: [nn.Conv2d(2, 4, 3, stride=2), nn.Conv2d(4, 3, 2, stride=2, padding=1)],
    "groups": lambda: [nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 6, 3, groups=2), nn.Conv2d(6, 4, 1, groups=2)],
    "dilation": lambda: [nn.Conv2d(2, 3, 2, dilation=2), nn.Conv2d(3, 4, 2, dilation=(1, 2))],
    "pooling": lambda: [nn.Conv2d(2, 3, 3), nn.MaxPool2d(2), nn.Conv2d(3, 4, 2)],
    "overlapping pooling": lambda: [nn.Conv2d(2, 3, 3, padding=1), nn.MaxPool2d(3, 2, 1), nn.Conv2d(3, 4, 2)],
    "pooling that rounds up": lambda: [nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(2, 3, 3), nn.Dropout(0.5)],
}


@pytest.mark.parametrize("chain", LINEAR)
def test_without_rectifiers_it_is_the_activation_times_the_gradient(chain):
    net = drawn(*LINEAR[chain]()).eval()
    layer, x = str(len(net) - 1), image(2, 13, 14)
    for unit in (0, 2):
        maps = net(x[None])[0, unit].detach()
        row, column = divmod(int(maps.argmax()), maps.shape[1])
        for place in ((row, column), (0, 1)):
            gradient = input_gradient(net, x[None], layer, unit=place, maps=[unit])[0]
            projection = deconvnet(net, x, layer, unit, None if place == (row, column) else place)
            torch.testing.assert_close(projection, maps[place] * gradient)
            assert projection.abs().sum() > 0


def test_a_rectifier_rectifies_the_signal_and_not_by_what_was_on():
    """Two 1 x 1 convolutions by hand: the gradient passes where the unit was on, the projection where the signal is."""
    net = nn.Sequential(nn.Conv2d(2, 3, 1, bias=False), nn.ReLU(), nn.Conv2d(3, 1, 1, bias=False)).double()
    with torch.no_grad():
        net[0].weight[:] = torch.tensor([[1.0, 2.0], [-1.0, 1.0], [-3.0, 0.5]])[..., None, None]
        net[2].weight[:] = torch.tensor([[2.0, -1.0, 4.0]])[..., None, None]
    x = torch.tensor([1.0, 3.0], dtype=torch.float64)[:, None, None]
    # activations 7, 2 and 0 (from -1.5): the score is 14 - 2 + 0 = 12, and the signal 24, -12, 48 keeps 24 and 48
    assert net(x[None]).item() == 12
    by_hand = 24 * torch.tensor([1.0, 2.0]) + 48 * torch.tensor([-3.0, 0.5])
    assert deconvnet(net, x, "2", 0).flatten().tolist() == by_hand.tolist()
    # the gradient instead drops the third unit, which was off, and keeps the second
    gradient = 12 * input_gradient(net, x[None], "2", maps=[0])[0]
    assert gradient.flatten().tolist() == (24 * torch.tensor([1.0, 2.0]) - 12 * torch.tensor([-1.0, 1.0])).tolist()


def test_switches_remember_where_the_maxima_were():
    net = nn.Sequential(nn.MaxPool2d(2))
    x = torch.tensor([[[1.0, 5.0, 0.0, 2.0], [3.0, 4.0, 9.0, 1.0]]])
    assert deconvnet(net, x, "0", 0).tolist() == [[[0, 0, 0, 0], [0, 0, 9, 0]]]
    assert deconvnet(net, x, "0", 0, (0, 0)).tolist() == [[[0, 5, 0, 0], [0, 0, 0, 0]]]


def test_windows_that_share_a_maximum_add_up():
    net = nn.Sequential(nn.MaxPool2d((1, 3), (1, 2)), nn.Conv2d(1, 1, (1, 2), bias=False))
    with torch.no_grad():
        net[1].weight[:] = torch.tensor([[[[2.0, 3.0]]]])
    x = torch.tensor([[[1.0, 0.0, 4.0, 2.0, 1.0]]])  # both windows find the 4 in the middle: 2 x 4 + 3 x 4 = 20
    assert deconvnet(net, x, "1", 0).tolist() == [[[0, 0, 20 * (2 + 3), 0, 0]]]


def test_response_normalisation_passes_the_signal():
    conv, norm = nn.Conv2d(2, 8, 3), nn.LocalResponseNorm(5, alpha=1.0)
    net, x = drawn(conv, norm), image(2, 6, 6)
    normalised = deconvnet(net, x, "1", 4, (1, 2))
    raw = deconvnet(net[:1], x, "0", 4, (1, 2))
    ratio = (net(x[None]) / net[:1](x[None]))[0, 4, 1, 2].item()
    assert ratio < 0.9
    torch.testing.assert_close(normalised, ratio * raw)


@pytest.mark.parametrize(("build", "side"), [(AlexNet, 224), (OneWeirdTrickAlexNet, 224), (SmallAlexNet, 64)])
def test_projections_stay_inside_the_receptive_field(build, side):
    net = build(4, fc_width=8, generator=torch.Generator().manual_seed(0))
    x = image(3, side, side).float()
    layers = {layer.name: layer for layer in describe(net, (3, side, side))}
    for name, position in [("conv2", (11, 3)), ("relu3", (4, 4)), ("pool5", (0, 4))]:
        unit = strongest_unit(net, x, name, position)
        projection = deconvnet(net, x, name, unit, position)
        assert projection.shape == x.shape
        top, left, bottom, right = layers[name].window(*position)
        inside = projection[:, max(top, 0) : bottom, max(left, 0) : right]
        assert (inside != 0).any()
        inside.zero_()
        assert (projection == 0).all()


def test_the_network_and_the_image_are_left_as_they_were():
    net = drawn(nn.ReLU(inplace=True), nn.Conv2d(2, 3, 3), nn.ReLU(inplace=True), nn.Dropout(0.5)).train()
    x = image(2, 6, 6)
    before = x.clone()
    first = deconvnet(net, x, "3", 0)
    assert torch.equal(first, deconvnet(net, x, "3", 0)), "dropout is off"
    assert torch.equal(x, before)
    assert all(layer.training for layer in net)
    assert not first.requires_grad


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layer": "conv9"}, "layer is 'conv9'; expected one of conv1"),
        ({"layer": "fc6"}, "flatten is a Flatten; expected convolutions"),
        ({"unit": 96}, "unit is 96; expected a map of 'conv1', from 0 to 95"),
        ({"unit": -1}, "unit is -1; expected a map of 'conv1'"),
        ({"position": (55, 0)}, r"position is \(55, 0\); expected a \(row, column\) on the 55 x 55 map"),
        ({"position": (0,)}, r"position is \(0,\); expected a \(row, column\)"),
        ({"image": torch.zeros(1, 3, 224, 224)}, r"image has shape \(1, 3, 224, 224\); expected \(channels"),
        ({"image": torch.zeros(1, 224, 224)}, r"image has shape \(1, 1, 224, 224\); expected \(images, 3"),
        ({"image": torch.zeros(3, 224, 224, dtype=torch.uint8)}, r"image holds torch\.uint8"),
        ({"image": torch.full((3, 224, 224), torch.nan)}, "image holds NaN or infinity"),
        ({"image": torch.zeros(3, 5, 224)}, "images of 5 x 224 pixels are 5 x 224 at conv1: too small"),
    ],
)
def test_bad_questions_are_named(options, message):
    net = AlexNet(2, fc_width=4, generator=torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match=message):
        deconvnet(net, **({"image": torch.zeros(3, 224, 224), "layer": "conv1", "unit": 0} | options))


def test_layers_without_a_way_back_are_named():
    with pytest.raises(ValueError, match="net: 1 is a Tanh; expected convolutions, rectifiers"):
        deconvnet(drawn(nn.Conv2d(1, 2, 2), nn.Tanh()), image(1, 4, 4), "1", 0)
    with pytest.raises(ValueError, match=r"net: 0 pads by \(1, 1\) with 'reflect'; expected a number of zeros"):
        deconvnet(drawn(nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")), image(1, 4, 4), "0", 0)
