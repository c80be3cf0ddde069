"""Capacity: polynomials, bias and variance, double descent."""

import numpy as np
import pytest

from thesiscode.learning import RandomFeatures, bias_variance, least_squares, polynomial_features, width_curve


def truth(x):
    return np.sin(3 * x)


def polynomial(degree):
    def fit(x, y):
        w = least_squares(polynomial_features(x, degree), y)
        return lambda z: polynomial_features(z, degree) @ w

    return fit


def test_features_span_the_polynomials():
    x = np.linspace(-1, 1, 30)
    y = 2 - x + 0.5 * x**4
    w = least_squares(polynomial_features(x, 4), y)
    np.testing.assert_allclose(polynomial_features(x, 4) @ w, y)
    np.testing.assert_allclose(w, np.polynomial.legendre.poly2leg([2, -1, 0, 0, 0.5]), atol=1e-12)


def test_the_error_is_bias_and_variance_and_noise():
    for degree in (1, 3, 6):
        found = bias_variance(polynomial(degree), truth, n=30, noise=0.3, n_sets=400, rng=np.random.default_rng(0))
        assert found.noise == pytest.approx(0.09)
        assert found.error == pytest.approx(found.bias + found.variance + found.noise, rel=0.05)


def test_capacity_trades_bias_for_variance():
    low, high = (
        bias_variance(polynomial(d), truth, n=30, noise=0.3, n_sets=200, rng=np.random.default_rng(0)) for d in (1, 5)
    )
    assert low.bias > 10 * high.bias
    assert high.variance > 2 * low.variance


def test_a_learner_that_ignores_the_data_is_all_bias():
    found = bias_variance(lambda x, y: np.zeros_like, truth, n=5, noise=0.0, n_sets=3, rng=np.random.default_rng(0))
    assert found.variance == 0
    assert found.error == pytest.approx(found.bias)


def test_least_squares_takes_the_shortest_of_the_best():
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(5, 20)), rng.normal(size=5)
    w = least_squares(z, y)
    np.testing.assert_allclose(z @ w, y)
    np.testing.assert_allclose(w, z.T @ np.linalg.solve(z @ z.T, y))


def test_random_features_are_rectified_projections():
    features = RandomFeatures.draw(3, 8, rng=np.random.default_rng(2))
    np.testing.assert_allclose(np.linalg.norm(features.directions, axis=1), 1)
    x = np.random.default_rng(3).normal(size=(10, 3))
    z = features(x)
    assert z.shape == (10, 8) and (z >= 0).all()
    np.testing.assert_allclose(z - features(-x), x @ features.directions.T)


def test_double_descent_and_what_a_penalty_does_to_it():
    widths = [15, 40, 400]
    settings = {"n": 40, "d": 10, "noise": 0.5, "draws": 10}
    plain = width_curve(widths, **settings, rng=np.random.default_rng(0))
    small, peak, large = np.median(plain.test, axis=1)
    assert peak > 5 * small and large < small
    assert (plain.train[2] < 1e-12).all() and (plain.train[0] > 0.01).all()
    assert np.median(plain.length[1]) > 5 * np.median(plain.length[2])
    ridge = width_curve(widths, **settings, penalty=0.1, rng=np.random.default_rng(0))
    assert np.median(ridge.test[1]) < small


def test_bad_input(unchecked):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"x: expected numbers in \[-1, 1\], got 0 to 2"):
        polynomial_features(np.array([0.0, 2.0]), 1)
    with pytest.raises(ValueError, match="degree: expected an integer of at least 0"):
        polynomial_features(np.zeros(2), -1)
    with pytest.raises(ValueError, match="y: expected 3, one for each of features, got 2"):
        least_squares(np.ones((3, 1)), np.ones(2))
    with pytest.raises(ValueError, match="n_sets: expected an integer of at least 2, got 1"):
        bias_variance(polynomial(1), truth, n=5, noise=0.1, n_sets=1, rng=rng)
    with pytest.raises(ValueError, match="noise: expected a finite number of at least 0"):
        width_curve([2], n=5, d=2, noise=-1.0, draws=1, rng=rng)
    with pytest.raises(ValueError, match="width: expected an integer of at least 1"):
        RandomFeatures.draw(2, 0, rng=rng)


@pytest.mark.parametrize(
    ("predict", "message"),
    [
        (lambda z: z * np.nan, "fit: expected finite numbers, got 200 NaN"),
        (lambda z: 0.0, r"fit: expected shape \(200,\) .* got \(\)"),
        (lambda z: z[:1], r"fit: expected shape \(200,\), got \(1,\)"),
    ],
)
def test_bad_predictors(unchecked, predict, message):
    with pytest.raises(ValueError, match=message):
        bias_variance(lambda x, y: predict, truth, n=5, noise=0.1, n_sets=2, rng=np.random.default_rng(0))
