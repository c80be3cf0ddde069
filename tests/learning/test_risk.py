"""Empirical risk and its minimiser; what hyperplanes shatter; what a choice among many does to a test set."""

import numpy as np
import pytest

from thesiscode.learning import (
    HINGE,
    TwoGaussians,
    best_threshold,
    decide,
    empirical_risk,
    selection_optimism,
    separable,
    shattered,
    zero_one_loss,
)


def test_empirical_risk_is_a_mean_of_losses():
    assert empirical_risk(zero_one_loss, np.array([1, 1, -1, -1]), np.array([1, -1, -1, -1])) == 0.25
    assert empirical_risk(HINGE, np.array([2.0, 0.0]), np.array([1.0, 1.0])) == 0.5


def test_empirical_risk_tends_to_the_risk():
    p = TwoGaussians((1.0,))
    gaps = []
    for n in (100, 10_000):
        rng = np.random.default_rng(0)
        found = []
        for _ in range(50):
            x, y = p.sample(n, rng=rng)
            found.append(empirical_risk(zero_one_loss, decide(x[:, 0]), y) - p.risk(np.ones(1)))
        gaps.append(np.std(found))
    assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.5)  # like one over the root of n


@pytest.mark.parametrize("seed", range(6))
def test_no_threshold_has_a_smaller_empirical_risk(seed):
    rng = np.random.default_rng(seed)
    x, y = TwoGaussians((0.5,), share=0.3).sample(40, rng=rng)
    x = np.round(x[:, 0], 1 if seed % 2 else 8)  # with ties and without
    w, risk = best_threshold(x, y)
    tried = np.concatenate([[x.min() - 1], np.unique(x) + 1e-9, [x.max() + 1]])
    risks = [empirical_risk(zero_one_loss, decide(x - t), y) for t in tried]
    assert risk == pytest.approx(min(risks))
    assert empirical_risk(zero_one_loss, decide(x - w), y) == pytest.approx(risk)


def test_a_separable_set_has_no_risk():
    w, risk = best_threshold(np.array([1.0, 2.0, 3.0, 4.0]), np.array([-1.0, -1, 1, 1]))
    assert (w, risk) == (2.5, 0.0)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_hyperplanes_shatter_d_plus_1_points_and_no_more(d):
    simplex = np.vstack([np.zeros(d), np.eye(d)])
    assert shattered(simplex)
    rng = np.random.default_rng(d)
    for _ in range(3):
        assert not shattered(rng.normal(size=(d + 2, d)))


def test_exclusive_or_is_not_separable():
    corners = np.array([[0.0, 0], [1, 1], [0, 1], [1, 0]])
    assert not separable(corners, np.array([1.0, 1, -1, -1]))
    assert separable(corners, np.array([1.0, 1, 1, -1]))
    assert separable(corners, np.ones(4))


def test_the_best_of_many_coins_looks_better_than_a_coin():
    rng = np.random.default_rng(0)
    one, many = (selection_optimism(k, 100, repeats=2000, rng=rng) for k in (1, 1000))
    assert one.mean() == pytest.approx(0.5, abs=0.005)
    limit = 0.5 + np.sqrt(2 * np.log(1000)) * 0.05
    assert 0.8 * (limit - 0.5) < many.mean() - 0.5 < limit - 0.5


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="y: expected labels of both classes, got only -1"):
        best_threshold(np.ones(3), -np.ones(3))
    with pytest.raises(ValueError, match="y: expected 3, one for each of x, got 2"):
        best_threshold(np.ones(3), np.array([1.0, -1.0]))
    with pytest.raises(ValueError, match="x: expected finite"):
        best_threshold(np.array([np.nan, 1]), np.array([1.0, -1.0]))
    with pytest.raises(ValueError, match="x: expected at most 12 points"):
        shattered(np.ones((13, 2)))
    with pytest.raises(ValueError, match="n: expected an integer of at least 1, got 0"):
        selection_optimism(3, 0, repeats=2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="predictions: expected shape"):
        empirical_risk(zero_one_loss, np.array([]), np.array([]))
