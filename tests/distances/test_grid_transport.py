"""Sinkhorn on grids: sums by FFT, exact costs between its bounds, translation, other grounds, what it refuses."""

import math
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from thesiscode.distances import (
    Grid,
    NotConverged,
    c_transform,
    emd,
    grid_transport,
    ground_distance,
    sinkhorn,
    sinkhorn_grid,
)
from thesiscode.distances.grid_transport import _costs, c_transform_grid
from thesiscode.distances.log_convolution import LogConvolution, bounding_box
from thesiscode.distances.sinkhorn import marginal_error, round_plan

seeds = st.integers(0, 10_000)
GROUNDS = {
    "euclidean": ground_distance,
    "cityblock": lambda x, y: np.abs(x[:, None] - y).sum(axis=2),
    "sqeuclidean": lambda x, y: ground_distance(x, y) ** 2,
}


def blobs(n=16, seed=0):
    """Two sums of blobs with finite support on n x n points of [-2, 2]^2, and the grid."""
    grid, rng = Grid(size=n), np.random.default_rng(seed)
    both = []
    for _ in range(2):
        centres = rng.uniform(-1.3, 1.3, (3, 2))
        density = sum(np.maximum(1 - ((grid.x - x) ** 2 + (grid.y - y) ** 2) / 0.5, 0) for x, y in centres)
        both.append(grid.masses(density))
    return *both, grid


@pytest.mark.parametrize("smoothness", [0.05, 0.3, 1.0, 3.0, 100.0])
@pytest.mark.parametrize(
    ("target", "source"),
    [
        ((slice(3, 23), slice(0, 17)), (slice(10, 19), slice(5, 30))),
        ((slice(0, 4), slice(0, 4)), (slice(20, 25), slice(28, 32))),  # far apart: every term is tiny
        ((slice(2, 3), slice(4, 5)), (slice(0, 30), slice(7, 8))),
    ],
)
def test_sums_are_those_of_the_definition(smoothness, target, source):
    """Also where the exponentials, or their ratios, are too small for double precision."""

    def log_kernel(dy, dx):
        return -np.hypot(dy, dx + 0.3) / smoothness  # not symmetric

    (ty, tx), (sy, sx) = (np.mgrid[box].reshape(2, -1) for box in (target, source))
    b = 20 * np.random.default_rng(0).standard_normal(len(sy))
    b[1:][np.random.default_rng(1).uniform(size=len(sy) - 1) < 0.3] = -np.inf
    true = logsumexp(log_kernel(ty[:, None] - sy, tx[:, None] - sx) + b, axis=1)
    shapes = [tuple(s.stop - s.start for s in box) for box in (target, source)]
    found = LogConvolution(log_kernel, target, source, smoothness)(b.reshape(shapes[1]))
    np.testing.assert_allclose(found, true.reshape(shapes[0]), atol=1e-5, rtol=0)


def test_a_bounding_box():
    mask = np.zeros((5, 6), bool)
    mask[1, 4] = mask[3, 2] = True
    assert bounding_box(mask) == (slice(1, 4), slice(2, 5))


@settings(max_examples=8)
@given(seeds, st.sampled_from(sorted(GROUNDS)), st.sampled_from([0.1, 0.4]))
def test_the_exact_cost_lies_between_both_bounds(seed, ground, epsilon):
    p, q, grid = blobs(11, seed)
    found = sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=epsilon, ground=ground)
    cost = GROUNDS[ground](grid.points, grid.points)
    exact = emd(p.ravel(), q.ravel(), cost)
    assert found.converged and found.marginal_error <= 1e-3
    assert found.lower <= exact + 1e-6 and exact <= found.upper + 1e-6 and found.plan_cost <= found.upper + 1e-3 * exact
    assert abs(found.cost - exact) <= found.bias + 1e-6
    f, g = found.f.ravel(), found.g.ravel()
    assert (f[:, None] + g - cost).max() < 1e-9
    assert found.lower == pytest.approx(f @ p.ravel() + g @ q.ravel(), abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_two_percent(seed):
    p, q, grid = blobs(32, seed)
    exact = emd(p.ravel(), q.ravel(), ground_distance(grid.points, grid.points))
    found = sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.05)
    assert found.cost == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize(("rows", "columns"), [(0, 12), (9, 0), (8, -6)])
def test_a_shift_costs_its_length(rows, columns):
    """By duality the bound from below is as sharp, whatever epsilon."""
    grid = Grid(size=40)
    bump = np.maximum(1 - ((grid.x) ** 2 + (grid.y) ** 2) / 0.3, 0)
    p, q = grid.masses(bump), grid.masses(np.roll(bump, (rows, columns), axis=(0, 1)))
    length = grid.spacing * math.hypot(rows, columns)
    found = sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.02)
    assert found.cost == pytest.approx(length, rel=0.01) and found.lower <= length <= found.upper + 1e-6


