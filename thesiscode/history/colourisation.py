"""Colourisation: lightness in, colours out (thesis 2.5.2, Figure 2-58; Zhang et al. 2016).

In the space Lab, L is lightness and (a, b) are the two axes of colour. A network reads L. For each place it gives a
distribution over *bins* of (a, b): classification rather than regression, because the mean of red and blue is grey.
"""

import cv2
import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped
from torch import nn
from torch.nn import functional as F

BIN = 16
"""Side of a bin in the units of a and b; 10 in Zhang et al."""
SIDE = 8
"""Colours are predicted on a grid of 8 x 8 for an image of 64 x 64."""


def to_lab(images: Shaped[torch.Tensor, "n 3 H W"]) -> Float[torch.Tensor, "n 3 H W"]:
    """L in [0, 100], and a and b in about [-110, 110], of RGB in 0..255 (sRGB, white point D65)."""
    n, _, height, width = images.shape
    rows = images.float().clamp(0, 255).permute(0, 2, 3, 1).reshape(n * height, width, 3) / 255
    lab = cv2.cvtColor(np.ascontiguousarray(rows.numpy()), cv2.COLOR_RGB2LAB)
    return torch.from_numpy(lab).reshape(n, height, width, 3).permute(0, 3, 1, 2)


def to_rgb(lab: Float[torch.Tensor, "n 3 H W"]) -> Float[torch.Tensor, "n 3 H W"]:
    """RGB in [0, 1] of `to_lab`; colours that no screen shows are clipped."""
    n, _, height, width = lab.shape
    rows = lab.permute(0, 2, 3, 1).reshape(n * height, width, 3)
    rgb = cv2.cvtColor(np.ascontiguousarray(rows.numpy()), cv2.COLOR_LAB2RGB)
    return torch.from_numpy(rgb).reshape(n, height, width, 3).permute(0, 3, 1, 2).clamp(0, 1)


def lightness_input(images: Shaped[torch.Tensor, "n 3 H W"]) -> Float[torch.Tensor, "n 3 H W"]:
    """The lightness of RGB images in 0..255, in [-1, 1], three times over: what a network for colours can read."""
    grey = to_lab(images)[:, :1] / 50 - 1
    return grey.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


def colour_grid(images: Shaped[torch.Tensor, "n 3 H W"], side: int = SIDE) -> Float[torch.Tensor, "n 2 side side"]:
    """Mean (a, b) in each cell of a grid over the image."""
    return F.adaptive_avg_pool2d(to_lab(images)[:, 1:], side)


def palette(colours: Float[torch.Tensor, "n 2 h w"], *, share: float = 1e-3) -> Float[torch.Tensor, "Q 2"]:
    """Centres of the bins that hold at least this share of the colours, in a fixed order.

    Raises ValueError if no bin does, without colours, and for those that are not finite.
    """
    if not colours.numel():
        raise ValueError(f"colours: expected at least one, got {tuple(colours.shape)}")
    _check_finite("colours", colours)
    bins, counts = (colours / BIN).round().long().movedim(1, -1).reshape(-1, 2).unique(dim=0, return_counts=True)
    kept = bins[counts >= share * counts.sum()]
    if not len(kept):
        raise ValueError(f"share: expected one that some bin reaches, got {share}")
    return kept.float() * BIN


def quantise(
    colours: Float[torch.Tensor, "n 2 h w"], centres: Float[torch.Tensor, "Q 2"]
) -> Int64[torch.Tensor, "n h w"]:
    """The nearest centre of each colour. Raises ValueError without centres, and for values that are not finite."""
    if not len(centres):
        raise ValueError(f"centres: expected at least one, got {tuple(centres.shape)}")
    _check_finite("colours", colours)
    _check_finite("centres", centres)
    flat = colours.movedim(1, -1).reshape(-1, 2)
    return torch.cdist(flat, centres).argmin(dim=1).reshape(len(colours), *colours.shape[2:])


def _check_finite(name: str, values: Float[torch.Tensor, "..."]) -> None:
    odd = int((~torch.isfinite(values)).sum())
    if odd:
        raise ValueError(f"{name}: expected finite values, got {odd} that are not")


def rarity_weights(
    targets: Int64[torch.Tensor, "n h w"], n_bins: int, *, mix: float = 0.5
) -> Float[torch.Tensor, " Q"]:
    """Weights of the bins in the loss, larger for rare ones: 1 / ((1 - mix) p + mix / Q), with a mean of 1 under p.

    p: the share of each bin (Zhang et al. 2016, Eq. 4). Without them grey, which is common, drowns the rest.
    Raises ValueError for a mix outside of (0, 1], without targets, and for those that are not in [0, n_bins).
    """
    if not 0 < mix <= 1:
        raise ValueError(f"mix: expected a share in (0, 1], got {mix}")
    if not targets.numel() or targets.min() < 0 or targets.max() >= n_bins:
        raise ValueError(f"targets: expected at least one, each in [0, {n_bins}), got {targets.unique().tolist()}")
    share = torch.bincount(targets.flatten(), minlength=n_bins).float()
    share = share / share.sum()
    weights = 1 / ((1 - mix) * share + mix / n_bins)
    return weights / (share * weights).sum()


def annealed_mean(
    scores: Float[torch.Tensor, "n Q h w"], centres: Float[torch.Tensor, "Q 2"], *, temperature: float = 0.38
) -> Float[torch.Tensor, "n 2 h w"]:
    """One colour a place: the mean of the bins, after the distribution is sharpened (Zhang et al. 2016, Eq. 5).

    A temperature of 1 gives the mean, which is dull; towards 0 it gives the likeliest bin, which is spotty.
    Raises ValueError for a temperature that is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature: expected a number above 0, got {temperature}")
    p = (scores.log_softmax(dim=1) / temperature).softmax(dim=1)
    return torch.einsum("nqhw,qc->nchw", p, centres)


def colour_in(
    images: Shaped[torch.Tensor, "n 3 H W"], colours: Float[torch.Tensor, "n 2 h w"]
) -> Float[torch.Tensor, "n 3 H W"]:
    """RGB in [0, 1]: the lightness of the images with these colours, enlarged to their size."""
    large = F.interpolate(colours, size=images.shape[-2:], mode="bilinear")
    return to_rgb(torch.cat([to_lab(images)[:, :1], large], dim=1))


class ColourNet(nn.Module):
    """Scores of colour bins on a grid. trunk: [n, 3, H, W] -> [n, n_maps, ., .]; all that the head knows comes from it.

    The centres of the bins are a buffer, so that weights and palette stay together.
    """

    def __init__(
        self,
        trunk: nn.Module,
        n_maps: int,
        centres: Float[torch.Tensor, "Q 2"],
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.trunk = trunk
        self.head = nn.Sequential(
            nn.Conv2d(n_maps, n_maps, 3, padding=1), nn.ReLU(), nn.Conv2d(n_maps, len(centres), 1)
        )
        self.register_buffer("centres", centres.clone())
        for layer in (self.head[0], self.head[2]):
            nn.init.kaiming_normal_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Float[torch.Tensor, "n 3 H W"]) -> Float[torch.Tensor, "n Q 8 8"]:
        """One score for each bin and place, before the softmax. x: from `lightness_input`."""
        return self.head(F.interpolate(self.trunk(x), size=(SIDE, SIDE), mode="bilinear"))
