"""Training two players: the published steps, resumption, divergence."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn

from thesiscode.engine import CheckpointError, Diverged, Tensors, generator
from thesiscode.gan import (
    DCGAN,
    R3GAN,
    WGAN,
    WGAN_GP,
    Game,
    discriminator_loss,
    generator_loss,
    train_gan,
    zero_centred_penalty,
)
from thesiscode.nets import Discriminator, Generator

SMALL = Game(batch_size=8, epochs=2)


def players(norm="batch"):
    g = Generator(2, size=8, n_noise=4, channels=1, generator=generator(0, "g"))
    return g, Discriminator(2, size=8, channels=1, norm=norm, generator=generator(0, "d"))


@pytest.fixture
def images():
    x = torch.rand(40, 1, 8, 8, generator=generator(0, "images")) * 2 - 1
    return Tensors(x, torch.zeros(40))


def state(net):
    return {name: value.clone() for name, value in net.state_dict().items()}


def same(a, b):
    return all(torch.equal(a[name], b[name]) for name in a)


def test_one_epoch_is_that_of_plain_torch(images):
    """Both players step on the same noise, the discriminator first, as in the code of Radford et al."""
    g, d = players()
    train_gan(g, d, images, replace(SMALL, epochs=1), seed=3, progress=False)
    mine_g, mine_d = players()
    mine_g.train(), mine_d.train()
    adams = [torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999)) for net in (mine_g, mine_d)]
    order = torch.randperm(40, generator=generator(3, "order", 1))
    for step, batch in enumerate(order.split(8)):
        real = images.inputs[batch]
        z = torch.randn(8, 4, generator=generator(3, "noise", 1, step, 0))
        fake = mine_g(z)
        adams[1].zero_grad()
        discriminator_loss(mine_d(real), mine_d(fake.detach())).backward()
        adams[1].step()
        adams[0].zero_grad()
        generator_loss(mine_d(fake)).backward()
        adams[0].step()
    for net, other in ((g, mine_g), (d, mine_d)):
        for a, b in zip(net.parameters(), other.parameters(), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_the_rules_of_the_published_games():
    assert (DCGAN.learning_rate, DCGAN.betas, DCGAN.batch_size) == (2e-4, (0.5, 0.999), 64)
    assert (WGAN.optimizer, WGAN.learning_rate, WGAN.clip, WGAN.critic_steps) == ("rmsprop", 5e-5, 0.01, 5)
    assert [WGAN.steps_of_critic(n) for n in (0, 24, 25, 499, 500, 501)] == [100, 100, 5, 5, 100, 5]
    assert (WGAN_GP.penalty, WGAN_GP.betas) == (10.0, (0.0, 0.9)) and not WGAN_GP.clip
    assert (R3GAN.objective, R3GAN.penalty_at, R3GAN.critic_steps) == ("relativistic", "ends", 1)


@pytest.mark.parametrize("game", [replace(WGAN, long_steps=0, critic_steps=2), replace(WGAN_GP, critic_steps=2)])
def test_critics_step_more_often_and_stay_within_their_limits(images, game):
    g, d = players(norm="none")
    rounds = train_gan(g, d, images, replace(game, batch_size=8, epochs=2), seed=0, progress=False)
    assert [r.steps for r in rounds] == [2, 5]
    assert all(np.isfinite([r.discriminator_loss, r.generator_loss]).all() for r in rounds)
    if game.clip:
        assert max(p.abs().max().item() for p in d.parameters()) <= game.clip


def test_penalties_at_the_ends_keep_the_discriminator_flat(images):
    """The stronger the penalty, the smaller the slopes at real images; and the game trains both players."""
    slopes = []
    for weight in (0.0, 100.0):
        g, d = players(norm="none")
        before = state(g)
        game = replace(R3GAN, batch_size=8, epochs=4, penalty=weight, learning_rate=2e-3)
        rounds = train_gan(g, d, images, game, seed=0, progress=False)
        assert all(np.isfinite([r.discriminator_loss, r.generator_loss]).all() for r in rounds)
        assert not same(before, state(g))
        slopes.append(zero_centred_penalty(d, images.inputs.float()).item())
    assert slopes[1] < slopes[0] / 2


def test_an_epoch_without_a_step_of_the_generator_has_no_loss_of_it(images, tmp_path):
    game = replace(WGAN, batch_size=8, epochs=1)  # a hundred steps of the critic come first
    (one,) = train_gan(*players(norm="none"), images, game, seed=0, folder=tmp_path, progress=False)
    assert one.steps == 0 and one.waiting == 5 and np.isnan(one.generator_loss)
    rounds = train_gan(
        *players(norm="none"), images, replace(game, epochs=2), seed=0, folder=tmp_path, resume=True, progress=False
    )
    assert [r.waiting for r in rounds] == [5, 10]


def test_a_longer_training_or_one_of_other_images_is_not_resumed(images, tmp_path):
    train_gan(*players(), images, SMALL, seed=0, folder=tmp_path, progress=False, about="faces")
    with pytest.raises(CheckpointError, match="holds 2 epochs, expected at most 1"):
        train_gan(
            *players(),
            images,
            replace(SMALL, epochs=1),
            seed=0,
            folder=tmp_path,
            resume=True,
            about="faces",
            progress=False,
        )
    with pytest.raises(CheckpointError, match="about is 'faces', expected 'bedrooms'"):
        train_gan(*players(), images, SMALL, seed=0, folder=tmp_path, resume=True, about="bedrooms", progress=False)


def test_an_interrupted_training_ends_like_one_that_was_not(images, tmp_path):
    game = replace(SMALL, epochs=3)
    g, d = players()
    whole = train_gan(g, d, images, game, seed=1, folder=tmp_path / "whole", progress=False)

    class Pulled(Exception):
        pass

    def pull(one, net):
        if one.number == 2:
            raise Pulled

    with pytest.raises(Pulled):
        train_gan(*players(), images, game, seed=1, folder=tmp_path / "cut", watch=pull, progress=False)
    again_g, again_d = players()
    rounds = train_gan(again_g, again_d, images, game, seed=1, folder=tmp_path / "cut", resume=True, progress=False)
    assert rounds == whole and same(state(g), state(again_g)) and same(state(d), state(again_d))


def test_who_watches_sees_each_epoch_and_a_generator_that_draws(images):
    seen = []

    def watch(one, g):
        assert not g.training
        with torch.no_grad():
            seen.append((one.number, g(torch.zeros(1, 4)).shape))

    train_gan(*players(), images, SMALL, seed=0, watch=watch, progress=False)
    assert seen == [(1, (1, 1, 8, 8)), (2, (1, 1, 8, 8))]


def test_a_training_that_diverges_stops_and_keeps_the_last_good_checkpoint(images, tmp_path):
    class Breaks(Discriminator):
        calls = 0

        def forward(self, x, condition=None):
            Breaks.calls += self.training
            return super().forward(x) * (float("nan") if Breaks.calls > 18 else 1.0)

    g, _ = players()
    d = Breaks(2, size=8, channels=1, generator=generator(0, "d"))
    with pytest.raises(
        Diverged, match=r"epoch 2, step 5: .* is nan; the checkpoint of epoch 1 stays in .*gan.safetensors"
    ):
        train_gan(g, d, images, SMALL, seed=0, folder=tmp_path, progress=False)
    fresh_g, fresh_d = players()
    rounds = train_gan(fresh_g, fresh_d, images, SMALL, seed=0, folder=tmp_path, resume=True, progress=False)
    assert len(rounds) == 2 and all(torch.isfinite(p).all() for p in fresh_g.parameters())


def test_weights_that_overflow_in_the_last_step_are_a_divergence_and_are_not_kept(images, tmp_path):
    g, d = players()
    next(g.parameters()).register_hook(lambda gradient: gradient / 0)
    with pytest.raises(Diverged, match="epoch 1: a weight is not finite after the last step"):
        train_gan(g, d, images, replace(SMALL, batch_size=40, epochs=1), seed=0, folder=tmp_path, progress=False)
    assert not list(tmp_path.iterdir())


def test_losses_that_blow_up_are_a_divergence(images):
    class Loud(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(1e7))

        def forward(self, x):
            return x.mean(dim=(1, 2, 3)) * self.scale

    with pytest.raises(Diverged, match=r"the mean loss of the .* is"):
        train_gan(players()[0], Loud(), images, SMALL, seed=0, progress=False)


def test_accelerate_trains_the_same_players(images):
    g, d = players()
    train_gan(g, d, images, SMALL, seed=0, progress=False)
    AcceleratorState._reset_state(reset_partial_state=True)
    other_g, other_d = players()
    train_gan(other_g, other_d, images, SMALL, seed=0, accelerator=Accelerator(cpu=True), progress=False)
    AcceleratorState._reset_state(reset_partial_state=True)
    assert same(state(g), state(other_g)) and same(state(d), state(other_d))


def test_other_rules_or_players_are_not_resumed(images, tmp_path):
    train_gan(*players(), images, SMALL, seed=0, folder=tmp_path, progress=False)
    options = {"seed": 0, "folder": tmp_path, "resume": True, "progress": False}
    with pytest.raises(CheckpointError, match=r"made with other settings: learning_rate is 0.0002, expected 0.001"):
        train_gan(*players(), images, replace(SMALL, learning_rate=1e-3), **options)
    g = Generator(3, size=8, n_noise=4, channels=1)
    with pytest.raises(CheckpointError, match="made for another network"):
        train_gan(g, players()[1], images, SMALL, **options)
    longer = train_gan(*players(), images, replace(SMALL, epochs=3), **options)
    assert [one.number for one in longer] == [1, 2, 3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: Game(objective="hinge"), "objective: expected one of non-saturating"),
        (lambda x: Game(learning_rate=0.0), "learning_rate: expected a finite number above 0, got 0.0"),
        (lambda x: train_gan(*players(), x, Game(), seed=0), "images: expected at least 64, one mini-batch, got 40"),
        (lambda x: train_gan(*players(), x, SMALL, seed=0, resume=True), "folder: expected the folder to resume from"),
    ],
)
def test_bad_input_is_named(images, call, message):
    with pytest.raises(ValueError, match=message):
        call(images)
