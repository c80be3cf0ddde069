"""How much is predicted: known shares, no leak between shots of a run, the marionette's order of parts."""

import numpy as np
import pytest

from thesiscode.causal.signal import plate_signal, regression_signal, reverse_signal
from thesiscode.data.marionettes import Marionettes, Pendulums

RUNS = np.repeat(np.arange(20), 20)


@pytest.fixture
def cause():
    return np.random.default_rng(0).uniform(-1, 1, (400, 3))


@pytest.fixture(scope="module")
def marionettes():
    pytest.importorskip("mujoco")
    return Marionettes(600, seed=0, shots_per_run=15)


def test_the_share_that_is_predicted_is_that_of_the_mechanism(cause):
    """y = f(x) + noise: R squared is the variance of f(x) over that of y."""
    rng = np.random.default_rng(1)
    mechanism = np.sin(2 * cause[:, 0]) + cause[:, 1] * cause[:, 2]
    for share in (0.9, 0.5):
        noise = rng.standard_normal(400) * mechanism.std() * np.sqrt(1 / share - 1)
        found = regression_signal(cause, (mechanism + noise)[:, None, None], RUNS)
        assert found.r_squared[0] == pytest.approx(share, abs=0.12)
        assert found.overall == pytest.approx(found.r_squared[0])
    exact = regression_signal(cause, mechanism[:, None, None], RUNS)
    assert exact.r_squared[0] > 0.99
    np.testing.assert_allclose(exact.predicted[:, 0, 0], mechanism[exact.held_out], atol=0.3)


def test_noise_is_not_predicted(cause):
    noise = np.random.default_rng(2).standard_normal((400, 2, 3))
    assert np.abs(regression_signal(cause, noise, RUNS).r_squared).max() < 0.15


def test_shots_of_one_run_do_not_stand_on_both_sides():
    """Both variables are constant within a run, and independent: a split of shots, not runs, would predict it all."""
    rng = np.random.default_rng(3)
    by_run = rng.standard_normal((20, 4))[RUNS] + 0.001 * rng.standard_normal((400, 4))
    found = regression_signal(by_run[:, :3], by_run[:, 3:, None], RUNS)
    assert found.r_squared[0] < 0.5
    assert set(RUNS[found.held_out]) == {15, 16, 17, 18, 19}


def test_targets_keep_their_order_and_their_units(cause):
    rng = np.random.default_rng(4)
    follows = 100 + 50 * cause[:, :2]
    effect = np.stack([rng.standard_normal((400, 2)), follows], axis=1)
    found = regression_signal(cause, effect, RUNS)
    assert found.r_squared[0] < 0.2 and found.r_squared[1] > 0.98
    assert found.predicted[:, 1].mean() == pytest.approx(100, abs=10)
    scaled = regression_signal(7 * cause + 3, effect * 0.01, RUNS)
    np.testing.assert_allclose(scaled.r_squared, found.r_squared, atol=1e-6)


def test_extra_inputs_help_where_they_matter_and_hurt_little_where_not(cause):
    rng = np.random.default_rng(5)
    hidden = rng.uniform(-1, 1, (400, 1))
    effect = (cause[:, :1] + hidden)[:, :, None]
    without = regression_signal(cause, effect, RUNS).r_squared[0]
    helped = regression_signal(cause, effect, RUNS, extra=hidden).r_squared[0]
    useless = regression_signal(cause, effect, RUNS, extra=rng.standard_normal((400, 10))).r_squared[0]
    assert without < 0.6 and helped > 0.98
    assert abs(useless - without) < 0.05


def test_the_signal_falls_along_the_chain(marionettes):
    """Hands hang by a string from a short chain, feet hang from knees, which hang by longer strings."""
    found = dict(zip(marionettes.point_names, plate_signal(marionettes).r_squared, strict=True))
    parts = {
        part: np.mean([found[f"{side} {part}"] for side in ("left", "right")]) for part in ("hand", "knee", "foot")
    }
    assert parts["hand"] > 0.88
    assert parts["hand"] > parts["knee"] + 0.05 > parts["foot"] + 0.1
    assert parts["foot"] > 0.3


def test_the_past_of_the_plate_adds_little(marionettes):
    now, past = plate_signal(marionettes), plate_signal(marionettes, history=True)
    assert abs(past.overall - now.overall) < 0.03


def test_the_body_tells_the_plate(marionettes):
    found = reverse_signal(marionettes)
    assert found.r_squared.shape == (6,)
    assert found.r_squared.max() > 0.8


def test_a_faster_plate_is_followed_less():
    pytest.importorskip("mujoco")
    slow, fast = (plate_signal(Pendulums(320, seed=1, speed=speed, shots_per_run=20)).overall for speed in (0.5, 2.0))
    assert slow > fast + 0.1


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"effect": np.zeros((399, 1, 1))}, "effect has 399 rows; expected 400"),
        ({"runs": RUNS[:-1]}, "runs has 399 rows; expected 400"),
        ({"extra": np.zeros((2, 1))}, "extra has 2 rows; expected 400"),
        ({"cause": np.full((400, 3), np.nan)}, "cause has entries that are not finite"),
        ({"runs": RUNS // 3}, "runs names 7 runs; expected at least 8"),
        ({"effect": np.ones((400, 1, 1))}, "effect has a constant coordinate in the runs to fit"),
        ({"effect": ((RUNS < 15) * np.arange(400.0))[:, None, None]}, "effect has a constant .* in the runs held out"),
        ({"effect": np.ones((400, 1))}, r"effect has shape \(400, 1\); expected \(n, targets, d\)"),
    ],
)
def test_bad_input(cause, change, message):
    good = {"cause": cause, "effect": cause[:, :1, None], "runs": RUNS}
    with pytest.raises(ValueError, match=message):
        regression_signal(**(good | change))
