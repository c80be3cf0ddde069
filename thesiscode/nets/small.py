"""A small member of AlexNet's family: the same eight layers, for patches of 64 pixels and a CPU."""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import nn
from torch.nn.utils import skip_init

PATCH_SIDES = range(61, 69)
"""Image sides that the feature layers bring to the 5 x 5 map which FC6 reads; 64 is meant, as 224 is for AlexNet."""


class SmallAlexNet(nn.Module):
    """AlexNet's eight weighted layers and their names, narrower, with a total stride of 8 instead of 32.

    Five convolutions, overlapping max-pooling after the first, second and fifth, and three fully connected layers with
    dropout: `net.features.conv1` ... `net.classifier.fc8`, as in `AlexNet`. What is smaller: 24 to 64 maps instead of
    96 to 384, and `fc_width` units in FC6 and in FC7. conv1 has windows of 7 x 7 pixels and a stride of 2, and pool5 a
    stride of 1, so that neighbouring units of pool5 see windows 8 pixels apart. What is left out: groups, which served
    two graphics cards. What is another: batch normalisation between each convolution and its rectifier (Ioffe and
    Szegedy, 2015) takes the place of response normalisation. With it an epoch of a few thousand images is enough to
    leave the plateau on which all classes are equally likely; without it that takes many.

    Weights are drawn from N(0, 2 / fan_in) (He et al., 2015), those of FC8 from N(0, 0.01^2); biases are 0.

    n_classes: number of scores. fc_width: outputs of FC6 and of FC7. generator: source of the initial weights; torch's
    global one where None.

    Raises ValueError if n_classes or fc_width is not a positive integer.
    """

    def __init__(self, n_classes: int, *, fc_width: int = 512, generator: torch.Generator | None = None):
        super().__init__()
        for name, value in (("n_classes", n_classes), ("fc_width", fc_width)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} is {value!r}; expected an integer of at least 1")
        self.features = nn.Sequential(
            OrderedDict(
                conv1=skip_init(nn.Conv2d, 3, 24, 7, stride=2, padding=3),
                norm1=nn.BatchNorm2d(24),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(3, 2),
                conv2=skip_init(nn.Conv2d, 24, 48, 5, padding=2),
                norm2=nn.BatchNorm2d(48),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(3, 2),
                conv3=skip_init(nn.Conv2d, 48, 64, 3, padding=1),
                norm3=nn.BatchNorm2d(64),
                relu3=nn.ReLU(),
                conv4=skip_init(nn.Conv2d, 64, 64, 3, padding=1),
                norm4=nn.BatchNorm2d(64),
                relu4=nn.ReLU(),
                conv5=skip_init(nn.Conv2d, 64, 48, 3, padding=1),
                norm5=nn.BatchNorm2d(48),
                relu5=nn.ReLU(),
                pool5=nn.MaxPool2d(3, 1),
            )
        )
        self.classifier = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                fc6=skip_init(nn.Linear, 48 * 5 * 5, fc_width),
                relu6=nn.ReLU(),
                dropout6=nn.Dropout(0.5),
                fc7=skip_init(nn.Linear, fc_width, fc_width),
                relu7=nn.ReLU(),
                dropout7=nn.Dropout(0.5),
                fc8=skip_init(nn.Linear, fc_width, n_classes),
            )
        )
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights: N(0, 2 / fan_in), and N(0, 0.01^2) in FC8. Biases are 0; normalisation starts anew."""
        for name, layer in (*self.features.named_children(), *self.classifier.named_children()):
            if isinstance(layer, nn.BatchNorm2d):
                layer.reset_parameters()
            elif isinstance(layer, nn.Conv2d | nn.Linear):
                if name == "fc8":
                    nn.init.normal_(layer.weight, std=0.01, generator=generator)
                else:
                    nn.init.kaiming_normal_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)

    def forward(self, x: Float[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N n_classes"]:
        """One score per image and class, before the softmax.

        x: floating-point images of 64 x 64 pixels; sides from 61 to 68 give the 5 x 5 map that FC6 reads.
        `net.features` alone takes any size. Raises ValueError for another rank, number of channels, size or kind of
        number.
        """
        if x.ndim != 4 or x.shape[1] != 3:
            raise ValueError(f"x has shape {tuple(x.shape)}; expected (images, 3, height, width)")
        if not x.is_floating_point():
            raise ValueError(f"x holds {x.dtype}; expected floating-point pixels")
        if x.shape[2] not in PATCH_SIDES or x.shape[3] not in PATCH_SIDES:
            raise ValueError(
                f"x holds images of {x.shape[2]} x {x.shape[3]} pixels; expected 64 x 64 "
                f"(sides from {PATCH_SIDES[0]} to {PATCH_SIDES[-1]} give the 5 x 5 map that fc6 reads)"
            )
        return self.classifier(self.features(x))
