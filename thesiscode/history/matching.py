"""Which local descriptors of two images belong together, and whether they do under a known map (thesis 2.1)."""

import numpy as np
from jaxtyping import Bool, Float, Int


def ratio_matches(
    one: Float[np.ndarray, "n d"], other: Float[np.ndarray, "m d"], *, ratio: float = 0.8
) -> Int[np.ndarray, "k 2"]:
    """Pairs (i, j) whose descriptors are nearest, and clearly nearer than the second nearest (Lowe 2004).

    j is the nearest of `other` for i, in Euclidean distance, and the distance is below `ratio` times that of the second
    nearest. ratio: in (0, 1]; 1 keeps every i, up to ties. Raises ValueError for a ratio out of range, sizes that do
    not fit, fewer than two descriptors in `other`, or numbers that are not finite.
    """
    if not 0 < ratio <= 1:
        raise ValueError(f"ratio: expected a number in (0, 1], got {ratio}")
    if np.ndim(one) != 2 or np.ndim(other) != 2 or np.shape(one)[1] != np.shape(other)[1] or len(other) < 2:
        raise ValueError(f"one, other: expected [n, d] and [m, d], m > 1, got {np.shape(one)} and {np.shape(other)}")
    a, b = np.asarray(one, float), np.asarray(other, float)
    for name, values in (("one", a), ("other", b)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name}: expected finite descriptors, got NaN or infinity")
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    nearest, second = np.argsort(squares, axis=1, kind="stable")[:, :2].T
    rows = np.arange(len(a))
    distance = np.sqrt(np.maximum(squares, 0))
    kept = distance[rows, nearest] < ratio * distance[rows, second]
    return np.column_stack([rows, nearest])[kept]


def mapped(points: Float[np.ndarray, "n 2"], homography: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "n 2"]:
    """Points (x, y) under a homography. Raises ValueError where one of them lands at no finite point."""
    moved = np.column_stack([points, np.ones(len(points))]) @ np.asarray(homography).T
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = moved[:, :2] / moved[:, 2:]
    if not np.isfinite(found).all():
        lost = np.flatnonzero(~np.isfinite(found).all(axis=1)).tolist()
        raise ValueError(f"points, homography: expected finite points under the map, got others for the rows {lost}")
    return found


def right_matches(
    one: Float[np.ndarray, "k 2"],
    other: Float[np.ndarray, "k 2"],
    homography: Float[np.ndarray, "3 3"],
    *,
    tolerance: float = 3.0,
) -> Bool[np.ndarray, " k"]:
    """Which pairs of points belong together: the first lands within `tolerance` pixels of the second.

    Raises ValueError for a tolerance that is not above 0, or points that do not fit; and as `mapped`.
    """
    if not tolerance > 0:
        raise ValueError(f"tolerance: expected pixels above 0, got {tolerance}")
    if np.shape(one) != np.shape(other) or np.shape(one)[1:] != (2,):
        raise ValueError(f"one, other: expected both [k, 2], got {np.shape(one)} and {np.shape(other)}")
    return np.linalg.norm(mapped(one, homography) - other, axis=1) <= tolerance
