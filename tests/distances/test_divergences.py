"""Divergences on grids: closed forms, bounds, SciPy's rules, what they refuse."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad, simpson
from scipy.stats import entropy

from thesiscode.distances import (
    Grid,
    gaussian_kl,
    gaussian_w2,
    js,
    js_terms,
    kl,
    simpson_weights,
    uniform_js,
    uniform_kl,
    uniform_w,
)

LOG2 = math.log(2)


@st.composite
def pairs(draw, least=0.0):
    """Two sets of masses on as many points."""
    n = draw(st.integers(2, 12))
    values = st.floats(least, 1.0) if least else st.one_of(st.just(0.0), st.floats(1e-9, 1.0))
    both = [draw(arrays(float, n, elements=values).filter(lambda v: v.sum() > 1e-6)) for _ in range(2)]
    return tuple(v / v.sum() for v in both)


@st.composite
def gaussians(draw, d=2):
    """Mean and covariance of a Gaussian."""
    mean = draw(arrays(float, d, elements=st.floats(-2, 2)))
    root = draw(arrays(float, (d, d), elements=st.floats(-1, 1)))
    return mean, root @ root.T + 0.5 * np.eye(d)


@given(pairs(least=1e-3))
def test_kl_is_that_of_scipy(both):
    p, q = both
    assert kl(p, q) == pytest.approx(entropy(p, q), abs=1e-9)
    assert kl(p, p) == 0


@given(pairs())
def test_kl_is_infinite_exactly_where_the_model_has_no_mass(both):
    p, q = both
    assert kl(p, q) >= 0
    assert math.isinf(kl(p, q)) == bool(((p > 0) & (q == 0)).any())


@given(pairs())
def test_js_is_symmetric_bounded_and_that_of_scipy(both):
    p, q = both
    assert js(p, q) == pytest.approx(js(q, p), abs=1e-12)
    assert 0 <= js(p, q) <= LOG2 + 1e-12
    middle = (p + q) / 2
    assert js(p, q) == pytest.approx((entropy(p, middle) + entropy(q, middle)) / 2, abs=1e-9)
    assert js(p, p) == pytest.approx(0, abs=1e-12)
    terms = js_terms(p, q)
    assert terms.of_p == pytest.approx(kl(p, middle), abs=1e-9) and terms.of_q == pytest.approx(kl(q, middle), abs=1e-9)
    assert js(p, q) == pytest.approx((terms.of_p + terms.of_q) / 2)


@given(pairs(), st.integers(1, 5))
def test_without_overlap(both, gap):
    p = np.concatenate([both[0], np.zeros(gap + len(both[1]))])
    q = np.concatenate([np.zeros(gap + len(both[0])), both[1]])
    assert js(p, q) == pytest.approx(LOG2)
    assert math.isinf(kl(p, q)) and math.isinf(kl(q, p))


@given(pairs())
def test_the_root_of_js_is_a_metric(both):
    p, q = both
    r = np.roll(q, 1)
    assert math.sqrt(js(p, r)) <= math.sqrt(js(p, q)) + math.sqrt(js(q, r)) + 1e-9


@given(pairs(), st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_merging_points_loses_information(both, groups):
    p, q = both
    merged = [np.bincount(groups[: len(p)], one, minlength=4) for one in both]
    assert js(*merged) <= js(p, q) + 1e-12
    assert kl(*merged) <= kl(p, q) + 1e-9


def test_tiny_masses_do_not_overflow():
    p, q = np.array([1 - 1e-300, 1e-300]), np.array([1e-320, 1.0])
    assert kl(p, q) == pytest.approx(320 * math.log(10), rel=1e-3)
    assert js(p, q) == pytest.approx(LOG2)
    assert js(np.array([5e-324, 1.0]), np.array([0.0, 1.0])) == pytest.approx(0)


@settings(max_examples=15)
@given(gaussians(), gaussians())
def test_kl_of_gaussians_on_a_fine_grid(one, other):
    grid = Grid(-11, 11, 121)
    both = []
    for mean, cov in (one, other):
        away = grid.points - mean
        density = np.exp(-0.5 * np.einsum("ni,ij,nj->n", away, np.linalg.inv(cov), away))
        both.append(grid.normalise(density.reshape(121, 121)))
    true = gaussian_kl(*one, *other)
    assert kl(*both, spacing=grid.spacing) == pytest.approx(true, rel=1e-4, abs=1e-6)


def test_gaussians_of_one_dimension():
    """log(s_q / s_p) + (s_p^2 + gap^2) / (2 s_q^2) - 1/2."""
    found = gaussian_kl(np.zeros(1), np.array([[4.0]]), np.array([3.0]), np.array([[9.0]]))
    assert found == pytest.approx(math.log(3 / 2) + (4 + 9) / 18 - 0.5)
    assert gaussian_w2(np.zeros(1), np.array([[4.0]]), np.array([3.0]), np.array([[9.0]])) == pytest.approx(
        math.sqrt(9 + 1)
    )


@given(gaussians(), arrays(float, 2, elements=st.floats(-3, 3)))
def test_a_moved_gaussian(one, gap):
    mean, cov = one
    assert gaussian_w2(mean, cov, mean + gap, cov) == pytest.approx(np.linalg.norm(gap), abs=2e-6)
    assert gaussian_kl(mean, cov, mean, cov) == pytest.approx(0, abs=1e-9)


@given(gaussians(), gaussians())
def test_w2_of_gaussians_is_symmetric(one, other):
    assert gaussian_w2(*one, *other) == pytest.approx(gaussian_w2(*other, *one), abs=1e-6)


intervals = st.tuples(st.floats(-2, 2), st.floats(0.1, 3)).map(lambda v: (v[0], v[0] + v[1]))


@given(intervals, intervals)
def test_uniform_distributions_on_cells(p, q):
    """Cut at all four ends: cells, on which both densities are constant, are all that there is."""
    ends = np.unique([*p, *q])
    middles = (ends[1:] + ends[:-1]) / 2
    both = [np.diff(ends) * ((low < middles) & (middles < high)) / (high - low) for low, high in (p, q)]
    assert uniform_js(p, q) == pytest.approx(js(*both), abs=1e-9)
    if math.isfinite(uniform_kl(p, q)) and math.isfinite(kl(*both)):
        assert uniform_kl(p, q) == pytest.approx(kl(*both), abs=1e-9)


@given(intervals, intervals, st.sampled_from([1, 2]))
def test_w_of_uniform_distributions_is_the_gap_of_quantiles(p, q, order):
    def gap(t):
        return abs(p[0] + t * (p[1] - p[0]) - q[0] - t * (q[1] - q[0])) ** order

    kink = (q[0] - p[0]) / ((p[1] - p[0]) - (q[1] - q[0])) if p[1] - p[0] != q[1] - q[0] else 0.5
    true = quad(gap, 0, 1, points=[min(max(kink, 0), 1)])[0] ** (1 / order)
    assert uniform_w(p, q, order) == pytest.approx(true, abs=1e-6)


def test_uniform_by_hand():
    assert uniform_kl((0, 1), (0, 2)) == pytest.approx(LOG2) and math.isinf(uniform_kl((0, 2), (0, 1)))
    assert uniform_js((0, 1), (2, 3)) == pytest.approx(LOG2) and uniform_js((0, 1), (0, 1)) == pytest.approx(0)
    assert uniform_w((0, 1), (3, 4)) == pytest.approx(3)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 9, 64, 127, 128, 129])
def test_simpson_is_that_of_scipy(n):
    weights = simpson_weights(n, 0.3)
    values = np.random.default_rng(n).standard_normal(n)
    true = (simpson(values, dx=0.3) + simpson(values[::-1], dx=0.3)) / 2
    assert weights @ values == pytest.approx(true)
    assert weights.min() > 0 and np.array_equal(weights, weights[::-1])
    x = np.linspace(0, 0.3 * (n - 1), n)
    for power in range(min(n, 4)):
        assert weights @ x**power == pytest.approx(x[-1] ** (power + 1) / (power + 1)), power


def test_even_and_odd_weights():
    odd, even = simpson_weights(129, 1.0), simpson_weights(128, 1.0)
    assert np.allclose(odd[1:-1:2], 4 / 3) and np.allclose(odd[2:-1:2], 2 / 3)
    assert np.allclose(even[:3], [3 / 8, 7 / 6, 23 / 24]) and np.allclose(even[3:-3], 1)


def test_a_grid():
    grid = Grid(size=5)
    assert grid.spacing == 1 and grid.axis.tolist() == [-2, -1, 0, 1, 2]
    assert np.array_equal(grid.points.reshape(5, 5, 2), np.stack([grid.x, grid.y], axis=2))
    assert grid.x[0, 4] == 2 and grid.y[0, 4] == -2
    assert grid.integrate(grid.x**2 * (1 + grid.y)) == pytest.approx(16 / 3 * 4)
    density = grid.normalise(np.exp(grid.x))
    assert grid.integrate(density) == pytest.approx(1) and grid.masses(density).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("p", "q", "options", "message"),
    [
        ([0.5, 0.6], [0.5, 0.5], {}, "p: expected a total of 1, within 1e-06, got 1.1"),
        ([0.5, 0.5], [0.25, 0.25], {}, "q: expected a total of 1, within 1e-06, got 0.5"),
        ([1.5, -0.5], [0.5, 0.5], {}, "p: expected masses of at least 0, got -0.5"),
        ([0.5, 0.5], [math.nan, 1], {}, "q: expected finite masses, got 1 that are not"),
        ([0.5, 0.5], [0.0, 0.0], {}, "q: expected a total of 1, got 0: the support is empty"),
        ([0.5, 0.5], [0.2, 0.3, 0.5], {}, r"q: expected shape \(2,\), that of p, got \(3,\): one grid for both"),
        ([], [], {}, "p: expected an array of numbers"),
        ([0.5, 0.5], [0.5, 0.5], {"spacing": 1.0}, "p: expected a total of 1, within 1e-06, got 0.5"),
        ([1.0, 1.0], [1.0, 1.0], {"spacing": -1.0}, "spacing: expected a finite number above 0, got -1.0"),
        ([1.0, 1.0], [1.0, 1.0], {"spacing": 1.0, "rule": "x"}, "rule: expected 'simpson' or 'cells', got 'x'"),
    ],
)
def test_bad_densities_are_refused(p, q, options, message):
    for divergence in (kl, js, js_terms):
        with pytest.raises(ValueError, match=message):
            divergence(np.array(p), np.array(q), **options)


def test_bad_settings_are_refused(unchecked):
    with pytest.raises(ValueError, match="low, high: expected two finite numbers"):
        Grid(1, 1)
    with pytest.raises(ValueError, match="size: expected at least 2 points, got 1"):
        Grid(size=1)
    with pytest.raises(ValueError, match="n: expected at least 2 points, got 1"):
        simpson_weights(1)
    with pytest.raises(ValueError, match=r"values: expected shape \(4, 4\), that of the grid, got \(3, 3\)"):
        Grid(size=4).integrate(np.ones((3, 3)))
    with pytest.raises(ValueError, match="an integral of 0"):
        Grid(size=4).normalise(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="a least value of -1"):
        Grid(size=4).masses(-np.ones((4, 4)))
    for tolerance in (math.nan, math.inf, -1.0):
        for divergence in (kl, js, js_terms):
            with pytest.raises(ValueError, match="tolerance: expected a finite number of at least 0, got"):
                divergence(np.array([0.5, 0.9]), np.array([0.5, 0.5]), tolerance=tolerance)
    eye = np.eye(2)
    for bad in (math.nan, math.inf):
        for of_gaussians in (gaussian_kl, gaussian_w2):
            for k, name in enumerate(("mean_p", "cov_p", "mean_q", "cov_q")):
                arguments = [np.zeros(2), eye, np.zeros(2), eye]
                arguments[k] = arguments[k] + np.diag([bad, 0.0])[0] if k % 2 == 0 else np.diag([bad, 1.0])
                with pytest.raises(ValueError, match=f"{name}: expected finite values, got"):
                    of_gaussians(*arguments)
    with pytest.raises(ValueError, match="cov_q: expected a symmetric positive definite matrix"):
        gaussian_kl(np.zeros(2), eye, np.zeros(2), -eye)
    with pytest.raises(ValueError, match=r"mean_q: expected shape \(2,\)"):
        gaussian_w2(np.zeros(2), eye, np.zeros(3), eye)
    with pytest.raises(ValueError, match=r"q: expected finite \(low, high\) with low < high"):
        uniform_js((0, 1), (2, 2))
    with pytest.raises(ValueError, match="order: expected 1 or 2, got 3"):
        uniform_w((0, 1), (2, 3), 3)
