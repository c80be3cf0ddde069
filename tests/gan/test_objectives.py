"""The losses of both players, against their equations."""

import pytest
import torch
from torch import nn

from thesiscode.engine import generator
from thesiscode.gan import (
    clip_weights,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    zero_centred_penalty,
)


@pytest.fixture
def scores():
    draw = generator(0)
    return torch.randn(50, generator=draw, dtype=torch.float64), torch.randn(50, generator=draw, dtype=torch.float64)


def test_losses_are_those_of_the_equations(scores):
    real, fake = scores
    d = torch.sigmoid
    expected = -d(real).log().mean() - (1 - d(fake)).log().mean()
    for objective in ("non-saturating", "saturating"):
        torch.testing.assert_close(discriminator_loss(real, fake, objective), expected)
    torch.testing.assert_close(generator_loss(fake), -d(fake).log().mean())
    torch.testing.assert_close(generator_loss(fake, "saturating"), (1 - d(fake)).log().mean())
    torch.testing.assert_close(discriminator_loss(real, fake, "wasserstein"), fake.mean() - real.mean())
    torch.testing.assert_close(generator_loss(fake, "wasserstein"), -fake.mean())


def test_the_game_of_eq_5_1_is_one_value_for_both(scores):
    """The generator's saturating loss and minus the discriminator's loss differ by what does not depend on fakes."""
    real, fake = scores
    for shift in (0, 1, 2.5):
        value = -discriminator_loss(real, fake + shift) - generator_loss(fake + shift, "saturating")
        torch.testing.assert_close(value, torch.sigmoid(real).log().mean())


def test_a_relativistic_loss_compares_the_two_images_of_a_pair(scores):
    real, fake = scores
    expected = -torch.sigmoid(real - fake).log().mean()
    torch.testing.assert_close(discriminator_loss(real, fake, "relativistic"), expected)
    torch.testing.assert_close(discriminator_loss(real + 7, fake + 7, "relativistic"), expected)
    torch.testing.assert_close(generator_loss(fake, "relativistic", real), -torch.sigmoid(fake - real).log().mean())
    turned = torch.randperm(50, generator=generator(1))
    assert discriminator_loss(real[turned], fake, "relativistic") != expected  # pairs, not means
    with pytest.raises(ValueError, match="real: expected the scores of real images"):
        generator_loss(fake, "relativistic")


def test_the_zero_centred_penalty_of_a_linear_critic_is_known():
    """Its slope is w everywhere: the penalty is |w|^2, wherever one looks."""
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    penalty = zero_centred_penalty(lambda x: x @ w, torch.randn(10, 2, generator=generator(0)))
    assert penalty.item() == pytest.approx(25)
    penalty.backward()
    torch.testing.assert_close(w.grad, torch.tensor([6.0, 8.0]))


def test_the_zero_centred_penalty_looks_at_the_images_themselves():
    x = torch.tensor([[1.0], [2.0]])
    assert zero_centred_penalty(lambda x: (x**2).sum(dim=1), x).item() == pytest.approx((2**2 + 4**2) / 2)


@pytest.mark.parametrize("score", [-60.0, 60.0])
def test_a_sure_discriminator_gives_finite_losses(score):
    fake = torch.tensor([score], requires_grad=True)
    for objective in ("non-saturating", "saturating"):
        assert torch.isfinite(discriminator_loss(fake, fake, objective))
        (slope,) = torch.autograd.grad(generator_loss(fake, objective), fake)
        assert torch.isfinite(slope).all()


def test_only_one_loss_saturates_while_the_discriminator_is_sure():
    fake = torch.tensor([-20.0], requires_grad=True)
    slopes = [
        torch.autograd.grad(generator_loss(fake, o), fake)[0].abs().item() for o in ("non-saturating", "saturating")
    ]
    assert slopes[0] > 0.99 and slopes[1] < 1e-8


def test_clipping_bounds_each_weight():
    net = nn.Linear(5, 3)
    clip_weights(net, 0.01)
    assert max(p.abs().max().item() for p in net.parameters()) == pytest.approx(0.01)
    with pytest.raises(ValueError, match="limit: expected a number above 0, got 0"):
        clip_weights(net, 0)


def test_the_penalty_of_a_linear_critic_is_known():
    """Its slope is w everywhere: the penalty is (|w| - 1)^2, and its gradient passes to w."""
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    real, fake = torch.zeros(10, 2), torch.ones(10, 2)
    penalty = gradient_penalty(lambda x: x @ w, real, fake, generator(0))
    assert penalty.item() == pytest.approx(16)
    penalty.backward()
    torch.testing.assert_close(w.grad, 2 * 4 * torch.tensor([0.6, 0.8]))


def test_the_penalty_looks_between_the_images():
    seen = []

    def critic(x):
        seen.append(x)
        return x.flatten(1).sum(dim=1)

    gradient_penalty(critic, torch.zeros(200, 1, 2, 2), torch.ones(200, 1, 2, 2), generator(0))
    (between,) = seen
    assert (between.flatten(1).std(dim=1) < 1e-6).all() and 0 <= between.min() < 0.05 and 0.95 < between.max() <= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: discriminator_loss(torch.zeros(2), torch.zeros(2), "hinge"),
        lambda: generator_loss(torch.zeros(2), "hinge"),
    ],
)
def test_an_unknown_objective_is_refused(call):
    with pytest.raises(
        ValueError,
        match="objective: expected one of non-saturating, saturating, wasserstein, relativistic, got 'hinge'",
    ):
        call()
