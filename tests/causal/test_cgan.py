"""Conditional GANs trained together are those that would be trained alone."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from thesiscode.causal.cgan import CGANSettings, Draws, train_cgans
from thesiscode.causal.replicas import Replicas
from thesiscode.engine import generator

SMALL = CGANSettings(epochs=3, hidden=24, noise=4)


@pytest.fixture
def data():
    g = torch.Generator().manual_seed(0)
    x = torch.randn(70, generator=g)
    y = torch.tanh(2 * x) + 0.3 * torch.randn(70, generator=g)
    return torch.stack([x, y]), torch.stack([y, x])


def with_one(x):
    return torch.cat([x, torch.ones_like(x[..., :1])], dim=-1)


def test_the_backward_pass_agrees_with_autograd():
    g = torch.Generator().manual_seed(1)
    networks = Replicas(3, 2, 8, dropout=0.25, generator=g)
    networks.weights = [weight.double().requires_grad_() for weight in networks.weights]
    keep = (torch.rand(3, 5, 8, generator=g) > 0.25).double()
    x = with_one(torch.randn(3, 5, 2, generator=g).double()).requires_grad_()
    dy = torch.randn(3, 5, 1, generator=g).double()
    W, w, c = networks.weights
    y = (torch.bmm(x, W).relu() * keep / 0.75) @ w.mT + c
    *expected, dx = torch.autograd.grad((y * dy).sum(), [W, w, c, x])
    with torch.no_grad():
        found, h = networks.forward(x, keep)
        torch.testing.assert_close(found, y)
        for ours, theirs in zip(networks.gradients(dy, x, h), expected, strict=True):
            torch.testing.assert_close(ours, theirs)
        for k in range(2):
            torch.testing.assert_close(networks.input_gradient(dy, h, k), dx[:, :, k : k + 1])


def test_dropout_keeps_the_expected_output():
    """Linear in the hidden units, the output's mean over many masks is that without dropout."""
    g = torch.Generator().manual_seed(0)
    networks = Replicas(2, 2, 16, dropout=0.25, generator=g)
    x = with_one(torch.randn(2, 1, 2, generator=g).expand(2, 40_000, 2))
    draws = Draws(2, range(2), 0, (), torch.device("cpu"))
    keep = draws.keep(40_000, 16, 0.25)
    assert set(keep.unique().tolist()) == {0.0, 1.0} and abs(keep.mean() - 0.75) < 0.002
    torch.testing.assert_close(networks.forward(x, keep)[0].mean(1), networks(x)[:, 0], atol=0.01, rtol=0)


def alone(causes, effects, s, replicas, seed, row):
    """Replica `row` in plain PyTorch, with layers, autograd and optimizers of its own: the losses of each epoch."""
    kinds, n = causes.shape
    networks = []
    for name, inputs in (("generator", 1 + s.noise), ("discriminator", 2)):
        all_of_them = Replicas(kinds * replicas, inputs, s.hidden, generator=generator(seed, "cgan weights", name))
        first, last = nn.Linear(inputs, s.hidden), nn.Linear(s.hidden, 1)
        with torch.no_grad():
            W, w, c = (weight[row] for weight in all_of_them.weights)
            first.weight.copy_(W[:-1].T)
            first.bias.copy_(W[-1])
            last.weight.copy_(w)
            last.bias.copy_(c[0])
        networks.append((first, last))

    def run(layers, x, keep):
        first, last = layers
        return last(F.relu(first(x)) * keep / (1 - s.dropout))[:, 0]

    G, D = networks
    of_g, of_d = (
        torch.optim.Adam([*a.parameters(), *b.parameters()], lr=s.lr, betas=(s.beta1, 0.999)) for a, b in (G, D)
    )
    draws = Draws(kinds * replicas, range(kinds * replicas), seed, (), torch.device("cpu"))
    x, y = causes[row // replicas], effects[row // replicas]
    losses = []
    for _ in range(s.epochs):
        sums = np.zeros(2)
        for rows in draws.order(n)[row].split(s.batch_size):
            m, bce = len(rows), F.binary_cross_entropy_with_logits
            z = draws.noise(m, s.noise)[row]
            fake = run(G, torch.cat([x[rows, None], z], 1), draws.keep(m, s.hidden, s.dropout)[row])
            keep = draws.keep(2 * m, s.hidden, s.dropout)[row]
            real = run(D, torch.stack([x[rows], y[rows]], 1), keep[:m])
            score = run(D, torch.stack([x[rows], fake.detach()], 1), keep[m:])
            loss = bce(real, torch.full_like(real, s.real_label)) + bce(score, torch.full_like(score, s.fake_label))
            of_d.zero_grad()
            loss.backward()
            of_d.step()
            score = run(D, torch.stack([x[rows], fake], 1), draws.keep(m, s.hidden, s.dropout)[row])
            loss_g = bce(score, torch.full_like(score, s.real_label))
            of_g.zero_grad()
            loss_g.backward()
            of_g.step()
            sums += [loss.item() * m, loss_g.item() * m]
        losses.append(sums / n)
    return np.array(losses)


@pytest.mark.parametrize("row", [0, 4, 5])
def test_a_replica_learns_as_plain_networks_do_alone(data, row):
    trained = train_cgans(*data, SMALL, replicas=3, seed=5)
    losses = torch.stack([trained.discriminator_losses[:, row], trained.generator_losses[:, row]], 1).numpy()
    np.testing.assert_allclose(losses, alone(*data, SMALL, 3, 5, row), rtol=2e-5)


def test_a_replica_trained_alone_is_that_among_the_others(data):
    together = train_cgans(*data, SMALL, replicas=4, seed=2)
    some = train_cgans(*data, SMALL, replicas=4, seed=2, only=[6, 1])
    for field in ("discriminator_losses", "generator_losses"):
        torch.testing.assert_close(getattr(some, field), getattr(together, field)[:, [6, 1]], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(some.fakes, together.fakes[[6, 1]], rtol=1e-3, atol=1e-4)


def test_seeds_and_names_decide_and_replicas_differ(data):
    runs = [
        train_cgans(*data, SMALL, replicas=2, seed=seed, names=names).generator_losses
        for seed, names in ((0, ()), (0, ()), (1, ()), (0, ("pair", 3)))
    ]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2]) and not torch.equal(runs[0], runs[3])
    assert len(set(runs[0][-1].tolist())) == 4


