"""Drawings for the page on instances: votes for lines, eigenfaces, pose curves, matches and retrieved scenes."""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Bool, Float, Int, Num
from matplotlib.collections import LineCollection
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from .style import COLORS, CYCLE
from .toyland import draw_boxes


def lines_and_votes(
    image: Float[np.ndarray, "H W"],
    edges: Bool[np.ndarray, "H W"],
    found: Any,
    lines: Float[np.ndarray, "k 3"],
) -> Figure:
    """Above, an image with the lines (offset, angle, votes) that were found, and its edges; below, all votes."""
    figure, axes = plt.subplot_mosaic([["image", "edges"], ["votes", "votes"]], figsize=(6.6, 5.2))
    height, width = image.shape
    axes["image"].imshow(image, cmap="gray", vmin=0, vmax=1)
    axes["edges"].imshow(edges, cmap="gray_r", vmin=0, vmax=1)
    pixels = np.argwhere(edges)[:, ::-1]
    for offset, angle, _ in lines:  # drawn along the longest run of edge pixels that voted for the line
        normal, along = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        voters = np.sort(pixels[np.abs(pixels @ normal - offset) < 1] @ along)
        run = max(np.split(voters, np.flatnonzero(np.diff(voters) > 4) + 1), key=np.ptp)
        stretch = offset * normal[:, None] + along[:, None] * run[[0, -1]]
        axes["image"].plot(*stretch, color=COLORS["accent"], linewidth=1.8)
    axes["votes"].imshow(
        found.votes,
        aspect="auto",
        cmap="magma",
        norm=PowerNorm(0.6),
        origin="lower",
        extent=(0, 180, found.offsets[0] - 0.5, found.offsets[-1] + 0.5),
    )
    axes["votes"].plot(
        np.degrees(lines[:, 1]), lines[:, 0], "o", markerfacecolor="none", markeredgecolor="white", markersize=9
    )
    for name in ("image", "edges"):
        axes[name].set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), xticks=[], yticks=[])
    low, high = np.flatnonzero(found.votes.any(axis=1))[[0, -1]]
    axes["votes"].set(ylim=found.offsets[[low, high]], xlabel="angle of the normal (degrees)", ylabel="offset (pixels)")
    for ax in axes.values():
        ax.grid(False)
    return figure


def face_curves(
    counts: Sequence[int],
    by_count: Mapping[str, Sequence[float]],
    shifts: Sequence[float],
    by_shift: Mapping[str, Sequence[float]],
) -> Figure:
    """Shares of faces that are recognised: left, by the number of components; right, by a shift in pixels."""
    figure, axes = plt.subplots(1, 2, figsize=(6.8, 3.2), sharey=True)
    for ax, x, curves in ((axes[0], counts, by_count), (axes[1], shifts, by_shift)):
        for color, marker, (name, y) in zip(CYCLE, "os", curves.items(), strict=False):
            ax.plot(x, y, marker=marker, color=color, label=name)
    axes[0].set(xlabel="components kept", ylabel="share recognised", ylim=(0, 1.03))
    axes[0].legend(fontsize=10, loc="lower right")
    axes[1].set(xlabel="shift of the test faces (pixels)")
    return figure


