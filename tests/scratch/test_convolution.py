import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import conv2d

from thesiscode.scratch import Conv2d, ShapeError, convolve, convolve_gradients, grid_shape

from .oracle import assert_agrees, assert_close, assert_keeps_float32
from .strategies import grids, rngs

METHODS = ["loops", "cells", "gemm", "offsets"]
counts = st.integers(1, 3)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=40)
@given(grids(max_padding=5), counts, counts, counts, rngs)
def test_every_method_agrees_with_torch(method, grid, n, c, k, rng):
    x = rng.normal(size=(n, c, grid.height, grid.width))
    w, b = rng.normal(size=(k, c, grid.size, grid.size)), rng.normal(size=k)
    kept = [a.copy() for a in (x, w, b)]
    y = convolve(x, w, b, stride=grid.stride, padding=grid.padding, method=method)
    theirs = conv2d(*(torch.tensor(a) for a in (x, w, b)), stride=grid.stride, padding=grid.padding)
    assert_close(y, theirs, 1e-12)
    for a, before in zip((x, w, b), kept, strict=True):
        np.testing.assert_array_equal(a, before)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=10)
@given(grids(max_padding=2), rngs)
def test_views_of_other_arrays_are_read_rightly(method, grid, rng):
    x = rng.normal(size=(grid.width, grid.height, 4, 2)).T[:, ::2]
    w = rng.normal(size=(grid.size, grid.size, 2, 3)).T
    b = rng.normal(size=6)[::2]
    y = convolve(x, w, b, stride=grid.stride, padding=grid.padding, method=method)
    copies = (torch.tensor(np.ascontiguousarray(a)) for a in (x, w, b))
    assert_close(y, conv2d(*copies, stride=grid.stride, padding=grid.padding), 1e-12)


@settings(max_examples=30)
@given(grids(max_padding=3), counts, counts, counts, st.sampled_from(METHODS), rngs)
def test_layer_agrees_with_torch_and_differences(grid, n, c, k, method, rng):
    layer = Conv2d(c, k, grid.size, stride=grid.stride, padding=grid.padding, rng=rng, method=method)
    layer.parameters["bias"] += rng.normal(size=k)
    x = rng.normal(size=(n, c, grid.height, grid.width))

    def theirs(x, weight, bias):
        return conv2d(x, weight, bias, stride=grid.stride, padding=grid.padding)

    assert_agrees(layer, theirs, x, rng=rng, differences=method != "loops")


