"""Drawings for the page on adaptation: what is transferred and what is trained (Figure 3-2), and how training goes."""

from collections.abc import Collection, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thesiscode.engine import History
from thesiscode.nets import LayerDescription

from .diagrams import arrow, box, brace, canvas
from .style import COLORS

TRAINED, FROZEN = COLORS["weight"], COLORS["muted"]
_LEFT, _CONV, _FULL, _GAP = 2.4, 0.5, 1.0, 0.32  # units: first box, widths of the boxes, space between them


def draw_transfer(
    source: Sequence[LayerDescription],
    target: Sequence[LayerDescription],
    *,
    pictures: Sequence[UInt8[np.ndarray, "S S 3"]],
    outputs: Sequence[Sequence[str]],
    trained: Collection[str],
    titles: Sequence[str],
) -> Figure:
    """Figure 3-2: the source network above, the target network below, and what goes from one to the other.

    source, target: the descriptions of the two networks; weighted layers of one name share their parameters.
    pictures, outputs, titles: an example of each task's input, some names of its outputs, and its name.
    trained: names of the target's layers that are trained on the target task. Raises ValueError without a convolution.
    """
    figure, ax = canvas(12.9, 8.4, scale=0.485)
    top, bottom = 6.3, 2.3
    upper = _network(ax, source, top, set(_weighted(source)))
    lower = _network(ax, target, bottom, set(trained))
    for y, picture, names, title, places in zip((top, bottom), pictures, outputs, titles, (upper, lower), strict=True):
        ax.imshow(picture, extent=(0.1, 1.7, y - 0.8, y + 0.8), zorder=2, aspect="equal")
        arrow(ax, (1.75, y), (_LEFT - 0.03, y))
        right = max(x1 for _, _, x1, _ in places.values())
        arrow(ax, (right + 0.03, y), (right + 0.36, y))
        ax.text(right + 0.45, y, "\n".join(names), va="center", fontsize=10, linespacing=1.35)
        ax.text(0.1, y + 0.9, title, va="bottom", fontsize=11, fontweight="bold")
    shared = [name for name in lower if name in upper]
    convolutions = [name for name in shared if name.startswith("conv")]
    for names in (convolutions, *([name] for name in shared if name not in convolutions)):
        x = _middle(lower, names)
        arrow(ax, (x, top - 1.4), (x, bottom + 1.0), color=TRAINED, linestyle="--")
    x = _middle(lower, shared[-1:]) + 0.3
    ax.text(x, (top + bottom) / 2 - 0.2, "transfer\nparameters", va="center", color=TRAINED, linespacing=1.2)
    _span(ax, upper, list(upper), "trained on the source task", TRAINED, y=top + 1.0)
    for names, text, color in (
        ([name for name in lower if name not in trained], "frozen", FROZEN),
        ([name for name in lower if name in trained], "trained on the target task", TRAINED),
    ):
        if names:
            _span(ax, lower, names, text, color, y=bottom - 1.4)
    ax.set(xlim=(0, 12.9), ylim=(0, 8.4))
    return figure


def loss_curves(history: History, *, guess: float) -> Figure:
    """Watched and validation loss after each epoch; lines mark the cuts of the learning rate, dots a guess's loss."""
    figure, ax = plt.subplots(figsize=(6.0, 3.6))
    epochs, rates = history["epoch"], history["learning_rate"]
    curves = {"training patches": (history["watched_loss"], COLORS["loss"])}
    if history["validation_loss"][0] is not None:
        curves["patches of other scenes"] = history["validation_loss"], COLORS["output"]
    ax.axhline(guess, color=COLORS["muted"], linestyle=":")
    ax.text(epochs[0], 1.02 * guess, "a guess", color=COLORS["muted"], va="bottom")
    for name, (losses, color) in curves.items():
        ax.plot(epochs, losses, color=color)
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}  # no line crosses the name
        ax.text(epochs[-1], losses[-1] + 0.04 * guess, name, color=color, ha="right", va="bottom", bbox=paper)
    starts = [k for k in range(len(rates)) if k == 0 or rates[k] != rates[k - 1]]
    for k in starts:
        if k:
            ax.axvline(epochs[k] - 0.5, color=COLORS["muted"], linestyle="--", lw=1.2)
        place = {"xy": (epochs[k] - (0.4 if k else 0), 1.02), "xycoords": ("data", "axes fraction")}
        ax.annotate(f"rate {rates[k]:g}", **place, color=COLORS["muted"], fontsize=11)
    highest = max(guess, *(max(losses) for losses, _ in curves.values()))
    ax.set(xlabel="epoch", ylabel="cross-entropy (nats)", ylim=(0, 1.15 * highest))
    return figure


Boxes = dict[str, tuple[float, float, float, float]]  # name of a layer -> x0, y0, x1, y1 of its box


def _weighted(layers: Sequence[LayerDescription]) -> dict[str, LayerDescription]:
    """The convolutions and fully connected layers, by name."""
    found = {layer.name: layer for layer in layers if layer.kind in ("convolution", "fully connected")}
    if not any(layer.kind == "convolution" for layer in found.values()):
        raise ValueError("draw_transfer: a network holds no convolution, expected a convolutional one")
    return found


def _network(ax: Axes, layers: Sequence[LayerDescription], y: float, trained: Collection[str]) -> Boxes:
    """The weighted layers from left to right, at the height `y`; convolutions stand close, taller with larger maps."""
    weighted, places, x = _weighted(layers), {}, _LEFT
    tallest = max(layer.output_shape[1] for layer in weighted.values() if layer.kind == "convolution")
    for name, layer in weighted.items():
        color = TRAINED if name in trained else FROZEN
        if layer.kind == "convolution":
            height = 1.0 + 0.8 * layer.output_shape[1] / tallest
            center = (x + _CONV / 2, y)
            places[name] = box(
                ax, center, name.replace("conv", "C"), width=_CONV, height=height, color=color, fontsize=10
            )
            x += _CONV + 0.05
            continue
        if not any(n.startswith("fc") for n in places):
            maps = layers[[one.name for one in layers].index(name) - 1].input_shape
            if len(maps) == 3:
                text = " × ".join(map(str, maps))
                ax.text((_LEFT + x) / 2, y - 1.15, text, ha="center", va="center", color=color, fontsize=10)
        arrow(ax, (x, y), (x + _GAP, y), color=COLORS["data"])
        x += _GAP
        text = f"{name.replace('fc', 'FC')}\n{layer.output_shape[0]}"
        places[name] = box(ax, (x + _FULL / 2, y), text, width=_FULL, height=1.3, color=color, fontsize=10.5)
        x += _FULL
    return places


def _middle(places: Boxes, names: Sequence[str]) -> float:
    return (min(places[name][0] for name in names) + max(places[name][2] for name in names)) / 2


def _span(ax: Axes, places: Boxes, names: Sequence[str], text: str, color: str, *, y: float) -> None:
    """A brace over or under some layers, at the height `y`, and what is done with them."""
    left, right = min(places[n][0] for n in names), max(places[n][2] for n in names)
    above = y > places[names[0]][1]
    start, end = ((left, y), (right, y)) if above else ((right, y), (left, y))
    brace(ax, start, end, text, color=color, depth=0.25, fontsize=11)
