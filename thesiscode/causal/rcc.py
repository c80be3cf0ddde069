"""Randomised causation coefficient: a forest reads mean embeddings of clouds of points (Lopez-Paz et al. 2015)."""

import numpy as np
from jaxtyping import Float, Float64

from .checks import pair_values, standardised

SCALES = (0.15, 1.5, 15.0)
"""Deviations of the random frequencies, as in the code of Lopez-Paz et al.: wide, middling and narrow kernels."""


class RCC:
    """A classifier of clouds, in scikit-learn's manner: `fit` it on pairs of known direction, then `score` others.

    A cloud becomes a vector: the averages over its points of cos(w z + b) for random frequencies w and phases b. They
    approximate the mean embeddings of the distributions of x, of y and of (x, y) for a Gaussian kernel of each scale
    (Rahimi and Recht 2008). A random forest classifies these vectors.

    features: averages for each of the three distributions and each of the three scales. trees: of the forest.
    Raises ValueError if one of them is below 1.
    """

    def __init__(self, *, features: int = 100, trees: int = 300) -> None:
        for name, value in (("features", features), ("trees", trees)):
            if value < 1:
                raise ValueError(f"{name}: expected at least 1, got {value}")
        self.features, self.trees = features, trees

    def fit(self, pairs: Float[np.ndarray, "n_pairs n 2"], rng: np.random.Generator) -> "RCC":
        """Trains on pairs whose column 0 is the cause, in both orientations; such as those of `training_pairs`.

        Raises ValueError for fewer than two pairs, another shape, or a pair that `pair_values` refuses.
        """
        from sklearn.ensemble import RandomForestClassifier

        if np.ndim(pairs) != 3 or np.shape(pairs)[2] != 2 or len(pairs) < 2:
            raise ValueError(f"pairs: expected shape (pairs, points, 2), 2 pairs at least, got {np.shape(pairs)}")
        clouds = []
        for k, (x, y) in enumerate(np.asarray(pairs).transpose(0, 2, 1)):
            x, y = pair_values(x, y, names=(f"pairs[{k}, :, 0]", f"pairs[{k}, :, 1]"))
            clouds.append((standardised(x), standardised(y)))
        scale = np.repeat(SCALES, self.features)
        self.single_ = scale * rng.standard_normal(len(scale))
        self.joint_ = scale * rng.standard_normal((2, len(scale)))
        self.phase_ = rng.uniform(0, 2 * np.pi, len(scale))
        there = [self.embed(x, y) for x, y in clouds]
        back = [self.embed(y, x) for x, y in clouds]
        forest = RandomForestClassifier(self.trees, min_samples_leaf=2, random_state=int(rng.integers(2**31)))
        self.forest_ = forest.fit(np.stack(there + back), np.repeat([1, 0], len(pairs)))
        return self

    def embed(self, x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " d"]:
        """The vector of a cloud with standardised variables: averages for x, for y, and for both."""
        of_x, of_y = (np.cos(z[:, None] * self.single_ + self.phase_).mean(axis=0) for z in (x, y))
        both = np.cos(np.stack([x, y], axis=1) @ self.joint_ + self.phase_).mean(axis=0)
        return np.concatenate([of_x, of_y, both])

    def score(self, x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> float:
        """The share of trees for "x causes y" less that for the exchanged variables, in [-1, 1]; > 0 says x causes y.

        score(y, x) is -score(x, y), exactly. Raises ValueError for variables that `pair_values` refuses, or before
        `fit`.
        """
        if not hasattr(self, "forest_"):
            raise ValueError("self: expected a classifier that was fitted; call fit first")
        x, y = (standardised(values) for values in pair_values(x, y))
        there, back = self.forest_.predict_proba(np.stack([self.embed(x, y), self.embed(y, x)]))[:, 1]
        return float(there - back)
