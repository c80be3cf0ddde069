"""Networks in PyTorch, and tools that read them (thesis B.6, Chapters 3-5)."""

from .activations import TopActivations, nearest_neighbours, top_activations
from .alexnet import INPUT_SIDES, AlexNet
from .dcgan import Discriminator, Generator
from .deconvnet import deconvnet
from .describe import LayerDescription, describe, shares, totals
from .features import Features, block_shapes, truncate
from .overfeat import OverFeat
from .pretrained import OneWeirdTrickAlexNet
from .probe import input_gradient, layer_times
from .sliding import Window, to_convolutional, window
from .small import PATCH_SIDES, SmallAlexNet
from .spatial import IDENTITY, SpatialTransformer, affine_grid, bilinear_sample, rotation

__all__ = [
    "IDENTITY",
    "INPUT_SIDES",
    "PATCH_SIDES",
    "AlexNet",
    "Discriminator",
    "Features",
    "Generator",
    "LayerDescription",
    "OneWeirdTrickAlexNet",
    "OverFeat",
    "SmallAlexNet",
    "SpatialTransformer",
    "TopActivations",
    "Window",
    "affine_grid",
    "bilinear_sample",
    "block_shapes",
    "deconvnet",
    "describe",
    "input_gradient",
    "layer_times",
    "nearest_neighbours",
    "rotation",
    "shares",
    "to_convolutional",
    "top_activations",
    "totals",
    "truncate",
    "window",
]
