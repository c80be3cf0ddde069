"""Kernel tests: literal definitions, calibration, power."""

import math

import numpy as np
import pytest
from scipy import stats

from thesiscode.twosample import kernels, mean_embedding, mmd_linear, mmd_quadratic
from thesiscode.twosample.kernels import EXPONENTS, _h

TESTS = [mmd_linear, mmd_quadratic, mean_embedding]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_h_is_its_literal_definition(rng):
    x, y = rng.standard_normal((7, 2)), rng.standard_normal((7, 2)) + 1
    (found,) = _h(x, y, np.arange(7), np.arange(7), [-2, 0, 3])

    def k(a, b, exponent):
        return math.exp(-(2.0**exponent) * sum((a - b) ** 2))

    for row, e in zip(found, (-2, 0, 3), strict=True):
        by_hand = [
            k(x[i], x[i + 3], e) + k(y[i], y[i + 3], e) - k(x[i], y[i + 3], e) - k(x[i + 3], y[i], e) for i in range(3)
        ]
        assert np.allclose(row, by_hand)


def test_the_linear_statistic_has_a_width_from_points_that_do_not_test(rng, monkeypatch):
    x, y = rng.standard_normal((400, 2)), rng.standard_normal((400, 2)) * 1.5
    found = mmd_linear(x, y, rng=np.random.default_rng(5))
    draw = np.random.default_rng(5)
    a, b = x[draw.permutation(400)], y[draw.permutation(400)]
    rows = np.arange(200)
    (first,) = _h(a[:200], b[:200], rows, rows, EXPONENTS)
    score = [(h.mean() / (h.std() + 1e-3), h) for h in first]
    best = EXPONENTS[int(np.argmax([s for s, _ in score]))]
    (values,) = next(_h(a[200:], b[200:], rows, rows, [best]))
    assert found.statistic == pytest.approx(values.mean()) and found.n_test == 400 == 4 * len(values)
    expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
    assert found.p_value == pytest.approx(expected, abs=0.02)  # by signs
    monkeypatch.setattr(kernels, "FEW", 0)
    assert mmd_linear(x, y, rng=np.random.default_rng(5)).p_value == pytest.approx(expected)


def test_few_pairs_are_judged_by_signs_even_if_one_outweighs_the_others(rng):
    """Narrow kernels on few points of a grid: by Student's t, 5% of the tests would have a p-value of at most 1%."""
    p = []
    for _ in range(600):
        x, y = (rng.standard_normal((30, 5)).round(1) for _ in range(2))
        x[:, 3:] = y[:, 3:] = 7.0
        p.append(mmd_linear(x, y, rng=rng).p_value)
    for level in (0.01, 0.05, 0.2):
        assert stats.binomtest(int(np.sum(np.array(p) <= level)), 600, level, alternative="greater").pvalue > 0.01


def test_the_linear_statistic_does_not_depend_on_how_many_pairs_are_in_memory(rng, monkeypatch):
    x, y = rng.standard_normal((90, 3)), rng.standard_normal((75, 3)) + 0.5
    whole = mmd_linear(x, y, rng=np.random.default_rng(2))
    monkeypatch.setattr(kernels, "PAIRS", 5)
    parts = mmd_linear(x, y, rng=np.random.default_rng(2))
    assert parts.statistic == pytest.approx(whole.statistic) and parts.p_value == pytest.approx(whole.p_value)


def test_the_quadratic_statistic_is_the_sum_over_all_pairs(rng):
    x, y = rng.standard_normal((12, 2)), rng.standard_normal((9, 2)) + 2
    found = mmd_quadratic(x, y, permutations=99, rng=rng)
    z = np.concatenate([x, y])
    squares = [sum((a - b) ** 2) for i, a in enumerate(z) for b in z[:i]]

    def mean(p, q):
        return np.mean([[math.exp(-sum((a - b) ** 2) / np.median(squares)) for b in q] for a in p])

    assert found.statistic == pytest.approx(mean(x, x) + mean(y, y) - 2 * mean(x, y))
    assert found.p_value == 0.01  # none of 99 relabellings reaches two clouds that far apart


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(("n", "m", "d"), [(50, 50, 1), (60, 150, 100)])
def test_p_values_are_uniform_or_conservative_under_the_null(test, n, m, d):
    rng = np.random.default_rng(n)
    p = []
    for repeat in range(500):
        x, y = rng.standard_normal((n, d)), rng.standard_normal((m, d))
        if repeat % 2:
            x, y = x.round(), y.round()
            x[:, -1] = y[:, -1] = 3.0
        p.append(test(x, y, rng=rng).p_value)
    assert stats.ks_1samp(p, stats.uniform.cdf, alternative="greater").pvalue > 0.01
    assert stats.binomtest(int(np.sum(np.array(p) <= 0.05)), 500, 0.05, alternative="greater").pvalue > 0.01


@pytest.mark.parametrize("test", TESTS)
def test_a_wider_cloud_is_seen(test, rng):
    n = 2000 if test is mmd_linear else 200  # the price of linear time
    p = [test(rng.standard_normal((n, 2)), 2 * rng.standard_normal((n, 2)), rng=rng).p_value for _ in range(20)]
    assert np.mean(np.array(p) < 0.05) > 0.9


@pytest.mark.parametrize("test", TESTS)
def test_identical_points_are_no_evidence(test, rng):
    assert test(np.ones((60, 2)), np.ones((60, 2)), rng=rng).p_value == 1
    apart = test(np.zeros((60, 2)), np.ones((60, 2)), rng=rng)
    assert apart.p_value < 0.05 or test is mean_embedding


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: mmd_linear(np.zeros((5, 1)), np.zeros((9, 1)), rng=rng), "x: expected at least 8 points, got 5"),
        (
            lambda rng: mmd_quadratic(np.zeros(4), np.zeros(4), permutations=0, rng=rng),
            "permutations: expected at least",
        ),
        (
            lambda rng: mean_embedding(np.zeros(40), np.zeros(40), places=0, rng=rng),
            "places: expected at least 1, got 0",
        ),
        (lambda rng: mean_embedding(np.zeros(20), np.zeros(40), rng=rng), "x: expected at least 24 points, got 20"),
        (lambda rng: mmd_linear(np.zeros((9, 2)), np.zeros((9, 3)), rng=rng), "y: expected 2 features"),
        (lambda rng: mmd_linear(np.full(9, np.inf), np.zeros(9), rng=rng), "x: expected finite values, got 9"),
    ],
)
def test_bad_input_is_named(unchecked, rng, call, message):
    with pytest.raises(ValueError, match=message):
        call(rng)


def test_samples_that_have_nothing_in_common_are_told_apart_whatever_their_size():
    """With many pairs the p-value is that of Student's t, which needs a spread."""
    for n in (60, 5000):
        found = mmd_linear(np.zeros((n, 2)), np.ones((n, 2)), rng=np.random.default_rng(0))
        assert found.statistic > 1.5 and found.p_value < 0.01
        same = mmd_linear(np.zeros((n, 2)), np.zeros((n, 2)), rng=np.random.default_rng(0))
        assert same.statistic == 0 and same.p_value == 1


def test_points_whose_squares_overflow_are_refused():
    with pytest.raises(ValueError, match="x, y: expected points whose squared distances are finite"):
        mmd_quadratic(np.full((4, 1), 1e200), np.full((4, 1), -1e200), rng=np.random.default_rng(0))