@settings(max_examples=25)
@given(grids(max_padding=3), rngs)
def test_gradients_are_transposes_of_the_convolution(grid, rng):
    x, w = rng.normal(size=(2, 3, grid.height, grid.width)), rng.normal(size=(4, 3, grid.size, grid.size))
    where = {"stride": grid.stride, "padding": grid.padding}
    y = convolve(x, w, np.zeros(4), **where)
    dy = rng.normal(size=y.shape)
    dx, dw, db = convolve_gradients(dy, x, w, **where)
    product = (y * dy).sum()  # linear in x and in w: <y, dy> = <x, dx> = <w, dw>
    np.testing.assert_allclose([(x * dx).sum(), (w * dw).sum()], product, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(db, dy.sum(axis=(0, 2, 3)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch", [1, 7, 16])
def test_batches_that_need_several_matrices_of_cells_agree_with_torch(batch):
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(batch, 3, 62, 62)), rng.normal(size=(4, 3, 3, 3)), rng.normal(size=4)
    cells_of_one_image = 3 * 3 * 3 * 62 * 62 * 8
    assert cells_of_one_image > 2**22 / 7  # fewer than 7 images at a time, by the docstring of cell_matrices
    dy = rng.normal(size=(batch, 4, 62, 62))
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
    theirs = conv2d(*tensors, padding=1)
    theirs.backward(torch.tensor(dy))
    assert_close(convolve(x, w, b, padding=1), theirs, 1e-12)
    for ours, tensor in zip(convolve_gradients(dy, x, w, padding=1), tensors, strict=True):
        assert_close(ours, tensor.grad)


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_batch_has_an_empty_output(method):
    x, w, b = np.zeros((0, 3, 5, 6)), np.zeros((4, 3, 3, 3)), np.zeros(4)
    y = convolve(x, w, b, method=method)
    assert y.shape == (0, 4, 3, 4)
    dx, dw, db = convolve_gradients(y, x, w)
    assert (dx.shape, dw.shape, db.shape) == (x.shape, w.shape, b.shape)
    assert not dw.any()


def test_the_kernel_is_not_flipped():
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 2, 2] = 1
    w = np.arange(9.0).reshape(1, 1, 3, 3)
    for method in METHODS:
        np.testing.assert_array_equal(convolve(x, w, np.zeros(1), method=method)[0, 0], w[0, 0, ::-1, ::-1])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("bias", [np.float32, np.float64])
def test_float32_images_and_kernels_give_float32(method, bias):
    x, w = np.ones((2, 3, 5, 5), np.float32), np.ones((4, 3, 3, 3), np.float32)
    y = convolve(x, w, np.ones(4, bias), padding=1, method=method)
    assert y.dtype == np.float32
    assert y[0, 0, 2, 2] == 28
    assert {g.dtype for g in convolve_gradients(y, x, w, padding=1)} == {np.dtype(np.float32)}


def test_images_of_lower_precision_than_the_kernels_cost_no_precision():
    rng = np.random.default_rng(0)
    x, w, dy = (rng.normal(0, 9, shape).round() for shape in ((2, 3, 5, 5), (4, 3, 3, 3), (2, 4, 3, 3)))
    w += 0.1
    for ours, wide in zip(convolve_gradients(dy, x.astype(np.float32), w), convolve_gradients(dy, x, w), strict=True):
        assert_close(ours, wide, 1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_layer_of_float32_stays_float32(method):
    rng = np.random.default_rng(0)
    layer = Conv2d(2, 3, 3, stride=2, padding=1, rng=rng, method=method)
    assert_keeps_float32(layer, rng.normal(size=(2, 2, 5, 6)))


ALEXNET = {  # layers 2 to 5 of AlexNet without groups: features, kernels, side, size, padding (thesis B.6.2)
    "conv2": (96, 256, 27, 5, 2),
    "conv3": (256, 384, 13, 3, 1),
    "conv4": (384, 384, 13, 3, 1),
    "conv5": (384, 256, 13, 3, 1),
}


def allocated(f) -> int:
    """Most bytes that f() holds at once."""
    tracemalloc.start()
    try:
        f()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("layer", ALEXNET)
def test_memory_of_offsets_is_little_more_than_input_and_output(layer):
    c, k, side, size, padding = ALEXNET[layer]
    x, w, b = (np.zeros(shape, np.float32) for shape in ((8, c, side, side), (k, c, size, size), k))
    peak = allocated(lambda: convolve(x, w, b, padding=padding, method="offsets"))
    output = 8 * k * side * side * 4
    assert peak >= output
    assert x.nbytes + peak <= 1.3 * (x.nbytes + output)


@pytest.mark.parametrize("layer", ALEXNET)
def test_memory_of_gemm_is_its_matrix_of_cells(layer):
    c, k, side, size, padding = ALEXNET[layer]
    x, w, b = (np.zeros(shape, np.float32) for shape in ((1, c, side, side), (k, c, size, size), k))
    besides = allocated(lambda: convolve(x, w, b, padding=padding, method="gemm")) - k * side * side * 4
    assert size**2 <= besides / x.nbytes <= size**2 + 2  # the matrix, and the padded image


def test_memory_of_gemm_does_not_grow_by_k_squared_with_the_batch():
    x, w, b = (np.zeros(shape, np.float32) for shape in ((64, 16, 32, 32), (4, 16, 3, 3), 4))
    besides = allocated(lambda: convolve(x, w, b, method="gemm")) - 64 * 4 * 30 * 30 * 4
    assert besides < 1.1 * 2**22 < 9 * x.nbytes / 5  # a block of 4 MiB, where all cells take 32


@pytest.mark.usefixtures("unchecked")
class TestErrors:
    x, w, b = np.zeros((2, 3, 5, 6)), np.zeros((4, 3, 3, 3)), np.zeros(4)

    @pytest.mark.parametrize("method", METHODS)
    def test_every_method_checks_its_arrays(self, method):
        x, w, b = self.x, self.w, self.b
        for message, bad in [
            (r"x: expected an array of rank 4, \(N, n_features, H, W\); got shape \(3, 5, 6\)", (x[0], w, b)),
            (r"w: expected an array of rank 4, .*; got shape \(3, 3, 3\)", (x, w[0], b)),
            (r"b: expected an array of rank 1, \(n_kernels,\); got float", (x, w, 0.0)),
            (r"w: expected square kernels, got 3 x 2", (x, w[..., :2], b)),
            (r"w: expected kernels of 3 features \(the channels of x\), got 2", (x, w[:, :2], b)),
            (r"w: expected at least one kernel, .*, got shape \(0, 3, 3, 3\)", (x, w[:0], b[:0])),
            (r"w: expected at least one kernel, .*, got shape \(4, 0, 3, 3\)", (x[:, :0], w[:, :0], b)),
            (r"b: expected one bias for each of the 4 kernels, got 3", (x, w, b[:3])),
            (r"size: a cell of 3 x 3 does not fit the padded input of 2 x 6", (x[:, :, :2], w, b)),
        ]:
            with pytest.raises(ShapeError, match=message):
                convolve(*bad, method=method)

    def test_settings(self):
        with pytest.raises(ValueError, match=r"stride: expected an integer >= 1, got 0"):
            convolve(self.x, self.w, self.b, stride=0)
        with pytest.raises(ValueError, match=r"padding: expected an integer >= 0, got -1"):
            convolve(self.x, self.w, self.b, padding=-1)
        with pytest.raises(ValueError, match=r"method: expected one of \['loops'.*\], got 'fft'"):
            convolve(self.x, self.w, self.b, method="fft")

    def test_gradient_of_another_shape(self):
        with pytest.raises(
            ShapeError, match=r"dy: expected \(2, 4, 3, 4\), the shape of the output, got \(2, 4, 4, 3\)"
        ):
            convolve_gradients(np.zeros((2, 4, 4, 3)), self.x, self.w)
        with pytest.raises(ShapeError, match=r"w: expected kernels of 3 features"):
            convolve_gradients(np.zeros((2, 4, 3, 4)), self.x, self.w[:, :1])
        with pytest.raises(ShapeError, match=r"w: expected an array of rank 4"):
            convolve_gradients(np.zeros((2, 4, 3, 4)), self.x, self.w[0])

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"in_features": 0}, "in_features: expected an integer >= 1, got 0"),
            ({"n_kernels": 0}, "n_kernels: expected an integer >= 1, got 0"),
            ({"size": 0}, "size: expected an integer >= 1, got 0"),
            ({"stride": 0}, "stride: expected an integer >= 1, got 0"),
            ({"padding": -1}, "padding: expected an integer >= 0, got -1"),
            ({"method": "fast"}, "method: expected one of .* got 'fast'"),
            ({"init": "zero"}, "init: expected one of .* got 'zero'"),
        ],
    )
    def test_layer_checks_its_settings(self, wrong, message):
        with pytest.raises(ValueError, match=message):
            Conv2d(**({"in_features": 3, "n_kernels": 4, "size": 3, "rng": np.random.default_rng(0)} | wrong))

    def test_layer_checks_its_input(self):
        layer = Conv2d(2, 4, 3, rng=np.random.default_rng(0))
        with pytest.raises(ShapeError, match=r"expected kernels of 3 features \(the channels of x\), got 2"):
            layer.forward(self.x)


def test_parameters_are_counted_as_the_docstring_says():
    layer = Conv2d(3, 96, 11, stride=4, padding=2, rng=np.random.default_rng(0))
    assert sum(p.size for p in layer.parameters.values()) == 96 * (3 * 11**2 + 1)
    assert grid_shape(224, 224, 11, 4, 2) == (55, 55)
    assert layer.forward(np.zeros((1, 3, 224, 224))).shape == (1, 96, 55, 55)
