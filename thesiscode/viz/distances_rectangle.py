"""Drawings for Appendix D: the parabola's density, the rectangle that is fitted to it, and how far its angle is off."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from thesiscode.distances.parzen import parzen_masses
from thesiscode.distances.rectangle import Rectangle, directions

from .style import COLORS, tint

METHODS = {
    "likelihood": ("maximum likelihood", tint(COLORS["gradient"], 0.35), "s"),
    "kl": ("KL", COLORS["gradient"], "o"),
    "js": ("JS", COLORS["loss"], "D"),
    "discrete": ("discrete EMD", COLORS["sky"], "v"),
    "emd": ("EMD", COLORS["output"], "^"),
    "kurtosis": ("kurtosis", COLORS["weight"], "P"),
    "fastica": ("FastICA", tint(COLORS["weight"], 0.4), "X"),
    "known family": ("known family", COLORS["muted"], "h"),
}
"""Name, colour and marker of each method."""

DENSITY = LinearSegmentedColormap.from_list("density", ["#ffffff", tint(COLORS["data"], 0.45), COLORS["data"]])
REACH = 2.0


def plane(ax: Axes, title: str = "", reach: float = 1.9) -> Axes:
    """A square of the plane without ticks."""
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
    ax.grid(False)
    for side in ("top", "right"):
        ax.spines[side].set_visible(True)
    ax.set_title(title, fontsize=10.5)
    return ax


def outline(ax: Axes, rectangle: Rectangle, color: str, **options) -> None:
    """The four sides of a rectangle."""
    ax.add_patch(Polygon(rectangle.corners, closed=True, fill=False, edgecolor=color, **{"linewidth": 2} | options))


def surface(density: Float[np.ndarray, "n n"]) -> Figure:
    """A density on [-2, 2]^2: left as a surface, right as colours."""
    figure = plt.figure(figsize=(6.8, 3.0))
    axis = (np.arange(len(density)) + 0.5) * (2 * REACH / len(density)) - REACH
    inner = np.abs(axis) < 1.5
    ax = figure.add_subplot(1, 2, 1, projection="3d")
    x, y = np.meshgrid(axis[inner], axis[inner])
    ax.plot_surface(x, y, density[np.ix_(inner, inner)], cmap="viridis", rcount=48, ccount=48, linewidth=0)
    ax.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1], xlim=(-1.5, 1.5), ylim=(-1.5, 1.5))
    ax.tick_params(labelsize=9, pad=-2)
    ax.view_init(32, -60)
    flat = plane(figure.add_subplot(1, 2, 2), reach=1.5)
    shown = flat.imshow(density, extent=[-REACH, REACH] * 2, origin="lower", cmap="viridis", vmin=0)
    bar = figure.colorbar(shown, ax=flat, shrink=0.9)
    bar.ax.tick_params(labelsize=9)
    bar.set_label("density", fontsize=10)
    return figure


def from_density_to_estimate(
    density: Float[np.ndarray, "n n"], points: Float[np.ndarray, "m 2"], estimate: Float[np.ndarray, "n n"]
) -> Figure:
    """The thesis' Figure 5-19: a density, points of it, the density that is estimated from them; one colour scale."""
    figure, axes = plt.subplots(1, 3, figsize=(6.8, 2.6))
    top = max(density.max(), estimate.max())
    for ax, values, title in ((axes[0], density, "density"), (axes[2], estimate, "Parzen window")):
        shown = plane(ax, title).imshow(
            values, extent=[-REACH, REACH] * 2, origin="lower", cmap=DENSITY, vmin=0, vmax=top
        )
    plane(axes[1], f"{len(points)} points").scatter(*points.T, s=9, color=COLORS["data"], linewidths=0)
    bar = figure.colorbar(shown, ax=axes, shrink=0.8)
    bar.ax.tick_params(labelsize=9)
    return figure


def clouds(samples: Sequence[Float[np.ndarray, "m 2"]]) -> Figure:
    """Samples side by side."""
    figure, axes = plt.subplots(1, len(samples), figsize=(6.8, 6.8 / len(samples) + 0.2))
    for ax, points in zip(axes, samples, strict=True):
        plane(ax, "").scatter(*points.T, s=10, color=COLORS["data"], linewidths=0)
    return figure


