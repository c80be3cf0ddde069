"""Drawings for the page on patches: grids over scenes, patches with their labels, what the labels add up to."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Bool, Float, Int, Int64, Real, UInt8
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from thesiscode.data.toyland import Scene

from .style import COLORS, tint
from .toyland import draw_boxes

LABELS = {"object": COLORS["output"], "background": COLORS["muted"], "discard": COLORS["loss"]}
"""Colour of each kind of label that a patch can have."""

Images = Sequence[UInt8[np.ndarray, "_ _ 3"]] | UInt8[np.ndarray, "_ _ _ 3"]
"""Colour images of one size."""

_HALO = [patheffects.withStroke(linewidth=3, foreground="white")]


def two_tasks(sources: Images, scenes: Sequence[Scene]) -> Figure:
    """A row of source images above a row of scenes with their boxes."""
    figure, axes = plt.subplots(2, 1, figsize=(6.2, 2.6), height_ratios=(1, 1.55))
    axes[0].imshow(mosaic(sources, len(sources), gap=6))
    tallest = max(scene.image.shape[0] for scene in scenes)
    whole = [np.pad(s.image, ((0, tallest - s.image.shape[0]), (0, 0), (0, 0)), constant_values=255) for s in scenes]
    axes[1].imshow(mosaic(whole, len(scenes), gap=8))
    for k, scene in enumerate(scenes):
        shift = k * (whole[0].shape[1] + 8)
        draw_boxes(axes[1], [(x0 + shift, y0, x1 + shift, y1) for x0, y0, x1, y1 in (o.box for o in scene.objects)])
    for ax in axes:
        ax.axis("off")
    return figure


def mosaic(images: Images, columns: int, *, gap: int = 4) -> UInt8[np.ndarray, "H W 3"]:
    """Images of one size in rows, as one white picture; `gap` pixels lie between neighbours."""
    height, width = images[0].shape[:2]
    rows = -(-len(images) // columns)
    picture = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for k, image in enumerate(images):
        y, x = k // columns * (height + gap), k % columns * (width + gap)
        picture[y : y + height, x : x + width] = image
    return picture


def draw_grid(
    ax: Axes, image: UInt8[np.ndarray, "H W 3"], patches: Int64[np.ndarray, "M 4"], chosen: Mapping[int, str]
) -> None:
    """An image under the frames of its patches, thin and white; `chosen` gives some of them a colour."""
    ax.imshow(image)
    frames = [Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0) for x0, y0, x1, y1 in patches]
    ax.add_collection(PatchCollection(frames, facecolor="none", edgecolor="white", linewidth=0.7, alpha=0.75))
    for k, color in chosen.items():
        _frame(ax, patches[k], color)
    height, width = image.shape[:2]
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), anchor="N")
    ax.axis("off")


def scale_frame(
    image: UInt8[np.ndarray, "H W 3"], patches: Int64[np.ndarray, "M 4"], chosen: Sequence[int], title: str
) -> Figure:
    """One scale: the image with all of its patches, and two of them, in colour, as the network sees them."""
    figure, axes = plt.subplots(1, 3, figsize=(6.2, 2.5), width_ratios=(2.1, 1, 1))
    colors = (COLORS["gradient"], COLORS["output"])
    draw_grid(axes[0], image, patches, dict(zip(chosen, colors, strict=True)))
    axes[0].set_title(title, fontsize=11)
    for ax, k, color in zip(axes[1:], chosen, colors, strict=True):
        x0, y0, x1, y1 = patches[k]
        _picture(ax, image[y0:y1, x0:x1], color)
    return figure


def tilings(
    image: UInt8[np.ndarray, "H W 3"],
    rows: Mapping[str, tuple[Int64[np.ndarray, "_ 4"], int]],
    sources: Images,
) -> Figure:
    """Figure 3-6: a row for each tiling, with its best patch, cut out, and an image of the source task beside it.

    rows: title -> the patches of one scale, and the number of the best one.
    """
    figure, axes = plt.subplots(len(rows), 3, figsize=(6.2, 2.35 * len(rows)), width_ratios=(1.55, 1, 1), squeeze=False)
    for line, (title, (patches, best)), source in zip(axes, rows.items(), sources, strict=True):
        draw_grid(line[0], image, patches, {best: COLORS["gradient"]})
        line[0].set_title(title, fontsize=11)
        x0, y0, x1, y1 = patches[best]
        _picture(line[1], image[y0:y1, x0:x1], COLORS["gradient"])
        line[1].set_title("a patch of it", fontsize=11)
        _picture(line[2], source, COLORS["muted"])
        line[2].set_title("a source image", fontsize=11)
    return figure


def count_curve(
    overlaps: Float[np.ndarray, " n"], counts: Int[np.ndarray, " n"], marked: Sequence[float], wanted: int
) -> Figure:
    """Number of patches against the least overlap; `marked` overlaps carry their counts, a line marks those wanted."""
    figure, ax = plt.subplots(figsize=(5.6, 3.2))
    ax.axhline(wanted, color=COLORS["muted"], linestyle="--", lw=1.4)
    ax.text(overlaps[0], wanted + 15, f"about {wanted}", color=COLORS["muted"], va="bottom")
    ax.plot(overlaps, counts, color=COLORS["output"])
    for overlap in marked:
        k = int(np.abs(overlaps - overlap).argmin())
        ax.plot(overlaps[k], counts[k], "o", color=COLORS["gradient"], markersize=7)
        ax.annotate(f"{overlap:g}: {counts[k]}", (overlaps[k], counts[k]), (9, -21), textcoords="offset points")
    ax.set(xlabel="least overlap of neighbours", ylabel="patches in the image", ylim=(0, None))
    return figure


def rule_plane(
    of_patch: Float[np.ndarray, " n"], of_object: Float[np.ndarray, " n"], least: tuple[float, float]
) -> Figure:
    """Each pair of a patch and an object at its two shares; the thresholds `least` cut the plane in four."""
    figure, ax = plt.subplots(figsize=(5.6, 4.3))
    x, y = least
    counts = (of_patch >= x) & (of_object >= y)
    ax.add_patch(Rectangle((x, y), 1.03 - x, 1.03 - y, color=tint(LABELS["object"], 0.85), lw=0, zorder=0.5))
    for mask, color in ((counts, LABELS["object"]), (~counts, LABELS["background"])):
        ax.scatter(of_patch[mask], of_object[mask], s=16, color=color, alpha=0.6, edgecolor="none")
    ax.axvline(x, color=COLORS["ink"], lw=1.2)
    ax.axhline(y, color=COLORS["ink"], lw=1.2)
    places = {
        "the object counts": (0.99, 0.97, "right"),
        "too\nsmall": (0.5 * x, 0.5 * (1 + y), "center"),
        "truncated": (0.99, 0.2, "right"),
    }
    for text, (a, b, side) in places.items():
        color = LABELS["object"] if "counts" in text else COLORS["ink"]
        ax.text(a, b, text, ha=side, va="center", color=color, path_effects=_HALO)
    ax.set(xlim=(-0.02, 1.03), ylim=(-0.02, 1.03))
    ax.set(xlabel=r"share of the patch, $|P \cap B| \,/\, |P|$", ylabel=r"share of the object, $|P \cap B| \,/\, |B|$")
    return figure


def labelled_patches(
    image: UInt8[np.ndarray, "H W 3"],
    boxes: Real[np.ndarray, "n 4"],
    names: Sequence[str],
    patches: Int64[np.ndarray, "M 4"],
    status: Sequence[Sequence[str]],
    labels: Sequence[str],
) -> Figure:
    """Figure 3-8: an annotated image, and patches of it with what each object is in them, and the label that follows.

    status: for each patch, one word an object. labels: the name of a class, "background" or "discard".
    """
    columns = 2
    rows = -(-len(patches) // columns)
    heights = [2.4, *([1.35] * rows)]
    figure = plt.figure(figsize=(6.2, sum(heights)))
    grid = figure.add_gridspec(1 + rows, 2 * columns, height_ratios=heights, width_ratios=(1, 1.25) * columns)
    ax = figure.add_subplot(grid[0, :])
    ax.imshow(image)
    draw_boxes(ax, boxes.astype(int).tolist(), names)
    ax.axis("off")
    for k, patch in enumerate(patches):
        color = LABELS.get(labels[k], LABELS["object"])
        x0, y0, x1, y1 = patch
        row, column = divmod(k, columns)
        picture = figure.add_subplot(grid[1 + row, 2 * column])
        _picture(picture, image[y0:y1, x0:x1], color)
        if labels[k] == "discard":
            picture.plot((0, 1), (0, 1), color=color, lw=3, transform=picture.transAxes)
        text = figure.add_subplot(grid[1 + row, 2 * column + 1])
        text.axis("off")
        reasons = "\n".join(f"{name}: {word}" for name, word in zip(names, status[k], strict=True))
        text.text(0, 0.83, f"{k + 1}  {labels[k]}", color=color, fontweight="bold", va="center")
        text.text(0, 0.36, reasons, va="center", fontsize=10, linespacing=1.5)
    figure.set_layout_engine("constrained", w_pad=0.04, h_pad=0.04, wspace=0.01, hspace=0.01)
    return figure


def share_bars(rows: Mapping[str, Mapping[str, float]]) -> Figure:
    """One bar a row that adds up to 1: the shares of background and of objects."""
    figure, ax = plt.subplots(figsize=(6.0, 0.95 + 0.55 * len(rows)))
    for k, shares in enumerate(rows.values()):
        left = 0.0
        for kind, share in shares.items():
            color = LABELS["background" if kind == "background" else "object"]
            ax.barh(k, share, left=left, color=color, height=0.62)
            if share > 0.06:
                ax.text(left + share / 2, k, f"{share:.0%}", color="white", ha="center", va="center")
            left += share
    handles = [plt.Rectangle((0, 0), 1, 1, color=LABELS[kind]) for kind in ("background", "object")]
    ax.legend(handles, ["background", "objects"], loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5), xlabel="share of the patches")
    ax.grid(axis="y", visible=False)
    return figure


def class_rows(examples: Mapping[str, Images], counts: Mapping[str, int], *, columns: int = 8) -> Figure:
    """A row of examples for each class, and how many there are in all."""
    side, gap = len(next(iter(examples.values()))[0]), 5
    blank = np.full((side, side, 3), 255, np.uint8)
    cells = [image for images in examples.values() for image in [*images, *[blank] * columns][:columns]]
    figure, ax = plt.subplots(figsize=(6.2, 0.6 * len(examples)))
    ax.imshow(mosaic(cells, columns, gap=gap))
    for row, name in enumerate(examples):
        kind = "background" if name == "background" else "object"
        place = (-8, row * (side + gap) + side / 2)
        ax.text(*place, f"{name}\n{counts[name]}", ha="right", va="center", color=LABELS[kind])
    ax.axis("off")
    return figure


def patches_per_object(
    sizes: Float[np.ndarray, " n"], counts: Int[np.ndarray, " n"], truncated: Bool[np.ndarray, " n"]
) -> Figure:
    """Number of patches that each object gives, against its size; a line joins the medians of objects of like size."""
    figure, ax = plt.subplots(figsize=(6.0, 3.9))
    kinds = {"whole": (~truncated, COLORS["output"], "o"), "cut by the frame": (truncated, COLORS["gradient"], "^")}
    jitter = np.random.default_rng(0).uniform(-0.12, 0.12, len(counts))  # equal counts would hide one another
    for name, (mask, color, marker) in kinds.items():
        ax.scatter(sizes[mask], (counts + jitter)[mask], s=17, color=color, marker=marker, alpha=0.6, lw=0, label=name)
    order = np.argsort(sizes, kind="stable")
    parts = [part for part in np.array_split(order, 8) if len(part)]
    middle = [(np.median(sizes[part]), np.median(counts[part])) for part in parts]
    ax.plot(*zip(*middle, strict=True), color=COLORS["ink"], label="median")
    ax.axhline(0, color=COLORS["muted"], lw=1)
    ax.set_yscale("symlog", linthresh=4, linscale=0.8)
    ticks = [t for t in (0, 1, 2, 4, 8, 16, 32, 64, 128) if t <= max(4, 1.5 * counts.max())]
    ax.set_yticks(ticks, [str(t) for t in ticks])
    ax.set_yticks([], minor=True)
    ax.set(xlabel="longer side of the object / shorter side of the image", ylabel="patches with its label")
    ax.set(ylim=(-0.5, None), xlim=(0, None))
    ax.legend(loc="upper right", ncols=3, bbox_to_anchor=(1.02, 1.16), columnspacing=1.0, handletextpad=0.4)
    return figure


def _picture(ax: Axes, image: np.ndarray, color: str) -> None:
    """An image in a frame of one colour, as large as its axes."""
    ax.imshow(image)
    ax.set(xticks=[], yticks=[], anchor="N")
    ax.grid(False)
    ax.spines[:].set(visible=True, color=color, linewidth=3)


def _frame(ax: Axes, patch: Int64[np.ndarray, "4"], color: str) -> None:
    x0, y0, x1, y1 = patch
    frame = Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=2.4)
    frame.set_path_effects([patheffects.withStroke(linewidth=4, foreground="white")])
    ax.add_patch(frame)
