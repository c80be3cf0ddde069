"""Exact transport: closed forms, metrics, duality, other solvers, what it refuses."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.stats import wasserstein_distance, wasserstein_distance_nd

from thesiscode.distances import (
    NotConverged,
    c_transform,
    emd,
    gaussian_w2,
    ground_distance,
    kantorovich,
    transport,
    uniform_w,
    wasserstein,
)

seeds = st.integers(0, 10_000)


def problem(seed, n=9, m=7, d=2, empty=0):
    """Masses, some of them 0, and points."""
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
    p[:empty], q[:empty] = 0, 0
    return p / p.sum(), q / q.sum(), rng.standard_normal((n, d)), rng.standard_normal((m, d))


@given(seeds)
def test_on_a_line_it_is_that_of_scipy(seed):
    p, q, x, y = problem(seed, d=1)
    true = wasserstein_distance(x[:, 0], y[:, 0], p, q)
    assert emd(p, q, ground_distance(x, y)) == pytest.approx(true, abs=1e-9)


@settings(max_examples=20)
@given(seeds)
def test_in_the_plane_it_is_that_of_scipy(seed):
    p, q, x, y = problem(seed)
    assert emd(p, q, ground_distance(x, y)) == pytest.approx(wasserstein_distance_nd(x, y, p, q), abs=1e-6)


@given(seeds)
def test_equal_masses_are_an_assignment(seed):
    _, _, x, y = problem(seed, n=8, m=8)
    cost, p = ground_distance(x, y) ** 2, np.full(8, 1 / 8)
    rows, columns = linear_sum_assignment(cost)
    assert emd(p, p, cost) == pytest.approx(cost[rows, columns].mean())


@given(seeds, st.floats(-3, 3), st.sampled_from([1, 2]))
def test_a_shift_costs_its_length(seed, shift, order):
    p, _, x, _ = problem(seed)
    gap = shift * np.array([0.6, 0.8])
    assert wasserstein(p, p, ground_distance(x, x + gap), order=order) == pytest.approx(abs(shift), abs=1e-6)


@given(seeds, st.sampled_from([1, 2]))
def test_it_is_a_metric(seed, order):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((8, 2))
    a, b, c = rng.dirichlet(np.full(8, 0.5), size=3)
    d = ground_distance(x, x)

    def w(p, q):
        return wasserstein(p, q, d, order=order)

    assert w(a, b) == pytest.approx(w(b, a), abs=1e-7)
    assert w(a, a) == pytest.approx(0, abs=1e-6) and w(a, b) > 0
    assert w(a, c) <= w(a, b) + w(b, c) + 1e-7


@given(seeds)
def test_w1_is_at_most_w2(seed):
    p, q, x, y = problem(seed)
    d = ground_distance(x, y)
    assert wasserstein(p, q, d) <= wasserstein(p, q, d, order=2) + 1e-9


@given(seeds)
def test_shared_mass_may_stay_where_it_is(seed):
    """With a metric the cost depends on the difference of both distributions alone."""
    rng = np.random.default_rng(seed)
    d = ground_distance(*[rng.standard_normal((10, 2))] * 2)
    p, q = rng.dirichlet(np.ones(10), size=2)
    moved = np.maximum(p - q, 0).sum()
    reduced = moved * emd(np.maximum(p - q, 0) / moved, np.maximum(q - p, 0) / moved, d)
    assert emd(p, q, d) == pytest.approx(reduced, abs=1e-9)


def test_quantiles_of_uniform_distributions():
    t = (np.arange(400) + 0.5) / 400
    p, q = (-1.0, 1.0), (0.5, 1.0)
    x, y = (low + t[:, None] * (high - low) for low, high in (p, q))
    equal = np.full(400, 1 / 400)
    for order in (1, 2):
        assert wasserstein(equal, equal, ground_distance(x, y), order=order) == pytest.approx(
            uniform_w(p, q, order), rel=1e-3
        )


def test_gaussians_by_their_quantiles():
    from scipy.stats import norm

    z = norm.ppf((np.arange(600) + 0.5) / 600)[:, None]
    equal = np.full(600, 1 / 600)
    found = wasserstein(equal, equal, ground_distance(z, 1 + 2 * z), order=2)
    one = np.ones((1, 1))
    assert found == pytest.approx(gaussian_w2(np.zeros(1), one, np.ones(1), 4 * one), rel=0.005)


@given(seeds, st.integers(0, 3), st.sampled_from([1, 2]))
def test_primal_and_dual_agree(seed, empty, order):
    p, q, x, y = problem(seed, empty=empty)
    cost = ground_distance(x, y) ** order
    found = kantorovich(p, q, cost)
    assert found.cost == pytest.approx(emd(p, q, cost), abs=1e-9)
    assert found.f @ p + found.g @ q == pytest.approx(found.lower) and found.lower == pytest.approx(
        found.cost, abs=1e-9
    )
    assert (found.f[:, None] + found.g - cost).max() < 1e-9  # everywhere, points without mass included
    assert found.plan.min() >= 0 and found.marginal_error < 1e-9 and found.converged and found.bias < 1e-9
    np.testing.assert_allclose(found.plan.sum(axis=1), p, atol=1e-12)
    np.testing.assert_allclose(found.plan.sum(axis=0), q, atol=1e-12)
    tight = found.plan > 1e-9
    np.testing.assert_allclose((found.f[:, None] + found.g)[tight], cost[tight], atol=1e-9)
    assert found.f @ p == pytest.approx(0, abs=1e-9)


@given(seeds)
def test_a_potential_of_a_metric_is_lipschitz(seed):
    """Equation 5.18: on shared points with a metric, f is 1-Lipschitz and g = -f is as good as any other."""
    rng = np.random.default_rng(seed)
    d = ground_distance(*[rng.standard_normal((9, 2))] * 2)
    p, q = rng.dirichlet(np.ones(9), size=2)
    found = kantorovich(p, q, d)
    assert (np.abs(found.f[:, None] - found.f) <= d + 1e-9).all()
    assert found.f @ (p - q) == pytest.approx(found.cost, abs=1e-9)


@given(seeds)
def test_c_transforms(seed):
    rng = np.random.default_rng(seed)
    cost, f = rng.uniform(0, 2, (6, 5)), rng.standard_normal(6)
    g = c_transform(f, cost)
    assert (f[:, None] + g <= cost + 1e-12).all()
    assert np.isclose(f[:, None] + g, cost).any(axis=0).all()  # no larger g would do
    better = c_transform(g, cost.T)
    assert (better >= f - 1e-12).all()
    np.testing.assert_allclose(c_transform(better, cost), g)


def test_a_transform_leaves_out_points_and_pairs():
    cost = np.array([[1.0, math.inf], [3.0, 5.0]])
    assert c_transform(np.array([0.0, -math.inf]), cost).tolist() == [1, math.inf]
    assert c_transform(np.zeros(2), cost).tolist() == [1, 5]


@pytest.mark.parametrize("scale", [1e-200, 0.1, 1e200])
def test_high_orders_neither_vanish_nor_overflow(scale):
    """All orders are between the mean of the distances that a plan uses and the largest of them."""
    p, q, x, y = problem(2)
    d = scale * ground_distance(x, y)
    found = [wasserstein(p, q, d, order=order) / scale for order in (1, 2, 20, 100, 400)]
    assert found == sorted(found) and found[0] > 0 and found[-1] <= d.max() / scale
    assert wasserstein(p, q, np.full(d.shape, scale), order=400) == pytest.approx(scale)
    assert wasserstein(p, q, 0 * d, order=400) == 0


def test_one_point_and_no_way():
    assert emd(np.ones(1), np.ones(1), np.full((1, 1), 3.0)) == 3
    assert emd(np.array([0.5, 0.5]), np.array([0.5, 0.5]), np.zeros((2, 2))) == 0


def test_a_solver_that_gives_up_says_so(monkeypatch):
    p, q, x, y = problem(0, n=60, m=60)
    monkeypatch.setattr(transport, "MAX_PIVOTS", 3)
    for solver in (emd, kantorovich):
        with pytest.warns(NotConverged, match="stopped after 3 steps without an optimal plan") as caught:
            found = solver(p, q, ground_distance(x, y))
        assert len(caught) == 1 and caught[0].message.iterations == 3 and math.isnan(caught[0].message.residual)
    assert not found.converged


def test_a_solver_that_is_done_is_silent():
    p, q, x, y = problem(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        emd(p, q, ground_distance(x, y))


@pytest.mark.parametrize("solver", [emd, kantorovich, wasserstein])
@pytest.mark.parametrize(
    ("p", "q", "cost", "message"),
    [
        ([0.5, 0.6], [1.0], [[1.0], [1.0]], "p: expected a total of 1, within 1e-06, got 1.1"),
        ([0.5, 0.5], [0.9], [[1.0], [1.0]], "q: expected a total of 1, within 1e-06, got 0.9"),
        ([1.5, -0.5], [1.0], [[1.0], [1.0]], "p: expected masses of at least 0, got -0.5"),
        ([0.0, 0.0], [1.0], [[1.0], [1.0]], "p: expected a total of 1, got 0: the support is empty"),
        ([0.5, 0.5], [math.inf], [[1.0], [1.0]], "q: expected finite masses, got 1 that are not"),
        ([0.5, 0.5], [1.0], [[1.0, 1.0]], r"cost: expected shape \(2, 1\), as p and q have, got \(1, 2\)"),
        ([0.5, 0.5], [1.0], [[1.0], [math.nan]], "cost: expected finite costs, got 1 that are not"),
        ([[0.5], [0.5]], [1.0], [[1.0], [1.0]], r"p: expected masses \[n\], got shape \(2, 1\)"),
        ([0.5, 0.5], [1.0], [[1.0], [1j]], "cost: expected an array of real numbers, got complex128"),
        ([], [1.0], np.zeros((0, 1)), r"p: expected an array of numbers, got float64, shape \(0,\)"),
    ],
)
def test_bad_input_is_refused(solver, p, q, cost, message, unchecked):
    with pytest.raises(ValueError, match=message):
        solver(np.array(p), np.array(q), np.array(cost))


def test_more_bad_input(unchecked):
    half = np.array([0.5, 0.5])
    with pytest.raises(ValueError, match=r"order: expected a finite number of at least 1, got 0"):
        wasserstein(half, half, np.ones((2, 2)), order=0)
    for order in (math.inf, math.nan):
        with pytest.raises(ValueError, match=f"order: expected a finite number of at least 1, got {order}"):
            wasserstein(half, half, np.ones((2, 2)), order=order)
    far = np.array([[0.0, 0.1, 1.0], [0.1, 0.0, 1.0], [1.0, 1.0, 0.0]])
    with pytest.raises(
        ValueError, match=r"order: expected one for which powers of distances / 1 are above 0 .* got 400"
    ):
        wasserstein(np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), far, order=400)
    with pytest.raises(ValueError, match=r"distance: expected distances of at least 0, got -1"):
        wasserstein(half, half, -np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"x, y: expected points \[n, d\] and \[m, d\]"):
        ground_distance(np.ones((2, 2)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"potential: expected one value a row of cost \(2, 3\), got \(3,\)"):
        c_transform(np.ones(3), np.ones((2, 3)))
    two, bad = np.ones((2, 2)), np.array([1.0, math.nan])
    for call, message in (
        (lambda: ground_distance(bad[:, None], two[:, :1]), "x: expected finite coordinates, got nan"),
        (lambda: ground_distance(two, two / 0.0), "y: expected finite coordinates, got nan or infinite ones"),
        (lambda: ground_distance(two, two * 1j), "y: expected an array of real numbers, got complex128"),
        (lambda: c_transform(bad, two), "potential: expected numbers below infinity, got nan"),
        (lambda: c_transform(half, two * bad), "cost: expected numbers above minus infinity, got nan"),
        (lambda: c_transform(half, two * 1j), "cost: expected an array of real numbers, got complex128"),
    ):
        with pytest.raises(ValueError, match=message), np.errstate(divide="ignore"):
            call()
