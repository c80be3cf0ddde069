"""Deep convolutional generators and discriminators (thesis Appendix C; Radford et al. 2016)."""

import math
from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import nn

UPSAMPLING = ("deconvolution", "resize")
"""How a generator doubles the side of its maps."""
SPREAD = 0.02
"""Standard deviation of initial weights, and of the initial scales of batch normalisation around 1."""


class Generator(nn.Module):
    """Noise in, images in [-1, 1] out: maps of 4 x 4 whose side doubles until it is `size` (thesis Appendix C).

    The maps have {8, 4, 2, 1} x gf channels at 64 pixels, {4, 2, 1} x gf at 32. Batch normalisation and ReLU follow
    every layer but the last, which ends in a hyperbolic tangent; convolutions have no bias. At gf = 64 and 64 pixels
    there are 3,576,704 parameters, as in the authors' code.

    gf: width. size: side of the images, a power of 2 from 8 on. n_noise: length of z; 100 as published. n_condition:
    length of a vector that z is joined with, for conditional networks (Mirza and Osindero 2014). upsampling:
    "deconvolution", transposed convolutions of 4 x 4 with stride 2, as published; "resize", nearest-neighbour resizing
    and a convolution of 3 x 3, which leaves no checkerboard (Odena et al. 2016). generator: source of the initial
    weights; torch's global one where None. Raises ValueError for values out of range.
    """

    def __init__(
        self,
        gf: int = 64,
        *,
        size: int = 64,
        channels: int = 3,
        n_noise: int = 100,
        n_condition: int = 0,
        upsampling: str = "deconvolution",
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        widths = _widths("gf", gf, size)[::-1]
        _check_counts(channels=channels, n_noise=n_noise)
        if upsampling not in UPSAMPLING:
            raise ValueError(f"upsampling: expected one of {', '.join(UPSAMPLING)}, got {upsampling!r}")
        self.n_noise, self.n_condition, self.size = n_noise, n_condition, size
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["dc1"] = nn.ConvTranspose2d(n_noise + n_condition, widths[0], 4, bias=False)
        for number, (before, after) in enumerate(zip(widths, [*widths[1:], channels], strict=True), 2):
            layers[f"norm{number - 1}"] = nn.BatchNorm2d(before)
            layers[f"relu{number - 1}"] = nn.ReLU(inplace=True)
            if upsampling == "resize":
                layers[f"resize{number}"] = nn.Upsample(scale_factor=2)
                layers[f"conv{number}"] = nn.Conv2d(before, after, 3, padding=1, bias=False)
            else:
                layers[f"dc{number}"] = nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)
        layers["tanh"] = nn.Tanh()
        self.layers = nn.Sequential(layers)
        _initialize(self, generator)

    def forward(
        self, z: Float[torch.Tensor, "N n_noise"], condition: Float[torch.Tensor, "N n_condition"] | None = None
    ) -> Float[torch.Tensor, "N C size size"]:
        """Images of noise, and of a condition each for conditional networks."""
        z = z if condition is None else torch.cat([z, condition], dim=1)
        if z.shape[1] != self.n_noise + self.n_condition:
            raise ValueError(
                f"z, condition: expected {self.n_noise} and {self.n_condition} values, got {z.shape[1]} in all"
            )
        return self.layers(z[:, :, None, None])


class Discriminator(nn.Module):
    """Images in, one score each out: large for images that look real (thesis Appendix C; its c1 has a stride of 2 too).

    Convolutions of 4 x 4 with stride 2 halve the side until it is 4, with {1, 2, 4, 8} x df channels at 64 pixels, and
    a last one reads the map of 4 x 4. LeakyReLU of 0.2 follows each; batch normalisation all but the first and the
    last; there are no biases. The sigmoid of the thesis is part of the loss. At df = 64 and 64 pixels there are
    2,765,568 parameters.

    df: width. size, channels, n_condition: as for `Generator`; a condition enters as that many constant maps beside the
    image. norm: "batch", as published; "none", for critics with a gradient penalty, which is a penalty an image
    (Gulrajani et al. 2017). generator: source of the initial weights; torch's global one where None. Raises ValueError
    for values out of range.
    """

    def __init__(
        self,
        df: int = 64,
        *,
        size: int = 64,
        channels: int = 3,
        n_condition: int = 0,
        norm: str = "batch",
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        widths = _widths("df", df, size)
        _check_counts(channels=channels)
        if norm not in ("batch", "none"):
            raise ValueError(f"norm: expected batch or none, got {norm!r}")
        self.n_condition, self.size = n_condition, size
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        for number, (before, after) in enumerate(zip([channels + n_condition, *widths], widths, strict=False), 1):
            layers[f"c{number}"] = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)
            if number > 1 and norm == "batch":
                layers[f"norm{number}"] = nn.BatchNorm2d(after)
            layers[f"relu{number}"] = nn.LeakyReLU(0.2, inplace=True)
        layers[f"c{len(widths) + 1}"] = nn.Conv2d(widths[-1], 1, 4, bias=False)
        self.layers = nn.Sequential(layers)
        _initialize(self, generator)

    def forward(
        self, x: Float[torch.Tensor, "N C size size"], condition: Float[torch.Tensor, "N n_condition"] | None = None
    ) -> Float[torch.Tensor, " N"]:
        """Scores of images, before a sigmoid. Raises ValueError for images of another side."""
        if x.shape[2:] != (self.size, self.size):
            raise ValueError(f"x: expected images of {self.size} x {self.size} pixels, got {tuple(x.shape[2:])}")
        if condition is not None:
            x = torch.cat([x, condition[:, :, None, None].expand(-1, -1, self.size, self.size)], dim=1)
        return self.layers(x).flatten()


def _widths(name: str, width: int, size: int) -> list[int]:
    """The channels of the maps from the largest to those of 4 x 4. Raises ValueError for values out of range."""
    if not isinstance(size, int) or size < 8 or size & (size - 1):
        raise ValueError(f"size: expected a power of 2 from 8 on, got {size!r}")
    _check_counts(**{name: width})
    return [width * 2**stage for stage in range(int(math.log2(size)) - 2)]


def _check_counts(**counts: int) -> None:
    for name, value in counts.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name}: expected an integer of at least 1, got {value!r}")


def _initialize(net: nn.Module, generator: torch.Generator | None) -> None:
    """Weights from N(0, 0.02^2), the scales of batch normalisation from N(1, 0.02^2), its shifts 0."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, SPREAD, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, SPREAD, generator=generator)
