"""Update rules: from gradients to new weights (thesis B.6.3, Eq. B.24-B.27).

An optimizer holds the parameters, a dict of arrays, and changes them in place at each `step(gradients)`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np


def check_decays(**decays: float | tuple[float, ...]) -> None:
    """Raise ValueError unless every decay is a number in [0, 1)."""
    for name, value in decays.items():
        if not all(0 <= decay < 1 for decay in np.atleast_1d(value)):
            raise ValueError(f"{name}: expected 0 <= decay < 1, got {value!r}")


class Optimizer:
    """What all update rules share. A subclass says how one array moves.

    `learning_rate` (the thesis' epsilon) may be set at any time.
    Raises ValueError for a learning rate that is not positive, and in `step` for gradients whose names or shapes are
    not those of the parameters, or that hold NaN or infinity.
    """

    def __init__(self, parameters: Mapping[str, np.ndarray], learning_rate: float):
        if not 0 < learning_rate < np.inf:
            raise ValueError(f"learning_rate: expected a finite positive number, got {learning_rate!r}")
        self.parameters = dict(parameters)
        self.learning_rate = learning_rate
        self.n_steps = 0

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Moves every parameter by its update rule."""
        if set(gradients) != set(self.parameters):
            odd = sorted(set(gradients) ^ set(self.parameters))
            raise ValueError(f"gradients: expected one for each parameter; they differ in {odd}")
        for name, w in self.parameters.items():
            if gradients[name].shape != w.shape:
                raise ValueError(f"gradients[{name!r}]: expected shape {w.shape}, got {gradients[name].shape}")
            if not np.isfinite(gradients[name]).all():
                raise ValueError(f"gradients[{name!r}]: expected finite numbers, got NaN or infinity")
        self.n_steps += 1
        for name, w in self.parameters.items():
            w += self.update(name, gradients[name])

    @contextmanager
    def lookahead(self) -> Iterator[None]:
        """`with optimizer.lookahead():` surrounds the computation of the gradient; most rules take it in place."""
        yield

    def update(self, name: str, g: np.ndarray) -> np.ndarray:
        """What to add to the parameter `name`, given its gradient."""
        raise TypeError(f"{type(self).__name__} is an optimizer without an update rule")

    def memory(self, start: float = 0.0) -> dict[str, np.ndarray]:
        """An array for each parameter, of its shape, filled with `start`."""
        return {name: np.full_like(w, start) for name, w in self.parameters.items()}


class SGD(Optimizer):
    """Gradient descent, plain or with momentum.

    Polyak's heavy ball (Eq. B.24-B.25): v <- mu v - eps grad C(w); w <- w + v.
    Nesterov's variant (Eq. B.26-B.27) is the same rule with the gradient taken ahead, at w + mu v: compute it inside
    `with optimizer.lookahead():`. `momentum` is mu, 0 <= mu <= 1; 0 is plain gradient descent.
    """

    def __init__(
        self,
        parameters: Mapping[str, np.ndarray],
        learning_rate: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
    ):
        super().__init__(parameters, learning_rate)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum: expected 0 <= momentum <= 1, got {momentum!r}")
        self.momentum, self.nesterov = momentum, nesterov
        self.velocity = self.memory()
        self.ahead = False

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Moves every parameter; raises RuntimeError inside `lookahead`, which would take the step back."""
        if self.ahead:
            raise RuntimeError("step: expected outside `with lookahead()`, which puts the old weights back at its end")
        super().step(gradients)

    @contextmanager
    def lookahead(self) -> Iterator[None]:
        """Inside, the weights stand at w + mu v if `nesterov` is set; outside, at w again, to the last bit."""
        kept = {name: w.copy() for name, w in self.parameters.items()}
        if self.nesterov:
            for name, w in self.parameters.items():
                w += self.momentum * self.velocity[name]
        self.ahead = True
        try:
            yield
        finally:
            self.ahead = False
            for name, w in self.parameters.items():
                w[...] = kept[name]

    def update(self, name: str, g: np.ndarray) -> np.ndarray:
        self.velocity[name] = self.momentum * self.velocity[name] - self.learning_rate * g  # (B.24), (B.26)
        return self.velocity[name]  # (B.25), (B.27)


class AdaGrad(Optimizer):
    """Step eps g / sqrt(sum of all past g^2): steps only ever shrink (Duchi et al. 2011)."""

    def __init__(self, parameters: Mapping[str, np.ndarray], learning_rate: float = 1e-2, *, epsilon: float = 1e-10):
        super().__init__(parameters, learning_rate)
        self.epsilon, self.squares = epsilon, self.memory()

    def update(self, name: str, g: np.ndarray) -> np.ndarray:
        self.squares[name] += g**2
        return -self.learning_rate * g / (np.sqrt(self.squares[name]) + self.epsilon)


class RMSprop(Optimizer):
    """As AdaGrad, with a running average of g^2 that forgets at rate `decay` (Tieleman & Hinton 2012)."""

    def __init__(
        self,
        parameters: Mapping[str, np.ndarray],
        learning_rate: float = 1e-3,
        *,
        decay: float = 0.99,
        epsilon: float = 1e-8,
    ):
        super().__init__(parameters, learning_rate)
        check_decays(decay=decay)
        self.decay, self.epsilon, self.squares = decay, epsilon, self.memory()

    def update(self, name: str, g: np.ndarray) -> np.ndarray:
        self.squares[name] = self.decay * self.squares[name] + (1 - self.decay) * g**2
        return -self.learning_rate * g / (np.sqrt(self.squares[name]) + self.epsilon)


class Adam(Optimizer):
    """Momentum and RMSprop together, both corrected for their start at zero (Kingma & Ba 2015, Algorithm 1)."""

    def __init__(
        self,
        parameters: Mapping[str, np.ndarray],
        learning_rate: float = 1e-3,
        *,
        decays: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ):
        super().__init__(parameters, learning_rate)
        check_decays(decays=decays)
        self.decays, self.epsilon = decays, epsilon
        self.mean, self.squares = self.memory(), self.memory()

    def update(self, name: str, g: np.ndarray) -> np.ndarray:
        b1, b2 = self.decays
        self.mean[name] = b1 * self.mean[name] + (1 - b1) * g
        self.squares[name] = b2 * self.squares[name] + (1 - b2) * g**2
        mean = self.mean[name] / (1 - b1**self.n_steps)
        square = self.squares[name] / (1 - b2**self.n_steps)
        return -self.learning_rate * mean / (np.sqrt(square) + self.epsilon)


class ReduceOnPlateau:
    """Multiplies the learning rate by `factor` when the loss has stopped improving (thesis B.6.3, Figure B-25).

    `step(loss)` is called once an epoch with a validation loss; it returns True when it has just cut the rate: after
    more than `patience` calls in a row without a loss below the best one by at least `threshold` of it. After `n_cuts`
    cuts (None: no limit) `finished` turns True at the next plateau, where the thesis would stop.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        *,
        factor: float = 0.1,
        patience: int = 3,
        threshold: float = 1e-3,
        n_cuts: int | None = None,
    ):
        if not 0 < factor < 1:
            raise ValueError(f"factor: expected a number between 0 and 1, got {factor!r}")
        if n_cuts is not None and n_cuts < 0:
            raise ValueError(f"n_cuts: expected an integer >= 0 or None, got {n_cuts!r}")
        if patience < 0:
            raise ValueError(f"patience: expected an integer >= 0, got {patience!r}")
        self.optimizer, self.factor, self.patience, self.threshold = optimizer, factor, patience, threshold
        self.cuts_left = np.inf if n_cuts is None else n_cuts
        self.best, self.waited, self.finished = np.inf, 0, False

    def step(self, loss: float) -> bool:
        if not np.isfinite(loss):
            raise ValueError(f"loss: expected a finite number, got {loss!r}")
        improved = self.best == np.inf or loss < self.best - self.threshold * abs(self.best)
        self.waited = 0 if improved else self.waited + 1
        self.best = min(self.best, loss) if improved else self.best
        if self.waited <= self.patience:
            return False
        self.waited = 0
        if self.cuts_left == 0:
            self.finished = True
            return False
        self.cuts_left -= 1
        self.optimizer.learning_rate *= self.factor
        return True
