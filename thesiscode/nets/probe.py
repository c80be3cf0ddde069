"""Ask a network questions while it runs: which pixels move a unit, and where the time goes (thesis B.6.2)."""

from collections.abc import Sequence
from statistics import median
from time import perf_counter

import torch
from jaxtyping import Float
from torch import nn


@torch.enable_grad()
def input_gradient(
    net: nn.Module,
    x: Float[torch.Tensor, "N C H W"],
    layer: str,
    *,
    unit: tuple[int, int] | None = None,
    maps: Sequence[int] | None = None,
) -> Float[torch.Tensor, "N C H W"]:
    """Gradient of one unit of a layer with respect to the input, image by image.

    Where it is zero, a small change of the pixel does not change the unit: its support lies in the receptive field.

    layer: name of a module of `net` whose output is (N, maps, h, w). unit: (row, column) on that map; the centre
    where None. maps: the map whose unit is differentiated, one for each image; the sum over all maps where None.
    `net` runs as it is (its training mode included), and its own parameters' gradients are left alone.
    Raises ValueError for an unknown layer, one that puts out no maps, a unit or a map that does not exist.
    """
    modules = dict(net.named_modules())
    if layer not in modules:
        raise ValueError(f"layer is {layer!r}; expected one of {', '.join(name for name in modules if name)}")
    outputs: list[torch.Tensor] = []
    handle = modules[layer].register_forward_hook(lambda module, inputs, output: outputs.append(output))
    x = x.detach().clone().requires_grad_()
    try:
        net(x)
    finally:
        handle.remove()
    y = outputs[-1]
    if y.ndim != 4:
        raise ValueError(f"layer {layer!r} puts out {tuple(y.shape)}; expected (images, maps, height, width)")
    n, n_maps, height, width = y.shape
    row, column = (height // 2, width // 2) if unit is None else unit
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"unit is ({row}, {column}); expected a place on the {height} x {width} map of {layer!r}")
    values = y[:, :, row, column]
    if maps is not None:
        chosen = torch.as_tensor(maps, dtype=torch.long, device=y.device)
        if chosen.shape != (n,) or chosen.min() < 0 or chosen.max() >= n_maps:
            raise ValueError(f"maps is {list(maps)}; expected {n} numbers, one an image, from 0 to {n_maps - 1}")
        values = values[torch.arange(n, device=y.device), chosen]
    return torch.autograd.grad(values.sum(), x)[0]


@torch.inference_mode()
def layer_times(net: nn.Module, x: torch.Tensor, *, repeats: int = 5) -> dict[str, float]:
    """Median seconds that each leaf module of `net` takes in one forward pass of `x`, in running order.

    For the CPU, where a call returns when its work is done. One pass warms up and is not counted; `repeats` passes
    are. A module that runs several times in a pass is charged their sum.
    Raises ValueError if repeats < 1 or x is not on the CPU.
    """
    if repeats < 1:
        raise ValueError(f"repeats is {repeats}; expected at least 1")
    if x.device.type != "cpu":
        raise ValueError(f"x is on {x.device}; expected the CPU, where a call returns when its work is done")
    started: dict[str, float] = {}
    elapsed: dict[str, float] = {}

    def hooks(name: str):
        def before(module: nn.Module, inputs: tuple) -> None:
            started[name] = perf_counter()

        def after(module: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
            elapsed[name] = elapsed.get(name, 0.0) + perf_counter() - started[name]

        return before, after

    handles = []
    try:
        for name, module in net.named_modules():
            if next(module.children(), None) is None:
                before, after = hooks(name)
                handles += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
        passes = []
        for _ in range(1 + repeats):
            elapsed.clear()
            net(x)
            passes.append(dict(elapsed))
    finally:
        for handle in handles:
            handle.remove()
    return {name: median(times[name] for times in passes[1:]) for name in passes[1]}
