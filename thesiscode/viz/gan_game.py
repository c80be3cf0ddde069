"""Drawings for the page on the adversarial game: who tells whom what, and how a small game goes."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from .diagrams import arrow, box, canvas
from .style import COLORS, tint

REAL, FAKE = COLORS["data"], COLORS["output"]
"""Colours of real samples and of generated ones."""
_FIELD = LinearSegmentedColormap.from_list("d", [tint(FAKE, 0.55), "#ffffff", tint(REAL, 0.55)])


def the_game() -> Figure:
    """Both networks, what they see, and the two gradients (thesis Figure 5-2)."""
    figure, ax = canvas(10, 8.9, scale=0.6)
    back = {"color": COLORS["gradient"], "linestyle": "--"}
    box(ax, (2.2, 8.0), "noise z", width=2.6, height=1.0, color=COLORS["muted"])
    box(ax, (2.2, 5.2), "generator g", width=2.8, height=1.1, color=FAKE)
    box(ax, (2.2, 2.3), "fake sample\ng(z)", width=2.8, height=1.4, color=FAKE)
    box(ax, (6.5, 2.3), "real sample\nx", width=2.8, height=1.4, color=REAL)
    box(ax, (6.5, 5.2), "discriminator d", width=3.4, height=1.1, color=COLORS["weight"])
    box(ax, (6.5, 8.0), "real or fake?", width=3.0, height=1.0, color=COLORS["ink"])
    arrow(ax, (2.2, 7.45), (2.2, 5.85), color=COLORS["muted"])
    arrow(ax, (2.2, 4.6), (2.2, 3.1), color=FAKE)
    arrow(ax, (3.65, 2.6), (5.5, 4.6), color=FAKE)
    arrow(ax, (6.5, 3.1), (6.5, 4.6), color=REAL)
    arrow(ax, (6.5, 5.85), (6.5, 7.45), color=COLORS["ink"])
    arrow(ax, (7.4, 7.45), (7.4, 5.85), **back)
    arrow(ax, (5.6, 7.45), (5.6, 5.85), **back)
    arrow(ax, (4.95, 4.6), (3.3, 3.1), **back)
    arrow(ax, (1.3, 3.1), (1.3, 4.6), **back)
    label = {"color": COLORS["gradient"], "fontsize": 11}
    ax.text(7.65, 6.65, "gradient 1:\nhow to tell\nthem apart", va="center", **label)
    ax.text(2.2, 0.85, "gradient 2: what would look more real", ha="left", va="center", **label)
    return figure


def optimal(
    grid: Float[np.ndarray, " n"],
    densities: Mapping[str, Float[np.ndarray, " n"]],
    answers: Mapping[str, Float[np.ndarray, " n"]],
) -> Figure:
    """Above, the densities of real and generated samples; below, what discriminators say."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(6.2, 4.6), sharex=True, height_ratios=(1, 1.2))
    for (name, density), color in zip(densities.items(), (REAL, FAKE), strict=True):
        top.fill_between(grid, density, color=tint(color, 0.75))
        top.plot(grid, density, color=color, label=name)
    top.set(ylabel="density", ylim=(0, None), xlim=(grid[0], grid[-1]))
    top.legend()
    styles = ({"color": COLORS["muted"], "linewidth": 5}, {"color": COLORS["weight"]})
    for (name, answer), style in zip(answers.items(), styles, strict=True):
        bottom.plot(grid, answer, label=name, **style)
    bottom.set(ylabel="d(x)", ylim=(-0.03, 1.03), xlabel="x")
    bottom.legend()
    return figure


def saturation(scores: Float[np.ndarray, " n"], slopes: Mapping[str, Float[np.ndarray, " n"]]) -> Figure:
    """The size of the gradient to the score of a generated sample, by the probability that it is given."""
    figure, ax = plt.subplots(figsize=(6.0, 3.4))
    for (name, slope), color in zip(slopes.items(), (COLORS["output"], COLORS["gradient"]), strict=True):
        ax.plot(scores, np.abs(slope), color=color, label=name)
    ticks = np.array([0.0001, 0.01, 0.5, 0.99, 0.9999])
    ax.set_xticks(np.log(ticks / (1 - ticks)), [f"{t:g}" for t in ticks])
    ax.set(xlabel="d(g(z)), the probability of being real", ylabel="size of the gradient", ylim=(0, 1.05))
    ax.legend(loc="center left")
    return figure


