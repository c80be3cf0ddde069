"""Images as the small networks take them, and the jitter that they are trained with (thesis Section 3.3)."""

import torch
from jaxtyping import Float, Shaped
from torch.nn import functional as F


def as_input(images: Shaped[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N 3 H W"]:
    """Pixels from 0..255 (uint8 or floating point) to [-1, 1]. Channels lie next to one another in memory: faster."""
    return (images.float() / 127.5 - 1).to(memory_format=torch.channels_last)


class Jitter:
    """Another view of each image of a mini-batch: zoomed, shifted, mirrored (Krizhevsky et al. 2012, Section 4.1).

    Each image is zoomed by a factor of its own, log-uniform between 1 / zoom and zoom, shifted by up to `shift` pixels
    and, with probability `mirror`, turned left to right; what lies outside is mirrored at the border. ImageNet's
    objects come in many sizes and places of their own; Toyland's source objects do not, hence the zoom, which is ours.

    Raises ValueError for a zoom below 1 or not finite, a negative shift, and a probability outside of [0, 1].
    """

    def __init__(self, *, shift: int = 8, zoom: float = 1.0, mirror: float = 0.5):
        if not 1 <= zoom < float("inf"):
            raise ValueError(f"zoom is {zoom!r}; expected a finite factor of at least 1")
        if shift < 0:
            raise ValueError(f"shift is {shift!r}; expected a number of pixels, at least 0")
        if not 0 <= mirror <= 1:
            raise ValueError(f"mirror is {mirror!r}; expected a probability in [0, 1]")
        self.shift, self.zoom, self.mirror = shift, zoom, mirror

    def __call__(self, x: Float[torch.Tensor, "N 3 S S"], draw: torch.Generator) -> Float[torch.Tensor, "N 3 S S"]:
        """The jittered batch; every draw is from `draw`, on the CPU."""
        n, side = len(x), x.shape[-1]
        zoom = self.zoom ** (2 * torch.rand(n, generator=draw) - 1)
        shift = torch.randint(-self.shift, self.shift + 1, (n, 2), generator=draw)
        mirrored = torch.rand(n, generator=draw) < self.mirror
        # Where each pixel of the view looks: in units in which the image reaches from -1 to 1.
        theta = torch.zeros(n, 2, 3)
        theta[:, 0, 0] = torch.where(mirrored, -1.0, 1.0) / zoom
        theta[:, 1, 1] = 1 / zoom
        theta[:, :, 2] = 2 * shift / side
        grid = F.affine_grid(theta.to(x.device), list(x.shape), align_corners=False)
        views = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
        return views.to(memory_format=torch.channels_last)
