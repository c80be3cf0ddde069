"""Splits of a dataset, and what leaks through a careless one (thesis A.1.3)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from .checks import finite_array, same_length, samples, signs, whole
from .losses import zero_one_loss


def split(n: int, shares: Sequence[float] = (0.6, 0.2, 0.2), *, rng: np.random.Generator) -> list[Int[np.ndarray, "_"]]:
    """Indices 0 to n - 1 at random into parts of these shares: by default training, validation and test.

    Every index is in exactly one part. Raises ValueError if the shares do not sum to 1 or a part would be empty.
    """
    n, shares = whole(n, "n"), finite_array(shares, "shares", 1, "[parts]")
    if shares.min() <= 0 or not np.isclose(shares.sum(), 1):
        raise ValueError(f"shares: expected numbers above 0 that sum to 1, got {shares.tolist()}")
    ends = np.rint(n * np.cumsum(shares)).astype(int)
    if np.diff(ends, prepend=0).min() < 1:
        raise ValueError(f"n: expected enough for every one of {len(shares)} parts, got {n}")
    return np.split(rng.permutation(n), ends[:-1])


def accuracy(predictions: np.ndarray, labels: np.ndarray) -> float:
    """The share of predictions that are right."""
    return float(1 - zero_one_loss(predictions, labels).mean())


def balanced_accuracy(predictions: np.ndarray, labels: np.ndarray) -> float:
    """The mean over classes of the share of a class that is predicted right: 1/2 for a constant answer of two classes.

    Raises ValueError if the labels hold one class only.
    """
    right = ~zero_one_loss(predictions, labels)
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(f"labels: expected at least two classes, got only {classes[0]!r}")
    return float(np.mean([right[np.asarray(labels) == c].mean() for c in classes]))


def telling_columns(x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "n"], n_columns: int) -> Int[np.ndarray, "_"]:
    """The columns of x that correlate most with y, in absolute value, best first.

    Labels are -1 and +1, both of which must occur. Raises ValueError for more columns than there are.
    """
    x, y = samples(x), signs(y, both=True)
    same_length(x, y, ("x", "y"))
    if whole(n_columns, "n_columns") > x.shape[1]:
        raise ValueError(f"n_columns: expected at most {x.shape[1]}, as x has, got {n_columns}")
    centred = x - x.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(spread > 0, np.abs((y - y.mean()) @ centred) / spread, 0)
    return np.argsort(-correlation, kind="stable")[:n_columns]


def cross_validated_accuracy(
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, "n"],
    n_columns: int,
    *,
    leak: bool,
    folds: int = 5,
    rng: np.random.Generator,
) -> float:
    """Cross-validated accuracy of a logistic regression on the `n_columns` most telling columns of x.

    With `leak`, the columns are chosen once, with the labels of all examples, those of the test folds among them.
    Without, each fold chooses from its training part. Raises ValueError for more folds than a class has examples.
    """
    x, y = samples(x), signs(y, both=True)
    everywhere = telling_columns(x, y, n_columns)
    rarer = int(min((y < 0).sum(), (y > 0).sum()))
    if whole(folds, "folds", 2) > rarer:
        raise ValueError(f"folds: expected at most {rarer}, the examples of the rarer class, got {folds}")
    seed = int(rng.integers(2**31))
    right = []
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(x, y):
        columns = everywhere if leak else telling_columns(x[train], y[train], n_columns)
        model = LogisticRegression(max_iter=1000).fit(x[np.ix_(train, columns)], y[train])
        right.append(accuracy(model.predict(x[np.ix_(test, columns)]), y[test]))
    return float(np.mean(right))
