"""Drawings for the page on strings: samples with one body, links by part of the body, and a plate that is moved."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .gan_images import strip
from .style import COLORS, CYCLE, tint

TWINS = (COLORS["gradient"], COLORS["loss"], COLORS["weight"], COLORS["output"])
"""Colours of the groups of samples that have one body."""


def framed(
    images: UInt8[torch.Tensor, "n 3 side side"], groups: Sequence[Sequence[int]], *, columns: int, width: float = 6.5
) -> Figure:
    """Samples in rows, those of a group in frames of one colour, as in thesis Figure 5-12."""
    side = images.shape[-1] + 1
    picture = strip(images, columns)
    figure, ax = plt.subplots(figsize=(width, width * picture.shape[0] / picture.shape[1]), layout="constrained")
    ax.imshow(picture, interpolation="nearest")
    for group, color in zip(groups, TWINS, strict=False):
        for k in group:
            corner = (k % columns * side + 0.5, k // columns * side + 0.5)
            ax.add_patch(Rectangle(corner, side - 3, side - 3, fill=False, edgecolor=color, linewidth=2.6))
    ax.axis("off")
    return figure


def by_part(named: Mapping[str, Mapping[str, float]]) -> Figure:
    """Correlation of bodies with what they should be, by part of the body: a marker a sample, one row a part."""
    parts = list(next(iter(named.values())))
    figure, ax = plt.subplots(figsize=(6.2, 0.55 * len(parts) + 1.5))
    colors = [COLORS["ink"], COLORS["muted"], *CYCLE]
    for (name, values), color, marker in zip(named.items(), colors, "osD^v<>", strict=False):
        ax.scatter([values[part] for part in parts], range(len(parts)), color=color, marker=marker, s=44, label=name)
    ax.set_yticks(range(len(parts)), parts)
    ax.invert_yaxis()
    ax.axvline(0, color=COLORS["muted"], linewidth=1)
    ax.set(xlabel="correlation of the body with what it should be", xlim=(-0.15, 1.0))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    return figure


def sweep(
    angles: Float[np.ndarray, " n"],
    simulated: Float[np.ndarray, "n runs"],
    drawn: Float[np.ndarray, "n m"],
    *,
    title: str,
) -> Figure:
    """A coordinate of the body by the angle of the plate: the simulator's runs as a band, and the generator's noise
    vectors, a line each, held while the plate turns."""
    figure, ax = plt.subplots(figsize=(6.2, 3.6))
    mean, spread = simulated.mean(axis=1), simulated.std(axis=1)
    ax.fill_between(
        angles, mean - spread, mean + spread, color=tint(COLORS["data"], 0.75), label="simulator, one deviation"
    )
    ax.plot(angles, mean, color=COLORS["data"], label="simulator, mean")
    for k, line in enumerate(drawn.T[:12]):
        label = "generator, one noise vector a line" if k == 0 else None
        ax.plot(angles, line, color=COLORS["output"], linewidth=0.8, alpha=0.8, label=label)
    ax.set(xlabel="angle of the plate, in degrees", ylabel="height, in metres")
    ax.set_title(title, loc="left", fontsize=11.5)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=10)
    return figure
