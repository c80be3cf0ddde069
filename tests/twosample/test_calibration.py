"""Calibration of all tests in small, its judge, and the experiments in small."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from thesiscode.engine import Run, numpy_generator
from thesiscode.twosample import panel
from thesiscode.twosample.calibration import SPECIAL, CalibrationSettings, calibration, judged
from thesiscode.twosample.errors import (
    BAYES,
    ErrorSettings,
    KnownRatio,
    binomial_interval,
    independent,
    normal_against_student,
    sinusoid,
    two_sample_errors,
    uncorrected,
)
from thesiscode.twosample.panel import CLASSICS, PANEL, run_panel

REPETITIONS = 400
FEW = {"repetitions": 2, "permutations": 19}


@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("name", PANEL)
def test_no_test_rejects_too_often_under_the_null(name, kind):
    """With ties, unequal sizes and constant features. A null distribution that is too narrow is caught: see below."""
    x, y = SPECIAL[kind](REPETITIONS, 30, numpy_generator(0, kind))
    if name in CLASSICS and x.shape[2] > 1:
        x, y = x[..., :1], y[..., :1]
    found = judged(run_panel(name, x, y, 0, permutations=59).p_values)
    assert found["conservative"] > 1e-3
    assert min(level["exceeds"] for level in found["levels"].values()) > 1e-3


def test_the_judge_catches_a_null_that_is_too_narrow_and_lets_a_wide_one_pass():
    z = np.random.default_rng(0).standard_normal(REPETITIONS)
    right, narrow, wide = (judged(stats.norm.sf(z * factor)) for factor in (1, 1.25, 0.7))
    assert right["uniform"] > 0.01 and right["conservative"] > 0.01
    assert narrow["levels"]["0.05"]["exceeds"] < 1e-3 and narrow["levels"]["0.05"]["low"] > 0.05
    assert wide["uniform"] < 0.01 and min(level["exceeds"] for level in wide["levels"].values()) > 0.01


def test_without_its_correction_the_normal_null_is_too_narrow():
    """As in the thesis: with 50 test points, 31 hits are enough for it, and 6% of the fair coins have as many."""
    rejected = stats.binom.sf(30, 50, 0.5)
    assert rejected > 0.059
    found = uncorrected(panel.ManyResults(np.array([30, 31]) / 50, np.ones(2), 50))
    assert found[0] > 0.05 > found[1]


def test_the_interval_is_that_of_the_quantiles_of_beta():
    low, high = binomial_interval(7, 200)
    assert low == pytest.approx(stats.beta.ppf(0.025, 7, 194)) and high == pytest.approx(stats.beta.ppf(0.975, 8, 193))
    assert binomial_interval(0, 10)[0] == 0 and binomial_interval(10, 10)[1] == 1


def test_samples_are_what_they_say():
    rng = np.random.default_rng(0)
    x, y = sinusoid(3, 50, 0.0, 2.0, rng)
    assert x.shape == (3, 50, 2) and np.allclose(x[..., 1], np.cos(2 * x[..., 0]))
    for one, other in zip(*sinusoid(2, 40, 0.5, 1.0, rng), strict=True):
        assert np.array_equal(one[:, 0], other[:, 0]) and not np.array_equal(one[:, 1], other[:, 1])
        assert np.array_equal(np.sort(one[:, 1]), np.sort(other[:, 1]))
    x, y = independent(2, 4000, rng)
    assert abs(np.corrcoef(x[0].T)[0, 1]) < 0.06 and np.array_equal(np.sort(x[..., 1]), np.sort(y[..., 1]))
    x, y = normal_against_student(2, 20_000, 3.0, rng)
    assert np.mean(np.abs(x) > 3) < 0.005 < 0.04 < np.mean(np.abs(y) > 3)


def test_who_knows_the_densities_says_y_in_the_tails():
    f = KnownRatio(3.0).fit(np.zeros((1, 1)), np.array([True])).predict_proba(np.array([[0.0], [1.0], [2.5], [-4.0]]))
    assert np.allclose(f.sum(axis=1), 1) and list(f[:, 1] > 0.5) == [False, False, True, True]
    assert f[0, 1] == pytest.approx(stats.t.pdf(0, 3) / (stats.t.pdf(0, 3) + stats.norm.pdf(0)))


def test_the_experiments_in_small(tmp_path):
    run = Run(seed=0, folder=tmp_path, shared=tmp_path)
    small = ErrorSettings(
        **FEW, sizes=(30, 60), sinusoid_sizes=(30,), sinusoid_size=30, noises=(0.25, 1), frequencies=(1,),
        degrees=(2, 3), quadratic_most=30,
    )  # fmt: skip
    found = two_sample_errors(small, run).metrics
    assert [cell["n"] for cell in found["null"]] == [30, 60]
    assert set(found["null"][0]) == {"n", *PANEL, "C2ST-KNN, uncorrected", "C2ST-NN, uncorrected"}
    assert "MMD, quadratic" not in found["null"][1] and BAYES in found["student_sizes"][0]
    assert found["student_degrees"][1] == {"degree": 3} | {
        k: v for k, v in found["student_sizes"][1].items() if k != "n"
    }
    assert not set(CLASSICS) & set(found["independent"][0])
    assert found["null"][0]["Kuiper"]["of"] == 2
    again = two_sample_errors(replace(small, degrees=(3,)), run).metrics
    assert again["sinusoid_noises"] == found["sinusoid_noises"]

    rows = calibration(
        CalibrationSettings(**FEW, sizes=(24, 40), dimensions=(1, 2), special_size=24, network_most=24), run
    )
    rows = rows.metrics["rows"]
    assert {(row["kind"], row["n"], row["d"]) for row in rows if row["test"] == "C2ST-NN"} == {
        ("normal", 24, 1), ("normal", 24, 2), ("ties", 24, 1), ("unequal sizes", 24, 1), ("constant features", 24, 5),
    }  # fmt: skip
    assert {row["d"] for row in rows if row["test"] in CLASSICS} == {1}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ErrorSettings(alpha=1.5), "alpha: expected a number between 0 and 1, got 1.5"),
        (lambda: ErrorSettings(sizes=(50, 10)), "sizes: expected an integer of at least 24"),
        (lambda: ErrorSettings(degrees=()), "degrees: expected at least one value"),
        (lambda: CalibrationSettings(repetitions=0), "repetitions: expected an integer of at least 1"),
        (lambda: CalibrationSettings(special_size=8), "special_size: expected an integer of at least 24"),
        (lambda: run_panel("C2ST", np.zeros((1, 9, 1)), np.zeros((1, 9, 1)), 0), "name: expected one of C2ST-KNN"),
    ],
)
def test_bad_settings_are_named(unchecked, make, message):
    with pytest.raises(ValueError, match=message):
        make()
