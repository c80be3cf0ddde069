"""What a unit looks for, and what lies near in feature space (thesis Figures B-24 and 2-35)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import nn

from .describe import describe
from .features import check_images, evaluating, truncate


@dataclass(frozen=True)
class TopActivations:
    """For each of U units, the k images that excite it most, strongest first; all tensors are on the CPU."""

    units: Int[torch.Tensor, "U"]
    values: Float[torch.Tensor, "U k"]
    """the activations"""
    images: Int[torch.Tensor, "U k"]
    """indices of the images; an image appears at most once a unit"""
    positions: Int[torch.Tensor, "U k 2"]
    """(row, column) of the activation on the layer's map"""
    windows: Int[torch.Tensor, "U k 4"]
    """its receptive field, clipped to the image: first row, first column, end row, end column (ends excluded)"""

    def patch(self, images: Float[torch.Tensor, "N C H W"], unit: int, rank: int) -> Float[torch.Tensor, "C h w"]:
        """What the `unit`-th of the units sees where the image of that rank excites it; `images` as searched."""
        top, left, bottom, right = self.windows[unit, rank].tolist()
        return images[self.images[unit, rank], :, top:bottom, left:right]


@torch.no_grad()
def top_activations(
    net: nn.Module,
    images: Float[torch.Tensor, "N C H W"],
    layer: str,
    units: Sequence[int] | None = None,
    *,
    k: int = 9,
    batch_size: int = 64,
) -> TopActivations:
    """The k strongest activations of each unit (feature map) of a layer over many images, one an image.

    `net` runs in evaluation mode and is left as it was; images go to its device a batch at a time. Of equal
    activations the one in the earlier image comes first.

    net and layer: as `truncate` and `describe` take them; the layer puts out maps. units: indices of maps; all of
    them where None. k: 9 in Figure B-24.
    Raises ValueError for an unknown layer or unit, one that puts out no maps, k that is not from 1 to the number of
    images, batch_size < 1, images of another shape or kind of number, or NaN or infinity in them.
    """
    chain = truncate(net, layer)
    check_images("images", images, chain)
    if not 1 <= k <= len(images):
        raise ValueError(f"k is {k}; expected from 1 to the number of images, {len(images)}")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; expected at least 1")
    seen = describe(chain, tuple(images.shape[1:]))[-1]
    if len(seen.output_shape) != 3:
        raise ValueError(f"layer {layer!r} puts out {seen.output_shape}; expected (maps, height, width)")
    n_maps, _, width = seen.output_shape
    chosen = torch.arange(n_maps) if units is None else torch.as_tensor(units, dtype=torch.long)
    if chosen.ndim != 1 or not len(chosen) or chosen.min() < 0 or chosen.max() >= n_maps:
        raise ValueError(f"units is {units}; expected maps of {layer!r}, from 0 to {n_maps - 1}")

    device = next(chain.parameters(), images).device
    values = torch.empty(0, len(chosen), dtype=images.dtype)
    numbers = places = torch.empty(0, len(chosen), dtype=torch.long)
    with evaluating(chain):
        for first in range(0, len(images), batch_size):
            batch = images[first : first + batch_size]
            maps = chain(batch.to(device))[:, chosen.to(device)]
            strongest, place = maps.flatten(2).max(dim=2)
            if not torch.isfinite(strongest).all():
                raise ValueError(f"images {first} to {first + len(batch) - 1} or the weights hold NaN or infinity")
            number = torch.arange(first, first + len(batch))[:, None].expand(-1, len(chosen))
            values = torch.cat([values, strongest.cpu()])
            # stable: of equal activations the earlier image stays first
            values, order = values.sort(dim=0, descending=True, stable=True)
            values, order = values[:k], order[:k]
            numbers = torch.cat([numbers, number]).gather(0, order)
            places = torch.cat([places, place.cpu()]).gather(0, order)

    positions = torch.stack([places.T // width, places.T % width], dim=-1)
    starts = positions * torch.tensor(seen.stride) + torch.tensor(seen.start)
    corners = [starts, starts + torch.tensor(seen.receptive_field)]
    size = torch.tensor(images.shape[2:])
    windows = torch.cat([corner.clamp(min=torch.zeros(2, dtype=torch.long), max=size) for corner in corners], dim=-1)
    return TopActivations(chosen, values.T, numbers.T, positions, windows)


def nearest_neighbours(
    queries: Float[torch.Tensor, "Q D"], database: Float[torch.Tensor, "N D"], k: int
) -> tuple[Int[torch.Tensor, "Q k"], Float[torch.Tensor, "Q k"]]:
    """Indices and L2 distances of the k rows of `database` nearest to each query, nearest first (Figure 2-35).

    Distances are computed in double precision by matrix products: the distance of a row to itself is zero up to about
    1e-8 of its norm. A query that is a row of the database is its own nearest neighbour: leave the first one out.
    Raises ValueError if the widths differ, k is not from 1 to the number of rows, or numbers are NaN or infinite.
    """
    if queries.ndim != 2 or database.ndim != 2 or queries.shape[1] != database.shape[1]:
        raise ValueError(
            f"queries is {tuple(queries.shape)} and database {tuple(database.shape)}; expected rows of one width"
        )
    if not 1 <= k <= len(database):
        raise ValueError(f"k is {k}; expected from 1 to the number of rows of database, {len(database)}")
    for name, rows in (("queries", queries), ("database", database)):
        if not torch.isfinite(rows).all():
            raise ValueError(f"{name} holds NaN or infinity; expected finite numbers")
    distances, indices = torch.cdist(queries.double(), database.double()).topk(k, largest=False)
    return indices, distances.to(queries.dtype)
