"""The network of Krizhevsky et al. (2012): layers, initial weights, bad input."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.nets import INPUT_SIDES, AlexNet


@pytest.fixture(scope="module")
def net():
    return AlexNet(generator=torch.Generator().manual_seed(0)).eval()


def small(**options):
    return AlexNet(10, fc_width=16, **options)


@torch.no_grad()
def test_scores_have_one_entry_an_image_and_class(net):
    scores = net(torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1)))
    assert scores.shape == (2, 1000)
    assert torch.isfinite(scores).all()
    assert scores.std() > 0
    assert small()(torch.zeros(1, 3, 224, 224)).shape == (1, 10)


def test_initial_weights_are_the_published_ones(net):
    weighted = dict((*net.features.named_children(), *net.classifier.named_children()))
    ones = {"conv2", "conv4", "conv5", "fc6", "fc7"}
    for name in ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"):
        weight = weighted[name].weight.detach()
        spread = 0.01 / np.sqrt(weight.numel())
        assert abs(weight.mean()) < 5 * spread, name
        assert abs(weight.std() - 0.01) < 5 * spread, name
        assert (weighted[name].bias == (1 if name in ones else 0)).all(), name


def test_the_generator_decides_the_weights():
    first, again, other = (small(generator=torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
    assert torch.equal(first.features.conv4.weight, again.features.conv4.weight)
    assert not torch.equal(first.features.conv4.weight, other.features.conv4.weight)
    before = torch.random.get_rng_state()
    small(generator=torch.Generator().manual_seed(3))
    assert torch.equal(before, torch.random.get_rng_state()), (
        "a network with its own generator left the global one alone"
    )


def test_response_normalisation_is_the_published_formula(net):
    a = np.random.default_rng(0).normal(scale=40, size=(7, 2, 3))
    k, n, alpha, beta = 2, 5, 1e-4, 0.75
    b = np.empty_like(a)
    for i in range(7):
        near = a[max(0, i - n // 2) : min(7, i + n // 2 + 1)]
        b[i] = a[i] / (k + alpha * (near**2).sum(axis=0)) ** beta
    ours = net.features.norm1(torch.from_numpy(a)[None])[0].numpy()
    np.testing.assert_allclose(ours, b, rtol=1e-12)
    assert repr(net.features.norm2) == repr(net.features.norm1)


def test_groups_see_half_of_the_maps_and_conv3_sees_all():
    grouped, whole = small(), small(grouped=False)
    assert [grouped.features.get_submodule(f"conv{i}").groups for i in range(1, 6)] == [1, 2, 1, 2, 2]
    assert [whole.features.get_submodule(f"conv{i}").groups for i in range(1, 6)] == [1] * 5
    maps = torch.zeros(1, 384, 5, 5, requires_grad=True)
    grouped.features.conv4(maps)[0, 0].sum().backward()
    used = maps.grad.abs().sum(dim=(0, 2, 3)) > 0
    assert used[:192].all()
    assert not used[192:].any()


def test_dropout_works_in_training_only():
    net = small(generator=torch.Generator().manual_seed(0))
    x = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    torch.manual_seed(0)
    assert not torch.equal(net.train()(x), net(x))
    assert torch.equal(net.eval()(x), net(x))


def test_sides_that_give_a_six_by_six_map():
    def side(pixels):
        for kernel, stride, padding in [(11, 4, 2), (3, 2, 0), (5, 1, 2), (3, 2, 0), *[(3, 1, 1)] * 3, (3, 2, 0)]:
            pixels = (pixels + 2 * padding - kernel) // stride + 1
        return pixels

    assert [n for n in range(70, 400) if side(n) == 6] == list(INPUT_SIDES)
    features = small().features
    with torch.no_grad():
        for pixels in (INPUT_SIDES[0], INPUT_SIDES[-1]):
            assert features(torch.zeros(1, 3, pixels, pixels)).shape == (1, 256, 6, 6)


def test_features_train_by_gradient():
    net = small(generator=torch.Generator().manual_seed(0)).eval()
    x = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    nn.functional.cross_entropy(net(x), torch.tensor([1, 7])).backward()
    assert all(torch.isfinite(p.grad).all() and p.grad.abs().sum() > 0 for p in net.parameters())


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3, 224, 224), r"x has shape \(3, 224, 224\); expected four dimensions"),
        ((1, 1, 224, 224), r"x has shape \(1, 1, 224, 224\); expected 3 channels"),
        ((1, 3, 222, 224), r"222 x 224 pixels; expected 224 x 224 \(sides from 223 to 254"),
        ((1, 3, 224, 255), r"224 x 255 pixels; expected 224 x 224"),
        ((1, 3, 4, 4), r"4 x 4 pixels; expected 224 x 224"),
    ],
)
def test_wrong_images_are_named(net, shape, message):
    with pytest.raises(ValueError, match=message):
        net(torch.zeros(shape))


@pytest.mark.usefixtures("as_users_run_it")
def test_integer_pixels_are_refused(net):
    with pytest.raises(ValueError, match=r"x holds torch\.uint8; expected floating-point pixels"):
        net(torch.zeros((1, 3, 224, 224), dtype=torch.uint8))


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize(
    ("name", "value"), [("n_classes", 0), ("n_classes", 2.0), ("fc_width", -1), ("fc_width", True)]
)
def test_wrong_widths_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value!r}; expected an integer of at least 1"):
        AlexNet(**{name: value})
