"""Drawings for the page on footprints: clouds both ways, residuals, and a function without noise."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thesiscode.causal import ANMFit

from .style import COLORS, tint

Slices = tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"], Float[np.ndarray, " k"]]
POINTS = 700
"""So many points of a cloud are drawn, at most."""


def both_ways(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], there: Slices, back: Slices, title: str | None = None
) -> Figure:
    """A cloud with x to the right, and with y to the right; in each, red bars of one deviation about slices' means.

    there, back: places, means and deviations of the slices.
    """
    figure, axes = plt.subplots(1, 2, figsize=(6.6, 3.5))
    for ax, a, b, slices, names in ((axes[0], x, y, there, "xy"), (axes[1], y, x, back, "yx")):
        _cloud(ax, a, b)
        places, means, deviations = slices
        ax.errorbar(
            places, means, deviations, fmt="none", ecolor=COLORS["gradient"], elinewidth=3, capsize=4, capthick=2
        )
        ax.set(xlabel=names[0], ylabel=names[1])
        spread = deviations.max() / deviations.min()
        ax.set_title(f"longest bar / shortest: {spread:.1f}", fontsize=11)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure


def residuals(fit: ANMFit, title: str) -> Figure:
    """Above, the cloud and its regression both ways; below, what the regression leaves over, by its input."""
    figure, axes = plt.subplots(2, 2, figsize=(6.6, 5.2), sharex="col")
    for (top, bottom), a, b, way, names in (
        (axes[:, 0], fit.x, fit.y, fit.forward, "xy"),
        (axes[:, 1], fit.y, fit.x, fit.backward, "yx"),
    ):
        order = np.argsort(a)
        _cloud(top, a, b)
        top.plot(a[order], way.prediction[order], color=COLORS["output"])
        top.set(ylabel=names[1], xlim=(-3, 3), ylim=(-3, 3))
        _cloud(bottom, a, way.residuals, "gradient")
        bottom.axhline(0, color=COLORS["output"], linewidth=1.2)
        bottom.set(xlabel=names[0], ylabel=f"residual of {names[1]}", ylim=(-2, 2))
        log10 = way.independence.log_p_value / np.log(10)
        p = f"p = {10**log10:.2f}" if log10 > -2 else f"p = $10^{{{log10:.0f}}}$"
        bottom.set_title(f"HSIC {way.independence.statistic:.4f}, {p}", fontsize=11)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure


def _cloud(ax: Axes, a: Float[np.ndarray, " n"], b: Float[np.ndarray, " n"], color: str = "data") -> None:
    some = np.linspace(0, len(a) - 1, min(len(a), POINTS)).round().astype(int)
    ax.scatter(a[some], b[some], s=9, color=tint(COLORS[color], 0.45), linewidths=0)


def blind_spot(shapes: Sequence[float], strengths: Mapping[str, Sequence[float]]) -> Figure:
    """The strength of residuals' dependence by the shape of noise and cause; at a shape of 2 both are normal."""
    figure, ax = plt.subplots(figsize=(6.2, 3.3))
    for (name, values), color in zip(strengths.items(), ("output", "gradient"), strict=False):
        ax.plot(shapes, values, marker="o", color=COLORS[color], label=name)
    ax.axvline(2, color=COLORS["muted"], linestyle=(0, (4, 2)), linewidth=1.2)
    ax.set(xscale="log", xlabel="shape of cause and noise", ylabel="mean HSIC of residuals", ylim=(0, None))
    ax.set_xticks(shapes, [f"{shape:g}" for shape in shapes])
    ax.minorticks_off()
    ax.legend(fontsize=10.5)
    return figure


def without_noise(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> Figure:
    """A function, and the histograms of its arguments, below, and of its values, on the left; both in [0, 1]."""
    figure, axes = plt.subplots(
        2, 2, figsize=(5.6, 4.6), gridspec_kw={"width_ratios": [1, 3], "height_ratios": [3, 1]}, sharex="col"
    )
    left, middle, below = axes[0, 0], axes[0, 1], axes[1, 1]
    axes[1, 0].axis("off")
    bins = np.linspace(0, 1, 31)
    middle.scatter(x, y, s=7, color=COLORS["output"], linewidths=0)
    left.hist(y, bins, orientation="horizontal", color=tint(COLORS["gradient"], 0.3))
    below.hist(x, bins, color=tint(COLORS["data"], 0.4))
    left.invert_xaxis()
    left.tick_params(labelbottom=False)
    middle.tick_params(labelbottom=False)
    left.set(ylabel="y", ylim=(0, 1))
    middle.set(xlim=(0, 1), ylim=(0, 1), yticklabels=[])
    below.set(xlabel="x", yticks=[])
    return figure
