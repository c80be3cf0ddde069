"""How long the convolutions take, and what memory they need. `make bench` runs this and records the ratios."""

import tracemalloc

import numpy as np
import pytest
import torch

from thesiscode.scratch import convolve, convolve_gradients

# The five convolution layers of AlexNet (ungrouped): features, kernels, kernel size, stride, padding, input side.
LAYERS = {
    "conv1": (3, 96, 11, 4, 2, 224),
    "conv2": (96, 256, 5, 1, 2, 27),
    "conv3": (256, 384, 3, 1, 1, 13),
    "conv4": (384, 384, 3, 1, 1, 13),
    "conv5": (384, 256, 3, 1, 1, 13),
}
SMALL = (16, 16, 3, 1, 1, 16)  # a layer that nested loops finish in a fraction of a second


def layer_arrays(setting: tuple[int, ...], batch: int) -> tuple[np.ndarray, ...]:
    """Input, kernels, biases and an output gradient in single precision, and the stride and padding as a dict."""
    features, kernels, size, stride, padding, side = setting
    rng = np.random.default_rng(0)
    x, w, b = (
        rng.normal(size=shape).astype(np.float32)
        for shape in ((batch, features, side, side), (kernels, features, size, size), (kernels,))
    )
    geometry = {"stride": stride, "padding": padding}
    dy = rng.normal(size=convolve(x, w, b, **geometry).shape).astype(np.float32)
    return x, w, b, dy, geometry


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.benchmark(min_rounds=15, warmup=True, warmup_iterations=2)
def test_gemm_forward_and_backward(benchmark, name):
    x, w, b, dy, geometry = layer_arrays(LAYERS[name], batch=8)

    def both():
        y = convolve(x, w, b, **geometry)
        return y, *convolve_gradients(dy, x, w, **geometry)

    benchmark.extra_info.update(layer=name, what="gemm")
    y, dx, dw, db = benchmark(both)
    assert y.shape == dy.shape and dx.shape == x.shape and dw.shape == w.shape and db.shape == b.shape


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.benchmark(min_rounds=15, warmup=True, warmup_iterations=2)
def test_torch_forward_and_backward(benchmark, name):
    x, w, b, dy, geometry = layer_arrays(LAYERS[name], batch=8)
    tensors = [torch.from_numpy(array).requires_grad_() for array in (x, w, b)]
    gradient = torch.from_numpy(dy)

    def both():
        y = torch.nn.functional.conv2d(*tensors, **geometry)
        return y, *torch.autograd.grad(y, tensors, gradient)

    benchmark.extra_info.update(layer=name, what="torch")
    y, dx, *_ = benchmark(both)
    np.testing.assert_allclose(y.detach().numpy(), convolve(x, w, b, **geometry), rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(dx.numpy(), convolve_gradients(dy, x, w, **geometry)[0], rtol=1e-3, atol=1e-1)


@pytest.mark.parametrize("method", ["loops", "cells", "gemm", "offsets"])
@pytest.mark.benchmark(min_rounds=3)
def test_four_methods_forward(benchmark, method):
    x, w, b, _, geometry = layer_arrays(SMALL, batch=1)
    benchmark.extra_info.update(layer="small", what=method)
    y = benchmark(convolve, x, w, b, **geometry, method=method)
    np.testing.assert_allclose(y, convolve(x, w, b, **geometry), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("method", ["gemm", "offsets"])
@pytest.mark.parametrize("name", LAYERS)
def test_memory(benchmark, name, method, batch):
    """Input plus everything that a call allocates at its peak, over input plus output."""
    x, w, b, dy, geometry = layer_arrays(LAYERS[name], batch=batch)
    tracemalloc.start()
    benchmark.pedantic(convolve, (x, w, b), {**geometry, "method": method}, rounds=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    ratio = (x.nbytes + peak) / (x.nbytes + dy.nbytes)
    benchmark.extra_info.update(layer=name, what=f"memory_{method}", batch=batch, memory=ratio)
    assert ratio >= 1
