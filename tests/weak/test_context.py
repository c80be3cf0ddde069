"""The share of a decision that context causes is the one that scores were made with."""

import numpy as np
import pytest

from thesiscode.weak.context import context_share


def scores(n, m, *, place, thing, noise=0.5, seed=0):
    rng = np.random.default_rng(seed)
    scene = rng.normal(size=n)  # what a scene has in both places
    home = place + thing + scene + noise * rng.normal(size=n)
    return home, thing + scene + noise * rng.normal(size=n), rng.normal(size=m)


@pytest.mark.parametrize(("place", "thing"), [(0.0, 4.0), (1.0, 3.0), (4.0, 0.0)])
def test_the_share_is_that_of_the_place(place, thing):
    found = context_share(*scores(4000, 4000, place=place, thing=thing), rng=np.random.default_rng(1))
    assert found.share == pytest.approx(place / 4, abs=0.05)
    assert found.context == pytest.approx(place, abs=0.1) and found.total == pytest.approx(4, abs=0.1)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = 0
    for seed in range(200):
        data = scores(25, 60, place=1.0, thing=3.0, seed=seed)
        found = context_share(*data, rng=np.random.default_rng(seed), draws=300)
        held += found.low <= 0.25 <= found.high
    assert 0.86 <= held / 200 <= 0.99


def test_a_score_that_does_not_know_the_class_has_no_share():
    found = context_share(*scores(20, 40, place=0.0, thing=0.0), rng=np.random.default_rng(0))
    assert np.isnan(found.low) and np.isnan(found.high)


def test_scores_that_do_not_fit_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="away: expected 2 scores"):
        context_share([1, 2], [1, 2, 3], [0, 0], rng=rng)
    with pytest.raises(ValueError, match="absent: expected at least 2 finite scores"):
        context_share([1, 2], [1, 2], [np.nan, 0], rng=rng)
    with pytest.raises(ValueError, match="home: expected at least 2"):
        context_share([1], [1], [0, 0], rng=rng)
    with pytest.raises(ValueError, match="confidence"):
        context_share([1, 2], [1, 2], [0, 0], rng=rng, confidence=1)
    with pytest.raises(ValueError, match="draws"):
        context_share([1, 2], [1, 2], [0, 0], rng=rng, draws=0)
