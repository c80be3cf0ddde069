"""Drawings for the page on scores of patches, of images, and maps (thesis 3.2.3 and 3.3, Figures 3-1, 3-9, 3-10)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Int, Real, UInt8
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .style import COLORS, CYCLE, tint
from .toyland import draw_boxes

MAP_COLORS = "viridis"
Boxes = Sequence[Sequence[float]] | Real[np.ndarray, "n 4"]
"""Rows (x0, y0, x1, y1) in pixels, upper ends excluded."""


class Response(NamedTuple):
    """One image, the score map of one class on it, the boxes of that class, if any, and a line that says what it is."""

    image: UInt8[np.ndarray, "H W 3"]
    map: Float[np.ndarray, "H W"]
    boxes: Boxes
    title: str


def as_picture(pixels) -> UInt8[np.ndarray, "H W 3"]:
    """A uint8 tensor [3, H, W], as networks take it, in the order that matplotlib takes."""
    return np.moveaxis(np.asarray(pixels), 0, 2)


def whole(boxes: Boxes) -> list[tuple[int, ...]]:
    """Boxes as `draw_boxes` takes them."""
    return [tuple(int(v) for v in box) for box in boxes]


def votes(
    image: UInt8[np.ndarray, "H W 3"],
    patches: Int[np.ndarray, "M 4"],
    shares: Float[np.ndarray, " M"],
    means: Float[np.ndarray, " C"],
    peaks: Float[np.ndarray, " C"],
    names: Sequence[str],
    present: Sequence[str],
    title: str,
) -> Figure:
    """Left, the patches as strong as their share of a score; right, a bar a class from 0 to its power mean, inside of
    a pale one up to its best patch. The classes of `present` have a colour, the others are grey."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.3), width_ratios=(1.25, 1))
    bare(left)
    left.imshow(image)
    left.set_title(title, fontsize=11)
    order = np.argsort(shares)
    lines = [(x0 - 0.5, y0 - 0.5, x1 - 0.5, y1 - 0.5) for x0, y0, x1, y1 in patches[order]]
    colors = [(*to_rgb(COLORS["gradient"]), strength) for strength in shares[order] / shares.max()]
    squares = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)] for x0, y0, x1, y1 in lines]
    left.add_collection(LineCollection(squares, colors=colors, linewidths=1.0))

    order = np.argsort(peaks)
    colors = [COLORS["output"] if names[c] in present else COLORS["muted"] for c in order]
    rows = np.arange(len(order))
    right.barh(rows, peaks[order], color=[tint(color, 0.75) for color in colors], height=0.75)
    right.barh(rows, means[order], color=colors, height=0.75)
    right.set_yticks(rows, [names[c] for c in order], fontsize=10)
    right.set(xlim=(0, 1), xlabel="power mean, and best patch (pale)")
    right.xaxis.label.set_size(10.5)
    right.grid(axis="y", visible=False)
    right.tick_params(axis="y", length=0)
    return figure


