"""The fast gradient sign, against what calculus says."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from thesiscode.history import fast_gradient_sign, loss_gradient, random_signs

G = torch.Generator().manual_seed(0)
X, LABELS = torch.randn(6, 3, 8, 8, generator=G, dtype=torch.float64), torch.arange(6) % 4
LINEAR = nn.Sequential(nn.Flatten(), nn.Linear(192, 4)).double()
with torch.no_grad():
    LINEAR[1].weight.normal_(0, 0.1, generator=G)


def test_gradient_against_differences_and_example_by_example():
    found = loss_gradient(LINEAR, X, LABELS)
    direction = torch.randn(X.shape, generator=G, dtype=X.dtype)
    h = 1e-6
    up, down = (F.cross_entropy(LINEAR(X + s * h * direction), LABELS, reduction="none") for s in (1, -1))
    torch.testing.assert_close((found * direction).flatten(1).sum(1), (up - down) / (2 * h), atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(found[2:3], loss_gradient(LINEAR, X[2:3], LABELS[2:3]))
    assert all(p.grad is None for p in LINEAR.parameters())


def test_no_step_of_that_size_raises_the_loss_more():
    gradient, epsilon = loss_gradient(LINEAR, X, LABELS), 1e-4
    before = F.cross_entropy(LINEAR(X), LABELS, reduction="sum")

    def rise(direction):
        moved = fast_gradient_sign(X, direction, epsilon, low=-9, high=9)
        assert (moved - X).abs().max() <= epsilon * (1 + 1e-6)
        return (F.cross_entropy(LINEAR(moved), LABELS, reduction="sum") - before).item()

    best = rise(gradient)
    assert best == pytest.approx(epsilon * gradient.abs().sum().item(), rel=1e-2)
    assert all(rise(random_signs(X, G)) < best for _ in range(20))


def test_pixels_stay_in_their_range_and_no_step_changes_nothing():
    x = torch.tensor([[0.95, -0.95, 0.0]])
    g = torch.tensor([[2.0, -3.0, 0.0]])
    assert fast_gradient_sign(x, g, 0.2).tolist() == [[1.0, -1.0, 0.0]]
    assert torch.equal(fast_gradient_sign(x, g, 0), x)


def test_coin_tosses_are_fair():
    signs = random_signs(torch.zeros(100, 100), G)
    assert set(signs.unique().tolist()) == {-1, 1} and abs(signs.mean()) < 0.05


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="epsilon: expected a finite number of at least 0, got -1"):
        fast_gradient_sign(X, X, -1)
    with pytest.raises(ValueError, match="epsilon"):
        fast_gradient_sign(X, X, math.nan)
    with pytest.raises(ValueError, match="low, high: expected low < high, got 1 and 0"):
        fast_gradient_sign(X, X, 0.1, low=1, high=0)


@pytest.mark.parametrize(
    ("x", "gradient", "message"),
    [
        (X, X[:1], r"gradient: expected the shape of x, \(6, 3, 8, 8\), got \(1, 3, 8, 8\)"),
        (X[:1], X, r"gradient: expected the shape of x, \(1, 3, 8, 8\), got \(6, 3, 8, 8\)"),
        (X, X * torch.nan, "gradient: expected finite values"),
        (X, X * torch.inf, "gradient: expected finite values"),
        (X * torch.nan, X, "x: expected finite values"),
    ],
)
def test_a_step_needs_a_finite_gradient_of_its_own_shape(unchecked, x, gradient, message):
    with pytest.raises(ValueError, match=message):
        fast_gradient_sign(x, gradient, 0.1)
