"""Drawings for the page on sliding: what windows share, where they look, and what they cost (thesis 4.2.1)."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from .diagrams import arrow, canvas, matrix
from .style import COLORS, tint
from .transfer_scores import bare

_RIM = [withStroke(linewidth=3.2, foreground="white")]
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels, upper ends excluded."""


def sharing(small: Sequence[int], large: Sequence[int], steps: Sequence[str]) -> Figure:
    """Sides of the square maps of one network on its own image and on a larger one, as grids (thesis Figure 2-38).

    `steps` says what leads from each map to the next. Cells that only the larger image needs are yellow.
    """
    gap, pad = 4.6, 0.6
    lefts = np.cumsum([0.0, *(side + gap for side in large[:-1])]) + pad
    width, height = lefts[-1] + large[-1] + pad, small[0] + large[0] + 5.2
    figure, ax = canvas(width, height, scale=6.4 / width)
    tops = (height - 1.5, large[0] + 0.5)
    titles = (f"one window: {small[0]} × {small[0]}", f"a larger image: {large[0]} × {large[0]}")
    for sides, top, title in zip((small, large), tops, titles, strict=True):
        ax.text(pad, top + 0.35, title, fontsize=11, va="bottom")
        middle = top - sides[0] / 2
        for k, (side, left) in enumerate(zip(sides, lefts, strict=True)):
            new = [(i, j) for i, j in np.ndindex(side, side) if max(i, j) >= small[k]]
            colors = dict.fromkeys(new, COLORS["accent"])
            matrix(ax, np.zeros((side, side)), origin=(left, middle + side / 2), text=None, highlight=colors)
            if k:
                start = (lefts[k - 1] + sides[k - 1] + 0.4, middle)
                arrow(ax, start, (left - 0.3, middle), color=COLORS["weight"])
                place = ((start[0] + left - 0.3) / 2, middle + 0.35)
                ax.text(*place, steps[k - 1], ha="center", va="bottom", fontsize=8.5, color=COLORS["weight"])
    return figure


def places(
    image: UInt8[np.ndarray, "H W 3"], x: Sequence[float], y: Sequence[float], windows: Mapping[str, Box]
) -> Figure:
    """An image, a dot where each unit of a map looks, and the windows of some units in colours of their own."""
    figure, ax = plt.subplots(figsize=(4.8, 4.4))
    bare(ax)
    ax.imshow(image)
    columns, rows = np.meshgrid(np.asarray(x) - 0.5, np.asarray(y) - 0.5)
    ax.scatter(columns, rows, s=14, color="white", edgecolors=COLORS["ink"], linewidths=0.8, zorder=3)
    names = ("gradient", "output", "loss")
    for (label, box), name in zip(windows.items(), names, strict=False):
        _frame(ax, box, COLORS[name], label)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.01), ncols=1, borderpad=0, fontsize=10.5)
    return figure


def influence(strength: Float[np.ndarray, "H W"], boxes: Mapping[str, Box]) -> Figure:
    """How strongly each pixel moves a unit, relative to the strongest, on a logarithmic scale, and some frames."""
    figure, ax = plt.subplots(figsize=(5.2, 4.6))
    bare(ax)
    relative = np.log10(np.maximum(strength / strength.max(), 1e-4))
    shown = ax.imshow(relative, cmap="magma", vmin=-4, vmax=0)
    for (label, box), name in zip(boxes.items(), ("sky", "accent"), strict=False):
        _frame(ax, box, COLORS[name], label, rim=False)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.01), ncols=2, borderpad=0, fontsize=10.5)
    bar = figure.colorbar(shown, ax=ax, fraction=0.045, label="mean |gradient| / its maximum", ticks=[-4, -2, 0])
    bar.ax.set_yticklabels(["≤ 0.0001", "0.01", "1"])
    return figure


def _frame(ax, box: Box, color: str, label: str, *, rim: bool = True) -> None:
    x0, y0, x1, y1 = box
    frame = Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=2, label=label)
    if rim:
        frame.set_path_effects(_RIM)
    ax.add_patch(frame)


def map_pair(
    image: UInt8[np.ndarray, "H W 3"], maps: Mapping[str, Float[np.ndarray, "h w"]], *, label: str = "score"
) -> Figure:
    """An image, then maps of it under one colour scale."""
    figure, axes = plt.subplots(1, 1 + len(maps), figsize=(7.2, 2.7))
    for ax in axes:
        bare(ax)
    axes[0].imshow(image)
    axes[0].set_title("the image", fontsize=11, loc="left")
    low, high = min(one.min() for one in maps.values()), max(one.max() for one in maps.values())
    for ax, (name, one) in zip(axes[1:], maps.items(), strict=True):
        shown = ax.imshow(one, cmap="viridis", vmin=low, vmax=high)
        ax.set_title(name, fontsize=11, loc="left")
    figure.colorbar(shown, ax=axes[-1], fraction=0.046, label=label)
    return figure


def cost_bars(costs: Mapping[str, tuple[float, float]]) -> Figure:
    """Layer -> millions of multiply-adds (patch by patch, sliding), with the ratio of the two at the end."""
    figure, ax = plt.subplots(figsize=(6.2, 0.42 * len(costs) + 1.0))
    rows = np.arange(len(costs))
    for shift, column, name, color in ((-0.2, 0, "patch by patch", "gradient"), (0.2, 1, "sliding", "output")):
        values = [pair[column] for pair in costs.values()]
        ax.barh(rows + shift, values, 0.38, color=tint(COLORS[color], 0.15), label=name)
    for row, (apart, shared) in zip(rows, costs.values(), strict=True):
        ax.text(max(apart, shared) * 1.25, row, f"÷ {apart / shared:.0f}", va="center", fontsize=10.5)
    ax.set_yticks(rows, list(costs))
    ax.set(xscale="log", xlabel="multiply-adds (millions)")
    ax.set_xlim(right=max(max(pair) for pair in costs.values()) * 6)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower right")
    return figure
