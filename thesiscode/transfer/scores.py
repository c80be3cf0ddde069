"""From the scores of patches to those of an image (thesis 3.2.3, Eq. 3.1) and of its pixels (3.3, score maps)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int, Real

from thesiscode.metrics import mean_average_precision

from .patches import check_patches, check_pixels


class ChosenPower(NamedTuple):
    """The power k that did best on validation data, and what the metric gave for each candidate, in their order."""

    k: float
    candidates: tuple[float, ...]
    values: Float64[np.ndarray, " candidates"]


def _mean_ap(labels: Int[np.ndarray, "n C"], scores: Float[np.ndarray, "n C"]) -> float:
    """Mean over the classes of the average precision, as VOC defines it from 2010 on."""
    return mean_average_precision(labels, scores).mean


def aggregate_scores(scores: Float[np.ndarray, "M C"], k: float = 5) -> Float64[np.ndarray, " C"]:
    """The score of an image for each class: the mean over its M patches of y(C_n | P_i)^k (thesis Eq. 3.1).

    scores: the network's outputs, probabilities in [0, 1]. k: the power, at least 1; the larger it is, the more the
    best patches count. The thesis chose 5 on validation data.

    Raises ValueError for no patches, scores that are NaN or outside of [0, 1], and a power that is below 1 or not
    finite.
    """
    if scores.ndim != 2 or len(scores) == 0:
        raise ValueError(f"scores has shape {scores.shape}; expected (patches, classes) with at least one patch")
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError(f"scores holds {scores[~((scores >= 0) & (scores <= 1))][0]}; expected numbers in [0, 1]")
    if not 1 <= k < np.inf:
        raise ValueError(f"k is {k!r}; expected a finite power of at least 1")
    return np.mean(scores.astype(np.float64) ** k, axis=0)


def choose_k(
    scores: Sequence[Float[np.ndarray, "_ C"]],
    labels: Int[np.ndarray, "n C"],
    *,
    candidates: Sequence[float] = tuple(range(1, 11)),
    metric: Callable[[Int[np.ndarray, "n C"], Float64[np.ndarray, "n C"]], float] = _mean_ap,
) -> ChosenPower:
    """The power k of Eq. 3.1 that ranks validation images best (thesis 3.2.3, which found 5 in this way).

    scores: for each image the scores of its patches, as for `aggregate_scores`; images may differ in their number of
    patches. labels: for each image and class 1 or 0, or VOC's -1, 0 and 1, as `metric` reads them. metric: gives a
    number, larger is better, for labels and image scores. Of several best candidates the first is chosen.

    Raises ValueError for no image, no candidate, labels that do not match the scores, a metric that gives NaN,
    and whatever `aggregate_scores` and `metric` refuse.
    """
    if len(scores) == 0 or len(candidates) == 0:
        empty = "scores" if len(scores) == 0 else "candidates"
        raise ValueError(f"{empty} is empty; expected at least one")
    for image, one in enumerate(scores):
        if labels.shape != (len(scores), one.shape[-1]):
            raise ValueError(
                f"labels has shape {labels.shape}; expected ({len(scores)}, {one.shape[-1]}): "
                f"scores holds {len(scores)} images, and image {image} has {one.shape[-1]} classes"
            )
    values = np.array([metric(labels, np.stack([aggregate_scores(one, k) for one in scores])) for k in candidates])
    if np.isnan(values).any():
        raise ValueError(f"metric gives NaN for k = {candidates[np.isnan(values).argmax()]}; expected numbers")
    return ChosenPower(candidates[values.argmax()], tuple(candidates), values)


def score_map(
    scores: Real[np.ndarray, "M *C"], patches: Real[np.ndarray, "M 4"], width: int, height: int
) -> Float64[np.ndarray, "*C H W"]:
    """At each pixel the mean score of the patches that cover it (thesis 3.3, "Object localization"; Figure 3-9).

    scores: one number a patch gives a map [H, W]; one a class, [M, C], gives [C, H, W]. They may have any range.
    patches: (x0, y0, x1, y1) in whole pixels, upper ends excluded. A pixel that no patch covers is NaN: it has no
    score, which is not the same as a score of 0.

    Raises ValueError for scores that are not finite or do not match the patches, and for patches without area or
    outside of the image.
    """
    check_pixels(width=width, height=height)
    check_patches(patches, width, height)
    if scores.ndim not in (1, 2) or len(scores) != len(patches):
        raise ValueError(f"scores has shape {scores.shape}; expected one row for each of {len(patches)} patches")
    if not np.isfinite(scores).all():
        raise ValueError(f"scores holds {scores[~np.isfinite(scores)][0]}; expected finite numbers")
    weights = np.vstack([np.ones(len(patches)), scores.T])
    sums = _sums_over_patches(weights, patches.astype(np.int64), width, height)
    cover, sums = sums[0], sums[1:]
    means = np.divide(sums, cover, out=np.full(sums.shape, np.nan), where=cover > 0)
    return means.reshape(*scores.shape[1:], height, width)


def _sums_over_patches(
    weights: Float64[np.ndarray, "K M"], patches: Real[np.ndarray, "M 4"], width: int, height: int
) -> Float64[np.ndarray, "K H W"]:
    """At each pixel the sum of the weights of the patches that cover it, through differences at the patches' corners.

    A patch is a step up at its first row and column and a step down after its last: four numbers. Running sums down
    and across turn the corners of all patches into their sum, at a cost that does not depend on their sizes.
    """
    x0, y0, x1, y1 = patches.T
    corners = np.concatenate([y * (width + 1) + x for y, x in ((y0, x0), (y1, x1), (y0, x1), (y1, x0))])
    size = (height + 1) * (width + 1)
    steps = [np.bincount(corners, np.concatenate([w, w, -w, -w]), size) for w in weights]
    steps = np.stack(steps, dtype=np.float64)  # without patches bincount gives whole numbers
    return steps.reshape(-1, height + 1, width + 1).cumsum(1).cumsum(2)[:, :-1, :-1]
