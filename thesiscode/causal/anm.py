"""Additive noise models: in which direction are residuals independent of the input? (Hoyer et al. 2009)."""

import warnings
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Float64
from scipy.optimize import minimize

from .checks import LEAST, pair_values, standardised
from .hsic import HSICResult, hsic

ITERATIONS = 25
"""Steps of L-BFGS-B that fit the three numbers of a Gaussian process's kernel; more of them change little."""


class Direction(NamedTuple):
    """A regression of an effect on a cause, both standardised, and whether its residuals depend on the cause."""

    prediction: Float64[np.ndarray, " n"]
    residuals: Float64[np.ndarray, " n"]
    independence: HSICResult


class ANMFit(NamedTuple):
    """An additive noise model in both directions, on points with mean 0 and variance 1."""

    x: Float64[np.ndarray, " n"]
    y: Float64[np.ndarray, " n"]
    forward: Direction
    """y from x"""
    backward: Direction
    """x from y"""


def anm(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    *,
    max_points: int = 500,
    score: Literal["statistic", "p-value"] = "statistic",
    test: Literal["gamma", "permutation"] = "gamma",
    rng: np.random.Generator | None = None,
) -> float:
    """How much more the residuals of x given y depend on y than those of y given x on x; > 0 says x causes y.

    See `fit_anm` for the other arguments and what is raised. `score`: the difference of the HSIC `statistic`s, which
    compares the strength of two dependences, or that of the logarithms of their p-values, which grows with the number
    of points; only for the latter does `test` matter. anm(y, x) is -anm(x, y), exactly, unless `rng` is given.
    """
    if score not in ("statistic", "p-value"):
        raise ValueError(f"score: expected statistic or p-value, got {score!r}")
    return anm_score(fit_anm(x, y, max_points=max_points, test=test, rng=rng), score)


def anm_score(fit: ANMFit, score: Literal["statistic", "p-value"] = "statistic") -> float:
    """What `anm` says of a fit, by the difference of statistics or of logarithms of p-values."""
    there, back = fit.forward.independence, fit.backward.independence
    if score == "statistic":
        return back.statistic - there.statistic
    return there.log_p_value - back.log_p_value


def fit_anm(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    *,
    max_points: int = 500,
    test: Literal["gamma", "permutation"] = "gamma",
    rng: np.random.Generator | None = None,
) -> ANMFit:
    """Regresses each variable on the other, and tests whether residuals and input are independent by `hsic`.

    The regression is a Gaussian process with a Gaussian kernel and Gaussian noise. Of more than `max_points` points,
    `rng` draws as many; without it they are taken at equal steps from first to last. Time grows with the third power.
    Raises ValueError for variables or tests that `hsic` refuses, fewer than 20 `max_points`, or a variable that does
    not vary among the points that are taken.
    """
    x, y = pair_values(x, y)
    if max_points < LEAST:
        raise ValueError(f"max_points: expected at least {LEAST}, got {max_points}")
    if test == "permutation" and rng is None:
        raise ValueError("rng: expected a generator for a permutation test, got None")
    if len(x) > max_points:
        rows = _some_rows(len(x), max_points, rng)
        try:
            x, y = pair_values(x[rows], y[rows])
        except ValueError as error:
            kept = f"among the {max_points} of {len(x)} points that max_points keeps"
            raise ValueError(f"{error}, {kept}: raise max_points, or draw other points by rng") from error
    x, y = standardised(x), standardised(y)
    return ANMFit(x, y, _regress(x, y, test, rng), _regress(y, x, test, rng))


def _some_rows(n: int, most: int, rng: np.random.Generator | None) -> np.ndarray:
    if rng is None:
        return np.linspace(0, n - 1, most).round().astype(int)
    return rng.choice(n, most, replace=False)


def _regress(
    cause: Float64[np.ndarray, " n"], effect: Float64[np.ndarray, " n"], test: str, rng: np.random.Generator | None
) -> Direction:
    prediction = gaussian_process(cause, effect)(cause)
    residuals = effect - prediction
    if np.ptp(residuals) < 1e-9:  # of a perfect fit only rounding is left, which says nothing
        return Direction(prediction, residuals, HSICResult(0.0, 0.0))
    return Direction(prediction, residuals, hsic(cause, residuals, test=test, rng=rng))


def gaussian_process(
    x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]
) -> Callable[[Float64[np.ndarray, " m"]], Float64[np.ndarray, " m"]]:
    """The mean of a Gaussian process, given standardised points x with values y, as a function.

    Its kernel is a Gaussian one plus noise, both of which maximise the likelihood of y.
    """
    # scikit-learn takes a second to import; only those who regress should wait for it.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * RBF(1.0, (0.05, 50.0)) + WhiteKernel(0.3, (1e-5, 5.0))
    process = GaussianProcessRegressor(kernel, optimizer=_few_steps)
    with warnings.catch_warnings():
        # It says where a length reaches its bound, as for a straight line, which is as it should be.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(x[:, None], y)
    return lambda points: process.predict(points[:, None])


def _few_steps(objective: Callable, start: np.ndarray, bounds: np.ndarray) -> tuple[Any, Any]:
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ITERATIONS})
    return found.x, found.fun
