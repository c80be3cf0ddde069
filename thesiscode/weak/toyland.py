"""The rows of Tables 4.1 to 4.3 on Toyland (thesis Sections 4.5 and 4.6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from thesiscode import zoo
from thesiscode.data.toyland import TARGETS, source_breeds
from thesiscode.engine import Outcome, Protocol, Run, Tensors, Weights, device, fit, generator
from thesiscode.engine.checks import AT_LEAST_1, COUNT, NOT_NEGATIVE, check_settings, one_of
from thesiscode.metrics import location_average_precision, mean_average_precision
from thesiscode.nets import SmallAlexNet, to_convolutional, truncate
from thesiscode.transfer.examples import toyland_images
from thesiscode.transfer.inputs import as_input
from thesiscode.transfer.objects import TEST_START

from .network import Maps, Prediction, SlidingNet, centres, predict, sliding_head
from .scales import TEST_SCALES, TRAINING_SCALES, RandomScale, rescale
from .supervision import ImageLabels, MaskedPooling, Squares, squares

N = len(TARGETS)
PATCH = 64
"""Side of the images that the small network was trained on: what its window means at scale 1."""
GREY = (128, 128, 128)
"""0 in the units of the network: the padding of the squares."""


@dataclass(frozen=True)
class WeakSettings:
    """Where is it? Training on which objects a scene holds, and rivals that know more or search less."""

    trunk: str = "transfer/enlarged"
    """weights of the zoo: the pre-trained layers, up to FC7"""
    n_train: int = 600
    """training scenes; each seed has its own"""
    n_test: int = 300
    """test scenes, the same for all seeds"""
    side: int = 144
    """side of the squares that scenes are brought to, in pixels; 500 in the thesis"""
    low: float = TRAINING_SCALES[0]
    """smallest factor by which a mini-batch is resized"""
    high: float = TRAINING_SCALES[1]
    """largest factor"""
    test_scales: tuple[float, ...] = TEST_SCALES
    """factors by which a test image is resized"""
    width: int = 256
    """maps of Ca; 2048 in the thesis"""
    dropout: str = "maps"
    """what dropout drops: maps or units"""
    learning_rate: float = 0.01
    """initial learning rate for the mean over a mini-batch; 0.001 for the sum in the thesis, 0.016 for the mean"""
    batch_size: int = 16
    """scenes in a mini-batch"""
    patience: int = 3
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 15
    """most epochs at one learning rate"""
    watch: int = 200
    """scenes on which the loss is watched"""
    tolerance: float = 5
    """pixels by which a point may miss a box: 18 of 500 in the thesis"""
    world: int = 7
    """seed of the scenes"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            n_train=COUNT,
            n_test=COUNT,
            side=(lambda n: n >= PATCH, f"at least {PATCH} pixels"),
            low=(lambda x: 0 < x <= self.high, "a factor above 0, at most `high`"),
            test_scales=(lambda x: 0 < x < float("inf"), "finite factors above 0"),
            width=AT_LEAST_1,
            dropout=one_of("maps", "units"),
            tolerance=NOT_NEGATIVE,
        )
        self.protocol()

    def protocol(self) -> Protocol:
        """Stochastic gradient descent as in thesis Section 4.5.1, until it is stable, then at a tenth of the rate.

        Weight decay and the end of training are those of Chapter 3; Chapter 4 does not name its own.
        """
        return Protocol(
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            patience=self.patience,
            max_epochs=self.max_epochs,
            drops=1,
            watch=self.watch,
        )


def scenes(settings: WeakSettings, seed: int | None) -> Squares:
    """The training scenes of a seed, or, for None, the test scenes, as squares."""
    n, start = (settings.n_test, TEST_START) if seed is None else (settings.n_train, seed * settings.n_train)
    return squares(toyland_images(n, settings.world, start=start), N, settings.side, fill=GREY)


def pretrained_trunk(name: str) -> nn.Sequential:
    """The layers up to FC7 of a source network of the zoo, as convolutions."""
    net = SmallAlexNet(len(source_breeds(name.rpartition("/")[2])), fc_width=512)
    zoo.load_into(net, name)
    trunk = to_convolutional(truncate(net, "relu7")).eval()
    return trunk.to(device(), memory_format=torch.channels_last)


def whole_image(squares: torch.Tensor) -> torch.Tensor:
    """The square as one window: full images, no search (thesis Section 4.5.2)."""
    return rescale(as_input(squares), PATCH / squares.shape[-1])


RIVALS = {
    "full images": {"loss": ImageLabels, "prepare": whole_image, "low": 1, "high": 1},
    "one scale": {"loss": ImageLabels, "low": 1, "high": 1},
    "weak": {"loss": ImageLabels},
    "masked": {"loss": MaskedPooling},
    "masked, suppressed": {"loss": partial(MaskedPooling, suppress=True)},
}
"""What is trained: full images (row h), one scale, weak supervision (j), masked pooling (i) and its variant."""


