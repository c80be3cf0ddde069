"""Cells of a grid laid over feature maps, and the way back (thesis B.4.2, Figures B-11 to B-13 and B-15).

Pooling and convolution both start by cutting their input into cells of `size` x `size`, `stride` apart, and both end
their backward pass by adding cells up again where they overlap.
"""

import numpy as np
from jaxtyping import Float

from .errors import ShapeError, check_padding, check_positive, check_rank


def grid_shape(height: int, width: int, size: int, stride: int = 1, padding: int = 0) -> tuple[int, int]:
    """Rows and columns of the grid: (height + 2 padding - size) // stride + 1, and likewise for the width.

    Border pixels that no whole cell covers are dropped. Raises ValueError for a size or stride below 1 or a negative
    padding, and ShapeError if the padded input is smaller than one cell.
    """
    check_positive(size=size, stride=stride)
    check_padding(padding)
    if min(height, width) + 2 * padding < size:
        raise ShapeError(
            f"size: a cell of {size} x {size} does not fit the padded input of "
            f"{height + 2 * padding} x {width + 2 * padding}"
        )
    return (height + 2 * padding - size) // stride + 1, (width + 2 * padding - size) // stride + 1


def pad(x: Float[np.ndarray, "N C H W"], padding: int, fill: float = 0.0) -> Float[np.ndarray, "N C Hp Wp"]:
    """`x` with a border of `padding` pixels of value `fill` around each map; `x` itself if there is no border.

    Raises ShapeError if `x` is not (N, C, H, W), ValueError for a negative padding, or if the type of `x` cannot hold
    `fill` (integers hold no infinity).
    """
    check_rank("x", x, 4, "(N, C, H, W)")
    check_padding(padding)
    if padding == 0:
        return x
    if not np.isfinite(fill) and not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x: expected floating-point numbers, to be padded with {fill}, got {x.dtype}")
    n, c, height, width = x.shape
    padded = np.full((n, c, height + 2 * padding, width + 2 * padding), fill, x.dtype)
    padded[:, :, padding:-padding, padding:-padding] = x
    return padded


def cells(
    x: Float[np.ndarray, "N C H W"], size: int, stride: int = 1, *, padding: int = 0, fill: float = 0.0
) -> Float[np.ndarray, "N C h w s s"]:
    """Every cell C(i, j) of the grid, as a read-only view that copies nothing but the padding (stride tricks).

    Entry [n, c, i, j] is the `size` x `size` window whose top left pixel is (i stride, j stride) of the padded map.
    Raises ShapeError if `x` is not (N, C, H, W) or no cell fits, ValueError for a stride or size below 1.
    """
    check_rank("x", x, 4, "(N, C, H, W)")
    grid_shape(*x.shape[2:], size, stride, padding)
    windows = np.lib.stride_tricks.sliding_window_view(pad(x, padding, fill), (size, size), axis=(2, 3))
    return windows[:, :, ::stride, ::stride]


def grid_sum(
    dcells: Float[np.ndarray, "N C h w s s"], shape: tuple[int, ...], stride: int = 1, *, padding: int = 0
) -> Float[np.ndarray, "N C H W"]:
    """Adds cells back on to maps of `shape`, overlaps summed (Figure B-15): the transpose of `cells`.

    One addition for each of the size^2 offsets inside a cell, instead of one for each cell.
    Raises ShapeError unless `dcells` has the shape of `cells` of maps of `shape`, ValueError for a stride below 1.
    """
    check_rank("dcells", dcells, 6, "(N, C, h, w, size, size)")
    n, c, height, width = shape
    size = dcells.shape[-1]
    h, w = grid_shape(height, width, size, stride, padding)
    if dcells.shape != (n, c, h, w, size, size):
        expected = f"{(n, c, h, w, size, size)} for maps of {tuple(shape)}"
        raise ShapeError(f"dcells: expected the cells {expected}, got {dcells.shape}")
    dx = np.zeros((n, c, height + 2 * padding, width + 2 * padding), dcells.dtype)
    for i, j in np.ndindex(size, size):
        dx[:, :, i : i + stride * h : stride, j : j + stride * w : stride] += dcells[..., i, j]
    return dx[:, :, padding : padding + height, padding : padding + width]
