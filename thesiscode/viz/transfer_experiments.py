"""Drawings for the pages of results of Chapter 3: means over seeds with their intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import COLORS

ROWS = {
    "no pretrain": COLORS["muted"],
    "random": COLORS["sky"],
    "related": COLORS["output"],
    "enlarged": COLORS["weight"],
    "whole image": COLORS["accent"],
    "adapted": COLORS["output"],
}
"""Colour of each row of a comparison, the same on all pages of the chapter."""

Interval = Mapping[str, Any]


def interval_rows(rows: Mapping[str, Interval], *, xlabel: str, values: Mapping[str, Sequence[float]] = {}) -> Figure:
    """One row a network: the mean, its interval as a bar, and each seed as a small ring.

    rows: name to mean, low and high, in percent, as in a record's intervals times 100. values: name to single runs.
    """
    figure, ax = plt.subplots(figsize=(6.0, 0.5 * len(rows) + 0.9))
    for y, (name, row) in enumerate(rows.items()):
        color = ROWS.get(name, COLORS["output"])
        ax.plot([row["low"], row["high"]], [y, y], color=color, lw=6, alpha=0.35, solid_capstyle="butt")
        ax.plot(row["mean"], y, "o", color=color, ms=8)
        runs = values.get(name, ())
        ax.plot(runs, [y] * len(runs), "o", ms=4.5, mfc="white", mec=color, mew=1.1)
    ax.set(yticks=range(len(rows)), yticklabels=list(rows), xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5))
    ax.grid(axis="y", visible=False)
    return figure


def interval_curve(
    ax: Axes, x: Sequence[float], rows: Sequence[Interval], *, label: str, color: str, marker: str = "o"
) -> None:
    """Means against x, with the interval of each as a band; x is spaced as it is given."""
    mean, low, high = (np.array([row[key] for row in rows]) for key in ("mean", "low", "high"))
    ax.plot(x, mean, marker=marker, color=color, label=label)
    ax.fill_between(x, low, high, color=color, alpha=0.18, lw=0)
