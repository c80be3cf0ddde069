"""Drawings for the pages on training and on recurrent networks (thesis B.6.3, Figures B-25 to B-28)."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .diagrams import arrow, box, canvas
from .style import COLORS, CYCLE


def depth_curves(
    curves: Mapping[str, Float[np.ndarray, "seeds 2 layers"]], *, limits: tuple[float, float] | None = None
) -> Figure:
    """Magnitude of the signal (left) and of the gradient (right) at each layer, on a logarithmic scale.

    A curve is the geometric mean over its seeds, with a band from the lowest to the highest. `limits` bounds both
    vertical axes, which the panels share.
    """
    figure, axes = plt.subplots(1, 2, figsize=(5.6, 3.5), sharey=True)
    styles = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1))]
    for color, style, (name, values) in zip(cycle(CYCLE), cycle(styles), curves.items(), strict=False):
        depth = np.arange(1, values.shape[2] + 1)
        for which, ax in enumerate(axes):
            middle = np.exp(np.log(values[:, which]).mean(axis=0))
            ax.plot(depth, middle, color=color, linestyle=style, label=name)
            band = {"color": color, "alpha": 0.18, "linewidth": 0}
            ax.fill_between(depth, values[:, which].min(axis=0), values[:, which].max(axis=0), **band)
    axes[0].set(title="signal", xlabel="layer", ylabel="root mean square", yscale="log", ylim=limits)
    axes[1].set(title="gradient", xlabel="layer")
    handles, labels = axes[0].get_legend_handles_labels()
    columns = 2 if max(len(label) for label in labels) > 22 else 3
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, handlelength=2.6)
    return figure


def activation_frame(values: Mapping[int, np.ndarray], curves: Float[np.ndarray, "2 layers"]) -> Figure:
    """Histograms of the tanh outputs of a few layers (`values`, by layer), above their magnitudes at every layer."""
    figure = plt.figure(figsize=(5.6, 4.4))
    grid = figure.add_gridspec(2, len(values), height_ratios=[1, 1.25])
    for column, (layer, value) in enumerate(values.items()):
        ax = figure.add_subplot(grid[0, column])
        ax.hist(value.ravel(), bins=np.linspace(-1, 1, 41), color=COLORS["output"])
        ax.set(title=f"layer {layer}", xlim=(-1, 1), xlabel="output", yticks=[], ylim=(0, None))
        ax.grid(False)
    ax = figure.add_subplot(grid[1, :])
    depth = np.arange(1, curves.shape[1] + 1)
    ax.plot(depth, curves[0], color=COLORS["data"], label="signal")
    ax.plot(depth, curves[1], color=COLORS["gradient"], linestyle="--", label="gradient")
    ax.set(yscale="log", ylim=(1e-12, 1e12), xlabel="layer", ylabel="root mean square")
    ax.legend(loc="upper right", ncols=2)
    return figure


def plateau_curves(training: Sequence[float], validation: Sequence[float], cuts: Sequence[int]) -> Figure:
    """Loss against epoch, with an arrow at each epoch after which the learning rate was cut (Figure B-25)."""
    figure, ax = plt.subplots(figsize=(5.4, 3.4))
    epochs = np.arange(1, len(training) + 1)
    ax.plot(epochs, training, color=COLORS["loss"], label="training loss")
    ax.plot(epochs, validation, color=COLORS["output"], linestyle="--", label="validation loss")
    for cut in cuts:
        height = max(training[cut - 1], validation[cut - 1])
        style = {"arrowstyle": "-|>", "color": COLORS["ink"], "linewidth": 1.5, "mutation_scale": 14}
        ax.annotate("rate / 10", (cut, height * 1.12), (cut, height * 2.3), ha="center", arrowprops=style)
    ax.set(xlabel="epoch", ylabel="loss (nats)", yscale="log")
    ax.set_yticks([0.1, 0.2, 0.5, 1, 2], labels=["0.1", "0.2", "0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend(loc="upper right")
    return figure


def ravine(ax: Axes, cost: Callable, paths: Mapping[str, Float[np.ndarray, "steps 2"]], *, span: float = 1.15) -> None:
    """Level sets of `cost(w1, w2)` around the minimum at 0, and the paths of some iterates over them."""
    w1, w2 = np.meshgrid(np.linspace(-span, span, 161), np.linspace(-span, span, 161))
    heights = cost(w1, w2)
    levels = np.geomspace(heights.max() / 3000, heights.max(), 10)
    ax.contour(w1, w2, heights, levels=levels, colors=COLORS["muted"], linewidths=0.7, alpha=0.6)
    sizes = np.linspace(4.6, 2.2, len(paths))  # later paths are thinner, so that none hides the ones below it
    for color, size, (name, path) in zip(cycle(CYCLE), sizes, paths.items(), strict=False):
        ax.plot(*path.T, color=color, marker="o", markersize=size, linewidth=size / 2, label=name)
    ax.plot(0, 0, marker="+", color=COLORS["ink"], markersize=11, markeredgewidth=1.6)
    ax.set(xlim=(-span, span), ylim=(-span, span), xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
    ax.grid(False)


def momentum_frame(
    cost: Callable, plain: Float[np.ndarray, "steps 2"], paths: Mapping[str, Float[np.ndarray, "steps 2"]]
) -> Figure:
    """One panel a method with its first 60 steps on the ravine, those of `plain` in grey; below, all costs by step."""
    figure = plt.figure(figsize=(5.6, 4.9))
    grid = figure.add_gridspec(2, len(paths), height_ratios=[1.15, 1])
    for column, (color, (name, path)) in enumerate(zip(CYCLE[1:], paths.items(), strict=False)):
        ax = figure.add_subplot(grid[0, column])
        ravine(ax, cost, {"plain": plain[:60], name: path[:60]})
        for line, shade in zip(ax.lines, (COLORS["muted"], color), strict=False):
            line.set_color(shade)
        ax.set(title=name, ylim=(-0.9, 0.9))
    ax = figure.add_subplot(grid[1, :])
    ax.plot(cost(*plain.T), color=COLORS["muted"], linestyle=":", label="plain")
    for color, style, (name, path) in zip(CYCLE[1:], ("-", "--"), paths.items(), strict=False):
        ax.plot(np.maximum(cost(*path.T), 1e-30), color=color, linestyle=style, label=name)
    ax.set(yscale="log", ylim=(1e-14, 1e3), xlabel="step", ylabel="cost $C(w)$")
    ax.legend(loc="upper right", ncols=1 + len(paths))
    return figure


def crop_and_flip(
    photo: Float[np.ndarray, "H W 3"],
    crops: Sequence[Float[np.ndarray, "s s 3"]],
    corners: Sequence[tuple[int, int]],
    mirrored: Sequence[bool],
) -> Figure:
    """A photograph with the places of its crops, and the crops, some of them mirrored (Figure B-26).

    `corners` holds the (top, left) pixel of each crop.
    """
    columns = (len(crops) + 1) // 2
    figure = plt.figure(figsize=(6.6, 3.5))
    grid = figure.add_gridspec(2, columns + 2)
    ax = figure.add_subplot(grid[:, :2])
    ax.imshow(photo)
    ax.set_title("one image, and where it is cropped", fontsize=9.5)
    ax.axis("off")
    for k, (crop, corner, mirror) in enumerate(zip(crops, corners, mirrored, strict=True)):
        color = CYCLE[k % len(CYCLE)]
        size = crop.shape[0]
        ax.add_patch(Rectangle(corner[::-1], size, size, fill=False, edgecolor=color, linewidth=2.2))
        small = figure.add_subplot(grid[k // columns, 2 + k % columns])
        small.imshow(crop)
        small.set_title("crop + flip" if mirror else "crop", color=color, fontsize=9.5)
        small.set(xticks=[], yticks=[])
        small.grid(False)
        small.spines[:].set(visible=True, color=color, linewidth=2.6)
    return figure


def recurrent_unit() -> Figure:
    """The recurrent unit with its loop (Figure B-27)."""
    figure, ax = canvas(9.8, 5.9, scale=0.62)
    x, hidden, output = 4.3, 2.2, 4.25
    ax.text(x, 0.3, "input sequence $(x_1, \\ldots, x_n)$", ha="center", va="center", color=COLORS["data"])
    arrow(ax, (x, 0.6), (x, hidden - 0.5))
    box(ax, (x, hidden), "$h_{i+1} = f_h(x_{i+1}, h_i, w_h)$", width=4.6, height=1.0)
    arrow(ax, (x, hidden + 0.5), (x, output - 0.5))
    box(ax, (x, output), "$y_i = f_{out}(h_i, w_{out})$", width=4.6, height=1.0, color=COLORS["output"])
    arrow(ax, (x, output + 0.5), (x, 5.3), color=COLORS["output"])
    ax.text(x, 5.6, "output sequence $(y_1, \\ldots, y_n)$", ha="center", va="center", color=COLORS["output"])
    for height, name in ((hidden, "w_h"), (output, "w_{out}")):
        arrow(ax, (1.0, height), (x - 2.3, height), color=COLORS["weight"])
        ax.text(0.9, height, f"${name}$", ha="right", va="center", color=COLORS["weight"])
    fork, side = hidden + 0.85, x + 3.4
    ax.plot([x, side, side], [fork, fork, hidden], color=COLORS["data"], linewidth=1.5, solid_capstyle="butt")
    arrow(ax, (side, hidden), (x + 2.3, hidden))
    ax.text(side + 0.15, hidden + 0.4, "hidden state\n$(h_i)$, one\nstep later", va="center", color=COLORS["data"])
    return figure


def unrolled(graph) -> Figure:
    """The graph of `scratch.unroll` laid out by step: inputs below, hidden states on one line, outputs and loss above.

    Boxes and arrows are the nodes and edges of the graph. A node's weights are called w_h or w_out only if all its
    kind share the same arrays, and carry the step otherwise (Figure B-28).
    """
    steps = [int(name[1:]) for name in graph.nodes if name.startswith("h")]
    last = max(steps)
    width, gap = 2.1, 2.75
    column = {i: gap * i - 0.4 if i else 0.35 for i in range(last + 1)}  # narrow: text must be readable on a phone
    row = {"x": 0.4, "h": 2.1, "y": 4.2}
    half = {"x": 0.3, "h": 0.45, "y": 0.45}
    figure, ax = canvas(column[last] + width / 2 + 0.2, 6.3, scale=0.62)

    def place(name: str) -> tuple[float, float]:
        return column[int(name[1:])], row[name[0]]

    for name in graph.inputs:
        text = f"${name[0]}_{{{name[1:]}}}$"
        ax.text(*place(name), text, ha="center", va="center", fontsize=13, color=COLORS["data"])
    for name, layer in graph.nodes.items():
        kind, step = name[0], name[1:]
        color = COLORS["output"] if kind == "y" else COLORS["data"]
        (x, y), function = place(name), {"h": "f_h", "y": "f_{out}"}[kind]
        box(ax, (x, y), f"${name[0]}_{{{step}}} = {function}$", width=width, height=0.9, color=color)
        same = all(twin.parameters is layer.parameters for other, twin in graph.nodes.items() if other[0] == kind)
        index = {"h": "h", "y": "out"}[kind] + ("" if same else f",{step}")
        arrow(ax, (x - 0.75, y - 1.0), (x - 0.75, y - 0.45), color=COLORS["weight"])
        ax.text(x - 0.85, y - 0.85, f"$w_{{{index}}}$", ha="right", va="center", color=COLORS["weight"])
        for source in graph.edges[name]:
            (x0, y0), sideways = place(source), source[0] == "h" and kind == "h"
            edge = width / 2 if source in graph.nodes else 0.35
            start = (x0 + edge, y0) if sideways else (x0, y0 + half[source[0]])
            arrow(ax, start, (x - width / 2, y) if sideways else (x, y - half[kind]))
    loss = (np.mean([column[i] for i in steps]), 5.8)
    box(ax, loss, "loss $L$", width=1.8, height=0.8, color=COLORS["loss"])
    for name in graph.outputs:
        x, y = place(name)
        sideways = abs(x - loss[0]) > 0.9
        arrow(ax, (x, y + 0.45), (loss[0] + np.clip(x - loss[0], -0.9, 0.9), loss[1] - (0.1 if sideways else 0.4)))
    return figure
