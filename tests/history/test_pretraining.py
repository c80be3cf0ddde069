"""Restricted Boltzmann machines against enumeration, and networks that begin as a stack of them."""

from itertools import pairwise, product

import pytest
import torch

from thesiscode.history.pretraining import Machine, deep_classifier, stack_machines, train_machine


def states(n):
    return torch.tensor(list(product([0.0, 1.0], repeat=n)))


def small(seed=0, hidden=3, visible=4):
    rng = torch.Generator().manual_seed(seed)
    return Machine(*(torch.randn(*shape, generator=rng) for shape in ((hidden, visible), (hidden,), (visible,))))


def test_conditionals_and_free_energy_are_those_of_the_joint_distribution():
    m = small()
    v, h = states(4), states(3)
    joint = torch.exp(h @ m.weights @ v.T + (h @ m.hidden_bias)[:, None] + v @ m.visible_bias)  # [h, v]
    torch.testing.assert_close(torch.exp(-m.free_energy(v)), joint.sum(dim=0))
    torch.testing.assert_close(m.hidden(v), (h.T @ (joint / joint.sum(dim=0))).T)
    torch.testing.assert_close(m.visible(h), (joint / joint.sum(dim=1, keepdim=True)) @ v)


def test_training_raises_the_likelihood_of_the_data():
    rng = torch.Generator().manual_seed(0)
    data = torch.randint(2, (200, 3), generator=rng).float().repeat_interleave(2, dim=1)  # pairs that agree

    def likelihood(m):
        every = torch.logsumexp(-m.free_energy(states(6)), dim=0)
        return (-m.free_energy(data) - every).mean().item()

    before = likelihood(train_machine(data, 8, epochs=1, learning_rate=1e-9, rng=torch.Generator().manual_seed(1)))
    draw = torch.Generator().manual_seed(1)
    after = likelihood(train_machine(data, 8, epochs=150, batch_size=20, learning_rate=0.5, rng=draw))
    best = -3 * torch.log(torch.tensor(2.0)).item()
    assert before < best - 1.5 and after > best - 0.5


def test_a_network_begins_as_the_stack():
    rng = torch.Generator().manual_seed(0)
    data = (torch.rand(40, 1, generator=rng) < 0.8).float().expand(-1, 6)  # something to learn
    machines = stack_machines(data, [5, 4], epochs=50, learning_rate=1, rng=rng)
    assert all(m.hidden_bias.abs().max() > 0.01 for m in machines)
    net = deep_classifier([6, 5, 4, 3], "sigmoid", machines=machines, rng=rng)
    torch.testing.assert_close(net[:4](data), machines[1].hidden(machines[0].hidden(data)))


@pytest.mark.parametrize(
    ("activation", "deviation", "expected"),
    [("relu", None, (2 / 300) ** 0.5), ("tanh", None, (2 / 500) ** 0.5), ("sigmoid", 0.01, 0.01)],
)
def test_initial_weights_have_their_deviation(activation, deviation, expected):
    net = deep_classifier([300, 200, 10], activation, deviation=deviation, rng=torch.Generator().manual_seed(0))
    assert net[0].weight.std().item() == pytest.approx(expected, rel=0.03)
    assert len(net) == 3 and (net[0].bias == 0).all()


def test_bad_input(unchecked):
    rng, data = torch.Generator().manual_seed(0), torch.rand(9, 4)
    with pytest.raises(ValueError, match=r"data: expected samples with values in \[0, 1\]"):
        train_machine(2 + data, 3, rng=rng)
    with pytest.raises(ValueError, match="data: expected samples"):
        train_machine(torch.full((2, 2), torch.nan), 3, rng=rng)
    with pytest.raises(ValueError, match=r"expected numbers above 0, got 3, 0, 50 and 0\.1"):
        train_machine(data, 3, epochs=0, rng=rng)
    with pytest.raises(ValueError, match=r"activation: expected one of .*, got 'step'"):
        deep_classifier([4, 3], "step", rng=rng)
    with pytest.raises(ValueError, match=r"sizes: expected at least two, each at least 1, got \[4\]"):
        deep_classifier([4], rng=rng)
    with pytest.raises(ValueError, match=r"machines: expected weights \(3, 4\) for layer 1, got \(2, 4\)"):
        deep_classifier([4, 3], machines=[train_machine(data, 2, rng=rng)], rng=rng)


def machines(*widths):
    return [small(hidden=n_out, visible=n_in) for n_in, n_out in pairwise(widths)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: train_machine(torch.rand(9), 3, rng=rng), r"data: expected .* \[n, visible\], got shape \[9\]"),
        (
            lambda rng: deep_classifier([4, 3], machines=machines(4, 3, 2), rng=rng),
            "machines: expected at most 1, one a layer, got 2",
        ),
        (lambda rng: deep_classifier([4, 3], deviation=-1, rng=rng), "deviation: expected .* at least 0, got -1"),
        (lambda rng: deep_classifier([4, 3], deviation=torch.nan, rng=rng), "deviation: expected .* got nan"),
    ],
)
def test_networks_refuse(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call(torch.Generator().manual_seed(0))