def test_generators_learn_the_effect_from_the_cause():
    g = torch.Generator().manual_seed(0)
    x = torch.randn(600, generator=g)
    y = x.sign() + 0.1 * torch.randn(600, generator=g)
    trained = train_cgans(x[None], y[None], CGANSettings(epochs=40), replicas=4, seed=0)
    errors = (trained.fakes - y).abs().median(dim=1).values
    assert errors.median() < 0.4, errors  # 1 for a generator that knows only the values of y
    assert trained.epochs == 4 * 40 and not trained.diverged.any()


def test_a_replica_that_diverges_leaves_the_others_as_they_were(data, monkeypatch):
    calm = train_cgans(*data, SMALL, replicas=3, seed=4)
    from thesiscode.causal import cgan

    step, calls = cgan._step, []

    def poisoned(players, *rest):
        weights = players.G.weights[0]
        calls.append(len(weights))
        if len(calls) == 6:  # the second epoch's first mini-batch
            weights[2] = torch.inf
        return step(players, *rest)

    monkeypatch.setattr(cgan, "_step", poisoned)
    rest = train_cgans(*data, SMALL, replicas=3, seed=4)
    assert rest.diverged.tolist() == [False, False, True, False, False, False]
    assert calls[5] == 6 and calls[-1] == 5, "it does not train on"
    assert rest.fakes[2].isnan().all() and rest.generator_losses[:, 2].isfinite().tolist() == [True, False, False]
    others = [0, 1, 3, 4, 5]
    torch.testing.assert_close(rest.fakes[others], calm.fakes[others], rtol=1e-3, atol=1e-4)
    assert rest.epochs == 5 * 3 + 1


def test_what_makes_infinite_values_has_diverged(data):
    """The last step may be the one too many; no loss was infinite."""
    trained = train_cgans(*data, CGANSettings(epochs=1, lr=1e16, hidden=8), replicas=2, seed=0)
    assert trained.fakes[~trained.diverged].isfinite().all() and trained.fakes[trained.diverged].isnan().all()


def test_all_may_diverge(data):
    trained = train_cgans(*data, CGANSettings(epochs=3, lr=1e30, hidden=8), replicas=2, seed=0)
    assert trained.diverged.all() and trained.fakes.isnan().all()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda c, e: (c[:, :-1], e), "one shape"),
        (lambda c, e: (c[:, :0], e[:, :0]), "one shape"),
        (lambda c, e: (c * torch.nan, e), "finite"),
    ],
)
def test_bad_data_is_refused(data, change, match, unchecked):
    with pytest.raises(ValueError, match=match):
        train_cgans(*change(*data), SMALL, replicas=1, seed=0)


@pytest.mark.parametrize(
    "bad",
    [
        {"epochs": 0},
        {"dropout": 0.3},
        {"dropout": 1.0},
        {"lr": 0.0},
        {"lr": float("nan")},
        {"beta1": 1.0},
        {"fake_label": 0.9},
        {"real_label": 1.1},
    ],
)
def test_bad_settings_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        CGANSettings(**bad)


@pytest.mark.parametrize(
    ("options", "match"), [({"replicas": 0}, "replicas"), ({"only": []}, "only"), ({"only": [2]}, "only")]
)
def test_rows_that_are_not_there_are_refused(data, options, match):
    with pytest.raises(ValueError, match=match):
        train_cgans(*data, SMALL, seed=0, **{"replicas": 1} | options)
