"""Does a critic measure a distance? Its estimates for pairs of clouds, against exact transport (thesis Eq. 5.19)."""

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from scipy.stats import spearmanr

from thesiscode.engine import Outcome, Run, generator
from thesiscode.engine.checks import ABOVE_0, COUNT, check_distinct, check_settings

from .critics import critic_distances

Cloud = Float[torch.Tensor, "n 2"]


@dataclass(frozen=True)
class CriticSettings:
    """Ten pairs of clouds, a critic for each pair and constraint. Raises ValueError for values out of range."""

    n_points: int = 256
    """points of a cloud"""
    clips: tuple[float, ...] = (0.003, 0.01, 0.03, 0.1, 0.3)
    """limits of the weights; 0.01 in Arjovsky et al. (2017)"""
    penalties: tuple[float, ...] = (0.1, 1.0, 10.0, 100.0)
    """weights of the gradient penalty; 10 in Gulrajani et al. (2017)"""
    width: int = 64
    """units of a hidden layer"""
    depth: int = 2
    """hidden layers"""
    steps: int = 400
    """steps of Adam"""
    batch_size: int = 128
    """points of each cloud in a step"""
    learning_rate: float = 0.005
    """initial learning rate; with clipping, at most a tenth of the limit"""

    def __post_init__(self) -> None:
        counts = dict.fromkeys(("n_points", "width", "depth", "steps", "batch_size"), COUNT)
        check_settings(self, clips=ABOVE_0, penalties=ABOVE_0, learning_rate=ABOVE_0, **counts)
        check_distinct(self, "clips", "penalties")


def pairs_of_clouds(n: int, seed: int) -> dict[str, tuple[Cloud, Cloud]]:
    """Ten pairs of clouds of n points each, by what tells them apart.

    Shifts and scalings of a standard normal cloud, a normal cloud turned by 90 degrees, rings, and mixtures of eight
    normal modes on a ring, of which the second cloud lacks some, as a generator that drops modes does.
    """
    draw = generator(seed, "pairs of clouds")

    def normal(*scales: float) -> Cloud:
        return torch.randn(n, 2, generator=draw) * torch.tensor(scales)

    def ring(radius: float) -> Cloud:
        return radius * _on_circle(torch.rand(n, generator=draw)) + normal(0.1)

    def modes(*kept: int) -> Cloud:
        which = torch.tensor(kept)[torch.randint(len(kept), (n,), generator=draw)]
        return 2 * _on_circle(which / 8) + normal(0.2)

    return {
        "the same": (normal(1), normal(1)),
        "shift by 1": (normal(1), normal(1) + torch.tensor([0.0, 1.0])),
        "shift by 2": (normal(1), normal(1) + torch.tensor([2**0.5, 2**0.5])),
        "scale by 2": (normal(1), normal(2)),
        "scale by 0.3": (normal(1), normal(0.3)),
        "turned": (normal(2, 0.5), normal(0.5, 2)),
        "ring, normal": (ring(2), normal(2**0.5)),
        "two rings": (ring(1), ring(2.5)),
        "every other mode": (modes(*range(8)), modes(0, 2, 4, 6)),
        "half the modes": (modes(*range(8)), modes(0, 1, 2, 3)),
    }


def exact_distance(x: Float[torch.Tensor, "n d"], y: Float[torch.Tensor, "m d"]) -> float:
    """W1 of two clouds whose points weigh the same, by linear programming (the library POT)."""
    import ot  # half a second that only those who need it should wait for

    cost = torch.cdist(x.double(), y.double()).numpy()
    return float(ot.emd2(np.full(len(x), 1 / len(x)), np.full(len(y), 1 / len(y)), cost))


def correlations(estimates: list[float], exact: list[float]) -> dict[str, float]:
    """Pearson's and Spearman's, over pairs of clouds; nan where the estimates are all the same."""
    if np.ptp(estimates) == 0:
        return {"pearson": math.nan, "spearman": math.nan}
    return {
        "pearson": float(np.corrcoef(estimates, exact)[0, 1]),
        "spearman": float(spearmanr(estimates, exact).statistic),
    }


def critics(settings: CriticSettings, run: Run) -> Outcome:
    """All pairs and constraints: exact distances, estimates, steepest slopes, and how they correlate.

    metrics: "pairs", the names; "exact"; for each constraint, such as "clip 0.01" or "penalty 10", the lists
    "estimates" and "slopes", their "pearson" and "spearman" with the exact distances, the same "by slope" for the
    estimates divided by the slopes, and the seconds of the processor that a critic takes, trained beside the others.
    """
    clouds = pairs_of_clouds(settings.n_points, run.seed)
    exact = [exact_distance(*pair) for pair in clouds.values()]
    x, y = (torch.stack(part) for part in zip(*clouds.values(), strict=True))
    metrics: dict[str, Any] = {"pairs": list(clouds), "exact": exact}
    shared = {name: getattr(settings, name) for name in ("width", "depth", "steps", "batch_size", "learning_rate")} | {
        "seed": run.seed
    }
    constraints = [("clip", value) for value in settings.clips] + [("penalty", value) for value in settings.penalties]
    for kind, value in constraints:
        start = time.process_time()
        found = critic_distances(x, y, **{kind: value}, **shared)
        seconds = (time.process_time() - start) / len(found)
        estimates, slopes = [one.distance for one in found], [one.slope for one in found]
        by_slope = [d / s if s else 0.0 for d, s in zip(estimates, slopes, strict=True)]
        metrics[f"{kind} {value:g}"] = {
            "estimates": estimates,
            "slopes": slopes,
            **correlations(estimates, exact),
            "by slope": correlations(by_slope, exact),
            "cpu_seconds": seconds,
        }
    return Outcome(metrics)


def _on_circle(turns: Float[torch.Tensor, " n"]) -> Cloud:
    angle = 2 * math.pi * turns
    return torch.stack([angle.cos(), angle.sin()], dim=1)
