"""Second opinions on a layer: torch's autograd and central differences."""

import numpy as np
import torch

from thesiscode.scratch import gradient_check


def assert_close(ours, theirs, tolerance=1e-10) -> None:
    """Equal shapes, and a difference of at most `tolerance`, relative to the largest entry where that exceeds 1."""
    theirs = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert np.isfinite(theirs).all()
    scale = max(1.0, np.abs(theirs).max(initial=0))
    assert np.abs(ours - theirs).max(initial=0) <= tolerance * scale


def tensors(arrays):
    """Copies of arrays as leaves that collect a gradient."""
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def assert_agrees(layer, function, *inputs, rng, differences=True) -> None:
    """`layer` computes `function(*inputs, **parameters)` of torch; output and all gradients agree to 1e-10 in float64.

    The gradients agree with central differences to 1e-6 too, no input is changed, and nothing loses its precision.
    """
    before = [x.copy() for x in inputs]
    y = layer.forward(*inputs)
    dy = rng.normal(size=y.shape)
    dy_before = dy.copy()
    dx = layer.backward(dy)
    dx = dx if isinstance(dx, tuple) else (dx,)

    xs = tensors(inputs)
    parameters = dict(zip(layer.parameters, tensors(layer.parameters.values()), strict=True))
    theirs = function(*xs, **parameters)
    theirs.backward(torch.tensor(dy))

    assert_close(y, theirs)
    assert len(dx) == len(xs)
    for ours, x in zip(dx, xs, strict=True):
        assert_close(ours, x.grad)
    assert set(layer.gradients) == set(layer.parameters)
    for name, parameter in parameters.items():
        assert_close(layer.gradients[name], parameter.grad)
    for x, kept in zip([*inputs, dy], [*before, dy_before], strict=True):
        np.testing.assert_array_equal(x, kept)
    assert {a.dtype for a in (y, *dx, *layer.gradients.values())} == {np.dtype(np.float64)}
    if differences:
        assert gradient_check(layer, *inputs, rng=rng) < 1e-6


def assert_keeps_float32(layer, *inputs) -> None:
    """With float32 inputs and parameters, output and gradients are float32, and equal those of float64 to 1e-4."""
    wide = layer.forward(*inputs)
    dy = np.ones_like(wide)
    wide_dx = layer.backward(dy)
    for name, value in layer.parameters.items():
        layer.parameters[name] = value.astype(np.float32)
    y = layer.forward(*(x.astype(np.float32) for x in inputs))
    dx = layer.backward(dy.astype(np.float32))
    pairs = [(y, wide)]
    pairs += zip(dx, wide_dx, strict=True) if isinstance(dx, tuple) else [(dx, wide_dx)]
    for narrow, reference in pairs:
        assert narrow.dtype == np.float32
        np.testing.assert_allclose(narrow, reference, rtol=1e-4, atol=1e-4)
    assert all(g.dtype == np.float32 for g in layer.gradients.values())
