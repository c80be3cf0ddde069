"""Drawings for the pages on divergences and on transport: sliding densities, plans as lines, potentials."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from .style import COLORS, tint

DATA, MODEL = COLORS["data"], COLORS["gradient"]
MEASURES = {"KL": COLORS["gradient"], "JS": COLORS["loss"], "EMD": COLORS["output"]}
_HEIGHT = LinearSegmentedColormap.from_list("h", [tint(MODEL, 0.45), "#ffffff", tint(COLORS["output"], 0.35)])


def sliding(
    x: Float[np.ndarray, " n"],
    p: Float[np.ndarray, " n"],
    q: Float[np.ndarray, " n"],
    shifts: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    at: float,
    title: str,
    top: float,
) -> Figure:
    """Above, data p and model q; below, each measure by the shift, with a mark at the shift of the model above.

    Infinite values are drawn as a line along the upper edge, at `top`.
    """
    figure, (above, below) = plt.subplots(2, 1, figsize=(6.2, 5.0), gridspec_kw={"height_ratios": [2, 3]})
    above.fill_between(x, p, color=tint(DATA, 0.6), label="data P")
    above.plot(x, q, color=MODEL, label="model Q")
    above.set(yticks=[], xlabel="x", ylim=(0, 1.15 * max(p.max(), q.max())))
    above.set_title(title, fontsize=11)
    above.legend(fontsize=10.5, loc="upper right")
    for name, values in curves.items():
        shown = np.minimum(values, 0.985 * top)
        dashed = np.isinf(values).any()
        label = f"{name} (dashed: infinite)" if dashed else name
        below.plot(shifts, np.where(np.isinf(values), np.nan, shown), color=MEASURES[name], label=label)
        if dashed:
            below.plot(shifts, np.where(np.isinf(values), shown, np.nan), color=MEASURES[name], linestyle="--")
        below.plot(at, np.interp(at, shifts, shown), "o", color=MEASURES[name], markersize=8, clip_on=False)
    below.axvline(at, color=COLORS["muted"], linewidth=1)
    below.set(xlabel="shift of the model", ylabel="value", ylim=(0, top))
    below.legend(fontsize=10.5, loc="upper left")
    return figure


def slopes(shifts: Sequence[float], curves: Mapping[str, Sequence[float]]) -> Figure:
    """The derivative of each measure by the shift, on a logarithmic axis."""
    figure, ax = plt.subplots(figsize=(6.2, 3.4))
    for name, values in curves.items():
        ax.plot(shifts, values, color=MEASURES[name], label=name)
    ax.set(yscale="log", xlabel="shift of the model", ylabel="slope")
    ax.legend(fontsize=10.5)
    return figure


def terms(
    widths: Sequence[float], of_p: Sequence[float], of_q: Sequence[float], emd: Sequence[float], data_ends: float
) -> Figure:
    """Both terms of JS, halved, their sum, and the EMD, by the half width of a box model."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.3))
    total = (np.asarray(of_p) + of_q) / 2
    left.plot(widths, np.asarray(of_p) / 2, color=DATA, linestyle="--", label="half of KL(P || M)")
    left.plot(widths, np.asarray(of_q) / 2, color=MODEL, linestyle=":", label="half of KL(Q || M)")
    left.plot(widths, total, color=MEASURES["JS"], label="JS")
    right.plot(widths, emd, color=MEASURES["EMD"], label="EMD")
    for ax, values in ((left, total), (right, np.asarray(emd))):
        ax.plot(widths[int(values.argmin())], values.min(), "o", color=COLORS["accent"], markersize=8)
        ax.axvline(data_ends, color=COLORS["muted"], linewidth=1, linestyle=(0, (4, 2)))
        ax.set(xlabel="half width of the model", ylim=(0, None))
        ax.legend(fontsize=9.5, loc="upper center")
    return figure


def map_of_work(
    suppliers: Float[np.ndarray, "n 2"],
    consumers: Float[np.ndarray, "m 2"],
    plans: Mapping[str, Float[np.ndarray, "n m"]],
    p: Float[np.ndarray, " n"],
    q: Float[np.ndarray, " m"],
) -> Figure:
    """A panel a plan: suppliers and consumers as discs whose areas are their masses, lines as wide as what moves."""
    figure, axes = plt.subplots(1, len(plans), figsize=(6.8, 3.6), sharex=True, sharey=True)
    for ax, (name, plan) in zip(np.atleast_1d(axes), plans.items(), strict=True):
        for i, j in zip(*np.nonzero(plan > 1e-9), strict=True):
            ax.plot(
                *np.transpose([suppliers[i], consumers[j]]), color=COLORS["sky"], linewidth=22 * plan[i, j], zorder=1
            )
        for points, sizes, color, letter in ((suppliers, p, DATA, "x"), (consumers, q, MODEL, "y")):
            ax.scatter(*points.T, s=1400 * sizes, color=color, zorder=2)
            for k, point in enumerate(points):
                ax.annotate(
                    f"${letter}_{k + 1}$", point, xytext=(0, 14), textcoords="offset points", ha="center", color=color
                )
        ax.set(aspect="equal", xlim=(-0.4, 3.4), ylim=(-0.5, 2.7), xticks=[], yticks=[])
        ax.set_title(name, fontsize=11)
        ax.grid(False)
    return figure


