"""The alternatives that a generator is compared with: an autoencoder and its variational kin (thesis Figure 5-1)."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional as F

from thesiscode.nets import Discriminator, Generator


class Encoded(NamedTuple):
    """What an autoencoder says of images."""

    images: Float[torch.Tensor, "N C size size"]
    """as the decoder draws them, in [-1, 1]"""
    mean: Float[torch.Tensor, "N n_code"]
    """of the code's distribution, or the code itself"""
    log_variance: Float[torch.Tensor, "N n_code"]
    """of the code's distribution; 0 where the code is no random variable"""


class Autoencoder(nn.Module):
    """A network that draws what it sees through a narrow code: the discriminator's layers, then the generator's.

    variational: the code is drawn from a normal distribution whose mean and variance the encoder gives (Kingma and
    Welling 2014), so that codes of N(0, I) can be decoded as a generator's noise is. width, size, channels: as for
    `nets.Generator`, for both halves. n_code: length of the code. generator: source of the initial weights.
    """

    def __init__(
        self,
        width: int = 64,
        *,
        size: int = 64,
        channels: int = 3,
        n_code: int = 100,
        variational: bool = False,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.variational, self.n_code = variational, n_code
        encoder = Discriminator(width, size=size, channels=channels, generator=generator).layers
        n_maps = encoder[-1].in_channels
        encoder[-1] = nn.Conv2d(n_maps, n_code * (1 + variational), 4)
        nn.init.normal_(encoder[-1].weight, 0.0, 0.02, generator=generator)
        nn.init.zeros_(encoder[-1].bias)
        self.encoder = encoder
        self.decoder = Generator(width, size=size, channels=channels, n_noise=n_code, generator=generator)

    def forward(self, x: Float[torch.Tensor, "N C size size"], draw: torch.Generator | None = None) -> Encoded:
        """The images as they come back. draw: where the noise of a variational code comes from, on the CPU; its mean is
        decoded where None."""
        code = self.encoder(x).flatten(1)
        mean, log_variance = code.chunk(2, dim=1) if self.variational else (code, torch.zeros_like(code))
        if self.variational and draw is not None:
            code = mean + (0.5 * log_variance).exp() * torch.randn(mean.shape, generator=draw).to(mean)
        else:
            code = mean
        return Encoded(self.decoder(code), mean, log_variance)


def autoencoder_loss(
    x: Float[torch.Tensor, "N C H W"], found: Encoded, *, divergence: float = 1.0
) -> Float[torch.Tensor, ""]:
    """The squared error of each image, summed over its values and halved, plus `divergence` times the Kullback-Leibler
    divergence of its code's distribution from N(0, I); the mean over images (Kingma and Welling 2014, Eq. 10).

    With divergence 1 it is minus the evidence lower bound for a decoder with unit variance, up to a constant; with 0,
    the loss of a plain autoencoder.
    """
    error = 0.5 * F.mse_loss(found.images, x, reduction="none").flatten(1).sum(dim=1)
    distance = 0.5 * (found.mean.square() + found.log_variance.exp() - 1 - found.log_variance).sum(dim=1)
    return (error + divergence * distance).mean()


def gradient_energy(images: Float[torch.Tensor, "N C H W"]) -> Float[torch.Tensor, " N"]:
    """How sharp each image is: the mean squared difference of neighbouring pixels, along both sides."""
    down, across = images.diff(dim=2).square(), images.diff(dim=3).square()
    return (down.flatten(1).sum(dim=1) + across.flatten(1).sum(dim=1)) / (down[0].numel() + across[0].numel())
