"""Drawings of Section B.4, tensors and grids of cells: Figures B-10 to B-15, and B-18 to B-20, which use them too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .diagrams import arrow, canvas, matrix
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
        frame(ax, drawn, CELL_COLORS[number % len(CELL_COLORS)])
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
                frame(ax, (left + j, y - i - 1, left + j + 1, y - i), mark, 0.06)
            else:
                x0, y1 = left + j * stride, y - i * stride
                frame(ax, (x0, y1 - size, x0 + size, y1), mark, frame_inset(number))
        y -= len(panel.values) + GAP


def frame(ax: Axes, corners: tuple[float, float, float, float], color: str, inset: float = 0.0) -> None:
    x0, y0, x1, y1 = corners
    side = (x1 - x0 - 2 * inset, y1 - y0 - 2 * inset)
    ax.add_patch(Rectangle((x0 + inset, y0 + inset), *side, fill=False, edgecolor=color, linewidth=1.9, zorder=6))


def frame_inset(number: int) -> float:
    """How far inside its border a cell is framed: less for the first ones, so that frames of neighbours differ."""
    return 0.04 + 0.035 * (number % len(CELL_COLORS))


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
    ax.add_patch(Rectangle((0.3, base), width, height, fill=False, edgecolor=COLORS["ink"], linewidth=1.4))
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
            inset = frame_inset(number if stride < size else 0)
            frame(ax, (*corner, corner[0] + size, corner[1] + size), mark, inset)
        x += columns + gap
    return figure
