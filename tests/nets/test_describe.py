"""Architectures read from their modules: against published counts, torch's own counter, and gradients."""

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from thesiscode.nets import AlexNet, describe, input_gradient, shares, totals

IMAGE = (3, 224, 224)

THESIS_SHAPES = {  # thesis B.6.2, the list of layers
    "conv1": (96, 55, 55),
    "relu1": (96, 55, 55),
    "pool1": (96, 27, 27),
    "conv2": (256, 27, 27),
    "pool2": (256, 13, 13),
    "conv3": (384, 13, 13),
    "conv4": (384, 13, 13),
    "conv5": (256, 13, 13),
    "pool5": (256, 6, 6),
    "flatten": (9216,),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
}


def on_meta(build, **options):
    with torch.device("meta"):
        return build(**options)


@pytest.fixture(scope="module")
def grouped():
    return describe(on_meta(AlexNet), IMAGE)


@pytest.fixture(scope="module")
def ungrouped():
    return describe(on_meta(AlexNet, grouped=False), IMAGE)


def test_shapes_of_the_thesis(grouped):
    shapes = {layer.name: layer.output_shape for layer in grouped}
    assert {name: shapes[name] for name in THESIS_SHAPES} == THESIS_SHAPES


def test_grouped_totals(grouped):
    total = totals(grouped)
    assert total["n_parameters"] == 60_965_224
    assert round(total["multiply_adds"] / 1e6, 1) == 724.4
    assert round(total["bias_adds"] / 1e6, 2) == 0.66
    assert round((total["multiply_adds"] + total["bias_adds"]) / 1e6) == 725
    assert round(100 * shares(grouped, "multiply_adds")["convolution"], 1) == 91.9
    assert total["other_operations"] < 0.01 * total["multiply_adds"]


def test_ungrouped_totals(ungrouped):
    total = totals(ungrouped)
    assert round(total["n_parameters"] / 1e6, 1) == 62.4
    assert round(total["multiply_adds"] / 1e6) == 1135
    split = shares(ungrouped, "multiply_adds")
    assert round(100 * split["convolution"], 1) == 94.8
    assert split["convolution"] + split["fully connected"] == pytest.approx(1)


def test_parameters_are_those_of_the_module():
    net = on_meta(AlexNet, n_classes=7, fc_width=50)
    assert totals(describe(net, IMAGE))["n_parameters"] == sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(
    "build",
    [AlexNet, lambda: AlexNet(grouped=False), torchvision.models.alexnet, torchvision.models.vgg11_bn],
    ids=["grouped", "ungrouped", "torchvision", "vgg11_bn"],
)
def test_operations_are_half_of_what_torch_counts(build):
    net = on_meta(build)
    with FlopCounterMode(display=False) as counter:
        net.eval()(torch.zeros(1, *IMAGE, device="meta"))
    total = totals(describe(net, IMAGE))
    assert 2 * total["multiply_adds"] == counter.get_total_flops()
    assert total["n_parameters"] == sum(p.numel() for p in net.parameters())


def test_published_size_of_vgg16():
    total = totals(describe(on_meta(torchvision.models.vgg16), IMAGE))
    assert round(total["n_parameters"] / 1e6) == 138  # Simonyan and Zisserman (2015), Table 2, network D


def test_a_real_and_a_meta_network_read_alike_and_the_network_is_left_as_it_was():
    net = AlexNet(5, fc_width=8).train()
    net.features.eval()
    assert describe(net, IMAGE) == describe(on_meta(AlexNet, n_classes=5, fc_width=8), IMAGE)
    assert net.training
    assert net.classifier.dropout6.training
    assert not net.features.conv1.training
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())


def test_running_statistics_are_left_alone():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    describe(net, (1, 8, 8))
    assert net[1].num_batches_tracked == 0
    assert (net[1].running_mean == 0).all()


