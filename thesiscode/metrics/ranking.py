"""Precision, recall and average precision of a ranking, as Pascal VOC defines them (thesis 3.3 and 4.5.1).

The rules here hold for every function of this module.

Labels are 1 for a positive and 0 (or False) for a negative. Where any label is -1 they are read as Pascal VOC's: -1 is
a negative, and 0 marks an image whose objects of the class are all difficult. Such images are left out, as are those
that `difficult` marks: they count neither for nor against the ranking.

Examples with equal scores enter the ranking together, so the order of the input never matters. VOC's own program walks
through them in the order of its sort, and its result then depends on the order of the file.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Shaped

from .checks import checked_scores

INTERPOLATIONS = ("area", "11point", "none")


class PrecisionRecall(NamedTuple):
    """One point of the curve for each distinct score, highest score first: recall never falls along it."""

    precision: Float[np.ndarray, " m"]
    recall: Float[np.ndarray, " m"]
    thresholds: Shaped[np.ndarray, " m"]


class MeanAveragePrecision(NamedTuple):
    """Average precision of each class, NaN where the class has no positives, and the mean over the other classes."""

    per_class: Float[np.ndarray, " C"]
    mean: float


def precision_recall(
    labels: Shaped[Any, " n"] | Sequence,
    scores: Shaped[Any, " n"] | Sequence,
    difficult: Shaped[Any, " n"] | Sequence | None = None,
) -> PrecisionRecall:
    """The curve that one gets by accepting all examples that score at least a threshold, for falling thresholds.

    labels, difficult: see the head of this module. scores: any real numbers, higher is surer; infinite ones are
    allowed. All have shape (n,) and may be arrays, lists or detached tensors of the CPU.
    Returns precision = accepted positives / accepted and recall = accepted positives / positives, both in [0, 1], and
    the m thresholds, in the type of the scores. Without positives recall is NaN, since it is 0 / 0. Where all
    examples are left out the curve has no point.
    Raises ValueError for empty input, shapes that differ, NaN scores and labels other than -1, 0 and 1.
    """
    return _curve(*_ranked(labels, scores, difficult, ("n",)))


def average_precision(
    labels: Shaped[Any, " n"] | Sequence,
    scores: Shaped[Any, " n"] | Sequence,
    *,
    difficult: Shaped[Any, " n"] | Sequence | None = None,
    interpolation: str = "area",
) -> float:
    """Area under the precision-recall curve, from 0 to 1 (thesis 4.5.1); NaN where there is no positive.

    VOC leaves the value without positives undefined, and so does this function.

    interpolation: what stands for the precision at recall r.
    "area" (VOC from 2010 on) takes the highest precision at any recall >= r, and integrates it over r.
    "11point" (VOC 2007; Everingham et al. 2010, Section 4.2) takes the same, and averages it over r = 0, 0.1, ..., 1.
    "none" takes the measured precision, sum over the points of (R_i - R_{i-1}) P_i, as scikit-learn does.
    With one score for all examples, each of the three gives the share of positives.

    A recall of exactly r counts as r: VOC 2007's program steps by a rounded 0.1 and may miss it, for example at 3/10.

    labels, scores, difficult, and the ValueErrors: as for `precision_recall`; another `interpolation` is one too.
    """
    _check_interpolation(interpolation)
    return _average(_curve(*_ranked(labels, scores, difficult, ("n",))), interpolation)


def mean_average_precision(
    labels: Shaped[Any, "n C"] | Sequence,
    scores: Shaped[Any, "n C"] | Sequence,
    *,
    difficult: Shaped[Any, "n C"] | Sequence | None = None,
    interpolation: str = "area",
) -> MeanAveragePrecision:
    """`average_precision` of each of C classes, and its mean over the classes that have positives (thesis 3.3, mAP).

    labels, scores, difficult: as for `average_precision`, with shape (n, C), one column a class. A single -1 anywhere
    makes all of the labels VOC's, so that a class for which no image is negative is read like the others.
    Raises ValueError as `average_precision` does, and where no class has positives.
    """
    _check_interpolation(interpolation)
    positive, counted, scores = _ranked(labels, scores, difficult, ("n", "C"))
    columns = zip(positive.T, counted.T, scores.T, strict=True)
    per_class = np.array([_average(_curve(*column), interpolation) for column in columns])
    if np.isnan(per_class).all():
        raise ValueError(f"labels: expected positives in at least one of the {len(per_class)} classes, got none")
    return MeanAveragePrecision(per_class, float(np.nanmean(per_class)))


def found_average(
    found: Shaped[Any, " n"] | Sequence,
    scores: Shaped[Any, " n"] | Sequence,
    n_positives: int,
    *,
    interpolation: str = "area",
) -> float:
    """`average_precision` of predictions of which some found an object, when `n_positives` objects were to be found.

    Recall is found / n_positives and need not reach 1: VOC's measure of detection, and the thesis' of location (4.6.1).
    found: 1 or 0 a prediction, of shape (n,); scores as for `average_precision`; n may be 0. NaN where nothing was to
    be found. Raises ValueError for more finds than objects.
    """
    _check_interpolation(interpolation)
    found = np.asarray(found).astype(bool)
    if found.shape != np.shape(scores) or found.ndim != 1:
        raise ValueError(f"found: expected one a score, {np.shape(scores)}, got {found.shape}")
    if found.sum() > n_positives:
        raise ValueError(f"n_positives: expected at least {found.sum()}, the number found, got {n_positives}")
    if n_positives == 0:
        return float("nan")
    if not len(found):
        return 0.0
    scores = checked_scores(scores, ("n",))
    return _average(_curve(found, np.ones(len(found), bool), scores, n_positives), interpolation)


def _curve(
    positive: Bool[np.ndarray, " n"],
    counted: Bool[np.ndarray, " n"],
    scores: Shaped[np.ndarray, " n"],
    n_positives: int | None = None,
) -> PrecisionRecall:
    positive, scores = positive[counted], scores[counted]
    order = np.argsort(scores)[::-1]
    positive, scores = positive[order], scores[order]
    # not np.diff: infinite scores tie as well, and inf - inf is NaN
    last_of_tie = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)[: len(scores)])
    hits = np.cumsum(positive)[last_of_tie]
    total = int(positive.sum()) if n_positives is None else n_positives
    recall = hits / total if total else np.full(len(hits), np.nan)
    return PrecisionRecall(hits / (last_of_tie + 1), recall, scores[last_of_tie])


def _average(curve: PrecisionRecall, interpolation: str) -> float:
    precision, recall, _ = curve
    if not len(recall) or np.isnan(recall[0]):
        return float("nan")
    highest_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    if interpolation == "11point":
        levels = np.arange(11) / 10  # the nearest floats to r, as recall is to its fraction; linspace gives others
        return float(np.append(highest_from_here, 0)[np.searchsorted(recall, levels)].mean())
    heights = precision if interpolation == "none" else highest_from_here
    return float((np.diff(recall, prepend=0) * heights).sum())


def _ranked(
    labels: Any, scores: Any, difficult: Any, axes: tuple[str, ...]
) -> tuple[Bool[np.ndarray, "..."], Bool[np.ndarray, "..."], Shaped[np.ndarray, "..."]]:
    """Which examples are positive, which ones count, and their scores, after all checks."""
    scores = checked_scores(scores, axes)
    labels = _checked("labels", labels, (-1, 0, 1), scores.shape)
    counted = labels != 0 if (labels == -1).any() else np.ones(labels.shape, bool)
    if difficult is not None:
        counted &= _checked("difficult", difficult, (0, 1), scores.shape) == 0
    return labels == 1, counted, scores


def _checked(name: str, values: Any, allowed: tuple[int, ...], shape: tuple[int, ...]) -> Shaped[np.ndarray, "..."]:
    values = np.asarray(values)
    expected = " or ".join(map(str, allowed))
    if values.shape != shape:
        raise ValueError(f"{name}: expected shape {shape}, that of scores, got {values.shape}")
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name}: expected {expected} everywhere, got {values.dtype}")
    if odd := np.unique(values[~np.isin(values, allowed)]).tolist():
        raise ValueError(f"{name}: expected {expected} everywhere, got {odd[:5]}")
    return values


def _check_interpolation(interpolation: str) -> None:
    if interpolation not in INTERPOLATIONS:
        raise ValueError(f"interpolation: expected one of {', '.join(INTERPOLATIONS)}, got {interpolation!r}")
