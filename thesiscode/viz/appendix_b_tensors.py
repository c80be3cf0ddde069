"""Drawings of Sections B.4 and B.5: tensors, grids of cells, pooling and convolution (Figures B-10 to B-21)."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Shaped, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .diagrams import arrow, canvas, matrix, tensor
from .style import COLORS, tint

WIDTH = 6.2  # inches; the width of a page's column
CELL_COLORS = tuple(COLORS[name] for name in ("output", "accent", "loss", "sky"))
CHANNELS = ("#d62728", "#2ca02c", "#1f77b4")  # a red, a green and a blue that keep text readable


@dataclass(frozen=True)
class Panel:
    """One matrix of `draw_cells`.

    `frames` says where the colours of the cells go: "cells" frames each cell of the grid on this matrix, "entries"
    frames entry (i, j) in the colour of cell (i, j), None frames nothing. `text` formats the numbers.
    """

    title: str
    values: Shaped[np.ndarray, "H W"]
    color: str = COLORS["data"]
    frames: str | None = None
    text: str = "{:g}"


@dataclass(frozen=True)
class Steps:
    """One row of `draw_cells`: matrices on the left, cells in the middle, matrices on the right.

    `parts` (h, w, size, size) are the cells of a grid. `marks`, of the same shape, is true where an entry is printed
    bold. `arrows` are short texts over the two arrows.
    """

    left: Sequence[Panel]
    parts: Shaped[np.ndarray, "..."]
    right: Sequence[Panel]
    title: str = "cells"
    color: str = COLORS["data"]
    marks: Shaped[np.ndarray, "h w s s"] | None = None
    arrows: tuple[str, str] = ("", "")


def draw_cells(*rows: Steps, stride: int = 1) -> Figure:
    """Rows of steps, one above the other: matrices, the cells of a grid pulled apart, matrices; arrows between.

    Raises ValueError unless all cells have four dimensions.
    """
    if wrong := [row.parts.shape for row in rows if row.parts.ndim != 4]:
        raise ValueError(f"draw_cells: parts has shape {wrong[0]}, expected four dimensions, (h, w, size, size)")
    between = 0.7
    sizes = [_measure(row) for row in rows]
    width = max(row_width for row_width, _ in sizes) + 0.5
    height = sum(row_height for _, row_height in sizes) + between * (len(rows) - 1) + 0.3
    figure, ax = canvas(width, height, scale=WIDTH / width)
    top = height - 0.1
    for row, (row_width, row_height) in zip(rows, sizes, strict=True):
        _draw_steps(ax, row, ((width - row_width) / 2, top - row_height / 2), stride)
        top -= row_height + between
    return figure


NUMBER_SIZE, TITLE_SIZE = 12.5, 12.5  # points; large, since a phone shows the whole figure at half its width
GAP, ROOM, HEAD = 0.6, 1.25, 0.85  # between cells, for an arrow, for a title


def _measure(row: Steps) -> tuple[float, float]:
    """Width and height of a row of steps."""
    h, w, size, _ = row.parts.shape
    widths = [max(panel.values.shape[1] for panel in side) for side in (row.left, row.right)]
    heights = [_column_height(side) for side in (row.left, row.right)]
    width = sum(widths) + w * size + (w - 1) * GAP + 2 * ROOM
    return width, max(*heights, h * size + (h - 1) * GAP + HEAD)


def _column_height(panels: Sequence[Panel]) -> float:
    return sum(len(panel.values) + HEAD for panel in panels) + GAP * (len(panels) - 1)


def _draw_steps(ax: Axes, row: Steps, start: tuple[float, float], stride: int) -> None:
    """One row; `start` is the middle of its left side."""
    h, w, size, _ = row.parts.shape
    x, y = start
    middle_width, middle_height = w * size + (w - 1) * GAP, h * size + (h - 1) * GAP + HEAD
    left_width, right_width = (max(panel.values.shape[1] for panel in side) for side in (row.left, row.right))
    _column(ax, row.left, x, left_width, y + _column_height(row.left) / 2, row.parts.shape, stride)
    x += left_width
    arrow(ax, (x + 0.2, y), (x + ROOM - 0.2, y), text=row.arrows[0] or None, fontsize=TITLE_SIZE - 1)
    x += ROOM
    top = y + middle_height / 2
    ax.text(x + middle_width / 2, top - 0.45, row.title, ha="center", va="center", color=row.color, fontsize=TITLE_SIZE)
    for number, (i, j) in enumerate(np.ndindex(h, w)):
        corner = (x + j * (size + GAP), top - HEAD - i * (size + GAP))
        bold = {} if row.marks is None else {tuple(at): row.color for at in np.argwhere(row.marks[i, j]).tolist()}
        values = row.parts[i, j] + 0 if row.parts.dtype.kind == "f" else row.parts[i, j]  # + 0: no sign before a 0
        drawn = matrix(ax, values, origin=corner, color=row.color, highlight=bold, fontsize=NUMBER_SIZE)
        _frame(ax, drawn, CELL_COLORS[number % len(CELL_COLORS)])
    x += middle_width
    arrow(ax, (x + 0.2, y), (x + ROOM - 0.2, y), text=row.arrows[1] or None, fontsize=TITLE_SIZE - 1)
    _column(ax, row.right, x + ROOM, right_width, y + _column_height(row.right) / 2, row.parts.shape, stride)


def _column(
    ax: Axes, panels: Sequence[Panel], x: float, width: int, y: float, grid: tuple[int, ...], stride: int
) -> None:
    """Panels one above the other, centred in a column that starts at `x` and whose top is at `y`."""
    rows, columns, size, _ = grid
    for panel in panels:
        if panel.frames not in ("cells", "entries", None):
            raise ValueError(f'Panel: frames is {panel.frames!r}, expected "cells", "entries" or None')
        left = x + (width - panel.values.shape[1]) / 2
        ax.text(x + width / 2, y - 0.45, panel.title, ha="center", va="center", color=panel.color, fontsize=TITLE_SIZE)
        y -= HEAD
        matrix(ax, panel.values, origin=(left, y), color=panel.color, text=panel.text, fontsize=NUMBER_SIZE)
        for number, (i, j) in enumerate(np.ndindex(rows, columns) if panel.frames else ()):
            mark = CELL_COLORS[number % len(CELL_COLORS)]
            if panel.frames == "entries":
                _frame(ax, (left + j, y - i - 1, left + j + 1, y - i), mark, 0.06)
            else:
                x0, y1 = left + j * stride, y - i * stride
                _frame(ax, (x0, y1 - size, x0 + size, y1), mark, _inset(number))
        y -= len(panel.values) + GAP


def _frame(ax: Axes, corners: tuple[float, float, float, float], color: str, inset: float = 0.0) -> None:
    x0, y0, x1, y1 = corners
    side = (x1 - x0 - 2 * inset, y1 - y0 - 2 * inset)
    ax.add_patch(Rectangle((x0 + inset, y0 + inset), *side, fill=False, edgecolor=color, linewidth=2.2, zorder=6))


def _inset(number: int) -> float:
    """How far inside its border a cell is framed: less for the first ones, so that frames of neighbours differ."""
    return 0.05 + 0.055 * (number % len(CELL_COLORS))


def symbols(letter: str, height: int, width: int) -> Shaped[np.ndarray, "H W"]:
    """The texts x_11, x_12, ... of a matrix, for `Panel` and `draw_cells`; indices count from 1, as in the thesis."""
    return np.array([[f"${letter}_{{{i}{j}}}$" for j in range(1, width + 1)] for i in range(1, height + 1)])


def draw_rgb(image: UInt8[np.ndarray, "..."]) -> Figure:
    """A small colour image, and beside it its three feature maps one behind the other, with indices (Figure B-10).

    Raises ValueError unless `image` is (H, W, 3), with at most 9 rows and columns (indices have one digit).
    """
    if image.ndim != 3 or image.shape[2] != 3 or max(image.shape[:2]) > 9:
        raise ValueError(f"draw_rgb: image has shape {image.shape}, expected (H, W, 3) with H and W at most 9")
    height, width, _ = image.shape
    total = 2 * width + 5.8
    figure, ax = canvas(total, height + 3.6, scale=WIDTH / total)
    base = 0.9
    for b, c in np.ndindex(height, width):
        corner = (0.3, base + height - b - 1)
        pixel = {"facecolor": image[b, c] / 255, "edgecolor": "white", "linewidth": 0.8}
        ax.add_patch(Rectangle((corner[0] + c, corner[1]), 1, 1, **pixel))
    ax.text(0.3 + width / 2, base + height + 0.35, f"{height} × {width} pixels", ha="center", fontsize=12)
    start = width + 2.4
    arrow(ax, (width + 0.6, base + height / 2), (start - 0.5, base + height / 2))
    for a in reversed(range(3)):
        for b, c in np.ndindex(height, width):
            x, y = start + a + c, base + a + height - b - 1
            shade = tint(CHANNELS[a], 1 - 0.85 * image[b, c, a] / 255)
            ax.add_patch(Rectangle((x, y), 1, 1, facecolor=shade, edgecolor="white", linewidth=0.8, zorder=5 - a))
            label = f"$x_{{{a + 1}{b + 1}{c + 1}}}$"
            ax.text(x + 0.5, y + 0.5, label, ha="center", va="center", fontsize=12, zorder=5 - a)
        corner = (start + a, base + a)
        ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=COLORS["ink"], linewidth=1.4, zorder=5 - a))
    muted = {"color": COLORS["muted"], "style": "<|-|>"}
    arrow(ax, (start, base - 0.25), (start + width, base - 0.25), text="width, c", side="below", **muted)
    arrow(ax, (start - 0.25, base + height), (start - 0.25, base), **muted)
    ax.text(start - 0.35, base + height + 0.2, "height, b", ha="right", va="bottom", color=COLORS["muted"], fontsize=12)
    arrow(ax, (start + width + 0.3, base - 0.1), (start + width + 2.3, base + 1.9), **muted)
    ax.text(start + width + 1.6, base + 0.6, "depth, a", va="center", color=COLORS["muted"], fontsize=12)
    return figure


def draw_cover(counts: Sequence[Float[np.ndarray, "_ _"]], sizes: Sequence[int], strides: Sequence[int]) -> Figure:
    """Grids of cells laid over maps, one beside the other (Figures B-12 and B-13).

    `counts` holds the number that is written in each square; cells are tinted, so that overlaps are darker.
    """
    gap, head = 1.4, 0.9
    width, height = sum(c.shape[1] for c in counts) + gap * (len(counts) - 1) + 0.6, max(map(len, counts)) + head + 0.3
    figure, ax = canvas(width, height, scale=min(WIDTH / width, 0.5))
    x = 0.3
    for values, size, stride in zip(counts, sizes, strides, strict=True):
        rows, columns = values.shape
        title = f"size {size}, stride {stride}"
        ax.text(x + columns / 2, rows + 0.6, title, ha="center", va="center", fontsize=13)
        for i, j in np.ndindex(rows, columns):
            corner = (x + j, 0.2 + rows - i - 1)
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=COLORS["muted"], linewidth=0.6))
            number = f"{values[i, j]:g}"
            ax.text(corner[0] + 0.5, corner[1] + 0.5, number, ha="center", va="center", fontsize=13, zorder=7)
        grid = ((rows - size) // stride + 1, (columns - size) // stride + 1)
        for number, (i, j) in enumerate(np.ndindex(grid)):
            mark = CELL_COLORS[number % len(CELL_COLORS)]
            corner = (x + j * stride, 0.2 + rows - i * stride - size)
            ax.add_patch(Rectangle(corner, size, size, facecolor=mark, alpha=0.22, zorder=1))
            inset = _inset(number if stride < size else 0)
            _frame(ax, (*corner, corner[0] + size, corner[1] + size), mark, inset)
        x += columns + gap
    return figure


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
        _frame(ax, (cells_left + j, cells_top - d, cells_left + j + 1, cells_top), mark, 0.06)
        _frame(ax, (cells_left + j, bottom - n_kernels, cells_left + j + 1, bottom), mark, 0.06)
    x_left, x_top = left + (d - x.shape[1]) / 2 - 1.0, cells_top
    matrix(ax, x, origin=(x_left, x_top), **entries)
    ax.text(x_left + x.shape[1] / 2, x_top + 0.5, "input X", color=COLORS["data"], **text)
    for number, (i, j) in enumerate(np.ndindex(n_rows, n_columns)):
        corners = (x_left + j, x_top - i - k, x_left + j + k, x_top - i)
        _frame(ax, corners, CELL_COLORS[number % len(CELL_COLORS)], _inset(number))
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
            _frame(ax, corners, CELL_COLORS[number % len(CELL_COLORS)], 0.06)
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
        (pixels, used, "muted", f"$W_{{\\cdot\\cdot {p}{q}}}\\, X$, everywhere"),
        (placed, filled, "muted", "its part of Y"),
    ):
        matrix(ax, values, origin=(x, top), highlight=marks, color=COLORS[color], fontsize=12.5)
        middle = x + values.shape[1] / 2
        ax.text(middle, top + 0.5, title, ha="center", va="center", color=COLORS["data"], fontsize=12.5)
        x += values.shape[1] + gap
    y, first, second = top - side / 2, 0.3 + side, 0.3 + 2 * side + gap
    weight = f"$W_{{\\cdot\\cdot {p}{q}}}$"
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
