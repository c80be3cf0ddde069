"""A network that reads one patch becomes one that reads a whole image (thesis Section 4.2.1)."""

import copy
import math
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import nn
from torchvision.models.squeezenet import Fire

from .features import Chain, check_fits

_ANYWHERE = (
    nn.Conv2d,
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.BatchNorm2d,
    nn.LocalResponseNorm,
    nn.ReLU,
    nn.Sigmoid,
    nn.Tanh,
    nn.LeakyReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Identity,
    nn.Dropout,
    nn.Dropout2d,
)
"""Layers that do the same at every position of a map, whatever its size."""


class Window(NamedTuple):
    """Where the units of a map look, in pixels of the image; the image's first pixel reaches from 0 to 1."""

    size: int
    """side of the square of pixels that a unit depends on, those beyond the image included"""
    stride: int
    """distance of the windows of neighbouring units"""
    start: float
    """centre of the window of the first unit"""

    def centre(self, index: float) -> float:
        """Centre of the window of unit `index` of a row or a column."""
        return self.start + self.stride * index


def to_convolutional(net: nn.Module, *, side: int = 224) -> Chain:
    """The same network for images of any size: one output vector a window, as a map (thesis Section 4.2.1, Figure 4-2).

    A fully connected layer that reads a map of k x k becomes a convolution with kernels of k x k; one that reads a
    vector, a convolution of 1 x 1. On an image of the size that the network was made for the map is 1 x 1 and holds
    the same numbers; on a larger one it has a unit for each window, `stride` pixels apart, and computes what windows
    share once. Weights are copied. Layers keep their names, those inside of parts with the same inner names the part's
    name before theirs.

    Takes networks that run their children in the order in which they list them: `AlexNet` and its kin, `OverFeat`,
    `AdaptedNet`, torchvision's AlexNet, SqueezeNet and ResNet, `nn.Sequential`. Maps are flattened before the first
    fully connected layer, and must be square there.
    What a network computes between its children, as torchvision's DenseNet does, cannot be seen from here, and is lost:
    compare the two on an image.

    side: image side at which adaptive average pooling stays what it is. It becomes average pooling with windows as
    large as its maps are then (SqueezeNet at 224: 13 x 13), or nothing where it changes nothing then (AlexNet at 224).

    Raises ValueError, which names the layer, for one that cannot be converted, for a fully connected layer whose input
    is no square map, and for a side that is too small.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    first = next((p for p in net.parameters()), torch.empty(0))
    convolution = next((m for m in net.modules() if isinstance(m, nn.Conv2d)), None)
    vector = convolution is None  # fully connected layers alone read vectors
    if vector:
        linear = next((m for m in net.modules() if isinstance(m, nn.Linear)), None)
        channels, side = 1 if linear is None else linear.in_features, 1
    else:
        channels = convolution.in_channels
    x = torch.zeros(1, channels, side, side, device=first.device, dtype=first.dtype)
    for name, layer in _flat(net):
        if isinstance(layer, nn.Flatten):
            if (layer.start_dim, layer.end_dim) != (1, -1):
                raise ValueError(f"{name} flattens dimensions {layer.start_dim} to {layer.end_dim}; expected 1 to -1")
            continue
        new = _converted(name, layer, x, vector)
        vector = vector or isinstance(layer, nn.Linear)
        if new is None:
            continue
        new = new.train(layer.training)
        check_fits(name, new, x, (side, side))
        with torch.no_grad():
            x = copy.deepcopy(new).eval()(x)
        layers[name] = new
    return Chain(layers).train(net.training)


def _converted(name: str, layer: nn.Module, x: torch.Tensor, vector: bool) -> nn.Module | None:
    """What stands for `layer`, which reads maps like x; None for nothing. vector: whether it reads a vector."""
    if isinstance(layer, nn.Linear):
        return _as_convolution(name, layer, 1 if vector else None, x.shape[1])
    if isinstance(layer, nn.BatchNorm1d) and vector:
        norm = nn.BatchNorm2d(layer.num_features, layer.eps, layer.momentum, layer.affine, layer.track_running_stats)
        norm.load_state_dict(layer.state_dict())
        return norm
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        made, size = layer.output_size, tuple(x.shape[2:])
        made = (made, made) if isinstance(made, int) else tuple(made)
        if made == size:
            return None
        if made == (1, 1):
            return nn.AvgPool2d(size, stride=1)
        raise ValueError(f"{name} pools maps of {size} to {made}; it has no counterpart that slides")
    parts = [part for part in layer.modules() if not list(part.children())]
    if odd := [part for part in parts if not isinstance(part, _ANYWHERE)]:
        raise ValueError(f"{name} holds {odd[0]}, which has no counterpart that slides over an image")
    return copy.deepcopy(layer)


def _as_convolution(name: str, layer: nn.Linear, kernel: int | None, maps: int) -> nn.Conv2d:
    if kernel is None:
        kernel = math.isqrt(layer.in_features // maps)
    if kernel < 1 or maps * kernel**2 != layer.in_features:
        raise ValueError(f"{name} reads {layer.in_features} values; expected {maps} square maps, flattened")
    place = {"device": layer.weight.device, "dtype": layer.weight.dtype}
    convolution = nn.Conv2d(maps, layer.out_features, kernel, bias=layer.bias is not None, **place)
    state = {"weight": layer.weight.detach().reshape(convolution.weight.shape)}
    if layer.bias is not None:
        state["bias"] = layer.bias.detach()
    convolution.load_state_dict(state)
    for parameter, old in zip(convolution.parameters(), layer.parameters(), strict=True):
        parameter.requires_grad_(old.requires_grad)
    return convolution


def window(net: nn.Sequential) -> Window:
    """Where the units of the last map of a chain of layers look.

    SqueezeNet's Fire counts as the branch that sees most. Raises ValueError for a layer that is not the same
    everywhere, or not the same along both sides, and for other blocks with branches.
    """
    size, stride, start = 1, 1, 0.5
    for name, layer in _flat(net):
        steps = [_step(part) for part in layer.modules() if not list(part.children())]
        if None in steps:
            raise ValueError(f"{name} is no layer that slides over an image; see to_convolutional")
        if isinstance(layer, Fire):  # 1 x 1, then 1 x 1 beside 3 x 3
            steps = [max(steps)]
        elif len(steps) > 1:
            raise ValueError(f"{name} has branches: which window its units see is not known here")
        for kernel, jump, padding in steps:
            size += (kernel - 1) * stride
            start += ((kernel - 1) / 2 - padding) * stride
            stride *= jump
    return Window(size, stride, start)


def _step(layer: nn.Module) -> tuple[int, int, int] | None:
    """Kernel, stride and padding of a layer along one side; None for a layer that does not slide."""
    if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        if isinstance(layer.padding, str):
            raise ValueError(f"{layer}: expected padding in pixels, got {layer.padding!r}")
        sides = [getattr(layer, key, 1) for key in ("kernel_size", "stride", "padding", "dilation")]
        if odd := [value for value in sides if isinstance(value, tuple) and len(set(value)) > 1]:
            raise ValueError(f"{layer}: expected the same along both sides, got {odd[0]}")
        kernel, stride, padding, dilation = (
            value[0] if isinstance(value, tuple) else value
            for value in (layer.kernel_size, layer.stride, layer.padding, getattr(layer, "dilation", 1))
        )
        return dilation * (kernel - 1) + 1, stride, padding
    return (1, 1, 0) if isinstance(layer, _ANYWHERE) else None


def _flat(net: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The layers in their order, parts opened; inner names where they are unique, else with the part's name before."""
    found = list(_opened(net, ""))
    inner = [name.rpartition(".")[2] for name, _ in found]
    unique = len(set(inner)) == len(inner)
    for (name, layer), short in zip(found, inner, strict=True):
        yield (short if unique else name.replace(".", "_")), layer


def _opened(net: nn.Module, above: str) -> Iterator[tuple[str, nn.Module]]:
    for name, child in net.named_children():
        if isinstance(child, nn.Sequential) or (
            list(child.children()) and type(child).__module__.startswith("thesiscode.")
        ):
            yield from _opened(child, f"{above}{name}.")
        else:
            yield above + name, child