def overview(
    image: UInt8[np.ndarray, "H W 3"],
    boxes: Boxes,
    names: Sequence[str],
    maps: Mapping[str, Float[np.ndarray, "H W"]],
    scores: Mapping[str, float],
) -> Figure:
    """One image with its boxes above, and maps of some classes below, in rows of three under one colour bar.

    `names` has the class of each box; a map shows the boxes of its own class as thin white frames.
    """
    rows = -(-len(maps) // 3)
    figure = plt.figure(figsize=(6.2, 2.5 + 1.62 * rows), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(2.5, 1.62 * rows))
    ax = top.subplots()
    bare(ax)
    ax.imshow(image)
    draw_boxes(ax, whole(boxes), names)
    axes = bottom.subplots(rows, 3, squeeze=False)
    for ax in axes.flat:
        ax.set_visible(False)
    highest = max(one.max() for one in maps.values())
    for ax, (name, one) in zip(axes.flat, maps.items(), strict=False):
        bare(ax)
        ax.set_visible(True)
        drawn = ax.imshow(one, cmap=MAP_COLORS, vmin=0, vmax=highest)
        thin_frames(ax, [box for box, its in zip(whole(boxes), names, strict=True) if its == name])
        ax.set_title(f"{name} {scores[name]:.2f}", fontsize=11, pad=3, loc="center")
    bottom.colorbar(drawn, ax=axes.ravel().tolist(), label="mean score", fraction=0.04, aspect=22)
    return figure


def responses(
    rows: Mapping[str, Sequence[Response | None]],
    heads: Sequence[str],
    *,
    highest: float | None = None,
    height: float = 1.0,
) -> Figure:
    """One row a class; each cell holds an image, its map with the boxes again, and a line of text above.

    `heads` name the columns of cells; None leaves a cell empty. All maps share one range and one colour bar, which ends
    at `highest`, by default the upper quartile of their highest values: brighter places are clipped, so that the other
    maps do not drown. `height` is that of a row, in inches.
    """
    cells = [cell for row in rows.values() for cell in row if cell is not None]
    if highest is None:
        highest = float(np.quantile([cell.map.max() for cell in cells], 0.75))
    # Placed by hand: images of all shapes stand beside their maps, and a head may be wider than what is below it.
    width, left, bar, line = 7.2, 0.35, 0.75, 0.2
    top = 0.25 if any(heads) else 0.02
    total = top + height * len(rows)
    cell = (width - left - bar) / len(heads)
    side = (cell - 0.1) / 2
    figure = plt.figure(figsize=(width, total), layout="none")
    for column, head in enumerate(heads):
        figure.text((left + column * cell) / width, 1 - 0.02 / total, head, fontsize=11, va="top")
    for row, (name, row_cells) in enumerate(rows.items()):
        low = height * (len(rows) - 1 - row)
        figure.text(0.1 / width, (low + height / 2) / total, name, rotation=90, va="center", ha="center", fontsize=11)
        for column, one in enumerate(row_cells):
            x = left + column * cell
            place = [(x / width, low / total), (side / width, (height - line) / total)]
            shift = side + 0.02
            picture = figure.add_axes((*place[0], *place[1]), anchor="E")
            heat = figure.add_axes((place[0][0] + shift / width, place[0][1], *place[1]), anchor="W")
            bare(picture)
            bare(heat)
            if one is None:
                picture.text(0.5, 0.5, "none", ha="center", va="center", fontsize=10)
                heat.set_visible(False)
                continue
            picture.imshow(one.image)
            draw_boxes(picture, whole(one.boxes))
            drawn = heat.imshow(one.map, cmap=MAP_COLORS, vmin=0, vmax=highest)
            thin_frames(heat, one.boxes)
            picture.set_title(one.title, fontsize=9.5, pad=2, loc="left")
    scale = figure.add_axes((1 - (bar - 0.1) / width, 0.1 / total, 0.12 / width, (total - top - 0.2) / total))
    figure.colorbar(drawn, cax=scale, label="mean score", extend="max")
    return figure


def precision_recall_curves(
    curves: Mapping[str, tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"]]], labels: Mapping[str, str]
) -> Figure:
    """Recall and precision of some rankings: thin as measured, thick with the best precision at any higher recall."""
    figure, ax = plt.subplots(figsize=(6.0, 3.6))
    for (name, (recall, precision)), color in zip(curves.items(), CYCLE, strict=False):
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        ax.plot(recall, precision, color=color, linewidth=0.8, alpha=0.6)
        ax.step(np.append(0, recall), np.append(envelope[0], envelope), where="pre", color=color, label=labels[name])
    ax.set(xlim=(0, 1.01), ylim=(0, 1.05), xlabel="recall", ylabel="precision")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def by_power(
    powers: Sequence[float],
    curves: Mapping[str, Sequence[Sequence[float]]],
    *,
    marked: float = 5,
    interval: tuple[float, float] | None = None,
) -> Figure:
    """Mean average precision by k. Each curve is given by its runs: pale lines, with their mean drawn over them.

    `marked` gets a dotted line; `interval` is drawn there as an error bar of the first curve.
    """
    figure, ax = plt.subplots(figsize=(6.0, 3.4))
    places = np.arange(len(powers))
    for (name, runs), color in zip(curves.items(), (COLORS["output"], COLORS["gradient"]), strict=False):
        if len(runs) > 1:
            ax.plot(places, np.transpose(runs), color=tint(color, 0.55), linewidth=1)
        ax.plot(places, np.mean(runs, axis=0), color=color, marker="o", label=name)
    place = list(powers).index(marked)
    ax.axvline(place, color=COLORS["muted"], linestyle=":", linewidth=1.4)
    if interval is not None:
        ax.vlines(place, *interval, color=COLORS["output"], linewidth=5, alpha=0.3)
    ax.set_xticks(places, [f"{k:g}" for k in powers])
    ax.set(xlabel="power k", ylabel="mean average precision")
    top = max(np.max(runs) for runs in curves.values())
    ax.set_ylim(0, 1.35 * max(top, 0 if interval is None else interval[1]))
    ax.legend(loc="lower right")
    return figure


def bare(ax: Axes) -> None:
    """No ticks, grid or frame: the axes of an image."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)


def thin_frames(ax: Axes, boxes: Boxes) -> None:
    """White outlines, for boxes over a map."""
    for x0, y0, x1, y1 in boxes:
        ax.add_patch(Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor="white", linewidth=0.9))
