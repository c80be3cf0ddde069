"""The divergences of Kullback and Leibler and of Jensen and Shannon, on grids (thesis Equations 5.9 and 5.10)."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Real
from scipy.special import rel_entr

from .grids import simpson_weights
from .masses import TOLERANCE, check_positive, two_masses


class JSTerms(NamedTuple):
    """What the Jensen-Shannon divergence is the mean of, with the mixture m = (p + q) / 2; each is in [0, log 2]."""

    of_p: float
    """KL(p || m)"""
    of_q: float
    """KL(q || m)"""


def kl(
    p: Real[np.ndarray, "*p"],
    q: Real[np.ndarray, "*q"],
    *,
    spacing: float | None = None,
    rule: str = "simpson",
    tolerance: float = TOLERANCE,
) -> float:
    """KL(p || q) in nats (thesis Equation 5.9); infinite where p has mass and q has none.

    Without `spacing`, p and q are masses: arrays of one shape, each with a sum of 1. With it, they are densities at the
    points of a grid that are `spacing` apart along every axis, each with an integral of 1, by the same `rule` that
    integrates the divergence: "simpson" (`simpson_weights`), or "cells", the sum times the area of a cell. As the
    weights are above 0, the result is the divergence of two sets of masses in either case, and never below 0.

    Raises ValueError for negative or infinite values, shapes that differ, an empty support, a total that is not 1 up to
    `tolerance` (the message gives it), a tolerance that is not finite, or an unknown rule.
    """
    p, q = _weighted(p, q, spacing, rule, tolerance)
    return max(float(rel_entr(p, q).sum()), 0.0)  # equal up to rounding is equal


def js_terms(
    p: Real[np.ndarray, "*p"],
    q: Real[np.ndarray, "*q"],
    *,
    spacing: float | None = None,
    rule: str = "simpson",
    tolerance: float = TOLERANCE,
) -> JSTerms:
    """The two terms of the Jensen-Shannon divergence, in nats, not yet averaged. Arguments are those of `kl`."""
    p, q = _weighted(p, q, spacing, rule, tolerance)
    middle = p / 2 + q / 2
    # p / middle is at most 2; a mass so small that half of it is 0 in double precision does not count
    terms = (np.where(middle > 0, rel_entr(one, middle), 0.0).sum() for one in (p, q))
    return JSTerms(*(max(float(term), 0.0) for term in terms))


def js(
    p: Real[np.ndarray, "*p"],
    q: Real[np.ndarray, "*q"],
    *,
    spacing: float | None = None,
    rule: str = "simpson",
    tolerance: float = TOLERANCE,
) -> float:
    """JS(p || q) in nats (thesis Equation 5.10): symmetric, 0 for p = q, log 2 where no point has mass of both.

    Arguments and errors are those of `kl`.
    """
    terms = js_terms(p, q, spacing=spacing, rule=rule, tolerance=tolerance)
    return (terms.of_p + terms.of_q) / 2


def _weighted(
    p: Real[np.ndarray, "*p"], q: Real[np.ndarray, "*q"], spacing: float | None, rule: str, tolerance: float
) -> tuple[Float[np.ndarray, "*p"], Float[np.ndarray, "*q"]]:
    """The masses that the rule of integration gives to the points of both densities."""
    if rule not in ("simpson", "cells"):
        raise ValueError(f"rule: expected 'simpson' or 'cells', got {rule!r}")
    if np.shape(p) != np.shape(q):
        raise ValueError(f"q: expected shape {np.shape(p)}, that of p, got {np.shape(q)}: one grid for both")
    if spacing is None:
        return two_masses(p, q, tolerance=tolerance)
    check_positive("spacing", spacing)
    weights = np.ones(())
    for n in np.shape(p):
        along = simpson_weights(n, spacing) if rule == "simpson" else np.full(n, spacing)
        weights = weights[..., None] * along
    return two_masses(np.asarray(p) * weights, np.asarray(q) * weights, tolerance=tolerance)
