"""Autoencoders: shapes, the loss against its formula, sharpness, and that they learn."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from thesiscode.engine import generator
from thesiscode.gan import Autoencoder, autoencoder_loss, gradient_energy
from thesiscode.gan.autoencoders import Encoded


@pytest.fixture
def images():
    return torch.rand(8, 1, 16, 16, generator=generator(0)) * 2 - 1


@pytest.mark.parametrize("variational", [False, True])
def test_images_come_back_in_their_shape(images, variational):
    net = Autoencoder(4, size=16, channels=1, n_code=6, variational=variational, generator=generator(1))
    found = net(images, generator(2))
    assert found.images.shape == images.shape and found.images.abs().max() <= 1
    assert found.mean.shape == found.log_variance.shape == (8, 6)
    assert variational or not found.log_variance.any()
    autoencoder_loss(images, found).backward()
    assert all(torch.isfinite(p.grad).all() for p in net.parameters())


def test_the_loss_is_its_formula(images):
    draw = generator(3)
    found = Encoded(
        torch.rand(images.shape, generator=draw), torch.randn(8, 6, generator=draw), torch.randn(8, 6, generator=draw)
    )
    error = ((images - found.images) ** 2).sum(dim=(1, 2, 3)) / 2
    code = Normal(found.mean, (0.5 * found.log_variance).exp())
    distance = kl_divergence(code, Normal(torch.zeros(6), torch.ones(6))).sum(dim=1)
    torch.testing.assert_close(autoencoder_loss(images, found), (error + distance).mean())
    torch.testing.assert_close(autoencoder_loss(images, found, divergence=0), error.mean())


def test_the_noise_of_a_code_has_its_mean_and_variance(images):
    net = Autoencoder(2, size=16, channels=1, n_code=3, variational=True, generator=generator(1)).eval()
    net.encoder[-1].bias.data[:] = torch.tensor([1.0, -2, 0, 0, 2, -4])
    codes = []
    net.decoder.register_forward_pre_hook(lambda module, args: codes.append(args[0]))
    draw = generator(4)
    with torch.no_grad():
        for _ in range(600):
            found = net(images[:1], draw)
        net(images[:1])
    codes = torch.cat(codes)
    assert torch.equal(codes[-1:], found.mean)  # without noise, the mean is decoded
    spread = (0.5 * found.log_variance[0]).exp()
    assert ((codes[:-1].mean(dim=0) - found.mean[0]).abs() < 4 * spread / 600**0.5).all()
    torch.testing.assert_close(codes[:-1].std(dim=0), spread, rtol=0.15, atol=0)


def test_sharpness_by_hand_and_blur_lowers_it():
    steps = torch.zeros(1, 1, 2, 3)
    steps[0, 0, :, 1:] = 2.0  # one step of 2 in each of two rows; 3 pairs down and 4 across
    assert gradient_energy(steps).item() == pytest.approx(8 / 7)
    noise = torch.rand(3, 3, 16, 16, generator=generator(0))
    blurred = torch.nn.functional.avg_pool2d(noise, 3, 1, 1)
    assert (gradient_energy(blurred) < 0.3 * gradient_energy(noise)).all()


def test_it_learns_to_draw_what_it_sees(images):
    net = Autoencoder(8, size=16, channels=1, n_code=8, generator=generator(1))
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)
    losses = []
    for _ in range(60):
        loss = autoencoder_loss(images, net(images), divergence=0)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    assert losses[-1] < 0.4 * losses[0]
