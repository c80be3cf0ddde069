"""HSIC against its definition and its promise; additive noise models on pairs of known direction."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from thesiscode.causal import anm, anm_score, fit_anm, hsic, make_pairs
from thesiscode.causal.anm import ANMFit, Direction, gaussian_process
from thesiscode.causal.hsic import log_gamma_tail


def literal_hsic(x, y):
    """trace(K H L H) / n^2, number by number."""
    n = len(x)

    def kernel(v):
        distances = [abs(a - b) for i, a in enumerate(v) for b in v[:i] if a != b]
        width = np.median(distances)
        return np.array([[np.exp(-((a - b) ** 2) / (2 * width**2)) for b in v] for a in v])

    h = np.eye(n) - 1 / n
    return np.trace(kernel(x) @ h @ kernel(y) @ h) / n**2


@pytest.mark.parametrize("ties", [False, True])
def test_the_statistic_is_the_formula(ties):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, 40).astype(float) if ties else rng.standard_normal(40)
    y = x**2 + rng.standard_normal(40)
    assert hsic(x, y).statistic == pytest.approx(literal_hsic(x, y))
    assert hsic(y, x).statistic == pytest.approx(hsic(x, y).statistic)
    assert hsic(3 * x + 1, -y).statistic == pytest.approx(hsic(x, y).statistic)


@pytest.mark.parametrize(("test", "repeats"), [("gamma", 300), ("permutation", 150)])
def test_the_p_value_keeps_its_level(test, repeats):
    rng = np.random.default_rng(1)
    values = []
    for _ in range(repeats):
        x, y = rng.standard_normal(50), rng.exponential(size=50)
        values.append(hsic(x, y, test=test, permutations=99, rng=rng).p_value)
    for level in (0.05, 0.2):
        reached = int(np.sum(np.array(values) <= level))
        assert stats.binomtest(reached, repeats, level).pvalue > 0.001
    # The gamma distribution is an approximation, and least good in the middle; shuffling is exact, up to its steps.
    off = stats.kstest(np.array(values) - 0.01 * rng.random(repeats), "uniform")
    assert off.statistic < 0.15 if test == "gamma" else off.pvalue > 0.001


def test_both_tests_see_a_dependence_without_correlation():
    rng = np.random.default_rng(2)
    x = rng.standard_normal(100)
    y = x**2 + 0.3 * rng.standard_normal(100)
    by_gamma, by_shuffles = hsic(x, y), hsic(x, y, test="permutation", permutations=500, rng=rng)
    assert by_gamma.p_value < 1e-4 and by_shuffles.p_value == pytest.approx(1 / 501)
    assert by_gamma.statistic == by_shuffles.statistic


def test_the_logarithm_of_a_p_value_does_not_underflow():
    """No float holds exp(-745). Half of the points have about half of the logarithm, which floats do hold."""
    rng = np.random.default_rng(12)
    x = rng.standard_normal(2000)
    sure, less_sure = hsic(x, x), hsic(x, x + 0.05 * rng.standard_normal(2000))
    for found in (sure, less_sure):
        assert found.p_value == 0 and -np.inf < found.log_p_value < -745
    assert sure.log_p_value == pytest.approx(2 * hsic(x[:1000], x[:1000]).log_p_value, rel=0.1)
    one, other = (Direction(x, x, found) for found in (less_sure, sure))
    assert 0 < abs(anm_score(ANMFit(x, x, one, other), "p-value")) < 50


@pytest.mark.parametrize("a", [1, 7, 40, 3000])
def test_the_tail_of_a_gamma_distribution_is_a_sum_for_whole_shapes(a):
    """Q(a, z) = exp(-z) (1 + z + z^2 / 2 + ... + z^(a - 1) / (a - 1)!)."""
    k = np.arange(a)
    for z in (a + 800 + 50 * a**0.5, 5.0 * a + 2000, 1e6 * a):
        expected = special.logsumexp(k * np.log(z) - special.gammaln(k + 1)) - z
        assert expected < -745 and log_gamma_tail(a, z) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("a", [0.3, 3.7, 123.4])
def test_the_tail_of_a_gamma_distribution_is_an_integral_for_others_and_continues_that_of_scipy(a):
    """gamma(a) Q(a, z) is z^(a - 1) exp(-z) times the integral of (1 + t / z)^(a - 1) exp(-t)."""
    for z in (a + 900 + 50 * a**0.5, 1e5 * a):
        integral = integrate.quad(lambda t, z=z: np.exp((a - 1) * np.log1p(t / z) - t), 0, 100, epsrel=1e-11)[0]
        expected = (a - 1) * np.log(z) - z - special.gammaln(a) + np.log(integral)
        assert expected < -745 and log_gamma_tail(a, z) == pytest.approx(expected, rel=1e-11)
    for z in a + 40 * a**0.5 + np.array([50, 200, 400]):
        expected = stats.gamma.logsf(z, a)
        assert -700 < expected < -50 and log_gamma_tail(a, z) == pytest.approx(expected, rel=1e-10)


def test_the_regression_is_that_of_the_likeliest_kernel():
    """A sine with noise is found, the noise is left."""
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(-1.7, 1.7, 200))
    noise = 0.2 * rng.standard_normal(200)
    mean = gaussian_process(x, np.sin(2 * x) + noise)(x)
    assert np.sqrt(np.mean((mean - np.sin(2 * x)) ** 2)) < 0.06


def test_an_additive_pair_has_independent_residuals_one_way_only():
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, 300)
    fit = fit_anm(x, x**3 + 0.1 * rng.uniform(-1, 1, 300))
    assert fit.forward.independence.p_value > 0.05 > 1e-4 > fit.backward.independence.p_value
    np.testing.assert_allclose(fit.forward.prediction + fit.forward.residuals, fit.y)
    assert anm_score(fit) > 0 and anm_score(fit, "p-value") > 4


def test_at_least_90_percent_of_additive_pairs():
    """Fewer and smaller pairs than were measured once: 50 of 500 points."""
    fits = [fit_anm(p.x, p.y) for p in make_pairs("additive", 20, 120, np.random.default_rng(5))]
    for score in ("statistic", "p-value"):
        assert np.mean([anm_score(fit, score) > 0 for fit in fits]) >= 0.9


def test_nobody_can_know_the_direction_of_linear_gaussian_pairs():
    pairs = make_pairs("linear-gaussian", 60, 50, np.random.default_rng(6))
    right = sum(anm(p.x, p.y) > 0 for p in pairs)
    assert 16 <= right <= 44  # the central 99.95% of the binomial distribution


@pytest.mark.parametrize("discrete", [False, True])
def test_swapping_flips_the_sign_exactly(discrete):
    rng = np.random.default_rng(7)
    x = rng.integers(0, 3, 120).astype(float) if discrete else rng.standard_normal(120)
    y = np.round(x**2 + rng.standard_normal(120), 0 if discrete else 6)
    for options in ({}, {"score": "p-value"}, {"max_points": 60}):
        there = anm(x, y, **options)
        assert there != 0 and anm(y, x, **options) == -there


def test_random_points_follow_from_the_generator():
    pair = make_pairs("additive", 1, 300, np.random.default_rng(8))[0]

    def draw(seed):
        return anm(pair.x, pair.y, max_points=60, rng=np.random.default_rng(seed))

    assert draw(0) == draw(0) != draw(1)
    flipped = anm(pair.y, pair.x, max_points=60, rng=np.random.default_rng(0))
    assert flipped == -draw(0)  # the same points


def test_a_perfect_fit_says_nothing():
    x = np.linspace(-1, 1, 60)
    assert abs(anm(x, 2 * x)) < 1e-6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: anm(x, x**2, score="p"), "score: expected statistic or p-value, got 'p'"),
        (lambda x: anm(x, x**2, max_points=19), "max_points: expected at least 20, got 19"),
        (lambda x: anm(x, x**2, test="permutation"), "rng: expected a generator for a permutation test, got None"),
        (lambda x: anm(x, 0 * x), "y: expected a variable that varies"),
        (
            lambda x: anm(np.append(x, x), np.eye(60)[1], max_points=30),
            "y: expected a variable that varies, got 0 everywhere, among the 30 of 60 points that max_points keeps: "
            "raise max_points, or draw other points by rng",
        ),
        (
            lambda x: anm(1e-200 * x, x**2),
            "x: expected a variance between 1e-307 and 1e308, got values from -1e-200 to",
        ),
        (lambda x: hsic(x, 1e200 * x), "y: expected a variance between 1e-307 and 1e308, got values from -1e\\+200 to"),
        (lambda x: hsic(x, x**2, test="beta"), "test: expected gamma or permutation, got 'beta'"),
        (lambda x: hsic(x, x**2, permutations=0), "permutations: expected at least 1, got 0"),
        (lambda x: hsic(x, x**2, test="permutation"), "rng: expected a generator"),
        (lambda x: hsic(x[:5], x[:5]), "x: expected at least 20 points, got 5"),
    ],
)
def test_bad_input_is_refused(call, message, unchecked):
    with pytest.raises(ValueError, match=message):
        call(np.linspace(-1, 1, 30))
