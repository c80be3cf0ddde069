"""The direction whose generator makes the better points is that of the cause."""

import importlib

import numpy as np
import pytest
import torch

from thesiscode.causal.cgan import CGANSettings, Trained
from thesiscode.causal.cgan_c2st import TESTS, Directions, cgan_c2st, judge_directions, typical_points

module = importlib.import_module("thesiscode.causal.cgan_c2st")  # the package has a function of this name
QUICK = CGANSettings(epochs=4, hidden=16, noise=3)


def noisy_square(n=200, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    return x, x**2 + rng.uniform(-0.1, 0.1, n)


def generators(x_error, y_error):
    """Generators that make y with an error of y_error times noise, and x with x_error."""

    def train(causes, effects, settings, *, replicas, **rest):
        g = torch.Generator().manual_seed(0)
        errors = torch.tensor([y_error] * replicas + [x_error] * replicas)[:, None]
        fakes = effects.repeat_interleave(replicas, 0)
        fakes = fakes + errors * torch.randn(fakes.shape, generator=g)
        return Trained(fakes, torch.zeros(1, 2 * replicas), torch.zeros(1, 2 * replicas), errors[:, 0].isnan())

    return train


@pytest.mark.parametrize("test", TESTS)
def test_the_direction_with_the_better_generator_wins(monkeypatch, test):
    x, y = noisy_square(1000)
    for errors, sign in (((0.8, 0.0), 1), ((0.0, 0.8), -1)):
        monkeypatch.setattr(module, "train_cgans", generators(*errors))
        score = cgan_c2st(x, y, replicas=3, test=test, rng=np.random.default_rng(0))
        assert np.sign(score) == sign and abs(score) > (0.0005 if test == "mmd" else 0.02)


def test_made_points_stand_beside_the_variable_that_was_given(monkeypatch):
    """Forward, x is that of the data and y is made; backward, the other way round."""
    seen = []

    def statistics(test, data, made, seeds, device):
        seen.append((data, made))
        return np.zeros(len(made))

    monkeypatch.setattr(module, "train_cgans", generators(1.0, 1.0))
    monkeypatch.setattr(module, "_statistics", statistics)
    judge_directions(*noisy_square(), replicas=2, tests=("knn",), seed=0)
    for (data, made), same in zip(seen, (0, 1), strict=True):
        assert made.shape == (2, 190, 2)
        assert (made[:, :, same] == data[:, same]).all() and (made[:, :, 1 - same] != data[:, 1 - same]).all()


def test_diverged_generators_are_left_out(monkeypatch):
    monkeypatch.setattr(module, "train_cgans", generators(0.0, np.nan))
    found = judge_directions(*noisy_square(), replicas=2, seed=0)
    for test in TESTS:
        assert np.isnan(found.forward[test]).all() and np.isfinite(found.backward[test]).all()
        assert found.score(test) < 0, "what cannot be trained is not preferred"
    monkeypatch.setattr(module, "train_cgans", generators(np.nan, np.nan))
    assert judge_directions(*noisy_square(), replicas=2, seed=0).score("knn") == 0


def test_the_best_of_an_ensemble_decides():
    """Closest to 0, or smallest."""
    forward, backward = {"knn": np.array([0.3, -0.05, np.nan])}, {"knn": np.array([0.1, 0.2, -0.15])}
    found = Directions(forward, backward, 100, 1)
    assert found.score("knn") == pytest.approx(0.1 - 0.05)
    assert found.score("knn", absolute=False) == pytest.approx(-0.15 + 0.05)
    assert found.score("knn", [0]) == pytest.approx(-0.2)
    assert found.score("knn", [2]) == -1


def test_twins_hide_a_perfect_generator_unless_they_are_kept_apart(monkeypatch):
    """With a deterministic mechanism, what an exact generator makes are copies of the data."""
    x = np.random.default_rng(0).uniform(-1, 1, 1000)
    monkeypatch.setattr(module, "train_cgans", generators(0.5, 0.0))
    found = judge_directions(x, np.tanh(2 * x), replicas=8, tests=("knn", "knn-apart"), seed=0)
    error = 0.5 / np.sqrt(8 * 475)
    assert found.forward["knn"].mean() < -4 * error
    assert abs(found.forward["knn-apart"].mean()) < 4 * error
    assert found.backward["knn-apart"].min() > 0.05


def test_the_same_draws_give_the_same_answer():
    x, y = noisy_square(60)
    first, again, other = (
        cgan_c2st(x, y, replicas=2, settings=QUICK, test="nn", rng=np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    assert first == again != other


def test_swapping_changes_the_sign_in_distribution():
    """The mean over many seeds, up to twice its error; and it is not 0 for all."""
    x, y = noisy_square(100)
    scores = np.array(
        [
            [cgan_c2st(a, b, replicas=1, settings=QUICK, rng=np.random.default_rng((seed, k))) for seed in range(24)]
            for k, (a, b) in enumerate(((x, y), (y, x)))
        ]
    )
    sums = scores.sum(axis=0)
    assert abs(sums.mean()) < 2.5 * sums.std(ddof=1) / np.sqrt(len(sums))
    assert scores.std() > 0


def test_typical_points_treat_both_variables_alike():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 400))
    x[0], y[1] = 50, -80
    a, b = typical_points(x, y, rng=rng)
    assert len(a) == 380 and abs(a).max() < 5 and abs(b).max() < 5
    for values in (a, b):
        assert values.mean() == pytest.approx(0, abs=1e-12) and values.std() == pytest.approx(1)
    c, d = typical_points(7 * y + 3, x / 9, rng=rng)
    np.testing.assert_allclose([c, d], [b, a])
    assert len(typical_points(*rng.standard_normal((2, 6000)), rng=rng)[0]) == 4750


def test_a_variable_that_varies_by_outliers_alone_is_refused():
    x, y = noisy_square(100)
    x = np.zeros(100)
    x[:3] = 1
    with pytest.raises(ValueError, match="x: expected several values besides outliers"):
        cgan_c2st(x, y, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x, y: {"x": x[:10], "y": y[:10]}, "x: expected at least 20"),
        (lambda x, y: {"x": np.where(x > 0.5, np.nan, x)}, "x: expected finite"),
        (lambda x, y: {"y": np.ones_like(y)}, "y: expected a variable that varies"),
        (lambda x, y: {"x": np.stack([x, x], 1)}, "x: expected one number a point"),
        (lambda x, y: {"y": y[:-1]}, "y: expected 200 points"),
        (lambda x, y: {"test": "ks"}, "test: expected one of"),
        (lambda x, y: {"replicas": 0}, "replicas: expected at least 1"),
    ],
)
def test_bad_input_is_named(change, match, unchecked):
    x, y = noisy_square()
    arguments = {"x": x, "y": y, "rng": np.random.default_rng(0)} | change(x, y)
    with pytest.raises(ValueError, match=match):
        cgan_c2st(**arguments)
