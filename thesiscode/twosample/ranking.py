"""Do scores of generators agree, and do they follow training? Rank correlations for Appendix C."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Shaped
from scipy import stats

from thesiscode.zoo.thesis_tables import COLUMNS, Judged

STATISTICS = COLUMNS[3:]
"""The tests of Tables C.1 and C.2."""


class Correlation(NamedTuple):
    """Spearman's rank correlation, and the bounds of a bootstrap interval."""

    rho: float
    """in [-1, 1]"""
    low: float
    high: float


class Trend(NamedTuple):
    """The mean rank correlation with time over several trainings, and how often chance does as much."""

    rho: float
    """in [-1, 1]"""
    p: float
    """two-sided, by permutations"""


def judged(rows: Sequence[Mapping[str, Any]], features: str) -> list[Judged]:
    """The rows of a zoo's record in the form of the thesis' tables, for one kind of features."""
    return [
        Judged(row["gf"], row["df"], row["epoch"], *(row["features"][features][s]["statistic"] for s in STATISTICS))
        for row in rows
    ]


def pairs_of(rows: Sequence[Judged] | Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """(gf, df) of each row: which training it belongs to."""
    return [(row["gf"], row["df"]) if isinstance(row, Mapping) else (row.gf, row.df) for row in rows]


def spearman(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> float:
    """Pearson's correlation of the ranks, ties sharing their mean rank; 0 where one side is constant and says nothing.

    Raises ValueError for fewer than two values, or sides of different length.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if x.shape != y.shape or x.ndim != 1 or len(x) < 2:
        raise ValueError(f"x, y: expected as many values, at least two, got {x.shape} and {y.shape}")
    return float(_unit_ranks(x) @ _unit_ranks(y))


def _unit_ranks(x: Float[np.ndarray, "*rows n"]) -> Float[np.ndarray, "*rows n"]:
    """Ranks in each row with mean 0 and length 1, or all 0 where every value is the same."""
    ranks = stats.rankdata(x, axis=-1) - (x.shape[-1] + 1) / 2
    length = np.linalg.norm(ranks, axis=-1, keepdims=True)
    return ranks / np.where(length > 0, length, 1.0)


def rank_correlation(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    groups: Sequence[Any] | np.ndarray,
    *,
    draws: int = 1000,
    confidence: float = 0.95,
    rng: np.random.Generator,
) -> Correlation:
    """Spearman's correlation of two scores, with a percentile bootstrap over whole groups.

    groups: which training each value belongs to. Generators of one training resemble one another, so that trainings
    are drawn, not rows. With one group the bounds are nan. Raises ValueError for values and groups that differ in
    number.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    members = _members(x, y, groups)
    if len(members) < 2:  # nothing to draw from
        return Correlation(spearman(x, y), float("nan"), float("nan"))
    by_length: dict[int, list[np.ndarray]] = {}
    for chosen in rng.integers(len(members), size=(draws, len(members))):
        rows = np.concatenate([members[k] for k in chosen])
        by_length.setdefault(len(rows), []).append(rows)
    found = [(_unit_ranks(x[rows]) * _unit_ranks(y[rows])).sum(axis=1) for rows in map(np.stack, by_length.values())]
    low, high = np.quantile(np.concatenate(found), [(1 - confidence) / 2, (1 + confidence) / 2])
    return Correlation(spearman(x, y), float(low), float(high))


def trend(
    values: Float[np.ndarray, " n"],
    times: Shaped[np.ndarray, " n"],
    groups: Sequence[Any] | np.ndarray,
    *,
    permutations: int = 2000,
    rng: np.random.Generator,
) -> Trend:
    """Does a score change with training? Spearman's correlation with time within each group, averaged.

    The p-value shuffles the times within each group: without a trend, they are exchangeable. Raises ValueError for
    values, times and groups that differ in number.
    """
    values, times = np.asarray(values, float), np.asarray(times, float)
    members = _members(values, times, groups)

    ranks = [(_unit_ranks(values[rows]), _unit_ranks(times[rows])) for rows in members]
    found = float(np.mean([a @ b for a, b in ranks]))
    chance = np.mean([rng.permuted(np.tile(b, (permutations, 1)), axis=1) @ a for a, b in ranks], axis=0)
    as_much = np.count_nonzero(np.abs(chance) >= abs(found) - 1e-12)
    return Trend(found, float((1 + as_much) / (1 + permutations)))


def _members(x: np.ndarray, y: np.ndarray, groups: Sequence[Any] | np.ndarray) -> list[np.ndarray]:
    """The rows of each group."""
    if not len(x) == len(y) == len(groups):
        raise ValueError(f"groups: expected one for each of {len(x)} and {len(y)} values, got {len(groups)}")
    rows: dict[Any, list[int]] = {}
    for i, group in enumerate(groups):
        rows.setdefault(group, []).append(i)
    return [np.array(one) for one in rows.values()]
