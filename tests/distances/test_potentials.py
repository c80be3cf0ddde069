"""Kantorovich potentials: duality, slopes, closed forms, how critics agree with them, bad input."""

import math

import numpy as np
import pytest
import torch

from thesiscode.distances import agreement, euclidean, exact_potential, lipschitz_constant
from thesiscode.engine import generator
from thesiscode.gan import critic_distance
from thesiscode.gan.critic_study import exact_distance


@pytest.fixture
def clouds():
    draw = generator(0, "clouds")
    return torch.randn(40, 2, generator=draw) + torch.tensor([2.0, 0.0]), 1.5 * torch.randn(50, 2, generator=draw)


def test_it_reaches_the_distance(clouds):
    """Every 1-Lipschitz function gives a lower bound, so one that gives the cost of a plan is the best."""
    x, y = clouds
    f = exact_potential(x, y)
    assert f.distance == pytest.approx(exact_distance(x, y), abs=1e-9)
    assert (f(x).mean() - f(y).mean()).item() == pytest.approx(f.distance, abs=1e-9)
    assert (f(x).mean() + f(y).mean()).item() == pytest.approx(0, abs=1e-9)


def test_it_changes_by_no_more_than_the_distance(clouds):
    f = exact_potential(*clouds)
    points = 4 * torch.randn(300, 2, generator=generator(1), dtype=torch.float64)
    assert lipschitz_constant(f(points), euclidean(points, points)) <= 1 + 1e-9
    points.requires_grad_()
    (slopes,) = torch.autograd.grad(f(points).sum(), points)
    torch.testing.assert_close(slopes.norm(dim=1), torch.ones(300).double())  # a lower envelope of cones


def test_the_potential_of_two_points_is_known():
    """All mass moves from 0 to 3: f rises by 3 over that way, in a line."""
    f = exact_potential(torch.tensor([[3.0]]), torch.tensor([[0.0]]))
    torch.testing.assert_close(f(torch.tensor([[0.0], [1.0], [3.0]])), torch.tensor([-1.5, -0.5, 1.5]).double())


def test_another_ground_distance(clouds):
    """A capped distance: no mass costs more than the cap, and the potential cannot rise by more."""
    x, y = clouds
    f = exact_potential(x + 100, y, metric=lambda a, b: euclidean(a, b).clamp_max(1))
    assert f.distance == pytest.approx(1)
    values = f(torch.cat([x + 100, y]))
    assert (values.max() - values.min()).item() <= 1 + 1e-9
    near = exact_potential(x, y, metric=lambda a, b: euclidean(a, b).clamp_max(1))
    assert near.distance < min(1, exact_distance(x, y))


def test_lipschitz_constants():
    points = torch.tensor([[0.0], [1.0], [3.0], [3.0]])
    apart = euclidean(points, points)
    assert lipschitz_constant(torch.tensor([0.0, 2.0, 3.0, 3.0]), apart) == pytest.approx(2)
    assert lipschitz_constant(torch.tensor([0.0, 0.0, 0.0, 1.0]), apart) == math.inf
    assert lipschitz_constant(torch.zeros(4), apart) == 0
    linear = torch.randn(20, 3, generator=generator(2), dtype=torch.float64)
    found = lipschitz_constant(linear @ torch.tensor([3.0, 0, 4.0]).double(), euclidean(linear, linear))
    assert 4 < found <= 5 + 1e-9


def test_a_critic_by_its_lipschitz_constant_is_a_lower_bound(clouds):
    x, y = clouds
    points = torch.cat([x, y])
    for constraint in ({"clip": 0.05}, {"penalty": 1.0}):
        found = critic_distance(x, y, steps=60, width=16, **constraint)
        steepest = lipschitz_constant(found.critic(points), euclidean(points, points))
        assert 0 < found.distance / steepest <= exact_distance(x, y) + 1e-6


