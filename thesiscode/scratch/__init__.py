"""Neural networks from scratch, in NumPy (thesis Appendix B)."""

from .activations import ReLU, Sigmoid, Softmax, Tanh, log_softmax, sigmoid
from .augmentation import random_crop_flip
from .convolution import Conv2d, convolve, convolve_gradients
from .errors import GraphError, LabelError, NonFiniteError, ShapeError
from .gradcheck import central_differences, gradient_check
from .graph import Graph, sequential
from .grid import cells, grid_shape, grid_sum, pad
from .initialization import fan_in, fans, gaussian, he, xavier
from .layer import Layer
from .lenet import lenet
from .losses import CrossEntropyLoss, HingeLoss, LogisticLoss, ZeroOneLoss
from .normalization import BatchNorm, Dropout
from .optimizers import SGD, AdaGrad, Adam, Optimizer, ReduceOnPlateau, RMSprop
from .pooling import AvgPool2d, LpPool2d, MaxPool2d
from .recurrent import RecurrentUnit, unroll
from .simple import Add, Concat, Flatten, Identity, Linear
from .tensors import angle, chain_rule, dot, jacobian

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Add",
    "AvgPool2d",
    "BatchNorm",
    "Concat",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Graph",
    "GraphError",
    "HingeLoss",
    "Identity",
    "LabelError",
    "Layer",
    "Linear",
    "LogisticLoss",
    "LpPool2d",
    "MaxPool2d",
    "NonFiniteError",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "RecurrentUnit",
    "ReduceOnPlateau",
    "ShapeError",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "ZeroOneLoss",
    "angle",
    "cells",
    "central_differences",
    "chain_rule",
    "convolve",
    "convolve_gradients",
    "dot",
    "fan_in",
    "fans",
    "gaussian",
    "gradient_check",
    "grid_shape",
    "grid_sum",
    "he",
    "jacobian",
    "lenet",
    "log_softmax",
    "pad",
    "random_crop_flip",
    "sequential",
    "sigmoid",
    "unroll",
    "xavier",
]