def pose_curves(
    curves: Mapping[str, Float[np.ndarray, "a 3"]], views: Mapping[str, Float[np.ndarray, "b 3"]]
) -> Figure:
    """Closed curves of some objects in three components, with their training views as dots."""
    figure = plt.figure(figsize=(6.2, 4.6))
    ax = figure.add_subplot(projection="3d")
    for color, (name, curve) in zip(CYCLE, curves.items(), strict=False):
        closed = np.vstack([curve, curve[:1]])
        ax.plot(*closed.T, color=color, linewidth=1.6, label=name)
        ax.plot(*views[name].T, "o", color=color, markersize=3)
    for axis, number in ((ax.xaxis, 1), (ax.yaxis, 2), (ax.zaxis, 3)):
        axis.set_label_text(f"component {number}")
        axis.set_ticklabels([])
    ax.set_box_aspect(None, zoom=0.9)
    figure.legend(fontsize=10, loc="upper center", ncols=len(curves) // 2 + 1)
    return figure


def share_bars(shares: Mapping[str, float], chance: float, *, xlabel: str) -> Figure:
    """A bar for each condition, the first on top; dashed, what chance gives."""
    figure, ax = plt.subplots(figsize=(6.2, 0.42 * len(shares) + 0.9))
    y = np.arange(len(shares))
    bars = ax.barh(y, list(shares.values()), color=COLORS["output"], height=0.62)
    ax.bar_label(bars, labels=[f"{v:.0%}" for v in shares.values()], padding=4, fontsize=11)
    ax.axvline(chance, color=COLORS["gradient"], linestyle="--", linewidth=1.4)
    ax.set(yticks=y, yticklabels=list(shares), xlim=(0, 1.12), xlabel=xlabel)
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    return figure


def match_lines(
    one: Num[np.ndarray, "h w 3"],
    other: Num[np.ndarray, "H W 3"],
    starts: Float[np.ndarray, "k 2"],
    ends: Float[np.ndarray, "k 2"],
    right: Bool[np.ndarray, " k"],
    outline: Float[np.ndarray, "4 2"],
) -> Figure:
    """Two images beside each other with a line for each match: blue where it is right, orange where it is wrong.

    outline: the corners of the first image in the second one.
    """
    gap = 8
    wide = np.full((max(len(one), len(other)), one.shape[1] + gap + other.shape[1], 3), 255, np.uint8)
    wide[: len(one), : one.shape[1]] = one
    wide[: len(other), one.shape[1] + gap :] = other
    shift = np.array([one.shape[1] + gap, 0])
    figure, ax = plt.subplots(figsize=(6.8, 6.8 * wide.shape[0] / wide.shape[1] + 0.1))
    ax.imshow(wide)
    lines = np.stack([starts, ends + shift], axis=1)
    ax.add_collection(LineCollection(list(lines[right]), colors=COLORS["output"], linewidths=0.7))
    ax.add_collection(LineCollection(list(lines[~right]), colors=COLORS["gradient"], linewidths=1.1))
    closed = np.vstack([outline, outline[:1]]) + shift
    ax.plot(*closed.T, "--", color=COLORS["ink"], linewidth=1.8)
    ax.set(xlim=(-0.5, wide.shape[1] - 0.5), ylim=(len(wide) - 0.5, -0.5))
    ax.axis("off")
    return figure


def word_patches(
    images: Sequence[np.ndarray],
    points: Sequence[Float[np.ndarray, "n 3"]],
    words: Sequence[Int[np.ndarray, " n"]],
    chosen: Sequence[int],
    *,
    count: int = 10,
) -> Figure:
    """A row of patches for each chosen word, each from another image; points are (x, y, diameter)."""
    side, gap = 40, 3
    sheet = np.full((len(chosen) * (side + gap) - gap, count * (side + gap) - gap, 3), 255, np.uint8)
    for row, word in enumerate(chosen):
        holders = [i for i in range(len(images)) if (words[i] == word).any()]
        for column, i in enumerate(holders[:count]):
            x, y, size = points[i][np.flatnonzero(words[i] == word)[0]]
            reach = max(6, round(1.5 * size))
            padded = np.pad(images[i], ((reach, reach), (reach, reach), (0, 0)), mode="edge")
            patch = padded[round(y) : round(y) + 2 * reach + 1, round(x) : round(x) + 2 * reach + 1]
            top, left = row * (side + gap), column * (side + gap)
            sheet[top : top + side, left : left + side] = cv2.resize(patch, (side, side))
    figure, ax = plt.subplots(figsize=(6.6, 6.6 * sheet.shape[0] / sheet.shape[1]))
    ax.imshow(sheet)
    ax.axis("off")
    return figure


def retrieved(
    query: np.ndarray, box: Sequence[int], results: Sequence[np.ndarray], right: Sequence[bool], *, columns: int = 4
) -> Figure:
    """The query with its region, and what was found, best first: framed in blue where right, in orange where not."""
    images = [query, *results]
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(6.8, 1.6 * rows))
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        ax.spines[:].set_visible(False)
    for k, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image)
        ax.set_title("query" if k == 0 else f"{k}" + ("" if right[k - 1] else " ✗"), fontsize=11, pad=3)
        if k:
            ax.spines[:].set(visible=True, color=COLORS["output" if right[k - 1] else "gradient"], linewidth=3)
    draw_boxes(axes.flat[0], [box])
    return figure