def races(steps: Sequence[int], found: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """How far generated samples are from real ones, step by step: a panel an optimizer, a curve a loss."""
    figure, axes = plt.subplots(1, len(found), figsize=(6.8, 3.2), sharey=True)
    for ax, (name, curves) in zip(np.atleast_1d(axes), found.items(), strict=True):
        for (loss, curve), color in zip(curves.items(), (COLORS["output"], COLORS["gradient"]), strict=True):
            ax.plot(steps, curve, color=color, label=loss)
        ax.set_title(name, loc="left", fontsize=11.5)
        ax.set(xlabel="step", xlim=(0, steps[-1]), ylim=(0, None))
    axes[0].set_ylabel("distance")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def line(
    grid: Float[np.ndarray, " n"],
    density: Float[np.ndarray, " n"],
    answers: Float[np.ndarray, " n"],
    fake: Float[np.ndarray, " m"],
    title: str,
) -> Figure:
    """Generated samples on a line as a histogram, the density of the data, and what the discriminator says."""
    figure, ax = plt.subplots(figsize=(6.0, 3.4))
    bins = np.linspace(grid[0], grid[-1], 61)
    ax.hist(np.clip(fake, grid[0], grid[-1]), bins, density=True, color=tint(FAKE, 0.5), label="generated samples")
    ax.plot(grid, density, color=REAL, label="density of the data")
    ax.set(xlabel="x", ylabel="density", ylim=(0, 1.25), xlim=(grid[0], grid[-1]))
    ax.set_title(title, loc="left")
    right = ax.twinx()
    right.plot(grid, answers, color=COLORS["weight"], linestyle=(0, (4, 2)), label="d(x)")
    right.set(ylim=(0, 1.25), yticks=[0, 0.5, 1], ylabel="d(x)")
    right.spines["right"].set_visible(True)
    right.grid(False)
    handles = [h for a in (ax, right) for h in a.get_legend_handles_labels()[0]]
    ax.legend(handles, [h.get_label() for h in handles], loc="upper left", fontsize=10)
    return figure


def field(
    answers: Float[np.ndarray, "n n"],
    reach: float,
    real: Float[np.ndarray, "m 2"],
    fake: Float[np.ndarray, "k 2"],
    pushes: Float[np.ndarray, "arrows 2"],
    title: str,
) -> Figure:
    """What the discriminator says on the square [-reach, reach]^2, under both kinds of points.

    pushes: where the generator's loss would move the first generated points; drawn with one length.
    """
    figure, ax = plt.subplots(figsize=(5.2, 4.4))
    axis = np.linspace(-reach, reach, len(answers))
    shown = ax.contourf(axis, axis, answers, levels=np.linspace(0, 1, 11), cmap=_FIELD)
    figure.colorbar(shown, ax=ax, label="d(x), probability of being real", ticks=[0, 0.5, 1])
    ax.scatter(*real.T, s=7, color=REAL, label="real", linewidths=0)
    ax.scatter(*fake.T, s=9, color=FAKE, label="generated", linewidths=0)
    length = np.linalg.norm(pushes, axis=1, keepdims=True)
    moves = pushes / np.maximum(length, 1e-12)
    ax.quiver(*fake[: len(moves)].T, *moves.T, color=COLORS["gradient"], scale=14, width=0.006, headwidth=4, zorder=3)
    _square(ax, reach)
    ax.set_title(title, loc="left", fontsize=11.5)
    ax.legend(
        loc="upper right",
        fontsize=10,
        markerscale=2,
        frameon=True,
        framealpha=0.85,
        edgecolor="white",
        borderpad=0.1,
        handletextpad=0.2,
        labelspacing=0.2,
    )
    return figure


def modes(steps: Sequence[int], curves: Mapping[str, Sequence[int]], n_modes: int) -> Figure:
    """How many modes of the data the generator covers, step by step; one row a setting."""
    figure, axes = plt.subplots(len(curves), 1, figsize=(6.2, 1.35 * len(curves) + 0.6), sharex=True, sharey=True)
    for ax, (name, curve) in zip(np.atleast_1d(axes), curves.items(), strict=True):
        ax.fill_between(steps, curve, step="mid", color=tint(FAKE, 0.6))
        ax.step(steps, curve, where="mid", color=FAKE, linewidth=1.5)
        ax.set_title(name, loc="left", fontsize=11, pad=3)
        ax.set(ylim=(0, n_modes + 0.5), yticks=[0, n_modes // 2, n_modes], xlim=(0, steps[-1]))
    figure.supylabel("modes covered", fontsize=12)
    np.atleast_1d(axes)[-1].set_xlabel("steps of the generator")
    return figure


def clouds(kinds: Mapping[str, Float[np.ndarray, "m 2"]], real: Float[np.ndarray, "n 2"], reach: float) -> Figure:
    """Generated points of several trainings over the real ones, a panel each."""
    rows = -(-len(kinds) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(5.6, 2.9 * rows))
    for ax, (name, fake) in zip(axes.flat, kinds.items(), strict=True):
        ax.scatter(*real.T, s=5, color=tint(REAL, 0.5), linewidths=0)
        ax.scatter(*fake.T, s=5, color=FAKE, linewidths=0)
        ax.set_title(name, loc="left", fontsize=10.5)
        _square(ax, reach)
    return figure


def _square(ax: Axes, reach: float) -> None:
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
    ax.grid(False)
