"""Drawings for the page on global max-pooling: the architecture, a training step, and where its gradient goes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from .diagrams import arrow, canvas, tensor
from .style import COLORS, tint
from .transfer_scores import bare

_RIM = [withStroke(linewidth=4.5, foreground="white")]
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels, upper ends excluded."""


class Step(NamedTuple):
    """A winning window, its class, whether the image holds the class, and its score before and after a step."""

    name: str
    present: bool
    box: Box
    before: float
    after: float


def architecture(
    trunk: tuple[int, int, int], hidden: tuple[int, int, int], maps: tuple[int, int, int], side: int
) -> Figure:
    """The network from image to scores (thesis Figure 4-2); shapes are (maps, height, width), read downwards."""
    figure, ax = canvas(10, 12.1, scale=0.5)
    rows = (
        ((3, side, side), f"image: {side} × {side} pixels", 1.9, 0.25, "ink"),
        (trunk, "C1 to C7, pre-trained and frozen", 1.5, 1.7, "muted"),
        (hidden, "Ca, trained", 1.5, 1.2, "weight"),
        (maps, "Cb, trained: a score map a class", 1.5, 0.6, "weight"),
        ((maps[0], 1, 1), "global max-pooling: a score a class", 0.24, 0.6, "output"),
    )
    y = 11.9
    for k, (shape, text, height, depth, color) in enumerate(rows):
        y -= height + 0.36 * depth
        tensor(ax, shape, (0.5, y), color=COLORS["data"], scale=height / shape[1], depth=depth, sizes=False)
        size = f"{shape[0]} × {shape[1]} × {shape[2]}"
        ax.text(3.3, y + height / 2 + 0.28, text, va="center", color=COLORS[color], fontsize=11)
        ax.text(3.3, y + height / 2 - 0.3, size, va="center", color=COLORS["data"], fontsize=10)
        if k < len(rows) - 1:
            arrow(ax, (0.5 + height / 2, y - 0.1), (0.5 + height / 2, y - 0.75), color=COLORS[rows[k + 1][4]])
        y -= 0.85
    return figure


def training_step(image: UInt8[np.ndarray, "H W 3"], label: str, steps: Sequence[Step]) -> Figure:
    """An image with its label, then a panel a winning window: up where the class is there, else down (Figure 4-4)."""
    figure, axes = plt.subplots(1, 1 + len(steps), figsize=(7.4, 3.1))
    for ax in axes:
        bare(ax)
        ax.imshow(image)
        ax.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
    axes[0].set_title(f"label: {label}\n", fontsize=11, loc="left")
    for ax, step in zip(axes[1:], steps, strict=True):
        color, sign = (COLORS["output"], "↑") if step.present else (COLORS["gradient"], "↓")
        _frame(ax, step.box, color)
        title = f"{sign} {step.name} ({'present' if step.present else 'absent'})\n{step.before:.2f} → {step.after:.2f}"
        ax.set_title(title, fontsize=11, loc="left", color=color)
    return figure


def pixel_gradients(
    image: UInt8[np.ndarray, "H W 3"], strengths: Mapping[str, Float[np.ndarray, "H W"]], boxes: Sequence[Box | None]
) -> Figure:
    """An image, then how strongly each pixel moves a loss, each panel relative to its own maximum, with a frame."""
    figure, axes = plt.subplots(1, 1 + len(strengths), figsize=(7.4, 2.8))
    for ax in axes:
        bare(ax)
    axes[0].imshow(image)
    axes[0].set_title("the image", fontsize=11, loc="left")
    for ax, (name, strength), box in zip(axes[1:], strengths.items(), boxes, strict=True):
        shown = ax.imshow((strength / strength.max()) ** 0.5, cmap="magma", vmin=0, vmax=1)
        ax.set_title(name, fontsize=11, loc="left")
        if box is not None:
            _frame(ax, box, COLORS["sky"], rim=False)
        ax.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
    bar = figure.colorbar(shown, ax=axes[-1], fraction=0.046, ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["0", "¼", "1"])
    return figure


def mining(image: UInt8[np.ndarray, "H W 3"], probabilities: Float[np.ndarray, "h w"], box: Box, title: str) -> Figure:
    """An image with the window that wins, and the map of probabilities with the winning unit marked."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.0, 3.2))
    bare(left)
    bare(right)
    left.imshow(image)
    _frame(left, box, COLORS["gradient"])
    left.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
    left.set_title(title, fontsize=11, loc="left")
    shown = right.imshow(probabilities, cmap="viridis", vmin=0, vmax=1)
    row, column = np.unravel_index(int(probabilities.argmax()), probabilities.shape)
    right.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=COLORS["gradient"], linewidth=2.4))
    right.set_title(f"best window: {probabilities.max():.2f}", fontsize=11, loc="left")
    figure.colorbar(shown, ax=right, fraction=0.046, label="probability")
    return figure


def window_histogram(every: Float[np.ndarray, " n"], winners: Float[np.ndarray, " m"]) -> Figure:
    """Shares of windows by probability, of all windows and of the best window of each image and class."""
    figure, ax = plt.subplots(figsize=(6.0, 3.2))
    bins = np.linspace(0, 1, 21)
    for values, label, color in ((every, "all windows", "muted"), (winners, "winners", "gradient")):
        weights = np.full(len(values), 1 / len(values))
        ax.hist(values, bins=bins, weights=weights, histtype="stepfilled", color=tint(COLORS[color], 0.55), label=label)
        ax.hist(values, bins=bins, weights=weights, histtype="step", color=COLORS[color], linewidth=1.6)
    ax.set(yscale="log", xlim=(0, 1), xlabel="probability of a class that is not there", ylabel="share of windows")
    ax.legend()
    return figure


def dropout_bars(found: Mapping[str, Mapping[str, float]]) -> Figure:
    """Kind of dropout -> what was measured -> a number; one small panel a measurement."""
    quantities = list(next(iter(found.values())))
    figure, axes = plt.subplots(1, len(quantities), figsize=(7.2, 2.7), squeeze=False)
    for ax, quantity in zip(axes.flat, quantities, strict=True):
        values = [one[quantity] for one in found.values()]
        bars = ax.bar(range(len(found)), values, 0.6, color=[COLORS["output"], COLORS["gradient"]][: len(found)])
        ax.bar_label(bars, fmt="{:.2f}", fontsize=10, padding=2)
        ax.set_xticks(range(len(found)), list(found))
        ax.set_title(quantity, fontsize=10.5, loc="left")
        ax.margins(y=0.16)
        ax.set_yticks([])
        ax.grid(False)
        ax.spines["left"].set_visible(False)
    return figure


def _frame(ax, box: Box, color: str, *, rim: bool = True) -> None:
    x0, y0, x1, y1 = box
    frame = Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=2.2)
    if rim:
        frame.set_path_effects(_RIM)
    ax.add_patch(frame)