def test_two_layers_of_three_by_three_see_five_by_five():
    layers = describe(nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3)), (1, 7, 7))  # Figure B-23
    assert [layer.receptive_field for layer in layers] == [(3, 3), (5, 5)]
    assert layers[-1].window(1, 2) == (1, 2, 6, 7)


def test_receptive_fields_of_alexnet(grouped):
    # kernel sizes and strides composed by hand: r + (k - 1) j, j * s
    by_name = {layer.name: (layer.receptive_field[0], layer.stride[0]) for layer in grouped}
    expected = {"conv1": (11, 4), "pool1": (19, 8), "conv2": (51, 8), "pool2": (67, 16), "conv3": (99, 16)}
    expected |= {"conv4": (131, 16), "conv5": (163, 16), "pool5": (195, 32), "fc6": (355, 32), "fc8": (355, 32)}
    assert {name: by_name[name] for name in expected} == expected
    assert grouped[-1].window(0, 0) == (-66, -66, 289, 289), "the scores see the whole image, rows 0 to 223"


CHAINS = {
    "convolutions": lambda: [nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Conv2d(3, 2, 3)],
    "stride and padding": lambda: [nn.Conv2d(2, 4, 5, stride=2, padding=2), nn.Conv2d(4, 2, 3, stride=3, padding=1)],
    "pooling": lambda: [nn.Conv2d(2, 3, 4, stride=2, padding=1), nn.AvgPool2d(3, 2), nn.Conv2d(3, 2, 2)],
    "groups": lambda: [nn.Conv2d(2, 4, 3, groups=2), nn.AvgPool2d(2), nn.Conv2d(4, 4, 3, groups=1)],
    "dilation": lambda: [nn.Conv2d(2, 3, 2, dilation=2), nn.Conv2d(3, 2, 2, dilation=(1, 3))],
    "oblong": lambda: [nn.Conv2d(2, 3, (1, 5), stride=(1, 2), padding=(0, 2)), nn.AvgPool2d((3, 1), (2, 1))],
    "adaptive": lambda: [nn.Conv2d(2, 3, 2), nn.AdaptiveAvgPool2d(5)],
    "same": lambda: [nn.Conv2d(2, 3, 3, padding="same", dilation=2), nn.Conv2d(3, 2, 3, padding="valid")],
}


def test_padding_may_hide_pixels_that_pooling_dropped():
    layers = describe(nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 1, 3, padding=1)), (1, 7, 7))
    assert layers[-1].window(2, 2) == (2, 2, 8, 8), "row 6 lies under the padding: no cell of the pooling covers it"


