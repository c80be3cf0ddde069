"""Multiple instances before deep networks: choose a window of each image, train, choose again (thesis 2.5.1).

The heuristic of MI-SVM (Andrews et al. 2003), which weakly supervised localisation has used ever since.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from sklearn.svm import LinearSVC


class Choices(NamedTuple):
    """What was chosen in each round."""

    windows: Int[np.ndarray, "rounds+1 n"]
    """a window of each positive image; the first row is the start"""
    weights: Float[np.ndarray, "folds D+1"]
    """the last classifiers, bias last"""


def mi_svm(
    positives: list[Float[np.ndarray, "_ D"]],
    negatives: Float[np.ndarray, "m D"],
    start: Int[np.ndarray, " n"],
    *,
    rounds: int = 10,
    folds: int = 1,
    penalty: float = 0.01,
) -> Choices:
    """Alternates between a linear SVM and the window of each positive image that it likes best.

    positives: the features of all windows of each image that shows the class. negatives: those of images that do not;
    each of them is known to be a negative. start: the first window of each positive image. Stops after `rounds`, or
    when no choice changes. folds: with more than one, the image's window is chosen by an SVM that did not see the image
    (Cinbis et al. 2017), so that an SVM cannot simply confirm what it was given. penalty: C of the SVM.

    Raises ValueError without positive images or negatives, for a start that is no window, and for folds that are fewer
    than 1 or more than the images.
    """
    n = len(positives)
    if n == 0 or len(negatives) == 0:
        raise ValueError(f"positives, negatives: expected some of both, got {n} and {len(negatives)}")
    if len(start) != n or any(not 0 <= k < len(bag) for k, bag in zip(start, positives, strict=False)):
        raise ValueError(f"start: expected the number of one window for each of {n} images, got {list(start)}")
    if not 1 <= folds <= n or rounds < 1:
        raise ValueError(f"folds, rounds: expected 1 <= folds <= {n} and rounds >= 1, got {folds} and {rounds}")
    chosen = [np.asarray(start)]
    fold = np.arange(n) % folds
    for _ in range(rounds):
        now, weights = chosen[-1].copy(), []
        for part in range(folds):
            seen = fold != part if folds > 1 else np.ones(n, bool)
            best = np.stack([positives[i][chosen[-1][i]] for i in np.flatnonzero(seen)])
            weights.append(_train(best, negatives, penalty))
            for i in np.flatnonzero(fold == part):
                now[i] = (positives[i] @ weights[-1][:-1]).argmax()
        chosen.append(now)
        if (chosen[-1] == chosen[-2]).all():
            break
    return Choices(np.stack(chosen), np.stack(weights))


def _train(
    positives: Float[np.ndarray, "n D"], negatives: Float[np.ndarray, "m D"], penalty: float
) -> Float[np.ndarray, " D+1"]:
    x = np.concatenate([positives, negatives])
    y = np.repeat([1, -1], [len(positives), len(negatives)])
    svm = LinearSVC(C=penalty, class_weight="balanced", random_state=0, max_iter=5000).fit(x, y)
    return np.append(svm.coef_[0], svm.intercept_)
