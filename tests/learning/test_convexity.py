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
