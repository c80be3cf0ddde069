"""Many small networks in one go: the same as one by one, and as plain torch."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.engine import generator
from thesiscode.twosample import SmallNetwork, train_networks
from thesiscode.twosample.networks import BATCH, network_scores


@pytest.fixture
def data():
    x = torch.randn(3, 150, 4, generator=generator(0, "x"))
    return x, x[:, :, 0] + 0.5 * torch.randn(3, 150, generator=generator(0, "noise")) > 0


def test_a_network_does_not_depend_on_who_is_trained_beside_it(data):
    x, labels = data
    together = train_networks(x, labels, [5, 6, 7], epochs=10)
    for i, seed in enumerate([5, 6, 7]):
        alone = train_networks(x[i : i + 1], labels[i : i + 1], [seed], epochs=10)
        for a, b in zip(together, alone, strict=True):
            torch.testing.assert_close(a[i], b[0], rtol=1e-4, atol=1e-5)


def test_training_is_that_of_torch(data):
    """The same start and the same mini-batches, with autograd and torch's Adam."""
    x, labels = data[0][:1], data[1][:1]
    draw = torch.Generator().manual_seed(11)
    net = nn.Sequential(nn.Linear(4, 20), nn.ReLU(), nn.Linear(20, 1))
    with torch.no_grad():
        for shape, bound, p in (
            ((4, 20), 0.5, net[0].weight),
            ((1, 20), 0.5, net[0].bias),
            ((20, 1), 20**-0.5, net[2].weight),
            ((1, 1), 20**-0.5, net[2].bias),
        ):
            p.copy_(torch.empty(shape).uniform_(-bound, bound, generator=draw).T.reshape(p.shape))
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(5):
        for batch in torch.randperm(150, generator=draw).split(BATCH):
            loss = nn.functional.binary_cross_entropy_with_logits(net(x[0, batch])[:, 0], labels[0, batch].float())
            adam.zero_grad()
            loss.backward()
            adam.step()
    ours = train_networks(x, labels, [11], epochs=5, learning_rate=0.01)
    torch.testing.assert_close(network_scores(ours, x)[0], net(x[0])[:, 0].detach(), rtol=1e-3, atol=1e-4)


def test_it_learns_a_ring_and_survives_a_constant_feature():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 3)) * [1, 100, 0] + [0, 50, 7]
    y = x[:, 0] ** 2 + ((x[:, 1] - 50) / 100) ** 2 > 1.4
    said = SmallNetwork().fit(x[:200], y[:200]).predict_proba(x[200:])
    assert np.mean((said[:, 1] > 0.5) == y[200:]) > 0.9 and np.allclose(said.sum(axis=1), 1)


def test_one_seed_a_network(data):
    with pytest.raises(ValueError, match="seeds: expected 3, one a network, got 2"):
        train_networks(*data, [1, 2])
