"""A generator that is told what to draw (thesis Section 5.2.2)."""

import math
from dataclasses import replace

import pytest
import torch

from thesiscode.engine import Tensors, generator
from thesiscode.gan import WGAN_GP, Game, train_gan
from thesiscode.nets import Discriminator, Generator


def players(n_condition: int, norm: str = "batch") -> tuple[Generator, Discriminator]:
    draw = generator(0, "players")
    return (
        Generator(8, size=8, channels=1, n_noise=4, n_condition=n_condition, generator=draw),
        Discriminator(8, size=8, channels=1, n_condition=n_condition, norm=norm, generator=draw),
    )


def bright_or_dark(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images of one shade and a little noise, and what shade it is."""
    draw = generator(1, "shades")
    bright = torch.randint(2, (n,), generator=draw)
    shade = (bright * 1.4 - 0.7)[:, None, None, None]
    images = (shade + 0.1 * torch.randn(n, 1, 8, 8, generator=draw)).clamp(-1, 1)
    return images, torch.nn.functional.one_hot(bright, 2).float()


def test_it_draws_what_it_is_told():
    images, conditions = bright_or_dark(512)
    g, d = players(2)
    train_gan(g, d, Tensors(images, conditions), Game(epochs=30, learning_rate=1e-3), seed=0, progress=False)
    z = torch.randn(64, 4, generator=generator(2, "noise"))
    with torch.no_grad():
        dark, bright = (g(z, torch.tensor(told).expand(64, 2)).mean(dim=(1, 2, 3)) for told in ([1.0, 0], [0, 1.0]))
    assert (dark < -0.2).float().mean() > 0.9 and (bright > 0.2).float().mean() > 0.9


def test_a_critic_with_a_penalty_sees_conditions_too():
    images, conditions = bright_or_dark(64 * 12)
    g, d = players(2, norm="none")
    before = d.layers.c1.weight[:, 1:].clone()  # the weights that read the condition
    (first,) = train_gan(g, d, Tensors(images, conditions), replace(WGAN_GP, epochs=1), seed=0, progress=False)
    assert first.steps == 2 and math.isfinite(first.discriminator_loss + first.generator_loss)
    assert not torch.equal(before, d.layers.c1.weight[:, 1:])


def test_a_condition_of_another_length_is_named():
    images, conditions = bright_or_dark(128)
    g, d = players(3)
    with pytest.raises(ValueError, match="expected 4 and 3 values, got 6"):
        train_gan(g, d, Tensors(images, conditions), Game(epochs=1), seed=0, progress=False)
