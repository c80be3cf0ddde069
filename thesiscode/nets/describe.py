"""Read an architecture from its modules: shapes, parameters, operations and receptive fields (thesis B.6.2)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import torch
from torch import nn

Pair = tuple[int, int]

QUANTITIES = ("n_parameters", "multiply_adds", "bias_adds", "other_operations", "n_values")

_POINTWISE = (
    nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Softmax, nn.LogSoftmax
)  # fmt: skip
_NORMALISATION = (nn.LocalResponseNorm, nn.BatchNorm1d, nn.BatchNorm2d)
_POOLING = (nn.MaxPool2d, nn.AvgPool2d, nn.LPPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
_DROPOUT = (nn.Dropout, nn.Dropout2d)


@dataclass(frozen=True)
class LayerDescription:
    """What one layer does to one sample. Pairs are (vertical, horizontal), in pixels of the network's input.

    The unit (i, j) of the layer's map sees the rows start[0] + i stride[0], ..., + receptive_field[0] - 1, and the
    same for columns; rows below 0 or beyond the image are padding.
    """

    name: str
    kind: str
    """convolution | fully connected | pooling | nonlinearity | normalisation | dropout | reshape"""
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    """(maps, height, width) or (features,), without the batch"""
    n_parameters: int
    multiply_adds: int
    """products of an input with a weight, each added to a sum (twice as many floating-point operations)"""
    bias_adds: int
    other_operations: int
    """comparisons, additions, exponentials, ... of layers without weights; see `describe` for the count"""
    kernel: Pair
    """extent of the layer's own window on its input map; (1, 1) where it has none"""
    step: Pair
    """the layer's own stride"""
    padding: Pair
    groups: int
    receptive_field: Pair
    stride: Pair
    """distance in the image between the windows of two neighbouring units (also called the jump)"""
    start: Pair
    """first row and column of the window of unit (0, 0)"""

    @property
    def n_values(self) -> int:
        """Number of values that the layer puts out for one sample."""
        return prod(self.output_shape)

    def window(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Receptive field of unit (row, column): first row, first column, end row, end column (ends excluded).

        Not clipped to the image: what lies outside is padding, and so are border pixels that a strided layer dropped
        and a later layer's padding stands for. Raises ValueError if the layer's map has no such unit.
        """
        height, width = self.output_shape[1:] if len(self.output_shape) == 3 else (1, 1)
        if not (0 <= row < height and 0 <= column < width):
            raise ValueError(f"unit ({row}, {column}) of {self.name}: expected a place on its {height} x {width} map")
        top = self.start[0] + row * self.stride[0]
        left = self.start[1] + column * self.stride[1]
        return top, left, top + self.receptive_field[0], left + self.receptive_field[1]


@torch.no_grad()
def describe(net: nn.Module, input_shape: tuple[int, ...]) -> list[LayerDescription]:
    """Describe every layer that `net` runs on one sample of shape `input_shape`, in the order in which they run.

    Shapes come from hooks on one forward pass of zeros, in evaluation mode, on the network's own device; a network on
    the meta device costs no arithmetic. Parameters are counted where they are first used.
    Multiply-adds are output values times the inputs of each dot product (Eq. B.20; a group sees only its share of the
    maps). Other operations, per output value: 1 for a nonlinearity (3 for a softmax: exponential, sum, quotient),
    k^2 - 1 comparisons for max-pooling, k^2 for average pooling, 2 k^2 for L_p pooling, n + 4 for a response
    normalisation over n maps (n squares-and-sums, scale, offset, power, quotient), 2 for batch normalisation in
    evaluation.
    Receptive fields, with the jump J before the layer: field + (k - 1) J, jump J x stride, start - padding x J;
    a fully connected layer that reads a map of H x W counts as a convolution with an H x W kernel.
    Names are the modules' own, qualified ("features.0") where the short ones are not unique.

    net: a chain of convolutions, pooling, nonlinearities, normalisation, dropout, flattening and fully connected
    layers. input_shape: (channels, height, width) or (features,), without the batch.
    Raises ValueError for another kind of layer, or if a layer reads anything but the previous layer's output.
    """
    if not input_shape or any(not isinstance(n, int) or n < 1 for n in input_shape):
        raise ValueError(f"input_shape is {input_shape!r}; expected positive integers, e.g. (3, 224, 224)")
    calls = _record(net, input_shape)
    names = {name for name, *_ in calls}
    short = {name: name.rpartition(".")[2] for name in names}
    if len(set(short.values())) < len(names) or any(s.isdecimal() for s in short.values()):
        short = {name: name for name in names}

    layers: list[LayerDescription] = []
    field, stride, start = (1, 1), (1, 1), (0, 0)
    flattened: Pair = (1, 1)
    counted: set[int] = set()
    for name, module, read, written in calls:
        if len(read) == 3:
            flattened = (read[1], read[2])
        kernel, step, padding = _window(name, module, read, flattened)
        if isinstance(module, nn.Linear):
            flattened = (1, 1)
        start = _pair(s - p * j for s, p, j in zip(start, padding, stride, strict=True))
        field = _pair(f + (k - 1) * j for f, k, j in zip(field, kernel, stride, strict=True))
        stride = _pair(j * s for j, s in zip(stride, step, strict=True))
        own = {id(p): p.numel() for p in module.parameters(recurse=False) if id(p) not in counted}
        counted.update(own)
        layers.append(
            LayerDescription(
                name=short[name],
                kind=_kind(name, module),
                input_shape=read,
                output_shape=written,
                n_parameters=sum(own.values()),
                **_operations(module, kernel, written),
                kernel=kernel,
                step=step,
                padding=padding,
                groups=getattr(module, "groups", 1),
                receptive_field=field,
                stride=stride,
                start=start,
            )
        )
    return layers


def totals(layers: Iterable[LayerDescription]) -> dict[str, int]:
    """Sums over layers of n_parameters, multiply_adds, bias_adds, other_operations and n_values (one sample)."""
    layers = list(layers)
    return {quantity: sum(getattr(layer, quantity) for layer in layers) for quantity in QUANTITIES}


def shares(layers: Iterable[LayerDescription], quantity: str) -> dict[str, float]:
    """The part of `quantity` (a key of `totals`) that falls to each kind of layer; the parts sum to 1.

    Raises ValueError for an unknown quantity, or one whose total is zero.
    """
    if quantity not in QUANTITIES:
        raise ValueError(f"quantity is {quantity!r}; expected one of {', '.join(QUANTITIES)}")
    counts: Counter[str] = Counter()
    for layer in layers:
        counts[layer.kind] += getattr(layer, quantity)
    total = counts.total()
    if total == 0:
        raise ValueError(f"quantity is {quantity!r}, which these layers have none of; expected one with a total")
    return {kind: count / total for kind, count in counts.items()}


def _record(net: nn.Module, input_shape: tuple[int, ...]) -> list[tuple[str, nn.Module, tuple, tuple]]:
    """(name, module, shape read, shape written) of each call of a leaf module, in running order."""
    reference = next(net.parameters(), torch.empty(0))
    x = torch.zeros((1, *input_shape), device=reference.device, dtype=reference.dtype)
    calls: list[tuple[str, nn.Module, tuple, tuple]] = []
    previous = {"name": "the input", "output": x, "version": x._version}

    def hooks(name: str):
        def check(module: nn.Module, inputs: tuple) -> None:
            # the version tells an in-place sum (a shortcut around layers) between two modules
            read_as_written = len(inputs) == 1 and _same_values(inputs[0], previous["output"])
            if not read_as_written or inputs[0]._version != previous["version"]:
                raise ValueError(
                    f"net: {name} does not read the output of {previous['name']}; expected a chain of layers"
                )

        def record(module: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
            calls.append((name, module, tuple(inputs[0].shape[1:]), tuple(output.shape[1:])))
            previous.update(name=name, output=output, version=output._version)

        return check, record

    handles = []
    modes = {module: module.training for module in net.modules()}
    try:
        for name, module in net.named_modules():
            if next(module.children(), None) is None:
                check, record = hooks(name or type(module).__name__)
                handles += [module.register_forward_pre_hook(check), module.register_forward_hook(record)]
        net.eval()(x)
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes.items():
            module.training = mode
    return calls


def _same_values(read: torch.Tensor, written: torch.Tensor) -> bool:
    """True if `read` is `written`, or a view of all of it (a `torch.flatten` between two modules)."""
    origin = written if written._base is None else written._base
    return read is written or (read.numel() == written.numel() and read._base is not None and read._base is origin)


def _kind(name: str, module: nn.Module) -> str:
    kinds = {
        nn.Conv2d: "convolution",
        nn.Linear: "fully connected",
        _POOLING: "pooling",
        _POINTWISE: "nonlinearity",
        _NORMALISATION: "normalisation",
        _DROPOUT: "dropout",
        (nn.Flatten, nn.Identity): "reshape",
    }
    for classes, kind in kinds.items():
        if isinstance(module, classes):
            return kind
    raise ValueError(
        f"net: {name} is a {type(module).__name__}; expected convolutions, pooling, nonlinearities, normalisation, "
        "dropout, flattening and fully connected layers"
    )


def _window(name: str, module: nn.Module, read: tuple[int, ...], flattened: Pair) -> tuple[Pair, Pair, Pair]:
    """Kernel (with its dilation), stride and padding of a layer, each as (vertical, horizontal)."""
    if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        wanted = [n if n is not None else size for n, size in zip(_both(module.output_size), read[1:], strict=True)]
        if any(size % n for n, size in zip(wanted, read[1:], strict=True)):
            raise ValueError(f"net: {name} pools {read[1:]} to {tuple(wanted)}; expected cells of one size")
        cell = _pair(size // n for n, size in zip(wanted, read[1:], strict=True))
        return cell, cell, (0, 0)
    if isinstance(module, nn.Linear):
        if len(read) != 1:
            raise ValueError(f"net: {name} is fully connected and reads a map of {read}; expected a flattened vector")
        return flattened, (1, 1), (0, 0)
    if not isinstance(module, (nn.Conv2d, *_POOLING)):
        return (1, 1), (1, 1), (0, 0)
    dilation = _both(getattr(module, "dilation", 1))
    kernel = _pair(d * (k - 1) + 1 for d, k in zip(dilation, _both(module.kernel_size), strict=True))
    step = _both(module.kernel_size if module.stride is None else module.stride)
    padding = getattr(module, "padding", 0)
    if padding == "same":
        return kernel, step, _pair((k - 1) // 2 for k in kernel)
    return kernel, step, (0, 0) if padding == "valid" else _both(padding)


def _operations(module: nn.Module, kernel: Pair, written: tuple[int, ...]) -> dict[str, int]:
    values = prod(written)
    if isinstance(module, nn.Conv2d | nn.Linear):
        inputs_per_value = module.weight[0].numel()
        bias_adds = values if module.bias is not None else 0
        return {"multiply_adds": values * inputs_per_value, "bias_adds": bias_adds, "other_operations": 0}
    each = 0
    if isinstance(module, nn.MaxPool2d):
        each = prod(_both(module.kernel_size)) - 1  # the kernel proper: `kernel` would count the holes of a dilation
    elif isinstance(module, nn.AdaptiveMaxPool2d):
        each = prod(kernel) - 1
    elif isinstance(module, nn.LPPool2d):
        each = 2 * prod(kernel)
    elif isinstance(module, _POOLING):
        each = prod(kernel)
    elif isinstance(module, nn.LocalResponseNorm):
        each = module.size + 4
    elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
        each = 2
    elif isinstance(module, nn.Softmax | nn.LogSoftmax):
        each = 3
    elif isinstance(module, _POINTWISE):
        each = 1
    return {"multiply_adds": 0, "bias_adds": 0, "other_operations": values * each}


def _pair(values: Iterable[int]) -> Pair:
    vertical, horizontal = values
    return vertical, horizontal


def _both(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else _pair(value)
