"""Drawings for Appendix C and the page on judging GANs: statistics over training, strips of samples, and scores."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from thesiscode.zoo.thesis_tables import Judged

from .style import COLORS
from .transfer_scores import bare

NAMES = {"mmd": "MMD", "knn": "C2ST-KNN", "nn": "C2ST-NN"}
"""The tests of Tables C.1 and C.2, as they are called in text."""
WIDTHS = (("output", "o", "-"), ("accent", "s", "--"), ("gradient", "D", ":"))
"""Colour, marker and line of each width of the discriminator, the smallest first."""


class Strip(NamedTuple):
    """Samples of one generator, and what stands above them."""

    title: str
    images: UInt8[np.ndarray, "n 3 H W"]


def over_epochs(rows: Sequence[Judged], *, floor: float = 1e-3) -> Figure:
    """A row of panels a test, a column a width of the generator, a line a width of the discriminator.

    The epochs that were judged stand at equal distances. The MMD has a logarithmic axis, on which values below `floor`
    are drawn at `floor`; that of each classifier starts at its lowest accuracy, or at chance.
    """
    gfs, dfs, epochs = (sorted({row[i] for row in rows}) for i in range(3))
    figure, axes = plt.subplots(
        len(NAMES), len(gfs), figsize=(7.0, 6.4), sharex=True, sharey="row", squeeze=False, layout="constrained"
    )
    for line, name in zip(axes, NAMES, strict=True):
        lowest = min(getattr(row, name) for row in rows)
        for ax, gf in zip(line, gfs, strict=True):
            for df, (color, marker, style) in zip(dfs, WIDTHS, strict=False):
                mine = sorted((row for row in rows if (row.gf, row.df) == (gf, df)), key=lambda row: row.epoch)
                values = [max(getattr(row, name), floor) if name == "mmd" else getattr(row, name) for row in mine]
                places = [epochs.index(row.epoch) for row in mine]
                look = {"color": COLORS[color], "marker": marker, "label": f"df = {df}"}
                ax.plot(places, values, style, clip_on=False, zorder=3, **look)
            ax.set_xticks(range(len(epochs)), [str(epoch) for epoch in epochs], fontsize=10.5)
            if name == "mmd":
                ax.set(yscale="log", ylim=(floor, 2))
                ax.yaxis.set_minor_locator(NullLocator())
            else:
                ax.axhline(0.5, color=COLORS["muted"], linewidth=1, linestyle=(0, (4, 3)), zorder=1)
                low = lowest if lowest > 0.7 else min(0.5, lowest)
                ax.set_ylim(low - 0.08 * (1 - low), 1 + 0.04 * (1 - low))
        line[0].set_ylabel(NAMES[name])
    for ax, gf in zip(axes[0], gfs, strict=True):
        ax.set_title(f"gf = {gf}", fontsize=12, loc="left")
    for ax in axes[-1]:
        ax.set_xlabel("epoch")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(dfs))
    return figure


def worst_and_best(groups: Mapping[str, tuple[Sequence[Strip], Sequence[Strip]]], *, columns: int = 6) -> Figure:
    """A block a test: the worst generators on the left, the best on the right, a strip of samples each (Figure 5-7)."""
    deepest = max(len(side) for pair in groups.values() for side in pair)
    figure = plt.figure(figsize=(7.0, len(groups) * (deepest * 0.82 + 0.38)), layout="constrained")
    for block, (name, pair) in zip(np.atleast_1d(figure.subfigures(len(groups), 1)), groups.items(), strict=True):
        axes = block.subplots(deepest, 2, squeeze=False)
        block.suptitle(f"{name}: worst (left) and best (right)", fontsize=12, x=0.01, ha="left")
        for column, strips in zip(axes.T, pair, strict=True):
            for ax in column:
                bare(ax)
                ax.set_visible(False)
            for ax, strip in zip(column, strips, strict=False):
                ax.set_visible(True)
                ax.imshow(side_by_side(strip.images[:columns]), interpolation="nearest")
                ax.set_title(strip.title, fontsize=9.5, loc="left", pad=2)
    return figure


def strips(shown: Sequence[Strip], *, columns: int = 8) -> Figure:
    """Strips of samples below one another, each with its title on the left."""
    figure, axes = plt.subplots(len(shown), 1, figsize=(6.6, 0.62 * len(shown)), squeeze=False, layout="constrained")
    figure.get_layout_engine().set(h_pad=0.015, hspace=0)
    for ax, strip in zip(axes[:, 0], shown, strict=True):
        bare(ax)
        ax.imshow(side_by_side(strip.images[:columns]), interpolation="nearest")
        ax.set_ylabel(strip.title, fontsize=10.5, rotation=0, ha="right", va="center")
    return figure


def side_by_side(images: UInt8[np.ndarray, "n 3 H W"]) -> UInt8[np.ndarray, "H width 3"]:
    """A strip of images, as `imshow` wants it."""
    return np.concatenate(list(np.moveaxis(np.asarray(images), 1, 3)), axis=1)


def told_apart(found: Mapping[str, Sequence[tuple[int, float]]], *, ylabel: str = "accuracy") -> Figure:
    """Accuracies by epoch, a dot a generator: name -> (epoch, accuracy); chance is dotted."""
    epochs = sorted({epoch for pairs in found.values() for epoch, _ in pairs})
    figure, ax = plt.subplots(figsize=(6.4, 3.6))
    offsets = np.linspace(-0.24, 0.24, len(found))
    looks = (("gradient", "D"), ("output", "o"), ("weight", "s"), ("loss", "^"))
    for (name, pairs), offset, (color, marker) in zip(found.items(), offsets, looks, strict=False):
        x = np.array([epochs.index(epoch) for epoch, _ in pairs]) + offset
        spread = np.linspace(-0.05, 0.05, len(pairs))  # dots of the same height stay apart
        y = [accuracy for _, accuracy in pairs]
        ax.plot(x + spread, y, marker, color=COLORS[color], label=name, linestyle="none", alpha=0.75, markersize=5)
    ax.axhline(0.5, color=COLORS["muted"], linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    ax.set_xticks(range(len(epochs)), [f"epoch {epoch}" for epoch in epochs])
    ax.set(ylabel=ylabel, ylim=(0.42, 1.03))
    ax.grid(axis="x", visible=False)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.1, 1), ncols=2, columnspacing=1.2, handletextpad=0.3)
    return figure


def against_anchors(
    generators: Mapping[str, Sequence[float]], anchors: Mapping[str, Mapping[str, float]], *, log: Sequence[str] = ()
) -> Figure:
    """A panel a score: ticks for the generators, and a row an anchor, such as a generator that was collapsed.

    generators: score -> values. anchors: name of the anchor -> score -> value. log: scores with a symmetric
    logarithmic axis.
    """
    names, columns = list(anchors), 2
    rows = -(-len(generators) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(7.0, rows * (0.9 + 0.24 * len(names))), sharey=True, squeeze=False, layout="constrained"
    )
    for ax, (score, values) in zip(axes.flat, generators.items(), strict=False):
        ax.plot(values, np.zeros(len(values)), "|", color=COLORS["output"], markersize=13, markeredgewidth=1.8)
        ax.axvspan(min(values), max(values), color=COLORS["fill"], zorder=0)
        for place, name in enumerate(names, 1):
            color = "gradient" if name.startswith("collapsed") or name == "untrained" else "weight"
            ax.plot(anchors[name][score], place, "o", color=COLORS[color], markersize=7)
        ax.set_title(score, fontsize=12, loc="left")
        if score in log:
            ax.set_xscale("symlog", linthresh=max(1e-3, min(abs(v) for v in values)))
            ax.xaxis.set_minor_locator(NullLocator())
        ax.tick_params(axis="x", labelsize=10)
        ax.set_yticks(range(len(names) + 1), ["generators, last epoch", *names], fontsize=10.5)
        ax.set_ylim(len(names) + 0.5, -0.6)
    for ax in axes.flat[len(generators) :]:
        ax.set_visible(False)
    return figure


def scatter_scores(
    x: Sequence[float], panels: Mapping[str, Sequence[float]], epochs: Sequence[int], *, xlabel: str
) -> Figure:
    """A panel a score against one statistic, a dot a generator, coloured by the epoch that it was judged at."""
    times = sorted(set(epochs))
    looks = [("gradient", "D"), ("accent", "s"), ("sky", "^"), ("output", "o"), ("weight", "v")]
    figure, axes = plt.subplots(1, len(panels), figsize=(7.2, 3.1), layout="constrained", squeeze=False)
    for ax, (name, y) in zip(axes.flat, panels.items(), strict=True):
        for time, (color, marker) in zip(times, looks, strict=False):
            mine = [i for i, epoch in enumerate(epochs) if epoch == time]
            ax.plot(
                [x[i] for i in mine],
                [y[i] for i in mine],
                marker,
                color=COLORS[color],
                linestyle="none",
                label=f"epoch {time}",
                alpha=0.85,
            )
        ax.set_title(name, fontsize=12, loc="left")
        ax.set_xlabel(xlabel)
        ax.tick_params(labelsize=10)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(times), fontsize=10.5)
    return figure


def power_over_images(
    sizes: Sequence[int],
    power: Mapping[str, Float[np.ndarray, " sizes"]],
    level: Float[np.ndarray, " sizes"] | None = None,
    *,
    alpha: float = 0.05,
) -> Figure:
    """The share of tests that reject, over the number of images: a line a generator; `level` is that for real images
    against real ones, which should lie at `alpha`."""
    figure, ax = plt.subplots(figsize=(6.2, 3.4))
    looks = (("gradient", "D"), ("output", "o"), ("weight", "s"))
    for (name, shares), (color, marker) in zip(power.items(), looks, strict=False):
        ax.plot(sizes, shares, marker=marker, color=COLORS[color], label=name, clip_on=False, zorder=3)
    if level is not None:
        ax.plot(sizes, level, "--", marker="x", color=COLORS["muted"], label="real against real", clip_on=False)
    ax.axhline(alpha, color=COLORS["muted"], linewidth=1, linestyle=(0, (1, 2)), zorder=1)
    ax.set_xscale("log")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(sizes, [str(n) for n in sizes])
    ax.set(xlabel="images of each kind", ylabel=f"share with p < {alpha:g}", ylim=(-0.02, 1.02))
    ax.legend(fontsize=10.5)
    return figure
