"""Drawings for the page on photographs: location by class (thesis Tables 4.2 and 4.3), and maps without pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from .style import COLORS
from .toyland import draw_boxes
from .transfer_scores import bare, whole

ROWS = {
    "centre": COLORS["muted"],
    "weak": COLORS["output"],
    "masked": COLORS["loss"],
    "full images": COLORS["gradient"],
}
"""Colour of each row of the comparison."""
MARKERS = {"centre": "s", "weak": "o", "masked": "D", "full images": "^"}


def by_class(names: Sequence[str], rows: Mapping[str, Sequence[Sequence[float]]], *, xlabel: str) -> Figure:
    """One line a class; in it the mean over the seeds of each row as a mark, and single seeds as small ones.

    rows: name to values, one list a seed, in the order of `names`.
    """
    figure, ax = plt.subplots(figsize=(6.0, 1.1 + 0.5 * len(names)))
    offsets = np.linspace(-0.22, 0.22, len(rows))
    for (name, values), offset in zip(rows.items(), offsets, strict=True):
        places, color, marker = np.arange(len(names)) + offset, ROWS[name], MARKERS[name]
        for seed in values:
            ax.plot(seed, places, marker, color=color, markersize=3.5, alpha=0.5, linestyle="none")
        ax.plot(np.mean(values, axis=0), places, marker, color=color, markersize=8, linestyle="none", label=name)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(-0.02, 1), ylim=(len(names) - 0.5, -0.5), xlabel=xlabel)
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.1, 1), ncols=len(rows), borderpad=0.2, columnspacing=1, fontsize=10)
    return figure


def maps_without_photographs(examples: Sequence[Mapping[str, Any]], *, columns: int = 5) -> Figure:
    """Score maps where photographs cannot be shown: the frame of each, its map, the boxes, and a cross at the point.

    examples: as `thesiscode.weak.photographs.examples` gives them, in the order of reading. Maps share one range.
    """
    rows = -(-len(examples) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(8.4, 2.1 * rows), squeeze=False, layout="constrained")
    highest = max(np.max(one["scores"]) for one in examples)
    for ax in axes.flat:
        bare(ax)
        ax.set_visible(False)
    for ax, one in zip(axes.flat, examples, strict=False):
        # As `imshow` counts: the centre of pixel 0 is at 0.
        (width, height), (x, y) = (np.subtract(one[key], 0.5) for key in ("extent", "point"))
        half = [(one[axis][1] - one[axis][0]) / 2 for axis in "xy"]
        edges = [one["x"][0] - half[0], one["x"][-1] + half[0], one["y"][-1] + half[1], one["y"][0] - half[1]]
        edges = [edge - 0.5 for edge in edges]
        ax.set_visible(True)
        ax.set_facecolor(COLORS["grid"])
        drawn = ax.imshow(one["scores"], extent=edges, cmap="magma", vmin=-highest, vmax=highest)
        draw_boxes(ax, whole(np.array(one["boxes"])))
        (cross,) = ax.plot(x, y, "x", color="#ffd400", markersize=10, markeredgewidth=2.4)
        cross.set_path_effects([withStroke(linewidth=4.2, foreground="#1a1a1a")])
        ax.set(xlim=(-0.5, width), ylim=(height, -0.5), aspect="equal")
        ax.set_title(f"{one['class']}, {'right' if one['right'] else 'wrong'}", fontsize=11, pad=3, loc="center")
    figure.colorbar(drawn, ax=axes.ravel().tolist(), label="score", fraction=0.03, aspect=26)
    return figure