def train_rival(settings: WeakSettings, name: str, trunk: nn.Sequential, data: Squares, run: Run) -> SlidingNet:
    """One row of the tables, trained. All start from the same weights and see the scenes in the same order."""
    rival = RIVALS[name]
    draw = generator(run.seed, "weak head")
    head = sliding_head(512, N, width=settings.width, dropout=settings.dropout, generator=draw)
    net = SlidingNet(trunk, head)
    loss = rival["loss"](net)
    low, high = rival.get("low", settings.low), rival.get("high", settings.high)
    fit(
        net,
        Tensors(data.images, MaskedPooling.targets(data) if isinstance(loss, MaskedPooling) else data.labels),
        loss,
        settings.protocol(),
        seed=run.seed,
        prepare=rival.get("prepare", as_input),
        augment=None if low == high == 1 else RandomScale(low, high),
        folder=run.folder / name.replace(", ", "-").replace(" ", "-"),
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
    )
    return net


@torch.no_grad()
def maps_of(
    heads: Mapping[str, nn.Module],
    trunk: nn.Sequential,
    images: torch.Tensor,
    scales: tuple[float, ...],
    batch: int = 8,
) -> Iterator[dict[str, list[Maps]]]:
    """The score maps of several heads on each image, at each scale; the trunk, which they share, runs once."""
    look, place = SlidingNet(trunk, next(iter(heads.values()))).window, next(trunk.parameters()).device
    for head in heads.values():
        head.eval()
    for part in images.split(size):
        x = as_input(part.to(place))
        found: list[dict[str, list[Maps]]] = [{name: [] for name in heads} for _ in part]
        for scale in scales:
            resized = rescale(x, scale)
            features = trunk(resized)
            rows, columns = (
                centres(look, n, side, small)
                for n, side, small in zip(features.shape[2:], x.shape[2:], resized.shape[2:], strict=True)
            )
            for name, head in heads.items():
                for one, maps in zip(found, head(features).cpu().numpy(), strict=True):
                    one[name].append(Maps(maps, columns, rows))
        yield from found


def measured(settings: WeakSettings, data: Squares, found: list[Prediction], points: np.ndarray | None = None) -> dict:
    """Classification and location, mean and each class; `points` [n, K, 2] are other places than the predicted ones."""
    scores, responses = (np.stack([getattr(p, field) for p in found]) for field in ("scores", "responses"))
    points = np.stack([p.points for p in found]) if points is None else points
    labels = data.labels.numpy()
    classification = mean_average_precision(labels, scores)
    location = np.array([located(settings, data, responses[:, k], points[:, k], k) for k in range(N)])
    return {
        "classification": _named(classification.mean, classification.per_class),
        "location": _named(np.nanmean(location), location),
    }


def located(settings: WeakSettings, data: Squares, responses: np.ndarray, points: np.ndarray, k: int) -> float:
    """Location AP of one class (thesis Section 4.6.1)."""
    boxes = [np.concatenate([sure[k], hard[k]]) for sure, hard in zip(data.boxes, data.difficult, strict=True)]
    flags = [np.arange(len(b)) >= len(sure[k]) for b, sure in zip(boxes, data.boxes, strict=True)]
    return location_average_precision(responses, points, boxes, tolerance=settings.tolerance, difficult=flags)


def _named(mean: float, per_class: np.ndarray) -> dict[str, float]:
    return {"mAP": float(mean), **dict(zip(TARGETS, per_class.tolist(), strict=True))}


def weak(settings: WeakSettings, run: Run) -> Outcome:
    """All rows with one seed."""
    trunk, data, test = pretrained_trunk(settings.trunk), scenes(settings, run.seed), scenes(settings, None)
    nets = {name: train_rival(settings, name, trunk, data, run) for name in RIVALS}
    heads = {name: net.head for name, net in nets.items()}
    rows: dict[str, Any] = {}

    full = {"full images": heads.pop("full images")}
    whole = maps_of(full, trunk, test.images, (PATCH / settings.side,))
    rows["full images"] = measured(settings, test, [predict(maps["full images"]) for maps in whole])

    scales = (1.0, *settings.test_scales)
    found: dict[tuple[str, str], list[Prediction]] = {}
    for maps in maps_of(heads, trunk, test.images, scales):
        for name, all_scales in maps.items():
            found.setdefault((name, "one"), []).append(predict(all_scales[:1]))
            found.setdefault((name, "all"), []).append(predict(all_scales[1:]))
    for (name, searched), predictions in found.items():
        if name in ("one scale", "weak") or searched == "all":
            rows[name if searched == "all" else f"{name}, tested at one"] = measured(settings, test, predictions)
    middle = np.repeat(test.extents[:, None] / 2, N, axis=1)
    rows["centre"] = measured(settings, test, found["weak", "all"], middle)

    card = {
        "architecture": f"sliding_head(512, {N}, width={settings.width}), on relu7 of {settings.trunk}",
        "trained_on": f"image labels of {settings.n_train} scenes of Toyland, world {settings.world}",
        "metrics": {"location mAP": rows["weak"]["location"]["mAP"]},
        "test": f"{settings.n_test} scenes of the same world, scales {settings.test_scales}",
    }
    return Outcome({"rows": rows}, {"weak/toyland": Weights(nets["weak"].head.state_dict(), card)})
