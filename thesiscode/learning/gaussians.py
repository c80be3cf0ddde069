"""A distribution of samples and labels that is known, so that a risk is a formula and not an estimate."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import stats

from .checks import finite_array, whole


@dataclass(frozen=True)
class TwoGaussians:
    """p(x, y): the label is +1 with probability `share`, and x is normal around y times `centre`, with variance 1.

    `centre` is a tuple of d numbers, not all 0. Raises ValueError for another one, and for a share outside of (0, 1).
    """

    centre: tuple[float, ...] = (1.0,)
    share: float = 0.5

    def __post_init__(self) -> None:
        if not np.any(finite_array(self.centre, "centre", 1, "[d]")):
            raise ValueError(f"centre: expected a number that is not 0, got {self.centre}")
        if not 0 < self.share < 1:
            raise ValueError(f"share: expected a number in (0, 1), got {self.share!r}")

    def sample(
        self, n: int, *, rng: np.random.Generator
    ) -> tuple[Float[np.ndarray, "{n} d"], Float[np.ndarray, "{n}"]]:
        """A dataset (thesis A.1): n independent pairs (x, y) from p(x, y). Raises ValueError for n < 1."""
        n = whole(n, "n")
        y = np.where(rng.random(n) < self.share, 1.0, -1.0)
        return y[:, None] * np.asarray(self.centre) + rng.standard_normal((n, len(self.centre))), y

    def risk(self, w: Float[np.ndarray, "d"], b: float = 0.0) -> float:
        """The risk (A.4) of the classifier sign(x . w + b) under the 0-1 loss: the probability that it errs.

        Along w, the two classes are normal distributions in one dimension. Where w is 0, the sign of b decides alone.
        Raises ValueError if w has another length than `centre` or is not finite.
        """
        w = finite_array(w, "w", 1, "[d]")
        if len(w) != len(self.centre):
            raise ValueError(f"w: expected {len(self.centre)} numbers, as many as centre has, got {len(w)}")
        b = float(finite_array([b], "b", 1, "[]")[0])
        length, middle = np.linalg.norm(w), float(w @ np.asarray(self.centre))
        if length == 0:
            return 1 - self.share if b > 0 else self.share
        missed = stats.norm.cdf(-(middle + b) / length)  # y = +1, and the score is below 0
        false = stats.norm.sf((middle - b) / length)  # y = -1, and the score is above 0
        return float(self.share * missed + (1 - self.share) * false)

    def best(self) -> tuple[Float[np.ndarray, "d"], float]:
        """(w, b) of the classifier with the least risk of all: it says +1 where that is the more probable label."""
        return 2 * np.asarray(self.centre, dtype=float), float(np.log(self.share / (1 - self.share)))
