"""How much of a decision is owed to the place, measured on scenes that are drawn twice (thesis Section 4.6.2)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float


class ContextShare(NamedTuple):
    """What moves a class' score from "the object, in its usual place" to "no object, in a rare place", and the part of
    that which the place accounts for."""

    share: float
    """context / total; 0 where the place does not matter, 1 where only the place does; may lie outside of both"""
    low: float
    """lower bound of the interval of the share; NaN where the total is not clearly above 0"""
    high: float
    """upper bound"""
    context: float
    """mean fall of the score when the scenes with the object move to the rare place"""
    total: float
    """mean fall when the object is missing as well"""


def context_share(
    home: Sequence[float] | Float[np.ndarray, " n"],
    away: Sequence[float] | Float[np.ndarray, " n"],
    absent: Sequence[float] | Float[np.ndarray, " m"],
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    confidence: float = 0.95,
) -> ContextShare:
    """The share of a class' score that the context causes: a ratio of score differences, with a bootstrap interval.

    home, away: scores of the class on n scenes with an object of it, in the usual place and in a rare one, in the same
    order. absent: scores on m scenes without the class, in the rare place. The share is mean(home - away) /
    (mean(home) - mean(absent)).

    The interval takes quantiles over `draws` resamplings of the n scenes, in pairs, and of the m scenes (Efron 1979).
    Where more than 1 - `confidence` of the resampled totals are not above 0, a ratio means nothing and its bounds are
    NaN. Raises ValueError for fewer than 2 scenes of a kind, lengths that differ, and values that are not finite.
    """
    home, away, absent = (_scores(name, x) for name, x in (("home", home), ("away", away), ("absent", absent)))
    if len(home) != len(away):
        raise ValueError(f"away: expected {len(home)} scores, one a scene of home, got {len(away)}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a number between 0 and 1, got {confidence!r}")
    if draws < 1:
        raise ValueError(f"draws: expected at least 1, got {draws}")
    context, total = float((home - away).mean()), float(home.mean() - absent.mean())
    with_it = rng.integers(len(home), size=(draws, len(home)))
    without = rng.integers(len(absent), size=(draws, len(absent)))
    contexts = (home - away)[with_it].mean(axis=1)
    totals = home[with_it].mean(axis=1) - absent[without].mean(axis=1)
    clear = total > 0 and np.mean(totals <= 0) <= 1 - confidence
    if not clear:
        return ContextShare(context / total if total > 0 else np.nan, np.nan, np.nan, context, total)
    ratios = contexts[totals > 0] / totals[totals > 0]
    low, high = np.quantile(ratios, [(1 - confidence) / 2, (1 + confidence) / 2])
    return ContextShare(context / total, float(low), float(high), context, total)


def _scores(name: str, values: Any) -> Float[np.ndarray, " n"]:
    scores = np.asarray(values, float)
    if scores.ndim != 1 or len(scores) < 2 or not np.isfinite(scores).all():
        raise ValueError(f"{name}: expected at least 2 finite scores, got {values!r}")
    return scores
