"""Networks in PyTorch, and tools that read them (thesis B.6, Chapters 3-5)."""

from .alexnet import INPUT_SIDES, AlexNet
from .describe import LayerDescription, describe, shares, totals
from .probe import input_gradient, layer_times

__all__ = [
    "INPUT_SIDES",
    "AlexNet",
    "LayerDescription",
    "describe",
    "input_gradient",
    "layer_times",
    "shares",
    "totals",
]
