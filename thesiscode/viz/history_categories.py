"""Drawings for the page on categories: words, pyramids, templates of gradients, parts on springs, proposals."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Int, Shaped, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import COLORS, CYCLE
from .toyland import draw_boxes

STYLES = ("-", "--", "-.", ":")


def words_of(patches: Sequence[Sequence[UInt8[np.ndarray, "p p 3"]]], names: Sequence[str]) -> Figure:
    """A row of patches for each visual word."""
    columns = max(map(len, patches))
    figure, axes = plt.subplots(len(patches), columns, figsize=(6.2, 0.8 * len(patches)), squeeze=False)
    for row, mine, name in zip(axes, patches, names, strict=True):
        for ax in row:
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
            ax.spines[:].set_visible(False)
        for ax, patch in zip(row, mine, strict=False):
            ax.imshow(patch)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10, labelpad=8)
    return figure


def pyramid(
    image: UInt8[np.ndarray, "H W 3"],
    labels: Int[np.ndarray, "n"],
    centres: Float[np.ndarray, "n 2"],
    parts: Sequence[Float[np.ndarray, "_"]],
    levels: Sequence[int],
    words: Sequence[int],
) -> Figure:
    """The image under each grid with the places of a few words; below, the histograms of those words, cell by cell."""
    figure, axes = plt.subplots(2, len(levels), figsize=(6.6, 3.9), height_ratios=[2.4, 1])
    side = image.shape[0]
    k = len(parts[0])
    for (top, bottom), m, part in zip(axes.T, levels, parts, strict=True):
        top.imshow(image, alpha=0.55)
        for color, word in zip(CYCLE, words, strict=False):
            top.scatter(*(centres[labels == word] - 0.5).T, s=22, color=color, edgecolor="white", linewidth=0.5)
        for at in np.linspace(0, side, m + 1)[1:-1] - 0.5:
            top.axhline(at, color=COLORS["ink"], linewidth=1)
            top.axvline(at, color=COLORS["ink"], linewidth=1)
        top.set_title(f"{m} x {m}", fontsize=11)
        cells = part.reshape(m * m, k)[:, list(words)]
        for j, color in zip(range(len(words)), CYCLE, strict=False):
            bottom.bar(np.arange(m * m) + (j + 0.5) / len(words), cells[:, j], width=1 / len(words), color=color)
        bottom.set(xlabel="cell", xticks=[], yticks=[], xlim=(0, m * m))
        for ax in (top, bottom):
            ax.grid(False)
        top.set(xticks=[], yticks=[])
    axes[1, 0].set_ylabel("share")
    return figure


def strokes(ax: Axes, cells: Float[np.ndarray, "rows columns 9"], title: str) -> None:
    """Each cell as strokes along the edges that it stands for, the brighter the larger the value; negative is black."""
    rows, columns, bins = cells.shape
    ax.set_facecolor("black")
    values = np.maximum(cells, 0) / max(cells.max(), 1e-12)
    for b in range(bins):
        angle = (b + 0.5) / bins * np.pi + np.pi / 2  # an edge is perpendicular to its gradient
        dx, dy = 0.47 * np.cos(angle), 0.47 * np.sin(angle)
        for i, j in np.ndindex(rows, columns):
            if values[i, j, b] > 0.02:
                ends = (j + 0.5 - dx, j + 0.5 + dx), (i + 0.5 - dy, i + 0.5 + dy)
                ax.plot(*ends, color="white", alpha=float(values[i, j, b]), linewidth=2.2)
    ax.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal", xticks=[], yticks=[])
    ax.set_title(title, fontsize=11)
    ax.grid(False)


def template(
    mean: UInt8[np.ndarray, "H W 3"],
    magnitude: Float[np.ndarray, "H W"],
    positive: Float[np.ndarray, "rows columns 9"],
    negative: Float[np.ndarray, "rows columns 9"],
) -> Figure:
    """The mean window, the size of its gradients, and the weights of the detector of either sign as strokes."""
    figure, axes = plt.subplots(2, 2, figsize=(6.2, 5.0))
    axes[0, 0].imshow(mean)
    axes[0, 0].set_title("mean of the windows", fontsize=11)
    axes[0, 1].imshow(magnitude, cmap="gray")
    axes[0, 1].set_title("mean size of the gradients", fontsize=11)
    for ax in axes[0]:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    strokes(axes[1, 0], positive, "positive weights")
    strokes(axes[1, 1], negative, "negative weights")
    return figure


def precision_recalls(curves: Mapping[str, tuple[np.ndarray, np.ndarray, float]]) -> Figure:
    """Precision against recall: name -> (recall, precision, average precision)."""
    figure, ax = plt.subplots(figsize=(5.8, 3.5))
    for color, style, (name, (recall, precision, ap)) in zip(CYCLE, STYLES, curves.items(), strict=False):
        ax.plot(recall, precision, style, color=color, label=f"{name}: AP {ap:.2f}")
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.03))
    ax.legend(loc="lower left", fontsize=10)
    return figure


def found_in(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    boxes: Sequence[Shaped[np.ndarray, "_ 4"]],
    scores: Sequence[Float[np.ndarray, "_"]],
    truth: Sequence[Sequence[Sequence[int]]],
) -> Figure:
    """Images with what was found (yellow, its score) and the true boxes (blue, dashed)."""
    figure, axes = plt.subplots(2, -(-len(images) // 2), figsize=(6.4, 3.6), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, mine, sure, true in zip(axes.flat, images, boxes, scores, truth, strict=False):
        ax.imshow(image)
        draw_boxes(ax, true, color=COLORS["sky"], style="--")
        draw_boxes(ax, mine, [f"{s:.1f}" for s in sure])
    return figure


def envelope(cost: Float[np.ndarray, "n"], spring: float, lower: Float[np.ndarray, "n"]) -> Figure:
    """A parabola on each cost, and the lower envelope of all."""
    figure, ax = plt.subplots(figsize=(6.0, 3.0))
    x = np.linspace(0, len(cost) - 1, 400)
    for q, height in enumerate(cost):
        ax.plot(x, height + spring * (x - q) ** 2, color=COLORS["sky"], linewidth=0.8, alpha=0.7)
    every = (cost + spring * (x[:, None] - np.arange(len(cost))) ** 2).min(axis=1)
    ax.plot(x, every, color=COLORS["gradient"], label="lower envelope")
    ax.plot(lower, "o", color=COLORS["gradient"])
    ax.plot(cost, "s", color=COLORS["ink"], label="cost of each place", markersize=4.5)
    ax.set(xlabel="place, in cells", ylabel="cost", ylim=(min(lower) - 0.5, cost.max() + 0.8))
    ax.legend(fontsize=10, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.22))
    return figure


def puppets(
    images: Sequence[UInt8[np.ndarray, "H W"]], placed: Sequence[Sequence[Sequence[int]]], titles: Sequence[str]
) -> Figure:
    """Drawings with the boxes of the root (orange) and the parts (blue) where the model puts them."""
    figure, axes = plt.subplots(1, len(images), figsize=(6.4, 2.6))
    for ax, image, (root, *parts), title in zip(axes, images, placed, titles, strict=True):
        ax.imshow(image, cmap="gray", vmin=0, vmax=255)
        draw_boxes(ax, [root], color=COLORS["accent"])
        draw_boxes(ax, parts, color=COLORS["sky"])
        ax.set_title(title, fontsize=11)
        ax.axis("off")
    return figure


def spring_curves(
    moves: Sequence[float],
    scores: Mapping[str, Float[np.ndarray, "_"]],
    springs: Sequence[str],
    precision: Mapping[str, Sequence[float]],
) -> Figure:
    """Left, the share of the score at rest that is left by the move; right, average precision by the spring."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.3))
    for color, style, (name, values) in zip(CYCLE, STYLES, scores.items(), strict=False):
        left.plot(moves, values, style, color=color, marker="o", markersize=4, label=name)
    left.set(xlabel="move of each part, in pixels", ylabel="score / score at rest", ylim=(0, 1.12))
    left.legend(fontsize=10, loc="lower left")
    for color, style, (name, values) in zip(CYCLE[3:], STYLES, precision.items(), strict=False):
        right.plot(range(len(springs)), values, style, color=color, marker="s", markersize=4, label=name)
    right.set_xticks(range(len(springs)), springs)
    right.set(xlabel="spring", ylabel="average precision", ylim=(0.4, 1.03))
    right.legend(fontsize=10, loc="lower left")
    return figure


