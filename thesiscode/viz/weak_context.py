"""Drawings for the page on context: two measures a class, scenes drawn twice, shares (thesis 4.6.2, Figure 4-5)."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from thesiscode.weak.context import ContextShare

from .style import COLORS, tint
from .toyland import BOX, draw_boxes
from .transfer_scores import Boxes, bare, whole

MEASURES = {"classification": COLORS["output"], "location": COLORS["weight"]}
"""The thesis' blue and green."""


def gaps(names: Sequence[str], classification: Sequence[float], location: Sequence[float]) -> Figure:
    """One row a class, its two average precisions joined by a line; on top the one with the smallest ratio of both."""
    figure, ax = plt.subplots(figsize=(5.8, 0.9 + 0.31 * len(names)))
    order = np.argsort(np.divide(location, classification), kind="stable")
    for y, k in enumerate(order):
        ax.plot([location[k], classification[k]], [y, y], color=COLORS["grid"], linewidth=4, zorder=1)
    rows = np.arange(len(order))
    for (label, color), values, marker in zip(MEASURES.items(), (classification, location), "os", strict=True):
        ax.plot(np.take(values, order), rows, marker, color=color, markersize=7.5, label=label)
    ax.set_yticks(rows, [names[k] for k in order])
    ax.set(xlim=(0, 1), ylim=(len(order) - 0.4, -0.6), xlabel="average precision on test scenes")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0.2)
    return figure


def twice(
    pictures: Sequence[UInt8[np.ndarray, "H W 3"]],
    boxes: Boxes,
    points: Sequence[Sequence[float]],
    titles: Sequence[str],
) -> Figure:
    """The same objects in several places, side by side: a box around those of a class, a cross at its best window."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(3.2 * len(pictures), 2.9), squeeze=False)
    for ax, picture, (x, y), title in zip(axes.flat, pictures, points, titles, strict=True):
        bare(ax)
        ax.imshow(picture)
        draw_boxes(ax, whole(boxes))
        cross = {"color": BOX, "markersize": 13, "markeredgewidth": 2.5}
        rim = [withStroke(linewidth=4.5, foreground="#1a1a1a")]
        ax.plot(x - 0.5, y - 0.5, "x", path_effects=rim, **cross)
        ax.set(xlim=(-0.5, picture.shape[1] - 0.5), ylim=(picture.shape[0] - 0.5, -0.5))
        ax.set_title(title, fontsize=11)
    return figure


def shares(
    found: Mapping[str, ContextShare],
    *,
    last: Mapping[str, ContextShare] | None = None,
    limits: tuple[float, float] = (-0.75, 1.75),
) -> Figure:
    """One row a name: the share of the context with its interval, the largest on top; arrows where it leaves the axis.

    Names without an interval stand below, without a mark. `last` holds the shares of the other order, with the place
    removed last: hollow diamonds, without intervals.
    """
    figure, ax = plt.subplots(figsize=(5.8, 1.0 + 0.31 * len(found)))
    known = sorted((n for n, s in found.items() if np.isfinite(s.low)), key=lambda n: -found[n].share)
    names = known + [name for name in found if name not in known]
    low, high = limits
    for x, style in ((0, "-"), (1, "--")):
        ax.axvline(x, color=COLORS["muted"], linestyle=style, linewidth=1.2)
    for y, name in enumerate(names):
        one = found[name]
        if name not in known:
            text = "score does not clearly know it"
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(0.03, y, text, va="center", fontsize=10, color=COLORS["muted"], bbox=paper)
            continue
        ends = np.clip([one.low, one.high], low, high)
        ax.plot(ends, [y, y], color=tint(COLORS["output"], 0.5), linewidth=5, solid_capstyle="butt")
        for end, bound, marker in zip(ends, (one.low, one.high), "<>", strict=True):
            if end != bound:
                ax.plot(end, y, marker, color=tint(COLORS["output"], 0.3), markersize=7, clip_on=False)
        dot = ax.plot(
            np.clip(one.share, low, high), y, "o", color=COLORS["output"], markersize=7.5, label="place first"
        )
        if last is not None:
            hollow = {"markersize": 7.5, "markeredgewidth": 2, "markerfacecolor": "white", "color": COLORS["weight"]}
            other = ax.plot(np.clip(last[name].share, low, high), y, "D", label="place last", **hollow)
    if last is not None and known:
        ax.legend(handles=[*dot, *other], loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0.2)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=limits, ylim=(len(names) - 0.4, -0.6), xlabel="share of the context")
    ax.grid(axis="y", visible=False)
    return figure


def place_effects(names: Sequence[str], places: Sequence[str], values: Float[np.ndarray, "places classes"]) -> Figure:
    """Mean score of each class in each place, less its mean over the places, as cells: blue below, red above."""
    figure, ax = plt.subplots(figsize=(7.0, 1.5 + 0.36 * len(places)))
    most = np.abs(values).max()
    drawn = ax.imshow(values, cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto")
    for i, j in np.ndindex(*values.shape):
        color = "white" if abs(values[i, j]) > 0.6 * most else COLORS["ink"]
        ax.text(j, i, f"{values[i, j]:+.1f}", ha="center", va="center", color=color, fontsize=9)
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=10.5)
    ax.set_yticks(range(len(places)), places, fontsize=10.5)
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=ax, label="score", fraction=0.04, pad=0.02)
    return figure
