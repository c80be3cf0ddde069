"""Five fits: certified searches against brute force, closed forms against A-to-Z computation, limits, refusals."""

import math

import numpy as np
import pytest

from thesiscode.distances import emd, js, kl
from thesiscode.distances.fits import (
    ParameterGrid,
    fit_discrete_emd,
    fit_emd,
    fit_js,
    fit_kl,
    fit_likelihood,
    fit_masses,
    js_values,
    smallest_cover,
)
from thesiscode.distances.least_work import GROUND_COSTS, extend_potential, ground_cost, least_work
from thesiscode.distances.parzen import cell_centres, parabola_density, parzen_masses, sample_parabola
from thesiscode.distances.rectangle import Candidates, Rectangle, directions, rectangle_masses

SMALL = Candidates(np.array([0.9, 1.3, 1.6]), np.array([1.0, 1.5]), np.array([0.0, 20, 45, 70]), 20)
GRID = ParameterGrid(side_step=0.2, angle_step=10.0, refine=2, refine_angle=2)


@pytest.fixture
def points():
    return sample_parabola(30, np.random.default_rng(3))


@pytest.mark.parametrize("cost", GROUND_COSTS)
@pytest.mark.parametrize("kind", ["density", "points"])
def test_a_certified_search_finds_what_brute_force_finds(points, cost, kind):
    weights, places = fit_masses(parzen_masses(points, 20)) if kind == "density" else (np.full(30, 1 / 30), points)
    found = least_work(weights, places, SMALL, cost=cost)
    table = ground_cost(places, SMALL.centres, cost)
    all_values = np.array([emd(weights, SMALL.masses(i), table) for i in np.ndindex(SMALL.shape)]).reshape(SMALL.shape)
    assert found.value == pytest.approx(all_values.min(), abs=1e-9)
    assert all_values[found.index] == pytest.approx(all_values.min(), abs=1e-9)
    assert (found.bounds <= all_values + 1e-9).all()
    assert found.certified and found.bound >= found.value - 1e-6
    assert found.solved < found.bounds.size


def test_any_prices_bound_the_work(points):
    """Prices that are no solution of anything are still feasible by the transform."""
    weights, places = fit_masses(parzen_masses(points, 20))
    nonsense = [np.random.default_rng(k).standard_normal(len(weights)) for k in range(3)]
    found = least_work(weights, places, SMALL, potentials=nonsense)
    assert found.value == pytest.approx(least_work(weights, places, SMALL).value)
    assert found.certified


def test_the_answer_does_not_depend_on_the_start(points):
    weights = np.full(30, 1 / 30)
    found = [least_work(weights, points, SMALL, start=start) for start in [(0, 0, 0), (3, 2, 1), None]]
    assert len({f.index for f in found}) == 1
    values, bounds = np.array(found[0].history).T
    assert (np.diff(values) <= 0).all() and (np.diff(bounds) >= -1e-12).all()


def test_a_search_that_gives_up_says_so(points):
    found = least_work(np.full(30, 1 / 30), points, SMALL, most=1)
    assert found.solved == 1 and not found.certified and found.bound < found.value


def test_prices_of_a_coarse_raster_serve_a_finer_one(points):
    weights, places = fit_masses(parzen_masses(points, 20))
    coarse = least_work(weights, places, SMALL)
    finer = Candidates(SMALL.widths, SMALL.heights, SMALL.angles, 40)
    weights, fine_places = fit_masses(parzen_masses(points, 40))
    carried = [extend_potential(u, places, SMALL.centres, fine_places) for u in coarse.potentials]
    alone = least_work(weights, fine_places, finer)
    helped = least_work(weights, fine_places, finer, potentials=carried)
    assert helped.value == pytest.approx(alone.value) and helped.solved <= alone.solved
    slopes = np.abs(carried[0][:, None] - carried[0]) - ground_cost(fine_places, fine_places)
    assert slopes.max() < 1e-9  # 1-Lipschitz


def test_costs():
    x, y = np.array([[0.0, 0.0]]), np.array([[0.3, 0.4], [0.06, 0.08]])
    assert ground_cost(x, y)[0] == pytest.approx([0.5, 0.1])
    assert ground_cost(x, y, "squared")[0] == pytest.approx([0.25, 0.01])
    assert ground_cost(x, y, "l1")[0] == pytest.approx([0.7, 0.14])
    assert ground_cost(x, y, "truncated", truncation=0.2)[0] == pytest.approx([0.2, 0.1])


def test_js_of_all_candidates_is_js(points):
    p = parzen_masses(points, 20)
    values = js_values(p, SMALL)
    for index in np.ndindex(SMALL.shape):
        assert values[index] == pytest.approx(js(p, SMALL.masses(index).reshape(20, 20)), abs=1e-12)


