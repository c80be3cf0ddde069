"""Generators and discriminators: sizes, parameters, initial weights, conditions."""

import pytest
import torch
from torch import nn

from thesiscode.engine import generator
from thesiscode.nets import Discriminator, Generator
from thesiscode.nets.describe import describe


def parameters(net):
    return sum(p.numel() for p in net.parameters())


def test_the_published_networks_have_the_published_parameters():
    assert parameters(Generator(64)) == 3_576_704 and parameters(Discriminator(64)) == 2_765_568


def test_states_are_those_of_appendix_c():
    """{8, 4, 2, 1} x gf maps of 4, 8, 16 and 32 pixels, and the reverse."""
    shapes = []
    net = Generator(16)
    for layer in net.layers:
        if isinstance(layer, nn.ConvTranspose2d):
            layer.register_forward_hook(lambda m, i, o: shapes.append(tuple(o.shape[1:])))
    assert net(torch.zeros(2, 100)).shape == (2, 3, 64, 64)
    assert shapes == [(128, 4, 4), (64, 8, 8), (32, 16, 16), (16, 32, 32), (3, 64, 64)]
    found = describe(Discriminator(16).layers, (3, 64, 64))
    assert [d.output_shape for d in found if d.name.startswith("c")] == [
        (16, 32, 32),
        (32, 16, 16),
        (64, 8, 8),
        (128, 4, 4),
        (1, 1, 1),
    ]
    assert sum(d.n_parameters for d in found) == parameters(Discriminator(16))


@pytest.mark.parametrize("upsampling", ["deconvolution", "resize"])
@pytest.mark.parametrize(("size", "channels"), [(8, 1), (32, 3), (64, 1), (128, 3)])
def test_images_have_the_size_that_was_asked_for_and_are_in_range(upsampling, size, channels):
    g = Generator(4, size=size, channels=channels, n_noise=7, upsampling=upsampling, generator=generator(0))
    d = Discriminator(4, size=size, channels=channels, generator=generator(1))
    images = g(torch.randn(3, 7, generator=generator(2)))
    assert images.shape == (3, channels, size, size) and images.abs().max() <= 1
    assert d(images).shape == (3,)
    d(images).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in (*g.parameters(), *d.parameters()))


def test_initial_weights_are_the_published_ones():
    for net in (Generator(32, generator=generator(0)), Discriminator(32, generator=generator(0))):
        for module in net.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                assert module.bias is None and 0.015 < module.weight.std() < 0.025
            if isinstance(module, nn.BatchNorm2d):
                assert 0.01 < module.weight.std() < 0.03 and abs(module.weight.mean() - 1) < 0.02
                assert not module.bias.any()


def test_the_generator_of_random_numbers_decides_the_weights():
    a, b, c = (Generator(4, size=16, generator=generator(s)).layers.dc1.weight for s in (0, 0, 1))
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_resizing_leaves_no_checkerboard_at_the_start():
    """The mean response to noise of a transposed convolution depends on the place modulo 2; after resizing less so."""
    ratio = {}
    for upsampling in ("deconvolution", "resize"):
        net = Generator(8, size=32, upsampling=upsampling, generator=generator(0)).layers[:-1]
        with torch.no_grad():
            maps = net(torch.randn(256, 100, 1, 1, generator=generator(1)))
        energy = maps.square().mean(dim=(0, 1))[8:-8, 8:-8]
        cells = torch.stack([energy[i::2, j::2].mean() for i in (0, 1) for j in (0, 1)])
        ratio[upsampling] = (cells.std() / cells.mean()).item()
    assert ratio["resize"] < ratio["deconvolution"]


def test_a_condition_changes_the_image_and_the_score():
    g = Generator(4, size=16, n_noise=5, n_condition=3, generator=generator(0))
    d = Discriminator(4, size=16, n_condition=3, generator=generator(1))
    z, (a, b) = torch.randn(2, 5, generator=generator(2)), torch.eye(3)[:2]
    a, b = a.expand(2, 3), b.expand(2, 3)
    assert not torch.allclose(g(z, a), g(z, b))
    x = g(z, a)
    assert not torch.allclose(d(x, a), d(x, b))


def test_a_critic_without_normalisation_scores_each_image_by_itself():
    d = Discriminator(8, size=16, norm="none", generator=generator(0))
    x = torch.randn(4, 3, 16, 16, generator=generator(1))
    torch.testing.assert_close(d(x), torch.cat([d(one[None]) for one in x]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Generator(0), "gf: expected an integer of at least 1, got 0"),
        (lambda: Discriminator(8, size=48), "size: expected a power of 2 from 8 on, got 48"),
        (
            lambda: Generator(8, upsampling="bilinear"),
            "upsampling: expected one of deconvolution, resize, got 'bilinear'",
        ),
        (lambda: Discriminator(8, norm="layer"), "norm: expected batch or none, got 'layer'"),
        (lambda: Generator(8, n_noise=0), "n_noise: expected an integer of at least 1, got 0"),
        (lambda: Generator(4)(torch.zeros(2, 99)), "z, condition: expected 100 and 0 values, got 99 in all"),
        (lambda: Discriminator(4)(torch.zeros(1, 3, 32, 32)), "x: expected images of 64 x 64 pixels"),
    ],
)
def test_bad_input_is_named(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
