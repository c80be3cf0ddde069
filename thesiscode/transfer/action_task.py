"""From source images to what people do: Table 3.3 of the thesis on Toyland (Section 3.3, "Action recognition")."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Int64, UInt8
from torch import nn
from torch.nn import functional as F

from thesiscode.data.toyland import ACTIONS, Actions
from thesiscode.engine import BalancedSampler, Outcome, Protocol, Run, Tensors, Weights, fit, generator
from thesiscode.engine.checks import COUNT, NOT_NEGATIVE, check_settings
from thesiscode.metrics import mean_average_precision
from thesiscode.nets import SmallAlexNet, truncate

from .actions import person_patch
from .adaptation import AdaptedNet, adapt, adaptation_layers
from .inputs import Jitter, as_input
from .objects import SIZE, shared_source
from .sources import SourceSettings

OTHER = len(ACTIONS)
"""The class of people who do none of the ten."""
TEST_START = 900_000


@dataclass(frozen=True)
class ActionSettings:
    """What does this person do? One patch a person, with and without pre-training."""

    source: SourceSettings = field(default_factory=lambda: SourceSettings(which="enlarged", n_images=18_000))
    """pre-training; the thesis uses its largest set here"""
    n_scenes: int = 400
    """scenes to train on"""
    n_test: int = 400
    """test scenes, the same for all seeds"""
    width: int = 256
    """units of FCa; 2048 in the thesis"""
    margin: float = 0.1
    """what the patch adds to the person's box on each side, as a share of its longer side"""
    batch_size: int = 32
    """patches in a mini-batch"""
    patience: int = 3
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 15
    """most epochs at one learning rate"""
    world: int = 7
    """seed of the scenes"""

    def __post_init__(self) -> None:
        check_settings(self, n_scenes=COUNT, n_test=COUNT, width=COUNT, margin=NOT_NEGATIVE)
        self.protocol()

    def protocol(self) -> Protocol:
        """The training protocol of thesis Section 3.3 at this size."""
        return Protocol(batch_size=self.batch_size, patience=self.patience, max_epochs=self.max_epochs)


def people(
    settings: ActionSettings, n: int, start: int
) -> tuple[UInt8[torch.Tensor, "n 3 64 64"], Bool[np.ndarray, "n 11"]]:
    """One patch around each person of `n` scenes, and which of the ten actions they do; the last column is "other"."""
    patches, actions = [], []
    for image, target in Actions(n, settings.world, start=start):
        for box, does in zip(target["boxes"], target["actions"], strict=True):
            patches.append(person_patch(image, box, SIZE, margin=settings.margin))
            actions.append([*does.tolist(), not does.any()])
    return torch.stack(patches), np.array(actions)


def one_action_each(patches: torch.Tensor, actions: Bool[np.ndarray, "n 11"]) -> Tensors:
    """Training samples: people who do several things at once are left out (thesis Section 3.3)."""
    alone = actions.sum(axis=1) == 1
    labels: Int64[np.ndarray, " m"] = actions[alone].argmax(axis=1)
    return Tensors(patches[torch.from_numpy(alone)], torch.from_numpy(labels))


def networks(settings: ActionSettings, run: Run) -> dict[str, AdaptedNet]:
    """The three rows of Table 3.3, untrained: without pre-training, FC7 and below frozen, FC6 and FC7 retrained."""
    source, _ = shared_source(settings.source, run)
    width = settings.source.fc_width
    fresh = SmallAlexNet(1, fc_width=width, generator=generator(run.seed, "no pretrain"))
    heads = [
        adaptation_layers(width, OTHER + 1, width=settings.width, generator=generator(run.seed, "head"))
        for _ in range(3)
    ]
    return {
        "no pretrain": AdaptedNet(truncate(fresh, "dropout7"), heads[0]),
        "frozen": adapt(source, heads[1]),
        "retrained": adapt(source, heads[2], last="dropout7", retrain=("fc6", "fc7")),
    }


def train_actions(settings: ActionSettings, net: nn.Module, data: Tensors, run: Run, *, name: str) -> None:
    """Trains what is not frozen; jitter moves and mirrors the patches."""
    fit(
        net.to(memory_format=torch.channels_last),
        data,
        F.cross_entropy,
        settings.protocol(),
        seed=run.seed,
        sampler=BalancedSampler(data.targets, run.seed),
        prepare=as_input,
        augment=Jitter(shift=4),
        folder=run.folder / name,
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
    )


@torch.no_grad()
def action_precisions(net: nn.Module, patches: torch.Tensor, actions: Bool[np.ndarray, "n 11"]) -> dict[str, float]:
    """Average precision on the patches: "mAP" and one for each of the ten actions."""
    net.eval()
    device = next(net.parameters()).device
    parts = [net(as_input(part.to(device))).softmax(dim=1).cpu() for part in patches.split(256)]
    scores = torch.cat(parts).double().numpy()
    found = mean_average_precision(actions[:, :OTHER].astype(int), scores[:, :OTHER])
    return {"mAP": found.mean, **dict(zip(ACTIONS, found.per_class.tolist(), strict=True))}


def actions(settings: ActionSettings, run: Run) -> Outcome:
    """All rows with one seed."""
    data = one_action_each(*people(settings, settings.n_scenes, run.seed * settings.n_scenes))
    test = people(settings, settings.n_test, TEST_START)
    rows: dict[str, Any] = {}
    weights = {}
    for name, net in networks(settings, run).items():
        train_actions(settings, net, data, run, name=name.replace(" ", "-"))
        rows[name] = action_precisions(net, *test)
        if name == "retrained":
            card = {
                "architecture": f"adapt(SmallAlexNet, last='dropout7'), FCa of {settings.width}",
                "trained_on": f"{len(data)} people in {settings.n_scenes} scenes of Toyland, world {settings.world}; "
                f"from transfer/{settings.source.which}",
                "metrics": {"mAP": rows[name]["mAP"]},
                "test": f"the people in {settings.n_test} scenes of the same world",
            }
            weights["transfer/actions"] = Weights(net.state_dict(), card)
    return Outcome({"people": len(data), "test_people": len(test[0]), "rows": rows}, weights)
