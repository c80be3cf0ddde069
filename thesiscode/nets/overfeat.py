"""The network of Sermanet et al. (2014), on which the thesis trains for Microsoft COCO (Section 4.5.1)."""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import nn
from torch.nn.utils import skip_init

SIDE = 221
"""Side of the images that the fully connected layers read, in pixels."""


class OverFeat(nn.Module):
    """The "accurate" model of Sermanet et al. (2014), Table 3: nine weighted layers and a total stride of 36 pixels.

    Six convolutions, max-pooling without overlap after the first, second and sixth, and three fully connected layers
    with dropout, rectifiers after all but the last. Images of 221 x 221 pixels give one score a class.
    Weights are drawn from N(0, 0.01^2), biases are 0.

    n_classes: number of scores. generator: source of the initial weights; torch's global one where None.
    Raises ValueError if n_classes is not a positive integer.
    """

    def __init__(self, n_classes: int = 1000, *, generator: torch.Generator | None = None):
        super().__init__()
        if not isinstance(n_classes, int) or isinstance(n_classes, bool) or n_classes < 1:
            raise ValueError(f"n_classes is {n_classes!r}; expected an integer of at least 1")
        self.features = nn.Sequential(
            OrderedDict(
                conv1=skip_init(nn.Conv2d, 3, 96, 7, stride=2),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(3, 3),
                conv2=skip_init(nn.Conv2d, 96, 256, 7),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(2, 2),
                conv3=skip_init(nn.Conv2d, 256, 512, 3, padding=1),
                relu3=nn.ReLU(),
                conv4=skip_init(nn.Conv2d, 512, 512, 3, padding=1),
                relu4=nn.ReLU(),
                conv5=skip_init(nn.Conv2d, 512, 1024, 3, padding=1),
                relu5=nn.ReLU(),
                conv6=skip_init(nn.Conv2d, 1024, 1024, 3, padding=1),
                relu6=nn.ReLU(),
                pool6=nn.MaxPool2d(3, 3),
            )
        )
        self.classifier = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                fc7=skip_init(nn.Linear, 1024 * 5 * 5, 4096),
                relu7=nn.ReLU(),
                dropout7=nn.Dropout(0.5),
                fc8=skip_init(nn.Linear, 4096, 4096),
                relu8=nn.ReLU(),
                dropout8=nn.Dropout(0.5),
                fc9=skip_init(nn.Linear, 4096, n_classes),
            )
        )
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.normal_(parameter, std=0.01, generator=generator)
            else:
                nn.init.zeros_(parameter)

    def forward(self, x: Float[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N n_classes"]:
        """One score per image and class, before the softmax. Raises ValueError unless images are 221 x 221."""
        if tuple(x.shape[1:]) != (3, SIDE, SIDE):
            raise ValueError(f"x has shape {tuple(x.shape)}; expected (images, 3, {SIDE}, {SIDE})")
        return self.classifier(self.features(x))
