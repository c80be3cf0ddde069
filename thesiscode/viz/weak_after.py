"""Drawings for the page on what came after: maps of heads that pool in other ways (thesis 4.7)."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from .style import COLORS, CYCLE
from .toyland import BOX, draw_boxes
from .transfer_scores import MAP_COLORS, Boxes, bare, whole


def maps_beside(
    image: UInt8[np.ndarray, "H W 3"],
    boxes: Boxes,
    maps: Mapping[str, Float[np.ndarray, "H W"]],
    points: Mapping[str, Sequence[float]],
    title: str,
) -> Figure:
    """One image with the boxes of a class, then its map by each name with its best point, three in a row.

    Each map fills its own range: their units differ.
    """
    rows = -(-(1 + len(maps)) // 3)
    shape = image.shape[0] / image.shape[1]
    figure, grid = plt.subplots(rows, 3, figsize=(6.6, rows * (2.2 * shape + 0.35)), squeeze=False)
    axes = grid.ravel()[: 1 + len(maps)]
    for ax in grid.ravel()[len(axes) :]:
        ax.remove()
    rim = [withStroke(linewidth=3.2, foreground="#1a1a1a")]
    for ax in axes:
        bare(ax)
    axes[0].imshow(image)
    draw_boxes(axes[0], whole(boxes))
    axes[0].set_title(title, fontsize=10.5)
    for ax, (name, one) in zip(axes[1:], maps.items(), strict=True):
        ax.imshow(one, cmap=MAP_COLORS)
        draw_boxes(ax, whole(boxes))
        x, y = points[name]
        ax.plot(x - 0.5, y - 0.5, "x", color=BOX, markersize=9, markeredgewidth=2, path_effects=rim)
        ax.set(xlim=(-0.5, one.shape[1] - 0.5), ylim=(one.shape[0] - 0.5, -0.5))
        ax.set_title(name, fontsize=10.5)
    return figure


def spreads(shares: Mapping[str, Float[np.ndarray, " n"]]) -> Figure:
    """The gradient of one score over the windows of an image, sorted: its running sum, a line a name."""
    figure, ax = plt.subplots(figsize=(6.0, 3.4))
    for (name, share), color in zip(shares.items(), CYCLE, strict=False):
        total = np.cumsum(np.sort(share)[::-1])
        ax.plot(np.arange(1, len(total) + 1), total, color=color, label=name)
    ax.axhline(1, color=COLORS["muted"], linewidth=1)
    ax.set_xscale("log")
    ax.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    ax.minorticks_off()
    ax.set(ylim=(0, 1.05), xlabel="windows, the most important first", ylabel="share of the gradient")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
