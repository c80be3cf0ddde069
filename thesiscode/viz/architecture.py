"""Pictures of an architecture, drawn from what `thesiscode.nets.describe` reads off it (Figures B-22 and B-23)."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from ..nets import LayerDescription
from .diagrams import arrow, canvas, matrix, tensor
from .style import COLORS, CYCLE, tint

_HALO = [withStroke(linewidth=4, foreground="white")]  # lines on a photograph stay visible on dark and on light parts

WEIGHTED = ("convolution", "fully connected")


def draw_blocks(
    layers: Sequence[LayerDescription], *, image: Float[np.ndarray, "H W 3"] | None = None, width: float = 4.7
) -> Figure:
    """The data between weighted layers as blocks to scale, read from top to bottom (Figure B-22).

    Maps are cuboids: height and width in one scale, number of maps in another. Vectors are bars in a third. A square
    on a block marks what one unit of the next block sees of it. `image` covers the first block. `width` is in inches.
    Nonlinearities, normalisation and dropout change no shape and are left out. Raises ValueError without a convolution.
    """
    if not layers or not any(layer.kind == "convolution" for layer in layers):
        raise ValueError(
            "draw_blocks: layers holds no convolution, expected the description of a convolutional network"
        )
    groups = _between_blocks(layers)
    shapes = [layers[0].input_shape, *(group[-1].output_shape for group in groups)]
    side = 1.5 / max(shape[1] for shape in shapes if len(shape) == 3)
    depth = 0.95 / max(shape[0] for shape in shapes if len(shape) == 3)
    length = 0.5 * width / max([shape[0] for shape in shapes if len(shape) == 1], default=1)
    heights = [shape[1] * side + 0.36 * shape[0] * depth if len(shape) == 3 else 0.1 for shape in shapes]
    gaps = [0.25 + 0.19 * len(_operators(group)) for group in groups]
    figure, ax = canvas(width, sum(heights) + sum(gaps) + 0.3, scale=1.0)
    y = sum(heights) + sum(gaps) + 0.15
    x, text_x = 0.15, 0.56 * width
    for i, shape in enumerate(shapes):
        y -= heights[i]
        if len(shape) == 3:
            tensor(ax, shape, (x, y), scale=side, depth=shape[0] * depth, sizes=False)
            right, top = x + shape[2] * side, y + shape[1] * side
            if i == 0 and image is not None:
                ax.imshow(image, extent=(x, right, y, top), zorder=2.5, aspect="equal")
                ax.set(xlim=(0, width), ylim=(0, sum(heights) + sum(gaps) + 0.3))
            if i < len(groups) and len(groups[i][-1].output_shape) == 3:
                seen = min(_seen(groups[i]) * side, right - x)
                corner = ((x + right - seen) / 2, (y + top - seen) / 2)
                ax.add_patch(Rectangle(corner, seen, seen, fill=False, edgecolor=COLORS["accent"], lw=1.6, zorder=5))
        else:
            bar = Rectangle((x, y), shape[0] * length, heights[i], facecolor=tint(COLORS["data"], 0.8), zorder=2)
            bar.set(edgecolor=COLORS["data"], linewidth=1.3)
            ax.add_patch(bar)
        label = " × ".join(str(n) for n in (*shape[1:], shape[0]))
        ax.text(text_x, y + heights[i] / 2, label, va="center", color=COLORS["data"], fontsize=11, fontweight="bold")
        if i < len(groups):
            arrow(ax, (x + 0.12, y - 0.05), (x + 0.12, y - gaps[i] + 0.05), color=COLORS["weight"])
            lines = "\n".join(_operators(groups[i]))
            ax.text(
                x + 0.32, y - gaps[i] / 2, lines, va="center", color=COLORS["weight"], fontsize=9.5, linespacing=1.25
            )
            y -= gaps[i]
    return figure


def draw_stack(layers: Sequence[LayerDescription], *, unit: tuple[int, int] = (1, 1)) -> Figure:
    """Input and map of each layer as grids; colour marks what a unit of the last layer reads on each (Figure B-23).

    layers: convolutions or pooling of stride 1 without padding, on one small input. unit: (row, column) on the last
    map. Raises ValueError for other strides or padding.
    """
    if any(layer.stride != (1, 1) or layer.start != (0, 0) for layer in layers):
        raise ValueError("draw_stack: layers have a stride or padding, expected stride 1 and no padding")
    sizes = [layers[0].input_shape[1:], *(layer.output_shape[1:] for layer in layers)]
    titles = ["input", *(layer.name for layer in layers)]
    gap, tallest = 2.6, max(height for height, _ in sizes)
    figure, ax = canvas(sum(w for _, w in sizes) + gap * len(layers) + 0.6, tallest + 1.4, scale=0.3)
    extents = [layer.kernel for layer in layers]
    left, previous = 0.3, None
    for depth, (height, width) in enumerate(sizes):
        rows = 1 + sum(k[0] - 1 for k in extents[depth:])
        columns = 1 + sum(k[1] - 1 for k in extents[depth:])
        top = (tallest + height) / 2 + 0.3
        color = COLORS["accent"]
        marked = {(unit[0] + i, unit[1] + j): color for i in range(rows) for j in range(columns)}
        matrix(ax, np.zeros((height, width)), origin=(left, top), text=None, highlight=marked, title=titles[depth])
        window = (left + unit[1], top - unit[0], left + unit[1] + columns, top - unit[0] - rows)
        if previous is not None:
            # the window of one unit of this map on the previous one, joined to that unit
            kernel = extents[depth - 1]
            x0, y0 = previous[0], previous[1]
            x1, y1 = x0 + kernel[1], y0 - kernel[0]
            style = {"color": COLORS["weight"], "linewidth": 1.6, "zorder": 6}
            ax.add_patch(
                Rectangle((x0, y1), kernel[1], kernel[0], fill=False, edgecolor=COLORS["weight"], lw=2.2, zorder=6)
            )
            ax.add_patch(
                Rectangle((window[0], window[1] - 1), 1, 1, fill=False, edgecolor=COLORS["weight"], lw=2.2, zorder=6)
            )
            ax.plot([x1, window[0]], [y0, window[1]], **style)
            ax.plot([x1, window[0]], [y1, window[1] - 1], **style)
        previous = window
        left += width + gap
    return figure


def draw_balance(networks: Mapping[str, Sequence[LayerDescription]]) -> Figure:
    """Parameters and multiply-adds of each weighted layer, a bar for each of the described networks.

    networks: name -> layers; all have the same weighted layers.
    """
    figure, axes = plt.subplots(2, 1, figsize=(5.6, 6.4))
    for ax, quantity, title in zip(
        axes, ("n_parameters", "multiply_adds"), ("parameters (millions)", "multiply-adds (millions)"), strict=True
    ):
        thickness = 0.8 / len(networks)
        for i, (name, layers) in enumerate(networks.items()):
            weighted = [layer for layer in layers if layer.kind in WEIGHTED]
            values = [getattr(layer, quantity) / 1e6 for layer in weighted]
            places = np.arange(len(weighted)) + (i - (len(networks) - 1) / 2) * thickness
            color = COLORS["weight"] if quantity == "n_parameters" else COLORS["data"]
            bars = ax.barh(places, values, thickness, color=tint(color, 0.55 * i), edgecolor=color, label=name)
            ax.bar_label(bars, fmt="{:.2f}" if quantity == "n_parameters" else "{:.0f}", padding=3, fontsize=8.5)
        ax.set_yticks(range(len(weighted)), [layer.name for layer in weighted])
        ax.invert_yaxis()
        ax.set_xlabel(title)
        ax.margins(x=0.13)
        ax.legend(loc="lower right" if quantity == "multiply_adds" else "upper right")
        ax.grid(axis="y", visible=False)
    return figure


def draw_fields(image: Float[np.ndarray, "H W 3"], layers: Sequence[LayerDescription]) -> Figure:
    """The receptive field of the centre unit of each layer, as nested squares on the image that the network reads."""
    height, width = image.shape[:2]
    figure, ax = plt.subplots(figsize=(5.4, 4.4))
    ax.imshow(image)
    places = np.linspace(0.04, 0.96, len(layers)) * height
    for i, layer in enumerate(layers):
        color = CYCLE[i % len(CYCLE)]
        _, rows, columns = layer.output_shape
        top, left, bottom, right = layer.window(rows // 2, columns // 2)
        top, left = max(top, 0), max(left, 0)
        bottom, right = min(bottom, height), min(right, width)
        frame = Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, lw=2.2, edgecolor=color)
        frame.set_path_effects(_HALO)
        ax.add_patch(frame)
        leader = ax.plot([right - 0.5, width + 8], [(top + bottom) / 2, places[i]], color=color, lw=1.3, clip_on=False)
        leader[0].set_path_effects(_HALO)
        field = layer.receptive_field[0]
        ax.text(width + 11, places[i], f"{layer.name}: {field} × {field}", va="center", fontsize=11)
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    ax.axis("off")
    return figure


def draw_sensitivity(
    maps: Mapping[str, Float[np.ndarray, "H W"]], windows: Mapping[str, tuple[int, int, int, int]]
) -> Figure:
    """How strongly each pixel moves a unit, a panel a layer, each scaled to its own maximum, with its window.

    maps: layer -> non-negative strengths. windows: layer -> (top, left, bottom, right), ends excluded.
    """
    columns = 2
    rows = -(-len(maps) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(5.6, 2.65 * rows), squeeze=False)
    for ax, (name, strength) in zip(axes.flat, maps.items(), strict=False):
        shown = ax.imshow(strength / strength.max(), cmap="magma", vmin=0, vmax=1)
        top, left, bottom, right = windows[name]
        frame = Rectangle(
            (left - 0.5, top - 0.5), right - left, bottom - top, fill=False, lw=1.8, edgecolor=COLORS["sky"]
        )
        ax.add_patch(frame)
        ax.set_title(f"{name}: {bottom - top} × {right - left}")
        ax.set(xlim=(-0.5, strength.shape[1] - 0.5), ylim=(strength.shape[0] - 0.5, -0.5))
        ax.axis("off")
    figure.colorbar(shown, ax=axes, label="mean |gradient|, relative to its maximum", shrink=0.8, location="bottom")
    return figure


def draw_shares(parts: Mapping[str, Mapping[str, float]], kinds: Sequence[str], ax: Axes | None = None) -> Figure:
    """Bars that compare how several quantities divide over kinds of layers: quantity -> kind -> share in [0, 1]."""
    if ax is None:
        _, ax = plt.subplots(figsize=(5.6, 4.2))
    thickness = 0.8 / len(parts)
    colors = [COLORS[name] for name in ("data", "output", "sky", "muted")]
    for i, (name, share) in enumerate(parts.items()):
        places = np.arange(len(kinds)) + (i - (len(parts) - 1) / 2) * thickness
        lengths = [100 * share.get(kind, 0.0) for kind in kinds]
        bars = ax.barh(places, lengths, thickness, label=name, color=colors[i % len(colors)])
        ax.bar_label(bars, fmt="{:.1f}", padding=3, fontsize=8.5)
    ax.set_yticks(range(len(kinds)), kinds)
    ax.invert_yaxis()
    ax.set_xlabel("share (%)")
    ax.margins(x=0.12)
    ax.legend()
    ax.grid(axis="y", visible=False)
    return ax.figure


def draw_activations(layers: Sequence[LayerDescription], *, bytes_per_value: int = 4) -> Figure:
    """Memory of each layer's output for one image, in MB (10^6 bytes)."""
    kept = [layer for layer in layers if layer.kind not in ("reshape", "dropout")]
    figure, ax = plt.subplots(figsize=(5.6, 5.0))
    ax.barh(
        [layer.name for layer in kept], [layer.n_values * bytes_per_value / 1e6 for layer in kept], color=COLORS["data"]
    )
    ax.invert_yaxis()
    ax.set_xlabel("output of the layer for one image (MB)")
    ax.grid(axis="y", visible=False)
    return figure


