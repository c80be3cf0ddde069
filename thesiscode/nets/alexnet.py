"""The network of Krizhevsky, Sutskever and Hinton (2012), as thesis B.6.2 reads it."""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import nn
from torch.nn.utils import skip_init

INPUT_SIDES = range(223, 255)
"""Image sides that the feature layers bring to the 6 x 6 map which the first fully connected layer expects."""

_HIDDEN_BIAS_ONE = ("conv2", "conv4", "conv5", "fc6", "fc7")


class AlexNet(nn.Module):
    """Eight weighted layers: `features` (five convolutions) and `classifier` (three fully connected layers).

    The layers follow Krizhevsky et al. (2012), Sections 3.1-3.5 and 4.2:
    rectifiers after every hidden layer; local response normalisation with k = 2, n = 5, alpha = 1e-4, beta = 0.75
    after the first two rectifiers; overlapping max-pooling, size 3 and stride 2; dropout with probability 0.5 after
    FC6 and FC7. conv1 pads by 2 pixels, so that a 224 x 224 image gives a 55 x 55 map, as the thesis prints it.
    Layers carry the thesis' names: `net.features.conv1`, `net.classifier.fc8`.

    Weights are drawn from N(0, 0.01^2). Biases are 1 in conv2, conv4, conv5, FC6 and FC7, and 0 elsewhere
    (Krizhevsky et al., Section 5).

    n_classes: number of scores. grouped: conv2, conv4 and conv5 in two groups, each of which sees half of the input
    maps, as on the two GPUs of the original; False connects every map to every kernel. fc_width: outputs of FC6 and
    of FC7. generator: source of the initial weights; torch's global one where None.

    Raises ValueError if n_classes or fc_width is not a positive integer.
    """

    def __init__(
        self,
        n_classes: int = 1000,
        *,
        grouped: bool = True,
        fc_width: int = 4096,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        for name, value in (("n_classes", n_classes), ("fc_width", fc_width)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} is {value!r}; expected an integer of at least 1")
        groups = 2 if grouped else 1
        self.features = nn.Sequential(
            OrderedDict(
                conv1=_conv(3, 96, 11, stride=4, padding=2),
                relu1=nn.ReLU(),
                norm1=_response_norm(),
                pool1=nn.MaxPool2d(3, 2),
                conv2=_conv(96, 256, 5, padding=2, groups=groups),
                relu2=nn.ReLU(),
                norm2=_response_norm(),
                pool2=nn.MaxPool2d(3, 2),
                conv3=_conv(256, 384, 3, padding=1),
                relu3=nn.ReLU(),
                conv4=_conv(384, 384, 3, padding=1, groups=groups),
                relu4=nn.ReLU(),
                conv5=_conv(384, 256, 3, padding=1, groups=groups),
                relu5=nn.ReLU(),
                pool5=nn.MaxPool2d(3, 2),
            )
        )
        self.classifier = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                fc6=_linear(256 * 6 * 6, fc_width),
                relu6=nn.ReLU(),
                dropout6=nn.Dropout(0.5),
                fc7=_linear(fc_width, fc_width),
                relu7=nn.ReLU(),
                dropout7=nn.Dropout(0.5),
                fc8=_linear(fc_width, n_classes),
            )
        )
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights and set the biases as published (Krizhevsky et al. 2012, Section 5)."""
        for name, layer in (*self.features.named_children(), *self.classifier.named_children()):
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.normal_(layer.weight, std=0.01, generator=generator)
                nn.init.constant_(layer.bias, 1.0 if name in _HIDDEN_BIAS_ONE else 0.0)

    def forward(self, x: Float[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N n_classes"]:
        """One score per image and class, before the softmax.

        x: floating-point images, 224 x 224 in the thesis; any side from 223 to 254 pixels gives the 6 x 6 map that
        FC6 reads. `net.features` alone takes any size.
        Raises ValueError for another rank, number of channels, size or kind of number.
        """
        if x.ndim != 4:
            raise ValueError(f"x has shape {tuple(x.shape)}; expected four dimensions: (images, 3, height, width)")
        if x.shape[1] != 3:
            raise ValueError(f"x has shape {tuple(x.shape)}; expected 3 channels (RGB) in its second dimension")
        if x.shape[2] not in INPUT_SIDES or x.shape[3] not in INPUT_SIDES:
            raise ValueError(
                f"x holds images of {x.shape[2]} x {x.shape[3]} pixels; expected 224 x 224 "
                f"(sides from {INPUT_SIDES[0]} to {INPUT_SIDES[-1]} give the 6 x 6 map that fc6 reads)"
            )
        if not x.is_floating_point():
            raise ValueError(f"x holds {x.dtype}; expected floating-point pixels")
        return self.classifier(self.features(x))


def _conv(in_maps: int, kernels: int, size: int, *, stride: int = 1, padding: int = 0, groups: int = 1) -> nn.Conv2d:
    # skip_init: torch's own draw would cost more than ours and would advance the global generator
    device = torch.get_default_device()
    return skip_init(nn.Conv2d, in_maps, kernels, size, stride=stride, padding=padding, groups=groups, device=device)


def _linear(in_features: int, out_features: int) -> nn.Linear:
    return skip_init(nn.Linear, in_features, out_features, device=torch.get_default_device())


def _response_norm() -> nn.LocalResponseNorm:
    # torch divides alpha by the number of summed maps; the published formula does not, hence the factor 5
    return nn.LocalResponseNorm(size=5, alpha=5 * 1e-4, beta=0.75, k=2.0)
