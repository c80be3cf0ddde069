import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import batch_norm

from thesiscode.scratch import BatchNorm, Dropout, ShapeError, gradient_check

from .oracle import assert_agrees, assert_close, assert_keeps_float32
from .strategies import rngs

batches = st.one_of(
    st.tuples(st.integers(4, 8), st.integers(1, 4)),
    st.tuples(st.integers(2, 3), st.integers(1, 3), st.integers(2, 3), st.integers(2, 3)),
)


def new_layer(n_features, rng, **settings):
    layer = BatchNorm(n_features, **settings)
    layer.parameters["scale"] *= rng.normal(size=n_features)
    layer.parameters["shift"] += rng.normal(size=n_features)
    return layer


@settings(max_examples=40)
@given(batches, st.sampled_from([1e-5, 1e-2]), rngs)
def test_training_agrees_with_torch_and_differences(shape, epsilon, rng):
    layer = new_layer(shape[1], rng, epsilon=epsilon)
    x = rng.normal(1, 2, shape)

    def theirs(x, scale, shift):
        return batch_norm(x, None, None, scale, shift, training=True, eps=epsilon)

    assert_agrees(layer, theirs, x, rng=rng)


@settings(max_examples=25)
@given(batches, rngs)
def test_use_agrees_with_torch_and_differences(shape, rng):
    layer = new_layer(shape[1], rng)
    for _ in range(3):
        layer.forward(rng.normal(1, 2, shape))
    layer.training = False
    mean, variance = torch.tensor(layer.running_mean), torch.tensor(layer.running_variance)

    def theirs(x, scale, shift):
        return batch_norm(x, mean, variance, scale, shift, training=False)

    assert_agrees(layer, theirs, rng.normal(size=shape), rng=rng)
    assert_close(layer.running_mean, mean, 0)
    assert_close(layer.running_variance, variance, 0)


@settings(max_examples=25)
@given(batches, st.sampled_from([0.1, 0.5]), rngs)
def test_running_statistics_agree_with_torch(shape, momentum, rng):
    layer = BatchNorm(shape[1], momentum=momentum)
    theirs = (torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d)(shape[1], momentum=momentum).double()
    for _ in range(4):
        x = rng.normal(rng.normal(), 2, shape)
        assert_close(layer.forward(x), theirs(torch.tensor(x)))
    assert_close(layer.running_mean, theirs.running_mean)
    assert_close(layer.running_variance, theirs.running_var)


def test_training_centres_and_scales_each_feature():
    y = BatchNorm(3, epsilon=1e-12).forward(np.random.default_rng(0).normal(5, 3, (64, 3, 4, 4)))
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), 1, rtol=1e-9)


def test_float32_stays_float32():
    layer = BatchNorm(3)
    assert_keeps_float32(layer, np.random.default_rng(0).normal(size=(8, 3)))


@pytest.mark.usefixtures("unchecked")
def test_batch_norm_errors():
    with pytest.raises(ShapeError, match=r"x: expected \(N, 3, ...\), got \(2, 4\)"):
        BatchNorm(3).forward(np.zeros((2, 4)))
    with pytest.raises(ShapeError, match=r"x: expected \(N, 3, ...\), got \(3,\)"):
        BatchNorm(3).forward(np.zeros(3))
    with pytest.raises(ShapeError, match=r"x: expected at least two values a feature .*, got shape \(1, 3\)"):
        BatchNorm(3).forward(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="n_features: expected an integer >= 1, got 0"):
        BatchNorm(0)
    layer = BatchNorm(3)
    layer.training = False
    assert layer.forward(np.zeros((1, 3))).shape == (1, 3)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(3))
def test_dropout_keeps_its_share_and_the_mean(p, seed):
    y = Dropout(p, rng=np.random.default_rng(seed)).forward(np.ones((100, 200)))
    kept = y != 0
    assert abs(kept.mean() - (1 - p)) <= 5 * np.sqrt(p * (1 - p) / y.size)
    np.testing.assert_allclose(y[kept], 1 / (1 - p), rtol=1e-15)
    # Values fall independently: so do rows, columns, and neighbours.
    for line in (kept.mean(axis=0), kept.mean(axis=1)):
        assert np.abs(line - (1 - p)).max() <= 6 * np.sqrt(p * (1 - p) / 100)
    both = (kept[:, 1:] & kept[:, :-1]).mean()
    assert abs(both - (1 - p) ** 2) <= 5 * np.sqrt(2 * p * (1 - p) / y.size)


def test_dropout_passes_the_gradient_where_it_passed_the_value():
    rng = np.random.default_rng(0)
    layer = Dropout(0.4, rng=rng)
    x, dy = rng.normal(size=(20, 30)), rng.normal(size=(20, 30))
    y = layer.forward(x)
    np.testing.assert_allclose(layer.backward(dy), dy * (y / x), rtol=1e-12)
    assert (layer.forward(x) != y).any()  # the next mask is another


def test_dropout_in_use_passes_all_and_draws_nothing():
    rng = np.random.default_rng(0)
    layer = Dropout(0.4, rng=rng)
    layer.training = False
    x = np.random.default_rng(1).normal(size=(20, 30))
    state = rng.bit_generator.state
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    assert rng.bit_generator.state == state
    assert gradient_check(layer, x[:2, :3], rng=rng) < 1e-6


def test_dropout_keeps_float32():
    layer = Dropout(0.5, rng=np.random.default_rng(0))
    x = np.ones((4, 4), np.float32)
    assert layer.forward(x).dtype == layer.backward(x).dtype == np.float32


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, float("nan")])
def test_dropout_needs_a_probability_below_one(p):
    with pytest.raises(ValueError, match=r"p: expected 0 <= p < 1, got"):
        Dropout(p, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epsilon": 0.0}, "epsilon: expected a finite positive number, got 0.0"),
        ({"momentum": 1.5}, "momentum: expected 0 <= momentum <= 1, got 1.5"),
    ],
)
def test_batch_norm_checks_its_settings(wrong, message):
    with pytest.raises(ValueError, match=message):
        BatchNorm(3, **wrong)
