"""What both metrics ask of their scores."""

from typing import Any

import numpy as np


def checked_scores(scores: Any, axes: tuple[str, ...]) -> np.ndarray:
    """Scores as an array of real numbers with one dimension for each name of `axes`, none of them empty.

    Infinite scores pass, since they still have a rank. Raises ValueError for anything else, NaN above all.
    """
    scores = np.asarray(scores)
    if scores.ndim != len(axes) or scores.size == 0:
        raise ValueError(f"scores: expected a shape ({', '.join(axes)}) with something in it, got {scores.shape}")
    if scores.dtype.kind not in "biuf":
        raise ValueError(f"scores: expected real numbers, got {scores.dtype}")
    if missing := int(np.isnan(scores).sum()):
        raise ValueError(f"scores: expected numbers that can be ranked, got {missing} NaN")
    return scores
