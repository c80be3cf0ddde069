"""The top-k error against a literal count, its limits, ties, and bad input."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from thesiscode.metrics import top_k_error


@given(n=st.integers(1, 12), n_classes=st.integers(1, 8), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_equals_the_literal_count(n, n_classes, seed, data):
    rng = np.random.default_rng(seed)
    scores = rng.permuted(np.tile(np.arange(n_classes), (n, 1)), axis=1)
    labels = rng.integers(n_classes, size=n)
    k = data.draw(st.integers(1, n_classes))
    wrong = 0
    for row, label in zip(scores, labels, strict=True):
        guesses = sorted(range(n_classes), key=lambda c: row[c], reverse=True)[:k]
        wrong += label not in guesses
    assert top_k_error(scores, labels, k) == wrong / n
    assert top_k_error(torch.from_numpy(scores), torch.from_numpy(labels), k) == wrong / n
    assert top_k_error(scores.tolist(), labels.tolist(), k) == wrong / n


@given(scores=st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1), seed=st.integers(0, 1000))
def test_more_guesses_never_hurt_and_all_guesses_are_right(scores, seed):
    labels = np.random.default_rng(seed).integers(5, size=len(scores))
    errors = [top_k_error(scores, labels, k) for k in range(1, 6)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0
    order = [3, 1, 4, 0, 2]
    renamed = np.argsort(order)[labels]
    assert [top_k_error(np.array(scores)[:, order], renamed, k) for k in range(1, 6)] == errors


def test_a_tie_counts_against_the_true_class():
    assert [top_k_error(np.zeros((3, 4)), [0, 1, 3], k) for k in (1, 2, 3, 4)] == [1, 1, 1, 0]
    # the true class shares the second place: three guesses are needed
    assert [top_k_error([[9, 5, 5, 1]], [1], k) for k in (1, 2, 3)] == [1, 1, 0]


def test_five_guesses_unless_said_otherwise():
    scores = np.tile(-np.arange(8), (8, 1))
    assert top_k_error(scores, np.arange(8)) == 3 / 8


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("scores", "labels", "k", "message"),
    [
        ([1, 2], [0], 1, r"scores: expected a shape \(n, C\) with something in it, got \(2,\)"),
        (np.zeros((0, 3)), [], 1, r"scores: expected a shape \(n, C\) with something in it, got \(0, 3\)"),
        ([[1, np.nan]], [0], 1, r"scores: expected numbers that can be ranked, got 1 NaN"),
        ([[1, 2]], [0, 1], 1, r"labels: expected shape \(1,\), one for each row of scores, got \(2,\)"),
        ([[1, 2]], [1.0], 1, r"labels: expected integer class indices, got float64"),
        ([[1, 2]], [2], 1, r"labels: expected class indices from 0 to 1, got \[2\]"),
        ([[1, 2]], [-1], 1, r"labels: expected class indices from 0 to 1, got \[-1\]"),
        ([[1, 2]], [0], 0, r"k: expected an integer from 1 to 2, the number of classes, got 0"),
        ([[1, 2]], [0], -1, r"k: .* got -1"),
        ([[1, 2]], [0], 3, r"k: .* got 3"),
        ([[1, 2]], [0], 1.0, r"k: .* got 1\.0"),
        ([[1, 2]], [0], True, r"k: .* got True"),
    ],
)
def test_bad_input_is_named(scores, labels, k, message):
    with pytest.raises(ValueError, match=message):
        top_k_error(scores, labels, k)
