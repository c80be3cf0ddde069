"""Learning as optimisation (thesis Appendix A): data, risk, surrogate losses, capacity, and gradient descent."""

from .capacity import (
    Decomposition,
    RandomFeatures,
    WidthCurve,
    bias_variance,
    least_squares,
    polynomial_features,
    width_curve,
)
from .convexity import growth_excess, least_pull, lipschitz_on
from .descent import descend, stochastic_descent, theorem_1_bound
from .functions import Bowl, Trough, landscape, landscape_gradient, worst_trough
from .gaussians import TwoGaussians
from .losses import HINGE, LOGISTIC, SQUARED, Surrogate, decide, zero_one_loss
from .objective import Objective, l2_penalty, linear_score, with_bias
from .reductions import detect, intersection_over_union, neighbours, sliding_windows, strongest, track
from .regularization import ridge_path
from .risk import best_threshold, empirical_risk, selection_optimism, separable, shattered
from .splits import accuracy, balanced_accuracy, cross_validated_accuracy, split, telling_columns
from .steps import Geometric, Power, StepSizes
from .windows import describe_windows, window_samples

__all__ = [
    "HINGE",
    "LOGISTIC",
    "SQUARED",
    "Bowl",
    "Decomposition",
    "Geometric",
    "Objective",
    "Power",
    "RandomFeatures",
    "StepSizes",
    "Surrogate",
    "Trough",
    "TwoGaussians",
    "WidthCurve",
    "accuracy",
    "balanced_accuracy",
    "best_threshold",
    "bias_variance",
    "cross_validated_accuracy",
    "decide",
    "descend",
    "describe_windows",
    "detect",
    "empirical_risk",
    "growth_excess",
    "intersection_over_union",
    "l2_penalty",
    "landscape",
    "landscape_gradient",
    "least_pull",
    "least_squares",
    "linear_score",
    "lipschitz_on",
    "neighbours",
    "polynomial_features",
    "ridge_path",
    "selection_optimism",
    "separable",
    "shattered",
    "sliding_windows",
    "split",
    "stochastic_descent",
    "strongest",
    "telling_columns",
    "theorem_1_bound",
    "track",
    "width_curve",
    "window_samples",
    "with_bias",
    "worst_trough",
    "zero_one_loss",
]
