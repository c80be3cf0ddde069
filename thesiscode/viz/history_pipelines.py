"""Drawings for the page on vision pipelines inside networks: boxes, costs, masks, heat maps, flow."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from .style import COLORS, CYCLE
from .toyland import draw_boxes

STYLES = ("-", "--", "-.", ":")


def _bare(ax: Axes, title: str = "") -> Axes:
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.set_title(title, loc="left", fontsize=10)
    return ax


def region_steps(
    image: UInt8[np.ndarray, "H W 3"],
    proposals: Int[np.ndarray, "n 4"],
    crops: UInt8[np.ndarray, "k 3 s s"],
    scored: tuple[Int[np.ndarray, "m 4"], Sequence[str]],
    kept: tuple[Int[np.ndarray, "j 4"], Sequence[str]],
) -> Figure:
    """The steps of R-CNN on one image: all proposals, some warped crops, the boxes with a high score, those that stay.

    scored, kept: boxes, and what to write at each; of the scored ones the boxes alone are drawn.
    """
    figure, axes = plt.subplots(2, 2, figsize=(6.6, 5.4))
    for ax, title in zip(
        axes.flat, ("1  proposals", "2  warped crops", "3  sure of a class", "4  what stays"), strict=True
    ):
        _bare(ax, title)
    for ax in (axes[0, 0], axes[1, 0], axes[1, 1]):
        ax.imshow(image)
    for x0, y0, x1, y1 in proposals:
        frame = Rectangle(
            (x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor="#ffd400", linewidth=0.5, alpha=0.7
        )
        axes[0, 0].add_patch(frame)
    columns = 4
    rows = -(-len(crops) // columns)
    side = crops.shape[2] + 2
    sheet = np.full((rows * side, columns * side, 3), 255, np.uint8)
    for k, crop in enumerate(crops):
        y, x = (k // columns) * side, (k % columns) * side
        sheet[y + 1 : y + side - 1, x + 1 : x + side - 1] = crop.transpose(1, 2, 0)
    axes[0, 1].imshow(sheet)
    draw_boxes(axes[1, 0], scored[0])
    draw_boxes(axes[1, 1], *kept)
    return figure


def detected(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    boxes: Sequence[Int[np.ndarray, "_ 4"]],
    names: Sequence[Sequence[str]],
    truth: Sequence[Int[np.ndarray, "_ 4"]],
) -> Figure:
    """Scenes with what a detector says (full lines, names) and what is there (dashed)."""
    figure, axes = plt.subplots(1, len(images), figsize=(6.8, 2.2))
    for ax, image, found, words, there in zip(axes, images, boxes, names, truth, strict=True):
        _bare(ax).imshow(image)
        draw_boxes(ax, there, color="white", style="--")
        draw_boxes(ax, found, words)
        for text in ax.texts:
            text.set_clip_on(False)  # names at the upper rim of a small scene
    return figure


def savings(strides: Sequence[int], ratios: Mapping[str, Sequence[float]], own: int) -> Figure:
    """How many times more all windows cost one by one than in one pass, by the step between windows; `own` is the
    network's stride."""
    figure, ax = plt.subplots(figsize=(6.0, 3.4))
    for color, style, (name, values) in zip(CYCLE, STYLES, ratios.items(), strict=False):
        ax.loglog(strides, values, style, marker="o", color=color, label=name)
    ax.axhline(1, color=COLORS["muted"], linewidth=1)
    ax.axvline(own, color=COLORS["muted"], linestyle=":")
    ax.set_xticks(strides, [str(s) for s in strides])
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.minorticks_off()
    ax.set(xlabel="pixels from window to window", ylabel="windows / one pass")
    ax.legend(fontsize=10)
    return figure


def masks(
    images: UInt8[np.ndarray, "n 3 H W"],
    columns: Mapping[str, UInt8[np.ndarray, "n H W"]],
    names: Sequence[str],
    *,
    void: int = 255,
) -> Figure:
    """A row a scene: the image, and a class map a column. names: of the classes, the background first, which is white;
    beyond the frame all is grey."""
    used = sorted(set(np.unique(np.concatenate([m.ravel() for m in columns.values()]))) - {0, void})
    palette = np.full((256, 3), 255, np.uint8)
    colors = plt.get_cmap("tab20")(np.arange(20))[:, :3]
    for k in range(1, len(names)):
        palette[k] = (255 * colors[(2 * (k - 1)) % 20 + (k > 10)]).astype(np.uint8)
    palette[void] = 205
    figure, axes = plt.subplots(len(images), 1 + len(columns), figsize=(6.6, 1.62 * len(images) + 0.75), squeeze=False)
    for row, image in enumerate(images):
        _bare(axes[row, 0], "" if row else "scene").imshow(image.transpose(1, 2, 0))
        truth = next(iter(columns.values()))[row]
        for ax, (title, maps) in zip(axes[row, 1:], columns.items(), strict=True):
            shown = np.where(truth == void, void, maps[row])
            _bare(ax, "" if row else title).imshow(palette[shown], interpolation="nearest")
    handles = [Patch(color=palette[k] / 255, label=names[k]) for k in used]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=9, handlelength=1.2)
    return figure


def joint_maps(
    image: UInt8[np.ndarray, "3 H W"],
    maps: Float[np.ndarray, "k h w"],
    truth: Float[np.ndarray, "k 2"],
    found: Mapping[str, Float[np.ndarray, "k 2"]],
    names: Sequence[str],
) -> Figure:
    """An image under the heat map of each joint, with the true place (ring) and the places that networks say."""
    size = image.shape[1]
    grey = image.mean(axis=0)
    figure, axes = plt.subplots(2, 4, figsize=(6.8, 4.1))
    marks = (("x", COLORS["accent"]), ("+", COLORS["sky"]))
    for k, (ax, name) in enumerate(zip(axes.flat, names, strict=True)):
        _bare(ax, name)
        ax.imshow(grey, cmap="gray", extent=(0, size, size, 0))
        heat = np.clip(maps[k], 0, 1)
        ax.imshow(heat, cmap="magma", vmin=0, vmax=1, alpha=0.65, extent=(0, size, size, 0), interpolation="bilinear")
        ax.plot(*truth[k], "o", markersize=11, markerfacecolor="none", markeredgecolor="white", label="truth")
        for (marker, color), (label, places) in zip(marks, found.items(), strict=False):
            ax.plot(*places[k], marker, markersize=8, markeredgewidth=2, color=color, label=label)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    legend = figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=3,
        fontsize=10,
        facecolor=COLORS["muted"],
        frameon=True,
        framealpha=1,
    )
    for text in legend.get_texts():
        text.set_color("white")
    return figure


def flow_fields(
    frames: Float[np.ndarray, "n t H W"], flows: Float[np.ndarray, "n 2 H W"], titles: Sequence[str]
) -> Figure:
    """A column a video: its middle frame, and the flow as arrows, twice as long as the displacement, over it."""
    figure, axes = plt.subplots(2, len(frames), figsize=(6.8, 3.1))
    n = frames.shape[-1]
    at = np.arange(1, n, 3)
    for k, title in enumerate(titles):
        for ax, text in zip(axes[:, k], (title, ""), strict=True):
            _bare(ax, text).set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
        axes[0, k].imshow(frames[k, frames.shape[1] // 2], cmap="gray", vmin=0, vmax=1)
        u, v = flows[k][:, at][:, :, at]
        axes[1, k].quiver(at, at, u, v, color=COLORS["output"], angles="xy", scale_units="xy", scale=0.5, width=0.012)
        axes[1, k].set_aspect("equal")
        axes[1, k].spines[:].set_visible(True)
    return figure
