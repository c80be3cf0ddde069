"""The objective of a linear classifier: cost, gradients, mini-batches, bounds, minimiser."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.linear_model import LogisticRegression

from thesiscode.learning import (
    HINGE,
    LOGISTIC,
    SQUARED,
    Objective,
    TwoGaussians,
    growth_excess,
    l2_penalty,
    linear_score,
    lipschitz_on,
    with_bias,
)


@pytest.fixture
def data():
    x, y = TwoGaussians((1.0, 0.5), share=0.4).sample(60, rng=np.random.default_rng(0))
    return with_bias(x), y


def test_a_score_is_a_dot_product_and_a_column_of_ones_is_the_bias():
    x = with_bias(np.array([[1.0, 2.0], [3.0, 4.0]]))
    np.testing.assert_array_equal(linear_score(x, np.array([1.0, -1.0, 10.0])), [9, 9])


@pytest.mark.parametrize("loss", [HINGE, LOGISTIC, SQUARED], ids=lambda loss: loss.name)
@pytest.mark.parametrize("penalty", [0.0, 0.3])
def test_the_cost_is_a_mean_and_its_gradient_that_of_differences(data, loss, penalty):
    objective = Objective(*data, loss, penalty)
    w, h = np.array([0.3, -0.7, 0.2]), 1e-6
    by_hand = np.mean([loss(np.array([xi @ w]), np.array([yi]))[0] for xi, yi in zip(*data, strict=True)])
    assert objective.cost(w) == pytest.approx(by_hand + penalty * (0.09 + 0.49 + 0.04))
    differences = [(objective.cost(w + h * e) - objective.cost(w - h * e)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(objective.gradient(w), differences, atol=1e-7)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_mean_over_all_mini_batches_is_the_gradient(size):
    x, y = TwoGaussians((1.0,)).sample(7, rng=np.random.default_rng(1))
    objective = Objective(with_bias(x), y, LOGISTIC, 0.1)
    w = np.array([0.5, -1.0])
    batches = [objective.batch_gradient(w, np.array(rows)) for rows in combinations(range(7), size)]
    np.testing.assert_allclose(np.mean(batches, axis=0), objective.gradient(w), atol=1e-12)


@pytest.mark.parametrize("loss", [LOGISTIC, SQUARED], ids=lambda loss: loss.name)
def test_smoothness_bounds_every_pair_and_is_reached_by_the_squared_loss(data, loss):
    objective = Objective(*data, loss, 0.2)

    def gradient(points):
        return np.array([objective.gradient(w) for w in points])

    u, v = np.random.default_rng(2).normal(size=(2, 300, 3))
    largest = np.linalg.svd(data[0])[2][0]
    u[0], v[0] = largest, -largest
    measured = lipschitz_on(gradient, u, v)
    assert measured <= objective.smoothness * (1 + 1e-9)
    if loss is SQUARED:
        assert measured == pytest.approx(objective.smoothness)
    assert Objective(*data, HINGE).smoothness == np.inf


@pytest.mark.parametrize("loss", [LOGISTIC, SQUARED], ids=lambda loss: loss.name)
def test_the_second_moment_grows_no_faster_than_said(data, loss):
    objective = Objective(*data, loss, 0.05)
    minimum = objective.minimise()
    a, b = objective.moment_bound(minimum)

    def single(points):
        rows = range(len(data[1]))
        return np.array(
            [np.mean([(objective.batch_gradient(w, np.array([i])) ** 2).sum() for i in rows]) for w in points]
        )

    def full(points):
        return np.array([(objective.gradient(w) ** 2).sum() for w in points])

    points = minimum + np.random.default_rng(3).normal(size=(50, 3)) * np.geomspace(1e-3, 100, 50)[:, None]
    assert growth_excess(single, minimum, points, a, b) <= 0
    assert growth_excess(full, minimum, points, a, b) <= 0
    assert growth_excess(single, minimum, minimum[None], a / 4, b) > 0  # a quarter would be too little


def test_the_minimiser_is_that_of_scikit_learn(data):
    """Its objective is C sum ln(1 + exp(-m)) + |w|^2 / 2, so that C = 1 / (2 n penalty ln 2)."""
    x, y = data
    penalty = 0.01
    other = LogisticRegression(
        C=1 / (2 * len(y) * penalty * np.log(2)), fit_intercept=False, tol=1e-10, max_iter=10_000
    )
    np.testing.assert_allclose(Objective(x, y, LOGISTIC, penalty).minimise(), other.fit(x, y).coef_[0], atol=1e-4)
    ours = Objective(x, y, LOGISTIC, penalty)
    np.testing.assert_allclose(ours.gradient(ours.minimise()), 0, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_least_hinge_loss_is_nearly_that_of_the_linear_program(seed):
    """min mean(xi) with y (x . w) >= 1 - xi and xi >= 0, exactly."""
    x, y = TwoGaussians((0.5, 1.0)).sample(200, rng=np.random.default_rng(seed))
    x = with_bias((x - x.mean(axis=0)) / x.std(axis=0))
    n, d = x.shape
    exact = linprog(
        np.repeat([0, 1 / n], [d, n]),
        A_ub=-np.hstack([y[:, None] * x, np.eye(n)]),
        b_ub=-np.ones(n),
        bounds=[(None, None)] * d + [(0, None)] * n,
    )
    objective = Objective(x, y, HINGE)
    assert exact.fun > 0.1
    assert exact.fun * (1 - 1e-9) <= objective.cost(objective.minimise()) <= 1.01 * exact.fun


def test_a_penalty_shortens_the_weights_and_costs_training_loss(data):
    found = [Objective(*data, LOGISTIC, penalty).minimise() for penalty in (0, 0.01, 0.1, 1)]
    assert (np.diff([l2_penalty(w) for w in found]) < 0).all()
    assert (np.diff([Objective(*data, LOGISTIC).cost(w) for w in found]) > 0).all()


def test_bad_input(data, unchecked):
    x, y = data
    with pytest.raises(ValueError, match=r"y: expected labels of both classes, got only \+1"):
        Objective(x, np.ones(len(x)), LOGISTIC)
    with pytest.raises(ValueError, match="y: expected 60, one for each of x, got 59"):
        Objective(x, y[1:], LOGISTIC)
    with pytest.raises(ValueError, match=r"x: expected shape \[n d\]"):
        Objective(x[:0], y[:0], LOGISTIC)
    with pytest.raises(ValueError, match="x: expected finite numbers"):
        Objective(x * np.nan, y, LOGISTIC)
    with pytest.raises(ValueError, match="penalty: expected a finite number of at least 0, got -1"):
        Objective(x, y, LOGISTIC, -1)
    with pytest.raises(ValueError, match="w: expected 3 numbers, one for each column of x, got 2"):
        Objective(x, y, LOGISTIC).cost(np.ones(2))
    with pytest.raises(ValueError, match="rows: expected integers"):
        Objective(x, y, LOGISTIC).batch_gradient(np.ones(3), np.array([0.5]))
    with pytest.raises(ValueError, match="rows: expected indices from 0 to 59"):
        Objective(x, y, LOGISTIC).batch_gradient(np.ones(3), np.array([60]))
    with pytest.raises(ValueError, match="loss: expected one with a bounded curvature, got hinge"):
        Objective(x, y, HINGE).moment_bound(np.ones(3))
    with pytest.raises(ValueError, match=r"w: expected shape \[d\]"):
        l2_penalty(np.ones((2, 2)))
