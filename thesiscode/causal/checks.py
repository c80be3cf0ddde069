"""What all methods for cause and effect ask of a pair of variables."""

from typing import Any

import numpy as np
from jaxtyping import Float64

LEAST = 20
"""Points below which no method here is worth asking."""


def pair_values(x: Any, y: Any, *, least: int = LEAST) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """x and y in double precision, [n] each.

    Raises ValueError, which names the argument, for values that are not numbers, not one a point, fewer than `least`,
    not finite or all the same, and for variables of different length.
    """
    both = []
    for name, values in (("x", x), ("y", y)):
        found = np.asarray(values)
        if found.dtype.kind not in "fiub":
            raise ValueError(f"{name}: expected numbers, got {found.dtype}")
        if found.ndim != 1:
            raise ValueError(f"{name}: expected one number a point, shape (n,), got shape {found.shape}")
        if len(found) < least:
            raise ValueError(f"{name}: expected at least {least} points, got {len(found)}")
        found = found.astype(np.float64)
        if odd := np.count_nonzero(~np.isfinite(found)):
            raise ValueError(f"{name}: expected finite values, got {odd} that are not")
        if found.min() == found.max():
            raise ValueError(f"{name}: expected a variable that varies, got {found[0]:g} everywhere")
        both.append(found)
    x, y = both
    if len(x) != len(y):
        raise ValueError(f"y: expected {len(x)} points, those of x, got {len(y)}")
    return x, y


def standardised(x: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    """x with mean 0 and variance 1."""
    return (x - x.mean()) / x.std()
