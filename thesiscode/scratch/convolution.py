"""The convolution layer, computed in four ways (thesis B.5, Figures B-16 to B-21).

`x` is (N, C, H, W): N images of C = n_features maps. `w` is (K, C, k, k): K = n_kernels kernels. `b` is (K,).
The output is (N, K, h, w), with h = (H + 2 padding - k) // stride + 1.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from .errors import ShapeError, check_gradient, check_padding, check_positive, check_rank
from .grid import cells, grid_shape, pad
from .initialization import initial_weights
from .layer import Layer

Images = Float[np.ndarray, "N C H W"]
Kernels = Float[np.ndarray, "K C k k"]
Biases = Float[np.ndarray, "K"]
Maps = Float[np.ndarray, "N K h w"]


def convolve(x: Images, w: Kernels, b: Biases, *, stride: int = 1, padding: int = 0, method: str = "gemm") -> Maps:
    """y_ij = (W | C(i, j)) + b for every cell C(i, j) and every kernel W (Eq. B.20).

    Like every neural-network library, this slides the kernel without flipping it (a cross-correlation).

    `method` chooses how; the result is the same up to rounding:

    - "loops": the equation as written, one multiplication at a time;
    - "cells": the grid as a strided view, one tensor dot-product over it;
    - "gemm": cells copied into a matrix, one matrix product an image (Figure B-21); needs k^2 / stride^2 times
      an image;
    - "offsets": one product for each of the k^2 offsets in the kernel, added up shifted; no pixel is copied k^2 times
      (thesis Section 4.4).

    Raises ShapeError for wrong ranks, channels that do not match, kernels that are not square or exceed the padded
    input; ValueError for a stride below 1, a negative padding, or an unknown method.
    """
    check_shapes(x, w, stride, padding)
    check_rank("b", b, 1, "(n_kernels,)")
    if len(b) != len(w):
        raise ShapeError(f"b: expected one bias for each of the {len(w)} kernels, got {len(b)}")
    check_method(method)
    return METHODS[method](x, w, b, stride, padding)


def check_method(method: str) -> None:
    """Raise ValueError unless `method` names one of the four ways."""
    if method not in METHODS:
        raise ValueError(f"method: expected one of {list(METHODS)}, got {method!r}")


def check_shapes(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> None:
    """Raise ShapeError unless the kernels `w` fit the images `x`."""
    check_rank("x", x, 4, "(N, n_features, H, W)")
    check_rank("w", w, 4, "(n_kernels, n_features, k, k)")
    if w.shape[2] != w.shape[3]:
        raise ShapeError(f"w: expected square kernels, got {w.shape[2]} x {w.shape[3]}")
    if 0 in w.shape:
        raise ShapeError(f"w: expected at least one kernel, of at least one feature and pixel, got shape {w.shape}")
    if w.shape[1] != x.shape[1]:
        raise ShapeError(f"w: expected kernels of {x.shape[1]} features (the channels of x), got {w.shape[1]}")
    grid_shape(*x.shape[2:], w.shape[2], stride, padding)


def convolve_loops(x: Images, w: Kernels, b: Biases, stride: int, padding: int) -> Maps:
    """Eq. B.20 and B.19 letter by letter: a sum over features, rows and columns, for each cell and each kernel."""
    x = pad(x, padding)
    n_kernels, n_features, size, _ = w.shape
    height, width = grid_shape(*x.shape[2:], size, stride)
    y = np.empty((len(x), n_kernels, height, width), np.result_type(x, w))
    for n, k, i, j in np.ndindex(y.shape):
        total = b[k]
        for c, p, q in np.ndindex(n_features, size, size):
            total += w[k, c, p, q] * x[n, c, i * stride + p, j * stride + q]
        y[n, k, i, j] = total
    return y


def convolve_cells(x: Images, w: Kernels, b: Biases, stride: int, padding: int) -> Maps:
    """The sum over features, rows and columns of a cell is one tensor dot-product (Eq. B.19) over a strided view."""
    grid = cells(x, w.shape[2], stride, padding=padding)
    y = np.einsum("nchwpq,kcpq->nkhw", grid, w)
    y += b[:, None, None]
    return y


def convolve_gemm(x: Images, w: Kernels, b: Biases, stride: int, padding: int) -> Maps:
    """Cells become the columns of a matrix, kernels the rows of another: (K, C k k) @ (C k k, h w) (Figure B-21)."""
    height, width = grid_shape(*x.shape[2:], w.shape[2], stride, padding)
    y = np.empty((len(x), len(w), height * width), np.result_type(x, w))
    for images, columns in cell_matrices(x, w.shape[2], stride, padding):
        np.matmul(w.reshape(len(w), -1), columns, out=y[images])
    y += b[:, None]
    return y.reshape(len(x), len(w), height, width)


def cell_matrices(
    x: Images, size: int, stride: int, padding: int, *, n_bytes: int = 2**22
) -> Iterator[tuple[slice, Float[np.ndarray, "n Ckk hw"]]]:
    """The cells of each image as the columns of a matrix, for a few images at a time, with the slice of the batch.

    All cells of a batch would take k^2 / stride^2 times its memory. A block of about `n_bytes`, at least one image,
    stays in the processor's cache; the next block overwrites it.
    """
    grid = cells(x, size, stride, padding=padding).transpose(0, 1, 4, 5, 2, 3)  # N, C, k, k, h, w
    n_images, (height, width) = len(grid), grid.shape[-2:]
    step = min(n_images, max(1, n_bytes // grid[:1].nbytes)) if n_images else 1
    block = np.empty((step, *grid.shape[1:]), x.dtype)
    for start in range(0, n_images, step):
        images = slice(start, min(start + step, n_images))
        matrix = block[: images.stop - start]
        matrix[...] = grid[images]
        yield images, matrix.reshape(len(matrix), -1, height * width)


def convolve_offsets(x: Images, w: Kernels, b: Biases, stride: int, padding: int) -> Maps:
    """y = b + sum over offsets (p, q) of W[:, :, p, q] @ x, shifted by (p, q) (thesis Section 4.4).

    A product over features treats every pixel alike, so it may come before the shift: with stride 1 the whole image
    is multiplied where it lies, without a copy, and the product is added where the shift takes it. With a larger
    stride only the pixels that the grid meets are gathered and multiplied. Padding is never written: zeros add nothing.
    """
    n_kernels, n_features, size, _ = w.shape
    side = x.shape[2:]
    y = np.empty((len(x), n_kernels, *grid_shape(*side, size, stride, padding)), np.result_type(x, w))
    y[...] = b[:, None, None]
    tap = np.empty(w.shape[:2], w.dtype)  # one buffer, since BLAS wants the weights of an offset side by side
    for p, q in np.ndindex(size, size):
        tap[...] = w[:, :, p, q]
        (rows, from_rows), (columns, from_columns) = (
            reach(offset - padding, stride, n_in, n_out)
            for offset, n_in, n_out in zip((p, q), side, y.shape[2:], strict=True)
        )
        for image, maps in zip(x, y, strict=True):
            if stride == 1:
                everywhere = (tap @ image.reshape(n_features, -1)).reshape(n_kernels, *side)
                maps[:, rows, columns] += everywhere[:, from_rows, from_columns]
                del everywhere  # before the next one is made
            else:
                met = image[:, from_rows, from_columns]
                maps[:, rows, columns] += (tap @ met.reshape(n_features, -1)).reshape(n_kernels, *met.shape[1:])
    return y


def reach(shift: int, stride: int, n_in: int, n_out: int) -> tuple[slice, slice]:
    """Along one axis, the outputs i with 0 <= i stride + shift < n_in, and the inputs i stride + shift they read."""
    first = max(0, -(shift // stride))
    last = min(n_out, (n_in - 1 - shift) // stride + 1)
    last = max(first, last)
    start = first * stride + shift
    return slice(first, last), slice(start, start + (last - first) * stride, stride)


METHODS = {"loops": convolve_loops, "cells": convolve_cells, "gemm": convolve_gemm, "offsets": convolve_offsets}


def convolve_gradients(
    dy: Maps, x: Images, w: Kernels, *, stride: int = 1, padding: int = 0
) -> tuple[Images, Kernels, Biases]:
    """Gradients of the loss with respect to the input, the kernels and the biases (Eq. B.21-B.23, Figures B-19, B-20).

    The same matrices as in "gemm", transposed. With D the (K, h w) matrix of dL/dY and M the (C k k, h w) matrix of
    cells of an image: dL/dM = W^T D, whose columns are summed back on the grid, and dL/dW = D M^T.
    Raises ShapeError if `dy` is not the shape of the output, and what `convolve` raises.
    """
    check_shapes(x, w, stride, padding)
    n_images, n_features, *side = x.shape
    size, grid = w.shape[2], grid_shape(*side, w.shape[2], stride, padding)
    check_gradient(dy, (n_images, len(w), *grid))
    x = x.astype(np.result_type(x, w, dy), copy=False)  # its cells make room for products of the other two
    kernels, d = w.reshape(len(w), -1), dy.reshape(n_images, len(w), grid[0] * grid[1])
    dx = np.zeros((n_images, n_features, side[0] + 2 * padding, side[1] + 2 * padding), dy.dtype)
    dw = np.zeros_like(kernels)
    for images, columns in cell_matrices(x, size, stride, padding):
        for d_image, matrix in zip(d[images], columns, strict=True):
            dw += d_image @ matrix.T  # (B.22)
        np.matmul(kernels.T, d[images], out=columns)  # (B.21), one column a cell
        dcells = columns.reshape(-1, n_features, size, size, *grid)
        for p, q in np.ndindex(size, size):
            rows, cols = slice(p, p + stride * grid[0], stride), slice(q, q + stride * grid[1], stride)
            dx[images, :, rows, cols] += dcells[:, :, p, q]
    dx = dx[:, :, padding : padding + side[0], padding : padding + side[1]]
    return dx, dw.reshape(w.shape), dy.sum(axis=(0, 2, 3))  # the last one is (B.23)


class Conv2d(Layer):
    """Convolution layer: `n_kernels` kernels of `size` x `size` over `in_features` maps (thesis B.5, Figure B-16).

    Parameters: `weight` (n_kernels, in_features, size, size), drawn by `init`; `bias` (n_kernels,), zero.
    In all n_kernels (in_features size^2 + 1) numbers. `method` is that of `convolve`, for the forward pass.
    Raises ValueError for a number below 1, a negative padding, or an unknown method or rule. `forward` raises
    ShapeError for an input that is not (N, in_features, H, W) or that no kernel fits.
    """

    def __init__(
        self,
        in_features: int,
        n_kernels: int,
        size: int,
        *,
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator,
        init: str = "fan_in",
        method: str = "gemm",
    ):
        super().__init__()
        check_positive(in_features=in_features, n_kernels=n_kernels, size=size, stride=stride)
        check_padding(padding)
        check_method(method)
        self.parameters["weight"] = initial_weights((n_kernels, in_features, size, size), rng, init)
        self.parameters["bias"] = np.zeros(n_kernels)
        self.stride, self.padding, self.method = stride, padding, method

    def forward(self, x: Images) -> Maps:
        self.x = x
        weight, bias = self.parameters["weight"], self.parameters["bias"]
        return convolve(x, weight, bias, stride=self.stride, padding=self.padding, method=self.method)

    def backward(self, dy: Maps) -> Images:
        weight = self.parameters["weight"]
        dx, dw, db = convolve_gradients(dy, self.x, weight, stride=self.stride, padding=self.padding)
        self.gradients.update(weight=dw, bias=db)
        return dx
