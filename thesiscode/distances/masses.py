"""What all distances ask of the two distributions that they compare."""

import operator

import numpy as np
from jaxtyping import Float, Real

TOLERANCE = 1e-6
"""So far may the total of a distribution be from 1: rounding, not a missing normalisation."""


def masses(
    name: str, values: Real[np.ndarray, "*shape"], *, tolerance: float = TOLERANCE
) -> Float[np.ndarray, "*shape"]:
    """`values` in double precision, divided by their total, which must be 1 up to `tolerance`.

    Raises ValueError, which names `name`, for values that are not finite or negative, for an empty support, and for
    another total; and for a tolerance that is below 0 or not finite.
    """
    if not 0 <= tolerance < np.inf:
        raise ValueError(f"tolerance: expected a finite number of at least 0, got {tolerance!r}")
    values = np.asarray(values)
    if values.dtype.kind not in "fiub" or not values.size:
        raise ValueError(f"{name}: expected an array of numbers, got {values.dtype}, shape {values.shape}")
    values = values.astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: expected finite masses, got {np.count_nonzero(~np.isfinite(values))} that are not")
    if values.min() < 0:
        raise ValueError(f"{name}: expected masses of at least 0, got {values.min():g}")
    total = values.sum()
    if total == 0:
        raise ValueError(f"{name}: expected a total of 1, got 0: the support is empty")
    if abs(total - 1) > tolerance:
        raise ValueError(f"{name}: expected a total of 1, within {tolerance:g}, got {total:.8g}")
    return values / total


def two_masses(
    p: Real[np.ndarray, "*p"], q: Real[np.ndarray, "*q"], *, tolerance: float = TOLERANCE
) -> tuple[Float[np.ndarray, "*p"], Float[np.ndarray, "*q"]]:
    """Both distributions as `masses` gives them, on the same grid. Raises ValueError if their shapes differ."""
    if np.shape(p) != np.shape(q):
        raise ValueError(f"q: expected shape {np.shape(p)}, that of p, got {np.shape(q)}: one grid for both")
    return masses("p", p, tolerance=tolerance), masses("q", q, tolerance=tolerance)


def check_positive(name: str, value: float) -> None:
    """Raises ValueError, which names `name`, unless `value` is a finite number above 0."""
    try:
        fine = 0 < value < np.inf
    except TypeError:
        fine = False
    if not fine:
        raise ValueError(f"{name}: expected a finite number above 0, got {value!r}")


def check_integer(name: str, value: int, least: int | None = None) -> int:
    """`value` as an int. Raises ValueError, which names `name`, unless it is an integer, NumPy's included, of at least
    `least`."""
    try:
        number = None if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        number = None
    if number is None or (least is not None and number < least):
        at_least = "" if least is None else f" of at least {least}"
        raise ValueError(f"{name}: expected an integer{at_least}, got {value!r}")
    return number


def real_values(name: str, values: Real[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """`values` in double precision. Raises ValueError, which names `name`, for complex numbers or what is none."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiub":
        raise ValueError(f"{name}: expected an array of real numbers, got {values.dtype}, shape {values.shape}")
    return values.astype(np.float64, copy=False)