def parameters(rectangle: Rectangle) -> Figure:
    """The rectangle with its three parameters (Figure 5-18)."""
    figure, ax = plt.subplots(figsize=(3.8, 3.2))
    plane(ax, "", 1.2)
    ax.add_patch(Polygon(rectangle.corners, facecolor=tint(COLORS["output"], 0.8), edgecolor=COLORS["output"]))
    along, across = directions(rectangle.angle)
    for direction, side, normal, other, name in (
        (along, rectangle.width, -across, rectangle.height, "a"),
        (across, rectangle.height, along, rectangle.width, "b"),
    ):
        ends = normal * (other / 2 + 0.12) + np.outer([-0.5, 0.5], direction) * side
        ax.annotate("", ends[0], ends[1], arrowprops={"arrowstyle": "<->", "color": COLORS["ink"], "lw": 1})
        ax.text(*(normal * (other / 2 + 0.26)), f"${name}$", ha="center", va="center", fontsize=14)
    half = along * rectangle.width / 2
    ax.plot([half[0], 0, 0.8], [half[1], 0, 0], color=COLORS["muted"], linewidth=1)
    angle = np.radians(rectangle.angle)
    arc = np.linspace(0, angle, 30)
    ax.plot(0.35 * np.cos(arc), 0.35 * np.sin(arc), color=COLORS["ink"], linewidth=1.2)
    ax.text(*(0.5 * directions(rectangle.angle / 2)[0]), r"$\theta$", ha="center", va="center", fontsize=14)
    return figure


def rasters(masses: Mapping[str, Float[np.ndarray, "n n"]]) -> Figure:
    """Rectangles as masses of cells, on one scale of colours (Figure D-5)."""
    figure, axes = plt.subplots(1, len(masses), figsize=(6.0, 3.2))
    top = max(one.max() for one in masses.values())
    for ax, (name, one) in zip(axes, masses.items(), strict=True):
        plane(ax, name, 1.2).imshow(one, extent=[-REACH, REACH] * 2, origin="lower", cmap="Blues", vmin=0, vmax=top)
    return figure


def gallery(
    rows: Sequence[Mapping[str, Any]],
    methods: Sequence[str],
    samples: Sequence[Float[np.ndarray, "m 2"]],
    dense: bool,
) -> Figure:
    """A panel a sample: rows of the record as rectangles, over the points, or over their density if `dense`."""
    figure, axes = plt.subplots(2, len(rows) // 2, figsize=(6.8, 4.9))
    for ax, row, points in zip(axes.flat, rows, samples, strict=True):
        plane(ax)
        if dense:
            density = parzen_masses(points, 64)
            ax.imshow(density, extent=[-REACH, REACH] * 2, origin="lower", cmap=DENSITY, vmin=0)
        else:
            ax.scatter(*points.T, s=8, color=COLORS["data"], linewidths=0)
        for method in methods:
            sides = (row[method][key] for key in ("width", "height", "angle"))
            outline(ax, Rectangle(*sides), METHODS[method][1])
    handles = [Line2D([], [], color=METHODS[m][1], label=METHODS[m][0]) for m in methods]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(methods), fontsize=10)
    return figure


def fits(
    data: Sequence[tuple[str, str | None]],
    rectangles: Mapping[str, Rectangle],
    points: Float[np.ndarray, "m 2"],
    estimate: Float[np.ndarray, "n n"],
) -> Figure:
    """Panels of points or of their estimated density ("points" or "density"), each with one method's rectangle or none.

    What lies outside is the point: points there are drawn as crosses.
    """
    figure, axes = plt.subplots(1, len(data), figsize=(6.8, 6.8 / len(data) + 0.35))
    for ax, (kind, method) in zip(axes, data, strict=True):
        name, color, _ = METHODS[method] if method else ({"points": "points", "density": "Parzen window"}[kind], "", "")
        plane(ax, name)
        if kind == "density":
            ax.imshow(estimate, extent=[-REACH, REACH] * 2, origin="lower", cmap=DENSITY, vmin=0)
        out = np.zeros(len(points), bool)
        if method:
            outline(ax, rectangles[method], color)
            out = ~rectangles[method].contains(points)
        if kind == "points":
            ax.scatter(*points[~out].T, s=9, color=COLORS["data"], linewidths=0)
            ax.scatter(*points[out].T, s=22, color=color or COLORS["data"], marker="x", linewidths=1.4)
    return figure


def search(history: Sequence[tuple[float, float]], n_candidates: int) -> Figure:
    """Value and bound of a certified search, by the number of transports that it has computed."""
    figure, ax = plt.subplots(figsize=(6.2, 3.2))
    values, bounds = np.array(history).T
    at = np.arange(1, len(values) + 1)
    ax.plot(at, values, color=COLORS["output"], label="best value so far", clip_on=False)
    ax.plot(at, np.maximum(bounds, 0), color=COLORS["gradient"], label="smallest bound of all candidates")
    ax.fill_between(at, np.maximum(bounds, 0), values, color=tint(COLORS["muted"], 0.8))
    ax.set(xlabel=f"transports computed, of {n_candidates:,} candidates", ylabel="work", ylim=(0, 1.08 * values.max()))
    ax.legend()
    return figure


