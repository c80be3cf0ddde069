"""Votes of nearest neighbours, and the rule of the authors' code."""

import math

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from thesiscode.engine import generator
from thesiscode.twosample.neighbours import NearestNeighbours, _smallest, count_votes


@pytest.mark.parametrize(("n", "m", "d", "k"), [(40, 7, 1, 5), (300, 300, 3, 17), (1100, 600, 8, 10), (777, 30, 2, 10)])
def test_votes_are_those_of_scikit_learn(n, m, d, k):
    rng = np.random.default_rng(n)
    points, queries, labels = rng.standard_normal((n, d)), rng.standard_normal((m, d)), rng.random(n) < 0.4
    expected = KNeighborsClassifier(k, algorithm="brute").fit(points, labels).predict_proba(queries)[:, 1] * k
    found = count_votes(*(torch.from_numpy(v) for v in (queries, points, labels)), k)
    assert np.array_equal(found.numpy(), expected.round())


@pytest.mark.parametrize(("n", "k"), [(16, 1), (640, 10), (655, 10), (5000, 64)])
def test_the_smallest_values_of_each_row(n, k):
    values = torch.rand(6, n, generator=generator(n))
    values[0, :k] = -1.0  # all in the same groups
    values[1, -k:] = -1.0  # beyond the last whole group
    values[2] = 0.5  # ties everywhere
    found = values.gather(1, _smallest(values, k)).sort(dim=1).values
    torch.testing.assert_close(found, values.sort(dim=1).values[:, :k])
    assert all(len(set(row.tolist())) == k for row in _smallest(values, k))


def test_a_point_is_of_y_where_more_than_half_of_the_root_say_so():
    """Of 30 training points, K is 5, and more than ceil(5.48 / 2) = 3 must be of y."""
    y = np.arange(30) % 2 == 1
    model = NearestNeighbours().fit(np.arange(30.0)[:, None], y)
    assert (model.k, model.bound) == (5, math.ceil(math.sqrt(30) / 2)) == (5, 3)
    queries = np.arange(30.0)[:, None]
    votes = count_votes(*(torch.from_numpy(v) for v in (queries, queries, y)), 5).numpy()
    said = model.predict_proba(queries)
    assert np.array_equal(said[:, 1] > 0.5, votes > 3)
    assert np.allclose(said.sum(axis=1), 1) and said.min() >= 0


def test_data_far_from_the_origin_lose_no_digits():
    rng = np.random.default_rng(0)
    points, labels = rng.standard_normal((200, 2)), rng.random(200) < 0.5
    near, far = (NearestNeighbours().fit(points + by, labels).predict_proba(points + by) for by in (0, 1e5))
    assert np.mean(near != far) < 0.01
