"""Step sizes, and the two conditions that Theorems 2 and 3 put on them (thesis A.5)."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .checks import not_negative, positive, whole


@dataclass(frozen=True)
class Power:
    """gamma_t = scale / (1 + t / delay)^exponent: constant for the exponent 0, harmonic for 1.

    Raises ValueError for a scale or delay that is not above 0, or a negative exponent.
    """

    scale: float
    exponent: float = 0.0
    delay: float = 1.0  # steps after which the size has fallen by the factor 2^exponent

    def __post_init__(self) -> None:
        positive(self.scale, "scale")
        not_negative(self.exponent, "exponent")
        positive(self.delay, "delay")

    @property
    def travels(self) -> bool:
        """Whether the sum of the step sizes is infinite, so that no place is out of reach."""
        return self.exponent <= 1

    @property
    def calms_down(self) -> bool:
        """Whether the sum of their squares is finite, so that the noise that they let in dies out."""
        return self.exponent > 0.5

    def first(self, n: int) -> Float[np.ndarray, "{n}"]:
        """gamma_0 to gamma_{n-1}."""
        return self.scale / (1 + np.arange(whole(n, "n", 0)) / self.delay) ** self.exponent


@dataclass(frozen=True)
class Geometric:
    """gamma_t = scale * ratio^t, whose sum is scale / (1 - ratio): finite.

    Raises ValueError for a scale that is not above 0, or a ratio outside of (0, 1).
    """

    scale: float
    ratio: float

    def __post_init__(self) -> None:
        positive(self.scale, "scale")
        if not 0 < self.ratio < 1:
            raise ValueError(f"ratio: expected a number in (0, 1), got {self.ratio!r}")

    @property
    def travels(self) -> bool:
        """Whether the sum of the step sizes is infinite, so that no place is out of reach."""
        return False

    @property
    def calms_down(self) -> bool:
        """Whether the sum of their squares is finite, so that the noise that they let in dies out."""
        return True

    def first(self, n: int) -> Float[np.ndarray, "{n}"]:
        """gamma_0 to gamma_{n-1}."""
        return self.scale * self.ratio ** np.arange(whole(n, "n", 0))


StepSizes = Power | Geometric
