"""What goes wrong when a network is put together, with names that say so. All are ValueErrors."""

from numbers import Integral


class ShapeError(ValueError):
    """An array has the wrong rank, or a size that does not fit its neighbour."""


class GraphError(ValueError):
    """Layers and edges do not make a directed acyclic graph."""


class LabelError(ValueError):
    """A label is not one of the values that a loss knows."""


class NonFiniteError(ValueError):
    """NaN or infinity where a finite number is needed."""


def check_rank(name: str, x, rank: int, meaning: str) -> None:
    """Raise ShapeError unless `x` has `rank` axes; `meaning` names them, such as "(N, C, H, W)"."""
    if getattr(x, "ndim", None) != rank:
        got = f"shape {x.shape}" if hasattr(x, "shape") else type(x).__name__
        raise ShapeError(f"{name}: expected an array of rank {rank}, {meaning}; got {got}")


def check_gradient(dy, shape: tuple[int, ...]) -> None:
    """Raise ShapeError unless the gradient `dy` has `shape`, that of the output which it belongs to."""
    if dy.shape != shape:
        raise ShapeError(f"dy: expected {shape}, the shape of the output, got {dy.shape}")


def check_positive(**numbers: int) -> None:
    """Raise ValueError for the first of `numbers` that is not an integer of at least 1."""
    for name, value in numbers.items():
        if not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{name}: expected an integer >= 1, got {value!r}")


def check_padding(padding: int) -> None:
    """Raise ValueError unless `padding` is an integer of at least 0."""
    if not isinstance(padding, Integral) or padding < 0:
        raise ValueError(f"padding: expected an integer >= 0, got {padding!r}")
