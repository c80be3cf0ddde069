"""LeNet-5 against the counts that its paper prints, and its missing connections."""

import pytest
import torch

from thesiscode.history import LeNet5, describe_lenet5
from thesiscode.history.lenet5 import connections
from thesiscode.nets import totals


@pytest.fixture
def net():
    return LeNet5(generator=torch.Generator().manual_seed(0))


def test_trained_parameters_are_those_of_the_paper(net):
    counts = {layer.name: layer.n_parameters for layer in describe_lenet5(net) if layer.n_parameters}
    assert counts == {"c1": 156, "scale2": 12, "c3": 1516, "scale4": 32, "c5": 48_120, "f6": 10_164}
    assert totals(describe_lenet5(net))["n_parameters"] == 60_000


def test_multiply_adds_are_places_times_kernels(net):
    convolutions = 28**2 * 6 * 25 + 10**2 * 60 * 25  # sixty pairs of maps are joined in C3
    weights = 14**2 * 6 + 5**2 * 16  # one product for each subsampled value
    assert totals(describe_lenet5(net))["multiply_adds"] == convolutions + weights + 400 * 120 + 120 * 84 + 84 * 10


def test_connections_are_those_of_the_paper(net):
    layers = {layer.name: layer for layer in describe_lenet5(net)}
    counts = {name: layers[name].multiply_adds + layers[name].bias_adds for name in ("c1", "c3", "c5", "f6", "out")}
    for pool, scale in (("pool2", "scale2"), ("pool4", "scale4")):  # four inputs and a bias each
        counts[pool] = layers[pool].other_operations + layers[scale].bias_adds
    assert (counts["c1"], counts["pool2"], counts["c3"], counts["pool4"]) == (122_304, 5_880, 151_600, 2_000)
    assert sum(counts.values()) == 340_908


def test_a_missing_connection_stays_away_in_training(net):
    x = torch.rand(4, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    before = net(x)
    descent = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
    torch.nn.functional.cross_entropy(before, torch.arange(4)).backward()
    descent.step()
    assert (net.features.c3.weight[~connections()] == 0).all()
    assert (net.features.c3.weight[connections()] != 0).all()
    assert not torch.equal(net(x), before)
    assert connections().sum() == 60


def test_the_largest_score_is_of_the_nearest_code(net):
    f = torch.randn(20, 84, generator=torch.Generator().manual_seed(2))
    codes = net.classifier.out.weight
    assert set(codes.unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(net.classifier.out(f).argmax(dim=1), torch.cdist(f, codes).argmin(dim=1))


def test_bad_input(net, unchecked):
    with pytest.raises(ValueError, match=r"x: expected shape \(N, 1, 32, 32\), got \(2, 1, 28, 28\)"):
        net(torch.zeros(2, 1, 28, 28))
