"""Sinkhorn's algorithm in the log domain: POT, limits of epsilon, bounds, and what it says without convergence."""

import itertools
import warnings

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.distances import NotConverged, emd, ground_distance, kl, sinkhorn, sinkhorn_divergence
from thesiscode.distances.sinkhorn import round_plan

seeds = st.integers(0, 10_000)


def problem(seed, n=9, m=7, empty=0):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
    p[:empty], q[:empty] = 0, 0
    return p / p.sum(), q / q.sum(), ground_distance(rng.standard_normal((n, 2)), rng.standard_normal((m, 2)))


@settings(max_examples=30)
@given(seeds, st.floats(0.05, 2), st.booleans())
def test_the_plan_is_that_of_pot(seed, epsilon, anneal):
    p, q, cost = problem(seed)
    found = sinkhorn(p, q, cost, epsilon=epsilon, tolerance=1e-10, anneal=anneal)
    true = ot.sinkhorn(p, q, cost, epsilon, method="sinkhorn_log", stopThr=1e-12, numItermax=50_000)
    np.testing.assert_allclose(found.plan, true, atol=1e-6)
    assert found.cost == pytest.approx((true * cost).sum(), abs=1e-6) and found.cost == found.plan_cost


@settings(max_examples=30)
@given(seeds, st.floats(0.02, 2), st.integers(0, 3))
def test_marginals_and_bounds(seed, epsilon, empty):
    p, q, cost = problem(seed, empty=empty)
    found = sinkhorn(p, q, cost, epsilon=epsilon)
    exact = emd(p, q, cost)
    assert found.converged and found.marginal_error <= 1e-6
    assert np.abs(found.plan.sum(axis=1) - p).sum() <= 1e-6 and np.abs(found.plan.sum(axis=0) - q).sum() <= 1e-6
    assert found.lower <= exact + 1e-9 and exact <= found.upper + 1e-9
    assert abs(found.cost - exact) <= found.bias + 1e-9
    assert (found.f[:, None] + found.g <= cost + 1e-9).all()
    assert found.lower == pytest.approx(found.f @ p + found.g @ q)


@settings(max_examples=20)
@given(seeds)
def test_the_cost_falls_with_epsilon_to_the_exact_one(seed):
    p, q, cost = problem(seed)
    exact = emd(p, q, cost)
    costs = [sinkhorn(p, q, cost, epsilon=e).cost for e in (100.0, 1.0, 0.3, 0.1)]
    assert all(a >= b - 1e-5 for a, b in itertools.pairwise(costs)) and costs[-1] >= exact - 1e-5
    assert costs[0] == pytest.approx(p @ cost @ q, rel=0.02)  # nothing but entropy: independent


def test_a_tiny_epsilon_gives_the_exact_cost():
    """exp(-cost / epsilon) is 0 in double precision for nearly all pairs: the log domain must not mind."""
    p, q, cost = problem(0)
    epsilon = 1e-4
    assert (np.exp(-cost / epsilon) == 0).all()
    found = sinkhorn(p, q, cost, epsilon=epsilon, tolerance=1e-4, max_iterations=100_000)
    assert found.converged and np.isfinite(found.plan).all()
    assert found.cost == pytest.approx(emd(p, q, cost), rel=1e-3)


@pytest.mark.parametrize("epsilon", [1e-6, 1e-9])
def test_without_time_it_warns_and_keeps_its_bounds(epsilon):
    p, q, cost = problem(3)
    with pytest.warns(NotConverged, match=r"sinkhorn: marginals are off by .* after 200 iterations") as caught:
        found = sinkhorn(p, q, cost, epsilon=epsilon, max_iterations=200)
    assert not found.converged and caught[0].message.residual == found.marginal_error > 1e-6
    assert caught[0].message.iterations == found.iterations == 200
    assert np.isfinite([found.cost, found.lower, found.upper]).all()
    assert found.lower <= emd(p, q, cost) + 1e-9 <= found.upper + 2e-9


def test_a_stop_before_epsilon_is_reached_is_no_convergence():
    p, q, cost = problem(3)
    with pytest.warns(NotConverged, match="at epsilon 0.01"):
        found = sinkhorn(p, q, cost, epsilon=0.01, max_iterations=1)
    assert not found.converged and found.epsilon > 0.01


def test_annealing_changes_the_way_and_not_the_end():
    p, q, cost = problem(4, 30, 30)
    plain, annealed = (sinkhorn(p, q, cost, epsilon=0.05, anneal=on) for on in (False, True))
    assert annealed.iterations != plain.iterations
    np.testing.assert_allclose(annealed.plan, plain.plan, atol=1e-5)


def test_swapping_both_sides_transposes_the_plan():
    p, q, cost = problem(5)
    there, back = sinkhorn(p, q, cost, epsilon=0.2), sinkhorn(q, p, cost.T, epsilon=0.2)
    np.testing.assert_allclose(there.plan, back.plan.T, atol=1e-5)


def test_the_regularised_value_is_that_of_the_dual():
    """sum(plan cost) + epsilon KL(plan | p q) is minimal: any other plan with these marginals has more."""
    p, q, cost = problem(6)
    epsilon, product = 0.3, np.outer(p, q)

    def value(plan):
        return (plan * cost).sum() + epsilon * kl(plan, product)

    best = value(sinkhorn(p, q, cost, epsilon=epsilon, tolerance=1e-10).plan)
    assert best < value(ot.emd(p, q, cost)) and best < value(product)
    for seed in range(5):
        other = round_plan(product * np.random.default_rng(seed).uniform(0.5, 2, product.shape), p, q)
        assert best < value(other)


