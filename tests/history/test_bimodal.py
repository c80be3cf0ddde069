"""The bimodal autoencoder: one modality foretells the other."""

import pytest
import torch
from torch.nn import functional as F

from thesiscode.history import BimodalAutoencoder, missing, train_bimodal


def draw(seed):
    return torch.Generator().manual_seed(seed)


def senses(n=400):
    """Two linear views of one hidden cause."""
    cause = torch.randn(n, 3, generator=draw(0))
    return (cause @ torch.randn(3, 8, generator=draw(k)) for k in (1, 2))


def test_each_example_comes_three_times():
    a, b = torch.ones(2, 3), 2 * torch.ones(2, 4)
    both, first, second = missing(a, b).chunk(3)
    assert torch.equal(both, torch.cat([a, b], dim=1))
    assert torch.equal(first, torch.cat([a, 0 * b], dim=1)) and torch.equal(second, torch.cat([0 * a, b], dim=1))


def test_only_the_network_that_missed_one_foretells_it():
    a, b = senses()
    errors = []
    for denoise in (False, True):
        net = BimodalAutoencoder(8, 8, width=64, code=16, generator=draw(3))
        losses = train_bimodal(net, a[:300], b[:300], denoise=denoise, draw=draw(4))
        assert losses[-1] < losses[0] / 3
        with torch.no_grad():
            errors.append(F.mse_loss(net(missing(a[300:], b[300:])).chunk(3)[1][:, 8:], b[300:]).item())
    assert errors[1] < 0.4 * b.var().item() and errors[1] < errors[0] / 2


def test_bad_input(unchecked):
    net = BimodalAutoencoder(2, 2)
    with pytest.raises(ValueError, match="a, b: expected as many examples of each, at least one, got 3 and 2"):
        train_bimodal(net, torch.zeros(3, 2), torch.zeros(2, 2), draw=draw(0))


@pytest.mark.parametrize(("a", "b", "name"), [(torch.nan, 0.0, "a"), (0.0, torch.inf, "b")])
def test_training_refuses_what_is_not_finite(unchecked, a, b, name):
    with pytest.raises(ValueError, match=f"^{name}: expected finite values, got NaN or infinite ones"):
        train_bimodal(BimodalAutoencoder(2, 2), torch.full((3, 2), a), torch.full((3, 2), b), draw=draw(0))


@pytest.mark.parametrize("n", [1, 4])
def test_both_modalities_have_as_many_examples(unchecked, n):
    with pytest.raises(ValueError, match=f"a, b: expected as many examples of each, got 3 and {n}"):
        missing(torch.zeros(3, 2), torch.zeros(n, 2))