def test_agreement_of_a_potential_with_itself_and_with_its_opposite(clouds):
    x, y = clouds
    f, points = exact_potential(x, y), torch.randn(30, 2, generator=generator(3))
    same = agreement(lambda z: 5 * f(z) + 2, f, points)
    assert same.correlation == pytest.approx(1) and same.cosine == pytest.approx(1)
    opposite = agreement(lambda z: -f(z), f, points)
    assert opposite.correlation == pytest.approx(-1) and opposite.cosine == pytest.approx(-1)
    across = agreement(lambda z: z[:, 1], lambda z: z[:, 0], points)
    assert across.cosine == pytest.approx(0, abs=1e-6)


def test_a_penalised_critic_agrees(clouds):
    x, y = clouds
    found = critic_distance(x, y, penalty=10.0, steps=200)
    fit = agreement(found.critic, exact_potential(x, y), torch.cat([x, y]))
    assert fit.correlation > 0.97 and fit.cosine > 0.7


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (torch.zeros(0, 2), torch.zeros(2, 2), r"x: expected at least one point, \[n, d\], got shape \(0, 2\)"),
        (torch.zeros(2, 2), torch.zeros(2), r"y: expected at least one point, \[n, d\], got shape \(2,\)"),
        (torch.zeros(2, 2), torch.full((2, 2), math.nan), "y: expected finite coordinates"),
        (torch.zeros(2, 2), torch.zeros(2, 3), "x, y: expected points of one dimension, got 2 and 3"),
    ],
)
def test_bad_clouds_are_refused(x, y, message, unchecked):
    with pytest.raises(ValueError, match=message):
        exact_potential(x, y)


def test_bad_metrics_are_refused(clouds, unchecked):
    for metric in (lambda a, b: -euclidean(a, b), lambda a, b: euclidean(a, b)[:1], lambda a, b: euclidean(a, b) / 0):
        with pytest.raises(ValueError, match="metric: expected finite distances of at least 0"):
            exact_potential(*clouds, metric=metric)


@pytest.mark.parametrize(
    ("values", "separations", "message"),
    [
        (torch.zeros(1), torch.zeros(1, 1), "values: expected one for each of at least two points"),
        (torch.zeros(3), torch.zeros(2, 2), r"separations: expected shape \(3, 3\), got \(2, 2\)"),
        (torch.tensor([0.0, math.nan]), torch.ones(2, 2), "values: expected finite ones"),
        (torch.zeros(2), -torch.ones(2, 2), "separations: expected finite distances of at least 0"),
    ],
)
def test_bad_values_are_refused(values, separations, message, unchecked):
    with pytest.raises(ValueError, match=message):
        lipschitz_constant(values, separations)


def test_flat_functions_and_single_points_are_refused(clouds, unchecked):
    f = exact_potential(*clouds)
    with pytest.raises(ValueError, match="critic, exact: expected functions that vary"):
        agreement(lambda z: 0 * z.sum(dim=1), f, clouds[0])
    with pytest.raises(
        ValueError, match="critic, exact: expected points at which both functions have a slope, got none"
    ):
        agreement(lambda z: z[:, 0].round() + 0 * z[:, 1], f, clouds[0])
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="critic: expected finite values and slopes at the points"):
            agreement(lambda z, bad=bad: z[:, 0] + bad, f, clouds[0])
        with pytest.raises(ValueError, match="exact: expected finite values and slopes at the points"):
            agreement(f, lambda z, bad=bad: z[:, 0] * bad, clouds[0])
    with pytest.raises(ValueError, match=r"points: expected at least two, \[n, d\], got shape \(1, 2\)"):
        agreement(f, f, clouds[0][:1])


def test_equal_clouds_need_no_work(clouds):
    assert exact_potential(clouds[0], clouds[0]).distance == pytest.approx(0, abs=1e-12)
    assert np.isfinite(exact_potential(clouds[0], clouds[0]).heights.numpy()).all()