@given(seeds)
def test_rounding_makes_marginals_exact(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(4))
    plan = rng.uniform(0, 0.2, (5, 4))
    exact = round_plan(plan, p, q)
    assert exact.min() >= 0
    np.testing.assert_allclose(exact.sum(axis=1), p, atol=1e-12)
    np.testing.assert_allclose(exact.sum(axis=0), q, atol=1e-12)
    np.testing.assert_allclose(round_plan(exact, p, q), exact, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epsilon": 0.0}, "epsilon: expected a finite number above 0, got 0.0"),
        ({"epsilon": -1.0}, "epsilon: expected a finite number above 0, got -1.0"),
        ({"epsilon": float("nan")}, "epsilon: expected a finite number above 0, got nan"),
        ({"epsilon": 1e-14}, "epsilon: expected at least 1e-12 times the range of the costs"),
        ({"epsilon": 0.1, "tolerance": 0.0}, "tolerance: expected a finite number above 0"),
        ({"epsilon": 0.1, "max_iterations": 0}, "max_iterations: expected an integer of at least 1, got 0"),
        ({"epsilon": 0.1, "max_iterations": 1.5}, "max_iterations: expected an integer of at least 1, got 1.5"),
    ],
)
def test_bad_settings_are_refused(options, message, unchecked):
    p, q, cost = problem(0, 8, 8)
    for solver in (sinkhorn, sinkhorn_divergence):
        with pytest.raises(ValueError, match=message):
            solver(p, q, cost, **options)


def test_an_integer_of_numpy_counts_iterations(unchecked):
    p, q, cost = problem(0)
    assert sinkhorn(p, q, cost, epsilon=0.5, max_iterations=np.int64(500)).converged


def one_cloud(seed, n=10, empty=2):
    """Masses p and q on the same points, each 0 on others, and the points' distances."""
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(n), size=2)
    p[:empty], q[-empty:] = 0, 0
    points = rng.standard_normal((n, 2))
    return p / p.sum(), q / q.sum(), ground_distance(points, points)


@pytest.mark.parametrize("epsilon", [0.5, 3.0])
def test_the_divergence_is_what_three_values_make(epsilon):
    """Each sum(plan cost) + epsilon KL(plan | p q), by hand, on the points that have mass."""
    p, q, cost = one_cloud(0)

    def value(p, q, tolerance):
        some, other = p > 0, q > 0
        p, q, c = p[some], q[other], cost[np.ix_(some, other)]
        found = sinkhorn(p, q, c, epsilon=epsilon, tolerance=tolerance)
        return found.plan_cost + epsilon * kl(found.plan, np.outer(p, q), tolerance=1e-2)

    for tolerance, near in ((1e-6, 1e-5), (1e-3, 5e-3)):
        by_hand = value(p, q, tolerance) - (value(p, p, tolerance) + value(q, q, tolerance)) / 2
        found = sinkhorn_divergence(p, q, cost, epsilon=epsilon, tolerance=tolerance)
        assert found == pytest.approx(by_hand, abs=near)


def test_values_of_the_dual_problem_need_no_exact_marginals():
    """Marginals that are off by 1e-3 leave an error far below that."""
    p, q, cost = one_cloud(1)
    rough, fine = (sinkhorn_divergence(p, q, cost, epsilon=0.5, tolerance=t) for t in (1e-3, 1e-6))
    assert rough == pytest.approx(fine, abs=1e-4)


@settings(max_examples=10)
@given(seeds, st.floats(0.4, 5))
def test_the_divergence_is_0_for_equal_distributions_and_above_for_others(seed, epsilon):
    p, q, cost = one_cloud(seed)
    assert sinkhorn_divergence(p, p, cost, epsilon=epsilon) == 0
    there, back = (sinkhorn_divergence(*pair, cost, epsilon=epsilon, tolerance=1e-4) for pair in ((p, q), (q, p)))
    assert there > 0 and there == pytest.approx(back, abs=1e-4)


def test_the_divergence_goes_from_the_exact_cost_to_the_energy_distance():
    p, q, cost = one_cloud(2)
    exact, energy = emd(p, q, cost), -(p - q) @ cost @ (p - q) / 2
    small, *between, large = (sinkhorn_divergence(p, q, cost, epsilon=e, tolerance=1e-4) for e in (0.01, 0.3, 2, 1e4))
    assert small == pytest.approx(exact, rel=0.02) and large == pytest.approx(energy, rel=1e-3)
    assert all(energy < one < exact for one in between)


def test_a_divergence_without_time_warns():
    p, q, cost = one_cloud(3)
    with pytest.warns(NotConverged, match="sinkhorn_divergence: marginals are off by .* after 20 iterations") as caught:
        sinkhorn_divergence(p, q, cost, epsilon=0.05, max_iterations=20)
    assert len(caught) == 1


def test_a_divergence_wants_points_that_both_share(unchecked):
    p, q, cost = problem(0)
    with pytest.raises(ValueError, match=r"cost: expected a square one, .* got shape \(9, 7\)"):
        sinkhorn_divergence(p, q, cost, epsilon=0.1)


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([0.5, 0.6], [0.5, 0.5], "p: expected a total of 1"),
        ([0.5, 0.5], [1.5, -0.5], "q: expected masses of at least 0, got -0.5"),
        ([0.0, 0.0], [0.5, 0.5], "p: expected a total of 1, got 0: the support is empty"),
        ([0.5, 0.5], [1.0], r"cost: expected shape \(2, 1\), as p and q have"),
    ],
)
def test_bad_masses_are_refused(p, q, message, unchecked):
    with pytest.raises(ValueError, match=message):
        sinkhorn(np.array(p), np.array(q), np.ones((2, 2)), epsilon=0.1)


def test_convergence_is_silent():
    p, q, cost = problem(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sinkhorn(p, q, cost, epsilon=0.1)
