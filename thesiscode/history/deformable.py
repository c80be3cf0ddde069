"""Parts on springs: a root template, and parts that may move at a price (thesis Section 2.1; Felzenszwalb et al. 2010).

Fischler and Elschlager (1973) hang the parts of a face on springs. Felzenszwalb and Huttenlocher (2012) find the best
place of every part for every place of the root at once, in a time proportional to the number of places.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from .hog_detector import window_scores


def lower_envelope(
    cost: Float[np.ndarray, " n"], spring: float
) -> tuple[Float[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """D(p) = min over q of cost(q) + spring (p - q)^2 for p = 0 ... n - 1, and the q that attains it.

    Each q stands for a parabola; D is the lower envelope of all of them. From left to right, each new parabola cuts the
    last one of the envelope at one point, and hides it where that point lies before the last one's own beginning.
    Every parabola enters once and leaves at most once, so that the time is proportional to n.

    spring: 0 or more; infinite means that nothing moves. Raises ValueError for a negative spring, or costs that are
    not finite numbers.
    """
    cost = np.asarray(cost, float)
    if cost.ndim != 1 or not len(cost) or not np.isfinite(cost).all():
        raise ValueError(f"cost: expected some finite numbers, got {cost!r}")
    if not spring >= 0:
        raise ValueError(f"spring: expected at least 0, got {spring}")
    places = np.arange(len(cost))
    if np.isinf(spring):
        return cost.copy(), places
    if spring == 0:
        return np.full(len(cost), cost.min()), np.full(len(cost), cost.argmin())
    height = (cost + spring * places**2).tolist()  # spring (p - q)^2 = spring p^2 - 2 spring p q + spring q^2
    envelope, begins = [0], [-np.inf]
    for q in range(1, len(cost)):
        while (cut := (height[q] - height[envelope[-1]]) / (2 * spring * (q - envelope[-1]))) <= begins[-1]:
            envelope.pop()
            begins.pop()
        envelope.append(q)
        begins.append(cut)
    best = np.array(envelope)[np.searchsorted(begins, places, side="right") - 1]
    return cost[best] + spring * (places - best) ** 2, best


def distance_transform(
    cost: Float[np.ndarray, "H W"], spring: float
) -> tuple[Float[np.ndarray, "H W"], Int[np.ndarray, "H W 2"]]:
    """D(p) = min over q of cost(q) + spring |p - q|^2 on a grid, and the (x, y) of the best q.

    |p - q|^2 is a sum over both axes, so rows first and then columns do it. Raises ValueError as `lower_envelope` does.
    """
    if np.ndim(cost) != 2 or not np.size(cost):
        raise ValueError(f"cost: expected a grid [H, W], got shape {np.shape(cost)}")
    along, x = map(np.array, zip(*(lower_envelope(row, spring) for row in cost), strict=True))
    down, y = map(np.array, zip(*(lower_envelope(column, spring) for column in along.T), strict=True))
    y = y.T
    return down.T, np.stack([np.take_along_axis(x, y, axis=0), y], axis=-1)


class PartModel(NamedTuple):
    """A root and parts, as templates of features [rows, columns, d]."""

    root: Float[np.ndarray, "r c d"]
    parts: Sequence[Float[np.ndarray, "..."]]
    anchors: Sequence[tuple[int, int]]
    """where the corner of each part would like to be, (columns, rows) from the corner of the root"""
    spring: float
    """the price of a part's move by one cell; it grows with the square"""


class Placed(NamedTuple):
    """The best place of a model in an image."""

    score: float
    root: tuple[int, int]
    """(column, row) of the corner of the root"""
    parts: list[tuple[int, int]]


def deformable_scores(
    features: Float[np.ndarray, "H W d"], model: PartModel
) -> tuple[Float[np.ndarray, "A B"], Int[np.ndarray, "P A B 2"]]:
    """The score of the model for each place p of its root, and the places (x, y) that its parts take then:

        root(p) + sum over parts of max over q of [part(q) - spring |q - p - anchor|^2].

    -inf where an anchor would lie outside of the image. An infinite spring gives a rigid template, a spring of 0 a bag
    of parts. Raises ValueError where a template does not fit into the image.
    """
    total = window_scores(features, model.root)
    rows, columns = np.indices(total.shape)
    places = np.zeros((len(model.parts), *total.shape, 2), int)
    for k, (part, (dx, dy)) in enumerate(zip(model.parts, model.anchors, strict=True)):
        cost, best = distance_transform(-window_scores(features, part), model.spring)
        x, y = columns + dx, rows + dy
        inside = (x >= 0) & (y >= 0) & (x < cost.shape[1]) & (y < cost.shape[0])
        x, y = x.clip(0, cost.shape[1] - 1), y.clip(0, cost.shape[0] - 1)
        total = np.where(inside, total - cost[y, x], -np.inf)
        places[k] = best[y, x]
    return total, places


def place_model(features: Float[np.ndarray, "H W d"], model: PartModel) -> Placed:
    """The place of the root with the highest score. Raises ValueError as `deformable_scores` does."""
    scores, places = deformable_scores(features, model)
    y, x = np.unravel_index(scores.argmax(), scores.shape)
    return Placed(float(scores[y, x]), (int(x), int(y)), [(int(u), int(v)) for u, v in places[:, y, x]])
