"""What the functions of this sub-package accept, said once."""

import math
from typing import Any

import numpy as np


def finite_array(value: Any, name: str, rank: int, shape: str) -> np.ndarray:
    """`value` as an array of floats; ValueError unless it has `rank` axes, no empty one, and finite entries only."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected numbers of shape {shape}, got {type(value).__name__}") from None
    if array.ndim != rank or array.size == 0:
        raise ValueError(f"{name}: expected shape {shape} with no axis of length 0, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers, got {int((~np.isfinite(array)).sum())} NaN or infinite")
    return array


def shaped(value: Any, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """As `finite_array`, with exactly this shape."""
    array = finite_array(value, name, len(shape), str(shape))
    if array.shape != shape:
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
    return array


def whole_boxes(value: Any, name: str, rank: int) -> np.ndarray:
    """One box [4] (rank 1) or boxes [m 4] (rank 2) of whole pixels, as integers; they may be empty or upside down."""
    array = finite_array(value, name, rank, "[4]" if rank == 1 else "[m 4]")
    if array.shape[-1] != 4:
        raise ValueError(f"{name}: expected 4 numbers a box, (x0, y0, x1, y1), got {array.shape[-1]}")
    if (array != np.rint(array)).any():
        raise ValueError(f"{name}: expected whole pixels, got {array[array != np.rint(array)][0]}")
    return array.astype(int)


def samples(x: Any, name: str = "x") -> np.ndarray:
    """Samples as an array [n d]."""
    return finite_array(x, name, 2, "[n d]")


def numbers(x: Any, name: str = "x") -> np.ndarray:
    """One number a sample, as an array [n]."""
    return finite_array(x, name, 1, "[n]")


def same_length(a: np.ndarray, b: np.ndarray, names: tuple[str, str]) -> None:
    """ValueError unless both have as many rows."""
    if len(a) != len(b):
        raise ValueError(f"{names[1]}: expected {len(a)}, one for each of {names[0]}, got {len(b)}")


def signs(y: Any, name: str = "y", *, both: bool = False) -> np.ndarray:
    """Labels of -1 and +1 as floats [n]; with `both`, each of them must occur."""
    y = numbers(y, name)
    odd = sorted(set(np.unique(y).tolist()) - {-1.0, 1.0})
    if odd:
        raise ValueError(f"{name}: expected labels -1 and +1, got {odd[:5]}")
    if both and len(set(y.tolist())) < 2:
        raise ValueError(f"{name}: expected labels of both classes, got only {y[0]:+.0f}")
    return y


def finite(value: Any, name: str) -> float:
    """A finite number."""
    return _number(value, name, lambda v: True, "a finite number")


def positive(value: Any, name: str) -> float:
    """A finite number above 0."""
    return _number(value, name, lambda v: v > 0, "a finite number above 0")


def not_negative(value: Any, name: str) -> float:
    """A finite number of at least 0."""
    return _number(value, name, lambda v: v >= 0, "a finite number of at least 0")


def whole(value: Any, name: str, least: int = 1) -> int:
    """An integer of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name}: expected an integer of at least {least}, got {value!r}")
    return int(value)


def _number(value: Any, name: str, fine, expected: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected {expected}, got {value!r}") from None
    if not (math.isfinite(number) and fine(number)):
        raise ValueError(f"{name}: expected {expected}, got {value!r}")
    return number
