"""Drawings for the page on two-sample tests: null distributions, power, what betrays a difference, and errors."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Bool, Float
from matplotlib.figure import Figure

from .style import COLORS, tint

LINES = {
    "C2ST-KNN": ("output", "o", "-"),
    "C2ST-NN": ("gradient", "s", "-"),
    "MMD, linear": ("muted", "v", "-"),
    "MMD, quadratic": ("muted", "^", "--"),
    "mean embedding": ("loss", "D", "-"),
    "Kolmogorov-Smirnov": ("weight", "P", ":"),
    "Mann-Whitney": ("sky", "X", ":"),
    "Kuiper": ("accent", "h", ":"),
    "Bayes classifier": ("ink", None, "--"),
}
"""Colour, marker and line of each test."""


def null_distribution(hits: Sequence[int], n_test: int, curves: Mapping[str, Float[np.ndarray, " n"]]) -> Figure:
    """Shares of simulated numbers of hits as bars, and probabilities of 0 to `n_test` hits as lines."""
    figure, ax = plt.subplots(figsize=(6.2, 3.4))
    counts = np.bincount(hits, minlength=n_test + 1) / len(hits)
    at = np.arange(n_test + 1)
    ax.bar(at, counts, width=0.9, color=tint(COLORS["muted"], 0.6), label="simulated tests")
    for (name, values), color, style in zip(
        curves.items(), ("output", "gradient", "ink"), ("-", "--", ":"), strict=False
    ):
        ax.plot(at, values, style, color=COLORS[color], label=name)
    middle, reach = n_test / 2, 2.2 * n_test**0.5
    ax.set(xlim=(middle - reach, middle + reach), xlabel=f"hits among {n_test} test points", ylabel="share of tests")
    ax.set_ylim(0, 1.45 * max(counts.max(), *(values.max() for values in curves.values())))
    ax.legend(loc="upper left", fontsize=10)
    return figure


def power(
    null: Float[np.ndarray, " R"], other: Float[np.ndarray, " R"], n_test: int, threshold: float, title: str
) -> Figure:
    """Accuracies of tests where the samples agree, and where they differ; from about `threshold` on a test rejects."""
    figure, ax = plt.subplots(figsize=(6.2, 3.2))
    step = max(1, round(0.02 * n_test))  # whole numbers of hits, or bars would come and go
    bins = (np.arange(n_test // 2 % step, n_test + step, step) - 0.5) / n_test
    bins = bins[(bins > 0.29) & (bins < 0.76)]
    for values, color, name in ((null, "muted", "both normal"), (other, "gradient", "normal and Student's t")):
        weights = np.full(len(values), 1 / len(values))
        ax.hist(
            np.clip(values, bins[0], bins[-1]),
            bins,
            weights=weights,
            color=tint(COLORS[color], 0.55),
            label=name,
            alpha=0.8,
        )
        ax.hist(
            np.clip(values, bins[0], bins[-1]),
            bins,
            weights=weights,
            histtype="step",
            color=COLORS[color],
            linewidth=1.6,
        )
    ax.axvline(threshold, color=COLORS["ink"], linestyle="--", linewidth=1.4)
    ax.text(threshold + 0.004, 0.97, "rejects", transform=ax.get_xaxis_transform(), va="top", fontsize=11)
    ax.set(xlim=(0.3, 0.75), ylim=(0, 0.42), xlabel="accuracy on test points", ylabel="share of tests")
    ax.set_title(title, fontsize=11)
    ax.legend(loc="upper left", fontsize=10)
    return figure


def betrayed(
    points: Float[np.ndarray, "n 2"],
    labels: Bool[np.ndarray, " n"],
    telling: Sequence[int],
    lost: Float[np.ndarray, " d"],
) -> Figure:
    """Test points in two of their features, the telling ones with rims; and what each shuffled feature costs."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.0, 3.5), width_ratios=(1.15, 1))
    for of_y, color, name in ((False, "output", "of x"), (True, "gradient", "of y")):
        some = points[labels == of_y]
        left.scatter(some[:, 0], some[:, 1], s=7, color=tint(COLORS[color], 0.45), linewidths=0)
        mine = [i for i in telling if labels[i] == of_y]
        left.scatter(
            *points[mine].T, s=34, color=COLORS[color], edgecolor="white", linewidths=0.8, label=f"{name}, surest"
        )
    left.set(xlabel="feature 1", ylabel="feature 2", xlim=(-4.2, 4.2), ylim=(-4.2, 5.8), aspect="equal")
    left.legend(loc="upper center", fontsize=10, ncols=2, columnspacing=0.8, handletextpad=0.2)
    places = np.arange(len(lost))[::-1]
    right.barh(places, 100 * lost, 0.65, color=[COLORS["output"] if v > 0.02 else COLORS["muted"] for v in lost])
    right.set_yticks(places, [f"feature {k + 1}" for k in range(len(lost))])
    right.axvline(0, color=COLORS["ink"], linewidth=1)
    right.set(xlabel="points of accuracy lost\nif shuffled")
    right.grid(axis="y", visible=False)
    return figure


