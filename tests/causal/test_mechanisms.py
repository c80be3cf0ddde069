"""Generated pairs are what their equations say, and pairs to learn from are drawn as published."""

import numpy as np
import pytest
from scipy import stats

from thesiscode.causal import MECHANISMS, hsic, make_pairs, training_pairs
from thesiscode.causal.anm import gaussian_process
from thesiscode.causal.checks import standardised


@pytest.mark.parametrize("kind", MECHANISMS)
def test_pairs_are_standardised_numbered_and_follow_from_the_generator(kind):
    pairs = make_pairs(kind, 5, 100, np.random.default_rng(0))
    assert [pair.id for pair in pairs] == [1, 2, 3, 4, 5] and all(pair.weight == 1 for pair in pairs)
    for pair in pairs:
        assert pair.x.shape == pair.y.shape == (100,)
        for values in (pair.x, pair.y):
            assert values.mean() == pytest.approx(0, abs=1e-9) and values.std() == pytest.approx(1)
    again = make_pairs(kind, 5, 100, np.random.default_rng(0))
    assert all(np.array_equal(a.y, b.y) for a, b in zip(pairs, again, strict=True))
    other = make_pairs(kind, 5, 100, np.random.default_rng(1))
    assert not np.array_equal(pairs[0].y, other[0].y)


def test_noise_free_pairs_are_monotone_and_nonlinear():
    rising = 0
    for pair in make_pairs("deterministic", 20, 200, np.random.default_rng(2)):
        steps = np.diff(pair.y[np.argsort(pair.x)])
        assert (steps > 0).all() or (steps < 0).all()
        rising += steps[0] > 0
        assert abs(np.corrcoef(pair.x, pair.y)[0, 1]) < 0.9999
    assert 4 <= rising <= 16


def test_linear_gaussian_pairs_are_normal_both_ways():
    values = [
        stats.normaltest(pair.y).pvalue for pair in make_pairs("linear-gaussian", 60, 300, np.random.default_rng(3))
    ]
    assert stats.kstest(values, "uniform").pvalue > 0.001


def test_linear_uniform_pairs_are_the_figure():
    """The spread of y around its line is the same along x, while that of x depends on y."""
    for pair in make_pairs("linear-uniform", 10, 4000, np.random.default_rng(4)):
        slope = np.cov(pair.x, pair.y)[0, 1]
        rest, back = pair.y - slope * pair.x, pair.x - slope * pair.y
        outer, inner = np.abs(pair.x) > 1.2, np.abs(pair.x) < 0.6
        assert rest[outer].std() == pytest.approx(rest[inner].std(), rel=0.12)
        outer, inner = np.abs(pair.y) > np.quantile(np.abs(pair.y), 0.9), np.abs(pair.y) < 0.6
        assert back[outer].std() < 0.75 * back[inner].std()


def without_distortion(y):
    """u, of a post-nonlinear y = h(u) whose u has mean 0 and variance 1 or more: the range of y tells which h it is."""
    if y.min() > 0:
        return np.log(y)
    if np.abs(y).max() < 1:
        return np.arctanh(y)
    u = np.linspace(-10, 10, 200_001)
    return np.interp(y, u + u**3, u)


def log_p_of_residuals(x, y):
    y = standardised(y)
    return hsic(x, y - gaussian_process(x, y)(x)).log_p_value


@pytest.mark.parametrize(
    ("kind", "scale", "least", "most"),
    [
        ("additive", lambda y: y, 1.01, 1.16),
        ("multiplicative", np.log, 0.26, 0.41),
        ("post-nonlinear", without_distortion, 1.01, 1.16),
    ],
)
def test_noise_adds_up_on_one_scale_only(kind, scale, least, most):
    """Before standardisation, and on that scale: it has its variance, and is independent of the cause."""
    rng, right, raw = np.random.default_rng(7), [], []
    for pair in make_pairs(kind, 8, 250, np.random.default_rng(7)):
        x, y = MECHANISMS[kind](250, rng)
        np.testing.assert_allclose(pair.x, standardised(x))
        np.testing.assert_allclose(pair.y, standardised(y))
        assert least - 0.05 < scale(y).var() < most + 0.05  # the mechanism and the noise are slightly correlated
        right.append(log_p_of_residuals(pair.x, scale(y)))
        raw.append(log_p_of_residuals(pair.x, y))
    assert np.median(right) > np.log(0.1) and min(right) > np.log(1e-4)
    assert right == raw if kind == "additive" else np.median(raw) < np.log(1e-3)


def test_the_noise_of_heteroskedastic_pairs_depends_on_the_cause():
    found = []
    for pair in make_pairs("heteroskedastic", 6, 300, np.random.default_rng(5)):
        rest = np.abs(pair.y - gaussian_process(pair.x, pair.y)(pair.x))
        low, high = rest[pair.x < -0.6].mean(), rest[pair.x > 0.6].mean()
        found.append(max(low / high, high / low))
    assert np.median(found) > 1.8


def test_pairs_to_learn_from_are_standardised_and_varied():
    pairs = training_pairs(40, 200, np.random.default_rng(6))
    assert pairs.shape == (40, 200, 2) and np.isfinite(pairs).all()
    np.testing.assert_allclose(pairs.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(pairs.std(axis=1), 1)
    correlations = np.abs([np.corrcoef(pair.T)[0, 1] for pair in pairs])
    assert correlations.min() < 0.2 and correlations.max() > 0.8
    assert np.array_equal(pairs, training_pairs(40, 200, np.random.default_rng(6)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: make_pairs("magic", 1, 100, rng), "kind: expected one of additive, .*, got 'magic'"),
        (lambda rng: make_pairs("additive", 0, 100, rng), "n_pairs: expected at least 1, got 0"),
        (lambda rng: make_pairs("additive", 1, 19, rng), "n: expected at least 20 points, got 19"),
        (lambda rng: training_pairs(0, 100, rng), "n_pairs: expected at least 1, got 0"),
        (lambda rng: training_pairs(1, 19, rng), "n: expected at least 20 points, got 19"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
