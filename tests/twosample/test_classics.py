"""Classical tests of numbers."""

import numpy as np
import pytest
from scipy import stats

from thesiscode.twosample import kolmogorov_smirnov, kuiper, mann_whitney


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_kolmogorov_smirnov_and_mann_whitney_are_scipys(rng):
    x, y = rng.standard_normal(40), rng.standard_normal(60) + 0.5
    found = kolmogorov_smirnov(x, y)
    assert (found.statistic, found.p_value) == tuple(stats.ks_2samp(x, y))
    found = mann_whitney(x, y)
    assert found.p_value == stats.mannwhitneyu(x, y).pvalue
    assert found.statistic == pytest.approx(abs(np.mean(x[:, None] > y) - 0.5))


@pytest.mark.parametrize("ties", [False, True])
def test_kuipers_statistic_is_its_literal_definition(rng, ties):
    x, y = rng.standard_normal(25), 2 * rng.standard_normal(35)
    if ties:
        x, y = x.round(), y.round()
    everything = np.concatenate([x, y])
    gap = [np.mean(x <= v) - np.mean(y <= v) for v in everything]
    expected = max(0, *gap) + max(0, *(-g for g in gap))
    found = kuiper(x, y, rng=rng)
    assert found.statistic == pytest.approx(expected) and found.n_test == 60


def test_kuiper_sees_a_spread_that_mann_whitney_does_not(rng):
    x, y = rng.standard_normal(300), 2 * rng.standard_normal(300)
    assert kuiper(x, y, rng=rng).p_value < 0.01 < 0.05 < mann_whitney(x, y).p_value


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("name", ["ks", "mann", "kuiper"])
def test_p_values_are_uniform_or_conservative_under_the_null(name, ties):
    rng = np.random.default_rng(1)
    test = {"ks": kolmogorov_smirnov, "mann": mann_whitney, "kuiper": lambda x, y: kuiper(x, y, rng=rng)}[name]
    p = []
    for _ in range(500):
        x, y = rng.standard_normal(50), rng.standard_normal(80)
        p.append(test(x.round(), y.round()).p_value if ties else test(x, y).p_value)
    assert stats.ks_1samp(p, stats.uniform.cdf, alternative="greater").pvalue > 0.01
    assert stats.binomtest(int(np.sum(np.array(p) <= 0.05)), 500, 0.05, alternative="greater").pvalue > 0.01


def test_equal_points_are_no_evidence(rng):
    same = np.full(20, 3.0)
    assert mann_whitney(same, same).p_value == 1 == kolmogorov_smirnov(same, same).p_value
    assert kuiper(same, same, rng=rng).p_value == 1


def test_bad_input_is_named(unchecked, rng):
    with pytest.raises(ValueError, match="x: expected one feature, got 2: this test ranks numbers"):
        mann_whitney(np.zeros((5, 2)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="permutations: expected at least 1, got 0"):
        kuiper(np.zeros(5), np.zeros(5), permutations=0, rng=rng)
    with pytest.raises(ValueError, match="y: expected finite values, got 1 that are not"):
        kolmogorov_smirnov(np.zeros(3), np.array([1.0, np.nan]))
