"""Sums of exponentials over a grid by FFT, without the underflow: what a step of Sinkhorn's algorithm needs."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy import fft

LARGEST_FALL = 24.0
"""A kernel may fall by exp(-24) within a tile: rounding of an FFT, 1e-16 of the largest value, stays below 1e-5 of the
smallest."""

NEGLIGIBLE = 36.0
"""Pairs of tiles whose terms are below exp(-36) of the largest one are left out."""

Box = tuple[slice, slice]
LogKernel = Callable[[Float[np.ndarray, "a b"], Float[np.ndarray, "a b"]], Float[np.ndarray, "a b"]]


def bounding_box(support: np.ndarray) -> Box:
    """Slices of the rows and columns between the first and the last True of a mask [h, w]."""
    rows, columns = np.flatnonzero(support.any(axis=1)), np.flatnonzero(support.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


class LogConvolution:
    """log sum over y of exp(k(x - y) + b(y)) for all x of one box of a grid, where y runs over another box.

    A plain FFT gives all sums with one *absolute* error, and what is 1e-16 of the largest one is noise. So both boxes
    are cut into tiles so small that the kernel falls by at most exp(-LARGEST_FALL) over a pair of tiles. Each pair has
    an FFT of its own size, with its largest values taken off before and added as logarithms afterwards; pairs are
    summed in the frequency domain. With large `smoothness` there is one tile, and one FFT.

    log_kernel: function of row and column differences in cells, arrays of integers. smoothness: cells over which the
    kernel falls by a factor of e, at least. target, source: boxes of x and of y.
    """

    def __init__(self, log_kernel: LogKernel, target: Box, source: Box, smoothness: float):
        self.shapes = [tuple(s.stop - s.start for s in box) for box in (target, source)]
        longest = max(max(shape) for shape in self.shapes)
        side = 1 + LARGEST_FALL * smoothness / (2 * np.sqrt(2))  # differences of two tiles span twice a tile's diagonal
        tiles = -(-longest // int(min(side, longest)))
        self.side = t = -(-longest // tiles)
        self.fft = fft.next_fast_len(2 * t - 1, real=True)
        (self.rows, self.columns), (self.s_rows, self.s_columns) = (
            tuple(-(-n // t) for n in shape) for shape in self.shapes
        )
        # differences of coordinates, from the smallest one on
        spans = [
            np.arange(to.start - of.start - m * t + 1, to.start - of.start + n * t)
            for to, of, n, m in zip(
                target, source, (self.rows, self.columns), (self.s_rows, self.s_columns), strict=True
            )
        ]
        table = log_kernel(*np.broadcast_arrays(spans[0][:, None], spans[1]))
        blocks = np.lib.stride_tricks.sliding_window_view(table, (2 * t - 1, 2 * t - 1))[::t, ::t]
        self.top = blocks.max(axis=(2, 3))  # of each difference of tiles
        self.spectrum = np.stack(
            [
                fft.rfft2(np.exp(row - top[:, None, None]), (self.fft, self.fft))
                for row, top in zip(blocks, _finite(self.top), strict=True)
            ]
        )

    def __call__(self, b: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "H W"]:
        """b: logarithms on the box of y, [h, w], -inf where there is nothing. Returns the sums on the box of x."""
        t, (h, w) = self.side, self.shapes[1]
        padded = np.full((self.s_rows * t, self.s_columns * t), -np.inf)
        padded[:h, :w] = b
        tiles = padded.reshape(self.s_rows, t, self.s_columns, t).swapaxes(1, 2)
        level = tiles.max(axis=(2, 3))
        values = np.exp(tiles - _finite(level)[..., None, None])
        values = fft.rfft2(values, (self.fft, self.fft))
        scale = np.full((self.rows, self.columns), -np.inf)
        pairs = list(self._pairs())
        for i, j, to, of in pairs:
            np.maximum(scale[to], level[of] + self.top[i, j], out=scale[to])
        total = np.zeros((self.rows, self.columns, *values.shape[2:]), dtype=values.dtype)
        for i, j, to, of in pairs:
            weight = level[of] + self.top[i, j] - _finite(scale[to])
            if weight.max() > -NEGLIGIBLE:
                total[to] += np.exp(weight)[..., None, None] * self.spectrum[i, j] * values[of]
        sums = fft.irfft2(total, (self.fft, self.fft))[..., t - 1 : 2 * t - 1, t - 1 : 2 * t - 1]
        logs = np.log(np.maximum(sums, np.finfo(float).tiny)) + scale[..., None, None]
        height, width = self.shapes[0]
        return logs.swapaxes(1, 2).reshape(self.rows * t, self.columns * t)[:height, :width]

    def _pairs(self):
        """For each difference of tiles: its indices, the tiles of x that have a tile of y so far away, and these."""
        for i in range(self.rows + self.s_rows - 1):
            rows = _overlap(i - self.s_rows + 1, self.rows, self.s_rows)
            for j in range(self.columns + self.s_columns - 1):
                columns = _overlap(j - self.s_columns + 1, self.columns, self.s_columns)
                yield i, j, (rows[0], columns[0]), (rows[1], columns[1])


def _finite(logs: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """0 in place of the logarithm of 0, to take off where there is nothing to take it from."""
    return np.where(np.isfinite(logs), logs, 0.0)


def _overlap(difference: int, n: int, m: int) -> tuple[slice, slice]:
    """All a in range(n) and b in range(m) with a - b = difference."""
    low, high = max(0, difference), min(n, m + difference)
    return slice(low, high), slice(low - difference, high - difference)
