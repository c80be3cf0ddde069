"""Drawings for the page on learning with less supervision."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from .style import COLORS, CYCLE, tint
from .toyland import BOX, draw_boxes

STYLES = ("-", "--", "-.", ":", (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))


def kinds_of_labels(
    image: UInt8[np.ndarray, "H W 3"],
    caption: str,
    names: Sequence[str],
    boxes: Sequence[Sequence[int]],
    masks: Sequence[Bool[np.ndarray, "H W"]],
    strokes: Sequence[Float[np.ndarray, "k 2"]],
) -> Figure:
    """One image with six kinds of label, from the cheapest to the dearest."""
    figure, axes = plt.subplots(2, 3, figsize=(6.8, 4.9))
    titles = ("image labels", "caption", "points", "scribbles", "boxes", "pixels")
    for ax, title in zip(axes.flat, titles, strict=True):
        ax.imshow(image)
        ax.set_title(title, fontsize=11, loc="left", pad=4)
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    labels, told, points, scribbles, framed, pixels = axes.flat
    labels.set_xlabel(", ".join(dict.fromkeys(names)), fontsize=9)
    told.set_xlabel(_wrapped(caption), fontsize=9)
    colours = [CYCLE[k % len(CYCLE)] for k in range(len(names))]
    for mask, stroke, colour in zip(masks, strokes, colours, strict=True):
        middle = stroke[len(stroke) // 2]
        points.plot(*middle, "x", color=BOX, markersize=9, markeredgewidth=2.5)
        scribbles.plot(*stroke.T, "-", color=BOX, linewidth=2.5)
        layer = np.zeros((*mask.shape, 4))
        layer[mask] = [*plt.matplotlib.colors.to_rgb(colour), 0.75]
        pixels.imshow(layer)
    draw_boxes(framed, boxes)
    return figure


def _wrapped(text: str, width: int = 28) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def right_windows(shares: Mapping[str, Sequence[float]]) -> Figure:
    """Share of images with the right window, round by round."""
    figure, ax = plt.subplots(figsize=(6.2, 3.5))
    longest = max(len(values) for values in shares.values())
    for color, style, (name, values) in zip(CYCLE, STYLES, shares.items(), strict=False):
        kept = [*values, *[values[-1]] * (longest - len(values))]  # it has stopped: nothing changes any more
        ax.plot(kept, linestyle=style, marker="o", color=color, label=name)
    ax.set(xlabel="rounds of choosing and training", ylabel="share of right windows", ylim=(0, 1))
    ax.legend(fontsize=10, ncols=2)
    return figure


def pair_of_patches(
    image: UInt8[np.ndarray, "H W 3"], corners: Int[np.ndarray, "2 2"], size: int, places: Int[np.ndarray, "8 2"]
) -> Figure:
    """An image with a pair of patches and the other places, and what the network sees: the two patches in grey."""
    figure, axes = plt.subplots(1, 3, figsize=(6.4, 2.7), gridspec_kw={"width_ratios": [2, 1, 1]})
    axes[0].imshow(image)
    halo = [withStroke(linewidth=3, foreground=COLORS["ink"])]
    for number, (row, column) in enumerate(places.tolist()):
        frame = Rectangle((column - 0.5, row - 0.5), size, size, fill=False, edgecolor="white", linestyle=":")
        frame.set_path_effects(halo)
        axes[0].add_patch(frame)
        at = (column + (size - 1) / 2, row + (size - 1) / 2)
        shown = all(0 <= z < side for z, side in zip(at, image.shape[1::-1], strict=True))
        if shown:
            axes[0].text(*at, str(number), color="white", ha="center", va="center", path_effects=halo)
    for (row, column), color in zip(corners.tolist(), (COLORS["accent"], COLORS["sky"]), strict=True):
        draw_boxes(axes[0], [(column, row, column + size, row + size)], color=color)
    grey = image.mean(axis=2)
    for ax, (row, column), title in zip(axes[1:], corners.tolist(), ("first", "second"), strict=True):
        ax.imshow(grey[row : row + size, column : column + size], cmap="gray", vmin=0, vmax=255)
        ax.set_title(title, fontsize=11)
    for ax in axes:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    return figure


def accuracy_by_layer(
    layers: Sequence[str], rows: Mapping[str, Float[np.ndarray, "layers 3"]], *, whole: tuple[float, float, float]
) -> Figure:
    """Mean, low and high of an accuracy at each layer, a line a row; a band for a network trained as a whole."""
    figure, ax = plt.subplots(figsize=(6.6, 4.2))
    x = np.arange(len(layers))
    ax.axhspan(whole[1], whole[2], color=tint(COLORS["muted"], 0.75))
    ax.axhline(whole[0], color=COLORS["muted"], linewidth=1.4, label="no pre-training")
    for k, (name, values) in enumerate(rows.items()):
        mean, low, high = values.T
        place = x + 0.06 * (k - (len(rows) - 1) / 2)
        ax.errorbar(place, mean, [mean - low, high - mean], color=CYCLE[k], linestyle=STYLES[k], marker="o", label=name)
    ax.set_xticks(x, layers)
    ax.set(xlabel="layer that the linear classifier reads", ylabel="accuracy on test objects")
    ax.legend(fontsize=10, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.28))
    return figure


def accuracy_by_step(steps: Sequence[float], curves: Mapping[str, Sequence[float]]) -> Figure:
    """Accuracy by the size of the step, in levels of 255; solid for the network itself, dashed for the others."""
    figure, ax = plt.subplots(figsize=(6.2, 3.6))
    for color, style, (name, values) in zip(CYCLE, STYLES, curves.items(), strict=False):
        ax.plot(steps, values, linestyle=style, marker="o", color=color, label=name)
    ax.set(xlabel="change of each pixel, levels of 255", ylabel="accuracy", ylim=(0, 1.02))
    ax.legend(fontsize=10, loc="lower left")
    return figure


def bars_of_codes(values: Float[np.ndarray, "rows columns"], rows: Sequence[str], columns: Sequence[str]) -> Figure:
    """Groups of bars, one group a row; a dotted line marks guessing among ten classes."""
    figure, ax = plt.subplots(figsize=(6.2, 3.2))
    width = 0.8 / len(columns)
    for k, (name, color) in enumerate(zip(columns, CYCLE, strict=False)):
        place = np.arange(len(rows)) + (k - (len(columns) - 1) / 2) * width
        drawn = ax.bar(place, values[:, k], width * 0.92, color=color, label=name)
        ax.bar_label(drawn, [f"{v:.0%}" for v in values[:, k]], fontsize=10)
    ax.axhline(0.1, color=COLORS["ink"], linestyle=":")
    ax.set_xticks(range(len(rows)), rows)
    ax.set(ylabel="accuracy", ylim=(0, 1.25), yticks=np.linspace(0, 1, 6))
    ax.grid(axis="x", visible=False)
    ax.legend(fontsize=10, ncols=len(columns), loc="upper center")
    return figure