def test_without_reduction_the_plan_is_that_of_the_dense_algorithm():
    p, q, grid = blobs(12)
    cost = ground_distance(grid.points, grid.points)
    dense = sinkhorn(p.ravel(), q.ravel(), cost, epsilon=0.2, tolerance=1e-7)
    options = {"spacing": grid.spacing, "epsilon": 0.2, "tolerance": 1e-7}
    found = sinkhorn_grid(p, q, ground=lambda dy, dx: np.hypot(dy, dx), estimate="plan", **options)
    assert found.cost == found.plan_cost == pytest.approx(dense.cost, rel=1e-5)
    assert found.upper == pytest.approx(dense.upper, rel=1e-5) and found.lower == pytest.approx(dense.lower, rel=0.1)
    moved = sinkhorn_grid(p, q, **options)
    assert moved.plan_cost < found.plan_cost  # what both share does not blur


def test_repaired_marginals_cost_what_the_dense_repair_costs(monkeypatch):
    """The plan of the same potentials as a matrix, with `round_plan`."""
    problems = []

    class Kept(grid_transport._Problem):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            problems.append(self)

    monkeypatch.setattr(grid_transport, "_Problem", Kept)
    p, q, grid = blobs(12)
    cost, options = ground_distance(grid.points, grid.points), {"epsilon": 0.2, "tolerance": 1e-9, "max_iterations": 8}
    with pytest.warns(NotConverged, match="sinkhorn_grid: marginals are off by") as caught:
        found = sinkhorn_grid(p, q, spacing=grid.spacing, ground=np.hypot, **options)
    assert not found.converged and caught[0].message.residual == found.marginal_error > 1e-3
    exact = emd(p.ravel(), q.ravel(), cost)
    assert found.lower <= exact <= found.upper
    (end,) = problems
    f, g = np.zeros(p.shape), np.zeros(q.shape)
    f[end.boxes[0]], g[end.boxes[1]] = end.f, end.g
    plan = np.outer(p, q) * np.exp((f.reshape(-1, 1) + g.ravel() - cost) / found.epsilon)
    sums = plan.sum(axis=1), plan.sum(axis=0)
    assert found.marginal_error == pytest.approx(marginal_error(*sums, p.ravel(), q.ravel()), rel=1e-4)
    assert found.plan_cost == pytest.approx((plan * cost).sum(), rel=1e-6)
    repaired = round_plan(plan, p.ravel(), q.ravel())
    assert found.upper == pytest.approx((repaired * cost).sum(), rel=1e-6)
    scaled = plan * np.minimum(p.ravel() / np.maximum(sums[0], 1e-300), 1)[:, None]
    assert ((repaired - scaled) * cost).sum() > 1e-4 * found.upper  # the repair costs enough to be seen


def test_a_function_that_is_not_symmetric():
    p, q, grid = blobs(12)

    def wind(dy, dx):
        return np.hypot(dy, dx) + 0.5 * np.maximum(dx, 0)

    gaps = grid.points - grid.points[:, None]  # to minus from
    exact = emd(p.ravel(), q.ravel(), wind(gaps[..., 1], gaps[..., 0]))
    found = sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.05, ground=wind)
    assert found.lower <= exact <= found.upper and found.cost == pytest.approx(exact, rel=0.05)
    other = emd(q.ravel(), p.ravel(), wind(gaps[..., 1], gaps[..., 0]))
    assert abs(other - exact) > found.bias  # the direction matters here


def test_symmetry_and_equal_distributions():
    p, q, grid = blobs(20)
    there, back = (sinkhorn_grid(*pair, spacing=grid.spacing, epsilon=0.1) for pair in ((p, q), (q, p)))
    assert there.cost == pytest.approx(back.cost, rel=0.005)
    same = sinkhorn_grid(p, p, spacing=grid.spacing, epsilon=0.1)
    assert same.cost == same.lower == same.upper == 0 and same.converged


@pytest.mark.parametrize("ground", [*sorted(GROUNDS), np.hypot])
def test_two_single_cells_cost_their_distance_without_a_warning(ground):
    p, q = np.zeros((2, 4, 4))
    p[0, 0] = q[3, 3] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = sinkhorn_grid(p, q, spacing=0.5, epsilon=0.1, ground=ground)
    true = {"cityblock": 3.0, "sqeuclidean": 4.5}.get(ground, 1.5 * math.sqrt(2))
    assert [found.cost, found.lower, found.upper, found.plan_cost] == pytest.approx([true] * 4)


def test_the_estimate_is_the_midpoint_or_the_plan():
    p, q, grid = blobs(12)
    options = {"spacing": grid.spacing, "epsilon": 0.2}
    middle, plan = (sinkhorn_grid(p, q, estimate=e, **options) for e in ("midpoint", "plan"))
    assert middle.cost == (middle.lower + middle.upper) / 2 == sinkhorn_grid(p, q, **options).cost
    assert plan.cost == plan.plan_cost == middle.plan_cost != middle.cost


def test_an_integer_of_numpy_counts_iterations(unchecked):
    p, q, grid = blobs(7)
    found = sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.2, max_iterations=np.int64(500))
    assert found.converged


