"""The principal components of a set of images, and recognition by the nearest neighbour among them (thesis 2.1)."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped


@dataclass(frozen=True)
class Eigenspace:
    """The mean of some images, and the orthonormal directions in which they vary most (Sirovich and Kirby 1987)."""

    mean: Float[np.ndarray, " d"]
    components: Float[np.ndarray, "k d"]
    """rows: the eigenvectors of the covariance of the images, the largest eigenvalue first"""
    variances: Float[np.ndarray, " k"]
    """the eigenvalues"""
    total: float
    """the variance in all directions"""

    def project(self, images: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n k"]:
        """The coordinates of images. Raises ValueError for images of another size."""
        if np.ndim(images) != 2 or np.shape(images)[1] != len(self.mean):
            raise ValueError(f"images: expected shape [n, {len(self.mean)}], got {np.shape(images)}")
        return (images - self.mean) @ self.components.T

    def rebuild(self, codes: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "n d"]:
        """The images with these coordinates."""
        return self.mean + codes @ self.components

    def keep(self, start: int, stop: int) -> "Eigenspace":
        """The components `start` to `stop` - 1 alone. Raises ValueError for none, or some that are not there."""
        if not 0 <= start < stop <= len(self.components):
            raise ValueError(f"start, stop: expected 0 <= start < stop <= {len(self.components)}, got {start}, {stop}")
        return Eigenspace(self.mean, self.components[start:stop], self.variances[start:stop], self.total)


def fit_eigenspace(images: Float[np.ndarray, "n d"], n_components: int) -> Eigenspace:
    """Principal component analysis by the singular value decomposition of the centred images, X = U S V.

    The rows of V are the eigenvectors of the covariance, S^2 / n its eigenvalues. Raises ValueError for images that are
    not finite, or more components than there are images less one, or pixels.
    """
    images = np.asarray(images, float)
    if images.ndim != 2 or not images.size or not np.isfinite(images).all():
        raise ValueError(f"images: expected finite images [n, d], got shape {images.shape}")
    most = min(len(images) - 1, images.shape[1])
    if not 1 <= n_components <= most:
        raise ValueError(f"n_components: expected an integer in [1, {most}], got {n_components}")
    mean = images.mean(axis=0)
    _, s, v = np.linalg.svd(images - mean, full_matrices=False)
    variances = s**2 / len(images)
    return Eigenspace(mean, v[:n_components], variances[:n_components], float(variances.sum()))


def nearest_labels(
    codes: Float[np.ndarray, "n k"], labels: Shaped[np.ndarray, " n"], queries: Float[np.ndarray, "m k"]
) -> Shaped[np.ndarray, " m"]:
    """The label of the nearest code, in Euclidean distance, for each query (Turk and Pentland 1991).

    Raises ValueError for arrays that do not fit, no codes, or codes or queries that are not finite.
    """
    if not len(codes) or len(labels) != len(codes) or np.shape(codes)[1:] != np.shape(queries)[1:]:
        shapes = f"{np.shape(codes)}, {np.shape(labels)} and {np.shape(queries)}"
        raise ValueError(f"codes, labels, queries: expected shapes [n, k], [n] and [m, k], got {shapes}")
    for name, values in (("codes", codes), ("queries", queries)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    squares = (codes**2).sum(axis=1) - 2 * queries @ codes.T  # less the square of the query, which is the same for all
    nearest: Int[np.ndarray, " m"] = squares.argmin(axis=1)
    return np.asarray(labels)[nearest]