def _between_blocks(layers: Sequence[LayerDescription]) -> list[list[LayerDescription]]:
    """Layers cut behind each weighted layer; what follows the last one is dropped."""
    groups: list[list[LayerDescription]] = [[]]
    for layer in layers:
        groups[-1].append(layer)
        if layer.kind in WEIGHTED:
            groups.append([])
    return groups[:-1]


def _operators(group: Sequence[LayerDescription]) -> list[str]:
    lines = []
    for layer in group:
        stride = f", stride {layer.step[0]}" if layer.step[0] > 1 else ""
        if layer.kind == "pooling":
            lines.append(f"{layer.name}: {layer.kernel[0]} × {layer.kernel[1]}{stride}")
        elif layer.kind == "convolution":
            split = f", {layer.groups} groups" if layer.groups > 1 else ""
            lines.append(
                f"{layer.name}: {layer.output_shape[0]} kernels {layer.kernel[0]} × {layer.kernel[1]}{stride}{split}"
            )
        elif layer.kind == "fully connected":
            lines.append(f"{layer.name}: {layer.input_shape[0]} → {layer.output_shape[0]}")
    return lines


def _seen(group: Sequence[LayerDescription]) -> int:
    """Rows of the first layer's input that one unit of the last layer reads."""
    size, jump = 1, 1
    for layer in group:
        size += (layer.kernel[0] - 1) * jump
        jump *= layer.step[0]
    return size
