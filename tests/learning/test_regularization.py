"""Ridge regression along a path of penalties."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from thesiscode.learning import ridge_path


@pytest.mark.parametrize("shape", [(30, 4), (5, 12)])
def test_the_path_is_that_of_scikit_learn(shape):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=shape), rng.normal(size=shape[0])
    penalties = np.array([0.01, 0.1, 1, 10])
    for w, penalty in zip(ridge_path(x, y, penalties), penalties, strict=True):
        other = Ridge(alpha=len(y) * penalty, fit_intercept=False, solver="cholesky").fit(x, y)
        np.testing.assert_allclose(w, other.coef_, atol=1e-8)


def test_no_penalty_is_the_shortest_least_squares_solution():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(6, 10)), rng.normal(size=6)
    x[5] = x[4]  # of lower rank
    np.testing.assert_allclose(ridge_path(x, y, np.array([0.0]))[0], np.linalg.pinv(x) @ y, atol=1e-10)


def test_it_minimises_the_penalised_objective():
    rng = np.random.default_rng(2)
    x, y, penalty = rng.normal(size=(20, 3)), rng.normal(size=20), 0.3
    w = ridge_path(x, y, np.array([penalty]))[0]
    np.testing.assert_allclose(2 * x.T @ (x @ w - y) / 20 + 2 * penalty * w, 0, atol=1e-12)


def test_weights_shrink_and_the_training_error_grows():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(20, 5)), rng.normal(size=20)
    path = ridge_path(x, y, np.geomspace(1e-3, 1e3, 30))
    assert (np.diff((path**2).sum(axis=1)) < 0).all()
    assert (np.diff(((path @ x.T - y) ** 2).sum(axis=1)) > 0).all()


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="penalties: expected numbers of at least 0, got -1"):
        ridge_path(np.ones((2, 1)), np.ones(2), np.array([-1.0]))
    with pytest.raises(ValueError, match="y: expected 2, one for each of x, got 3"):
        ridge_path(np.ones((2, 1)), np.ones(3), np.array([1.0]))
