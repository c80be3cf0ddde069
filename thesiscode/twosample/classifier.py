"""Classifier two-sample tests: if a classifier can tell the samples apart, they differ (thesis Section 5.3.2)."""

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import stats
from sklearn.base import clone

from .checks import TwoSampleResult, as_many, samples
from .neighbours import NearestNeighbours
from .networks import SmallNetwork

NULLS = ("permutation", "binomial", "normal")
"""How the p-value is found."""


@dataclass(frozen=True)
class ClassifierResult(TwoSampleResult):
    """What a classifier two-sample test found; the statistic is the accuracy on test points (Eq. 5.4)."""

    points: Float[np.ndarray, "n_test d"] = field(repr=False)
    """the test points"""
    labels: Bool[np.ndarray, " n_test"] = field(repr=False)
    """whether each is of y"""
    indices: Int[np.ndarray, " n_test"] = field(repr=False)
    """which row of x or of y it is"""
    probabilities: Float[np.ndarray, " n_test"] = field(repr=False)
    """f(z): how sure the classifier is that each is of y"""
    model: Any = field(repr=False)
    """the trained classifier"""


def c2st(
    x: Float[np.ndarray, "n *d"],
    y: Float[np.ndarray, "m *d"],
    *,
    classifier: Any = "knn",
    test_fraction: float = 0.5,
    null: str = "permutation",
    rng: np.random.Generator,
) -> ClassifierResult:
    """Trains a classifier to tell x from y; the statistic is its accuracy on points that it did not see (Eq. 5.4).

    The five steps of thesis Section 5.3.2: label, split, train, count, compare with the null distribution. As in the
    thesis both samples count equally: of the larger one, a random part is left out. Each sample is split by itself, so
    that training and test set are balanced. Swapped samples have another result, as other rows come into the test set,
    and as a classifier need not treat both labels alike: either is valid, the smaller of the two p-values is not.

    classifier: "knn", the vote of as many nearest neighbours as the root of the number of training points (see
        `NearestNeighbours`); "nn", a network of 20 hidden units (see `SmallNetwork`); or any classifier of scikit-learn
        with `predict_proba`, which is cloned.
    test_fraction: share of the points that are kept for the test, in (0, 1).
    null: "permutation", exact for any sample size: labels are exchangeable given the predictions, so the number of
        hits is hypergeometric; "binomial", as in the thesis, n_test hits of probability 1/2; "normal", its
        approximation N(1/2, 1 / (4 n_test)) with a correction for continuity, which the thesis leaves out. Where the
        classifier says one answer far more often than the other, hits vary less than the last two suppose, and they are
        conservative. Where it says both about equally often, they can reject too often: as the test set is balanced,
        hits then move in steps of two.

    Raises ValueError for samples that `samples` refuses, or too few for the split, a share or a null that is not
    known, and a classifier without probabilities.
    """
    check_options(test_fraction, null)
    parts = split(*samples(x, y, least=2), test_fraction, rng)
    model = unfitted(classifier, rng).fit(*parts.train)
    probabilities = model.predict_proba(parts.test[0])[:, 1]
    hits = (probabilities > 0.5) == parts.test[1]
    p = float(p_values(hits, parts.test[1], null))
    return ClassifierResult(float(hits.mean()), p, len(hits), *parts.test, parts.indices, probabilities, model)


def check_options(test_fraction: float, null: str) -> None:
    """Raises ValueError for a share or a null that is not known."""
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction: expected a share in (0, 1), got {test_fraction!r}")
    if null not in NULLS:
        raise ValueError(f"null: expected one of {', '.join(NULLS)}, got {null!r}")


class Split(NamedTuple):
    """Points of both samples with their labels, True for y: those of x come first."""

    train: tuple[Float[np.ndarray, "n_train d"], Bool[np.ndarray, " n_train"]]
    test: tuple[Float[np.ndarray, "n_test d"], Bool[np.ndarray, " n_test"]]
    indices: Int[np.ndarray, " n_test"]
    """which row of x or of y each test point is"""


def split(
    x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "m d"], test_fraction: float, rng: np.random.Generator
) -> Split:
    """Labels and splits, each sample by itself. Raises ValueError for samples with too few points."""
    n = min(len(x), len(y))
    n_test = round(n * test_fraction)
    if not 0 < n_test < n:
        raise ValueError(f"x, y: expected points to train on and to test on, got {n_test} of {n} to test on")
    of_x, of_y = as_many(np.arange(len(x)), np.arange(len(y)), rng)
    test, train = (
        (np.concatenate([x[of_x[rows]], y[of_y[rows]]]), np.repeat([False, True], len(of_x[rows])))
        for rows in (slice(n_test), slice(n_test, None))
    )
    return Split(train, test, np.concatenate([of_x[:n_test], of_y[:n_test]]))


def unfitted(classifier: Any, rng: np.random.Generator) -> Any:
    """A classifier that has seen nothing yet."""
    if classifier == "knn":
        return NearestNeighbours()
    if classifier == "nn":
        return SmallNetwork(seed=int(rng.integers(2**31)))
    if isinstance(classifier, str):
        raise ValueError(f"classifier: expected knn, nn or a classifier of scikit-learn, got {classifier!r}")
    if isinstance(classifier, type):
        raise ValueError(f"classifier: expected an instance, got the class {classifier.__name__}")
    if not hasattr(classifier, "predict_proba") or not hasattr(classifier, "fit"):
        raise ValueError(f"classifier: expected one with fit and predict_proba, got {type(classifier).__name__}")
    own = clone(classifier)
    if hasattr(own, "set_params"):  # its draws come from rng as well, unless it brings a seed
        free = [name for name, value in own.get_params().items() if name.endswith("random_state") and value is None]
        own.set_params(**{name: int(rng.integers(2**31)) for name in sorted(free)})
    return own


def p_values(
    hits: Bool[np.ndarray, "*R n"], labels: Bool[np.ndarray, " n"], null: str
) -> Float[np.ndarray, "*R"] | float:
    """P(T >= t) if both samples come from one distribution: one for each row of hits."""
    n, k = len(labels), hits.sum(axis=-1)
    if null == "binomial":
        return stats.binom.sf(k - 1, n, 0.5)
    if null == "normal":
        return stats.norm.sf(k / n - 0.5 / n, 0.5, math.sqrt(0.25 / n))
    said = (hits == labels).sum(axis=-1)  # so many were taken for points of y
    true = (hits & labels).sum(axis=-1)  # and so many of those are
    return stats.hypergeom.sf(true - 1, n, int(labels.sum()), said)


def telling_examples(result: ClassifierResult) -> Int[np.ndarray, " n_test"]:
    """Positions of the test points, the surest right answers first: what betrays the difference (Lopez-Paz and Oquab
    2017, Section 3)."""
    sure = np.where(result.labels, result.probabilities, 1 - result.probabilities)
    return np.argsort(-sure, kind="stable")


def telling_features(
    result: ClassifierResult, *, repeats: int = 5, rng: np.random.Generator
) -> Float[np.ndarray, " d"]:
    """How much accuracy the classifier loses if one feature is shuffled among the test points: one value a feature."""
    lost = np.zeros(result.points.shape[1])
    for k in range(len(lost)):
        for _ in range(repeats):
            mixed = result.points.copy()
            mixed[:, k] = rng.permutation(mixed[:, k])
            lost[k] += result.statistic - ((result.model.predict_proba(mixed)[:, 1] > 0.5) == result.labels).mean()
    return lost / repeats