def test_kl_of_a_cover_is_its_closed_form(points):
    """-H(P) + log(a b), against the sum over cells; a cell too small and it is infinite."""
    fit = fit_kl(points, n=256)
    r = fit.rectangle
    p = parzen_masses(points, 256)
    assert kl(p, rectangle_masses(r, 256)) == pytest.approx(fit.value, abs=0.01)
    less = Rectangle(r.width - 0.2, r.height, r.angle)
    assert kl(p, rectangle_masses(less, 256)) == math.inf


def test_a_likelihood_is_that_of_its_points(points):
    fit = fit_likelihood(points)
    assert fit.rectangle.contains(points).all()
    assert fit.value == pytest.approx(-np.log(np.full(30, 1 / fit.rectangle.area)).mean())
    for factor in ((0.999, 1), (1, 0.999)):
        less = Rectangle(fit.rectangle.width * factor[0], fit.rectangle.height * factor[1], fit.rectangle.angle)
        assert not less.contains(points).all()


def test_covers_are_the_smallest_of_a_grid_search(points):
    """A grid over all three parameters, by brute force, is never better."""
    best = fit_likelihood(points).rectangle
    sides = np.arange(0.6, 2.6, 0.1)
    for angle in np.arange(0, 90, 5.0):
        inside = np.abs(points @ directions(angle).T)
        a, b = np.meshgrid(sides, sides)
        covers = (inside[:, 0].max() <= a / 2) & (inside[:, 1].max() <= b / 2)
        assert (a * b)[covers].min() >= best.area - 1e-12


def test_a_kernel_widens_the_cover_by_its_radius(points):
    plain, wide = (smallest_cover(points, np.array([12.0]), margin=m)[0] for m in (0, 0.25))
    assert (wide.width, wide.height) == pytest.approx((plain.width + 0.5, plain.height + 0.5))
    assert wide.contains(points, margin=0.25).all()


@pytest.mark.parametrize("edges", ["covered", "jagged"])
def test_a_rectangle_is_fitted_by_itself(edges):
    """Data that are the model: transport and JS find it, at a distance of nearly nothing."""
    truth = Rectangle(1.6, 1.0, 30.0)
    c = Candidates(np.array([1.4, 1.6, 1.8]), np.array([0.8, 1.0, 1.2]), np.array([10.0, 20, 30, 40]), 32, edges=edges)
    p = rectangle_masses(truth, 32, edges=edges)
    found = least_work(*fit_masses(p), c)
    assert c.rectangle(found.index) == truth and found.value == pytest.approx(0, abs=1e-9)
    assert js_values(p, c)[2, 1, 1] == pytest.approx(0, abs=1e-12) == js_values(p, c).min()


def test_turning_the_points_turns_the_fits(points):
    long = points * [1.2, 0.6]
    for fit in (fit_likelihood, fit_js, fit_discrete_emd):
        options = {} if fit is fit_likelihood else {"n": (32, 64)}
        straight, turned = (fit(long @ directions(t), GRID, **options).rectangle for t in (0, 30))
        assert Rectangle(1, 1, turned.angle - straight.angle).angle_error(30) <= 10
        assert turned.area == pytest.approx(straight.area, rel=0.12)


def test_many_points_and_the_population():
    """KL and JS know the axes of the density itself; transport prefers them to a turn by 45 degrees."""
    p = parabola_density(cell_centres(64)).reshape(64, 64)
    p /= p.sum()
    sides = np.arange(1.4, 2.01, 0.1)
    c = Candidates(sides, sides, np.array([0.0, 22.5, 45]), 64)
    values = js_values(p, c)
    assert values[0].min() < values[1].min() < values[2].min()
    w, places = fit_masses(parzen_masses(sample_parabola(4000, np.random.default_rng(0)), 32))
    work = [least_work(w, places, Candidates(sides, sides, np.array([t]), 32)).value for t in (0.0, 22.5, 45.0)]
    assert work[0] < work[1] < work[2]


def test_the_fits_agree_with_what_they_report(points):
    for fit in (fit_emd(points, GRID, n=(16, 32)), fit_discrete_emd(points, GRID, n=(16, 32))):
        last = fit.searches[-1]
        assert fit.gap <= 1e-6 and fit.value == last.value
        assert fit.solved == sum(s.solved for s in fit.searches) < fit.candidates / 5
        assert 0 <= fit.rectangle.angle < 90
    weights, places = fit_masses(parzen_masses(points, 32))
    r = fit_emd(points, GRID, n=(16, 32)).rectangle
    table = ground_cost(places, cell_centres(32))
    value = emd(weights, rectangle_masses(r, 32).ravel(), table)
    assert value == pytest.approx(fit_emd(points, GRID, n=(16, 32)).value, abs=1e-9)


