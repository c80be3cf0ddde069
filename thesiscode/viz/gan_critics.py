"""Drawings for the page on critics: what is left of a gradient, and how well estimates follow exact distances."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from .gan_game import FAKE, REAL
from .style import COLORS, tint

_FIELD = LinearSegmentedColormap.from_list("f", [tint(FAKE, 0.55), "#ffffff", tint(REAL, 0.55)])


def far_apart(
    gaps: Sequence[float], pulls: Mapping[str, Sequence[float]], readings: Mapping[str, Sequence[float]]
) -> Figure:
    """By the gap between two clouds: above, the gradient at generated points; below, what each loss says the gap is."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(6.2, 5.6), sharex=True)
    for ax, curves in ((top, pulls), (bottom, readings)):
        for k, (name, curve) in enumerate(curves.items()):
            color = (COLORS["gradient"], COLORS["output"], COLORS["weight"])[k if len(curves) == 3 else 2 * k]
            ax.plot(gaps, curve, marker="o", color=color, label=name)
        ax.legend(fontsize=10)
    top.set(yscale="log", ylabel="mean size of gradient")
    bottom.set(xlabel="gap between the clouds", ylabel="reading", ylim=(0, None))
    return figure


def field(
    scores: Float[np.ndarray, "n n"],
    reach: float,
    x: Float[np.ndarray, "m 2"],
    y: Float[np.ndarray, "k 2"],
    title: str,
) -> Figure:
    """Level lines of a critic's scores on the square [-reach, reach]^2, at tenths of their range, and both clouds."""
    figure, ax = plt.subplots(figsize=(5.0, 4.7))
    axis = np.linspace(-reach, reach, len(scores))
    levels = np.linspace(scores.min(), scores.max(), 12)
    ax.contourf(axis, axis, scores, levels=levels, cmap=_FIELD)
    ax.contour(axis, axis, scores, levels=levels, colors=COLORS["muted"], linewidths=0.7)
    ax.scatter(*x.T, s=7, color=REAL, label="x, scored high", linewidths=0)
    ax.scatter(*y.T, s=7, color=FAKE, label="y, scored low", linewidths=0)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
    ax.grid(False)
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=10, markerscale=2)
    return figure


def estimates(
    exact: Float[np.ndarray, "seeds pairs"],
    found: Mapping[str, Float[np.ndarray, "seeds pairs"]],
    correlations: Mapping[str, float],
) -> Figure:
    """Estimates against exact distances, a panel a constraint, a point a pair and seed; the line is equality."""
    rows = -(-len(found) // 3)
    figure, axes = plt.subplots(rows, 3, figsize=(6.8, 2.25 * rows), sharex=True)
    for ax, (name, values) in zip(axes.flat, found.items(), strict=False):
        color = COLORS["gradient"] if name.startswith("clip") else COLORS["output"]
        ax.scatter(exact.ravel(), values.ravel(), s=14, color=color, linewidths=0)
        top = values.max() * 1.08
        if name.startswith("penalty"):
            line = np.array([0, exact.max() * 1.08])
            ax.plot(line, line, color=COLORS["muted"], linewidth=1)
            top = max(top, line[1])
        ax.set(xlim=(0, exact.max() * 1.08), ylim=(min(0, values.min() * 1.08), top))
        ax.set_title(f"{name}: {correlations[name]:.2f}", loc="left", fontsize=10.5, pad=4)
        ax.tick_params(labelsize=9)
        ax.ticklabel_format(axis="y", scilimits=(-2, 3))
        ax.yaxis.get_offset_text().set_fontsize(9)
    figure.supxlabel("exact distance", fontsize=11)
    figure.supylabel("estimate", fontsize=11)
    return figure


def by_limit(limits: Sequence[float], found: Mapping[str, Sequence[float]], degree: int) -> Figure:
    """Estimates by the limit of the weights, both logarithmic, a line a pair; dashed, a power of the limit."""
    figure, ax = plt.subplots(figsize=(6.0, 3.6))
    for name, curve in found.items():
        ax.plot(limits, curve, marker="o", markersize=4, linewidth=1.2, color=tint(COLORS["gradient"], 0.35))
        del name
    middle = np.exp(np.mean([np.log(curve) for curve in found.values()], axis=0))
    guide = middle[0] * (np.asarray(limits) / limits[0]) ** degree
    ax.plot(limits, guide, color=COLORS["ink"], linestyle=(0, (4, 2)), label=f"a power of {degree}")
    ax.set(xscale="log", yscale="log", xlabel="limit of the weights, c", ylabel="estimate")
    ax.legend()
    return figure
