"""Experiments that `thesis run toys:NAME` finds when this folder is on the path."""

import io
import os
import signal
from dataclasses import dataclass, field

import torch
from PIL import Image
from torch import nn

from thesiscode import engine


@dataclass(frozen=True)
class Settings:
    """A small network on points of two classes."""

    n_train: int = 100
    """Number of points."""
    dropout: float = 0.5
    """Probability that a hidden unit is dropped."""
    protocol: engine.Protocol = field(
        default_factory=lambda: engine.Protocol(batch_size=25, drops=1, max_epochs=2, patience=2, learning_rate=0.1)
    )
    """How it is trained."""


def learn(settings: Settings, run: engine.Run) -> engine.Outcome:
    """Trains the network. With $DIE_AT_STEP in the environment, the process is killed in that step."""
    draw = engine.generator(run.seed, "toy")
    x = torch.randn(settings.n_train, 6, generator=draw)
    y = (x[:, 0] > 0).long()
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(settings.dropout), nn.Linear(8, 2))
    for parameter in net.parameters():
        nn.init.normal_(parameter, std=0.5, generator=draw)
    steps = 0

    def loss(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        nonlocal steps
        steps += net.training
        if steps == int(os.environ.get("DIE_AT_STEP", "-1")):
            os.kill(os.getpid(), signal.SIGKILL)
        return nn.functional.cross_entropy(scores, labels)

    history = engine.fit(
        net,
        engine.Tensors(x, y),
        loss,
        settings.protocol,
        seed=run.seed,
        augment=lambda x, draw: x + 0.01 * torch.randn(x.shape, generator=draw).to(x.device) * settings.dropout,
        folder=run.folder,
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
    )
    metrics = {"loss": history["watched_loss"][-1], "curve": history["watched_loss"], "steps": {"here": steps}}
    card = {"trained_on": "points", "architecture": "6-8-2", "metrics": {"loss": metrics["loss"]}}
    picture = io.BytesIO()
    Image.new("L", (2, 1), run.seed).save(picture, "png")
    return engine.Outcome(metrics, {"toy": engine.Weights(net.state_dict(), card)}, {"toy": picture.getvalue()})


EXPERIMENTS = {
    "learn": engine.Experiment(Settings, learn, {"smoke": Settings(), "full": Settings(n_train=200)}, "Learns points")
}
