"""Drawings for the page on data: scenes with their boxes, size distributions, tables of numbers as coloured cells."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Real, UInt8
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .style import COLORS

BOX = "#ffd400"  # the yellow of the thesis' boxes; its dark rim keeps it visible on bright images
_RIM = "#1a1a1a"


def on_white(layer: UInt8[np.ndarray, "H W 4"]) -> UInt8[np.ndarray, "H W 3"]:
    """An RGBA layer laid on white paper."""
    alpha = layer[..., 3:] / 255
    return (layer[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)


def draw_boxes(
    ax: Axes, boxes: Sequence[Sequence[int]], names: Sequence[str] = (), *, color: str = BOX, style: str = "-"
) -> None:
    """Boxes (x0, y0, x1, y1) in pixels, upper ends excluded, over an image that `imshow` drew; names are optional."""
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        # imshow puts the centre of pixel 0 at 0: its edge is half a pixel before.
        frame = Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=1.3)
        frame.set_linestyle(style)
        frame.set_path_effects([patheffects.withStroke(linewidth=2.3, foreground=_RIM)])
        ax.add_patch(frame)
        if names:
            text = ax.text(x0 + 1, max(y0, 9) - 1.5, names[k], color=color, fontsize=10, va="bottom", clip_on=True)
            text.set_path_effects([patheffects.withStroke(linewidth=2.5, foreground=_RIM)])


def show_scenes(
    scenes: Sequence[Any],
    *,
    columns: int = 3,
    boxes: bool = False,
    names: bool = False,
    titles: Sequence[str] | None = None,
    width: float = 6.0,
) -> Figure:
    """A grid of scenes (anything with an `image` and `objects` that have a `name` and a `box`), all at one scale."""
    if titles is not None and len(titles) != len(scenes):
        raise ValueError(f"titles: expected {len(scenes)}, one a scene; got {len(titles)}")
    rows = -(-len(scenes) // columns)
    shapes = [scene.image.shape[0] / scene.image.shape[1] for scene in scenes]
    tallest = [max(shapes[k : k + columns]) for k in range(0, len(shapes), columns)]
    heights = [width / columns * shape + (0.3 if titles else 0.05) for shape in tallest]
    grid = {"height_ratios": heights}
    size = (width, sum(heights))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, gridspec_kw=grid, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.01, hspace=0.01)
    for ax in axes.flat:
        ax.axis("off")
    for k, (ax, scene) in enumerate(zip(axes.flat, scenes, strict=False)):
        ax.imshow(scene.image)
        if boxes:
            draw_boxes(ax, [o.box for o in scene.objects], [o.name for o in scene.objects] if names else ())
        if titles is not None:
            ax.set_title(titles[k], fontsize=11, pad=3)
    return figure


def heat_table(
    values: Real[np.ndarray, "rows columns"],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    text: str = "{:.2f}",
    xlabel: str = "",
    ylabel: str = "",
    label: str = "",
) -> Figure:
    """A table as coloured cells with their numbers: light is 0, dark is the largest. `label` names the colour bar."""
    figure, ax = plt.subplots(figsize=(5.2, 1.4 + 0.32 * len(rows)))
    drawn = ax.imshow(values, cmap="Blues", vmin=0, vmax=values.max(), aspect="auto")
    for i, j in np.ndindex(*values.shape):
        color = "white" if values[i, j] > 0.55 * values.max() else COLORS["ink"]
        ax.text(j, i, text.format(values[i, j]), ha="center", va="center", color=color, fontsize=12)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=ax, label=label, fraction=0.05, pad=0.03)
    return figure


def size_histograms(sizes: Mapping[str, Float[np.ndarray, "_"]]) -> Figure:
    """Histograms of sizes in (0, 1], one panel a set, one above the other over the same axis."""
    figure, axes = plt.subplots(len(sizes), 1, figsize=(6.0, 1.7 * len(sizes)), sharex=True, squeeze=False)
    bins = np.linspace(0, 1, 41)
    colors = (COLORS["output"], COLORS["gradient"])
    for ax, color, (name, values) in zip(axes.flat, colors, sizes.items(), strict=False):
        ax.hist(values, bins=bins, weights=np.full(len(values), 1 / len(values)), color=color)
        ax.axvline(np.median(values), color=COLORS["ink"], linestyle="--", linewidth=1.2)
        ax.set(title=f"{name}: median {np.median(values):.2f}", ylabel="share")
    axes[-1, 0].set(xlabel="longer side of the object / longer side of the image", xlim=(0, 1))
    return figure


def bars_with_range(values: Mapping[str, Sequence[float]], *, chance: float, xlabel: str) -> Figure:
    """One bar a name, as long as the mean of its values, with each value as a dot; a dashed line marks chance."""
    figure, ax = plt.subplots(figsize=(5.4, 0.9 + 0.5 * len(values)))
    for k, scores in enumerate(values.values()):
        ax.barh(k, np.mean(scores), color=COLORS["output"], alpha=0.75, height=0.6)
        ax.plot(scores, np.full(len(scores), k), "o", color=COLORS["ink"], markersize=4)
        ax.text(max(scores) + 0.015, k, f"{np.mean(scores):.0%}", va="center")
    ax.axvline(chance, color=COLORS["gradient"], linestyle="--")
    ax.text(chance + 0.01, -0.75, "chance", color=COLORS["gradient"], fontsize=11, va="center")
    ax.set_yticks(range(len(values)), list(values))
    ax.set(xlim=(0, 1), ylim=(len(values) - 0.4, -1.1), xlabel=xlabel)
    ax.grid(axis="y", visible=False)
    return figure
