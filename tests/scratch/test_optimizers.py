from types import MappingProxyType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.scratch import SGD, AdaGrad, Adam, Optimizer, ReduceOnPlateau, RMSprop

from .oracle import assert_close
from .strategies import rngs


def start(rng):
    return {"weight": rng.normal(size=(3, 2)), "bias": rng.normal(size=4)}


RULES = {
    "sgd": (lambda p: SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "momentum": (lambda p: SGD(p, 0.1, momentum=0.9), lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
    "adagrad": (lambda p: AdaGrad(p, 0.1), lambda p: torch.optim.Adagrad(p, 0.1)),
    "rmsprop": (lambda p: RMSprop(p, 0.01), lambda p: torch.optim.RMSprop(p, 0.01)),
    "adam": (lambda p: Adam(p, 0.01), lambda p: torch.optim.Adam(p, 0.01)),
    "adam with other decays": (
        lambda p: Adam(p, 0.01, decays=(0.5, 0.9), epsilon=1e-3),
        lambda p: torch.optim.Adam(p, 0.01, betas=(0.5, 0.9), eps=1e-3),
    ),
    "rmsprop with another decay": (
        lambda p: RMSprop(p, 0.01, decay=0.5, epsilon=1e-2),
        lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.5, eps=1e-2),
    ),
}


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=10)
@given(rngs, st.sampled_from([1e-6, 1.0, 1e3]))
def test_trajectories_agree_with_torch(rule, rng, scale):
    ours, theirs = RULES[rule]
    parameters = start(rng)
    twins = {name: torch.tensor(value.copy()) for name, value in parameters.items()}
    optimizer, reference = ours(parameters), theirs(list(twins.values()))
    for _ in range(25):
        gradients = {name: rng.normal(0, scale, value.shape) for name, value in parameters.items()}
        kept = {name: g.copy() for name, g in gradients.items()}
        for name, twin in twins.items():
            twin.grad = torch.tensor(gradients[name])
        optimizer.step(gradients)
        reference.step()
        for name, value in parameters.items():  # the arrays themselves have moved
            assert_close(value, twins[name], 1e-12)
            np.testing.assert_array_equal(gradients[name], kept[name])


def test_the_defaults_are_those_of_torch():
    rng = np.random.default_rng(0)
    for ours, theirs in ((AdaGrad, torch.optim.Adagrad), (Adam, torch.optim.Adam)):
        w = {"w": rng.normal(size=3)}
        twin = torch.tensor(w["w"].copy())
        optimizer, reference = ours(w), theirs([twin])
        for _ in range(5):
            g = rng.normal(size=3)
            twin.grad = torch.tensor(g)
            optimizer.step({"w": g})
            reference.step()
        assert_close(w["w"], twin, 1e-13)


def test_the_learning_rate_can_be_set_on_the_way():
    w = {"w": np.zeros(1)}
    optimizer = SGD(w, 1.0)
    optimizer.step({"w": np.ones(1)})
    optimizer.learning_rate = 0.25
    optimizer.step({"w": np.ones(1)})
    assert w["w"].item() == -1.25


def slope(w):
    """Gradient of sum log cosh(3 w) + w^2: convex, smooth, not quadratic."""
    return 3 * np.tanh(3 * w) + 2 * w


@settings(max_examples=20)
@given(rngs, st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.01, 0.05]))
def test_momentum_follows_b_24_and_b_25(rng, mu, epsilon):
    w, v = rng.normal(size=3), np.zeros(3)
    parameters = {"w": w.copy()}
    optimizer = SGD(parameters, epsilon, momentum=mu)
    for _ in range(20):
        v = mu * v - epsilon * slope(w)
        w = w + v
        optimizer.step({"w": slope(parameters["w"])})
        np.testing.assert_allclose(parameters["w"], w, rtol=1e-12, atol=1e-12)


