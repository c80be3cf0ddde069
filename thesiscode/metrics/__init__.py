"""How good scores are: average precision as Pascal VOC defines it, of images, places and boxes; the top-k error."""

from .boxes import check_boxes, detection_average_precision, location_average_precision, pointing_accuracy
from .ranking import (
    MeanAveragePrecision,
    PrecisionRecall,
    average_precision,
    found_average,
    mean_average_precision,
    precision_recall,
)
from .top_k import top_k_error

__all__ = [
    "MeanAveragePrecision",
    "PrecisionRecall",
    "average_precision",
    "check_boxes",
    "detection_average_precision",
    "found_average",
    "location_average_precision",
    "mean_average_precision",
    "pointing_accuracy",
    "precision_recall",
    "top_k_error",
]
