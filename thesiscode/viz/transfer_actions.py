"""Drawings for the page on actions: people and their squares, precision by action, confusion, maps of scores."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thesiscode.engine import Interval

from .style import COLORS
from .toyland import draw_boxes

ROWS = ((COLORS["muted"], "s"), (COLORS["output"], "o"), (COLORS["gradient"], "D"))
"""Colour and marker of the rows of Table 3.3: no pre-training, frozen, retrained."""

Box = Sequence[float]


def draw_people(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    boxes: Sequence[Sequence[Box]],
    names: Sequence[Sequence[str]],
    *,
    columns: int = 3,
) -> Figure:
    """Scenes with the box of each person and, above each scene, what its people do, the first one first."""
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(6.0, rows * (6.0 / columns + 0.25)), squeeze=False, layout="constrained"
    )
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.01, hspace=0.01)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, around, does in zip(axes.flat, images, boxes, names, strict=False):
        ax.imshow(image)
        draw_boxes(ax, around)
        ax.set_title("; ".join(does), fontsize=10.5, pad=3, loc="center")
    return figure


def draw_square(
    image: UInt8[np.ndarray, "H W 3"],
    box: Box,
    square: tuple[int, int, int],
    mirrored: UInt8[np.ndarray, "s s 3"],
    patch: UInt8[np.ndarray, "p p 3"],
) -> Figure:
    """From a person's box to the patch: the square (x0, y0, side) on the image, filled by mirroring, and shrunk."""
    x0, y0, side = square
    height, width = image.shape[:2]
    figure, axes = plt.subplots(1, 3, figsize=(6.0, 2.5))
    axes[0].imshow(image)
    draw_boxes(axes[0], [box])
    draw_boxes(axes[0], [(x0, y0, x0 + side, y0 + side)], color="white", style="--")
    axes[0].set(xlim=(min(x0, 0) - 4, max(x0 + side, width) + 4), ylim=(max(y0 + side, height) + 4, min(y0, 0) - 4))
    axes[1].imshow(mirrored)
    # where the image ends inside of the square
    for edge, place, line in ((0, -x0, axes[1].axvline), (0, -y0, axes[1].axhline)):
        if place > edge:
            line(place - 0.5, color="white", linestyle=":", linewidth=1.8)
    for length, start, line in ((width, x0, axes[1].axvline), (height, y0, axes[1].axhline)):
        if start + side > length:
            line(length - start - 0.5, color="white", linestyle=":", linewidth=1.8)
    axes[2].imshow(patch)
    titles = ["box and square", f"mirrored, {side} × {side}", f"patch, {patch.shape[0]} × {patch.shape[1]}"]
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, fontsize=11, loc="center", pad=4)
        ax.axis("off")
    return figure


def draw_rows(panels: Mapping[str, Mapping[str, Sequence[Interval]]], names: Sequence[str], *, xlabel: str) -> Figure:
    """Average precision by action: a panel a source of numbers, a marker a row of the table, with intervals if known.

    A number without an interval is an `Interval` whose bounds are NaN.
    """
    figure, axes = plt.subplots(
        1, len(panels), figsize=(6.0, 0.5 + 0.36 * len(names)), sharey=True, squeeze=False, layout="constrained"
    )
    for ax, (title, rows) in zip(axes.flat, panels.items(), strict=True):
        for k, (name, values) in enumerate(rows.items()):
            color, marker = ROWS[k % len(ROWS)]
            places = np.arange(len(names)) + 0.2 * (k - (len(rows) - 1) / 2)
            means = np.array([value.mean for value in values])
            errors = np.nan_to_num([[v.mean - v.low, v.high - v.mean] for v in values]).T
            ax.errorbar(
                means, places, xerr=errors, fmt=marker, color=color, markersize=5, elinewidth=1.2, label=name, zorder=3
            )
        ax.set(title=title, xlabel=xlabel, xlim=(0, 103), xticks=range(0, 101, 25))
    axes[0, 0].set_yticks(range(len(names)), names)
    axes[0, 0].set_ylim(len(names) - 0.5, -0.5)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, columnspacing=1.0)
    return figure


