"""The source task: a network trained on many labelled images of single objects (thesis Sections 3.2.2 and 3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from jaxtyping import Int64, UInt8
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from thesiscode.data.toyland import SourceImages
from thesiscode.data.toyland.source import SETS
from thesiscode.engine import History, Outcome, Protocol, Run, Tensors, Weights, fit, generator
from thesiscode.engine.checks import AT_LEAST_1, COUNT, FROM_0, check_settings, one_of
from thesiscode.metrics import top_k_error
from thesiscode.nets import SmallAlexNet

from .inputs import Jitter, as_input


@dataclass(frozen=True)
class SourceSettings:
    """Pre-training of the small network on a source set of Toyland."""

    which: str = "related"
    """related | random | enlarged: what the thesis calls 1000C, 1000R and 1512"""
    n_images: int = 12_000
    """training images"""
    n_test: int = 1_200
    """held-out images"""
    fc_width: int = 512
    """units of FC6 and of FC7"""
    batch_size: int = 32
    """images in a mini-batch"""
    zoom: float = 1.8
    """jitter: largest zoom"""
    shift: int = 10
    """jitter: largest shift, in pixels of 64"""
    patience: int = 2
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 5
    """most epochs at one learning rate"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            which=one_of(*SETS),
            n_images=COUNT,
            n_test=COUNT,
            fc_width=COUNT,
            zoom=AT_LEAST_1,
            shift=FROM_0,
        )
        self.protocol()

    def protocol(self) -> Protocol:
        """The training protocol of thesis Section 3.3 at this size."""
        return Protocol(batch_size=self.batch_size, patience=self.patience, max_epochs=self.max_epochs)


def drawn_images(which: str, n: int, seed: int) -> tuple[UInt8[torch.Tensor, "n 3 64 64"], Int64[torch.Tensor, " n"]]:
    """`n` source images in memory, and the number of the breed that each shows."""
    images, labels = zip(*DataLoader(SourceImages(which, n, seed), batch_size=500), strict=True)
    return torch.cat(images), torch.cat(labels)


class DrawnImages(Dataset):
    """The source images of `drawn_images` as a data set: all are drawn when the first is asked for, and then kept."""

    def __init__(self, which: str, n: int, seed: int) -> None:
        self.which, self.n, self.seed = which, n, seed

    @cached_property
    def tensors(self) -> Tensors:
        """Images and labels in memory."""
        return Tensors(*drawn_images(self.which, self.n, self.seed))

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.tensors[index]

    def __getitems__(self, indices: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        return self.tensors.__getitems__(indices)


def source_network(
    settings: SourceSettings,
    seed: int,
    folder: Path | None = None,
    *,
    progress: bool = True,
    accelerator: object = None,
) -> tuple[SmallAlexNet, History]:
    """The small network, trained on a source set; continues from, or is read from, the checkpoint in `folder`.

    Images, initial weights, order, jitter and dropout follow from the seed. Training and held-out images are those of
    seeds 2 seed and 2 seed + 1, so that other seeds see other images.
    """
    n_classes = len(SourceImages(settings.which, 1).breeds)
    net = SmallAlexNet(n_classes, fc_width=settings.fc_width, generator=generator(seed, "weights"))
    history = fit(
        net.to(memory_format=torch.channels_last),
        DrawnImages(settings.which, settings.n_images, 2 * seed),
        F.cross_entropy,
        settings.protocol(),
        seed=seed,
        prepare=as_input,
        augment=Jitter(zoom=settings.zoom, shift=settings.shift),
        folder=folder,
        resume=folder is not None,
        progress=progress,
        accelerator=accelerator,
    )
    return net, history


@torch.no_grad()
def source_errors(net: torch.nn.Module, which: str, n: int, seed: int) -> dict[str, float]:
    """Share of `n` images of `seed` whose breed is not the best guess, and not among the best five."""
    images, labels = drawn_images(which, n, seed)
    net.eval()
    device = next(net.parameters()).device
    scores = torch.cat([net(as_input(part.to(device))).cpu() for part in images.split(256)])
    return {"top1_error": top_k_error(scores, labels, 1), "top5_error": top_k_error(scores, labels, 5)}


def source_card(settings: SourceSettings, errors: dict[str, float]) -> dict[str, object]:
    """What the zoo says of the network's weights."""
    return {
        "architecture": f"SmallAlexNet, fc_width={settings.fc_width}",
        "trained_on": f"{settings.n_images} source images of Toyland, set {settings.which!r}",
        "metrics": errors,
        "test": f"{settings.n_test} images of the same set, of another seed",
    }


def pretrain(settings: SourceSettings, run: Run) -> Outcome:
    """Trains on one source set and measures the error on held-out images (thesis Section 3.3)."""
    net, history = source_network(settings, run.seed, run.folder, progress=run.progress, accelerator=run.accelerator)
    errors = source_errors(net, settings.which, settings.n_test, 2 * run.seed + 1)
    metrics = {**errors, "epochs": len(history), "watched_loss": history["watched_loss"]}
    card = source_card(settings, errors)
    return Outcome(metrics, {f"transfer/{settings.which}": Weights(net.state_dict(), card)})
