"""What all methods for cause and effect ask of a pair of variables."""

from typing import Any

import numpy as np
from jaxtyping import Float64

LEAST = 20
"""Points below which no method here is worth asking."""


def pair_values(
    x: Any, y: Any, *, least: int = LEAST, names: tuple[str, str] = ("x", "y")
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """x and y in double precision, [n] each.

    Raises ValueError, which names the argument by `names`, for values that are not numbers, not one a point, fewer than
    `least`, not finite, all the same, or so small or large that their variance leaves double precision, and for
    variables of different length.
    """
    both = []
    for name, values in zip(names, (x, y), strict=True):
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
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            variance = found.var()
        if not np.finfo(np.float64).tiny <= variance < np.inf:
            ends = f"{found.min():g} to {found.max():g}"
            raise ValueError(
                f"{name}: expected a variance between 1e-307 and 1e308, got values from {ends}; rescale them"
            )
        both.append(found)
    x, y = both
    if len(x) != len(y):
        raise ValueError(f"{names[1]}: expected {len(x)} points, those of {names[0]}, got {len(y)}")
    return x, y


def standardised(x: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    """x with mean 0 and variance 1."""
    return (x - x.mean()) / x.std()
