"""One Gaussian for a mixture: closed forms, local optima, quasi-random points, bad input."""

import math

import numpy as np
import pytest

from thesiscode.distances import OBJECTIVES, Mixture, emd, fit_gaussian, ground_distance, normal_points

EYE = np.eye(2)


@pytest.fixture
def mixture():
    return Mixture(np.array([0.6, 0.4]), np.array([[-1.2, -0.6], [1.5, 1.0]]), 0.3 * np.stack([EYE, EYE]))


@pytest.fixture
def single():
    return Mixture(np.array([1.0]), np.array([[0.7, -0.4]]), 0.8**2 * EYE[None])


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_one_gaussian_is_found_by_each(single, objective):
    (fit,) = fit_gaussian(single, objective, starts=[(0.0, 0.3, 1.2)], n_points=60)
    np.testing.assert_allclose(fit.mean, [0.7, -0.4], atol=2e-3)
    assert fit.scale == pytest.approx(0.8, rel=2e-3)
    assert fit.value == pytest.approx(0, abs=1e-3)


def test_kl_matches_moments(mixture):
    """The likelihood of an isotropic Gaussian is largest at the mean and at the mean variance."""
    best, other = fit_gaussian(mixture, "KL", starts=[(0.0, 0.0, 1.0), (2.0, 1.0, 0.4)])
    for fit in (best, other):
        np.testing.assert_allclose(fit.mean, mixture.mean, atol=1e-3)
        assert fit.scale == pytest.approx(math.sqrt(np.trace(mixture.covariance) / 2), rel=1e-3)


def test_moments_are_those_of_points(mixture):
    points = mixture.spread_points(20_000)
    np.testing.assert_allclose(points.mean(axis=0), mixture.mean, atol=0.01)
    np.testing.assert_allclose(np.cov(points.T), mixture.covariance, atol=0.03)


def test_the_density_has_an_integral_of_1(mixture):
    axis = np.linspace(-6, 6, 121)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    assert mixture.density(points).sum() * 0.1**2 == pytest.approx(1, abs=1e-6)


def test_reverse_kl_has_an_optimum_at_each_mode(mixture):
    """A Gaussian that sits on a component of weight w which does not meet the others is -log w away."""
    far = Mixture(mixture.weights, 3 * mixture.means, mixture.covariances)
    best, other = fit_gaussian(far, "reverse KL", starts=[(*far.means[1], 0.5), (*far.means[0], 0.5)], reach=9.0)
    assert best.value == pytest.approx(-math.log(0.6), abs=1e-3)
    assert other.value == pytest.approx(-math.log(0.4), abs=1e-3)
    np.testing.assert_allclose(best.mean, far.means[0], atol=1e-2)
    assert best.scale == pytest.approx(math.sqrt(0.3), rel=1e-2)


def test_js_chooses_the_heavier_mode_and_stays_below_log_2(mixture):
    fits = fit_gaussian(mixture, "JS", starts=[(*mean, 0.5) for mean in mixture.means])
    np.testing.assert_allclose(fits[0].mean, mixture.means[0], atol=0.1)
    assert 0 < fits[0].value < fits[1].value < math.log(2)


def test_mmd_is_that_of_points(mixture):
    """The closed form against means of the kernel over points that stand for both distributions."""
    (fit,) = fit_gaussian(mixture, "MMD", starts=[(*mixture.mean, 1.0)], bandwidth=0.8)
    x, y = mixture.spread_points(1500), fit.mean + fit.scale * normal_points(1500)

    def mean_kernel(a, b):
        return np.exp(-(ground_distance(a, b) ** 2) / (2 * 0.8**2)).mean()

    by_points = mean_kernel(x, x) - 2 * mean_kernel(x, y) + mean_kernel(y, y)
    assert fit.value == pytest.approx(by_points, rel=0.03)


def test_the_emd_is_exact_and_at_an_optimum(mixture):
    (fit,) = fit_gaussian(mixture, "EMD", starts=[(0.0, 0.0, 1.0)], n_points=50)
    x, base = mixture.spread_points(50), normal_points(50)

    def cost(mean, scale):
        y = mean + scale * base
        return emd(np.full(len(x), 1 / len(x)), np.full(50, 1 / 50), ground_distance(x, y))

    assert fit.value == pytest.approx(cost(fit.mean, fit.scale), abs=1e-9)
    for step in (
        (0.1, 0.0, 1.0),
        (-0.1, 0.0, 1.0),
        (0.0, 0.1, 1.0),
        (0.0, -0.1, 1.0),
        (0.0, 0.0, 0.9),
        (0.0, 0.0, 1.1),
    ):
        assert cost(fit.mean + step[:2], fit.scale * step[2]) > fit.value


def test_fits_are_in_order_and_the_same_each_time(mixture):
    starts = [(*mixture.means[1], 0.5), (*mixture.means[0], 0.5), (0.0, 0.0, 1.5)]
    first, second = (fit_gaussian(mixture, "JS", starts=starts) for _ in range(2))
    assert [fit.value for fit in first] == sorted(fit.value for fit in first)
    assert [(fit.value, fit.start) for fit in first] == [(fit.value, fit.start) for fit in second]
    assert {fit.start for fit in first} == set(starts)


def test_points_that_stand_for_a_normal_distribution():
    points = normal_points(400)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(np.cov(points.T), EYE, atol=0.05)
    with pytest.raises(ValueError, match="n: expected at least 1, got 0"):
        normal_points(0)


