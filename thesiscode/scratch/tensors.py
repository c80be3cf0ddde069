"""Derivatives of tensors, and the dot-product (thesis B.1, Eq. B.1-B.7 and B.19)."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from .errors import ShapeError


def dot(u: Float[np.ndarray, "*d"], v: Float[np.ndarray, "*d"]) -> float:
    """(U | V): the sum of the products of corresponding elements, of vectors (Eq. B.5) or tensors (Eq. B.19).

    Raises ShapeError if the shapes differ.
    """
    if u.shape != v.shape:
        raise ShapeError(f"v: expected shape {u.shape}, that of u, got {v.shape}")
    return float((u * v).sum())


def angle(u: Float[np.ndarray, "*d"], v: Float[np.ndarray, "*d"]) -> float:
    """The angle between two tensors, from 0 to pi radians: (U | V) = |U| |V| cos(angle) (Eq. B.4).

    Raises ValueError if one of them is zero and so has no direction.
    """
    lengths = np.linalg.norm(u) * np.linalg.norm(v)
    if lengths == 0:
        raise ValueError("u, v: expected two tensors that are not zero")
    return float(np.arccos(np.clip(dot(u, v) / lengths, -1, 1)))


def jacobian(
    f: Callable[[np.ndarray], np.ndarray], x: Float[np.ndarray, "*dx"], step: float = 1e-5
) -> Float[np.ndarray, "..."]:
    """The tensor dY/dX of Y = f(X), by central differences: entry [p, ..., i, ...] is dy_p.../dx_i... (Eq. B.2).

    Its axes are those of Y, then those of X. For a scalar Y it is the gradient tensor of Eq. B.1. The error is of
    order step^2. This is for understanding and for tests: it calls f twice for each element of `x`.
    """
    columns = []
    for index in np.ndindex(x.shape):
        h = np.zeros_like(x)
        h[index] = step
        columns.append((np.asarray(f(x + h)) - np.asarray(f(x - h))) / (2 * step))
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *x.shape)


def chain_rule(dl_dy: Float[np.ndarray, "*dy"], dy_dx: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """dL/dX = dL/dY dY/dX: the sum over all axes of Y, whatever their number (Eq. B.3).

    Raises ShapeError unless the first axes of the Jacobian `dy_dx` are those of `dl_dy`.
    """
    if dy_dx.shape[: dl_dy.ndim] != dl_dy.shape:
        raise ShapeError(f"dy_dx: expected first axes {dl_dy.shape}, those of dl_dy, got {dy_dx.shape}")
    return np.tensordot(dl_dy, dy_dx, axes=dl_dy.ndim)