def figure_5_17(
    p: Float[np.ndarray, "n n"],
    q: Float[np.ndarray, "n n"],
    ways: Float[np.ndarray, "k 4"],
    amounts: Float[np.ndarray, " k"],
) -> Figure:
    """Density P; density Q with the plan over it; the plan. ways: column and row of a start, then of an end."""
    figure, axes = plt.subplots(1, 3, figsize=(6.9, 2.7))
    segments = ways.reshape(-1, 2, 2)
    # nearby starts get nearby colours: their angle about the middle
    middle = segments[:, 0] - segments[:, 0].mean(axis=0)
    colors = plt.get_cmap("turbo")((np.arctan2(middle[:, 1], middle[:, 0]) / np.pi + 1) / 2)
    colors[:, 3] = np.clip(amounts / amounts.max(), 0.2, 1)
    for ax, image, drawn, name in zip(
        axes, (p, q, None), (False, True, True), ("P", "Q, and the plan", "plan"), strict=True
    ):
        if image is not None:
            ax.imshow(image, origin="lower", cmap="Greys", vmax=1.6 * image.max(), interpolation="nearest")
        if drawn:
            ax.add_collection(LineCollection(segments, colors=colors, linewidths=0.9))
        ax.set(xlim=(-0.5, len(p) - 0.5), ylim=(-0.5, len(p) - 0.5), aspect="equal", xticks=[], yticks=[])
        ax.set_title(name, fontsize=11)
        ax.grid(False)
    return figure


def potential(
    values: Float[np.ndarray, "n n"],
    reach: float,
    starts: Float[np.ndarray, "k 2"],
    ends: Float[np.ndarray, "k 2"],
    spacing: float = 0.25,
) -> Figure:
    """Level lines of a potential on [-reach, reach]^2, `spacing` apart, with the ways of an optimal plan."""
    figure, ax = plt.subplots(figsize=(5.4, 4.9))
    axis = np.linspace(-reach, reach, len(values))
    levels = np.arange(np.floor(values.min() / spacing), np.ceil(values.max() / spacing) + 1) * spacing
    ax.contourf(axis, axis, values, levels=levels, cmap=_HEIGHT)
    ax.contour(axis, axis, values, levels=levels, colors=COLORS["muted"], linewidths=0.6)
    ax.add_collection(LineCollection(np.stack([starts, ends], axis=1), colors=COLORS["ink"], linewidths=1.1))
    ax.scatter(*starts.T, s=22, color=DATA, label="from P", zorder=3)
    ax.scatter(*ends.T, s=22, color=MODEL, label="to Q", zorder=3)
    ax.set(aspect="equal", xticks=[], yticks=[], xlim=(-reach, reach), ylim=(-reach, reach))
    ax.grid(False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=10.5)
    return figure


def blurred_plan(
    plan: Float[np.ndarray, "n m"],
    p: Float[np.ndarray, " n"],
    q: Float[np.ndarray, " m"],
    title: str,
) -> Figure:
    """A plan on a line as an image, with its marginals beside it. Rows are where mass comes from."""
    figure, axes = plt.subplots(2, 2, figsize=(4.8, 4.6), gridspec_kw={"width_ratios": [1, 4], "height_ratios": [4, 1]})
    (left, middle), (corner, below) = axes
    corner.axis("off")
    middle.imshow(np.sqrt(plan / plan.max()), cmap="Blues", aspect="auto", origin="lower", interpolation="nearest")
    left.fill_betweenx(np.arange(len(p)), p, color=tint(DATA, 0.4))
    below.fill_between(np.arange(len(q)), q, color=tint(MODEL, 0.3))
    left.invert_xaxis()
    left.set(ylim=(-0.5, len(p) - 0.5), ylabel="P: from")
    below.set(xlim=(-0.5, len(q) - 0.5), xlabel="Q: to")
    for ax in (left, middle, below):
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    figure.suptitle(title, x=0.02, ha="left", fontsize=11)
    return figure


def bounds(epsilons: Sequence[float], curves: Mapping[str, Sequence[float]], exact: float) -> Figure:
    """Estimates over the exact cost, by epsilon; the first two curves are the bounds of a band."""
    figure, ax = plt.subplots(figsize=(6.2, 3.6))
    names = list(curves)
    low, high = (np.asarray(curves[name]) / exact for name in names[:2])
    ax.fill_between(epsilons, low, high, color=tint(COLORS["sky"], 0.6), label="between the bounds")
    for name, color in zip(names[2:], (COLORS["output"], COLORS["gradient"], COLORS["loss"]), strict=False):
        ax.plot(epsilons, np.asarray(curves[name]) / exact, marker="o", color=color, label=name)
    ax.axhline(1, color=COLORS["ink"], linewidth=1)
    ax.set(xscale="log", xlabel="epsilon", ylabel="over the exact cost", ylim=(0, None))
    ax.set_xticks(epsilons, [f"{epsilon:g}" for epsilon in epsilons])
    ax.minorticks_off()
    ax.legend(fontsize=10)
    return figure
