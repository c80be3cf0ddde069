"""From score maps to scores: the best window of the whole image, or of a part of it (thesis Sections 4.2.2, 4.5.2)."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64


class Best(NamedTuple):
    """The best score of each map and the row and column of its unit."""

    scores: Float[torch.Tensor, "N K"]
    rows: Int64[torch.Tensor, "N K"]
    columns: Int64[torch.Tensor, "N K"]


def global_max_pool(maps: Float[torch.Tensor, "N K h w"]) -> Best:
    """The largest score of each map, the first one in reading order where several are equal (thesis Section 4.2.2).

    The gradient goes through that unit alone. Raises ValueError for maps without units.
    """
    if maps.ndim != 4 or 0 in maps.shape[2:]:
        raise ValueError(
            f"maps: expected shape (images, classes, rows, columns), none of them 0, got {tuple(maps.shape)}"
        )
    scores, index = maps.flatten(2).max(dim=2)
    return Best(scores, index // maps.shape[3], index % maps.shape[3])


def masked_max_pool(maps: Float[torch.Tensor, "N K h w"], inside: Bool[torch.Tensor, "N K h w"]) -> Best:
    """The largest score among the units of `inside`; of the whole map where a class has none (thesis Section 4.5.2).

    inside: the units whose windows lie on an object of the class. A class that is not in the image has none, and its
    best window counts wherever it is.
    """
    if maps.shape != inside.shape:
        raise ValueError(f"inside: expected shape {tuple(maps.shape)}, that of maps, got {tuple(inside.shape)}")
    anywhere = ~inside.flatten(2).any(dim=2)
    return global_max_pool(maps.masked_fill(~(inside | anywhere[:, :, None, None]), -torch.inf))


def best_outside(maps: Float[torch.Tensor, "N K h w"], inside: Bool[torch.Tensor, "N K h w"]) -> Best:
    """The largest score among the other units: what the variant of masked pooling pushes down (thesis Section 4.5.2).

    -inf for a class whose objects fill the map.
    """
    return global_max_pool(maps.masked_fill(inside, -torch.inf))
