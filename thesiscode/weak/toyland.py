"""Training on Toyland: weak supervision and its rivals, and their score maps (thesis Sections 4.3 to 4.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from thesiscode import zoo
from thesiscode.data.toyland import TARGETS, source_breeds
from thesiscode.engine import Protocol, Run, Tensors, device, fit, generator
from thesiscode.engine.checks import AT_LEAST_1, COUNT, NOT_NEGATIVE, check_settings, one_of
from thesiscode.nets import SmallAlexNet, to_convolutional, truncate
from thesiscode.transfer.examples import toyland_images
from thesiscode.transfer.inputs import as_input
from thesiscode.transfer.objects import TEST_START

from .network import Maps, SlidingNet, centres, sliding_head
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
    n_boxes: int = 300
    """training scenes whose boxes the rivals are told that work on patches and regions"""
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
            n_boxes=COUNT,
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


def source_of(name: str) -> SmallAlexNet:
    """A source network of the zoo: "transfer/related", "transfer/random" or "transfer/enlarged"."""
    net = SmallAlexNet(len(source_breeds(name.rpartition("/")[2])), fc_width=512)
    zoo.load_into(net, name)
    return net


def pretrained_trunk(name: str) -> nn.Sequential:
    """The layers up to FC7 of a source network of the zoo, as convolutions."""
    trunk = to_convolutional(truncate(source_of(name), "relu7")).eval()
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


def maps_of(
    heads: Mapping[str, nn.Module],
    trunk: nn.Sequential,
    images: torch.Tensor,
    scales: tuple[float, ...],
    size: int = 8,
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
            with torch.no_grad():
                features = trunk(resized)
                made = {name: head(features).cpu().numpy() for name, head in heads.items()}
            rows, columns = (
                centres(look, n, side, small)
                for n, side, small in zip(features.shape[2:], x.shape[2:], resized.shape[2:], strict=True)
            )
            for name, of_images in made.items():
                for one, maps in zip(found, of_images, strict=True):
                    one[name].append(Maps(maps, columns, rows))
        yield from found
