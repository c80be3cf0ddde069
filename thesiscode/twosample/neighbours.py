"""The classifier of C2ST-KNN: nearest neighbours vote (thesis Section 5.3.3)."""

import math

import numpy as np
import torch
from jaxtyping import Bool, Float

CHUNK = 256
"""Points whose distances to all others are in memory at a time."""
GROUP = 16
"""Distances of which the smallest stands for all, in the first pass of the search."""


class NearestNeighbours:
    """K nearest neighbours, as a classifier of scikit-learn's kind, after the code of Lopez-Paz and Oquab (2017).

    K is the root of the number of training points, rounded down. A point is taken for one of y where more than
    ceil(sqrt(n) / 2) neighbours are: with an even K, a majority of two. So the predicted probability is the number of
    votes over twice that bound, at most 1. Features count as they are, unscaled. Distances are in single precision:
    clusters that are ten thousand times as far apart as they are wide blur.
    """

    def get_params(self, deep: bool = True) -> dict[str, float]:
        """There are none."""
        return {}

    def fit(self, x: Float[np.ndarray, "n d"], y: Bool[np.ndarray, " n"]) -> "NearestNeighbours":
        """Keeps points x and their labels y."""
        self.centre = x.mean(axis=0)  # distances from products of small numbers lose fewer digits
        self.points, self.labels = self._input(x), torch.from_numpy(np.asarray(y, bool))
        self.k, self.bound = math.isqrt(len(x)), math.ceil(math.sqrt(len(x)) / 2)
        return self

    def predict_proba(self, x: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n 2"]:
        """The probabilities of both labels."""
        votes = count_votes(self._input(x), self.points, self.labels, self.k).double().numpy()
        of_y = np.minimum(votes / (2 * self.bound), 1.0)
        return np.stack([1 - of_y, of_y], axis=1)

    def _input(self, x: Float[np.ndarray, "n d"]) -> Float[torch.Tensor, "n d"]:
        return torch.from_numpy((x - self.centre).astype(np.float32))


def count_votes(
    queries: Float[torch.Tensor, "m d"], points: Float[torch.Tensor, "n d"], labels: Bool[torch.Tensor, " n"], k: int
) -> Float[torch.Tensor, " m"]:
    """How many of the k nearest `points` of each query have the label True. Of equal distances, some are taken."""
    lengths = (points * points).sum(dim=1) / 2
    found = []
    for some in queries.split(CHUNK):
        # |q - p|^2 / 2 without |q|^2 / 2, which is the same for all p.
        distances = torch.addmm(lengths, some, points.T, alpha=-1)
        nearest = _smallest(distances, k)
        found.append(labels[nearest].sum(dim=1))
    return torch.cat(found).to(queries.dtype)


def _smallest(values: Float[torch.Tensor, "m n"], k: int) -> torch.Tensor:
    """The positions of the k smallest values of each row, in any order.

    In groups, as that is faster: the k smallest values lie in the k groups with the smallest minima.
    """
    m, n = values.shape
    groups = n // GROUP
    if groups < 4 * k:
        return values.topk(k, dim=1, largest=False, sorted=False).indices
    grouped = values[:, : groups * GROUP].unflatten(1, (groups, GROUP))
    best = grouped.amin(dim=2).topk(k, dim=1, largest=False, sorted=False).indices
    positions = (best[:, :, None] * GROUP + torch.arange(GROUP, device=values.device)).flatten(1)
    rest = torch.arange(groups * GROUP, n, device=values.device).expand(m, -1)
    positions = torch.cat([positions, rest], dim=1)
    chosen = values.gather(1, positions).topk(k, dim=1, largest=False, sorted=False).indices
    return positions.gather(1, chosen)
