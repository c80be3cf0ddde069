"""Drawings for the page on extent: maps with boxes, parts that are hit, detection by overlap (thesis 4.6.2)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from .style import COLORS, CYCLE
from .toyland import BOX, draw_boxes
from .transfer_scores import MAP_COLORS, Boxes, bare, whole

FOUND = "#ff6f91"
"""Boxes that the network proposes; the true ones are yellow, as everywhere."""


class Example(NamedTuple):
    """One scene: its map of a class, the true boxes, the box that was chosen, and the best point."""

    image: UInt8[np.ndarray, "H W 3"]
    map: Float[np.ndarray, "H W"]
    boxes: Boxes
    chosen: Sequence[float]
    point: Sequence[float]
    title: str


def examples(some: Sequence[Example]) -> Figure:
    """One column a scene: above, the scene with the true boxes and the chosen one, dashed; below, the map and its best
    point. Each map has its own range: only its shape matters here."""
    size = (2.35 * len(some), 4.4)
    figure, axes = plt.subplots(2, len(some), figsize=size, squeeze=False)
    rim = [withStroke(linewidth=3.2, foreground="#1a1a1a")]
    for one, (above, below) in zip(some, axes.T, strict=True):
        for ax in (above, below):
            bare(ax)
        above.imshow(one.image)
        below.imshow(one.map, cmap=MAP_COLORS)
        above.set_title(one.title, fontsize=11)
        for ax in (above, below):
            draw_boxes(ax, whole(one.boxes))
            x0, y0, x1, y1 = one.chosen
            frame = Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=FOUND, linewidth=1.8)
            frame.set_linestyle("--")
            frame.set_path_effects(rim)
            ax.add_patch(frame)
        x, y = one.point
        below.plot(x - 0.5, y - 0.5, "x", color=BOX, markersize=9, markeredgewidth=2, path_effects=rim)
        height, width = one.map.shape
        below.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    return figure


def parts(names: Sequence[str], hits: Sequence[float], areas: Sequence[float], counts: Sequence[int]) -> Figure:
    """One row a class: the share of its points that fall on one part, and the share of the object that the part is.

    `names` say class and part; `counts` are the numbers of points. The largest surplus is on top.
    """
    figure, ax = plt.subplots(figsize=(6.0, 0.9 + 0.31 * len(names)))
    order = np.argsort(-np.subtract(hits, areas), kind="stable")
    rows = np.arange(len(order))
    for y, k in enumerate(order):
        ax.plot([hits[k], areas[k]], [y, y], color=COLORS["grid"], linewidth=4, zorder=1)
    ax.plot(np.take(areas, order), rows, "s", color=COLORS["muted"], markersize=7, label="share of the area")
    ax.plot(np.take(hits, order), rows, "o", color=COLORS["gradient"], markersize=7.5, label="share of the points")
    ax.set_yticks(rows, [f"{names[k]} ({counts[k]})" for k in order], fontsize=10.5)
    ax.set(xlim=(-0.02, 1.02), ylim=(len(order) - 0.4, -0.6), xlabel="share that is the distinctive part")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.2, 1), ncols=2, borderpad=0.2)
    return figure


def by_overlap(curves: Mapping[str, Mapping[str, float]], *, around: Sequence[str] = ()) -> Figure:
    """Mean detection AP over the least overlap that counts, a line a way to choose boxes; names of `around`, which put
    a box around the best point, are dashed."""
    figure, ax = plt.subplots(figsize=(6.2, 3.8))
    for (name, values), color in zip(curves.items(), CYCLE, strict=False):
        overlaps = sorted(values, key=float)
        style = "--" if name in around else "-"
        ax.plot(range(len(overlaps)), [values[o] for o in overlaps], style, marker="o", color=color, label=name)
        ax.set_xticks(range(len(overlaps)), overlaps)
    ax.set(xlabel="overlap that counts as found", ylabel="mean detection AP", ylim=(0, None))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
