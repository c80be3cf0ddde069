"""Adaptation layers, trained on square images by one of the losses of `supervision` (thesis Section 4.3)."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import torch
from torch import nn
from torch.utils.data import Dataset

from thesiscode.engine import Run, Tensors, fit, generator
from thesiscode.transfer.inputs import as_input

from .losses import check_labels
from .network import SlidingNet, sliding_head
from .scales import RandomScale, rescale
from .settings import SearchSettings
from .supervision import Squares, StoredSquares


class Read(Dataset):
    """Images that are read from the disk, each with its target."""

    def __init__(self, images: StoredSquares, targets: torch.Tensor) -> None:
        self.images, self.targets = images, targets

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.images[index], self.targets[index]


def train_sliding(
    settings: SearchSettings,
    trunk: nn.Module,
    supervision: Callable[[SlidingNet], Any],
    data: Squares,
    run: Run,
    *,
    name: str,
    n_inputs: int = 512,
    prepare: Callable[[torch.Tensor], torch.Tensor] = as_input,
    scales: tuple[float, float] | None = None,
    workers: int = 0,
) -> SlidingNet:
    """A network whose adaptation layers are trained on `data`; its trunk, of `n_inputs` maps, stays as it is.

    The initial weights and the order of images follow from the run's seed, so that all that differ in supervision alone
    start alike. supervision: makes the loss of the network, one of the classes of `supervision`. name: its checkpoints'
    folder. scales: smallest and largest factor of a mini-batch; those of the settings where None. workers: processes
    that read images from the disk.

    Raises ValueError for labels that `multilabel_logistic_loss` refuses, and, before any training, for images that
    would be smaller than a window at a scale of training or testing.
    """
    draw = generator(run.seed, "weak head")
    n_classes = data.labels.shape[1]
    head = sliding_head(n_inputs, n_classes, width=settings.width, dropout=settings.dropout, generator=draw)
    net = SlidingNet(trunk, head)
    loss = supervision(net)
    targets, in_memory = loss.targets(data), isinstance(data.images, torch.Tensor)
    low, high = (settings.low, settings.high) if scales is None else scales
    check_labels(data.labels, data.labels.shape)
    with torch.no_grad():
        first = prepare(data.images[0][None].to(next(trunk.parameters(), data.labels).device))
        trunk(rescale(first, low if scales is not None else min(low, *settings.test_scales)))
    fit(
        net,
        Tensors(data.images, targets) if in_memory else Read(data.images, targets),
        loss,
        settings.protocol(),
        seed=run.seed,
        prepare=prepare,
        augment=None if low == high == 1 else RandomScale(low, high),
        workers=0 if in_memory else workers,
        folder=run.folder / name.replace(", ", "-").replace(" ", "-"),
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
        about={
            **asdict(settings),
            "scales": [low, high],
            "supervision": repr(supervision),
            "trunk": hashlib.sha256(
                b"".join(p.detach().cpu().numpy().tobytes() for p in trunk.parameters())
            ).hexdigest(),
        },
    )
    return net
