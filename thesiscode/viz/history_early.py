"""Drawings for the page on early neural networks."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure

from .style import COLORS, CYCLE, tint

STYLES = ("-", "--", "-.", ":")
INK = "gray_r"


def mistakes_and_bound(bounds: Float[np.ndarray, " n"], mistakes: Int[np.ndarray, " n"]) -> Figure:
    """Each separable set as a dot: mistakes of the perceptron by the bound; the line is where they are equal."""
    figure, ax = plt.subplots(figsize=(5.4, 3.8))
    ends = np.array([bounds.min() * 0.8, bounds.max() * 1.2])
    ax.fill_between(ends, ends, ends[1] * 3, color=tint(COLORS["gradient"], 0.85))
    ax.plot(ends, ends, color=COLORS["gradient"])
    ax.plot(bounds, mistakes, "o", color=COLORS["output"], markersize=3, alpha=0.6)
    ax.text(0.04, 0.93, "no set can be here", transform=ax.transAxes, color=COLORS["gradient"], va="top")
    ax.set(xscale="log", yscale="log", xlim=ends, ylim=(0.8, ends[1]))
    ax.set(xlabel=r"bound $(R / \gamma)^2$", ylabel="mistakes")
    return figure


def two_passes(errors: Mapping[str, Sequence[int]]) -> Figure:
    """Mistakes by pass, a line for each set."""
    figure, ax = plt.subplots(figsize=(5.8, 2.8))
    for color, style, (name, values) in zip(CYCLE, STYLES, errors.items(), strict=False):
        ax.plot(range(1, len(values) + 1), values, style, color=color, label=name)
    ax.set(xlabel="pass through the samples", ylabel="mistakes", ylim=(-0.2, 5.6))
    ax.legend(fontsize=10, loc="upper right", ncols=2)
    return figure


def planes(image: Float[np.ndarray, "H W"], rows: Mapping[str, Float[np.ndarray, "K h w"]]) -> Figure:
    """An input on the left, and rows of cell planes beside it."""
    most = max(len(row) for row in rows.values())
    figure, axes = plt.subplots(len(rows), most + 1, figsize=(6.6, 1.5 * len(rows)))
    for ax in axes.ravel():
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        ax.spines[:].set_visible(False)
    axes[0, 0].imshow(image, cmap=INK)
    axes[0, 0].spines[:].set_visible(True)
    axes[0, 0].set_title("input", fontsize=10, loc="left")
    for line, (name, row) in zip(axes, rows.items(), strict=True):
        for k, (ax, plane) in enumerate(zip(line[1:], row, strict=False)):
            ax.imshow(plane, cmap="viridis", vmin=0, vmax=1)
            if k == 0:
                ax.set_title(name, fontsize=10, loc="left")
    return figure


def two_curves(
    panels: Mapping[str, tuple[Sequence[float], Mapping[str, Sequence[float]]]], *, ylabel: str, chance: float
) -> Figure:
    """Curves by a different quantity in each panel, its name below; the dotted line is chance."""
    figure, axes = plt.subplots(1, len(panels), figsize=(6.6, 3.5), sharey=True)
    for ax, (xlabel, (x, curves)) in zip(axes, panels.items(), strict=True):
        for color, style, (name, y) in zip(CYCLE, STYLES, curves.items(), strict=False):
            ax.plot(x, y, style, color=color, marker="o", markersize=4, label=name)
        ax.axhline(chance, color=COLORS["muted"], linestyle=":", linewidth=1)
        ax.set(xlabel=xlabel, ylim=(0, 1.05))
    axes[0].set(ylabel=ylabel)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=10)
    return figure


def segmentation_graph(
    image: Float[np.ndarray, "8 width"],
    cuts: Sequence[int],
    edges: Mapping[tuple[int, int], tuple[int, float]],
    best: Sequence[tuple[int, int]],
) -> Figure:
    """A string with its cuts; below, the graph: an arc for each piece, with its best digit and the score of that.

    edges: cut numbers (i, j) to a digit and a score. Arcs of the best path are thick.
    """
    figure, (top, ax) = plt.subplots(2, 1, figsize=(6.8, 5.2), sharex=True, gridspec_kw={"height_ratios": [1, 2.1]})
    width = image.shape[1]
    top.imshow(image, cmap=INK, extent=(0, width, 8, 0), aspect="auto")
    for cut in cuts:
        top.axvline(cut, color=COLORS["gradient"], linewidth=1, linestyle="--")
    top.set(xlim=(cuts[0] - 1, cuts[-1] + 1), yticks=[])
    top.grid(False)
    ordered = sorted(edges, key=lambda e: (cuts[e[1]] + cuts[e[0]], e))  # neighbours get different heights
    side = {}
    for count, edge in enumerate(e for e in ordered if e not in best):
        side[edge] = -(0.45, 0.7, 0.95, 1.2)[count % 4]
    for i, j in ordered:
        chosen = (i, j) in best
        a, b = cuts[i], cuts[j]
        height = 1.0 if chosen else side[i, j]
        t = np.linspace(0, np.pi, 40)
        x, y = (a + b) / 2 - (b - a) / 2 * np.cos(t), height * np.sin(t)
        color = COLORS["weight"] if chosen else COLORS["muted"]
        ax.plot(x, y, color=color, linewidth=3 if chosen else 1)
        digit, score = edges[i, j]
        label = f"{digit}: {score:.1f}"
        place = {"ha": "center", "va": "center", "color": color, "fontsize": 11 if chosen else 9}
        ax.text((a + b) / 2, height, label, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1}, **place)
    ax.plot(cuts, np.zeros(len(cuts)), "o", color=COLORS["ink"], markersize=6, zorder=5)
    ax.set(ylim=(-1.5, 1.3), yticks=[], xlabel="column")
    ax.locator_params(axis="x", integer=True)
    ax.grid(False)
    return figure


def readings(images: Sequence[np.ndarray], titles: Sequence[str], right: Sequence[bool]) -> Figure:
    """Strings with what was read, in colour where it is wrong."""
    figure, axes = plt.subplots(2, -(-len(images) // 2), figsize=(6.6, 2.7))
    for ax in axes.ravel():
        ax.set_axis_off()
    for ax, image, title, fine in zip(axes.ravel(), images, titles, right, strict=False):
        ax.imshow(image, cmap=INK)
        ax.set_title(title, fontsize=10, loc="center", color=COLORS["ink" if fine else "gradient"])
    return figure


def by_step(
    curves: Mapping[str, Float[np.ndarray, "seeds n"]], *, xlabel: str, ylabel: str, log: bool = True, title: str = ""
) -> Figure:
    """Means over seeds (geometric on a logarithmic axis), with a band from the lowest to the highest."""
    figure, ax = plt.subplots(figsize=(5.8, 3.6))
    for color, style, (name, values) in zip(CYCLE, STYLES, curves.items(), strict=False):
        x = np.arange(1, values.shape[1] + 1)
        mean = np.exp(np.log(values).mean(axis=0)) if log else values.mean(axis=0)
        ax.plot(x, mean, style, color=color, label=name)
        ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=color, alpha=0.18, linewidth=0)
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(fontsize=10)
    return figure


def means(values: Mapping[str, tuple[float, float, float]], *, xlabel: str) -> Figure:
    """A dot and an interval for each name: (mean, low, high)."""
    figure, ax = plt.subplots(figsize=(6.4, 0.45 * len(values) + 1.1))
    for k, (mean, low, high) in enumerate(values.values()):
        ax.plot([low, high], [-k, -k], color=COLORS["output"], linewidth=3, alpha=0.5)
        ax.plot(mean, -k, "o", color=COLORS["output"])
    ax.set(yticks=-np.arange(len(values)), xlabel=xlabel, ylim=(0.6 - len(values), 0.4))
    ax.set_yticklabels(list(values), fontsize=10)
    return figure


def depth_panels(
    losses: Mapping[str, Float[np.ndarray, " epochs"]], gradients: Mapping[str, Float[np.ndarray, " layers"]]
) -> Figure:
    """Left, training loss by epoch; right, the size of the gradient at each layer before training."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.6, 3.5))
    for color, style, name in zip(CYCLE, STYLES, losses, strict=False):
        left.plot(range(1, len(losses[name]) + 1), losses[name], style, color=color, label=name)
        right.plot(range(1, len(gradients[name]) + 1), gradients[name], style, color=color, marker="o", markersize=4)
    left.set(xlabel="epoch", ylabel="training loss (nats)", ylim=(0, None))
    left.locator_params(axis="x", integer=True)
    right.set(xlabel="layer", ylabel="gradient of its weights", yscale="log")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    return figure
