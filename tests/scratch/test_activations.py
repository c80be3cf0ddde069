import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.scratch import ReLU, ShapeError, Sigmoid, Softmax, Tanh, log_softmax, sigmoid

from .oracle import assert_agrees, assert_close, assert_keeps_float32
from .strategies import distinct, rngs

shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


@pytest.mark.parametrize(
    ("layer", "function"), [(Sigmoid, torch.sigmoid), (Tanh, torch.tanh), (ReLU, torch.relu)], ids=lambda f: f.__name__
)
@settings(max_examples=25)
@given(shapes, rngs)
def test_elementwise_layers_agree_with_torch_and_differences(layer, function, shape, rng):
    assert_agrees(layer(), function, distinct(rng, shape), rng=rng)


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 6), rngs)
def test_softmax_agrees_with_torch_and_differences(n, n_classes, rng):
    assert_agrees(Softmax(), lambda x: torch.softmax(x, 1), rng.normal(size=(n, n_classes)), rng=rng)


def test_softmax_is_a_distribution_that_a_shift_does_not_change():
    x = np.random.default_rng(0).normal(0, 300, (50, 7))
    y = Softmax().forward(x)
    assert (y >= 0).all()
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(y.argmax(axis=1), x.argmax(axis=1))
    np.testing.assert_allclose(Softmax().forward(x + 1e4), y, atol=1e-9)


def test_log_softmax_agrees_with_torch_far_out():
    x = np.random.default_rng(0).normal(0, 1e4, (50, 7))
    assert_close(log_softmax(x), torch.log_softmax(torch.tensor(x), 1), 1e-14)


def test_sigmoid_has_its_limits_and_no_overflow():
    np.testing.assert_array_equal(sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])
    x = np.linspace(-30, 30, 61)
    np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1, rtol=1e-15)
    assert_close(sigmoid(x), torch.sigmoid(torch.tensor(x)), 1e-15)


def test_largest_slopes_are_those_of_figure_b_9():
    zero, one = np.zeros(1), np.ones(1)
    slopes = {}
    for layer in (Sigmoid(), Tanh(), ReLU()):
        layer.forward(zero)
        slopes[type(layer).__name__] = layer.backward(one).item()
    assert slopes == {"Sigmoid": 0.25, "Tanh": 1.0, "ReLU": 0.0}


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), ReLU(), Softmax()], ids=lambda layer: type(layer).__name__)
def test_float32_stays_float32(layer):
    assert_keeps_float32(layer, distinct(np.random.default_rng(0), (3, 5)))


@pytest.mark.usefixtures("unchecked")
def test_softmax_needs_rows():
    with pytest.raises(ShapeError, match=r"x: expected an array of rank 2, \(N, n_classes\); got shape \(3,\)"):
        Softmax().forward(np.zeros(3))
    with pytest.raises(ShapeError, match=r"x: expected an array of rank 2.*got shape \(2, 3, 4\)"):
        log_softmax(np.zeros((2, 3, 4)))
