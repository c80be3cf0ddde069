"""The assumptions of the theorems, measured on points."""

import numpy as np
import pytest

from thesiscode.learning import Bowl, growth_excess, least_pull, lipschitz_on

LINE = np.linspace(-20, 20, 4001)[:, None]
ZERO = np.zeros(1)


def test_the_lipschitz_constant_of_a_bowl_is_its_largest_curvature():
    bowl = Bowl((1.0, 4.0, 0.5))
    u = np.vstack([np.random.default_rng(0).normal(size=(100, 3)), [0, 1, 0]])
    assert lipschitz_on(bowl.gradient, u, np.zeros_like(u)) == pytest.approx(bowl.smoothness) == 4


def test_a_bowl_pulls_with_the_squared_distance():
    assert least_pull(lambda w: 2 * w, ZERO, LINE, 1.0) == pytest.approx(2 * 1.01**2, rel=1e-2)


def test_a_plateau_and_a_second_minimum_refute_general_convexity():
    def flat(w):
        return w * np.exp(-(w**2))

    assert least_pull(flat, ZERO, LINE, 1.0) < 1e-12  # the infimum is 0: the pull dies out

    def two_wells(w):
        return w**3 - w  # minima at -1 and 1

    assert least_pull(two_wells, np.ones(1), LINE, 0.01) < 0
    assert least_pull(lambda w: w**3, ZERO, LINE, 0.01) > 0


def test_growth():
    bowl = Bowl((3.0,))

    def square(w):
        return (bowl.gradient(w) ** 2).sum(axis=1)

    assert growth_excess(square, ZERO, LINE, 0, 9) <= 1e-9
    assert growth_excess(square, ZERO, LINE, 0, 8.9) > 0
    assert growth_excess(lambda w: w[:, 0] ** 6, ZERO, LINE, 100, 100) > 0  # w^4 grows too fast


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="v: expected points that differ from those of u, got 2"):
        lipschitz_on(lambda w: w, np.ones((2, 1)), np.ones((2, 1)))
    with pytest.raises(ValueError, match="v: expected 2, one for each of u, got 1"):
        lipschitz_on(lambda w: w, np.ones((2, 1)), np.ones((1, 1)))
    with pytest.raises(ValueError, match="points: expected at least one with a squared distance above 1000"):
        least_pull(lambda w: w, ZERO, LINE, 1000.0)
    with pytest.raises(ValueError, match="minimum: expected 1 numbers, as the points have, got 2"):
        least_pull(lambda w: w, np.zeros(2), LINE, 1.0)
    with pytest.raises(ValueError, match="b: expected a finite number of at least 0"):
        growth_excess(lambda w: w[:, 0], ZERO, LINE, 0, -1)


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (lambda w: w * np.nan, "gradient: expected finite numbers, got 6 NaN"),
        (lambda w: w[:1], r"gradient: expected shape \(3, 2\), got \(1, 2\)"),
        (lambda w: w[:, :1], r"gradient: expected shape \(3, 2\), got \(3, 1\)"),
    ],
)
def test_bad_gradients(unchecked, gradient, message):
    points = np.ones((3, 2))
    with pytest.raises(ValueError, match=message):
        least_pull(gradient, np.zeros(2), points, 0.5)
    with pytest.raises(ValueError, match=message):
        lipschitz_on(gradient, points, 2 * points)


@pytest.mark.parametrize(
    ("mean_square", "message"),
    [
        (lambda w: w[:, 0] * np.nan, "mean_square: expected finite numbers, got 3 NaN"),
        (lambda w: w[:, :1], r"mean_square: expected shape \(3,\) .* got \(3, 1\)"),
        (lambda w: w[:1, 0], r"mean_square: expected shape \(3,\), got \(1,\)"),
    ],
)
def test_bad_mean_squares(unchecked, mean_square, message):
    with pytest.raises(ValueError, match=message):
        growth_excess(mean_square, np.zeros(2), np.ones((3, 2)), 0, 1)


def test_pairs_have_as_many_columns(unchecked):
    with pytest.raises(ValueError, match=r"v: expected shape \(3, 2\), got \(3, 1\)"):
        lipschitz_on(lambda w: w, np.ones((3, 2)), np.zeros((3, 1)))
