"""Pooling layers: one number for each cell of a grid, map by map (thesis B.4.2, Figures B-11 to B-15)."""

import numpy as np
from jaxtyping import Float

from .errors import check_gradient, check_padding, check_positive
from .grid import cells, grid_sum
from .layer import Layer


class Pool2d(Layer):
    """What all pooling layers share: the grid of cells of `size` and `stride`, and `padding` pixels of `fill` around.

    Raises ValueError for a size or stride below 1 or a negative padding or a padding of a whole cell or more;
    ShapeError for an input that is not (N, C, H, W) or is smaller than one cell, and for a gradient that is not of the
    output's shape.
    """

    fill = 0.0

    def __init__(self, size: int, stride: int, *, padding: int = 0):
        super().__init__()
        check_positive(size=size, stride=stride)
        check_padding(padding)
        if padding >= size:
            raise ValueError(f"padding: expected less than size = {size} (a cell of padding only), got {padding}")
        self.size, self.stride, self.padding = size, stride, padding

    def cells(self, x: Float[np.ndarray, "N C H W"]) -> Float[np.ndarray, "N C h w s s"]:
        c = cells(x, self.size, self.stride, padding=self.padding, fill=self.fill)
        self.input_shape, self.output_shape = x.shape, c.shape[:4]
        return c

    def grid_sum(self, dcells: Float[np.ndarray, "N C h w s s"]) -> Float[np.ndarray, "N C H W"]:
        return grid_sum(dcells, self.input_shape, self.stride, padding=self.padding)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, stride={self.stride}, padding={self.padding})"


class MaxPool2d(Pool2d):
    """Largest element of each cell (thesis B.4.2, "Max-pooling case").

    The gradient goes to the largest element and to no other. Of several equal ones the *first* in reading order
    (rows, then columns) gets it all. Padding never wins: it counts as minus infinity.
    """

    fill = -np.inf

    def forward(self, x: Float[np.ndarray, "N C H W"]) -> Float[np.ndarray, "N C h w"]:
        c = self.cells(x)
        flat = c.reshape(*c.shape[:4], self.size**2)
        self.winner = flat.argmax(axis=-1)[..., None]
        return np.take_along_axis(flat, self.winner, axis=-1)[..., 0]

    def backward(self, dy: Float[np.ndarray, "N C h w"]) -> Float[np.ndarray, "N C H W"]:
        check_gradient(dy, self.output_shape)
        dcells = np.zeros((*dy.shape, self.size**2), dy.dtype)
        np.put_along_axis(dcells, self.winner, dy[..., None], axis=-1)
        return self.grid_sum(dcells.reshape(*dy.shape, self.size, self.size))


class AvgPool2d(Pool2d):
    """Mean of each cell; padded zeros count (thesis B.4.2). Its elements share its gradient equally."""

    def forward(self, x: Float[np.ndarray, "N C H W"]) -> Float[np.ndarray, "N C h w"]:
        return self.cells(x).mean(axis=(-2, -1))

    def backward(self, dy: Float[np.ndarray, "N C h w"]) -> Float[np.ndarray, "N C H W"]:
        check_gradient(dy, self.output_shape)
        share = (dy / self.size**2)[..., None, None]
        return self.grid_sum(np.broadcast_to(share, (*dy.shape, self.size, self.size)))


class LpPool2d(Pool2d):
    """L_p norm of each cell, (sum |x|^p)^(1/p), p >= 1 (thesis B.4.2).

    p = 1 is size^2 times the average of |x|; as p grows it approaches the maximum of |x|. The cell is divided by its
    largest magnitude before it is raised to p, so that large p does not overflow. A cell of zeros has gradient 0.
    Raises ValueError for p below 1 or infinite.
    """

    def __init__(self, p: float, size: int, stride: int, *, padding: int = 0):
        super().__init__(size, stride, padding=padding)
        if not 1 <= p < np.inf:
            raise ValueError(f"p: expected 1 <= p < infinity, got {p!r}")
        self.p = p

    def forward(self, x: Float[np.ndarray, "N C H W"]) -> Float[np.ndarray, "N C h w"]:
        self.c = self.cells(x)
        magnitude = np.abs(self.c)
        largest = magnitude.max(axis=(-2, -1), keepdims=True)
        scale = np.where(largest > 0, largest, 1)
        self.y = scale * ((magnitude / scale) ** self.p).sum(axis=(-2, -1), keepdims=True) ** (1 / self.p)
        return self.y[..., 0, 0]

    def backward(self, dy: Float[np.ndarray, "N C h w"]) -> Float[np.ndarray, "N C H W"]:
        check_gradient(dy, self.output_shape)
        ratio = np.abs(self.c) / np.where(self.y > 0, self.y, 1)  # dy/dx = sign(x) (|x| / y)^(p - 1)
        return self.grid_sum(dy[..., None, None] * np.sign(self.c) * ratio ** (self.p - 1))
