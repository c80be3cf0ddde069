"""The weakly supervised network: score maps of whole images (thesis Section 4.2)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import nn
from torch.utils.data import DataLoader, Dataset

from thesiscode.nets import Window, to_convolutional, window
from thesiscode.transfer.adaptation import adaptation_layers
from thesiscode.transfer.inputs import as_input

from .scales import TEST_SCALES, rescale


class SlidingNet(nn.Module):
    """A trained trunk, frozen, and adaptation layers that are trained, all convolutions (thesis Figure 4-2).

    An image becomes one map of scores a class; unit (i, j) looks at the window around (window.centre(j),
    window.centre(i)), in pixels.
    """

    def __init__(self, trunk: nn.Module, head: nn.Module):
        super().__init__()
        self.trunk, self.head = trunk.requires_grad_(False), head
        self.sides: tuple[int, ...] = ()
        """height and width of the images that came last"""

    @property
    def window(self) -> Window:
        """Where the units of the maps look."""
        return window(nn.Sequential(self.trunk, self.head))

    def forward(self, x: Float[torch.Tensor, "N C H W"]) -> Float[torch.Tensor, "N K h w"]:
        """Score maps. Raises ValueError for images smaller than a window of the layers."""
        self.sides = tuple(x.shape[2:])
        with torch.no_grad():
            features = self.trunk(x)
        return self.head(features)

    def train(self, mode: bool = True) -> "SlidingNet":
        """Training mode for the adaptation layers; the trunk stays as it is."""
        super().train(mode)
        self.trunk.eval()
        return self


class BatchMapDropout(nn.Dropout2d):
    """Whole maps set to 0 with probability p, the same ones in all images of a mini-batch; testing scales by 1 - p.

    What the authors' experiments used (thesis Section 4.4). Torch's own draws for each image, and scales in training.
    """

    def forward(self, x: Float[torch.Tensor, "N C h w"]) -> Float[torch.Tensor, "N C h w"]:
        """The maps that are kept, or all of them, scaled."""
        if not self.training:
            return (1 - self.p) * x
        return x * (torch.rand(1, x.shape[1], 1, 1, device=x.device) >= self.p)


def sliding_head(
    n_inputs: int,
    n_classes: int,
    *,
    width: int = 2048,
    dropout: str = "maps",
    generator: torch.Generator | None = None,
) -> nn.Sequential:
    """Ca and Cb, the adaptation layers FCa and FCb as convolutions of 1 x 1 (thesis Sections 4.2.1 and 4.4).

    n_classes: without a background; every class has a score of its own. dropout: "maps" drops whole maps with
    probability 0.5, which the thesis does, by torch's own layer; "batch maps" does so as the authors' layer did;
    "units" drops single units, as Krizhevsky et al. (2012) do. For the other arguments see
    `transfer.adaptation.adaptation_layers`. Raises ValueError for another kind of dropout.
    """
    kinds = {"maps": nn.Dropout2d, "batch maps": BatchMapDropout, "units": nn.Dropout}
    if dropout not in kinds:
        raise ValueError(f"dropout: expected one of {', '.join(kinds)}, got {dropout!r}")
    head = to_convolutional(adaptation_layers(n_inputs, n_classes, width=width, generator=generator))
    head.dropout_a = kinds[dropout](0.5)
    return head


class Maps(NamedTuple):
    """Score maps of one image at one scale, and where their units look, in pixels of the square image."""

    scores: Float[np.ndarray, "K h w"]
    x: Float[np.ndarray, " w"]
    y: Float[np.ndarray, " h"]


def score_maps(
    net: SlidingNet,
    squares: torch.Tensor | Dataset,
    *,
    scales: Sequence[float] = TEST_SCALES,
    prepare: Callable[[torch.Tensor], torch.Tensor] = as_input,
    batch_size: int = 8,
) -> Iterator[list[Maps]]:
    """The score maps of each square image at each scale (thesis Section 4.3.3).

    squares [n, 3, S, S], as `prepare` takes them, or a data set that gives them one by one. Raises ValueError for a
    scale at which an image is smaller than a window.
    """
    for found in maps_of({"": net.head}, net.trunk, squares, scales, prepare=prepare, batch_size=batch_size):
        yield found[""]


def maps_of(
    heads: Mapping[str, nn.Module],
    trunk: nn.Sequential,
    squares: torch.Tensor | Dataset,
    scales: Sequence[float],
    *,
    prepare: Callable[[torch.Tensor], torch.Tensor] = as_input,
    batch_size: int = 8,
    workers: int = 0,
) -> Iterator[dict[str, list[Maps]]]:
    """`score_maps` of several heads by name; the trunk, which they share, runs once.

    workers: processes that read a data set.
    """
    first = next(iter(heads.values()))
    look, place = window(nn.Sequential(trunk, first)), next(first.parameters()).device
    for part in (trunk, *heads.values()):
        part.eval()
    in_memory = isinstance(squares, torch.Tensor)
    for part in squares.split(batch_size) if in_memory else DataLoader(squares, batch_size, num_workers=workers):
        x = prepare(part.to(place))
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


def centres(look: Window, n: int, side: int, resized: int) -> Float[np.ndarray, " n"]:
    """Where n neighbouring units look, in pixels of an image of `side` pixels that was resized to `resized`."""
    there = look.start + look.stride * np.arange(n) - 0.5
    return there * ((side - 1) / max(resized - 1, 1)) + 0.5


class Prediction(NamedTuple):
    """What is in an image, and where."""

    scores: Float[np.ndarray, " K"]
    """for classification: the maxima of the scales, averaged, before the sigmoid"""
    responses: Float[np.ndarray, " K"]
    """for location: the largest score at any place and scale"""
    points: Float[np.ndarray, "K 2"]
    """where it is: (x, y), in pixels of the square image"""


def predict(maps: Sequence[Maps]) -> Prediction:
    """Classification by the mean over scales of the maxima (thesis 4.3.3), location by the largest one (4.6.1)."""
    flat = [one.scores.reshape(len(one.scores), -1) for one in maps]
    tops = np.stack([scores.max(axis=1) for scores in flat])
    best = tops.argmax(axis=0)
    points = np.empty((tops.shape[1], 2))
    for k, scale in enumerate(best):
        row, column = divmod(int(flat[scale][k].argmax()), len(maps[scale].x))
        points[k] = maps[scale].x[column], maps[scale].y[row]
    return Prediction(tops.mean(axis=0), tops.max(axis=0), points)
