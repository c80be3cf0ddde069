"""The network of C2ST-NN, one at a time or many at once (thesis Section 5.3.3)."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64
from torch.nn import functional as F

UNITS, BATCH, EPOCHS, RATE = 20, 64, 100, 0.01
"""Hidden units as in the thesis; the number of epochs too; the size of a mini-batch and the rate of Adam are ours."""
BETAS, EPSILON = (0.9, 0.999), 1e-8
"""Of Adam, as published (Kingma and Ba 2015)."""

Parameters = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def train_networks(
    x: Float[torch.Tensor, "R n d"],
    labels: Bool[torch.Tensor, "R n"],
    seeds: Sequence[int],
    *,
    units: int = UNITS,
    epochs: int = EPOCHS,
    learning_rate: float = RATE,
) -> Parameters:
    """R networks of one hidden layer with ReLU and a sigmoid, each trained on its own points by Adam, all in one go.

    Each network's initial weights and its order of mini-batches follow from its own seed, whoever is trained beside it.
    Returns W1 [R, d, units], b1 [R, 1, units], W2 [R, units, 1], b2 [R, 1, 1]. Raises ValueError for a number of seeds
    that is not R.
    """
    replicas, n, d = x.shape
    if len(seeds) != replicas:
        raise ValueError(f"seeds: expected {replicas}, one a network, got {len(seeds)}")
    draws = [torch.Generator().manual_seed(int(seed)) for seed in seeds]
    parameters = [
        torch.stack([torch.empty(shape).uniform_(-bound, bound, generator=draw) for draw in draws]).to(x)
        for shape, bound in (
            ((d, units), d**-0.5),
            ((1, units), d**-0.5),
            ((units, 1), units**-0.5),
            ((1, 1), units**-0.5),
        )
    ]
    moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
    points, targets = x.reshape(-1, d), labels.to(x.dtype).reshape(-1, 1)
    first = n * torch.arange(replicas, device=x.device)[:, None]
    step = 0
    for _ in range(epochs):
        order = torch.stack([torch.randperm(n, generator=draw) for draw in draws]).to(x.device)
        for batch in order.split(BATCH, dim=1):
            step += 1
            rows = (first + batch).flatten()
            some, of_y = (part.index_select(0, rows).unflatten(0, batch.shape) for part in (points, targets))
            gradients = _gradients(parameters, some, of_y)
            for p, g, (mean, square) in zip(parameters, gradients, moments, strict=True):
                mean.lerp_(g, 1 - BETAS[0])
                square.mul_(BETAS[1]).addcmul_(g, g, value=1 - BETAS[1])
                size = (square / (1 - BETAS[1] ** step)).sqrt_().add_(EPSILON)
                p.addcdiv_(mean, size, value=-learning_rate / (1 - BETAS[0] ** step))
    return tuple(parameters)


def _gradients(parameters: Sequence[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> Parameters:
    """Of the mean logistic loss of each network on its own mini-batch."""
    w1, b1, w2, b2 = parameters
    # Sums of products in place of the products of thin matrices: on a CPU they are three times as fast.
    hidden = torch.baddbmm(b1, x, w1).relu_()
    scores = (hidden * w2.mT).sum(dim=2, keepdim=True) + b2
    off = (scores.sigmoid_() - y) / x.shape[1]
    back = (off * w2.mT).mul_(hidden.sign())
    sums = (part.sum(dim=1, keepdim=True) for part in (back, hidden * off, off))
    return x.mT @ back, next(sums), next(sums).mT, next(sums)


def network_scores(parameters: Parameters, x: Float[torch.Tensor, "R n d"]) -> Float[torch.Tensor, "R n"]:
    """f(z) of each network for its own points, before the sigmoid."""
    w1, b1, w2, b2 = parameters
    return torch.baddbmm(b2, F.relu(torch.baddbmm(b1, x, w1)), w2)[:, :, 0]


def probabilities(parameters: Parameters, x: Float[torch.Tensor, "R n d"]) -> Float[np.ndarray, "R n"]:
    """f(z) of each network for its own points."""
    return torch.sigmoid(network_scores(parameters, x)).double().cpu().numpy()


def moments(x: Float[np.ndarray, "n d"]) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, " d"]]:
    """Mean and standard deviation of each feature, 1 for one that is constant."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    return mean, np.where(spread > 0, spread, 1.0)


def standardised(
    x: Float[np.ndarray, "n d"], mean: Float[np.ndarray, " d"], spread: Float[np.ndarray, " d"]
) -> Float64[torch.Tensor, "n d"]:
    """As networks read them: in double precision, as the steps of a long training amplify rounding until it decides
    what is said of a point, and a network would depend on those that are trained beside it."""
    return torch.from_numpy((x - mean) / spread).double()


class SmallNetwork:
    """A network of 20 hidden units with ReLU, as a classifier of scikit-learn's kind.

    Features are brought to mean 0 and variance 1 by the training points; one that is constant there stays 0.
    """

    def __init__(self, *, units: int = UNITS, epochs: int = EPOCHS, learning_rate: float = RATE, seed: int = 0) -> None:
        self.units, self.epochs, self.learning_rate, self.seed = units, epochs, learning_rate, seed

    def get_params(self, deep: bool = True) -> dict[str, float]:
        """As scikit-learn asks."""
        return {"units": self.units, "epochs": self.epochs, "learning_rate": self.learning_rate, "seed": self.seed}

    def fit(self, x: Float[np.ndarray, "n d"], y: Bool[np.ndarray, " n"]) -> "SmallNetwork":
        """Trains on points x with labels y."""
        self.mean, self.spread = moments(x)
        self.parameters = train_networks(
            self._input(x),
            torch.from_numpy(np.asarray(y, bool))[None],
            [self.seed],
            units=self.units,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
        )
        return self

    def predict_proba(self, x: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n 2"]:
        """The probabilities of both labels."""
        of_y = probabilities(self.parameters, self._input(x))[0]
        return np.stack([1 - of_y, of_y], axis=1)

    def _input(self, x: Float[np.ndarray, "n d"]) -> Float64[torch.Tensor, "1 n d"]:
        return standardised(x, self.mean, self.spread)[None]