def densities(
    z: Float[np.ndarray, " n"], p: Float[np.ndarray, " n"], q: Float[np.ndarray, " n"], names: Sequence[str]
) -> Figure:
    """Two densities; shaded, where the second one is the larger one, and the best classifier says so."""
    figure, ax = plt.subplots(figsize=(6.2, 3.0))
    ax.fill_between(z, p, q, where=q > p, color=tint(COLORS["gradient"], 0.6), label="says y", linewidth=0)
    ax.fill_between(z, p, q, where=q <= p, color=tint(COLORS["output"], 0.7), label="says x", linewidth=0)
    ax.plot(z, p, color=COLORS["output"], label=names[0])
    ax.plot(z, q, color=COLORS["gradient"], label=names[1])
    ax.set(xlim=(z[0], z[-1]), ylim=(0, None), xlabel="z", ylabel="density")
    ax.legend(fontsize=10, ncols=2, loc="upper left", columnspacing=1)
    ax.set_ylim(0, 0.62)
    return figure


def error_curves(panels: Mapping[str, Sequence[Mapping[str, Any]]], tests: Sequence[str]) -> Figure:
    """Type II errors: a panel a list of cells, whose first entry is where the cell is, with bars of 95% intervals."""
    across = min(len(panels), 2)
    rows = -(-len(panels) // across)
    figure, axes = plt.subplots(rows, across, figsize=(7.0, 2.75 * rows + 0.9), squeeze=False, sharey=True)
    handles: dict[str, Any] = {}
    for number, (title, cells) in enumerate(panels.items()):
        ax = axes.flat[number]
        where = next(iter(cells[0]))
        for name in tests:
            mine = [cell for cell in cells if name in cell]
            if not mine:
                continue
            color, marker, line = LINES[name]
            missed = np.array([1 - cell[name]["rejected"] / cell[name]["of"] for cell in mine])
            spread = [
                missed - [1 - cell[name]["high"] for cell in mine],
                np.array([1 - cell[name]["low"] for cell in mine]) - missed,
            ]
            handles[name] = ax.errorbar(
                [cell[where] for cell in mine],
                missed,
                np.maximum(spread, 0),
                color=COLORS[color],
                marker=marker,
                linestyle=line,
                markersize=4.5,
                linewidth=1.6,
                elinewidth=0.9,
            )
        ax.set(xscale="log", ylim=(-0.04, 1.04))
        ticks = [cell[where] for cell in cells]
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=9.5)
        ax.minorticks_off()
        ax.set_title(title, fontsize=11)
    for ax in axes[:, 0]:
        ax.set_ylabel("type II error")
    for ax in list(axes.flat)[len(panels) :]:
        ax.axis("off")
    if len(panels) < rows * across:  # the empty place takes the legend
        axes.flat[-1].legend(handles.values(), handles, loc="center", fontsize=10)
    else:
        figure.legend(handles.values(), handles, loc="outside lower center", ncols=3, fontsize=10)
    return figure
