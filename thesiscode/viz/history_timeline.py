"""The map of the chapter: dated works, a row for each page, on an axis of years."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from .style import COLORS, CYCLE

FIRST, DENSE, LAST = 1955, 1988, 2017
"""years at the ends of the axis, and the one from which a year is three times as wide"""


def timeline(rows: Mapping[str, Sequence[tuple[int, str]]], *, mark: int) -> Figure:
    """Dots at the years of works, with their names above and below the line of their row.

    rows: title -> works, (year, name), from the earliest to the latest. mark: a year with a vertical line. Raises
    ValueError for works that are not in order, or not between FIRST and LAST.
    """
    figure, ax = plt.subplots(figsize=(5.4, 1.12 * len(rows) + 0.5))
    for k, ((title, works), color) in enumerate(zip(rows.items(), CYCLE, strict=False)):
        years = [year for year, _ in works]
        if years != sorted(years) or not (years[0] >= FIRST and years[-1] <= LAST):
            raise ValueError(f"rows: expected years in order from {FIRST} to {LAST}, got {years} for {title!r}")
        ax.axhline(-k, color=COLORS["grid"], linewidth=1.5, zorder=0)
        ax.text(_place(FIRST), -k + 0.42, title, fontsize=10, color=COLORS["ink"], fontweight="bold", va="bottom")
        ax.plot([_place(y) for y in years], [-k] * len(years), "o", color=color, markersize=6)
        for j, (year, name) in enumerate(works):
            up = j % 2 == 0
            late, early = year > LAST - 4, year < FIRST + 10
            place = _place(year) + 1.4 * (late - early)
            ax.text(
                place,
                -k + (0.08 if up else -0.08),
                f"{name}\n{year}",
                fontsize=9,
                color=COLORS["ink"],
                ha="right" if late else "left" if early else "center",
                linespacing=1.0,
                va="bottom" if up else "top",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
    ax.axvline(_place(mark), color=COLORS["muted"], linestyle=":", linewidth=1.3, zorder=0)
    ticks = [1960, 1975, 1990, 1995, 2000, 2005, 2010, 2015]
    ax.set(xticks=[_place(year) for year in ticks], yticks=[], xlim=(_place(FIRST) - 0.5, _place(LAST) + 0.5))
    ax.set_xticklabels([str(year) for year in ticks], fontsize=9.5)
    ax.set_ylim(-len(rows) + 0.55, 0.6)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    return figure


def _place(year: float) -> float:
    return float(np.interp(year, [FIRST, DENSE, LAST], [0, (DENSE - FIRST) / 3, (DENSE - FIRST) / 3 + LAST - DENSE]))
