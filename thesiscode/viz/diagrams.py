"""Pieces of diagrams: boxes, arrows, matrices, tensors and braces, on a canvas measured in units."""

from collections.abc import Mapping, Sequence
from numbers import Real

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from .style import COLORS, tint

Point = Sequence[Real] | np.ndarray  # x, y


def canvas(width: Real, height: Real, *, scale: Real = 0.55) -> tuple[Figure, Axes]:
    """A blank drawing area of `width` x `height` units, `scale` inches a unit, (0, 0) at the bottom left, y upwards."""
    for name, value in (("width", width), ("height", height), ("scale", scale)):
        if not value > 0:
            raise ValueError(f"canvas: {name} is {value!r}, expected a positive number")
    figure = plt.figure(figsize=(width * scale, height * scale), layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")
    return figure, ax


def box(
    ax: Axes,
    center: Point,
    text: str = "",
    *,
    width: Real = 1.2,
    height: Real = 0.8,
    color: str = COLORS["data"],
    fill: str | None = None,
    hatch: str | None = None,
    fontsize: Real | None = None,
) -> tuple[Real, Real, Real, Real]:
    """A rounded box with a text in it; returns its (x0, y0, x1, y1). `fill` is by default a light tint of `color`."""
    x0, y0 = center[0] - width / 2, center[1] - height / 2
    radius = 0.18 * min(width, height)
    ax.add_patch(
        FancyBboxPatch(
            (x0, y0),
            width,
            height,
            boxstyle=f"round,pad=0,rounding_size={radius}",
            facecolor=tint(color, 0.91) if fill is None else fill,
            edgecolor=color,
            linewidth=1.5,
            hatch=hatch,
            zorder=3,
        )
    )
    ax.text(*center, text, ha="center", va="center", color=color, fontsize=fontsize, zorder=4)
    return x0, y0, x0 + width, y0 + height


def arrow(
    ax: Axes,
    start: Point,
    end: Point,
    *,
    color: str = COLORS["data"],
    text: str | None = None,
    bend: Real = 0.0,
    side: str = "above",
    style: str = "-|>",
    linestyle: str = "-",
    fontsize: Real | None = None,
) -> None:
    """An arrow, with a text at its middle, "above", "below" or "on" it.

    `bend` pushes the middle to the left of the way from start to end, as a fraction of the length. `style` is
    matplotlib's: "-|>", "<|-", "<|-|>" or "-".
    """
    if side not in ("above", "below", "on"):
        raise ValueError(f'arrow: side is {side!r}, expected "above", "below" or "on"')
    start, end = np.asarray(start, float), np.asarray(end, float)
    across = np.array([start[1] - end[1], end[0] - start[0]])
    middle = (start + end) / 2 + bend * across
    path = Path([start, 2 * middle - (start + end) / 2, end], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    _draw_arrow(ax, path, color, style=style, linestyle=linestyle)
    if text is not None:
        length = np.hypot(*across) or 1.0
        up = across / length * (1 if across[1] > 0 or (across[1] == 0 and across[0] < 0) else -1)
        shift = {"above": 0.12, "below": -0.12, "on": 0.0}[side] * up
        horizontal = "center" if abs(up[1]) > 0.5 or side == "on" else ("left" if shift[0] > 0 else "right")
        vertical = "center" if horizontal != "center" or side == "on" else ("bottom" if side == "above" else "top")
        backdrop = {"facecolor": "white", "edgecolor": "none", "pad": 1.5} if side == "on" else None
        position = middle + shift
        ax.text(*position, text, ha=horizontal, va=vertical, color=color, fontsize=fontsize, zorder=5, bbox=backdrop)


def _draw_arrow(ax: Axes, path: Path, color: str, *, style: str = "-|>", linestyle: str = "-", zorder: Real = 2):
    if ">" in style or "<" in style:
        style += ",head_length=0.5,head_width=0.22"
    patch = FancyArrowPatch(
        path=path,
        arrowstyle=style,
        mutation_scale=13,
        color=color,
        linewidth=1.5,
        linestyle=linestyle,
        joinstyle="miter",
        capstyle="butt",
        zorder=zorder,
    )
    ax.add_patch(patch)


def matrix(
    ax: Axes,
    values,
    *,
    origin: Point = (0, 0),
    cell: Real = 1.0,
    text: str | None = "{:g}",
    color: str = COLORS["data"],
    highlight: Mapping[tuple[int, int], str] | None = None,
    title: str | None = None,
    hatch: str | None = None,
    fontsize: Real | None = None,
) -> tuple[Real, Real, Real, Real]:
    """A small matrix, one square a value, rows downwards from `origin`, its top left corner; returns (x0, y0, x1, y1).

    `text` formats the numbers (None leaves them out; values of dtype str stand as they are). `highlight` colours
    cells, (row, column) -> colour. `hatch` marks a gradient, as the thesis does (Figure B-8).
    """
    values = np.asarray(values)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"matrix: values has shape {values.shape}, expected two dimensions, none of them empty")
    n_rows, n_columns = values.shape
    highlight = dict(highlight or {})
    outside = [key for key in highlight if not (0 <= key[0] < n_rows and 0 <= key[1] < n_columns)]
    if outside:
        raise ValueError(f"matrix: highlight holds {outside}, expected cells of a {n_rows} x {n_columns} matrix")
    left, top = origin
    for i, j in np.ndindex(n_rows, n_columns):
        marked = highlight.get((i, j))
        corner = (left + j * cell, top - (i + 1) * cell)
        ax.add_patch(
            Rectangle(
                corner,
                cell,
                cell,
                facecolor=tint(marked, 0.72) if marked else tint(color, 0.94),
                edgecolor=tint(color, 0.45),
                linewidth=0.8,
                hatch=hatch,
                zorder=2,
            )
        )
        if text is not None:
            shown = str(values[i, j]) if values.dtype.kind in "US" else text.format(values[i, j])
            ax.text(
                corner[0] + cell / 2,
                corner[1] + cell / 2,
                shown,
                ha="center",
                va="center_baseline",
                color=marked or color,
                fontsize=fontsize,
                fontweight="bold" if marked else "normal",
                zorder=4,
            )
    right, bottom = left + n_columns * cell, top - n_rows * cell
    line = {"fill": False, "linewidth": 1.6}
    ax.add_patch(Rectangle((left, bottom), right - left, top - bottom, edgecolor=color, zorder=3, **line))
    for (i, j), mark in highlight.items():
        corner = (left + j * cell, top - (i + 1) * cell)
        ax.add_patch(Rectangle(corner, cell, cell, edgecolor=mark, zorder=3.5, **line))
    if title is not None:
        ax.text((left + right) / 2, top + 0.15, title, ha="center", va="bottom", color=color)
    return left, bottom, right, top


def tensor(
    ax: Axes,
    shape: Sequence[int],
    origin: Point,
    label: str | None = None,
    *,
    color: str = COLORS["data"],
    scale: Real | None = None,
    depth: Real | None = None,
    sizes: bool = True,
    fontsize: Real = 9.5,
) -> tuple[Real, Real, Real, Real]:
    """A tensor (C, H, W) as a cuboid whose front face is H x W; returns its (x0, y0, x1, y1), without the texts.

    `origin` is the bottom left of the front face. `scale` is in units a pixel (by default the longest side takes three
    units); `depth` fixes the drawn length of the C side. `sizes` writes C, H and W along the edges.
    """
    if len(shape) != 3 or min(shape) < 1:
        raise ValueError(f"tensor: shape is {shape!r}, expected (C, H, W), each at least 1")
    n_features, height, width = shape
    scale = 3 / max(shape) if scale is None else scale
    x, y, w, h = *origin, width * scale, height * scale
    slant = (n_features * scale if depth is None else depth) * np.array([0.62, 0.36])
    front = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
    style = {"edgecolor": color, "linewidth": 1.3, "joinstyle": "round", "zorder": 2}
    top = [front[3], front[2], front[2] + slant, front[3] + slant]
    flank = [front[1], front[2], front[2] + slant, front[1] + slant]
    for corners, lightness in ((top, 0.82), (flank, 0.68), (front, 0.93)):
        ax.add_patch(Polygon(corners, facecolor=tint(color, lightness), **style))
    if sizes:
        text = {"color": color, "fontsize": fontsize, "zorder": 4}
        ax.text(x - 0.1, y + h / 2, f"{height}", ha="right", va="center", **text)
        ax.text(x + w / 2, y - 0.1, f"{width}", ha="center", va="top", **text)
        middle = front[1] + slant / 2
        ax.text(middle[0] + 0.12, middle[1] - 0.05, f"{n_features}", ha="left", va="top", **text)
    if label is not None:
        ax.text(x + (w + slant[0]) / 2, y + h + slant[1] + 0.15, label, ha="center", va="bottom", color=color)
    return x, y, x + w + slant[0], y + h + slant[1]


def brace(
    ax: Axes,
    start: Point,
    end: Point,
    text: str | None = None,
    *,
    color: str = COLORS["muted"],
    depth: Real = 0.3,
    fontsize: Real | None = None,
) -> None:
    """A curly brace whose tip points to the left of the way from `start` to `end`, and a text at the tip."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    length = np.hypot(*(end - start))
    if length == 0:
        raise ValueError(f"brace: start and end are both {tuple(start)}, expected two points")
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    turn = min(depth, length / 4)

    def point(forward: Real, sideways: Real) -> np.ndarray:
        return start + forward * along + sideways * across

    half, middle = depth / 2, length / 2
    vertices = [point(0, 0), point(0, half), point(turn, half), point(middle - turn, half)]
    vertices += [point(middle, half), point(middle, depth), point(middle, half), point(middle + turn, half)]
    vertices += [point(length - turn, half), point(length, half), point(length, 0)]
    codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CURVE3]
    codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    ax.add_patch(PathPatch(Path(vertices, codes), fill=False, edgecolor=color, linewidth=1.4, capstyle="round"))
    if text is not None:
        tip = point(middle, depth + 0.12)
        steep = abs(across[0]) > 0.5
        horizontal = ("right" if across[0] < 0 else "left") if steep else "center"
        vertical = "center" if steep else ("bottom" if across[1] > 0 else "top")
        ax.text(*tip, text, ha=horizontal, va=vertical, color=color, fontsize=fontsize)
