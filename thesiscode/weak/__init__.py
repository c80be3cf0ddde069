"""Is object localization for free? Score maps from image labels alone (thesis Chapter 4)."""

from thesiscode.metrics import location_average_precision

from .losses import multilabel_logistic_loss, probability
from .network import Maps, Prediction, SlidingNet, predict, score_maps, sliding_head
from .pooling import Best, best_outside, global_max_pool, masked_max_pool
from .scales import TEST_SCALES, TRAINING_SCALES, RandomScale, rescale, to_square

__all__ = [
    "TEST_SCALES",
    "TRAINING_SCALES",
    "Best",
    "Maps",
    "Prediction",
    "RandomScale",
    "SlidingNet",
    "best_outside",
    "global_max_pool",
    "location_average_precision",
    "masked_max_pool",
    "multilabel_logistic_loss",
    "predict",
    "probability",
    "rescale",
    "score_maps",
    "sliding_head",
    "to_square",
]
