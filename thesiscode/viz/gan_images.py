"""Drawings of generated images: rows of samples with names, spectra, and what each image generator leaves behind."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure

from .style import COLORS, CYCLE


def strip(images: UInt8[torch.Tensor, "n C H W"], columns: int | None = None) -> UInt8[np.ndarray, "h w 3"]:
    """Images side by side as one picture, with a gap of one white pixel; in rows of `columns`."""
    n, _, height, width = images.shape
    columns = columns or n
    rows = -(-n // columns)
    picture = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, 3), 255, np.uint8)
    for i, image in enumerate(images.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()):
        y, x = i // columns * (height + 1), i % columns * (width + 1)
        picture[y : y + height, x : x + width] = image
    return picture


def rows(
    named: Mapping[str, UInt8[torch.Tensor, "_ C H W"]], *, columns: int | None = None, width: float = 6.2
) -> Figure:
    """One row, or block of `columns`, of images a name, the name above it."""
    pictures = {name: strip(images, columns) for name, images in named.items()}
    heights = [width * p.shape[0] / p.shape[1] + 0.34 for p in pictures.values()]
    figure, axes = plt.subplots(
        len(pictures), 1, figsize=(width, sum(heights)), height_ratios=heights, squeeze=False, layout="constrained"
    )
    for ax, (name, picture) in zip(axes[:, 0], pictures.items(), strict=True):
        ax.imshow(picture, interpolation="nearest")
        ax.set_title(name, fontsize=11.5, pad=4)
        ax.axis("off")
    return figure


def profiles(spectra: Mapping[str, Float[torch.Tensor, "S S"]], periods: Sequence[int] = (2, 4, 8)) -> Figure:
    """Power by horizontal frequency, summed over the vertical one; the periods of strided layers are marked."""
    figure, ax = plt.subplots(figsize=(6.2, 3.6))
    for k, (name, spectrum) in enumerate(spectra.items()):
        side = spectrum.shape[0]
        profile = torch.fft.ifftshift(spectrum.sum(dim=0))[: side // 2 + 1]
        color = COLORS["ink"] if k == 0 else CYCLE[k - 1]
        ax.semilogy(np.arange(1, side // 2 + 1) / side, profile[1:], "o-", ms=3.5, lw=1.6, color=color, label=name)
    for period in periods:
        ax.axvline(1 / period, color=COLORS["muted"], linestyle=":", linewidth=1.2, zorder=0)
        ax.text(1 / period, 1.01, f"1/{period}", transform=ax.get_xaxis_transform(), ha="center", fontsize=10.5)
    ax.set(xlabel="horizontal frequency, in turns a pixel", ylabel="power")
    ax.legend(loc="upper right")
    return figure


def maps_side_by_side(
    real: Float[torch.Tensor, "K h w"], fake: Float[torch.Tensor, "K h w"], names: Sequence[str]
) -> Figure:
    """First-layer maps of a real image above those of a generated one, as in thesis Figure 5-6."""
    figure, axes = plt.subplots(2, len(real), figsize=(6.6, 6.6 * 2.2 / len(real)), layout="constrained")
    for row, maps, name in zip(axes, (real, fake), names, strict=True):
        for ax, one in zip(row, maps, strict=True):
            reach = float(one.abs().max())
            ax.imshow(one.numpy(), cmap="RdBu_r", vmin=-reach, vmax=reach, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
        row[0].set_ylabel(name, fontsize=11)
    return figure


def shares(counted: Mapping[str, tuple[float, float, bool]], *, title: str) -> Figure:
    """How often each value occurs among real images and among generated ones; dropped values are set in colour."""
    figure, ax = plt.subplots(figsize=(6.2, 0.4 * len(counted) + 0.9))
    for y, (expected, got, dropped) in enumerate(list(counted.values())[::-1]):
        color = COLORS["gradient"] if dropped else COLORS["output"]
        ax.plot([expected, got], [y, y], color=color, lw=2, zorder=1)
        ax.scatter(expected, y, color=COLORS["ink"], s=36, zorder=2, label="held-out faces" if y == 0 else None)
        ax.scatter(got, y, color=color, s=36, marker="D", zorder=2, label="generated" if y == 0 else None)
    ax.set_yticks(range(len(counted)), list(counted)[::-1])
    ax.set(xlabel="share of images", xlim=(-0.01, None))
    ax.set_title(title, fontsize=12)
    ax.legend(loc="lower right")
    return figure
