"""Adaptation layers against their two equations, frozen trunks byte for byte, and cached features."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.engine import Protocol, Tensors, fit, generator
from thesiscode.nets import AlexNet, truncate
from thesiscode.nets.small import SmallAlexNet
from thesiscode.transfer.adaptation import AdaptedNet, adapt, adaptation_layers, cache_features
from thesiscode.transfer.inputs import as_input

cross_entropy = nn.functional.cross_entropy


@pytest.fixture
def source():
    """A network whose normalisation has seen other images than those of the tests."""
    net = SmallAlexNet(5, fc_width=16, generator=generator(0, "source"))
    with torch.no_grad():
        net.train()(torch.randn(8, 3, 64, 64, generator=generator(0, "seen")))
    return net


@pytest.fixture(scope="module")
def examples():
    draw = generator(0, "examples")
    images = torch.randint(256, (12, 3, 64, 64), generator=draw, dtype=torch.uint8)
    return Tensors(images, torch.randint(4, (12,), generator=draw))


def make_head(**options):
    return adaptation_layers(16, 4, width=8, generator=generator(0, "head"), **options)


def state_of(net):
    return {name: value.clone() for name, value in net.state_dict().items()}


def changed(net, before):
    """Names of the tensors, buffers too, that are no longer what they were."""
    return {name for name, value in net.state_dict().items() if not torch.equal(value, before[name])}


def few_steps(net, examples):
    """Steps of plain SGD on all examples, in training mode."""
    sgd = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1, momentum=0.9, weight_decay=1e-3)
    net.train()
    for _ in range(3):
        sgd.zero_grad()
        cross_entropy(net(as_input(examples.inputs)), examples.targets).backward()
        sgd.step()


@pytest.mark.parametrize(
    ("layers", "shapes"),
    [
        (1, {"fcb": (4, 7)}),
        (2, {"fca": (5, 7), "fcb": (4, 5)}),
        (3, {"fca": (5, 7), "fcc": (5, 5), "fcb": (4, 5)}),
    ],
)
def test_one_two_or_three_layers(layers, shapes):
    head = adaptation_layers(7, 4, layers=layers, width=5)
    linear = {name: layer for name, layer in head.named_children() if isinstance(layer, nn.Linear)}
    assert {name: tuple(layer.weight.shape) for name, layer in linear.items()} == shapes
    assert list(head.named_children())[-1][0] == "fcb"
    assert [type(layer) for layer in head] == [nn.Linear, nn.ReLU, nn.Dropout] * (layers - 1) + [nn.Linear]
    assert head(torch.randn(3, 7)).shape == (3, 4)


def test_the_layers_are_the_two_equations():
    head = adaptation_layers(7, 4, width=5, generator=generator(0, "head")).double().eval()
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.normal_(generator=generator(0, *parameter.shape))
    wa, ba, wb, bb = (p.detach().numpy() for p in head.parameters())
    y7 = np.random.default_rng(0).normal(size=(6, 7))
    ya = np.maximum(y7 @ wa.T + ba, 0)
    assert (ya == 0).any() and (ya > 0).any()
    np.testing.assert_allclose(head(torch.from_numpy(y7)).detach().numpy(), ya @ wb.T + bb, rtol=1e-12)


def test_hidden_units_are_dropped_in_training_only():
    head, y7 = adaptation_layers(7, 4, width=50), torch.randn(1, 7, generator=generator(0, "y7")).expand(20, 7)
    assert not torch.allclose(head.train()(y7)[0], head(y7)[1])
    assert torch.allclose(head.eval()(y7)[0], head(y7)[1])


def test_the_generator_alone_decides_the_weights():
    def weights(seed, state):
        with torch.random.fork_rng([]):
            torch.manual_seed(state)
            draw = None if seed is None else generator(seed, "head")
            return torch.cat(
                [p.flatten() for p in adaptation_layers(7, 4, layers=3, width=5, generator=draw).parameters()]
            )

    assert torch.equal(weights(1, 0), weights(1, 9))
    assert not torch.equal(weights(1, 0), weights(2, 0))
    assert torch.equal(weights(None, 0), weights(None, 0)) and not torch.equal(weights(None, 0), weights(None, 9))


def test_weights_start_as_documented():
    head = adaptation_layers(800, 50, layers=3, width=400, generator=generator(0, "head"))
    for layer, deviation in ((head.fca, (2 / 800) ** 0.5), (head.fcc, (2 / 400) ** 0.5), (head.fcb, 0.01)):
        assert layer.weight.std().item() == pytest.approx(deviation, rel=0.03)
        assert not layer.bias.any()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layers": 0}, "layers is 0; expected 1, 2 or 3"),
        ({"layers": 4}, "layers is 4"),
        ({"n_inputs": 0}, "n_inputs is 0; expected an integer of at least 1"),
        ({"n_classes": -3}, "n_classes is -3"),
        ({"n_classes": True}, "n_classes is True"),
        ({"width": 2.5}, "width is 2.5"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        adaptation_layers(**{"n_inputs": 7, "n_classes": 4, **arguments})


def test_everything_below_the_head_is_frozen_and_the_source_stays_as_it_is(source, examples):
    net = adapt(source, make_head())
    before, before_source = state_of(net), state_of(source)
    few_steps(net, examples)
    assert changed(net, before) == {name for name in before if name.startswith("head.")}
    assert all(p.grad is None for p in net.trunk.parameters())
    assert not changed(source, before_source)
    assert all(p.requires_grad for p in source.parameters())


def test_exactly_the_layers_to_retrain_change(source, examples):
    """Pre-1512U: FC6 and FC7 and the head; neither other weights nor the statistics of the normalisation."""
    net = adapt(source, make_head(), last="dropout7", retrain=("fc6", "fc7"))
    before, before_source = state_of(net), state_of(source)
    few_steps(net, examples)
    moved = {f"trunk.{layer}.{what}" for layer in ("fc6", "fc7") for what in ("weight", "bias")}
    assert changed(net, before) == moved | {name for name in before if name.startswith("head.")}
    assert {name for name, p in net.named_parameters() if p.grad is None} == {
        name for name, _ in net.named_parameters() if name.startswith(("trunk.conv", "trunk.norm"))
    }
    assert not changed(source, before_source)


def test_frozen_layers_stay_in_evaluation_mode(source):
    frozen = adapt(source, make_head(), last="dropout7").train()
    assert not any(layer.training for layer in frozen.trunk.modules())
    assert frozen.head.training and not frozen.eval().head.training
    retrained = adapt(source, make_head(), last="dropout7", retrain=("fc6", "fc7")).train()
    assert retrained.trunk.dropout6.training and retrained.trunk.dropout7.training and retrained.head.training
    assert not any(layer.training for layer in retrained.trunk.modules() if isinstance(layer, nn.BatchNorm2d))
    assert not any(layer.training for layer in retrained.eval().modules())


def test_without_pretraining_all_layers_are_trained(source, examples):
    net = AdaptedNet(truncate(source, "dropout7"), make_head())
    before = state_of(net)
    few_steps(net, examples)
    assert changed(net, before) == set(before)


@torch.no_grad()
def test_the_trunk_is_the_source_up_to_the_named_layer(source, examples):
    source.eval()
    x = as_input(examples.inputs)
    fc7 = source.classifier[:-2](source.features(x))  # in evaluation mode dropout is the identity
    torch.testing.assert_close(adapt(source, make_head()).eval().trunk(x), fc7)
    alexnet = AlexNet(3, fc_width=16, generator=generator(0, "alexnet")).eval()
    x = torch.randn(1, 3, 224, 224, generator=generator(0, "x"))
    expected = make_head().eval()(alexnet.classifier[:-2](alexnet.features(x)))
    torch.testing.assert_close(adapt(alexnet, make_head()).eval()(x), expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"last": "fc9"}, "layer is 'fc9'; expected one of conv1"),
        ({"retrain": ("fc6", "fc9")}, r"retrain holds 'fc9'; expected some of conv1, .*relu7"),
        ({"retrain": ("fc8",)}, "retrain holds 'fc8'"),  # it is cut off
        ({"retrain": ("relu7",)}, "retrain holds 'relu7', a layer without weights"),
    ],
)
def test_layers_that_are_not_there_or_have_no_weights_are_refused(source, arguments, message):
    with pytest.raises(ValueError, match=message):
        adapt(source, make_head(), **arguments)


@pytest.mark.parametrize("batch_size", [1, 5, 12, 100])
def test_cached_features_are_those_of_the_trunk_in_evaluation_mode(source, examples, batch_size):
    trunk = truncate(source, "dropout7")
    with torch.no_grad():
        expected = trunk.eval()(as_input(examples.inputs))
    features = cache_features(trunk.train(), examples.inputs, batch_size=batch_size)
    torch.testing.assert_close(features, expected)
    assert features.shape == (12, 16) and not features.requires_grad


def test_maps_are_flattened_and_images_prepared_as_told(source, examples):
    features = cache_features(truncate(source, "pool5"), examples.inputs[:2], prepare=lambda x: x.float() / 255)
    with torch.no_grad():
        torch.testing.assert_close(features, source.eval().features(examples.inputs[:2] / 255).flatten(1))


def test_a_head_learns_the_same_from_cached_features_as_with_the_frozen_trunk_in_the_loop(source, examples):
    """The dropout of both heads is drawn from the same stream; the trunk's own dropout is off."""
    protocol = Protocol(learning_rate=0.05, batch_size=5, drops=1, max_epochs=2, patience=2)
    cached, whole = make_head(), adapt(source, make_head(), last="dropout7")
    features = Tensors(cache_features(whole.trunk, examples.inputs), examples.targets)
    quick = fit(cached, features, cross_entropy, protocol, seed=3, progress=False)
    slow = fit(whole, examples, cross_entropy, protocol, seed=3, prepare=as_input, progress=False)
    before = make_head().state_dict()
    for name, value in cached.state_dict().items():
        assert not torch.allclose(value, before[name], atol=1e-3)
        torch.testing.assert_close(whole.head.state_dict()[name], value, rtol=1e-4, atol=1e-5)
    assert quick["watched_loss"] == pytest.approx(slow["watched_loss"], rel=1e-4)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_features_that_are_no_numbers_are_refused(source, examples, bad):
    with torch.no_grad():
        source.classifier.fc7.bias[3] = bad
    with pytest.raises(ValueError, match="features hold NaN or infinity; expected finite numbers"):
        cache_features(truncate(source, "relu7"), examples.inputs)


def test_batches_of_nothing_are_refused(source, examples):
    with pytest.raises(ValueError, match="batch_size is 0; expected at least 1"):
        cache_features(truncate(source, "relu7"), examples.inputs, batch_size=0)
