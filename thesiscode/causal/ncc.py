"""The neural causation coefficient: a network that reads a cloud of points (Lopez-Paz et al. 2017)."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional as F

from thesiscode.engine import Outcome, Run, Weights, generator, numpy_generator
from thesiscode.engine.checks import ABOVE_0, COUNT, check_settings

from .checks import LEAST, pair_values, standardised
from .synthetic import training_pairs

CHUNK = 256
"""Clouds that are read at a time."""


@dataclass(frozen=True)
class NCCSettings:
    """How the network is trained. Raises ValueError for values out of range."""

    width: int = 100
    """units of each layer, as published"""
    n_train: int = 10_000
    """pairs that are drawn to train on, as published"""
    steps: int = 4000
    """steps of Adam"""
    batch_size: int = 16
    """pairs of a step, which sees each of them in both orientations; as published"""
    fewest: int = 100
    """points of each pair that a step takes, at least; as published"""
    most: int = 500
    """at most, and points that a pair has; 1,500 as published"""
    learning_rate: float = 0.002
    """initial learning rate, which falls to 0 along half a cosine"""
    n_test: int = 1000
    """pairs that are drawn to test on, of `most` points"""

    def __post_init__(self) -> None:
        counts = dict.fromkeys(("width", "n_train", "steps", "batch_size", "n_test"), COUNT)
        points = (lambda n: isinstance(n, int) and n >= LEAST, f"an integer of at least {LEAST}")
        check_settings(self, **counts, fewest=points, most=points, learning_rate=ABOVE_0)
        if self.most < self.fewest:
            raise ValueError(f"most: expected at least fewest, {self.fewest}, got {self.most}")


class NCC(nn.Module):
    """A network for a cloud: two layers read every point alike, their mean over points goes through two more layers.

    width: units of a layer. generator: source of the initial weights. `net(clouds)`, clouds [N, n, 2], gives [N]: large
    if column 0 seems to be the cause.
    """

    def __init__(self, width: int = 100, *, generator: torch.Generator | None = None):
        super().__init__()
        self.embedding = nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.classifier = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1)
        )
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=generator)
                nn.init.zeros_(layer.bias)

    def forward(self, clouds: Float[torch.Tensor, "N n 2"]) -> Float[torch.Tensor, " N"]:
        return self.classifier(self.embedding(clouds).mean(dim=1))[:, 0]

    def coefficient(self, clouds: Float[torch.Tensor, "N n 2"]) -> Float[torch.Tensor, " N"]:
        """Half the difference of what the network says of both orientations: exchanging the columns flips its sign."""
        return 0.5 * (self(clouds) - self(clouds.flip(2)))

    @torch.no_grad()
    def score(self, x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> float:
        """The coefficient of one pair, by all its points; > 0 says x causes y, and the logistic function of it is the
        probability that the network gives. score(y, x) is -score(x, y), exactly.

        Raises ValueError for variables that `pair_values` refuses.
        """
        x, y = pair_values(x, y)
        cloud = np.stack([standardised(x), standardised(y)], axis=1)
        return float(self.coefficient(torch.from_numpy(cloud).to(self.embedding[0].weight)[None]))


def train_ncc(settings: NCCSettings, seed: int) -> NCC:
    """A network that was trained on pairs of `training_pairs`: some of them a step, and some of their points."""
    net = NCC(settings.width, generator=generator(seed, "ncc"))
    adam = torch.optim.Adam(net.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, settings.steps)
    pairs = training_pairs(settings.n_train, settings.most, numpy_generator(seed, "training pairs"))
    pairs, draw = torch.from_numpy(pairs).float(), generator(seed, "steps")
    for _ in range(settings.steps):
        n = int(torch.randint(settings.fewest, settings.most + 1, (1,), generator=draw))
        rows = torch.randint(len(pairs), (settings.batch_size,), generator=draw)
        first = int(torch.randint(settings.most - n + 1, (1,), generator=draw))
        clouds = pairs[rows, first : first + n]
        # The logistic loss of both orientations, whose labels are 1 and 0.
        loss = F.softplus(-net(clouds)).mean() + F.softplus(net(clouds.flip(2))).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
    return net.eval().requires_grad_(False)


@torch.no_grad()
def ncc_accuracy(net: NCC, n_pairs: int, n: int, seed: int) -> float:
    """The share of new pairs, each of n points, whose direction the network finds."""
    clouds = torch.from_numpy(training_pairs(n_pairs, n, numpy_generator(seed, "test pairs"))).float()
    found = torch.cat([net.coefficient(part) for part in clouds.split(CHUNK)])
    return float((found > 0).float().mean())


def ncc(settings: NCCSettings, run: Run) -> Outcome:
    """Trains the network; metrics: its accuracy on new pairs of the same kind, and the seconds of the processor."""
    start = time.process_time()
    net = train_ncc(settings, run.seed)
    seconds = time.process_time() - start
    metrics = {"accuracy": ncc_accuracy(net, settings.n_test, settings.most, run.seed), "cpu_seconds": seconds}
    return Outcome(metrics, {"causal/ncc": Weights(net.state_dict(), _card(settings, metrics))})


def _card(settings: NCCSettings, metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        "trained_on": f"{settings.n_train:,} drawn pairs of {settings.most} points, {settings.steps:,} steps of "
        f"{settings.batch_size} pairs and both orientations of each",
        "metrics": {"accuracy": metrics["accuracy"]},
        "architecture": f"causal.NCC({settings.width})",
        "settings": asdict(settings),
    }
