import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.scratch import Add, Concat, Flatten, Identity, Linear, ShapeError

from .oracle import assert_agrees, assert_keeps_float32
from .strategies import rngs

counts = st.integers(1, 5)
shapes = st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple)


@settings(max_examples=40)
@given(counts, counts, counts, st.sampled_from(["fan_in", "xavier", "he"]), rngs)
def test_linear_agrees_with_torch_and_differences(n, p, m, init, rng):
    layer = Linear(p, m, rng=rng, init=init)
    layer.parameters["bias"] += rng.normal(size=m)
    assert_agrees(layer, torch.nn.functional.linear, rng.normal(size=(n, p)), rng=rng)


def test_linear_has_the_parameters_that_the_thesis_counts():
    layer = Linear(7, 3, rng=np.random.default_rng(0))
    assert sum(w.size for w in layer.parameters.values()) == (7 + 1) * 3
    assert not layer.parameters["bias"].any()
    assert repr(layer) == "Linear(weight[3, 7], bias[3])"


@settings(max_examples=15)
@given(shapes, rngs)
def test_flatten_and_identity_agree_with_torch(shape, rng):
    x = rng.normal(size=shape)
    assert_agrees(Flatten(), lambda x: x.flatten(1), x, rng=rng)
    assert_agrees(Identity(), lambda x: x * 1, x, rng=rng)


@settings(max_examples=25)
@given(shapes, st.integers(1, 3), rngs)
def test_add_agrees_with_torch(shape, n_inputs, rng):
    inputs = [rng.normal(size=shape) for _ in range(n_inputs)]
    assert_agrees(Add(), lambda *x: sum(x), *inputs, rng=rng)


@settings(max_examples=25)
@given(shapes, st.data(), rngs)
def test_concat_agrees_with_torch(shape, data, rng):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    inputs = []
    for size in sizes:
        of_this = list(shape)
        of_this[axis] = size
        inputs.append(rng.normal(size=of_this))
    assert_agrees(Concat(axis), lambda *x: torch.cat(x, axis), *inputs, rng=rng)


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 3))
    assert_keeps_float32(Linear(3, 2, rng=rng), x)
    for layer in (Flatten(), Identity(), Add(), Concat()):
        assert_keeps_float32(layer, x)
    for layer in (Add(), Concat()):
        assert_keeps_float32(layer, x, x)


@pytest.mark.usefixtures("unchecked")
class TestErrors:
    rng = np.random.default_rng(0)

    def test_linear(self):
        layer = Linear(3, 2, rng=self.rng)
        with pytest.raises(ShapeError, match=r"x: expected 3 features \(the columns of weight\), got 4"):
            layer.forward(np.zeros((2, 4)))
        with pytest.raises(
            ShapeError, match=r"x: expected an array of rank 2, \(N, in_features\); got shape \(1, 3, 1\)"
        ):
            layer.forward(np.zeros((1, 3, 1)))
        layer.forward(np.zeros((2, 3)))
        with pytest.raises(ShapeError, match=r"dy: expected \(2, 2\), the shape of the output, got \(2, 3\)"):
            layer.backward(np.zeros((2, 3)))
        with pytest.raises(ValueError, match=r"in_features: expected an integer >= 1, got 0"):
            Linear(0, 2, rng=self.rng)
        with pytest.raises(ValueError, match=r"out_features: expected an integer >= 1, got -1"):
            Linear(2, -1, rng=self.rng)
        with pytest.raises(ValueError, match=r"init: expected one of \['fan_in', 'he', 'xavier'\], got 'lecun'"):
            Linear(2, 2, rng=self.rng, init="lecun")

    def test_add_does_not_broadcast(self):
        with pytest.raises(ShapeError, match=r"x: expected inputs of one shape, got \[\(2, 3\), \(2, 1\)\]"):
            Add().forward(np.zeros((2, 3)), np.zeros((2, 1)))

    def test_concat(self):
        with pytest.raises(ShapeError, match=r"differ on axis 1 only, got \[\(2, 3\), \(3, 3\)\]"):
            Concat().forward(np.zeros((2, 3)), np.zeros((3, 3)))
        with pytest.raises(ShapeError, match=r"one rank, with an axis 2, got \[\(2, 3, 4\), \(2, 3\)\]"):
            Concat(2).forward(np.zeros((2, 3, 4)), np.zeros((2, 3)))
        with pytest.raises(ShapeError, match=r"one rank, with an axis 2, got \[\(2, 3\)\]"):
            Concat(2).forward(np.zeros((2, 3)))
        with pytest.raises(ShapeError, match=r"one rank, with an axis -3, got \[\(2, 3\)\]"):
            Concat(-3).forward(np.zeros((2, 3)))