@pytest.mark.parametrize(
    ("objective", "options", "message"),
    [
        ("L2", {}, "objective: expected one of KL, MMD, JS, reverse KL, EMD, got 'L2'"),
        ("KL", {"starts": []}, "starts: expected at least one, got none"),
        ("KL", {"starts": [(0.0, 0.0, 0.0)]}, "starts: expected .* the scale above 0"),
        ("KL", {"starts": [(0.0, math.nan, 1.0)]}, "starts: expected"),
        ("KL", {"grid_size": 0}, "grid_size: expected an integer of at least 8, got 0"),
        ("KL", {"grid_size": 1}, "grid_size: expected an integer of at least 8, got 1"),
        ("JS", {"grid_size": 81.5}, "grid_size: expected an integer of at least 8, got 81.5"),
        ("JS", {"grid_size": True}, "grid_size: expected an integer of at least 8, got True"),
        ("KL", {"grid_size": 9}, "reach: expected a grid that holds the mixture .* or grid_size if cells of 1.3 are"),
        (
            "KL",
            {"grid_size": 15},
            "grid_size: expected cells narrower than the components of the mixture, got cells of 0.8",
        ),
        ("reverse KL", {"reach": 2.0}, "reach: expected a grid that holds the mixture up to 1e-06 .* misses 0.14"),
        ("MMD", {"bandwidth": "1"}, "bandwidth: expected a finite number above 0, got '1'"),
        ("EMD", {"n_points": 1.5}, "n_points: expected an integer of at least 1, got 1.5"),
        ("MMD", {"bandwidth": -1.0}, "bandwidth: expected a finite number above 0, got -1"),
        ("EMD", {"n_points": 0}, "n_points: expected an integer of at least 1, got 0"),
        ("JS", {"reach": math.inf}, "reach: expected a finite number above 0, got inf"),
    ],
)
def test_bad_options_are_refused(mixture, objective, options, message, unchecked):
    with pytest.raises(ValueError, match=message):
        fit_gaussian(mixture, objective, **{"starts": [(0.0, 0.0, 1.0)]} | options)


@pytest.mark.parametrize(
    ("weights", "means", "covariances", "message"),
    [
        ([0.5, 0.6], np.zeros((2, 2)), [EYE, EYE], "weights: expected numbers above 0 that sum to 1"),
        ([1.0], np.zeros((2, 2)), [EYE], r"means: expected shape \(1, 2\) with k of at least 1, got \(2, 2\)"),
        ([1.0], [[0.0, math.nan]], [EYE], "means: expected finite values"),
        ([1.0], [[0.0, 0.0]], [-EYE], "covariances: expected symmetric positive definite"),
        ([1.0], [[0.0, 0.0]], [[[1.0, 0.5], [0.0, 1.0]]], "covariances: expected symmetric positive definite"),
        ([], np.zeros((0, 2)), np.zeros((0, 2, 2)), "weights: expected shape"),
        (1.0, [[0.0, 0.0]], [EYE], r"weights: expected shape \(0,\) with k of at least 1, got \(\)"),
        ([0.5, 0.5], [[0.0, 1.0], [0.0]], [EYE, EYE], r"means: expected numbers of shape \(2, 2\), got \[\[0.0, 1.0\]"),
        ([1.0], [[0.0, 1j]], [EYE], r"means: expected numbers of shape \(1, 2\)"),
    ],
)
def test_bad_mixtures_are_refused(weights, means, covariances, message, unchecked):
    with pytest.raises(ValueError, match=message):
        Mixture(weights, means, covariances)


def test_lists_make_a_mixture(mixture, unchecked):
    """Also of whole numbers, which are not cut off later."""
    parts = (mixture.weights, mixture.means, mixture.covariances)
    listed = Mixture(*(part.tolist() for part in parts))
    np.testing.assert_array_equal(listed.covariance, mixture.covariance)
    assert Mixture([1], [[0, 0]], [[[1, 0], [0, 1]]]).mean.dtype == float


@pytest.mark.parametrize("objective", ["KL", "JS", "reverse KL"])
def test_a_grid_that_misses_the_mixture_is_refused(objective):
    """Without a word, one cell's worth of each component's tail would be all there is."""
    far = Mixture(np.array([0.5, 0.5]), np.array([[-10.0, 0.0], [10.0, 0.0]]), np.stack([EYE, EYE]))
    with pytest.raises(ValueError, match=r"reach: expected a grid that holds the mixture .* misses 1: raise reach"):
        fit_gaussian(far, objective, starts=[(0.0, 0.0, 1.0)])
    (fit,) = fit_gaussian(far, objective, starts=[(*far.means[0], 1.0)], reach=60.0, grid_size=181)
    assert np.isfinite(fit.value)


def test_a_grid_that_misses_the_fit_is_refused():
    """Two narrow components far apart: the grid holds both components, but not the wide Gaussian of the likelihood."""
    sharp = Mixture(np.array([0.5, 0.5]), np.array([[-4.0, 0.0], [4.0, 0.0]]), 0.04 * np.stack([EYE, EYE]))
    with pytest.raises(
        ValueError, match=r"reach: expected a grid that holds the fit from \(0.0, 0.0, 2.0\) up to 0.0001"
    ):
        fit_gaussian(sharp, "KL", starts=[(0.0, 0.0, 2.0)])
