"""Drawings for the page on scales: squares, one scene at many scales, and score maps over the steps of a training."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib import patheffects
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .style import COLORS
from .toyland import BOX, draw_boxes
from .transfer_scores import MAP_COLORS, Boxes, bare, thin_frames, whole


class AtScale(NamedTuple):
    """One image resized by a factor, the score map of a class on it, and the centre (x, y) of its best window."""

    factor: float
    image: UInt8[np.ndarray, "H W 3"]
    map: Float[np.ndarray, "h w"]
    point: Sequence[float]


class Example(NamedTuple):
    """One image, the boxes of a class on it, and its map at one step; (x, y) of each unit in pixels of the image."""

    image: UInt8[np.ndarray, "H W 3"]
    boxes: Boxes
    map: Float[np.ndarray, "h w"]
    x: Float[np.ndarray, " w"]
    y: Float[np.ndarray, " h"]


def into_square(
    image: UInt8[np.ndarray, "H W 3"], square: UInt8[np.ndarray, "S S 3"], sizes: Sequence[int], names: Sequence[str]
) -> Figure:
    """An image beside its square, and a line of squares as large as `sizes` say, which share one lower edge."""
    figure, ax = plt.subplots(figsize=(6.4, 2.7))
    bare(ax)
    left, gap = 0.0, 14
    pictures = [(image, image.shape[1], image.shape[0]), *((square, side, side) for side in sizes)]
    for (picture, width, height), name in zip(pictures, names, strict=True):
        ax.imshow(picture, extent=(left, left + width, 0, height))
        ax.add_patch(Rectangle((left, 0), width, height, fill=False, edgecolor=COLORS["muted"], linewidth=0.8))
        ax.text(left + width / 2, -8, name, ha="center", va="top", fontsize=10.5)
        left += width + gap
    ax.set(xlim=(-2, left - gap + 2), ylim=(-42, max(h for _, _, h in pictures) + 2), aspect="equal")
    return figure


def many_scales(scales: Sequence[AtScale], window: float, name: str, pooled: float) -> Figure:
    """Above, the image at each scale, all in pixels of one size, with the best window; below, the maps and maxima."""
    sides = [one.image.shape[1] for one in scales]
    low, high = min(one.map.min() for one in scales), max(one.map.max() for one in scales)
    figure, axes = plt.subplots(2, len(scales), figsize=(7.2, 3.1), height_ratios=(1, 1), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)
    for (above, below), one, side in zip(axes.T, scales, sides, strict=True):
        bare(above)
        bare(below)
        above.imshow(one.image, extent=(0, side, side, 0))
        x, y = one.point
        frame = Rectangle((x - window / 2, y - window / 2), window, window, fill=False, edgecolor=BOX, linewidth=1.5)
        frame.set_path_effects([patheffects.withStroke(linewidth=2.8, foreground="#1a1a1a")])
        above.add_patch(frame)
        above.set(xlim=(-0.05 * side, 1.05 * side), ylim=(1.05 * side, -0.05 * side))
        above.set_title(f"x {one.factor:g}", fontsize=10.5, loc="center", pad=2)
        drawn = below.imshow(one.map, cmap=MAP_COLORS, vmin=low, vmax=high)
        below.set_title(f"{one.map.max():+.1f}", fontsize=10.5, loc="center", pad=2)
        rows, columns = one.map.shape
        below.set_xlabel(f"{columns} x {rows}", fontsize=10)
    figure.colorbar(drawn, ax=axes[1].tolist(), fraction=0.03, label="score")
    figure.suptitle(f"{name}: mean of the six maxima {pooled:+.2f}", fontsize=11.5)
    return figure


def evolution(rows: Mapping[str, Sequence[Example]], low: float, high: float) -> Figure:
    """A column an example: its image with boxes on top, then a row of maps for each entry, with the maxima as crosses.

    The entries of one column have one image; maps are clipped to `low` and `high`.
    """
    first = next(iter(rows.values()))
    shape = (1 + len(rows), len(first))
    figure, axes = plt.subplots(*shape, figsize=(6.4, 0.3 + 1.45 * shape[0]), squeeze=False, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)
    for ax, one in zip(axes[0], first, strict=True):
        ax.imshow(one.image)
        draw_boxes(ax, whole(one.boxes))
    for line, (name, examples) in zip(axes[1:], rows.items(), strict=True):
        for ax, one in zip(line, examples, strict=True):
            half = (one.x[1] - one.x[0]) / 2
            reach = (one.x[0] - half - 0.5, one.x[-1] + half - 0.5, one.y[-1] + half - 0.5, one.y[0] - half - 0.5)
            drawn = ax.imshow(one.map, cmap=MAP_COLORS, vmin=low, vmax=high, extent=reach)
            thin_frames(ax, one.boxes)
            row, column = np.unravel_index(one.map.argmax(), one.map.shape)
            (cross,) = ax.plot(one.x[column] - 0.5, one.y[row] - 0.5, "x", color=BOX, markersize=8, markeredgewidth=2)
            cross.set_path_effects([patheffects.withStroke(linewidth=3.6, foreground="#1a1a1a")])
        line[0].set_ylabel(name, fontsize=11)
    side = max(max(one.image.shape[:2]) for one in first)
    for column, one in zip(axes.T, first, strict=True):
        width = one.image.shape[1]
        for ax in column:
            bare(ax)
            ax.set_facecolor(COLORS["fill"])
            # Equal squares, so that all images have one scale.
            ax.set(xlim=(width / 2 - side / 2 - 0.5, width / 2 + side / 2 - 0.5), ylim=(side - 0.5, -0.5))
    figure.colorbar(
        drawn, ax=axes[1:].ravel().tolist(), fraction=0.03, aspect=15 * len(rows), label="score", extend="both"
    )
    return figure


def by_step(steps: Sequence[int], curves: Mapping[str, Sequence[float]], *, ylabel: str, **axes: Any) -> Figure:
    """Some curves over the steps of a training."""
    figure, ax = plt.subplots(figsize=(6.0, 3.3))
    for (name, values), color in zip(curves.items(), ("output", "sky", "muted"), strict=False):
        ax.plot(steps, values, color=COLORS[color], label=name)
    ax.set(xlabel="training step", ylabel=ylabel, **axes)
    ax.legend(loc="upper left")
    return figure
