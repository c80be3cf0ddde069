"""How much of a body's pose follows from the plate's (thesis 5.4.1, Equation 5.5), and how much from its past."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Num
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import GridSearchCV, GroupKFold

from thesiscode.data.marionettes import Simulated

HELD_OUT = 0.25
"""Share of the runs on which predictions are judged."""
GRID = {"alpha": (0.01, 0.1, 1.0), "gamma": (0.05, 0.2)}
"""Weight of the ridge penalty, and of the squared distance in the kernel, divided by the number of inputs."""
EXTRA_WEIGHTS = (0.0, 0.3, 1.0)
"""How much further inputs count in the kernel; with 0, they are left out."""
FOLDS = 3


class Signal(NamedTuple):
    """What a regression finds on runs that it was not fitted to.

    `r_squared` holds, for each target, the share of its variance that is predicted: 1 is all, 0 is none, and below 0
    the prediction is worse than a constant. `overall` is the same for all targets together, each coordinate scaled to
    unit variance. `predicted` are the predictions of the shots that `held_out` marks, in the units of the effect.
    """

    r_squared: Float[np.ndarray, "targets"]
    overall: float
    predicted: Float[np.ndarray, "m targets d"]
    held_out: Bool[np.ndarray, "n"]


def regression_signal(
    cause: Num[np.ndarray, "n c"],
    effect: Num[np.ndarray, "n targets d"],
    runs: Int[np.ndarray, "n"],
    *,
    extra: Num[np.ndarray, "n e"] | None = None,
) -> Signal:
    """How well `effect` is predicted from `cause`, by ridge regression with a Gaussian kernel.

    A target is a vector of length d: a point has 3 coordinates, an angle 1. The last quarter of the runs is held out,
    and the settings of the regression are chosen by cross-validation over the other runs: neighbours in time never
    stand on both sides. `extra` inputs enter with a weight that the same cross-validation chooses, so that inputs of
    no use can be left out.

    Raises ValueError for entries that are not finite, lengths that differ, an effect of another shape, fewer than 8
    runs, or a coordinate of the effect that is constant on the runs that are held out, or on the others.
    """
    n = len(cause)
    if np.ndim(effect) != 3:
        raise ValueError(f"effect has shape {np.shape(effect)}; expected (n, targets, d)")
    for name, array in (("effect", effect), ("runs", runs), ("extra", extra)):
        if array is not None and len(array) != n:
            raise ValueError(f"{name} has {len(array)} rows; expected {n}, as cause has")
    for name, array in (("cause", cause), ("effect", effect), ("extra", extra)):
        if array is not None and not np.isfinite(array).all():
            raise ValueError(f"{name} has entries that are not finite; expected finite numbers")
    names = np.unique(runs)
    if len(names) < 8:
        raise ValueError(f"runs names {len(names)} runs; expected at least 8, to hold some out")
    held_out = np.isin(runs, names[len(names) - round(HELD_OUT * len(names)) :])
    flat = np.asarray(effect, np.float64).reshape(n, -1)
    for part, where in ((~held_out, "to fit"), (held_out, "held out")):
        if (flat[part].std(axis=0) < 1e-12).any():
            raise ValueError(f"effect has a constant coordinate in the runs {where}; expected every one to vary")
    target, middle, scale = _standardize(flat, held_out)
    inputs = _standardize(np.asarray(cause, np.float64), held_out)[0]
    further = None if extra is None else _standardize(np.asarray(extra, np.float64), held_out)[0]
    best, predicted = -np.inf, np.empty((0, 0))
    for weight in (0.0,) if further is None else EXTRA_WEIGHTS:
        x = inputs if further is None or weight == 0 else np.hstack([inputs, weight * further])
        grid = {"alpha": GRID["alpha"], "gamma": [gamma / cause.shape[1] for gamma in GRID["gamma"]]}
        search = GridSearchCV(KernelRidge(kernel="rbf"), grid, cv=GroupKFold(FOLDS))
        search.fit(x[~held_out], target[~held_out], groups=runs[~held_out])
        if search.best_score_ > best:
            best, predicted = search.best_score_, search.predict(x[held_out])
    shape = (-1, *effect.shape[1:])
    actual = target[held_out]
    errors, spread = (predicted - actual) ** 2, (actual - actual.mean(axis=0)) ** 2
    in_units = [(part * scale**2).reshape(shape).sum(axis=(0, 2)) for part in (errors, spread)]
    return Signal(
        r_squared=1 - in_units[0] / in_units[1],
        overall=float(1 - errors.sum() / spread.sum()),
        predicted=(predicted * scale + middle).reshape(shape),
        held_out=held_out,
    )


def plate_signal(data: Simulated, *, history: bool = False) -> Signal:
    """How well each named point below the plate is predicted from the plate's pose (Equation 5.5).

    With `history`, the plate's displacements since `data.history.seconds` ago are further inputs.
    """
    plate = data.plate.numpy()
    past = (plate[:, None] - data.history.plate.numpy()).reshape(len(plate), -1) if history else None
    return regression_signal(plate, data.points.numpy(), data.runs, extra=past)


def reverse_signal(data: Simulated) -> Signal:
    """How well each of the plate's six coordinates is predicted from the points below it."""
    points = data.points.numpy().reshape(len(data), -1)
    return regression_signal(points, data.plate.numpy()[:, :, None], data.runs)


def _standardize(
    columns: Float[np.ndarray, "n k"], held_out: Bool[np.ndarray, "n"]
) -> tuple[Float[np.ndarray, "n k"], Float[np.ndarray, "k"], Float[np.ndarray, "k"]]:
    """Columns of mean 0 and standard deviation 1 on the shots that are not held out, with the means and deviations."""
    middle, scale = columns[~held_out].mean(axis=0), columns[~held_out].std(axis=0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    return (columns - middle) / scale, middle, scale
