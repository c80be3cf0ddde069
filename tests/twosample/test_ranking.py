"""Rank correlations are those of scipy; intervals draw whole trainings, and permutations stay within one."""

import numpy as np
import pytest
from scipy import stats

from thesiscode.twosample.ranking import judged, pairs_of, rank_correlation, spearman, trend
from thesiscode.zoo.thesis_tables import Judged


def test_spearman_is_that_of_scipy_with_ties():
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = rng.integers(4, size=12).astype(float), rng.normal(size=12)
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert spearman(np.ones(5), np.arange(5.0)) == 0


def test_one_training_repeated_is_no_evidence():
    """Rows of one group that say the same do not narrow the interval, as they would if rows were drawn."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=8), rng.normal(size=8)
    once = rank_correlation(x, y, range(8), draws=500, rng=np.random.default_rng(2))
    many = rank_correlation(
        np.repeat(x, 10), np.repeat(y, 10), np.repeat(np.arange(8), 10), draws=500, rng=np.random.default_rng(2)
    )
    assert many.rho == pytest.approx(once.rho)
    assert many.high - many.low == pytest.approx(once.high - once.low, rel=0.1)
    assert once.low <= once.rho <= once.high


def test_the_trend_is_the_mean_within_groups_and_not_between_them():
    groups, times = np.repeat(np.arange(6), 4), np.tile(np.arange(4.0), 6)
    falling = -times + 100 * groups  # between groups it rises
    found = trend(falling, times, groups, permutations=500, rng=np.random.default_rng(0))
    assert found.rho == pytest.approx(-1) and found.p == pytest.approx(1 / 501)
    assert trend(np.ones(24), times, groups, permutations=50, rng=np.random.default_rng(0)) == (0, 1)


def test_the_p_value_of_the_trend_is_uniform_without_one():
    groups, times = np.repeat(np.arange(4), 4), np.tile(np.arange(4.0), 4)
    rng = np.random.default_rng(3)
    ps = [trend(rng.normal(size=16), times, groups, permutations=99, rng=rng).p for _ in range(150)]
    assert stats.kstest(ps, "uniform").pvalue > 0.01


def test_rows_of_a_record_become_rows_of_the_table():
    one = {"mmd": {"statistic": 0.1, "p": 0}, "knn": {"statistic": 0.7, "p": 0}, "nn": {"statistic": 0.9, "p": 0}}
    row = {"gf": 8, "df": 16, "epoch": 5, "features": {"toyland": one}}
    assert judged([row], "toyland") == [Judged(8, 16, 5, 0.1, 0.7, 0.9)]
    assert pairs_of([row]) == pairs_of(judged([row], "toyland")) == [(8, 16)]


@pytest.mark.parametrize("call", [rank_correlation, trend])
def test_bad_input(call):
    with pytest.raises(ValueError, match="groups: expected one for each of 3 and 3 values, got 2"):
        call(np.arange(3.0), np.arange(3.0), [0, 1], rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="x, y: expected as many values, at least two"):
        spearman(np.ones(1), np.ones(1))