@settings(max_examples=20)
@given(rngs, st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.01, 0.05]))
def test_nesterov_follows_b_26_and_b_27_and_is_torch_seen_from_ahead(rng, mu, epsilon):
    w, v = rng.normal(size=3), np.zeros(3)
    parameters = {"w": w.copy()}
    optimizer = SGD(parameters, epsilon, momentum=mu, nesterov=True)
    ahead = torch.tensor(w.copy())  # torch's variable is w + mu v
    reference = torch.optim.SGD([ahead], epsilon, momentum=mu, nesterov=True)
    for _ in range(20):
        v = mu * v - epsilon * slope(w + mu * v)
        w = w + v
        before = parameters["w"].copy()
        with optimizer.lookahead():
            assert_close(parameters["w"], ahead, 1e-12)
            gradient = slope(parameters["w"])
        np.testing.assert_array_equal(parameters["w"], before)
        optimizer.step({"w": gradient})
        ahead.grad = torch.tensor(slope(ahead.numpy()))
        reference.step()
        np.testing.assert_allclose(parameters["w"], w, rtol=1e-12, atol=1e-12)
        assert_close(parameters["w"] + mu * optimizer.velocity["w"], ahead, 1e-12)


def test_looking_ahead_without_nesterov_changes_nothing_and_always_comes_back():
    w = {"w": np.array([0.1, 0.7])}
    for nesterov in (False, True):
        optimizer = SGD(w, 0.1, momentum=0.9, nesterov=nesterov)
        optimizer.step({"w": np.ones(2)})
        kept = w["w"].copy()
        with optimizer.lookahead():
            assert (w["w"] != kept).all() == nesterov
        with pytest.raises(KeyError), optimizer.lookahead():
            raise KeyError
        np.testing.assert_array_equal(w["w"], kept)


def test_a_step_inside_lookahead_is_refused():
    optimizer = SGD({"w": np.zeros(1)}, 0.1, momentum=0.9, nesterov=True)
    with pytest.raises(RuntimeError, match="step: expected outside `with lookahead"), optimizer.lookahead():
        optimizer.step({"w": np.ones(1)})
    optimizer.step({"w": np.ones(1)})


@pytest.mark.parametrize("rule", RULES)
def test_float32_parameters_stay_float32(rule):
    w = {"w": np.ones(3, np.float32)}
    kept = w["w"]
    RULES[rule][0](w).step({"w": np.ones(3, np.float32)})
    assert w["w"] is kept
    assert kept.dtype == np.float32
    assert (kept < 1).all()


losses = st.lists(st.floats(0.01, 10), min_size=1, max_size=40)


@settings(max_examples=100)
@given(losses, st.integers(0, 4), st.sampled_from([0.1, 0.5]), st.sampled_from([0.0, 1e-3, 0.1]))
def test_plateaus_are_those_of_torch(values, patience, factor, threshold):
    optimizer = SGD({"w": np.zeros(1)}, 1.0)
    schedule = ReduceOnPlateau(optimizer, factor=factor, patience=patience, threshold=threshold)
    theirs = torch.optim.SGD([torch.zeros(1)], 1.0)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(
        theirs, factor=factor, patience=patience, threshold=threshold, eps=0
    )
    for value in values:
        rate = optimizer.learning_rate
        cut = schedule.step(value)
        reference.step(value)
        assert cut == (optimizer.learning_rate < rate)
        assert np.isclose(optimizer.learning_rate, theirs.param_groups[0]["lr"], rtol=1e-12)


def test_a_plateau_is_patience_calls_without_improvement():
    optimizer = SGD({"w": np.zeros(1)}, 1.0)
    schedule = ReduceOnPlateau(optimizer, factor=0.1, patience=2, n_cuts=1)
    assert [schedule.step(v) for v in (3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0)] == [False] * 7
    assert schedule.step(1.0)
    assert optimizer.learning_rate == 0.1
    assert [schedule.step(1.0) for _ in range(2)] == [False] * 2
    assert not schedule.finished
    assert not schedule.step(1.0)
    assert schedule.finished
    assert optimizer.learning_rate == 0.1


