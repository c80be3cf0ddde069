import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from thesiscode.scratch import AvgPool2d, LpPool2d, MaxPool2d, ShapeError

from .oracle import assert_agrees, assert_keeps_float32
from .strategies import distinct, grids, rngs


def torch_pool(function, grid, fill):
    """torch refuses a padding of more than half a cell: such a border is drawn by hand."""

    def pool(x):
        if grid.padding <= grid.size // 2:
            return function(x, grid.size, grid.stride, grid.padding)
        return function(F.pad(x, [grid.padding] * 4, value=fill), grid.size, grid.stride, 0)

    return pool


@settings(max_examples=50)
@given(grids(), rngs)
def test_max_agrees_with_torch_and_differences(grid, rng):
    layer = MaxPool2d(grid.size, grid.stride, padding=grid.padding)
    x = distinct(rng, (2, 2, grid.height, grid.width)) - 5  # negative: a padded zero would win
    assert_agrees(layer, torch_pool(F.max_pool2d, grid, -torch.inf), x, rng=rng)


@settings(max_examples=50)
@given(grids(), rngs)
def test_average_agrees_with_torch_and_differences(grid, rng):
    layer = AvgPool2d(grid.size, grid.stride, padding=grid.padding)
    x = rng.normal(size=(2, 2, grid.height, grid.width))
    assert_agrees(layer, torch_pool(F.avg_pool2d, grid, 0), x, rng=rng)


@settings(max_examples=50)
@given(grids(), st.sampled_from([1.0, 1.5, 2.0, 3.0, 8.0]), rngs)
def test_lp_agrees_with_torch_and_differences(grid, p, rng):
    layer = LpPool2d(p, grid.size, grid.stride, padding=grid.padding)
    x = distinct(rng, (1, 2, grid.height, grid.width))

    def theirs(x):
        return F.lp_pool2d(F.pad(x.abs(), [grid.padding] * 4), p, grid.size, grid.stride)

    assert_agrees(layer, theirs, x, rng=rng)


def test_lp_runs_from_the_sum_to_the_maximum():
    x = np.random.default_rng(0).normal(size=(1, 2, 6, 6))
    total = AvgPool2d(3, 2).forward(np.abs(x)) * 9
    largest = MaxPool2d(3, 2).forward(np.abs(x))
    np.testing.assert_allclose(LpPool2d(1.0, 3, 2).forward(x), total, rtol=1e-12)
    np.testing.assert_allclose(LpPool2d(1e4, 3, 2).forward(x), largest, rtol=1e-3)
    means = [LpPool2d(p, 3, 2).forward(x) for p in (1.0, 2.0, 4.0, 16.0)]
    assert all((a > b).all() for a, b in zip(means, [*means[1:], largest], strict=True))


def test_lp_does_not_overflow_and_forgives_zeros():
    layer = LpPool2d(8.0, 2, 2)
    x = np.array([[1e200, 1e200, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]).reshape(1, 1, 2, 4)
    np.testing.assert_allclose(layer.forward(x).ravel(), [1e200 * 2 ** (1 / 8), 0])
    np.testing.assert_allclose(layer.backward(np.ones((1, 1, 1, 2)))[0, 0, 0], [2 ** (-7 / 8)] * 2 + [0, 0])
    layer = LpPool2d(1.0, 2, 2)
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1, 1, 2)))[0, 0], [[1, 1, 0, 0], [0, 0, 0, 0]])


@given(grids(), rngs)
@settings(max_examples=50)
def test_of_equal_elements_the_first_in_reading_order_gets_the_gradient(grid, rng):
    x = rng.integers(0, 2, size=(1, 1, grid.height, grid.width)).astype(float)
    layer = MaxPool2d(grid.size, grid.stride, padding=grid.padding)
    y = layer.forward(x)
    for i, j in np.ndindex(y.shape[2:]):
        one = np.zeros_like(y)
        one[0, 0, i, j] = 1
        top, left = i * grid.stride - grid.padding, j * grid.stride - grid.padding
        cell = [
            (r, c)
            for r in range(top, top + grid.size)
            for c in range(left, left + grid.size)
            if 0 <= r < grid.height and 0 <= c < grid.width
        ]
        first = max(cell, key=lambda at: x[0, 0][at])  # Python's max keeps the first of equals
        assert np.argwhere(layer.backward(one)[0, 0]).tolist() == [list(first)]


def test_overlapping_cells_add_their_gradients():
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 2, 2] = 1  # in all four cells of size 3, stride 2
    layer = MaxPool2d(3, 2)
    np.testing.assert_array_equal(layer.forward(x), np.ones((1, 1, 2, 2)))
    expected = np.zeros_like(x)
    expected[0, 0, 2, 2] = 1 + 2 + 3 + 4
    np.testing.assert_array_equal(layer.backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]])), expected)


@pytest.mark.parametrize(
    "layer", [MaxPool2d(3, 2, padding=1), AvgPool2d(3, 2, padding=1), LpPool2d(2.0, 3, 2, padding=1)]
)
def test_float32_stays_float32(layer):
    assert_keeps_float32(layer, distinct(np.random.default_rng(0), (2, 2, 5, 6)))


def test_a_layer_says_how_it_is_set():
    assert repr(MaxPool2d(3, 2, padding=1)) == "MaxPool2d(size=3, stride=2, padding=1)"


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d, lambda *a, **k: LpPool2d(2.0, *a, **k)])
class TestErrors:
    def test_settings(self, pool):
        with pytest.raises(ValueError, match="size: expected an integer >= 1, got 0"):
            pool(0, 1)
        with pytest.raises(ValueError, match="stride: expected an integer >= 1, got 0"):
            pool(2, 0)
        with pytest.raises(ValueError, match="padding: expected an integer >= 0, got -1"):
            pool(2, 2, padding=-1)
        with pytest.raises(ValueError, match=r"padding: expected less than size = 2 .*, got 2"):
            pool(2, 2, padding=2)

    def test_inputs(self, pool):
        with pytest.raises(ShapeError, match=r"x: expected an array of rank 4, \(N, C, H, W\); got shape \(4, 4\)"):
            pool(2, 2).forward(np.zeros((4, 4)))
        with pytest.raises(ShapeError, match=r"size: a cell of 5 x 5 does not fit the padded input of 4 x 4"):
            pool(5, 2).forward(np.zeros((1, 1, 4, 4)))
        with pytest.raises(ShapeError, match=r"x: expected an array of rank 4, .*; got list"):
            pool(2, 2).forward([[[[1.0]]]])

    def test_gradients(self, pool):
        layer = pool(2, 2)
        layer.forward(np.ones((1, 1, 4, 4)))
        for shape in ((1, 1, 3, 2), (1, 1, 1, 1)):
            with pytest.raises(ShapeError, match=r"dy: expected \(1, 1, 2, 2\), the shape of the output, got \(1, 1"):
                layer.backward(np.ones(shape))


@pytest.mark.parametrize("p", [0.5, 0.0, -1.0, float("inf"), float("nan")])
def test_lp_needs_a_norm(p):
    with pytest.raises(ValueError, match="p: expected 1 <= p < infinity, got"):
        LpPool2d(p, 2, 2)


def test_integers_cannot_be_padded_with_infinity(unchecked):
    with pytest.raises(ValueError, match="x: expected floating-point numbers"):
        MaxPool2d(3, 2, padding=1).forward(np.ones((1, 1, 4, 4), dtype=int))