def draw_depths(panels: Mapping[str, Mapping[str, Float[np.ndarray, " d"]]], depths: Sequence[str]) -> Figure:
    """Average precision by depth: a panel a question, a line a network or a kind of action, named at its head."""
    figure, axes = plt.subplots(1, len(panels), figsize=(6.0, 3.6), sharey=True, squeeze=False, layout="constrained")
    palettes = ((COLORS["output"], COLORS["muted"]), (COLORS["gradient"], COLORS["loss"], COLORS["weight"]))
    for ax, (title, lines), palette in zip(axes.flat, panels.items(), palettes, strict=False):
        for (name, values), color, marker in zip(lines.items(), palette, "os^", strict=False):
            ax.plot(range(len(depths)), values, marker=marker, color=color, label=name)
        ax.set_xticks(range(len(depths)), depths, rotation=60, ha="right", rotation_mode="anchor")
        ax.set(ylim=(0, 1.02), title=title)
        ax.legend(loc="lower left", fontsize=10)
    axes[0, 0].set(ylabel="average precision")
    return figure


def draw_confusion(shares: Float[np.ndarray, "n m"], rows: Sequence[str], columns: Sequence[str]) -> Figure:
    """How often each row is taken for each column, in percent; what is right lies on the diagonal, and is blue."""
    n, m = shares.shape
    figure, ax = plt.subplots(figsize=(6.0, 6.0 * n / m))
    for i, j in np.ndindex(n, m):
        color = COLORS["output"] if rows[i] == columns[j] else COLORS["gradient"]
        ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=color, alpha=float(shares[i, j]), edgecolor="none"))
        if shares[i, j] >= 0.005:
            ink = "white" if shares[i, j] > 0.6 else COLORS["ink"]
            ax.text(j, i, f"{100 * shares[i, j]:.0f}", ha="center", va="center", fontsize=10, color=ink)
    ax.set_xticks(range(m), columns, rotation=60, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(n), rows)
    ax.set(xlim=(-0.5, m - 0.5), ylim=(n - 0.5, -0.5), xlabel="guessed", ylabel="true", aspect="equal")
    ax.tick_params(length=0)
    ax.grid(False)
    return figure


def draw_pairs(values: Mapping[str, tuple[float, float]], *, labels: tuple[str, str], xlabel: str) -> Figure:
    """Two numbers a name, joined by a line; names in the given order, from the top."""
    figure, ax = plt.subplots(figsize=(6.0, 0.9 + 0.34 * len(values)), layout="constrained")
    colors = (COLORS["output"], COLORS["accent"])
    for k, (before, after) in enumerate(values.values()):
        ax.plot([before, after], [k, k], color=COLORS["grid"], linewidth=5, zorder=1, solid_capstyle="butt")
        for value, color, marker in ((before, colors[0], "o"), (after, colors[1], "s")):
            ax.plot(value, k, marker, color=color, markersize=7, zorder=2, markeredgecolor=COLORS["ink"])
    for label, color, marker in zip(labels, colors, ("o", "s"), strict=True):
        ax.plot([], [], marker, color=color, markersize=7, markeredgecolor=COLORS["ink"], label=label)
    ax.set_yticks(range(len(values)), list(values))
    ax.set(xlim=(0, 1.02), ylim=(len(values) - 0.4, -0.6), xlabel=xlabel)
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def draw_maps(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    maps: Sequence[Float[np.ndarray, "_ _"]],
    boxes: Sequence[Box],
    titles: Sequence[str],
    *,
    columns: int = 3,
) -> Figure:
    """Scenes, and under each the map of its scores with the box of the person, which the map did not use.

    Each map fills its own range.
    """
    rows = -(-len(images) // columns)
    tallest = max(image.shape[0] / image.shape[1] for image in images)
    height = rows * (2 * 5.3 / columns * tallest + 0.35)
    figure, axes = plt.subplots(2 * rows, columns, figsize=(6.0, height), squeeze=False, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.02, wspace=0.01, hspace=0.01)
    for ax in axes.flat:
        ax.axis("off")
    for k, (image, one, (x0, y0, x1, y1), title) in enumerate(zip(images, maps, boxes, titles, strict=True)):
        above, below = axes[2 * (k // columns), k % columns], axes[2 * (k // columns) + 1, k % columns]
        above.imshow(image)
        above.set_title(title, fontsize=10.5, loc="center", pad=3)
        drawn = below.imshow(one / np.nanmax(one), cmap="viridis", vmin=0, vmax=1)
        frame = Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor="white", linewidth=1.2)
        below.add_patch(frame)
    figure.colorbar(drawn, ax=axes.ravel().tolist(), label="score / highest of the map", fraction=0.04, aspect=30)
    return figure
