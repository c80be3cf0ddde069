"""Drawings of the page on AlexNet: what it is made of, what it costs, and what came of it."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..nets import LayerDescription
from .diagrams import canvas, tensor
from .style import COLORS, CYCLE, tint

WEIGHTED = ("convolution", "fully connected")
DENSE = COLORS["gradient"]
CONVOLUTION = COLORS["output"]


def two_networks(rows: Mapping[str, tuple[Sequence[LayerDescription], float]]) -> Figure:
    """Networks from left to right, a row each, as blocks to scale (Figure 2-32).

    rows: title -> layers, and how many times larger than the largest row it is drawn. Height and width of maps have one
    scale and their number a second one; vectors are bars, as high as a third scale makes their length.
    """
    pixel, map_, unit = 2.4 / 224, 1.1 / 384, 2.4 / 4096
    heights = [max(pixel * zoom * layers[0].input_shape[1], 0.5) + 1.15 for layers, zoom in rows.values()]
    figure, ax = canvas(15.2, sum(heights), scale=0.447)
    top = sum(heights)
    for (title, (layers, zoom)), height in zip(rows.items(), heights, strict=True):
        blocks = [layers[0].input_shape, *(b.output_shape for b in layers if _changes(b))]
        top -= height
        ax.text(0.1, top + height - 0.1, title, va="top", fontsize=10.5, color=COLORS["ink"])
        x = 0.15
        for shape in blocks:
            if len(shape) == 3 and max(shape[1:]) > 1:
                depth = shape[0] * map_ * zoom
                x1 = tensor(ax, shape, (x, top + 0.45), scale=pixel * zoom, depth=depth, sizes=False)[2]
                text = f"{shape[0]}×{shape[1]}²"
            else:
                tall = max(shape[0] * unit * zoom, 0.03)
                bar = Rectangle((x, top + 0.45), 0.16, tall, facecolor=tint(DENSE, 0.6), edgecolor=DENSE, lw=1.2)
                ax.add_patch(bar)
                x1, text = x + 0.16, f"{shape[0]}"
            ax.text(x, top + 0.35, text, va="top", ha="left", fontsize=9, color=COLORS["muted"])
            x = max(x1, x + 0.17 * len(text)) + 0.13
    return figure


def _changes(layer: LayerDescription) -> bool:
    """Whether the layer's output is drawn: that of a weighted layer or a pooling, unless it only scales its maps."""
    scales = layer.kind == "convolution" and layer.groups == layer.input_shape[0] > 1
    return layer.kind in (*WEIGHTED, "pooling") and not scales


def stacked_layers(networks: Mapping[str, Sequence[LayerDescription]], dense: Sequence[str]) -> Figure:
    """Two bars a network, parameters and multiply-adds, cut into its layers; orange where each weight is used once.

    dense: names of the layers that read their whole input.
    """
    figure, ax = plt.subplots(figsize=(6.6, 3.0))
    places, names = [], []
    for k, (title, layers) in enumerate(networks.items()):
        for j, (quantity, word) in enumerate((("n_parameters", "parameters"), ("multiply_adds", "multiply-adds"))):
            place = -(2.5 * k + j)
            places.append(place)
            names.append(f"{title}\n{word}")
            weighted = [layer for layer in layers if layer.kind in WEIGHTED]
            total, left = sum(getattr(layer, quantity) for layer in weighted), 0.0
            for layer in weighted:
                share = 100 * getattr(layer, quantity) / total
                color = DENSE if layer.name in dense else CONVOLUTION
                ax.barh(place, share, left=left, color=tint(color, 0.55), edgecolor=color, height=0.78)
                if share > 7:
                    ax.text(left + share / 2, place, layer.name, ha="center", va="center", fontsize=9)
                left += share
    ax.set_yticks(places, names, fontsize=9.5)
    ax.set(xlabel="share (%)", xlim=(0, 100))
    ax.grid(axis="y", visible=False)
    ax.barh(0, 0, color=tint(CONVOLUTION, 0.55), edgecolor=CONVOLUTION, label="shares its weights over places")
    ax.barh(0, 0, color=tint(DENSE, 0.55), edgecolor=DENSE, label="uses each weight once")
    figure.legend(loc="outside upper center", fontsize=10, ncols=2)
    return figure