def test_squared_distances_ignore_nothing_and_truncated_ones_forgive(points):
    """A far outlier widens the fit of squared distances more than that of truncated ones."""
    with_outliers = np.concatenate([points, [[1.65, 0.0], [-1.65, 0.0]]])
    widths = {}
    for cost in ("squared", "truncated"):
        fits = [fit_discrete_emd(x, GRID, cost=cost, n=(16, 32)).rectangle for x in (points, with_outliers)]
        widths[cost] = np.sqrt(fits[1].area) - np.sqrt(fits[0].area)
    assert widths["squared"] > widths["truncated"]


@pytest.mark.parametrize("fit", [fit_likelihood, fit_kl, fit_js, fit_discrete_emd, fit_emd])
def test_too_few_points_are_refused(fit, unchecked):
    with pytest.raises(ValueError, match="points: expected at least 3, got 2"):
        fit(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="points: expected finite coordinates"):
        fit(np.full((5, 2), np.inf))


@pytest.mark.parametrize("fit", [fit_kl, fit_js, fit_emd])
def test_a_radius_of_0_is_refused(fit, points):
    with pytest.raises(ValueError, match="radius: expected a finite number above 0, got 0"):
        fit(points, radius=0.0)
    with pytest.raises(ValueError, match="radius: expected kernels that hold a centre of the grid"):
        fit(points, radius=1e-9)


ESTIMATE = r"points: expected an estimate within \[-2, 2\], its support reaches"


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (fit_kl, ESTIMATE),
        (fit_js, ESTIMATE),
        (fit_emd, ESTIMATE),
        (fit_discrete_emd, r"points: expected points within \[-2, 2\], got one that reaches"),
    ],
)
def test_points_off_the_grid_are_refused(fit, message, points):
    """`fit_likelihood` has no grid."""
    near = np.array([[1.9, 0.0], [0.0, 1.0], [-1.0, 0.0]])  # the discs of kernels leave the grid, the points do not
    for far in (10 * points, near * [1.1, 1.0]) if fit is fit_discrete_emd else (10 * points, near):
        with pytest.raises(ValueError, match=message):
            fit(far)
    scaled = fit_likelihood(10 * points).rectangle
    assert scaled.area == pytest.approx(100 * fit_likelihood(points).rectangle.area)


def test_other_bad_input_is_refused(points, unchecked):
    weights = np.full(30, 1 / 30)
    cases = [
        (
            lambda: js_values(np.full((10, 10), 0.01), SMALL),
            "p: expected the candidates' grid of 20 cells a side, got 10",
        ),
        (lambda: js_values(np.full((20, 20), 0.01), SMALL), "p: expected a total of 1"),
        (lambda: least_work(weights[:5] * 6, points, SMALL), "weights: expected one a point, 30"),
        (lambda: least_work(2 * weights, points, SMALL), "weights: expected a total of 1"),
        (lambda: least_work(weights, points, SMALL, most=0), "most: expected at least one transport"),
        (lambda: least_work(weights, points, SMALL, cost="l3"), "name: expected one of euclidean, squared"),
        (
            lambda: ground_cost(points, points, "truncated", truncation=0),
            "truncation: expected a finite number above 0",
        ),
        (lambda: smallest_cover(points, np.array([0.0]), margin=-1), "margin: expected a finite number of at least 0"),
        (lambda: smallest_cover(np.zeros((4, 2)), np.array([0.0])), "points: expected some that span a rectangle"),
        (lambda: ParameterGrid(side_step=0), "side_step: expected a finite number above 0"),
        (lambda: ParameterGrid(most_side=math.nan), "most_side: expected a finite number above 0, got nan"),
        (lambda: ParameterGrid(most_side=math.inf), "most_side: expected a finite number above 0, got inf"),
        (lambda: ParameterGrid(refine=0.5), "refine: expected an integer of at least 1, got 0.5"),
        (lambda: ParameterGrid(refine_angle=0), "refine_angle: expected an integer of at least 1, got 0"),
        (lambda: smallest_cover(points, np.array([0.0, math.nan])), "angles: expected a list of finite numbers"),
        (
            lambda: least_work(weights, points, SMALL, potentials=[np.full(30, math.nan)]),
            "potentials: expected finite prices, one for each of 30 points",
        ),
        (lambda: least_work(weights, points, SMALL, potentials=[np.zeros(29)]), "potentials: expected finite prices"),
        (lambda: ParameterGrid(most_side=0.5), "most_side: expected more than least_side"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()
