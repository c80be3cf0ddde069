"""Drawings of Section B.5: the convolution layer and its product of matrices (Figures B-16, B-17 and B-21)."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from .appendix_b_tensors import CELL_COLORS, WIDTH, frame, frame_inset
from .diagrams import arrow, canvas, matrix, tensor
from .style import COLORS


def draw_layer(
    x_shape: tuple[int, int, int], w_shape: tuple[int, int, int, int], y_shape: tuple[int, int, int]
) -> Figure:
    """Input tensor, kernels with their biases, output maps and output tensor of a convolution layer (Figure B-16).

    `w_shape` is (n_kernels, n_features, k, k), with at most 4 kernels.
    """
    n_kernels = w_shape[0]
    if not 1 <= n_kernels <= 4:
        raise ValueError(f"draw_layer: w_shape is {w_shape}, expected 1 to 4 kernels")
    figure, ax = canvas(16.4, 2.2 * n_kernels + 1.6, scale=WIDTH / 16.4)
    center, unit = 1.1 * n_kernels + 0.2, 0.42
    top = 2.2 * n_kernels + 0.95
    small = {"scale": unit, "fontsize": 11}
    x_end = tensor(ax, x_shape, (0.6, center - x_shape[1] * unit / 2 - 0.2), color=COLORS["data"], **small)[2]
    for i in range(n_kernels):
        y = center + (n_kernels - 1 - 2 * i) * 1.1
        corner, sizes = (5.4, y - w_shape[2] * unit / 2 - 0.15), i == n_kernels - 1
        x0, _, x1, _ = tensor(ax, w_shape[1:], corner, color=COLORS["weight"], sizes=sizes, **small)
        arrow(ax, (x_end + 0.15, center), (x0 - 0.4, y), color=COLORS["muted"])
        text = f"$W_{{{i + 1}}},\\ b_{{{i + 1}}}$"
        ax.text(x1 + 0.15, y + 0.1, text, color=COLORS["weight"], va="center", fontsize=12.5)
        corner, flat = (10.1, y - y_shape[1] * unit / 2), {"color": COLORS["output"], "depth": 0.12, "sizes": False}
        map_end = tensor(ax, (1, *y_shape[1:]), corner, **flat, **small)[2]
        arrow(ax, (x1 + 1.75, y), (9.95, y), color=COLORS["weight"])
        arrow(ax, (map_end + 0.15, y), (12.7, center), color=COLORS["muted"])
    tensor(ax, y_shape, (13.3, center - y_shape[1] * unit / 2 - 0.15), color=COLORS["output"], **small)
    titles = (
        (2.0, "input X", "data"),
        (6.6, "kernels", "weight"),
        (10.9, "maps", "output"),
        (14.6, "output Y", "output"),
    )
    for x, text, color in titles:
        ax.text(x, top, text, ha="center", color=COLORS[color], fontsize=12.5)
    return figure


def draw_product(
    x: Float[np.ndarray, "H W"],
    kernels: Float[np.ndarray, "K k k"],
    columns: Float[np.ndarray, "d n"],
    maps: Float[np.ndarray, "K h w"],
) -> Figure:
    """A convolution as one matrix product: kernels are rows, cells are columns (Figure B-21).

    `columns` is the matrix of cells, `maps` the output; the product between them is (kernels as rows) @ columns.
    """
    d, n = columns.shape
    n_kernels, k, _ = kernels.shape
    n_rows, n_columns = maps.shape[1:]
    width, height = d + n + 2.6 + 1.2 + n_columns, d + n_kernels + 2.9
    figure, ax = canvas(width, height, scale=WIDTH / width)
    text = {"ha": "center", "va": "center", "fontsize": 12}
    left, bottom = 0.3, 0.35 + n_kernels
    cells_left = left + d + 1.0
    cells_top = bottom + 1.0 + d
    entries = {"fontsize": 11}
    matrix(ax, kernels.reshape(n_kernels, -1), origin=(left, bottom), color=COLORS["weight"], **entries)
    ax.text(left + d / 2, bottom + 0.45, "kernels, one a row", color=COLORS["weight"], **text)
    matrix(ax, columns, origin=(cells_left, cells_top), **entries)
    ax.text(cells_left + n / 2, cells_top + 0.5, "cells, one a column", color=COLORS["data"], **text)
    product = maps.reshape(n_kernels, -1)
    matrix(ax, product, origin=(cells_left, bottom), color=COLORS["output"], **entries)
    for j in range(n):
        mark = CELL_COLORS[j % len(CELL_COLORS)]
        frame(ax, (cells_left + j, cells_top - d, cells_left + j + 1, cells_top), mark, 0.06)
        frame(ax, (cells_left + j, bottom - n_kernels, cells_left + j + 1, bottom), mark, 0.06)
    x_left, x_top = left + (d - x.shape[1]) / 2 - 1.0, cells_top
    matrix(ax, x, origin=(x_left, x_top), **entries)
    ax.text(x_left + x.shape[1] / 2, x_top + 0.5, "input X", color=COLORS["data"], **text)
    for number, (i, j) in enumerate(np.ndindex(n_rows, n_columns)):
        corners = (x_left + j, x_top - i - k, x_left + j + k, x_top - i)
        frame(ax, corners, CELL_COLORS[number % len(CELL_COLORS)], frame_inset(number))
    arrow(ax, (x_left + x.shape[1] + 0.2, x_top - 1.5), (cells_left - 0.25, x_top - 1.5))
    for i in range(n_kernels):
        origin = (left + i * (k + 1.2), bottom + 1.2 + k)
        matrix(ax, kernels[i], origin=origin, color=COLORS["weight"], **entries)
        ax.text(
            origin[0] + k + 0.15, origin[1] - k / 2, f"$W_{i + 1}$", color=COLORS["weight"], va="center", fontsize=12
        )
    maps_left = cells_left + n + 1.3
    maps_top = 0.35 + n_kernels * (n_rows + 0.4) - 0.4
    arrow(
        ax,
        (cells_left + n + 0.2, bottom - n_kernels / 2),
        (maps_left - 0.2, bottom - n_kernels / 2),
        color=COLORS["output"],
    )
    ax.text(maps_left + n_columns / 2, maps_top + 0.45, "maps", color=COLORS["output"], **text)
    for i in range(n_kernels):
        origin = (maps_left, maps_top - i * (n_rows + 0.4))
        matrix(ax, maps[i], origin=origin, color=COLORS["output"], **entries)
        for number, (p, q) in enumerate(np.ndindex(n_rows, n_columns)):
            corners = (origin[0] + q, origin[1] - p - 1, origin[0] + q + 1, origin[1] - p)
            frame(ax, corners, CELL_COLORS[number % len(CELL_COLORS)], 0.06)
    return figure


def draw_offset(side: int, size: int, offset: tuple[int, int], padding: int) -> Figure:
    """What "offsets" does for one offset (p, q) in the kernel, at stride 1 (thesis Section 4.4).

    A map of `side` x `side` numbered pixels; all of it times the weight (p, q); and where on the output that is added.
    Raises ValueError for an offset outside of the kernel, or a kernel that does not fit the padded map.
    """
    p, q = offset
    count = side + 2 * padding - size + 1
    if not (0 <= p < size and 0 <= q < size and count >= 1):
        raise ValueError(f"draw_offset: offset is {offset}, expected rows and columns of a {size} x {size} kernel")
    gap, top = 2.3, max(side, count) + 0.3
    width = 2 * side + count + 2 * gap + 0.6
    figure, ax = canvas(width, top + 1.2, scale=WIDTH / width)
    pixels = np.arange(side**2).reshape(side, side)
    placed = np.full((count, count), "", dtype="U9")
    for i, j in np.ndindex(count, count):
        if 0 <= i + p - padding < side and 0 <= j + q - padding < side:
            placed[i, j] = str(pixels[i + p - padding, j + q - padding])
    used = {(i, j): COLORS["output"] for i, j in np.ndindex(side, side) if str(pixels[i, j]) in placed}
    filled = {tuple(at): COLORS["output"] for at in np.argwhere(placed != "").tolist()}
    x = 0.3
    for values, marks, color, title in (
        (pixels, None, "data", "input X"),
        (pixels, used, "muted", f"$W^{{({p},{q})}} X$, everywhere"),
        (placed, filled, "muted", "its part of Y"),
    ):
        matrix(ax, values, origin=(x, top), highlight=marks, color=COLORS[color], fontsize=12.5)
        middle = x + values.shape[1] / 2
        ax.text(middle, top + 0.5, title, ha="center", va="center", color=COLORS["data"], fontsize=12.5)
        x += values.shape[1] + gap
    y, first, second = top - side / 2, 0.3 + side, 0.3 + 2 * side + gap
    weight = f"$W^{{({p},{q})}}$"
    arrow(ax, (first + 0.25, y), (first + gap - 0.25, y), color=COLORS["weight"], text=weight, fontsize=12.5)
    arrow(ax, (second + 0.25, y), (second + gap - 0.25, y), color=COLORS["output"], text="shift", fontsize=12)
    return figure


def draw_responses(
    photo: Float[np.ndarray, "H W 3"],
    kernels: Sequence[Float[np.ndarray, "3 _ _"]],
    maps: Sequence[Float[np.ndarray, "_ _"]],
) -> Figure:
    """Photograph, kernel and output map side by side, one kernel a row (Figure B-17).

    Kernels may differ in size. They are shown as colour images, grey where they are zero; each map from 0 (black) to
    its largest value (white).
    """
    ratio = photo.shape[0] / photo.shape[1]
    figure, axes = plt.subplots(
        len(kernels),
        3,
        figsize=(WIDTH, len(kernels) * 2.35 * ratio),
        width_ratios=(1, 0.55, 1),
        squeeze=False,
        layout="constrained",
    )
    for (left, middle, right), kernel, output in zip(axes, kernels, maps, strict=True):
        left.imshow(photo)
        middle.imshow(np.moveaxis(0.5 + 0.5 * kernel / np.abs(kernel).max(), 0, -1))
        right.imshow(output, cmap="gray", vmin=0)
    for ax, title in zip(axes[0], ("photograph", "kernel", "ReLU of the output"), strict=True):
        ax.set_title(title, loc="center", fontsize=13)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    sign = {"xycoords": "axes fraction", "fontsize": 20, "ha": "center", "va": "center", "annotation_clip": False}
    for left, _, right in axes:
        left.annotate("∗", (1.07, 0.5), **sign)
        right.annotate("=", (-0.07, 0.5), **sign)
    figure.get_layout_engine().set(wspace=0.12)
    return figure
