"""The F-divergence: its derivation, what growing networks reach of it, samples against distributions, bad input."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from thesiscode.distances import (
    best_discriminator,
    divergence_reached,
    f_divergence,
    js,
    neural_distance,
    neural_distances,
)
from thesiscode.engine import generator


def bell(at, mean, scale):
    return np.exp(-(((at - mean) / scale) ** 2) / 2)


@pytest.fixture
def line():
    """Two densities on a grid: three bumps, and one broad bell; as points [n, 1] and masses that sum to 1."""
    grid = np.linspace(-7, 7, 161)
    p, q = sum(bell(grid, at, 0.4) for at in (-2, 0, 2)), bell(grid, 0.2, 1.7)
    return torch.from_numpy(grid)[:, None], p / p.sum(), q / q.sum()


def on(line):
    points, p, q = line
    return (points, points), {"x_masses": torch.from_numpy(p), "y_masses": torch.from_numpy(q)}


def test_the_best_discriminator_reaches_twice_the_js_divergence(line):
    _, p, q = line
    assert f_divergence(best_discriminator(p, q), p, q) == pytest.approx(2 * js(p, q), abs=1e-12)


def test_no_function_reaches_more(line):
    _, p, q = line
    best, rng = best_discriminator(p, q), np.random.default_rng(0)
    for scale in (0.001, 0.1, 1.0):
        logits = np.log(best / (1 - best)) + scale * rng.standard_normal(len(best))
        assert f_divergence(1 / (1 + np.exp(-logits)), p, q) < 2 * js(p, q)


def test_one_half_says_nothing_and_disjoint_distributions_say_all():
    p, q = np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.0, 0.0, 0.1, 0.9])
    assert f_divergence(np.full(4, 0.5), p, q) == 0
    assert f_divergence(np.array([1.0, 1.0, 0.0, 0.0]), p, q) == pytest.approx(2 * math.log(2))
    assert f_divergence(np.array([0.0, 1.0, 0.0, 0.0]), p, q) == -math.inf


def test_with_the_identity_it_is_the_total_variation(line):
    _, p, q = line
    best = (p > q).astype(float)
    total_variation = np.abs(p - q).sum() / 2
    assert f_divergence(best, p, q, phi=lambda t: t) == pytest.approx(total_variation)
    assert f_divergence(1 - best, p, q, phi=lambda t: t) == pytest.approx(-total_variation)


def test_the_best_discriminator_where_there_is_nothing():
    assert best_discriminator(np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.0, 1.0])).tolist() == [0.5, 1.0, 0.75]


def test_the_best_discriminator_of_huge_and_tiny_densities():
    """A sum would overflow, half of the least number is 0."""
    p, q = np.array([1e308, 1e308, 5e-324, 1e-300]), np.array([1e308, 1.0, 5e-324, 1e300])
    assert best_discriminator(p, q).tolist() == [0.5, 1.0, 0.5, 0.0]


def test_wider_networks_reach_more_and_never_too_much(line):
    points, masses = on(line)
    limit = 2 * js(*line[1:])
    found = [one.value for one in neural_distances(*points, widths=(1, 2, 4, 8), iterations=150, restarts=2, **masses)]
    assert found == sorted(found) and found[-1] < limit + 1e-12
    assert 0 <= found[0] < 0.5 * limit and found[-1] > 0.95 * limit


def test_a_network_that_grows_starts_from_what_it_was(line):
    """One step of the search, from two poor starts: the wider network is at least as good by its start alone."""
    points, masses = on(line)
    narrow, wide = neural_distances(*points, widths=(4, 5), iterations=40, seed=3, **masses)
    again = neural_distances(*points, widths=(4, 40), iterations=1, seed=3, **masses)
    assert wide.value >= narrow.value and again[1].value >= again[0].value
    deep = neural_distances(*points, widths=(2, 3, 6), depth=2, iterations=20, **masses)
    assert deep[0].value <= deep[1].value <= deep[2].value
    assert deep[2].discriminator(points[0]).shape == (161,)


def test_the_value_is_that_of_its_network(line):
    points, masses = on(line)
    found = neural_distance(*points, width=4, iterations=60, **masses)
    assert divergence_reached(found.discriminator, *points, **masses) == pytest.approx(found.value, abs=1e-12)
    with torch.no_grad():
        f = torch.sigmoid(found.discriminator(points[0])).numpy()
    assert f_divergence(f, *line[1:]) == pytest.approx(found.value, abs=1e-10)


def test_the_linear_class_is_the_convex_problem(line):
    points, p, q = line
    (x, y), masses = on(line)
    x = points[:, 0].numpy()

    def loss(ab):
        s = ab[0] * x + ab[1]
        return p @ np.logaddexp(0, -s) + q @ np.logaddexp(0, s) - 2 * math.log(2)

    best = -minimize(loss, [0.0, 0.0], method="BFGS", options={"gtol": 1e-9}).fun
    assert neural_distance(points, y, depth=0, **masses).value == pytest.approx(best, abs=1e-8)


def test_a_linear_class_is_blind_where_the_means_agree():
    x = torch.tensor([[-1.0], [1.0]])
    y = torch.tensor([[-3.0], [0.5], [2.5]])
    assert neural_distance(x, y, depth=0).value == pytest.approx(0, abs=1e-12)
    assert neural_distance(x, y, depth=1, width=8).value > 0.5


def test_trained_on_a_sample_it_exceeds_the_divergence_and_falls_short_on_new_points():
    """P and Q are normal and one apart, in five dimensions; what tells them apart is the first axis."""
    grid = np.linspace(-10, 11, 2001)
    p, q = bell(grid, 1, 1), bell(grid, 0, 1)
    limit = 2 * js(p / p.sum(), q / q.sum())
    draws = generator(0, "clouds")
    step = torch.tensor([1.0, 0, 0, 0, 0])
    x, y = torch.randn(60, 5, generator=draws) + step, torch.randn(60, 5, generator=draws)
    found = neural_distance(x, y, width=16)
    new = torch.randn(20_000, 5, generator=draws) + step, torch.randn(20_000, 5, generator=draws)
    assert found.value > 1.5 * limit
    assert divergence_reached(found.discriminator, *new) < limit


def test_equal_samples_are_at_distance_0():
    x = torch.randn(30, 2, generator=generator(1))
    assert neural_distance(x, x, width=8).value == pytest.approx(0, abs=1e-9)


def test_a_seed_decides_everything(line):
    points, masses = on(line)
    a, b, other = (
        neural_distance(*points, width=3, iterations=20, seed=seed, **masses).discriminator(points[0])
        for seed in (2, 2, 5)
    )
    assert torch.equal(a, b) and not torch.equal(a, other)


TWO = torch.zeros(2, 1)


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        (torch.zeros(0, 2), torch.zeros(3, 2), {}, r"x: expected at least one point, \[n, d\], got shape \(0, 2\)"),
        (torch.zeros(3, 2), torch.zeros(3), {}, r"y: expected at least one point, \[n, d\], got shape \(3,\)"),
        (torch.zeros(3, 2), torch.full((3, 2), math.inf), {}, "y: expected finite coordinates"),
        (torch.zeros(3, 2), torch.zeros(3, 1), {}, "x, y: expected points of one dimension, got 2 and 1"),
        (TWO, TWO, {"width": 0}, "width: expected at least 1, got 0"),
        (TWO, TWO, {"width": -3}, "width: expected at least 1, got -3"),
        (TWO, TWO, {"depth": -1}, "depth: expected at least 0, got -1"),
        (TWO, TWO, {"iterations": 0}, "iterations: expected at least 1"),
        (TWO, TWO, {"restarts": 0}, "restarts: expected at least 1"),
        (TWO, TWO, {"x_masses": torch.tensor([0.5, 0.4])}, "x_masses: expected a total of 1, within 1e-06, got 0.9"),
        (TWO, TWO, {"y_masses": torch.tensor([1.5, -0.5])}, "y_masses: expected masses of at least 0, got -0.5"),
        (TWO, TWO, {"y_masses": torch.tensor([1.0, math.nan])}, "y_masses: expected finite masses"),
        (TWO, TWO, {"x_masses": torch.ones(1)}, r"x_masses: expected a mass for each of 2 points, got shape \(1,\)"),
    ],
)
def test_bad_input_is_refused(x, y, options, message, unchecked):
    with pytest.raises(ValueError, match=message):
        neural_distance(x, y, **options)


@pytest.mark.parametrize("widths", [(), (2, 2), (4, 3)])
def test_widths_must_grow(widths):
    with pytest.raises(ValueError, match="widths: expected at least one, in growing order, got"):
        neural_distances(TWO, TWO, widths=widths)


@pytest.mark.parametrize(
    ("f", "p", "q", "message"),
    [
        ([0.5, 1.1], [0.5, 0.5], [0.5, 0.5], r"f: expected values in \[0, 1\], got 0.5 to 1.1"),
        ([0.5, math.nan], [0.5, 0.5], [0.5, 0.5], r"f: expected values in \[0, 1\]"),
        ([0.5, 0.5], [0.5, 0.6], [0.5, 0.5], "p: expected a total of 1"),
        ([0.5, 0.5], [0.5, 0.5], [0.5], r"q: expected a mass for each value of f, shape \(2,\), got \(1,\)"),
    ],
)
def test_functions_and_masses_are_checked(f, p, q, message, unchecked):
    with pytest.raises(ValueError, match=message):
        f_divergence(np.array(f), np.array(p), np.array(q))


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([1.0, -1.0], [1.0, 1.0], "p: expected finite densities of at least 0"),
        ([1.0], [math.inf], "q: expected finite densities of at least 0"),
        ([1.0], [1.0, 2.0], r"q: expected the shape of p, \(1,\), got \(2,\)"),
    ],
)
def test_densities_are_checked(p, q, message, unchecked):
    with pytest.raises(ValueError, match=message):
        best_discriminator(np.array(p), np.array(q))
