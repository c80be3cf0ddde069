"""Drawings for the page on classification: rows with intervals, rankings by object size, single scales."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from thesiscode.engine import Interval

from .style import COLORS, CYCLE


def seed_rows(rows: Mapping[str, Sequence[float]], *, xlabel: str, zero: bool = False) -> Figure:
    """One row a name: a ring for each seed and a dot at their mean. zero: draw a line at 0, for differences."""
    figure, ax = plt.subplots(figsize=(6.2, 0.42 * len(rows) + 0.9))
    for y, values in enumerate(rows.values()):
        ax.plot(values, [y] * len(values), "o", ms=7, mfc="white", mec=COLORS["output"], mew=1.2)
        ax.plot(np.mean(values), y, "o", color=COLORS["output"], ms=6)
    if zero:
        ax.axvline(0, color=COLORS["muted"], linestyle=":", linewidth=1.4)
    ax.set(yticks=range(len(rows)), yticklabels=list(rows), xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5))
    if not zero:
        ax.set_xlim(left=0)
    ax.grid(axis="y", visible=False)
    return figure


def by_size(edges: Sequence[float], groups: Mapping[str, Sequence[Interval]], counts: Sequence[int]) -> Figure:
    """A mean and its interval for each range of sizes, one colour a network; the number of objects stands below.

    edges: n + 1 bounds of the sizes. groups: name to n intervals.
    """
    figure, ax = plt.subplots(figsize=(6.0, 3.6))
    places = np.arange(len(counts))
    for shift, (name, values), color in zip((-0.08, 0.08, 0.24), groups.items(), CYCLE, strict=False):
        mean, low, high = np.transpose([(v.mean, v.low, v.high) for v in values])
        ax.errorbar(places + shift, mean, (mean - low, high - mean), color=color, marker="o", capsize=3, label=name)
    ax.axhline(0.5, color=COLORS["muted"], linestyle=":", linewidth=1.4)
    ranges = [f"{a:g} to {b:g}\n({n})" for a, b, n in zip(edges, edges[1:], counts, strict=False)]
    ax.set_xticks(places, ranges)
    ax.set(xlabel="longer side of the largest object / side of the square (pairs)", ylim=(0.4, 1))
    ax.set_ylabel("beats a scene without the class")
    ax.xaxis.label.set_size(11)
    ax.legend(loc="lower right", ncols=2)
    return figure


def by_scale(scales: Sequence[float], values: Sequence[float], together: float) -> Figure:
    """mAP of each scale alone, and a dashed line for all of them together."""
    figure, ax = plt.subplots(figsize=(6.0, 3.2))
    places = np.arange(len(scales))
    ax.plot(places, values, "o-", color=COLORS["output"], label="one scale")
    ax.axhline(together, color=COLORS["gradient"], linestyle="--", label="mean of the six")
    ax.set_xticks(places, [f"{s:g}" for s in scales])
    ax.set(xlabel="factor by which the test image is resized", ylabel="mAP", ylim=(0, 1.25 * max(together, *values)))
    ax.legend(loc="lower right")
    return figure