def turning(
    angle: float,
    angles: Float[np.ndarray, " t"],
    values: Mapping[str, Float[np.ndarray, " t"]],
    rectangles: Mapping[str, Rectangle],
    points: Float[np.ndarray, "m 2"],
) -> Figure:
    """Left, each method's best rectangle at one angle; right, the objectives at all angles, each scaled to [0, 1]."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.5), gridspec_kw={"width_ratios": [1, 1.15]})
    plane(left, f"{angle:g}°").scatter(*points.T, s=9, color=COLORS["data"], linewidths=0)
    for method, curve in values.items():
        name, color, _ = METHODS[method]
        outline(left, rectangles[method], color, linewidth=1.8)
        scaled = (curve - curve.min()) / np.ptp(curve)
        right.plot(angles, scaled, color=color, label=name, linewidth=1.8)
        at = int(np.abs(angles - angle).argmin())
        right.plot(angles[at], scaled[at], "o", color=color)
    right.axvline(angle, color=COLORS["muted"], linewidth=1)
    right.set(xlabel="angle (degrees)", ylabel="objective, scaled", xticks=[0, 30, 60, 90], yticks=[0, 1])
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9.5)
    return figure


def errors(found: Mapping[str, Sequence[float]], intervals: Mapping[str, tuple[float, float, float]]) -> Figure:
    """Errors of the angle, a row a method, a dot a sample; mean and interval as a bar; dashed, what guessing has."""
    figure, ax = plt.subplots(figsize=(6.4, 0.46 * len(found) + 1.1))
    for row, (method, values) in enumerate(reversed(found.items())):
        color = METHODS[method][1]
        spread = row + 0.5 * (np.argsort(np.argsort(values)) % 5 - 2) / 5
        ax.scatter(values, spread, s=14, color=tint(color, 0.25), linewidths=0)
        mean, low, high = intervals[method]
        ax.plot([low, high], [row, row], color=COLORS["ink"], linewidth=2.5)
        ax.plot(mean, row, "|", color=COLORS["ink"], markersize=13, markeredgewidth=2.5)
    ax.axvline(22.5, color=COLORS["muted"], linestyle=(0, (4, 2)), linewidth=1.2)
    ax.set_yticks(range(len(found)), [METHODS[m][0] for m in reversed(found)])
    ax.set(xlim=(-0.5, 45), xlabel="error of the angle (degrees)")
    ax.grid(axis="y", visible=False)
    return figure


def by_setting(
    settings: Sequence[str], found: Mapping[str, Sequence[tuple[float, float, float] | None]], label: str
) -> Figure:
    """Mean errors and their intervals by a setting, methods side by side; None where a method was not run."""
    figure, ax = plt.subplots(figsize=(6.4, 3.5))
    width = 0.7 / max(len(found) - 1, 1)
    for k, (method, values) in enumerate(found.items()):
        name, color, marker = METHODS[method]
        known = [(i, v) for i, v in enumerate(values) if v is not None]
        at = np.array([i for i, _ in known]) + (k - (len(found) - 1) / 2) * width
        mean, low, high = np.array([v for _, v in known]).T
        low = np.maximum(low, 0)  # an error is not below 0
        ax.errorbar(at, mean, [mean - low, high - mean], fmt=marker, color=color, label=name, capsize=0, linewidth=1.6)
    ax.axhline(22.5, color=COLORS["muted"], linestyle=(0, (4, 2)), linewidth=1.2)
    ax.set_xticks(range(len(settings)), settings)
    ax.set(xlabel=label, ylabel="error of the angle (degrees)", ylim=(0, None))
    ax.grid(axis="x", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=9.5)
    return figure


def components(
    clouds: Mapping[str, Float[np.ndarray, "m 2"]], normal: Float[np.ndarray, " k"], at: Float[np.ndarray, " k"]
) -> Figure:
    """The thesis' Figure D-1: clouds, and below each the histogram of its first axis beside the normal density."""
    figure, axes = plt.subplots(2, len(clouds), figsize=(6.8, 4.2), gridspec_kw={"height_ratios": [1.6, 1]})
    for (top, bottom), (name, cloud) in zip(axes.T, clouds.items(), strict=True):
        plane(top, name, 2.6).scatter(*cloud[:1500].T, s=2, color=COLORS["data"], linewidths=0)
        bottom.hist(cloud[:, 0], 45, density=True, color=tint(COLORS["data"], 0.55))
        bottom.plot(at, normal, color=COLORS["gradient"], linewidth=1.6)
        bottom.set(xlim=(-2.6, 2.6), ylim=(0, 0.5), yticks=[], xticks=[-2, 0, 2])
    axes[1, 0].set_ylabel("density", fontsize=10.5)
    return figure


def kurtosis(angles: Float[np.ndarray, " t"], curves: Mapping[str, Float[np.ndarray, " t"]]) -> Figure:
    """Excess kurtosis of projections by angle, a line a sample; 0 is what a normal distribution has."""
    figure, ax = plt.subplots(figsize=(6.2, 3.1))
    for (name, curve), (color, style) in zip(
        curves.items(), (("ink", (0, (4, 2))), ("weight", "-"), ("sky", "-")), strict=False
    ):
        ax.plot(angles, curve, color=COLORS[color], linestyle=style, label=name)
    ax.axhline(0, color=COLORS["muted"], linewidth=1)
    ax.set(xlabel="direction (degrees)", ylabel="excess kurtosis", xticks=[0, 45, 90, 135, 180])
    ax.legend(fontsize=10)
    return figure
