"""Take the plate in hand: a conditional generator of bodies beside the simulator (thesis Section 6.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import nn

from thesiscode.data.marionettes import Mechanics
from thesiscode.data.marionettes.motion import plate_motion
from thesiscode.data.marionettes.primitives import place
from thesiscode.data.marionettes.simulation import follow
from thesiscode.engine import Tensors, generator
from thesiscode.gan import R3GAN, train_gan

from .poses import Pairs

BEFORE = 4.0
"""Simulated seconds of random motion before the plate reaches the pose that it is put to."""
STEPS = 7
"""Poses along one joint of the plate."""
NOISES = 64
"""Noise vectors of the generator at each pose."""


class PointGenerator(nn.Module):
    """Noise and the plate's pose in, the body's points out, all in standard deviations: a multilayer perceptron.

    n_points: numbers of a body, three a point. width: units of each of two hidden layers. generator: source of the
    initial weights. The buffers hold means and standard deviations of plates and bodies.
    """

    def __init__(
        self, n_points: int = 24, width: int = 64, *, n_noise: int = 8, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.n_noise, self.n_condition = n_noise, 6
        self.layers = _perceptron(n_noise + 6, width, n_points, generator)
        for name, n in (("plate", 6), ("body", n_points)):
            self.register_buffer(f"{name}_mean", torch.zeros(n))
            self.register_buffer(f"{name}_spread", torch.ones(n))

    def forward(
        self, z: Float[torch.Tensor, "N n_noise"], condition: Float[torch.Tensor, "N 6"]
    ) -> Float[torch.Tensor, "N n_points"]:
        """Standardised bodies of standardised plates."""
        return self.layers(torch.cat([z, condition], dim=1))

    @torch.no_grad()
    def bodies(
        self, z: Float[torch.Tensor, "N n_noise"], plate: Float32[np.ndarray, "N 6"]
    ) -> Float32[np.ndarray, "N n_points"]:
        """Bodies in metres, of plates in metres and radians."""
        place = self.plate_mean.device
        scaled = (torch.from_numpy(plate).to(place) - self.plate_mean) / self.plate_spread
        return (self.body_mean + self.body_spread * self(z.to(place), scaled)).cpu().numpy()


class PointCritic(nn.Module):
    """A body and its plate in, one score out."""

    def __init__(self, n_points: int = 24, width: int = 64, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.n_condition = 6
        self.layers = _perceptron(n_points + 6, width, 1, generator)

    def forward(
        self, x: Float[torch.Tensor, "N n_points"], condition: Float[torch.Tensor, "N 6"]
    ) -> Float[torch.Tensor, " N"]:
        """Scores, before a sigmoid."""
        return self.layers(torch.cat([x, condition], dim=1)).flatten()


def _perceptron(n_in: int, width: int, n_out: int, draw: torch.Generator | None) -> nn.Sequential:
    linear = [nn.Linear(n_in, width), nn.Linear(width, width), nn.Linear(width, n_out)]
    for layer in linear:
        nn.init.kaiming_uniform_(layer.weight, a=1.0, generator=draw)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(linear[0], nn.LeakyReLU(0.2), linear[1], nn.LeakyReLU(0.2), linear[2])


def train_points(
    pairs: Pairs, *, epochs: int, seed: int, width: int = 64, penalty: float = 0.1, progress: bool = False
) -> PointGenerator:
    """A conditional generator of bodies given plates, trained by the relativistic game on mini-batches of 64."""
    plate, body = (torch.from_numpy(part).float() for part in pairs)
    g = PointGenerator(body.shape[1], width, generator=generator(seed, "point generator"))
    d = PointCritic(body.shape[1], width, generator=generator(seed, "point critic"))
    for name, values in (("plate", plate), ("body", body)):
        setattr(g, f"{name}_mean", values.mean(dim=0))
        setattr(g, f"{name}_spread", values.std(dim=0).clamp_min(1e-6))
    data = Tensors((body - g.body_mean) / g.body_spread, (plate - g.plate_mean) / g.plate_spread)
    game = replace(R3GAN, epochs=epochs, learning_rate=1e-3, penalty=penalty)
    train_gan(g, d, data, game, seed=seed, progress=progress)
    return g.eval()


def simulated_at(
    mechanics: Mechanics, poses: Float[np.ndarray, "n 6"], *, runs: int, seed: int, speed: float = 1.0
) -> Float32[np.ndarray, "n runs k"]:
    """Bodies at the moment at which the plate is *put* to a pose, after random motion as in the data: metres.

    For each run, a random motion is bent over its last two seconds, so that it ends at the pose with the velocity that
    it had. Whatever the pose, run r has the same random motion. Raises ValueError for poses of another shape, fewer
    than one run, or a simulation that does not end where it should.
    """
    if poses.ndim != 2 or poses.shape[1] != 6 or runs < 1:
        raise ValueError(f"poses, runs: expected shape (n, 6) and at least one run, got {poses.shape} and {runs}")
    n_steps, bend = mechanics.steps(BEFORE), mechanics.steps(2.0)
    amplitude = np.asarray(mechanics.scene.amplitude)
    share = np.zeros(n_steps)
    share[-bend:] = np.linspace(0, 1, bend)
    share = (share**2 * (3 - 2 * share))[:, None]
    motions = [
        plate_motion(np.random.default_rng([seed, r]), n_steps, mechanics.timestep, amplitude, speed)
        for r in range(runs)
    ]
    found = []
    for pose in poses:
        bent = np.stack([motion + share * (pose - motion[-1]) for motion in motions])
        ends = follow(mechanics, bent)[:, -1]
        if not np.abs(ends[:, :6] - pose).max() < 0.05:
            raise ValueError(f"poses: expected the plate to end at {pose}, got {ends[:, :6]}")
        found.append(place(mechanics, ends)[1].reshape(runs, -1))
    return np.stack(found)


def sweeps(amplitude: Sequence[float]) -> Float32[np.ndarray, "poses 6"]:
    """`STEPS` poses along each of the six joints of the plate, the others at rest."""
    shares = np.linspace(-1, 1, STEPS)
    return np.concatenate([shares[:, None] * row for row in np.diag(amplitude)]).astype(np.float32)


def intervene(
    net: PointGenerator,
    pairs: Pairs,
    mechanics: Mechanics,
    *,
    runs: int,
    columns: Mapping[str, Sequence[int]],
    seed: int,
) -> dict[str, Any]:
    """The generator beside the simulator, at poses that the plate is put to (see `sweeps`).

    "plate varied": R^2 of the change of the body, its mean over sweeps with the noise held, against the change of the
    simulator's mean; for "generator", and for "shuffled", bodies of pairs without a link. "plate held": standard
    deviation over noise vectors at a pose, root mean square over poses and points, in metres, of the "generator", of
    the "simulator" over motions that end there, and of the "data" over all frames.
    """
    poses = sweeps(mechanics.scene.amplitude)
    truth = simulated_at(mechanics, poses, runs=runs, seed=seed)
    drawn = bodies_at(net, poses, seed=seed)
    rng = np.random.default_rng(seed)
    loose = pairs.body[rng.integers(len(pairs.body), size=drawn.shape[:2])]
    parts = dict(columns) | {"all": list(range(truth.shape[2]))}
    spread = {"generator": _spread(drawn), "simulator": _spread(truth), "data": pairs.body.var(axis=0)}
    return {
        "plate varied": {
            "generator": {name: follows(drawn[..., k], truth[..., k]) for name, k in parts.items()},
            "shuffled": {name: follows(loose[..., k], truth[..., k]) for name, k in parts.items()},
        },
        "plate held": {
            who: {name: float(np.sqrt(3 * v[list(k)].mean())) for name, k in parts.items()} for who, v in spread.items()
        },
    }


def bodies_at(net: PointGenerator, poses: Float32[np.ndarray, "n 6"], *, seed: int) -> Float32[np.ndarray, "n m k"]:
    """Bodies of the generator at each pose, with the same noise vectors at every pose."""
    z = torch.randn(NOISES, net.n_noise, generator=generator(seed, "held"))
    return np.stack([net.bodies(z, np.repeat(pose[None], NOISES, axis=0)) for pose in poses])


def follows(drawn: Float[np.ndarray, "n m k"], truth: Float[np.ndarray, "n r k"]) -> float:
    """Over the sweep of each joint: how a body with one noise vector changes, against how the simulator's mean changes.
    1 minus the summed squared error over the summed square of the latter, the mean over noise vectors; at most 1."""
    wanted = truth.mean(axis=1, keepdims=True).reshape(-1, STEPS, 1, truth.shape[2])
    got = drawn.reshape(-1, STEPS, *drawn.shape[1:])
    wanted, got = (values - values.mean(axis=1, keepdims=True) for values in (wanted, got))
    return float(1 - np.square(got - wanted).sum() / (drawn.shape[1] * np.square(wanted).sum()))


def _spread(bodies: Float[np.ndarray, "n m k"]) -> Float[np.ndarray, " k"]:
    """Variance over runs or noise vectors, the mean over poses."""
    return bodies.var(axis=1, ddof=1).mean(axis=0)
