"""The training protocol of thesis Section 3.3: train until the loss is stable, divide the learning rate, repeat."""

import math
from dataclasses import dataclass

from .checks import ABOVE_0, COUNT, FROM_0, NOT_NEGATIVE, SHARE, check_settings


@dataclass(frozen=True)
class Protocol:
    """Stochastic gradient descent as in thesis Section 3.3.

    The learning rate starts at 0.01 and is divided by 10 whenever the cross-entropy on a subset of the training set is
    stable; after three such iterations training stops. Momentum, weight decay and batch size are those of Krizhevsky
    et al. (2012), Section 5, which the thesis follows. The thesis does not say when a loss is stable: patience,
    min_improvement, max_epochs and watch are ours.

    Raises ValueError for a value outside of its range.
    """

    learning_rate: float = 0.01
    """Initial learning rate, above 0."""
    momentum: float = 0.9
    """Fraction of the last update that is kept, in [0, 1)."""
    weight_decay: float = 5e-4
    """Factor of the weights that is added to their gradient, at least 0."""
    batch_size: int = 128
    """Examples in a mini-batch, over all processes together."""
    drops: int = 2
    """How often the learning rate is divided: drops + 1 iterations in all."""
    factor: float = 10.0
    """What the learning rate is divided by, above 1."""
    patience: int = 3
    """Epochs without improvement after which a loss counts as stable."""
    min_improvement: float = 0.01
    """An epoch improves if the watched loss falls below the best so far by this fraction of it; in [0, 1)."""
    max_epochs: int = 30
    """Most epochs of one iteration."""
    watch: int = 2000
    """Training examples on which the loss is watched; all of them where there are fewer."""

    def __post_init__(self) -> None:
        check_settings(
            self,
            learning_rate=ABOVE_0,
            momentum=SHARE,
            weight_decay=NOT_NEGATIVE,
            batch_size=COUNT,
            drops=FROM_0,
            factor=(lambda x: 1 < x < math.inf, "a finite number above 1"),
            patience=COUNT,
            min_improvement=SHARE,
            max_epochs=COUNT,
            watch=COUNT,
        )


class Schedule:
    """Where in the protocol training stands. It follows from the watched losses alone.

    `iteration` counts from 0; `learning_rate` is the current one; `done` says that all iterations are over.
    """

    def __init__(self, protocol: Protocol):
        self.protocol = protocol
        self.iteration = 0
        self.best = float("inf")
        self._epochs = 0
        self._waited = 0

    @property
    def learning_rate(self) -> float:
        return self.protocol.learning_rate / self.protocol.factor**self.iteration

    @property
    def done(self) -> bool:
        return self.iteration > self.protocol.drops

    def step(self, watched_loss: float) -> None:
        """Takes note of an epoch's watched loss, and goes on to the next iteration where it no longer improves."""
        self._epochs += 1
        if watched_loss < self.best * (1 - self.protocol.min_improvement):
            self.best, self._waited = watched_loss, 0
        else:
            self._waited += 1
        if self._waited >= self.protocol.patience or self._epochs >= self.protocol.max_epochs:
            self.iteration, self._epochs, self._waited = self.iteration + 1, 0, 0