def test_the_triangle_inequality():
    (p, q, grid), (r, *_) = blobs(20), blobs(20, seed=5)
    one, two, both = (sinkhorn_grid(*pair, spacing=grid.spacing, epsilon=0.05) for pair in ((p, q), (q, r), (p, r)))
    assert both.lower <= one.upper + two.upper and both.cost <= 1.02 * (one.cost + two.cost)


def test_a_tiny_epsilon_survives():
    p, q, grid = blobs(7)
    found = sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=2e-3, tolerance=1e-2)
    exact = emd(p.ravel(), q.ravel(), ground_distance(grid.points, grid.points))
    assert found.lower == pytest.approx(exact, rel=0.01) and found.upper == pytest.approx(exact, rel=0.01)


@given(seeds, st.booleans())
def test_transforms_on_a_grid_are_transforms(seed, inside):
    rng = np.random.default_rng(seed)
    shape = (4, 6)
    potential = rng.standard_normal(shape)
    potential[rng.uniform(size=shape) < 0.4] = -np.inf
    potential[2, 3] = 1.0
    costs = _costs(lambda dy, dx: np.hypot(dy, dx) + 0.2 * np.maximum(dy, 0), shape, 0.5)
    points = 0.5 * np.argwhere(np.ones(shape))
    gaps = points - points[:, None]  # [x, y] of y - x
    cost = np.hypot(gaps[..., 0], gaps[..., 1]) + 0.2 * np.maximum(gaps[..., 0], 0)
    true = c_transform(potential.ravel(), cost).reshape(shape)
    if inside:
        found = c_transform_grid(potential, costs, within=(slice(1, 3), slice(2, 5)))
        true = np.pad(true[1:3, 2:5], ((1, 1), (2, 1)), mode="edge")
    else:
        found = c_transform_grid(potential, costs)
    np.testing.assert_allclose(found, true, atol=1e-12)


def test_memory_is_that_of_the_grid():
    """The matrix of costs of all pairs would take 134 MB."""
    p, q, grid = blobs(64)
    tracemalloc.start()
    sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_too_few_iterations_warn():
    p, q, grid = blobs(12)
    with pytest.warns(NotConverged, match="after 2 iterations") as caught:
        found = sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.01, max_iterations=2)
    assert not found.converged and found.iterations == caught[0].message.iterations == 2
    exact = emd(p.ravel(), q.ravel(), ground_distance(grid.points, grid.points))
    assert found.lower <= exact <= found.upper


UNIT = np.full((4, 4), 1 / 16)


@pytest.mark.parametrize(
    ("p", "q", "options", "message"),
    [
        (2 * UNIT, UNIT, {}, "p: expected a total of 1, within 1e-06, got 2"),
        (UNIT, UNIT - 0.1 * np.eye(4), {}, "q: expected masses of at least 0"),
        (UNIT, np.zeros((4, 4)), {}, "q: expected a total of 1, got 0: the support is empty"),
        (UNIT, np.full((2, 8), 1 / 16), {}, r"q: expected shape \(4, 4\), that of p, got \(2, 8\): one grid"),
        (UNIT.ravel(), UNIT, {}, r"p: expected masses on a grid \[h, w\], got shape \(16,\)"),
        (UNIT, UNIT, {"epsilon": 0.0}, "epsilon: expected a finite number above 0, got 0.0"),
        (UNIT, UNIT, {"epsilon": 1e-15}, "epsilon: expected at least 1e-12 times the range of the costs"),
        (UNIT, UNIT, {"spacing": -1.0}, "spacing: expected a finite number above 0, got -1.0"),
        (UNIT, UNIT, {"tolerance": 0.0}, "tolerance: expected a finite number above 0"),
        (UNIT, UNIT, {"max_iterations": 0}, "max_iterations: expected an integer of at least 1, got 0"),
        (UNIT, UNIT, {"max_iterations": 2.5}, "max_iterations: expected an integer of at least 1, got 2.5"),
        (UNIT, UNIT, {"estimate": "debiased"}, "estimate: expected one of midpoint, plan, got 'debiased'"),
        (UNIT, UNIT, {"ground": ["euclidean"]}, "ground: expected one of euclidean, cityblock, sqeuclidean"),
        (UNIT, UNIT, {"ground": lambda dy, dx: dy + 1j * dx}, "ground: expected an array of real numbers, got complex"),
        (UNIT, UNIT, {"ground": "manhattan"}, "ground: expected one of euclidean, cityblock, sqeuclidean"),
        (UNIT, UNIT, {"ground": lambda dy, dx: dy + dx}, "ground: expected finite costs of at least 0"),
        (UNIT, UNIT, {"ground": lambda dy, dx: np.inf * np.ones_like(dx)}, "ground: expected finite costs"),
    ],
)
def test_bad_input_is_refused(p, q, options, message, unchecked):
    with pytest.raises(ValueError, match=message):
        sinkhorn_grid(p, q, **({"spacing": 1.0, "epsilon": 0.5} | options))
