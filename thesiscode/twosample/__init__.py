"""Were two samples drawn from one distribution? Tests by classifiers and by kernels (thesis Section 5.3)."""

from .batches import ManyResults, c2st_many
from .checks import TwoSampleResult
from .classics import kolmogorov_smirnov, kuiper, mann_whitney
from .classifier import ClassifierResult, c2st, telling_examples, telling_features
from .images import IMAGENET, SYMMETRIC, ImageFeatures, as_vectors, from_tanh
from .kernels import mean_embedding, mmd_linear, mmd_quadratic
from .networks import SmallNetwork, train_networks

__all__ = [
    "IMAGENET",
    "SYMMETRIC",
    "ClassifierResult",
    "ImageFeatures",
    "ManyResults",
    "SmallNetwork",
    "TwoSampleResult",
    "as_vectors",
    "c2st",
    "c2st_many",
    "from_tanh",
    "kolmogorov_smirnov",
    "kuiper",
    "mann_whitney",
    "mean_embedding",
    "mmd_linear",
    "mmd_quadratic",
    "telling_examples",
    "telling_features",
    "train_networks",
]