def recalls(numbers: Sequence[int], curves: Mapping[str, Float[np.ndarray, "_"]]) -> Figure:
    """Recall by the number of boxes an image, on a logarithmic axis."""
    figure, ax = plt.subplots(figsize=(6.0, 3.5))
    for color, style, (name, values) in zip(CYCLE, STYLES, curves.items(), strict=False):
        ax.semilogx(numbers, values, style, color=color, marker="o", markersize=4, label=name)
    ax.set(xlabel="boxes an image", ylabel="recall at IoU 0.5", ylim=(0, 1.02))
    ax.legend(fontsize=10, loc="upper left")
    return figure


def looked_at(
    image: UInt8[np.ndarray, "H W 3"],
    labels: Int[np.ndarray, "H W"],
    best: Shaped[np.ndarray, "n 4"],
    true: Sequence[Sequence[int]],
) -> Figure:
    """An image with its objects, its segments, and for each object the proposal that fits best."""
    figure, axes = plt.subplots(1, 3, figsize=(6.8, 2.2))
    means = np.array([image[labels == s].mean(axis=0) for s in range(labels.max() + 1)]) / 255
    for ax, picture in zip(axes, (image, means[labels], image), strict=True):
        ax.imshow(picture)
        ax.axis("off")
    draw_boxes(axes[0], true, color=COLORS["sky"], style="--")
    draw_boxes(axes[2], best.astype(int).tolist())
    for ax, title in zip(axes, ("objects", "segments", "best proposals"), strict=True):
        ax.set_title(title, fontsize=11)
    return figure
