"""Drawings for the page on location: points on scenes, average precision by tolerance, and where points fall."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import UInt8
from matplotlib import patheffects
from matplotlib.figure import Figure

from .style import COLORS, CYCLE, tint
from .toyland import BOX, draw_boxes
from .transfer_scores import Boxes, bare, whole

PLACES = {
    "on an object of the class": COLORS["output"],
    "near one": COLORS["sky"],
    "on another object": COLORS["gradient"],
    "elsewhere": COLORS["muted"],
}
"""Where a point falls, and its colour."""


class Found(NamedTuple):
    """One image, the boxes of one class on it, the point (x, y) where the class was found, and a line above."""

    image: UInt8[np.ndarray, "H W 3"]
    boxes: Boxes
    point: Sequence[float]
    title: str


def crosses(cells: Sequence[Found], *, columns: int = 4, width: float = 6.6) -> Figure:
    """A grid of images with their boxes, and a yellow cross at each point, which counts from the image's edge."""
    rows = -(-len(cells) // columns)
    cell = width / columns
    size = (width, rows * (cell + 0.22))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    for ax in axes.flat:
        bare(ax)
    side = max(max(one.image.shape[:2]) for one in cells)
    for ax, one in zip(axes.flat, cells, strict=False):
        across = one.image.shape[1]
        ax.imshow(one.image)
        # Equal squares, so that all images have one scale.
        ax.set(xlim=(across / 2 - side / 2 - 0.5, across / 2 + side / 2 - 0.5), ylim=(side - 0.5, -0.5))
        draw_boxes(ax, whole(one.boxes), color="white")
        x, y = one.point
        (cross,) = ax.plot(x - 0.5, y - 0.5, "x", color=BOX, markersize=9, markeredgewidth=2.2)
        cross.set_path_effects([patheffects.withStroke(linewidth=4.2, foreground="#1a1a1a")])
        ax.set_title(one.title, fontsize=10, pad=3, loc="left")
    return figure


def by_tolerance(
    tolerances: Sequence[float], curves: Mapping[str, Sequence[float]], *, marked: float, ceiling: float
) -> Figure:
    """Average precision against the tolerance in pixels, a dotted line at `marked`, a dashed one at the ceiling."""
    figure, ax = plt.subplots(figsize=(6.0, 3.6))
    for (name, values), color in zip(curves.items(), CYCLE, strict=False):
        ax.plot(tolerances, values, color=color, marker="o", label=name)
    ax.axvline(marked, color=COLORS["muted"], linestyle=":", linewidth=1.4)
    ax.axhline(ceiling, color=COLORS["ink"], linestyle="--", linewidth=1.2, label="no place asked")
    ax.set(xlabel="tolerance (pixels)", ylabel="location mAP", ylim=(0, 1.3 * ceiling))
    ax.legend(loc="lower right")
    return figure


def places(shares: Mapping[str, Mapping[str, float]]) -> Figure:
    """One bar a row, from 0 to 1, cut into the shares of PLACES; the first share is written into it."""
    figure, ax = plt.subplots(figsize=(6.2, 1.3 + 0.44 * len(shares)))
    for row, share in enumerate(shares.values()):
        left = 0.0
        for name, color in PLACES.items():
            shade = color if name == next(iter(PLACES)) else tint(color, 0.25)
            ax.barh(row, share[name], left=left, color=shade, height=0.7, label=name if row == 0 else None)
            left += share[name]
        ax.text(0.01, row, f"{share[next(iter(PLACES))]:.0%}", color="white", va="center", fontsize=11)
    ax.set_yticks(range(len(shares)), list(shares))
    ax.set(xlim=(0, 1), ylim=(len(shares) - 0.5, -0.5), xlabel="share of the points")
    ax.grid(False)
    figure.legend(loc="outside upper center", ncols=2, fontsize=10.5)
    return figure
