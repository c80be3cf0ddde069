"""Deep networks: what they compute, and that shortcuts and normalisation do what the page says, over two seeds."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from thesiscode.history import deep_network, first_gradient, train_deep


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    x = torch.tensor((x - x.mean()) / x.std(), dtype=torch.float32)
    return x[:640], torch.tensor(y[:640])


def test_shortcuts_add_the_input_of_each_block():
    net = deep_network(5, 3, 4, width=7, shortcut=True, generator=seeded(0)).eval()
    plain = deep_network(5, 3, 4, width=7, generator=seeded(0)).eval()
    x = torch.randn(6, 5, generator=seeded(1))
    w = [layer for layer in plain.modules() if isinstance(layer, nn.Linear)]
    h = torch.relu(w[0](x))
    y = w[2](torch.relu(w[1](h)))
    assert torch.allclose(plain(x), w[3](torch.relu(y)))
    assert torch.allclose(net(x), w[3](torch.relu(h + y)))


@pytest.mark.parametrize("depth", [2, 6, 12])
def test_depth_counts_weighted_layers(depth):
    net = deep_network(5, 3, depth, normalised=True, generator=seeded(0))
    assert sum(isinstance(layer, nn.Linear) for layer in net.modules()) == depth
    assert sum(isinstance(layer, nn.BatchNorm1d) for layer in net.modules()) == depth - 1


def test_normalisation_forgets_the_size_of_the_weights(digits):
    x, _ = digits
    net = deep_network(64, 10, 6, normalised=True, generator=seeded(0))
    before = net(x)
    with torch.no_grad():
        for layer in list(net.modules())[:-1]:
            if isinstance(layer, nn.Linear) and layer.out_features > 10:
                layer.weight.mul_(100)
    assert torch.allclose(net(x), before, atol=1e-3)


def test_deep_plain_networks_train_worse_and_shortcuts_mend_it(digits):
    final = {}
    for depth in (4, 32):
        for shortcut in (False, True):
            final[depth, shortcut] = [
                train_deep(
                    deep_network(64, 10, depth, normalised=True, shortcut=shortcut, generator=seeded(s)),
                    *digits,
                    epochs=5,
                    lr=0.02,
                    generator=seeded(s + 10),
                )[-1]
                for s in range(2)
            ]
    assert min(final[32, False]) > 4 * max(final[4, False])
    assert max(final[32, True]) < 0.5 * min(final[32, False])


def test_normalisation_allows_a_large_learning_rate(digits):
    for seed in range(2):
        losses = {
            normalised: train_deep(
                deep_network(64, 10, 8, normalised=normalised, generator=seeded(seed)),
                *digits,
                epochs=5,
                lr=0.1,
                generator=seeded(seed + 10),
            )[-1]
            for normalised in (False, True)
        }
        assert losses[True] < 0.5 * losses[False]


def test_training_is_reproducible_and_starts_at_chance(digits):
    runs = [
        train_deep(
            deep_network(64, 10, 4, normalised=True, generator=seeded(3)),
            *digits,
            epochs=2,
            lr=0.02,
            generator=seeded(4),
        )
        for _ in range(2)
    ]
    assert np.array_equal(*runs)
    assert runs[0][1] < runs[0][0] < 3


def test_a_run_that_diverges_ends_in_infinity(digits):
    found = train_deep(
        deep_network(64, 10, 16, shortcut=True, generator=seeded(0)), *digits, epochs=2, lr=50.0, generator=seeded(0)
    )
    assert np.isinf(found[-1])


def test_the_gradient_is_that_of_the_first_weights(digits):
    x, y = digits[0][:8], digits[1][:8]
    net = deep_network(64, 10, 4, generator=seeded(0)).double()
    x = x.double()
    found, weights = first_gradient(net, x, y), net[0].weight
    nn.functional.cross_entropy(net(x), y).backward()
    gradient = weights.grad
    assert found == pytest.approx(gradient.norm().item())
    direction = gradient / gradient.norm()
    with torch.no_grad():
        values = []
        for step in (1e-6, -2e-6):
            weights += step * direction
            values.append(nn.functional.cross_entropy(net(x), y).item())
    assert (values[0] - values[1]) / 2e-6 == pytest.approx(found, rel=1e-3)


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="depth: expected an even number of at least 2, got 5"):
        deep_network(4, 2, 5, generator=seeded(0))
    with pytest.raises(ValueError, match="n_in, n_classes, width: expected at least 1"):
        deep_network(0, 2, 4, generator=seeded(0))
    net = deep_network(4, 2, 4, generator=seeded(0))
    options = {"epochs": 1, "lr": 0.1, "generator": seeded(0)}
    with pytest.raises(ValueError, match="y: expected a label for each of x, at least one"):
        train_deep(net, torch.zeros(3, 4), torch.zeros(2, dtype=torch.long), **options)
    with pytest.raises(ValueError, match="y: expected a label for each of x, at least one"):
        first_gradient(net, torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
    with pytest.raises(ValueError, match="epochs, batch, lr: expected positive numbers"):
        train_deep(net, torch.zeros(3, 4), torch.zeros(3, dtype=torch.long), **options | {"lr": 0.0})
    with pytest.raises(ValueError, match="x: expected finite"):
        train_deep(net, torch.full((3, 4), torch.nan), torch.zeros(3, dtype=torch.long), **options)
