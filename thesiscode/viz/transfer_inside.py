"""Drawings for the page that looks inside a trained network: filters, patches and their projections, neighbours."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import torch
from jaxtyping import Float, Shaped, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thesiscode.engine import Interval

from .diagrams import arrow, canvas, matrix
from .style import COLORS
from .toyland import draw_boxes


class Unit(NamedTuple):
    """The images that excite one unit most, strongest first, and the projections; tiles of one size each."""

    name: str
    patches: list[UInt8[np.ndarray, "side side 3"]]
    projections: list[UInt8[np.ndarray, "side side 3"]]


def to_bytes(values: Shaped[torch.Tensor, "3 H W"]) -> UInt8[np.ndarray, "H W 3"]:
    """Pixels in [-1, 1], channels first, as an image that can be shown; what lies outside is clipped."""
    pixels = values.detach().double().permute(1, 2, 0).numpy()
    return np.clip(np.rint((pixels + 1) * 127.5), 0, 255).astype(np.uint8)


def signed(values: Float[torch.Tensor, "3 H W"], quantile: float = 0.995) -> UInt8[np.ndarray, "H W 3"]:
    """Values of both signs as an image: 0 is grey, and the given quantile of their sizes is full colour."""
    largest = values.detach().abs().flatten().quantile(quantile)
    return to_bytes(values / largest if largest > 0 else values)


def tile(values: Shaped[torch.Tensor, "3 H W"], window: Sequence[int], side: int) -> Shaped[torch.Tensor, "3 s s"]:
    """The square of `side` pixels inside the image that holds a receptive field, however the border cuts it.

    window: first row, first column, end row, end column, clipped to the image. Where the field is cut at the upper or
    left border the square starts there; otherwise it ends where the field would.
    """
    corner = [min(max(first, 0), n - side) for first, n in zip(window[:2], values.shape[1:], strict=True)]
    return values[:, corner[0] : corner[0] + side, corner[1] : corner[1] + side]


def draw_filters(rows: Mapping[str, Float[torch.Tensor, "n 3 h w"]], *, columns: int = 12) -> Figure:
    """Sets of colour filters, one below the other under their names; grey is 0, and each filter fills its range."""
    grids = {name: _grid([signed(f, 1.0) for f in filters], columns) for name, filters in rows.items()}
    heights = [grid.shape[0] for grid in grids.values()]
    width = next(iter(grids.values())).shape[1]
    total = sum(6.0 * height / width + 0.36 for height in heights)
    figure, axes = plt.subplots(
        len(grids), 1, figsize=(6.0, total), height_ratios=heights, squeeze=False, layout="constrained"
    )
    for ax, (name, grid) in zip(axes.flat, grids.items(), strict=True):
        ax.imshow(grid, interpolation="nearest")
        ax.set_title(name, fontsize=12, pad=4)
        ax.axis("off")
    return figure


def draw_windows(
    images: Sequence[UInt8[np.ndarray, "H W 3"]], windows: Sequence[Sequence[int]], titles: Sequence[str]
) -> Figure:
    """Images beside one another, on each a receptive field: first row, first column, end row, end column."""
    figure, axes = plt.subplots(
        1, len(images), figsize=(6.0, 6.0 / len(images) + 0.55), squeeze=False, layout="constrained"
    )
    for ax, image, (top, left, bottom, right), title in zip(axes.flat, images, windows, titles, strict=True):
        ax.imshow(image)
        draw_boxes(ax, [(left, top, right, bottom)])
        ax.set_title(title, fontsize=11, loc="center", pad=4)
        # room for a box on the border
        ax.set(xlim=(-2.5, image.shape[1] + 1.5), ylim=(image.shape[0] + 1.5, -2.5))
        ax.axis("off")
    return figure


def draw_ladder(
    columns: Mapping[str, Sequence[Float[np.ndarray, "_ _"]]],
    steps: Mapping[str, Sequence[str]],
    marks: Mapping[tuple[str, int], Mapping[tuple[int, int], str]],
) -> Figure:
    """Chains of small arrays, one a column, the pixels at the bottom: the first column is read upwards, others down.

    columns: name -> the arrays from the bottom to the top, of the same shapes in all columns. steps: name -> what
    happens between two of them, from the bottom to the top. marks: (name, level) -> cells to highlight and colours.
    """
    arrays = next(iter(columns.values()))
    widest = max(array.shape[1] for array in arrays)
    pitch, gap = widest + 2.1, 1.55
    heights = [array.shape[0] for array in arrays]
    figure, ax = canvas(pitch * len(columns) - 1.6, sum(heights) + gap * (len(heights) - 1) + 1.5, scale=0.315)
    for k, (name, values) in enumerate(columns.items()):
        middle = k * pitch + widest / 2 + 0.25
        color = COLORS["data"] if k == 0 else COLORS["gradient"]
        bottom = 0.25
        for level, array in enumerate(values):
            origin = (middle - array.shape[1] / 2, bottom + array.shape[0])
            matrix(ax, array, origin=origin, color=color, highlight=marks.get((name, level)), fontsize=11)
            top = bottom + array.shape[0]
            if level < len(values) - 1:
                ends = [(middle, top + 0.15), (middle, top + gap - 0.15)]
                arrow(ax, *(ends if k == 0 else ends[::-1]), color=color)
                ax.text(middle + 0.3, top + gap / 2, steps[name][level], color=color, fontsize=10.5, va="center")
            bottom = top + gap
        ax.text(middle, bottom - gap + 0.45, name, color=color, ha="center", va="bottom", fontweight="bold")
    return figure


def draw_units(layers: Mapping[str, Sequence[Unit]]) -> Figure:
    """Figure B-24: a row a layer; for each unit the patches that excite it most, and beside them their projections."""
    columns = max(len(units) for units in layers.values())
    width = 6.0 / columns
    figure, axes = plt.subplots(
        len(layers),
        columns,
        figsize=(6.0, len(layers) * (width / 2 + 0.25)),
        squeeze=False,
        layout="constrained",
    )
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.02, wspace=0.01, hspace=0.01)
    for ax in axes.flat:
        ax.axis("off")
    for row, (name, units) in zip(axes, layers.items(), strict=True):
        for ax, unit in zip(row, units, strict=False):
            patches, projections = _grid(unit.patches, 3), _grid(unit.projections, 3)
            between = np.full((len(patches), len(patches) // 24, 3), 255, np.uint8)
            ax.imshow(np.concatenate([patches, between, projections], axis=1), interpolation="nearest")
            ax.set_title(f"{name}, {unit.name}", fontsize=11, pad=3)
    return figure


def draw_neighbours(
    queries: Sequence[UInt8[np.ndarray, "H W 3"]],
    found: Mapping[str, Sequence[Sequence[UInt8[np.ndarray, "H W 3"]]]],
    same: Mapping[str, Sequence[Sequence[bool]]],
) -> Figure:
    """Figure 2-35: a row a query; the query, then the images that each space finds nearest, nearest first.

    same: whether the image shows what the query shows; those images have a solid blue frame, others a dashed orange.
    """
    side, wide = queries[0].shape[0], 24  # pixels of white between the groups
    pitch, n = side + 11, len(next(iter(found.values()))[0])
    starts = {name: pitch + wide + k * (n * pitch + wide) for k, name in enumerate(found)}
    width, height = pitch + len(found) * (n * pitch + wide), len(queries) * pitch
    figure, ax = plt.subplots(figsize=(6.0, 6.0 * height / width + 0.35))
    white = np.full((height, width, 3), 255, np.uint8)
    for row, query in enumerate(queries):
        white[row * pitch + 4 :, 4:][:side, :side] = query
        for name, start in starts.items():
            for k, image in enumerate(found[name][row]):
                x, y = start + k * pitch + 4, row * pitch + 4
                white[y : y + side, x : x + side] = image
                _frame(ax, (x, y), side, same[name][row][k])
    ax.imshow(white, interpolation="nearest")
    for name, x, columns in [("query", 0, 1), *((name, start, n) for name, start in starts.items())]:
        ax.text(x + columns * pitch / 2, -6, name, ha="center", va="bottom", fontsize=11)
    ax.axis("off")
    return figure


def draw_by_layer(
    panels: Mapping[str, Mapping[str, Sequence[Interval]]], layers: Sequence[str], chance: float, ylabel: str
) -> Figure:
    """Means with their intervals by layer, a panel a quantity and a line a network; the first panel marks chance."""
    figure, axes = plt.subplots(1, len(panels), figsize=(6.0, 3.1), squeeze=False, layout="constrained")
    styles = [(COLORS["output"], "o", "-"), (COLORS["muted"], "s", "--")]
    for ax, (title, lines) in zip(axes.flat, panels.items(), strict=True):
        for shift, (name, values), (color, marker, style) in zip((-0.04, 0.04), lines.items(), styles, strict=True):
            means = [value.mean for value in values]
            errors = [[v.mean - v.low for v in values], [v.high - v.mean for v in values]]
            places = np.arange(len(layers)) + shift
            ax.errorbar(places, means, errors, color=color, marker=marker, linestyle=style, capsize=3, label=name)
        ax.set_xticks(range(len(layers)), layers)
        ax.set(title=title, ylim=(0, 1), xlabel="layer")
    axes[0, 0].axhline(chance, color=COLORS["gradient"], linestyle=":")
    axes[0, 0].text(len(layers) - 0.9, chance - 0.03, "random images", color=COLORS["gradient"], va="top", ha="right")
    axes[0, 0].set(ylabel=ylabel)
    axes[0, -1].legend(loc="upper right")
    return figure


def _frame(ax: Axes, corner: tuple[int, int], side: int, same: bool) -> None:
    color, style = (COLORS["output"], "-") if same else (COLORS["gradient"], (0, (2, 1.5)))
    frame = Rectangle((corner[0] - 2.5, corner[1] - 2.5), side + 4, side + 4, fill=False, edgecolor=color)
    frame.set(linestyle=style, linewidth=1.6)
    ax.add_patch(frame)


def _grid(tiles: Sequence[UInt8[np.ndarray, "h w 3"]], columns: int) -> UInt8[np.ndarray, "H W 3"]:
    """Tiles of one size in rows of so many, with white between them."""
    height, width, gap = *tiles[0].shape[:2], max(1, tiles[0].shape[0] // 12)
    rows = -(-len(tiles) // columns)
    grid = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for k, one in enumerate(tiles):
        y, x = k // columns * (height + gap), k % columns * (width + gap)
        grid[y : y + height, x : x + width] = one
    return grid
