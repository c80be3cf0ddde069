"""The error of a classifier that may guess k times, as ImageNet counts it (thesis 3.3, pre-training)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Shaped

from .checks import checked_scores


def top_k_error(scores: Shaped[Any, "n C"] | Sequence, labels: Shaped[Any, " n"] | Sequence, k: int = 5) -> float:
    """Share of the examples whose true class is not among the k classes of highest score, from 0 to 1.

    A class that ties with the true one ranks before it. The order of the classes then never matters, and a network that
    gives one score to all classes is wrong everywhere for k < C, rather than right on whichever class comes first.

    scores: real numbers, one row an example, one column a class. labels: class indices from 0 to C - 1.
    k: number of guesses, from 1 to C; ImageNet's is 5.
    Raises ValueError for empty input, NaN scores, lengths that differ, labels or k that are not integers or lie outside
    of their range.
    """
    scores = checked_scores(scores, ("n", "C"))
    n, n_classes = scores.shape
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise ValueError(f"labels: expected shape ({n},), one for each row of scores, got {labels.shape}")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels: expected integer class indices, got {labels.dtype}")
    if odd := np.unique(labels[(labels < 0) | (labels >= n_classes)]).tolist():
        raise ValueError(f"labels: expected class indices from 0 to {n_classes - 1}, got {odd[:5]}")
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= n_classes:
        raise ValueError(f"k: expected an integer from 1 to {n_classes}, the number of classes, got {k!r}")
    true_scores = np.take_along_axis(scores, labels[:, None], axis=1)
    rank = (scores >= true_scores).sum(axis=1)
    return float((rank > k).mean())
