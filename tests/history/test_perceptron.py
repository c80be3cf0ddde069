"""The perceptron separates what can be separated, with no more mistakes than the bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import SVC

from thesiscode.history.perceptron import margin, mistake_bound, perceptron


def separable(seed, n, d, gap):
    """Samples on both sides of a random hyperplane through the origin, at least `gap` from it."""
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=d)
    normal /= np.linalg.norm(normal)
    x, labels = rng.normal(size=(n, d)), np.resize([-1, 1], n)
    x += np.outer(labels * (gap + rng.exponential(size=n)) - x @ normal, normal)
    return x, labels, normal


@settings(max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(2, 25),
    d=st.integers(1, 6),
    gap=st.floats(0.1, 1.0),
    scale=st.floats(0.1, 10.0),
)
def test_mistakes_never_exceed_the_bound(seed, n, d, gap, scale):
    x, labels, normal = separable(seed, n, d, gap)
    x *= scale
    found = perceptron(x, labels, max_passes=100_000, rng=np.random.default_rng(seed))
    bound = mistake_bound(x, labels)
    assert found.converged and found.mistakes <= bound * (1 + 1e-6)
    assert margin(x, labels, found.weights) > 0
    # No hyperplane has a larger margin than the one of the bound, the one that made the labels included.
    assert bound <= (np.linalg.norm(x, axis=1).max() / margin(x, labels, normal)) ** 2 * (1 + 1e-6)


def test_the_bound_in_closed_form():
    x, labels = np.array([[3.0, 1.0], [-3.0, 1.0]]), np.array([1, -1])
    assert mistake_bound(x, labels) == pytest.approx(10 / 9)  # the first axis separates, at a distance of 3
    assert margin(x, labels, np.array([2.0, 0.0])) == pytest.approx(3)
    assert margin(x, labels, np.array([-1.0, 0.0])) == pytest.approx(-3)


def test_the_bound_is_that_of_a_support_vector_machine():
    x, labels, _ = separable(0, 30, 3, 0.5)
    machine = SVC(kernel="linear", C=1e6).fit(np.concatenate([x, -x]), np.concatenate([labels, -labels]))
    widest = margin(x, labels, machine.coef_[0])  # mirrored samples take the threshold away
    assert mistake_bound(x, labels) == pytest.approx((np.linalg.norm(x, axis=1).max() / widest) ** 2, rel=1e-2)


def test_one_orthogonal_sample_a_mistake_reaches_the_bound():
    x, labels = np.eye(5), np.array([1, -1, 1, -1, 1])
    assert mistake_bound(x, labels) == pytest.approx(5)
    assert perceptron(x, labels, rng=np.random.default_rng(0)).mistakes == 5


def test_exclusive_or_never_ends():
    x = np.array([[0.0, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 1]])
    labels = np.array([1, 1, -1, -1])
    found = perceptron(x, labels, max_passes=500, rng=np.random.default_rng(0))
    assert not found.converged and len(found.errors) == 500 and min(found.errors) > 0
    assert mistake_bound(x, labels) == np.inf
    product = np.column_stack([x, x[:, 0] * x[:, 1]])
    assert perceptron(product, labels, rng=np.random.default_rng(0)).converged


def test_bad_input(unchecked):
    rng, two = np.random.default_rng(0), np.array([1, -1])
    with pytest.raises(ValueError, match="x: expected finite samples"):
        perceptron(np.array([[1.0], [np.nan]]), two, rng=rng)
    with pytest.raises(ValueError, match="x: expected finite samples"):
        mistake_bound(np.ones((0, 2)), two)
    with pytest.raises(ValueError, match=r"labels: expected 2 labels, -1 and 1, got \[1\]"):
        perceptron(np.ones((2, 2)), np.array([1, 1]), rng=rng)
    with pytest.raises(ValueError, match="max_passes: expected at least 1, got 0"):
        perceptron(np.eye(2), two, max_passes=0, rng=rng)
    with pytest.raises(ValueError, match="weights: expected 2 finite weights, not all 0"):
        margin(np.eye(2), two, np.zeros(2))
    with pytest.raises(ValueError, match="weights: expected 2 finite weights, not all 0"):
        margin(np.eye(2), two, np.ones(3))
