"""How good scores are: average precision as Pascal VOC defines it, and the top-k error of the source tasks."""

from .ranking import MeanAveragePrecision, PrecisionRecall, average_precision, mean_average_precision, precision_recall
from .top_k import top_k_error

__all__ = [
    "MeanAveragePrecision",
    "PrecisionRecall",
    "average_precision",
    "mean_average_precision",
    "precision_recall",
    "top_k_error",
]
