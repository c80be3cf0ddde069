"""Training on Toyland: weak supervision and its rivals (thesis Sections 4.3 to 4.5)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from thesiscode import zoo
from thesiscode.data.toyland import TARGETS, source_breeds
from thesiscode.engine import Run, device
from thesiscode.engine.checks import COUNT, check_settings
from thesiscode.nets import SmallAlexNet, to_convolutional, truncate
from thesiscode.transfer.examples import toyland_images
from thesiscode.transfer.inputs import as_input
from thesiscode.transfer.objects import TEST_START

from .network import SlidingNet
from .scales import rescale
from .settings import SearchSettings
from .supervision import ImageLabels, MaskedPooling, Squares, squares
from .training import train_sliding

N = len(TARGETS)
PATCH = 64
"""Side of the images that the small network was trained on: what its window means at scale 1."""
GREY = (128, 128, 128)
"""0 in the units of the network: the padding of the squares."""


@dataclass(frozen=True)
class WeakSettings(SearchSettings):
    """Where is it? Training on which objects a scene holds, and rivals that know more or search less."""

    tolerance: float = 5
    """pixels by which a point may miss a box: 18 of 500 in the thesis"""
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
    world: int = 7
    """seed of the scenes"""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_settings(
            self,
            n_train=COUNT,
            n_test=COUNT,
            n_boxes=COUNT,
            side=(lambda n: n >= PATCH, f"at least {PATCH} pixels"),
        )


def scenes(settings: WeakSettings, seed: int | None) -> Squares:
    """The training scenes of a seed, or, for None, the test scenes, as squares.

    Raises ValueError for a seed whose scenes would be those that are kept for tests.
    """
    if seed is not None and (seed + 1) * settings.n_train > TEST_START:
        raise ValueError(
            f"seed: expected at most {TEST_START // settings.n_train - 1} with {settings.n_train} scenes each"
        )
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


RIVALS: dict[str, dict[str, Any]] = {
    "full images": {"supervision": ImageLabels, "prepare": whole_image, "scales": (1, 1)},
    "one scale": {"supervision": ImageLabels, "scales": (1, 1)},
    "weak": {"supervision": ImageLabels},
    "masked": {"supervision": MaskedPooling},
    "masked, suppressed": {"supervision": partial(MaskedPooling, suppress=True)},
}
"""What is trained: full images (row h), one scale, weak supervision (j), masked pooling (i) and its variant."""


def train_rival(settings: WeakSettings, name: str, trunk: nn.Sequential, data: Squares, run: Run) -> SlidingNet:
    """One row of the tables, trained. All start from the same weights and see the scenes in the same order."""
    return train_sliding(settings, trunk, data=data, run=run, name=name, **RIVALS[name])
