"""A spatial transformer: a network that moves the image before it looks at it (thesis Section 1.5.3).

Jaderberg et al. (2015). A small network looks at an image and says where to look; a grid of points is laid there; a
sampler reads the image at the points. All of it has gradients, so that the place to look is learnt with the rest.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import nn

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
"""The affine map that leaves the image as it is, row by row."""


def affine_grid(maps: Float[torch.Tensor, "N 2 3"], size: tuple[int, int]) -> Float[torch.Tensor, "N h w 2"]:
    """Where each pixel of an output of `size` (height, width) is read from: A (x, y, 1) for its place (x, y).

    Places run from -1 to 1, from the centre of the first pixel to that of the last one, and x comes before y. (The code
    of the thesis' author puts y first.) A size of 1 has its place at 0.

    maps: an affine map A for each image. Raises ValueError for another shape or a size below 1.
    """
    if maps.ndim != 3 or maps.shape[1:] != (2, 3):
        raise ValueError(f"maps: expected shape [N, 2, 3], got {list(maps.shape)}")
    if min(size) < 1:
        raise ValueError(f"size: expected a height and a width of at least 1, got {size}")
    y, x = (
        torch.linspace(-1, 1, n, dtype=maps.dtype, device=maps.device) if n > 1 else maps.new_zeros(1) for n in size
    )
    places = torch.stack([x.expand(size), y[:, None].expand(size), maps.new_ones(size)], dim=-1)
    return torch.einsum("nij,hwj->nhwi", maps, places)


def bilinear_sample(
    images: Float[torch.Tensor, "N C H W"], grid: Float[torch.Tensor, "N h w 2"]
) -> Float[torch.Tensor, "N C h w"]:
    """Reads images at the places of a grid: a mean of the four pixels around, each weighted by how near it is.

    Outside of the image all is 0, and a place half a pixel outside is a mean with it. It equals
    `torch.nn.functional.grid_sample` with `align_corners=True` and zeros as padding, in a few lines that can be read.

    images: any values. grid: (x, y) from -1 to 1; see `affine_grid`. The result has gradients with respect to both;
    that with respect to a place is undefined where x or y falls on the centre of a pixel, and one-sided there.

    Raises ValueError for other shapes, different N, or places that are not finite.
    """
    if images.ndim != 4 or grid.ndim != 4 or grid.shape[-1] != 2 or len(images) != len(grid):
        raise ValueError(
            f"images, grid: expected [N, C, H, W] and [N, h, w, 2], got {list(images.shape)} and {list(grid.shape)}"
        )
    if not torch.isfinite(grid).all():
        raise ValueError("grid: expected finite places, got nan or inf")
    n, channels, height, width = images.shape
    x = (grid[..., 0] + 1) * (width - 1) / 2
    y = (grid[..., 1] + 1) * (height - 1) / 2
    flat = images.flatten(2)
    total = images.new_zeros(n, channels, *grid.shape[1:3])
    for row in (y.detach().floor(), y.detach().floor() + 1):
        for column in (x.detach().floor(), x.detach().floor() + 1):
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            weight = (1 - (x - column).abs()) * (1 - (y - row).abs()) * inside
            index = (row.clamp(0, height - 1) * width + column.clamp(0, width - 1)).long()
            pixels = flat.gather(2, index.flatten(1)[:, None].expand(-1, channels, -1)).view_as(total)
            total = total + weight[:, None] * pixels
    return total


def rotation(angles: Float[torch.Tensor, " N"]) -> Float[torch.Tensor, "N 2 3"]:
    """Affine maps that turn what is seen by angles, in radians; counter-clockwise, as the y axis points down."""
    cos, sin, zero = angles.cos(), angles.sin(), torch.zeros_like(angles)
    return torch.stack([cos, -sin, zero, sin, cos, zero], dim=1).view(-1, 2, 3)


class SpatialTransformer(nn.Module):
    """An image, as seen from where a network says that one should look.

    locate: a network from images [N, C, H, W] to numbers [N, k]. family: from those to affine maps [N, 2, 3]; None
    where locate gives the six numbers of the map itself, row by row, and `rotation` where it gives one angle. size:
    height and width of the output; that of the input where None.

    Jaderberg et al. (2015) start at the identity: give the last layer of `locate` weights of 0, and a bias of
    `IDENTITY`, or of 0 for an angle.
    """

    def __init__(
        self,
        locate: nn.Module,
        *,
        family: Callable[[Float[torch.Tensor, " N"]], Float[torch.Tensor, "N 2 3"]] | None = None,
        size: tuple[int, int] | None = None,
    ):
        super().__init__()
        self.locate = locate
        self.family = family
        self.size = size

    def maps(self, images: Float[torch.Tensor, "N C H W"]) -> Float[torch.Tensor, "N 2 3"]:
        """Where the network looks in each image. Raises ValueError if `locate` gives another number of values."""
        found = self.locate(images)
        wanted = 6 if self.family is None else 1
        if found.shape != (len(images), wanted):
            raise ValueError(f"locate: expected shape {[len(images), wanted]}, got {list(found.shape)}")
        return found.view(-1, 2, 3) if self.family is None else self.family(found[:, 0])

    def forward(self, images: Float[torch.Tensor, "N C H W"]) -> Float[torch.Tensor, "N C h w"]:
        size = self.size or (images.shape[2], images.shape[3])
        return bilinear_sample(images, affine_grid(self.maps(images), size))
