"""Aggregation (Eq. 3.1), the choice of its power, and score maps: literal loops, limits, invariance, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thesiscode.metrics import mean_average_precision
from thesiscode.transfer import aggregate_scores, choose_k, patch_grid, score_map

rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)
powers = st.floats(1, 50)


@given(rng=rngs, m=st.integers(1, 30), classes=st.integers(1, 5), k=powers)
def test_aggregation_is_the_literal_sum(rng, m, classes, k):
    scores = rng.random((m, classes))
    for c, total in enumerate(aggregate_scores(scores, k)):
        assert total == pytest.approx(sum(scores[i, c] ** k for i in range(m)) / m, rel=1e-12)
    np.testing.assert_array_equal(aggregate_scores(scores), aggregate_scores(scores, 5))


@given(rng=rngs, m=st.integers(1, 30), k=powers)
def test_aggregation_is_a_power_mean(rng, m, k):
    scores = rng.random((m, 3))
    result = aggregate_scores(scores, k)
    np.testing.assert_allclose(aggregate_scores(scores, 1), scores.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(aggregate_scores(rng.permutation(scores), k), result, rtol=1e-12)
    assert (result <= aggregate_scores(scores, 1) * (1 + 1e-12)).all()
    best = scores.max(axis=0)
    assert (result ** (1 / k) <= best * (1 + 1e-12)).all() and (result >= best**k / m * (1 - 1e-12)).all()


def test_large_powers_leave_the_best_patch_only():
    scores = np.array([[0.9, 0.2], [0.8, 0.99], [0.1, 0.98]])
    np.testing.assert_allclose((3 * aggregate_scores(scores, 2000)) ** (1 / 2000), [0.9, 0.99], rtol=1e-6)


def test_single_precision_scores_do_not_vanish():
    scores = np.full((4, 2), 1e-3, np.float32)
    np.testing.assert_allclose(aggregate_scores(scores, 20), 1e-60, rtol=1e-5)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("scores", "k", "message"),
    [
        (np.zeros((0, 3)), 5, r"scores has shape \(0, 3\); expected \(patches, classes\) with at least one patch"),
        (np.zeros(3), 5, r"scores has shape \(3,\)"),
        (np.array([[0.5, np.nan]]), 5, r"scores holds nan; expected numbers in \[0, 1\]"),
        (np.array([[0.5, -0.25]]), 5, "scores holds -0.25"),
        (np.array([[1.5]]), 5, "scores holds 1.5"),
        (np.array([[0.5]]), 0.5, "k is 0.5; expected a finite power of at least 1"),
        (np.array([[0.5]]), -1, "k is -1"),
        (np.array([[0.5]]), float("nan"), "k is nan"),
        (np.array([[0.5]]), float("inf"), "k is inf"),
    ],
)
def test_aggregation_refuses(scores, k, message):
    with pytest.raises(ValueError, match=message):
        aggregate_scores(scores, k)


def random_patches(rng, m, width, height):
    x, y = (np.sort(rng.integers(0, n, (m, 2)), axis=1) for n in (width, height))
    return np.stack([x[:, 0], y[:, 0], x[:, 1] + 1, y[:, 1] + 1], axis=1)


@given(rng=rngs, m=st.integers(0, 20), width=st.integers(1, 15), height=st.integers(1, 15), classes=st.integers(0, 3))
def test_maps_are_the_literal_means(rng, m, width, height, classes):
    patches, scores = random_patches(rng, m, width, height), rng.normal(size=(m, classes))
    maps = score_map(scores, patches, width, height)
    assert maps.shape == (classes, height, width)
    for y in range(height):
        for x in range(width):
            covering = [i for i, (x0, y0, x1, y1) in enumerate(patches) if x0 <= x < x1 and y0 <= y < y1]
            expected = sum(scores[i] for i in covering) / len(covering) if covering else np.full(classes, np.nan)
            np.testing.assert_allclose(maps[:, y, x], expected, rtol=0, atol=1e-9)
    for c in range(classes):
        np.testing.assert_array_equal(score_map(scores[:, c], patches, width, height), maps[c])


@given(rng=rngs, width=st.integers(4, 80), height=st.integers(4, 80), score=st.floats(-10, 10))
def test_a_map_of_equal_scores_is_flat_and_maps_are_linear(rng, width, height, score):
    patches = patch_grid(width, height)
    flat = score_map(np.full(len(patches), score), patches, width, height)
    np.testing.assert_allclose(flat, score, rtol=0, atol=1e-9)
    a, b = rng.random((2, len(patches)))
    both = score_map(np.stack([a, b], axis=1), patches, width, height)
    np.testing.assert_allclose(score_map(2 * a - b, patches, width, height), 2 * both[0] - both[1], rtol=0, atol=1e-9)
    order = rng.permutation(len(patches))
    np.testing.assert_allclose(score_map(a[order], patches[order], width, height), both[0], rtol=0, atol=1e-9)
    assert a.min() - 1e-9 <= both[0].min() and both[0].max() <= a.max() + 1e-9


def test_maps_of_a_photograph_are_exact():
    patches = patch_grid(500, 375)
    scores = np.random.default_rng(0).normal(scale=10, size=len(patches))
    total, count = np.zeros((375, 500)), np.zeros((375, 500))
    for score, (x0, y0, x1, y1) in zip(scores, patches, strict=True):
        total[y0:y1, x0:x1] += score
        count[y0:y1, x0:x1] += 1
    np.testing.assert_allclose(score_map(scores, patches, 500, 375), total / count, rtol=0, atol=1e-9)


def test_uncovered_pixels_have_no_score():
    result = score_map(np.array([3, 5]), np.array([[0.0, 0, 2, 1], [1, 0, 2, 2]]), 3, 2)
    np.testing.assert_array_equal(result, [[3, 4, np.nan], [np.nan, 5, np.nan]])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": np.ones(2)}, r"scores has shape \(2,\); expected one row for each of 1 patches"),
        ({"scores": np.ones((1, 1, 1))}, r"scores has shape \(1, 1, 1\)"),
        ({"scores": np.array([np.nan])}, "scores holds nan; expected finite numbers"),
        ({"scores": np.array([[1, np.inf]])}, "scores holds inf"),
        ({"width": 4}, r"patches holds \[0, 0, 5, 5\], which leaves the image of 4 x 8"),
        ({"height": 4}, "leaves the image of 8 x 4"),
        ({"width": 0}, "width is 0"),
        ({"patches": np.array([[0, 0, 5, -5]])}, "expected x0 < x1 and y0 < y1"),
        ({"patches": np.array([[0, 0, 5.5, 5]])}, "patches holds fractions of pixels"),
    ],
)
def test_maps_refuse(arguments, message):
    with pytest.raises(ValueError, match=message):
        score_map(**{"scores": np.ones(1), "patches": np.array([[0, 0, 5, 5]]), "width": 8, "height": 8, **arguments})


def images_with_one_sure_patch(rng, n=60):
    """Images of class c have one patch that is sure of c; the others are lukewarm about it. The mean cannot tell."""
    labels = np.eye(2, dtype=int)[np.arange(n) % 2]
    scores = []
    for row in labels:
        one = rng.uniform(0.3, 0.5, (rng.integers(15, 25), 2))
        one[:, row == 1] -= 0.1
        one[0, row == 1] = 0.95
        scores.append(one)
    return scores, labels


def test_the_chosen_power_has_the_best_metric():
    scores, labels = images_with_one_sure_patch(np.random.default_rng(0))
    choice = choose_k(scores, labels, candidates=(1, 2, 5, 20))
    for k, value in zip(choice.candidates, choice.values, strict=True):
        totals = np.stack([aggregate_scores(one, k) for one in scores])
        assert value == pytest.approx(mean_average_precision(labels, totals).mean)
    assert choice.candidates == (1, 2, 5, 20)
    assert choice.k > 1 and dict(zip(choice.candidates, choice.values, strict=True))[choice.k] == choice.values.max()
    assert choice.values[0] < 0.7 and choice.values[-1] == pytest.approx(1)


def test_ties_go_to_the_first_candidate_and_any_metric_will_do():
    scores, labels = images_with_one_sure_patch(np.random.default_rng(0), n=6)
    assert choose_k(scores, labels, candidates=(3, 2, 4), metric=lambda labels, totals: 0.5).k == 3
    assert choose_k(scores, labels, metric=lambda labels, totals: -totals.mean()).k == 10
    assert choose_k(scores, labels, metric=lambda labels, totals: totals.mean()).k == 1


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": [], "labels": np.zeros((0, 2), int)}, "scores is empty"),
        ({"candidates": ()}, "candidates is empty"),
        ({"labels": np.ones((3, 2), int)}, r"labels has shape \(3, 2\); expected \(2, 2\): scores holds 2 images"),
        ({"labels": np.ones((2, 3), int)}, r"labels has shape \(2, 3\); expected \(2, 2\)"),
        ({"scores": [np.ones((4, 2)), np.ones((4, 3))]}, r"expected \(2, 3\): .* image 1 has 3 classes"),
        ({"candidates": (2, 0)}, "k is 0; expected a finite power"),
        ({"metric": lambda labels, totals: float("nan")}, "metric gives NaN for k = 2"),
    ],
)
def test_choosing_refuses(arguments, message):
    usual = {"scores": [np.ones((4, 2)), np.ones((5, 2))], "labels": np.eye(2, dtype=int), "candidates": (2, 3)}
    with pytest.raises(ValueError, match=message):
        choose_k(**usual | arguments)
