"""Drawings for the page on failures: size, company, confusions and contexts (thesis 3.3 "Failure modes" and 3.4)."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Real, UInt8
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from thesiscode.engine import Interval

from .style import COLORS, CYCLE
from .toyland import draw_boxes
from .transfer_scores import MAP_COLORS, Boxes, bare, thin_frames, whole


def size_panels(
    sides: Real[np.ndarray, " n"],
    usable: Mapping[str, Sequence[float]],
    groups: Mapping[tuple[float, float], Interval],
    *,
    chance: float = 0.5,
) -> Figure:
    """Above, the number of patches in which an object counts, by its relative side, one curve a name.

    Below, over the same axis, what was measured for objects of each range of sides: the mean, its interval, and on top
    the number of objects. `chance` is marked by a line.
    """
    figure, (above, below) = plt.subplots(2, 1, figsize=(6.2, 5.4), sharex=True)
    for (name, values), color in zip(usable.items(), CYCLE, strict=False):
        above.plot(sides, values, color=color, label=name)
    above.set(ylabel="patches that count it", ylim=(0, None))
    above.legend(loc="upper right")
    for (low, high), outcome in groups.items():
        middle = (low + high) / 2
        below.hlines(outcome.mean, low, high, color=COLORS["output"], linewidth=3)
        if np.isfinite(outcome.low):
            below.vlines(middle, outcome.low, outcome.high, color=COLORS["output"], linewidth=1.5)
        below.text(middle, 1.03, f"{outcome.n}", ha="center", va="bottom", fontsize=10, color=COLORS["ink"])
    below.axhline(chance, color=COLORS["muted"], linestyle="--", linewidth=1.2)
    below.text(0.995, chance - 0.02, "chance", ha="right", va="top", fontsize=10.5, color=COLORS["muted"])
    below.set(xlim=(0, 1), ylim=(0, 1.15), yticks=np.linspace(0, 1, 5), ylabel="scenes outranked")
    below.set_xlabel("longer side of the object / longer side of the image")
    return figure


def image_and_map(
    image: UInt8[np.ndarray, "H W 3"],
    heat: Float[np.ndarray, "H W"],
    boxes: Boxes,
    title: str,
    *,
    highest: float = 1.0,
) -> Figure:
    """An image with boxes, and beside it a score map from 0 to `highest`; brighter places are clipped."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.2, 2.6), width_ratios=(1, 1))
    bare(left)
    bare(right)
    left.imshow(image)
    draw_boxes(left, whole(boxes))
    left.set_title(title, fontsize=11)
    drawn = right.imshow(heat, cmap=MAP_COLORS, vmin=0, vmax=highest)
    thin_frames(right, boxes)
    figure.colorbar(drawn, ax=right, label="mean score", fraction=0.05, extend="max")
    return figure


def heat(
    values: Real[np.ndarray, "rows columns"],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    text: str = "{:.2f}",
    xlabel: str = "",
    ylabel: str = "",
    label: str = "",
    split: int | None = None,
) -> Figure:
    """A table as coloured cells with their numbers; zeros stay blank. `split`: a line before this column."""
    figure, ax = plt.subplots(figsize=(7.2, 1.9 + 0.31 * len(rows)))
    drawn = ax.imshow(values, cmap="Blues", vmin=0, vmax=values.max(), aspect="auto")
    for i, j in np.argwhere(values > 0):
        color = "white" if values[i, j] > 0.55 * values.max() else COLORS["ink"]
        ax.text(j, i, text.format(values[i, j]), ha="center", va="center", color=color, fontsize=10)
    ax.set_xticks(range(len(columns)), columns, rotation=45, ha="right", rotation_mode="anchor", fontsize=10.5)
    ax.set_yticks(range(len(rows)), rows, fontsize=10.5)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    if split is not None:
        ax.axvline(split - 0.5, color=COLORS["muted"], linewidth=1)
    bar = figure.colorbar(drawn, ax=ax, label=label, fraction=0.04, pad=0.02)
    if np.issubdtype(values.dtype, np.integer):
        bar.locator = MaxNLocator(integer=True)
    return figure


def gain_by_breeds(
    breeds: Sequence[int], gains: Real[np.ndarray, "seeds classes"], names: Sequence[str], *, ylabel: str
) -> Figure:
    """One column a class over the number of its source breeds: small dots for single seeds, a large one for the mean.

    Classes with the same number stand side by side, so that none hides another.
    """
    figure, ax = plt.subplots(figsize=(6.6, 3.9))
    order = np.lexsort((gains.mean(axis=0), breeds))
    places = np.arange(len(order))
    ax.plot(places, gains[:, order].T, "o", color=COLORS["muted"], markersize=3.5, alpha=0.7)
    ax.plot(places, gains[:, order].mean(axis=0), "o", color=COLORS["output"], markersize=8)
    ax.axhline(0, color=COLORS["muted"], linewidth=1.2)
    ax.set_xticks(places, [f"{names[c]} {breeds[c]}" for c in order], rotation=45, ha="right", rotation_mode="anchor")
    ax.tick_params(axis="x", labelsize=10.5)
    ax.set(xlabel="class, and its number of breeds in the source task", ylabel=ylabel)
    ax.grid(axis="x", visible=False)
    return figure
