"""Drawings for the pages on what GANs minimise and on the view of optimal transport."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from .gan_game import FAKE, REAL
from .style import COLORS, CYCLE, tint

_DENSITY = LinearSegmentedColormap.from_list("density", ["#ffffff", tint(REAL, 0.6), tint(REAL, 0.3)])
_FIELD = LinearSegmentedColormap.from_list("field", [tint(FAKE, 0.55), "#ffffff", tint(REAL, 0.55)])


def mixture_fits(
    axis: Float[np.ndarray, " n"], density: Float[np.ndarray, "n n"], fits: Mapping[str, Sequence[Any]]
) -> Figure:
    """The data's density, then a panel an objective with the circles of one and two standard deviations of its best
    fit; dashed, those of its other local optima. `fits`: `distances.Fit` objects, the best one first."""
    figure, axes = plt.subplots(2, 3, figsize=(6.8, 4.7), sharex=True, sharey=True)
    for ax, (name, found) in zip(axes.flat, {"the data": [], **fits}.items(), strict=True):
        ax.pcolormesh(axis, axis, density, cmap=_DENSITY, shading="nearest", rasterized=True)
        for k, fit in enumerate(found):
            for radius in (fit.scale, 2 * fit.scale):
                style = {"linewidth": 1.8} if k == 0 else {"linewidth": 1.1, "linestyle": (0, (3, 2))}
                ax.add_patch(Circle(fit.mean, radius, fill=False, color=FAKE if k == 0 else COLORS["muted"], **style))
        ax.set_title(name, loc="left", fontsize=11.5, pad=4)
        ax.set(xlim=axis[[0, -1]], ylim=axis[[0, -1]], aspect="equal", xticks=[], yticks=[])
        ax.grid(False)
    return figure


def by_width(widths: Sequence[int], curves: Mapping[str, Sequence[float]], limit: float) -> Figure:
    """The F-divergence by the width of the network, a line a way to measure it, and twice the JS divergence."""
    figure, ax = plt.subplots(figsize=(6.4, 3.7))
    ax.axhline(limit, color=COLORS["ink"], linestyle=(0, (4, 2)), linewidth=1.3)
    ax.text(widths[0], limit, "2 JS", va="bottom", color=COLORS["ink"])
    for k, (name, curve) in enumerate(curves.items()):
        ax.plot(widths, curve, marker="o", color=CYCLE[k], label=name)
    ax.set_xscale("log", base=2)
    ax.set(xticks=widths, xticklabels=widths, xlabel="hidden units", ylabel="nats", ylim=(0, None))
    ax.legend(fontsize=10.5)
    return figure


def answers(
    x: Float[np.ndarray, " n"],
    densities: tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]],
    best: Float[np.ndarray, " n"],
    found: Float[np.ndarray, " n"],
    title: str,
) -> Figure:
    """Above, the densities of P and Q; below, the best function of all and the best one found in a class."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(6.2, 4.9), sharex=True, height_ratios=(1, 1.3))
    for density, color, name in zip(densities, (REAL, FAKE), ("P", "Q"), strict=True):
        top.plot(x, density, color=color, label=name)
    top.set(ylabel="density", ylim=(0, None))
    top.set_title(title, loc="left")
    bottom.plot(x, best, color=tint(COLORS["ink"], 0.6), linewidth=5, label="best of all: p / (p + q)")
    bottom.plot(x, found, color=COLORS["weight"], label="best found in the class")
    bottom.set(xlabel="x", ylabel="f(x)", ylim=(-0.03, 1.03))
    top.legend(ncols=2)
    bottom.legend(fontsize=10, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def by_scale(
    scales: Float[np.ndarray, " n"],
    curves: Mapping[str, Float[np.ndarray, " n"]],
    marks: Mapping[str, float],
) -> Figure:
    """An F-divergence by the parameter of a model, a line a class of functions, with its lowest point marked."""
    figure, ax = plt.subplots(figsize=(6.4, 3.7))
    for k, (name, curve) in enumerate(curves.items()):
        ax.plot(scales, curve, color=CYCLE[k], label=name)
        if name in marks:
            ax.plot(marks[name], np.interp(marks[name], scales, curve), "o", color=CYCLE[k], markersize=8)
    ax.set(xlabel="standard deviation of the model", ylabel="nats", ylim=(-0.005, None))
    figure.legend(loc="outside lower center", ncols=3, fontsize=10.5)
    return figure


def potentials(
    axis: Float[np.ndarray, " n"],
    fields: Mapping[str, Float[np.ndarray, "n n"]],
    x: Float[np.ndarray, "m 2"],
    y: Float[np.ndarray, "k 2"],
) -> Figure:
    """Functions on a square, a panel each, with level lines at tenths of their range, and two clouds."""
    figure, axes = plt.subplots(2, -(-len(fields) // 2), figsize=(6.6, 6.9), sharex=True, sharey=True)
    for ax, (name, values) in zip(axes.flat, fields.items(), strict=True):
        levels = np.linspace(values.min(), values.max(), 12)
        ax.contourf(axis, axis, values, levels=levels, cmap=_FIELD)
        ax.contour(axis, axis, values, levels=levels, colors=COLORS["muted"], linewidths=0.7, linestyles="solid")
        ax.scatter(*x.T, s=5, color=REAL, label="x, scored high", linewidths=0)
        ax.scatter(*y.T, s=5, color=FAKE, label="y, scored low", linewidths=0)
        ax.set(xlim=axis[[0, -1]], ylim=axis[[0, -1]], aspect="equal", xticks=[], yticks=[])
        ax.grid(False)
        ax.set_title(name, loc="left", fontsize=10.5, pad=4)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, markerscale=2)
    return figure


def by_gap(gaps: Sequence[float], curves: Mapping[str, Sequence[float]]) -> Figure:
    """Readings of two clouds by the gap between them."""
    figure, ax = plt.subplots(figsize=(6.2, 3.4))
    for k, (name, curve) in enumerate(curves.items()):
        ax.plot(gaps, curve, marker="o", color=CYCLE[k], label=name)
    ax.set(xlabel="gap between the clouds", ylabel="reading", ylim=(0, None))
    ax.legend(fontsize=10.5)
    return figure


def grey_images(images: Mapping[str, Float[np.ndarray, "h w"]], columns: int = 4) -> Figure:
    """Grey images of 0 to 255 with a title each."""
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(6.6, 1.95 * rows), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, (name, image) in zip(axes.flat, images.items(), strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        ax.set_title(name, loc="center", fontsize=10.5, pad=4)
    return figure


def by_shift(
    shifts: Sequence[int], lengths: Mapping[str, Sequence[float]], shares: Mapping[str, Sequence[float]]
) -> Figure:
    """By the shift of a shape: above, its distance from the shape, in units of the mean distance of two shapes; below,
    the share of other shapes that are nearer."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(6.2, 5.6), sharex=True)
    for ax, curves in ((top, lengths), (bottom, shares)):
        for k, (name, curve) in enumerate(curves.items()):
            ax.plot(shifts, curve, marker="o", color=CYCLE[k], label=name)
    top.axhline(1, color=COLORS["muted"], linewidth=1)
    top.set(ylabel="distance / mean of\nother shapes", ylim=(0, None))
    bottom.set(xlabel="shift in pixels", ylabel="share of other\nshapes nearer", ylim=(-0.03, 1.03))
    top.legend(fontsize=10.5)
    return figure
