"""Projecting one activation back to the pixels that caused it (Zeiler and Fergus 2014; thesis B.6.2, Figure B-24)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional
from torch.nn.grad import conv2d_input

from .features import check_fits, check_images, evaluating, truncate

_UNCHANGED = (nn.LocalResponseNorm, nn.Dropout, nn.Identity)


@dataclass(frozen=True)
class _Step:
    """What the way back must know of one layer: what it is, the shape that it read, and where its maxima were."""

    name: str
    layer: nn.Module
    read: torch.Size
    switches: torch.Tensor | None


@torch.no_grad()
def deconvnet(
    net: nn.Module,
    image: Float[torch.Tensor, "C H W"],
    layer: str,
    unit: int,
    position: Sequence[int] | None = None,
) -> Float[torch.Tensor, "C H W"]:
    """The pattern in `image` that excites one unit, in the pixels' own units and on the image's own grid.

    All activations of `layer` but one are set to zero; what is left goes back through the network, layer by layer
    (Zeiler and Fergus 2014, Section 2.1):

    - rectifier: the signal itself is rectified, whatever the activations were on the way up (this is where the
      projection differs from the gradient);
    - max-pooling: each value goes to the place of its maximum (the switch) and the rest is zero. Where pooling windows
      overlap, values that share a place are added;
    - convolution, grouped or not: the transposed convolution with the same kernels, without the bias;
    - batch normalisation, which in evaluation scales each map by a constant of its own: the same scale, without the
      shift, as if it were part of the kernels (the original network has none);
    - response normalisation and dropout: the signal passes unchanged, as in the original.

    Without rectifiers and response normalisation the result is the activation times its gradient with respect to the
    image.

    net: a network as `truncate` takes, built of these layers up to `layer`. layer: a layer that puts out maps; take
    the rectifier ("relu5") to start from a rectified activation. unit: the map. position: (row, column) on the map;
    that of its strongest activation where None.
    Raises ValueError for an unknown layer, one of another kind, a unit or position that does not exist, an image of
    another shape or kind of number, or NaN or infinity in it.
    """
    chain = truncate(net, layer)
    if image.ndim != 3:
        raise ValueError(f"image has shape {tuple(image.shape)}; expected (channels, height, width)")
    check_images("image", image[None], chain)
    if not torch.isfinite(image).all():
        raise ValueError("image holds NaN or infinity; expected finite numbers")
    with evaluating(chain):
        maps, steps = _ascend(chain, image[None])
    row, column = _place(maps[0], layer, unit, position)
    signal = torch.zeros_like(maps)
    signal[0, unit, row, column] = maps[0, unit, row, column]
    for step in reversed(steps):
        signal = _descend(step, signal)
    return signal[0]


def _ascend(chain: nn.Sequential, x: torch.Tensor) -> tuple[torch.Tensor, list[_Step]]:
    size = tuple(x.shape[2:])
    steps = []
    for name, layer in chain.named_children():
        if not isinstance(layer, (nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.BatchNorm2d, *_UNCHANGED)):
            raise ValueError(
                f"net: {name} is a {type(layer).__name__}; "
                "expected convolutions, rectifiers, max-pooling, normalisation and dropout"
            )
        check_fits(name, layer, x, size)
        read, switches = x.shape, None
        if isinstance(layer, nn.MaxPool2d):
            x, switches = functional.max_pool2d(
                x,
                layer.kernel_size,
                layer.stride,
                layer.padding,
                layer.dilation,
                ceil_mode=layer.ceil_mode,
                return_indices=True,
            )
        else:
            # not `layer(x)`: a rectifier that works in place would change the reader's image
            x = functional.relu(x) if isinstance(layer, nn.ReLU) else layer(x)
        steps.append(_Step(name, layer, read, switches))
    return x, steps


def _descend(step: _Step, signal: torch.Tensor) -> torch.Tensor:
    layer = step.layer
    if isinstance(layer, nn.ReLU):
        return functional.relu(signal)
    if isinstance(layer, nn.MaxPool2d):
        unpooled = signal.new_zeros(step.read).flatten(2)
        return unpooled.scatter_add_(2, step.switches.flatten(2), signal.flatten(2)).view(step.read)
    if isinstance(layer, nn.BatchNorm2d):
        scale = (layer.running_var + layer.eps).rsqrt()
        return signal * (scale if layer.weight is None else scale * layer.weight)[:, None, None]
    if isinstance(layer, nn.Conv2d):
        if layer.padding_mode != "zeros" or isinstance(layer.padding, str):
            raise ValueError(
                f"net: {step.name} pads by {layer.padding!r} with {layer.padding_mode!r}; "
                "expected a number of zeros on each side"
            )
        return conv2d_input(step.read, layer.weight, signal, layer.stride, layer.padding, layer.dilation, layer.groups)
    return signal


def _place(
    maps: Float[torch.Tensor, "maps h w"], layer: str, unit: int, position: Sequence[int] | None
) -> tuple[int, int]:
    n_maps, height, width = maps.shape
    if not 0 <= unit < n_maps:
        raise ValueError(f"unit is {unit}; expected a map of {layer!r}, from 0 to {n_maps - 1}")
    if position is None:
        row, column = divmod(int(maps[unit].argmax()), width)
        return row, column
    if len(position) != 2 or not (0 <= position[0] < height and 0 <= position[1] < width):
        raise ValueError(
            f"position is {tuple(position)}; expected a (row, column) on the {height} x {width} map of {layer!r}"
        )
    return int(position[0]), int(position[1])
