"""A trained network as a feature extractor: its first layers, one vector an image (thesis Section 3.2.1)."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import nn

from .describe import Pair

_PARTS = ("features", "classifier")


class Chain(nn.Sequential):
    """Named layers, one after the other; a fully connected layer that meets a map reads it flattened.

    Raises ValueError if an image is too small for a layer, or has the wrong size for a fully connected one.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = tuple(x.shape[2:])
        for name, layer in self.named_children():
            if isinstance(layer, nn.Linear) and x.ndim == 4:
                x = x.flatten(1)
            check_fits(name, layer, x, size)
            x = layer(x)
        return x


def truncate(net: nn.Module, layer: str) -> Chain:
    """The layers of `net` up to and including `layer`, as a network that shares its weights.

    Takes networks that run their children in the order in which they list them: `AlexNet` and its relatives,
    torchvision's AlexNet, SqueezeNet and ResNet, or an `nn.Sequential`. The layers inside `features` and `classifier`
    carry their own names ("fc7"), or qualified ones ("features.12") where those are not unique. In the result, a dot
    in a name becomes an underscore, since modules' names hold none.
    Raises ValueError if no layer has that name.
    """
    layers = _layers(net)
    if layer not in layers:
        raise ValueError(f"layer is {layer!r}; expected one of {', '.join(layers)}")
    names = list(layers)
    return Chain(OrderedDict((n.replace(".", "_"), layers[n]) for n in names[: names.index(layer) + 1]))


class Features(nn.Module):
    """One feature vector an image: the output of a layer of a trained network, flattened.

    A convolution or a fully connected layer is read after the rectifier that follows it. The layers are shared with
    `network`, run in evaluation mode and without gradients, and are left as they were.

    layer: a name as in `truncate`. mean: average each map over its positions first. Common choices:

    | network | layer | mean | length |
    |---|---|---|---|
    | `AlexNet`, `OneWeirdTrickAlexNet` | `pool5` / `fc6` / `fc7` | no | 9216 / fc_width / fc_width at 224 x 224 |
    | torchvision `squeezenet1_1` | `features.12` (fire9) | yes | 512 |
    | torchvision `squeezenet1_1` | `classifier.3` (class scores, rectified) | no | 1000 |
    | torchvision `resnet34` | `avgpool` | no | 512 |
    | torchvision `resnet34` | `layer4` | no | 2048 at 64 x 64 (Section 5.3: the 512 x 2 x 2 map) |

    Raises ValueError if no layer has that name.
    """

    def __init__(self, network: nn.Module, layer: str, *, mean: bool = False) -> None:
        super().__init__()
        self.body = truncate(network, _rectified(network, layer))
        self.mean = mean

    @torch.no_grad()
    def forward(self, x: Float[torch.Tensor, "N C H W"]) -> Float[torch.Tensor, "N D"]:
        """Features of images x, floating-point numbers, prepared as the network expects them.

        Raises ValueError for another rank or kind of number, images that the network cannot read, NaN or infinity.
        """
        check_images("x", x, self.body)
        with evaluating(self.body):
            maps = self.body(x)
        if self.mean and maps.ndim == 4:
            maps = maps.mean(dim=(2, 3))
        features = maps.flatten(1)
        if not torch.isfinite(features).all():
            culprit = "x holds" if not torch.isfinite(x).all() else "the features of finite images x hold"
            raise ValueError(f"{culprit} NaN or infinity; expected finite numbers")
        return features


def block_shapes(net: nn.Module, input_shape: tuple[int, int, int]) -> dict[str, tuple[int, ...]]:
    """Shape that each top-level layer or block of `net` puts out for one image, in the order of the network.

    For networks with branches (SqueezeNet, ResNet), which `describe` refuses. The shapes come from hooks on one pass
    of zeros in evaluation mode, on the network's own device; the names are those of `truncate`.
    input_shape: (channels, height, width).
    Raises ValueError if input_shape is not three positive integers.
    """
    if len(input_shape) != 3 or any(not isinstance(n, int) or n < 1 for n in input_shape):
        raise ValueError(f"input_shape is {input_shape!r}; expected three positive integers, e.g. (3, 224, 224)")
    shapes: dict[str, tuple[int, ...]] = {}

    def recorder(name: str):
        return lambda module, inputs, output: shapes.update({name: tuple(output.shape[1:])})

    handles = [layer.register_forward_hook(recorder(name)) for name, layer in _layers(net).items()]
    try:
        with torch.no_grad(), evaluating(net):
            reference = next(net.parameters(), torch.empty(0))
            net(torch.zeros((1, *input_shape), device=reference.device, dtype=reference.dtype))
    finally:
        for handle in handles:
            handle.remove()
    return shapes


@contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """Evaluation mode inside the block; afterwards every layer is in the mode in which it was."""
    modes = {module: module.training for module in net.modules()}
    net.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def check_images(name: str, images: torch.Tensor, net: nn.Module) -> None:
    """Raise ValueError unless `images` is (N, C, H, W), floating-point, with the channels that `net` reads."""
    first = next((layer for layer in net.modules() if isinstance(layer, nn.Conv2d)), None)
    channels = first.in_channels if first is not None else None
    if images.ndim != 4 or (channels is not None and images.shape[1] != channels):
        wanted = "channels" if channels is None else channels
        raise ValueError(f"{name} has shape {tuple(images.shape)}; expected (images, {wanted}, height, width)")
    if not images.is_floating_point():
        raise ValueError(f"{name} holds {images.dtype}; expected floating-point pixels")


def check_fits(name: str, layer: nn.Module, x: torch.Tensor, size: tuple[int, ...]) -> None:
    """Raise ValueError if the layer cannot read x, which images of `size` (height, width) became."""
    if isinstance(layer, nn.Linear) and x.shape[-1] != layer.in_features:
        raise ValueError(
            f"images of {_by(size)} pixels give {x.shape[-1]} values to {name}; expected {layer.in_features}"
        )
    if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d) and not isinstance(layer.padding, str):
        window = map(_both, (layer.kernel_size, layer.stride, layer.padding, getattr(layer, "dilation", 1)))
        rounds_up = getattr(layer, "ceil_mode", False)
        if any(
            n + 2 * padding + rounds_up * (stride - 1) < dilation * (kernel - 1) + 1
            for n, kernel, stride, padding, dilation in zip(x.shape[2:], *window, strict=True)
        ):
            raise ValueError(
                f"images of {_by(size)} pixels are {_by(tuple(x.shape[2:]))} at {name}: too small for its window"
            )


def _layers(net: nn.Module) -> dict[str, nn.Module]:
    layers: list[tuple[str, str, nn.Module]] = []
    for name, child in net.named_children():
        if name in _PARTS and isinstance(child, nn.Sequential):
            layers += [(f"{name}.{inner}", inner, layer) for inner, layer in child.named_children()]
        else:
            layers.append((name, name, child))
    short = [inner for _, inner, _ in layers]
    unique = len(set(short)) == len(short)
    return {(inner if unique else name): layer for name, inner, layer in layers}


def _rectified(net: nn.Module, layer: str) -> str:
    for (name, module), (after, following) in pairwise(_layers(net).items()):
        if name == layer and isinstance(module, nn.Conv2d | nn.Linear) and isinstance(following, nn.ReLU):
            return after
    return layer


def _both(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else value


def _by(size: tuple[int, ...]) -> str:
    return " x ".join(map(str, size))