@pytest.mark.parametrize("chain", CHAINS)
def test_receptive_fields_are_where_the_gradient_is(chain):
    """With positive weights nothing cancels: the pixels that move a unit fill its window out to the edges."""
    net = nn.Sequential(*CHAINS[chain]()).double()
    with torch.no_grad():
        for p in net.parameters():
            p.uniform_(0.5, 1.0, generator=torch.Generator().manual_seed(0))
    x = torch.rand(1, 2, 21, 26, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for name, layer in zip(dict(net.named_children()), describe(net, (2, 21, 26)), strict=True):
        height, width = layer.output_shape[1:]
        for row, column in {(0, 0), (height // 2, width // 2), (height - 1, width - 1), (0, width - 1)}:
            moved = input_gradient(net, x, name, unit=(row, column))[0].sum(dim=0) > 0
            top, left, bottom, right = layer.window(row, column)
            rows, columns = moved.any(dim=1).nonzero(), moved.any(dim=0).nonzero()
            assert (rows.min(), rows.max() + 1) == (max(top, 0), min(bottom, 21))
            assert (columns.min(), columns.max() + 1) == (max(left, 0), min(right, 26))


def test_fully_connected_after_a_map_sees_all_of_it():
    layers = describe(
        nn.Sequential(nn.Conv2d(1, 2, 3, stride=2), nn.Flatten(), nn.Linear(24, 5), nn.Linear(5, 1)), (1, 7, 9)
    )
    assert [layer.window(0, 0) for layer in layers[2:]] == [(0, 0, 7, 9)] * 2


def test_operations_of_layers_without_weights():
    layers = describe(
        nn.Sequential(
            nn.ReLU(), nn.MaxPool2d(3, 2), nn.AvgPool2d(2), nn.LocalResponseNorm(5), nn.Flatten(), nn.Softmax(1)
        ),
        (4, 9, 9),
    )
    assert [layer.other_operations for layer in layers] == [324, 64 * 8, 16 * 4, 16 * 9, 0, 16 * 3]
    assert totals(layers)["multiply_adds"] == 0
    others = describe(nn.Sequential(nn.LPPool2d(2, 3), nn.BatchNorm2d(4)), (4, 9, 9))
    assert [layer.other_operations for layer in others] == [36 * 2 * 9, 36 * 2]


def test_a_shared_layer_counts_its_weights_once_and_its_work_twice():
    conv = nn.Conv2d(2, 2, 3, padding=1, bias=False)
    layers = describe(nn.Sequential(conv, nn.ReLU(), conv), (2, 4, 4))
    assert [layer.n_parameters for layer in layers] == [36, 0, 0]
    assert totals(layers)["multiply_adds"] == 2 * 16 * 2 * 18
    assert totals(layers)["bias_adds"] == 0


def test_names_are_qualified_only_where_they_must_be():
    assert describe(on_meta(AlexNet), IMAGE)[0].name == "conv1"
    assert describe(on_meta(torchvision.models.alexnet), IMAGE)[0].name == "features.0"


class Shortcut(nn.Module):
    def __init__(self, in_place):
        super().__init__()
        self.conv, self.relu, self.in_place = nn.Conv2d(2, 2, 1), nn.ReLU(), in_place

    def forward(self, x):
        y = self.conv(x)
        if self.in_place:
            y += x
        else:
            y = y + x
        return self.relu(y)


@pytest.mark.parametrize("in_place", [False, True])
def test_a_shortcut_is_refused(in_place):
    with pytest.raises(ValueError, match="relu does not read the output of conv; expected a chain"):
        describe(Shortcut(in_place), (2, 4, 4))


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize(
    ("net", "shape", "message"),
    [
        (nn.Sequential(nn.ConvTranspose2d(1, 1, 2)), (1, 4, 4), "0 is a ConvTranspose2d; expected convolutions"),
        (nn.Sequential(nn.ReLU()), (), r"input_shape is \(\); expected positive integers"),
        (nn.Sequential(nn.ReLU()), (3, 0, 4), r"input_shape is \(3, 0, 4\); expected positive integers"),
        (nn.Sequential(nn.Linear(4, 2)), (1, 4, 4), r"reads a map of \(1, 4, 4\); expected a flattened vector"),
        (nn.Sequential(nn.AdaptiveAvgPool2d(3)), (1, 4, 4), r"pools \(4, 4\) to \(3, 3\); expected cells of one size"),
        (on_meta(AlexNet), (1, 224, 224), "expected 3 channels"),
    ],
)
def test_what_cannot_be_read_is_named(net, shape, message):
    with pytest.raises(ValueError, match=message):
        describe(net, shape)


def test_unknown_quantities_and_units_are_named(grouped):
    with pytest.raises(ValueError, match="quantity is 'flops'; expected one of n_parameters, multiply_adds"):
        shares(grouped, "flops")
    with pytest.raises(ValueError, match="quantity is 'bias_adds', which these layers have none of"):
        shares([layer for layer in grouped if layer.kind == "pooling"], "bias_adds")
    with pytest.raises(ValueError, match=r"unit \(6, 0\) of pool5: expected a place on its 6 x 6 map"):
        next(layer for layer in grouped if layer.name == "pool5").window(6, 0)