def test_losses_below_zero_improve_too():
    schedule = ReduceOnPlateau(SGD({"w": np.zeros(1)}, 1.0), patience=0)
    assert [schedule.step(v) for v in (-1.0, -2.0, -3.0, -3.0)] == [False, False, False, True]


@pytest.mark.usefixtures("unchecked")
class TestErrors:
    w = MappingProxyType({"a": np.zeros(2), "b": np.zeros((2, 2))})

    @pytest.mark.parametrize("rule", [SGD, AdaGrad, RMSprop, Adam])
    @pytest.mark.parametrize("rate", [0.0, -0.1, float("nan"), float("inf")])
    def test_learning_rate(self, rule, rate):
        with pytest.raises(ValueError, match="learning_rate: expected a finite positive number, got"):
            rule(self.w, rate)

    def test_names_shapes_and_numbers_of_gradients(self):
        w = {name: value.copy() for name, value in self.w.items()}
        optimizer = SGD(w, 0.1)
        good = {"a": np.ones(2), "b": np.ones((2, 2))}
        with pytest.raises(ValueError, match=r"gradients: expected one for each parameter; they differ in \['b'\]"):
            optimizer.step({"a": np.ones(2)})
        with pytest.raises(ValueError, match=r"gradients: expected one .* differ in \['c'\]"):
            optimizer.step(good | {"c": np.ones(1)})
        with pytest.raises(ValueError, match=r"gradients\['b'\]: expected shape \(2, 2\), got \(2,\)"):
            optimizer.step(good | {"b": np.ones(2)})
        for bad in (np.nan, np.inf):
            with pytest.raises(ValueError, match=r"gradients\['b'\]: expected finite numbers, got NaN or infinity"):
                optimizer.step(good | {"b": np.full((2, 2), bad)})
        assert not w["a"].any()  # a refused step moves nothing
        assert optimizer.n_steps == 0

    def test_settings(self):
        with pytest.raises(ValueError, match=r"momentum: expected 0 <= momentum <= 1, got 1.5"):
            SGD(self.w, 0.1, momentum=1.5)
        with pytest.raises(ValueError, match=r"decay: expected 0 <= decay < 1, got 1.0"):
            RMSprop(self.w, decay=1.0)
        with pytest.raises(ValueError, match=r"decays: expected 0 <= decay < 1, got \(0.9, 1.0\)"):
            Adam(self.w, decays=(0.9, 1.0))
        optimizer = SGD(self.w, 0.1)
        with pytest.raises(ValueError, match=r"factor: expected a number between 0 and 1, got 1.0"):
            ReduceOnPlateau(optimizer, factor=1.0)
        with pytest.raises(ValueError, match="patience: expected an integer >= 0, got -1"):
            ReduceOnPlateau(optimizer, patience=-1)
        with pytest.raises(ValueError, match="n_cuts: expected an integer >= 0 or None, got -1"):
            ReduceOnPlateau(optimizer, n_cuts=-1)
        for bad in (float("nan"), float("inf")):
            with pytest.raises(ValueError, match="loss: expected a finite number, got"):
                ReduceOnPlateau(optimizer).step(bad)

    def test_a_rule_must_say_how_to_move(self):
        with pytest.raises(TypeError, match="Optimizer is an optimizer without an update rule"):
            Optimizer({"a": np.zeros(1)}, 0.1).step({"a": np.ones(1)})


def test_other_rules_do_not_look_ahead():
    w = np.ones(3)
    optimizer = Adam({"w": w})
    optimizer.step({"w": np.ones(3)})
    before = w.copy()
    with optimizer.lookahead():
        np.testing.assert_array_equal(w, before)
    np.testing.assert_array_equal(w, before)