def rates(sizes: Sequence[int], measured: Sequence[float], lines: Mapping[str, float]) -> Figure:
    """GFLOP/s of matrix products by their size, and horizontal lines to compare with, named."""
    figure, ax = plt.subplots(figsize=(6.4, 3.6))
    ax.loglog(sizes, measured, "o-", color=COLORS["data"], base=2)
    ax.set_yscale("log", base=10)
    for color, style, (name, value) in zip(CYCLE, ("--", ":", "-."), lines.items(), strict=False):
        ax.axhline(value, color=color, linestyle=style)
        above = value == max(lines.values()) or value < max(measured)
        place = value * (1.08 if above else 0.9)
        ax.text(sizes[0], place, name, color=color, fontsize=9.5, va="bottom" if above else "top")
    ax.set(xlabel="$n$: products of $n$ × $n$ matrices", ylabel="GFLOP/s", xticks=sizes)
    ax.set_xticklabels([str(n) for n in sizes])
    ax.set_ylim(None, 4 * max(max(lines.values()), max(measured)))
    return figure


def challenge(
    years: Sequence[int],
    errors: Sequence[float],
    depths: Sequence[int | None],
    human: float,
    teams: Mapping[str, float],
) -> Figure:
    """Left, the winners' error by year with their numbers of layers; right, the teams of one year (Figure 2-34)."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.5), width_ratios=(1.45, 1))
    for year, error, depth in zip(years, errors, depths, strict=True):
        color = COLORS["muted"] if year < 2012 else CONVOLUTION
        left.bar(year, error, color=tint(color, 0.45), edgecolor=color)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # hides the dotted line behind the number
        left.text(year, error + 0.6, f"{error:g}", ha="center", fontsize=9, bbox=box)
        if depth:
            left.text(
                year, error + 2.4, f"{depth}\nlayers", ha="center", va="bottom", fontsize=9, color=COLORS["muted"]
            )
    left.axhline(human, color=COLORS["ink"], linestyle=":", linewidth=1.3)
    left.text(years[-1] + 0.5, human + 0.4, f"a person:\n{human:g}", ha="right", va="bottom", fontsize=9)
    left.set(ylabel="top-5 error (%)", xticks=years, ylim=(0, 33))
    left.set_xticklabels([f"'{year % 100}" for year in years])
    left.set_title("winners by year", loc="left", fontsize=11)
    names = list(teams)
    colors = [CONVOLUTION, *[COLORS["muted"]] * (len(names) - 1)]
    right.barh(names, list(teams.values()), color=[tint(c, 0.45) for c in colors], edgecolor=colors)
    for k, value in enumerate(teams.values()):
        right.text(value - 0.6, k, f"{value:.1f}", va="center", ha="right", fontsize=9)
    right.invert_yaxis()
    right.tick_params(axis="y", labelsize=9)
    right.set(xlabel="top-5 error (%)", xlim=(0, 33))
    right.set_title("teams of 2012", loc="left", fontsize=11)
    for ax in (left, right):
        ax.grid(visible=False)
    return figure


def datasets(rows: Sequence[tuple[str, int, int, int, str]]) -> Figure:
    """Data sets by year and number of images, dots as large as images have pixels.

    rows: (name, year, images, pixels an image, where the name goes: "left" or "right").
    """
    figure, ax = plt.subplots(figsize=(6.4, 3.5))
    for name, year, images, pixels, side in rows:
        area = 12 * pixels**0.3
        ax.scatter(year, images, s=area, color=tint(CONVOLUTION, 0.4), edgecolor=CONVOLUTION, zorder=3)
        shift = (area**0.5 / 2 + 3) * (1 if side == "right" else -1)
        options = {"xytext": (shift, 0), "textcoords": "offset points", "va": "center", "fontsize": 9.5}
        ax.annotate(name, (year, images), ha="left" if side == "right" else "right", **options)
    ax.set(yscale="log", xlabel="year", ylabel="labelled images", xlim=(1995, 2017), ylim=(4e3, 4e7))
    ax.set(xticks=range(1996, 2018, 4))
    return figure


def loss_panels(curves: Mapping[str, Mapping[str, Float[np.ndarray, " epochs"]]], chance: float) -> Figure:
    """Training losses by epoch, a panel each; a curve ends where the loss was not finite. Dotted: chance."""
    figure, axes = plt.subplots(1, len(curves), figsize=(6.8, 2.9), sharey=True)
    for ax, (title, lines) in zip(np.atleast_1d(axes), curves.items(), strict=True):
        for color, style, (name, values) in zip(
            (COLORS["muted"], CONVOLUTION), ("--", "-"), lines.items(), strict=True
        ):
            epochs = np.arange(1, len(values) + 1)
            ax.plot(epochs, np.where(np.isfinite(values), values, np.nan), style, color=color, label=name)
        ax.axhline(chance, color=COLORS["ink"], linestyle=":", linewidth=1)
        ax.set(xlabel="epoch", ylim=(0, 3.4), xticks=range(2, len(epochs) + 1, 2))
        ax.set_title(title, loc="left", fontsize=10.5)
    axes[0].set(ylabel="training loss (nats)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=10)
    return figure


def by_depth(
    depths: Sequence[int],
    losses: Mapping[str, Sequence[float]],
    every: Sequence[int],
    gradients: Mapping[str, Sequence[float]],
    chance: float,
) -> Figure:
    """Left, final training losses by depth; right, the norm of the first layer's gradient before training."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.2))
    styles = {
        name: (color, mark) for name, color, mark in zip(gradients, CYCLE, ("o-", "s--", "^:", "d-."), strict=False)
    }
    for ax, xs, lines in ((left, depths, losses), (right, every, gradients)):
        for name, values in lines.items():
            color, mark = styles[name]
            ax.plot(xs, values, mark, color=color, label=name)
        ax.set_xscale("log", base=2)
        ax.set(xlabel="layers with weights", xticks=xs)
        ax.set_xticklabels([str(x) for x in xs])
    left.axhline(chance, color=COLORS["ink"], linestyle=":", linewidth=1)
    left.set(ylabel="training loss (nats)", ylim=(0, None))
    right.set(ylabel="gradient of layer 1", yscale="log")
    figure.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=10)
    return figure


