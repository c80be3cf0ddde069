"""A LeNet for small images, of nothing but the layers of this package (after LeCun et al. 1998; thesis B.6)."""

import numpy as np

from .activations import ReLU
from .convolution import Conv2d
from .errors import ShapeError
from .graph import Graph, sequential
from .pooling import MaxPool2d
from .simple import Flatten, Linear


def lenet(
    rng: np.random.Generator, *, image_size: int = 8, widths: tuple[int, int] = (32, 64), n_hidden: int = 128
) -> Graph:
    """Two rounds of convolution, ReLU and 2 x 2 max-pooling, then two fully-connected layers; 10 scores.

    Input (N, 1, image_size, image_size), grey values; output (N, 10), raw scores, one a digit.
    `widths` are the numbers of 3 x 3 kernels. Weights are drawn by the rule of He et al. (2015), made for ReLU.
    Raises ShapeError unless `image_size` is a positive multiple of 4, so that both poolings fit.
    """
    if image_size < 4 or image_size % 4:
        raise ShapeError(f"image_size: expected a positive multiple of 4, got {image_size}")
    first, second = widths
    return sequential(
        conv1=Conv2d(1, first, 3, padding=1, rng=rng, init="he"),
        relu1=ReLU(),
        pool1=MaxPool2d(2, 2),
        conv2=Conv2d(first, second, 3, padding=1, rng=rng, init="he"),
        relu2=ReLU(),
        pool2=MaxPool2d(2, 2),
        flatten=Flatten(),
        fc1=Linear(second * (image_size // 4) ** 2, n_hidden, rng=rng, init="he"),
        relu3=ReLU(),
        fc2=Linear(n_hidden, 10, rng=rng, init="he"),
    )
