"""What a penalty on the weights does: the path of ridge regression (thesis A.4.2)."""

import numpy as np
from jaxtyping import Float

from .checks import finite_array, numbers, same_length, samples


def ridge_path(
    x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "n"], penalties: Float[np.ndarray, "k"]
) -> Float[np.ndarray, "k d"]:
    """The minimisers of the mean of (y - x . w)^2 plus penalty |w|^2 (A.13), one row a penalty.

    In the directions of the singular vectors of x, a penalty multiplies the least-squares solution by
    s^2 / (s^2 + n penalty), so that small singular values shrink first. A penalty of 0 gives the shortest solution of
    least squares. Raises ValueError for a negative penalty.
    """
    x, y, penalties = samples(x), numbers(y, "y"), finite_array(penalties, "penalties", 1, "[k]")
    same_length(x, y, ("x", "y"))
    if penalties.min() < 0:
        raise ValueError(f"penalties: expected numbers of at least 0, got {penalties.min():g}")
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    kept = s > s[0] * len(x) * np.finfo(float).eps if s[0] > 0 else np.zeros(len(s), bool)
    u, s, vt = u[:, kept], s[kept], vt[kept]
    shrunk = s / (s**2 + len(x) * penalties[:, None]) * (u.T @ y)
    return shrunk @ vt