def catching(rewards: Float[np.ndarray, " rounds"], games: int, screens: Sequence[Float[np.ndarray, "5 5"]]) -> Figure:
    """Left, the mean reward by games played, smoothed over ten rounds; right, the screens of one game."""
    figure = plt.figure(figsize=(6.8, 2.9))
    left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1))
    ax = left.subplots()
    smooth = np.convolve(rewards, np.full(10, 0.1), mode="valid")
    played = games * (np.arange(len(smooth)) + 10)
    ax.plot(played, smooth, color=COLORS["weight"])
    ax.axhline(1, color=COLORS["ink"], linestyle=":", linewidth=1)
    ax.set(xlabel="games played", ylabel="mean reward", ylim=(-1.05, 1.1))
    panels = right.subplots(2, 3)
    for number, panel in enumerate(panels.flat):
        if number < len(screens):
            _screen(panel, screens[number])
            panel.set_title(f"move {number}" if number else "start", fontsize=9.5, loc="left", pad=3)
        else:
            panel.set_visible(False)
    return figure


def _screen(ax: Axes, screen: Float[np.ndarray, "5 5"]) -> None:
    ax.imshow(screen, cmap="gray", vmin=0, vmax=1.4)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)


def precision_bars(values: Mapping[str, float], chance: float, k: int) -> Figure:
    """The share of the k nearest that are of the query's class, a bar a space; dotted: chance."""
    figure, ax = plt.subplots(figsize=(6.0, 2.2))
    colors = [COLORS["muted"]] * (len(values) - 1) + [CONVOLUTION]
    bars = ax.barh(
        list(values), [100 * v for v in values.values()], color=[tint(c, 0.45) for c in colors], edgecolor=colors
    )
    ax.bar_label(bars, fmt="{:.0f}", padding=3, fontsize=9.5)
    ax.axvline(100 * chance, color=COLORS["ink"], linestyle=":", linewidth=1.3)
    ax.invert_yaxis()
    ax.set(xlabel=f"of the query's class among the {k} nearest (%)", xlim=(0, 100))
    ax.grid(axis="y", visible=False)
    return figure
