"""IGCI: closed forms, symmetries, deterministic pairs, and the accuracies on the real ones."""

import numpy as np
import pytest

from thesiscode.causal import igci, load_pairs, make_pairs, weighted_accuracy
from thesiscode.causal.benchmark import benchmark_pairs
from thesiscode.causal.igci import mean_log_slope, spacing_entropy

WAYS = [(reference, estimator) for reference in ("uniform", "gaussian") for estimator in ("slope", "entropy")]


def test_the_entropies_are_those_of_known_densities():
    rng = np.random.default_rng(0)
    assert spacing_entropy(rng.random(20_000)) == pytest.approx(0, abs=0.02)
    assert spacing_entropy(3 * rng.random(20_000)) == pytest.approx(np.log(3), abs=0.02)
    assert spacing_entropy(rng.standard_normal(20_000)) == pytest.approx(0.5 * np.log(2 * np.pi * np.e), abs=0.03)


def test_the_mean_slope_is_that_of_the_function():
    """x^2 on [0, 1]: the mean of log 2x is log 2 - 1."""
    x = np.random.default_rng(1).random(20_000)
    assert mean_log_slope(x, x**2) == pytest.approx(np.log(2) - 1, abs=0.02)
    assert mean_log_slope(x, -5 * x) == pytest.approx(np.log(5))


def test_a_straight_line_has_no_direction():
    x = np.random.default_rng(2).standard_normal(300)
    for reference, estimator in WAYS:
        assert igci(x, 3 - 2 * x, reference=reference, estimator=estimator) == pytest.approx(0, abs=1e-9)


def test_the_score_of_a_square_is_its_gain_in_entropy():
    """If x is uniform, x^2 has the entropy log 2 - 1, and the slopes there and back say it once each."""
    x = np.random.default_rng(3).random(20_000)
    assert igci(x, x**2, estimator="entropy") == pytest.approx(1 - np.log(2), abs=0.03)
    assert igci(x, x**2) == pytest.approx(2 * (1 - np.log(2)), abs=0.06)


@pytest.mark.parametrize(("reference", "estimator"), WAYS)
def test_swapping_flips_the_sign_exactly(reference, estimator):
    rng = np.random.default_rng(4)
    for x in (rng.standard_normal(200), rng.integers(0, 5, 200).astype(float)):
        y = np.round(x**2 + rng.standard_normal(200), 1)
        there = igci(x, y, reference=reference, estimator=estimator)
        assert there != 0 and igci(y, x, reference=reference, estimator=estimator) == -there


@pytest.mark.parametrize(("reference", "estimator"), WAYS)
def test_scale_and_place_do_not_matter(reference, estimator):
    pair = make_pairs("additive", 1, 200, np.random.default_rng(5))[0]
    found = igci(pair.x, pair.y, reference=reference, estimator=estimator)
    assert igci(7 * pair.x - 3, pair.y / 9, reference=reference, estimator=estimator) == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_tiny_and_huge_units_do_not_matter_as_long_as_they_are_taken(scale):
    pair = make_pairs("additive", 1, 200, np.random.default_rng(8))[0]
    for reference, estimator in WAYS:
        found = igci(pair.x, pair.y, reference=reference, estimator=estimator)
        again = igci(scale * pair.x, pair.y, reference=reference, estimator=estimator)
        assert again == pytest.approx(found, rel=1e-6)


def test_at_least_85_percent_of_deterministic_pairs():
    pairs = make_pairs("deterministic", 100, 300, np.random.default_rng(6))
    for estimator in ("slope", "entropy"):
        assert np.mean([igci(p.x, p.y, estimator=estimator) > 0 for p in pairs]) >= 0.85


def test_nobody_can_know_the_direction_of_linear_gaussian_pairs():
    pairs = make_pairs("linear-gaussian", 200, 200, np.random.default_rng(7))
    for reference, estimator in WAYS:
        right = np.sum([igci(p.x, p.y, reference=reference, estimator=estimator) > 0 for p in pairs])
        assert 72 <= right <= 128  # the central 99.99% of the binomial distribution


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (np.zeros(30), {}, "x: expected a variable that varies, got 0 everywhere"),
        (np.arange(19.0), {}, "x: expected at least 20 points, got 19"),
        (
            1e-200 * np.arange(30.0),
            {},
            "x: expected a variance between 1e-307 and 1e308, got values from 0 to 2.9e-199",
        ),
        (1e200 * np.arange(30.0), {}, "x: expected a variance between 1e-307 and 1e308, got values from 0 to 2.9e"),
        (np.arange(31.0), {}, "y: expected 31 points, those of x, got 30"),
        (np.append(np.arange(29.0), np.nan), {}, "x: expected finite values, got 1 that are not"),
        (np.zeros((30, 2)), {}, r"x: expected one number a point, shape \(n,\), got shape \(30, 2\)"),
        (np.array(["a"] * 30), {}, "x: expected numbers"),
        (np.arange(30.0), {"reference": "normal"}, "reference: expected uniform or gaussian, got 'normal'"),
        (np.arange(30.0), {"estimator": "slopes"}, "estimator: expected slope or entropy, got 'slopes'"),
    ],
)
def test_bad_input_is_refused(x, options, message, unchecked):
    with pytest.raises(ValueError, match=message):
        igci(x, np.random.default_rng(0).random(30), **options)


@pytest.mark.parametrize(
    ("reference", "estimator", "accuracy", "slack"),
    [("uniform", "slope", 0.694, 0.02), ("uniform", "entropy", 0.652, 0.03), ("gaussian", "entropy", 0.626, 0.03)],
)
def test_accuracies_on_the_real_pairs(real_data, reference, estimator, accuracy, slack):
    """Weighted, on the 99 pairs, as measured with the code that Mooij et al. published."""
    pairs = benchmark_pairs(load_pairs(real_data("tuebingen")))
    weights = np.array([pair.weight for pair in pairs])
    assert len(pairs) == 99 and weights.sum() == pytest.approx(35.498, abs=1e-3)
    scores = np.array([igci(p.x, p.y, reference=reference, estimator=estimator) for p in pairs])
    assert weighted_accuracy(scores, weights) == pytest.approx(accuracy, abs=slack)
