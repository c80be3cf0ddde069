"""Context prediction: where is the second patch, seen from the first? (thesis 2.5.2, Figure 2-57; Doersch et al. 2015)

Two patches are cut from one image, side by side or at a corner. A network reads both with the same trunk and tells
which of the eight neighbours of the first the second one is. The label comes from the cutting: it costs nothing.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, Shaped
from torch import nn

POSITIONS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
"""The eight places as (row, column) steps from the first patch to the second."""


class Pairs(NamedTuple):
    """Pairs of patches, and where they come from."""

    first: Shaped[torch.Tensor, "n C size size"]
    second: Shaped[torch.Tensor, "n C size size"]
    positions: Int64[torch.Tensor, " n"]
    """which of POSITIONS the second patch is"""
    corners: Int64[torch.Tensor, "n 2 2"]
    """row and column of the upper left corner of the first and of the second patch"""


def sample_pairs(
    images: Shaped[torch.Tensor, "n C H W"],
    draw: torch.Generator,
    *,
    size: int = 24,
    gap: int = 8,
    jitter: int = 3,
) -> Pairs:
    """One pair of each image, at a random place and in a random one of the eight positions.

    size: side of a patch. gap: pixels between the patches, before the jitter. jitter: the second patch is moved by up
    to so many pixels along each axis; it keeps at least gap - jitter pixels from the first.

    Raises ValueError for a size below 1, a jitter outside of [0, gap], and images too small for two patches.
    """
    if size < 1 or not 0 <= jitter <= gap:
        raise ValueError(f"size, gap, jitter: expected size >= 1 and 0 <= jitter <= gap, got {size}, {gap}, {jitter}")
    n, height, width = len(images), images.shape[-2], images.shape[-1]
    step = size + gap
    if min(height, width) < size + step + jitter:
        raise ValueError(f"images: expected at least {size + step + jitter} pixels a side, got {height} x {width}")
    positions = torch.randint(8, (n,), generator=draw)
    moves = step * torch.tensor(POSITIONS)[positions]
    moves = moves + torch.randint(-jitter, jitter + 1, (n, 2), generator=draw)
    sides = torch.tensor([height, width])
    low = (-moves).clamp(min=0)
    high = sides - size - moves.clamp(min=0)
    start = low + (torch.rand(n, 2, generator=draw) * (high - low + 1)).floor().long()
    corners = torch.stack([start, start + moves], dim=1)
    return Pairs(_cut(images, corners[:, 0], size), _cut(images, corners[:, 1], size), positions, corners)


def _cut(
    images: Shaped[torch.Tensor, "n C H W"], corners: Int64[torch.Tensor, "n 2"], size: int
) -> Shaped[torch.Tensor, "n C size size"]:
    """One patch of each image, by one indexing operation."""
    offsets = torch.arange(size)
    rows = (corners[:, :1] + offsets)[:, None, :, None]
    columns = (corners[:, 1:] + offsets)[:, None, None, :]
    n, channels = images.shape[:2]
    return images[torch.arange(n)[:, None, None, None], torch.arange(channels)[None, :, None, None], rows, columns]


class ContextNet(nn.Module):
    """Eight scores for a pair of patches: one trunk for both, then two layers that see both.

    trunk: [n, C, size, size] -> maps. n_features: values that it gives for a patch, all maps together.
    """

    def __init__(self, trunk: nn.Module, n_features: int, *, width: int = 96, generator: torch.Generator | None = None):
        super().__init__()
        self.trunk = trunk
        self.head = nn.Sequential(nn.Linear(2 * n_features, width), nn.ReLU(), nn.Linear(width, len(POSITIONS)))
        for layer in (self.head[0], self.head[2]):
            nn.init.kaiming_normal_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)

    def forward(
        self, first: Float[torch.Tensor, "n C size size"], second: Float[torch.Tensor, "n C size size"]
    ) -> Float[torch.Tensor, "n 8"]:
        """One score for each of POSITIONS, before the softmax."""
        n = len(first)
        maps = self.trunk(torch.cat([first, second])).flatten(1)
        return self.head(torch.cat([maps[:n], maps[n:]], dim=1))
