"""Figures of cause-effect pairs: made points, scores of replicas, accuracies of methods (thesis Section 5.4.2)."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from .style import COLORS, CYCLE


def made_points(
    clouds: Mapping[str, tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]], titles: Sequence[str] = ()
) -> Figure:
    """Clouds side by side on the same axes; the first is the data, and lies pale under the others."""
    figure, axes = plt.subplots(1, len(clouds), figsize=(6.5, 2.5), sharex=True, sharey=True, layout="constrained")
    data = next(iter(clouds.values()))
    for k, (axis, (name, (x, y))) in enumerate(zip(axes, clouds.items(), strict=True)):
        axis.scatter(*data, s=5, color=COLORS["muted"], alpha=0.35 if k else 0.8, linewidths=0)
        if k:
            axis.scatter(x, y, s=5, color=COLORS["output" if k == 1 else "gradient"], linewidths=0)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("x")
    axes[0].set_ylabel("y")
    return figure


def clouds(pairs: Mapping[str, tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]]) -> Figure:
    """Clouds side by side, without units."""
    figure, axes = plt.subplots(1, len(pairs), figsize=(6.8, 2.2), layout="constrained")
    for axis, (name, (x, y)) in zip(axes, pairs.items(), strict=True):
        axis.scatter(x, y, s=5, color=COLORS["output"], alpha=0.5, linewidths=0)
        axis.set_title(name.replace(", ", ",\n"), fontsize=9.5)
        axis.set_xticks([])
        axis.set_yticks([])
    return figure


def replica_scores(
    pairs: Mapping[str, tuple[Float[np.ndarray, " R"], Float[np.ndarray, " R"]]], xlabel: str = "|accuracy - 1/2|"
) -> Figure:
    """For each pair, the distances of all replicas of both directions, a line each; the best one of each is filled."""
    figure, axis = plt.subplots(figsize=(6.5, 0.9 + 0.55 * len(pairs)), layout="constrained")
    for k, (forward, backward) in enumerate(pairs.values()):
        for offset, values, color in ((0.15, forward, "output"), (-0.15, backward, "gradient")):
            height = np.full(len(values), -k + offset)
            axis.scatter(values, height, s=28, facecolors="none", edgecolors=COLORS[color], linewidths=0.9)
            axis.scatter(values.min(), -k + offset, s=34, color=COLORS[color])
    axis.set_yticks(-np.arange(len(pairs)), list(pairs))
    axis.set_xlabel(xlabel)
    axis.set_xlim(left=-0.005)
    for label, color in (("y made from x", "output"), ("x made from y", "gradient")):
        axis.scatter([], [], s=34, color=COLORS[color], label=label)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9)
    return figure


def intervals(
    rows: Mapping[str, Mapping[str, float]],
    *,
    thesis: Mapping[str, float] | None = None,
    constant: float | None = None,
    xlabel: str,
) -> Figure:
    """One line a method: mean, low, high of an accuracy in [0, 1]; what the thesis reports is a ring; the dashed line
    is the constant answer, the dotted one a coin."""
    figure, axis = plt.subplots(figsize=(6.5, 0.9 + 0.3 * len(rows)), layout="constrained")
    places = -np.arange(len(rows))
    for place, found in zip(places, rows.values(), strict=True):
        axis.plot([100 * found["low"], 100 * found["high"]], [place, place], color=COLORS["output"], lw=2)
        axis.plot(100 * found["mean"], place, "o", color=COLORS["output"], ms=6)
    for name, value in (thesis or {}).items():
        axis.plot(100 * value, places[list(rows).index(name)], "o", ms=9, mfc="none", mec=COLORS["gradient"], mew=1.5)
    if thesis:
        axis.plot([], [], "o", ms=9, mfc="none", mec=COLORS["gradient"], mew=1.5, label="thesis")
    axis.axvline(50, color=COLORS["muted"], ls=":", lw=1.2, label="coin")
    if constant is not None:
        axis.axvline(100 * constant, color=COLORS["muted"], ls="--", lw=1.2, label="always x causes y")
    axis.set_yticks(places, list(rows))
    axis.set_xlabel(xlabel)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3, fontsize=9)
    return figure


def decision_rates(curves: Mapping[str, tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]]) -> Figure:
    """Accuracy by the share of weight that is decided, one curve a method; the most confident decisions come first."""
    figure, axis = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    for k, (name, (rates, accuracies)) in enumerate(curves.items()):
        axis.step(
            100 * rates, 100 * accuracies, where="pre", label=name, color=CYCLE[k], ls=["-", "--", "-.", ":"][k % 4]
        )
    axis.axhline(50, color=COLORS["muted"], lw=0.8)
    axis.set_xlabel("decided (% of the weight)")
    axis.set_ylabel("right (%)")
    axis.set_xlim(0, 100)
    axis.set_ylim(0, 102)
    axis.legend(fontsize=9, loc="lower right")
    return figure


def ensemble_sizes(
    sizes: Sequence[int], panels: Mapping[str, Mapping[str, Float[np.ndarray, "draws sizes"]]]
) -> Figure:
    """Accuracy by the number of replicas in each direction, a panel a rule and a curve a test: means over draws of
    replicas, and one deviation to both sides; the dotted line is a coin."""
    figure, axes = plt.subplots(1, len(panels), figsize=(6.6, 3.1), sharey=True, squeeze=False, layout="constrained")
    for axis, (rule, curves) in zip(axes[0], panels.items(), strict=True):
        for k, (name, found) in enumerate(curves.items()):
            mean, spread = 100 * found.mean(axis=0), 100 * found.std(axis=0)
            axis.fill_between(sizes, mean - spread, mean + spread, color=CYCLE[k], alpha=0.15, lw=0)
            axis.plot(sizes, mean, marker="os^v"[k % 4], ms=4, color=CYCLE[k], label=name)
        axis.axhline(50, color=COLORS["muted"], ls=":", lw=1.2)
        axis.set_xscale("log")
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.minorticks_off()
        axis.set_xlabel("generators in each direction")
        axis.set_title(rule, fontsize=10)
    axes[0, 0].set_ylabel("right (%)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=9)
    return figure
