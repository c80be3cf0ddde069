"""Empirical risk, its minimiser in a class of one parameter, and what a class can shatter (thesis A.3)."""

from collections.abc import Callable
from itertools import product

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

from .checks import numbers, same_length, samples, signs, whole


def empirical_risk(loss: Callable[..., np.ndarray], predictions: np.ndarray, labels: np.ndarray) -> float:
    """The mean of `loss(predictions, labels)` over a dataset (A.5). Raises ValueError for an empty one."""
    values = np.asarray(loss(predictions, labels), dtype=float)
    return float(numbers(values, "loss").mean())


def best_threshold(x: Float[np.ndarray, "n"], y: Float[np.ndarray, "n"]) -> tuple[float, float]:
    """(w, risk): the minimiser of the empirical 0-1 risk among the classifiers f(x, w) = sign(x - w) (A.7).

    Only n + 1 thresholds differ on the data: one between each two neighbours, one on either side. The smallest one
    that is best comes back, in the middle of its gap. Labels are -1 and +1, and both must occur.
    """
    x, y = numbers(x), signs(y, both=True)
    same_length(x, y, ("x", "y"))
    x_sorted, counts = np.unique(x, return_counts=True)
    order = np.argsort(x, kind="stable")
    ends = np.cumsum(counts)
    below = np.concatenate([[0], np.cumsum(y[order] > 0)[ends - 1]])  # +1 at or below: errors
    above = (y < 0).sum() - np.concatenate([[0], np.cumsum(y[order] < 0)[ends - 1]])  # -1 above: errors
    errors = below + above
    edges = np.concatenate([[x_sorted[0] - 1], (x_sorted[1:] + x_sorted[:-1]) / 2, [x_sorted[-1] + 1]])
    k = int(errors.argmin())
    return float(edges[k]), float(errors[k] / len(y))


def separable(x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "n"]) -> bool:
    """Whether a hyperplane has all points with y = +1 on one side and all with y = -1 on the other (a linear program).

    One class alone is separable.
    """
    x, y = samples(x), signs(y)
    same_length(x, y, ("x", "y"))
    rows = -y[:, None] * np.column_stack([x, np.ones(len(x))])  # y (x . w + b) >= 1
    found = linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(x)), bounds=(None, None))
    return bool(found.status == 0)


def shattered(x: Float[np.ndarray, "n d"]) -> bool:
    """Whether hyperplanes can give these points every one of their 2^n labellings.

    The largest n for which some n points are shattered is the VC dimension of the class; that of hyperplanes is d + 1.
    Raises ValueError for more than 12 points.
    """
    x = samples(x)
    if len(x) > 12:
        raise ValueError(f"x: expected at most 12 points, which have 4096 labellings, got {len(x)}")
    return all(separable(x, np.array(labels)) for labels in product([-1.0, 1.0], repeat=len(x)))


def selection_optimism(n_classifiers: int, n: int, *, repeats: int, rng: np.random.Generator) -> np.ndarray:
    """Accuracy, on n test examples, of the best of `n_classifiers` coin flips; one value for each of the repeats.

    Each classifier is right with probability one half on each example. Raises ValueError for counts below 1.
    """
    sizes = whole(repeats, "repeats"), whole(n_classifiers, "n_classifiers")
    return rng.binomial(whole(n, "n"), 0.5, size=sizes).max(axis=1) / n
