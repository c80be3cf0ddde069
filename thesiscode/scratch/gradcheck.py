"""Is a gradient right? Central differences give a second opinion (thesis B.2.2)."""

import numpy as np

from .layer import Layer


def central_differences(f, x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Gradient of the scalar f() with respect to the array `x` that f reads: (f(x + h) - f(x - h)) / 2h, each entry.

    `x` is changed in place while f is called, and restored. The error is of order h^2.
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + step
        above = f()
        x[index] = kept - step
        below = f()
        x[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def gradient_check(layer: Layer, *inputs: np.ndarray, rng: np.random.Generator, step: float = 1e-5) -> float:
    """Largest relative error of a layer's gradients, those to its inputs and those to its parameters.

    The loss is the dot-product of the layer's output with a random tensor, so that all of the Jacobian is tried.
    The error of a gradient g against the numerical one h is max|g - h| / max(1e-8, max|g|, max|h|).
    `inputs` must be float64: single precision cannot tell a wrong gradient from rounding. A `Graph` is a layer too.
    Near a kink (ReLU at 0, a tie in max-pooling) no gradient exists and the check means nothing.
    Raises ValueError for inputs that are not float64.
    """
    for position, x in enumerate(inputs):
        if x.dtype != np.float64:
            raise ValueError(f"inputs[{position}]: expected float64, got {x.dtype}")
    inputs = tuple(np.array(x) for x in inputs)
    y = layer.forward(*inputs)
    if several := isinstance(y, dict):
        direction = {name: rng.normal(size=output.shape) for name, output in y.items()}
    else:
        direction = rng.normal(size=y.shape)
    dx = layer.backward(direction)
    analytic = list(dx if isinstance(dx, tuple) else (dx,)) + [layer.gradients[name] for name in layer.parameters]
    variables = list(inputs) + list(layer.parameters.values())

    def loss() -> float:
        y = layer.forward(*inputs)
        return float(sum((y[name] * direction[name]).sum() for name in y) if several else (y * direction).sum())

    errors = []
    for g, variable in zip(analytic, variables, strict=True):
        h = central_differences(loss, variable, step)
        errors.append(np.abs(g - h).max(initial=0) / max(1e-8, np.abs(g).max(initial=0), np.abs(h).max(initial=0)))
    return float(max(errors))
