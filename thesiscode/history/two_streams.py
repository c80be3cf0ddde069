"""Appearance and motion, each with a network of its own (thesis Section 2.4, Figure 2-50)."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Int64
from scipy.ndimage import gaussian_filter
from torch import nn
from torch.nn import functional as F

MOTIONS = ("left", "right", "up", "down", "turn")
PATTERNS = ("checks", "dots", "rings")
SIDE = 32


class Videos(NamedTuple):
    """Short grey videos, in each of which one patterned disc moves before a background that stands still."""

    frames: Float32[np.ndarray, "n t side side"]
    """in [0, 1]"""
    motions: Int64[np.ndarray, " n"]
    """positions in MOTIONS"""
    patterns: Int64[np.ndarray, " n"]
    """positions in PATTERNS"""

    @property
    def both(self) -> Int64[np.ndarray, " n"]:
        """Motion and pattern as one label: len(PATTERNS) * motion + pattern."""
        return len(PATTERNS) * self.motions + self.patterns


def moving_patterns(n: int, *, frames: int = 3, rng: np.random.Generator) -> Videos:
    """n videos of 32 x 32 pixels: motions and patterns are independent of each other, and uniform.

    A disc of 9 to 11 pixels radius moves by 0.8 to 1.4 pixels a frame, or turns clockwise about its middle by 0.10 to
    0.16 radians. Place, orientation of the pattern and contrast are drawn anew for each video. A single frame does not
    depend on the motion: the middle frame is drawn first, and the disc has come from, and goes on to, either side.
    Raises ValueError for n < 1 and fewer than 2 frames.
    """
    if n < 1 or frames < 2:
        raise ValueError(f"n, frames: expected at least 1 video of at least 2 frames, got {n} of {frames}")
    motions, patterns = rng.integers(len(MOTIONS), size=n), rng.integers(len(PATTERNS), size=n)
    films = np.empty((n, frames, SIDE, SIDE), np.float32)
    for k in range(n):
        films[k] = _film(MOTIONS[motions[k]], PATTERNS[patterns[k]], frames, rng)
    return Videos(films, motions, patterns)


def _film(motion: str, pattern: str, frames: int, rng: np.random.Generator) -> Float32[np.ndarray, "t side side"]:
    background = gaussian_filter(rng.normal(size=(SIDE, SIDE)), 1.5)
    background = 0.5 + 0.1 * background / background.std()
    radius, centre, angle = rng.uniform(9, 11), SIDE / 2 + rng.uniform(-2.5, 2.5, 2), rng.uniform(0, 2 * np.pi)
    contrast, origin = rng.uniform(0.3, 0.45), rng.uniform(-2, 2, 2)
    speed, turn = rng.uniform(0.8, 1.4), rng.uniform(0.10, 0.16)
    step = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}.get(motion, (0, 0))
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    film = []
    for t in np.arange(frames) - (frames - 1) / 2:
        x, y = columns - centre[0] - speed * t * step[0], rows - centre[1] - speed * t * step[1]
        a = angle + (turn * t if motion == "turn" else 0)
        u, v = np.cos(a) * x + np.sin(a) * y - origin[0], -np.sin(a) * x + np.cos(a) * y - origin[1]
        inside = 1 / (1 + np.exp(np.clip(3 * (np.hypot(x, y) - radius), -50, 50)))
        film.append(background + inside * (0.5 + contrast * _PATTERN[pattern](u, v) - background))
    return np.clip(np.stack(film), 0, 1).astype(np.float32)


# Each has a period of about 7 pixels and a mean of about 0.
_PATTERN = {
    "checks": lambda u, v: np.tanh(3 * np.sin(0.9 * u) * np.sin(0.9 * v)),
    "dots": lambda u, v: 2 * np.exp(2.5 * (np.cos(0.9 * u) + np.cos(0.9 * v) - 2)) - 0.4,
    "rings": lambda u, v: np.tanh(3 * np.sin(0.9 * np.hypot(u, v))),
}


def lucas_kanade(
    first: Float[np.ndarray, "*n h w"], second: Float[np.ndarray, "*n h w"], *, width: float = 2.0, ridge: float = 1e-4
) -> Float[np.ndarray, "*n 2 h w"]:
    """Optical flow in pixels: at each pixel the displacement (across, down) d for which second(x + d) = first(x) best.

    To first order that is grad . d = -(second - first); least squares over a Gaussian window of deviation `width` gives
    two equations a pixel, A d = -b (Lucas and Kanade 1981). `ridge` is added to the diagonal of A: where the window
    has no texture, the flow is 0. Good for displacements well below the scale of the texture; of a wave sin(k x) that
    moves by d along x, the flow is 2 tan(k d / 2) / sin k, more than d.

    Raises ValueError for images that differ in shape or are not finite, and for a width or a ridge of 0 or below.
    """
    if first.shape != second.shape or first.ndim < 2 or not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError(f"second: expected finite images like first, {first.shape}, got {second.shape}")
    if not (width > 0 and ridge > 0):
        raise ValueError(f"width, ridge: expected numbers above 0, got {width} and {ridge}")

    def around(values):
        return gaussian_filter(values, width, axes=(-2, -1))

    down, across = np.gradient((first + second) / 2, axis=(-2, -1))
    change = second - first
    a, b, c = around(across**2) + ridge, around(across * down), around(down**2) + ridge
    p, q = around(across * change), around(down * change)
    return np.stack([b * q - c * p, b * p - a * q], axis=-3) / (a * c - b * b)[..., None, :, :]


class Stream(nn.Module):
    """A small network of three convolutions; maps are averaged over the image, and scores are linear in the means.

    channels: of the input: 1 for a frame, 2 for a flow field, more for frames that are stacked. generator: source of
    the initial weights.
    """

    def __init__(self, channels: int, n_classes: int, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after, size in ((channels, 12, 5), (12, 24, 3), (24, 32, 3)):
            layers += [nn.Conv2d(before, after, size, padding=size // 2, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if after < 32 else [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        layers.append(nn.Linear(32, n_classes))
        self.layers = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, generator=generator)
        nn.init.zeros_(layers[-1].bias)

    def forward(self, x: Float[torch.Tensor, "N C H W"]) -> Float[torch.Tensor, "N classes"]:
        """Scores before the softmax."""
        return self.layers(x)


def train_stream(
    net: nn.Module,
    x: Float[torch.Tensor, "n *input"],
    labels: Int[torch.Tensor, " n"],
    *,
    epochs: int,
    rate: float = 5e-3,
    draw: torch.Generator,
) -> None:
    """Cross-entropy, Adam, mini-batches of 32, a rate that falls to 0 as a cosine.

    Raises ValueError for fewer than 32 examples, or a number of labels that differs from that of the examples; for
    examples that are not finite, labels of a single class, and epochs below 1.
    """
    if len(x) < 32 or len(labels) != len(x):
        raise ValueError(f"labels: expected one for each of at least 32 examples, got {len(labels)} for {len(x)}")
    if not torch.isfinite(x).all():
        raise ValueError("x: expected finite examples, got NaN or infinite values")
    if len(labels.unique()) < 2:
        raise ValueError(f"labels: expected at least two classes, got {labels.unique().tolist()}")
    if epochs < 1:
        raise ValueError(f"epochs: expected at least 1, got {epochs}")
    optimizer = torch.optim.Adam(net.train().parameters(), rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (len(x) // 32))
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=draw)[: len(x) // 32 * 32].split(32):
            loss = F.cross_entropy(net(x[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    net.eval()


@torch.no_grad()
def log_probabilities(net: nn.Module, x: Float[torch.Tensor, "n *input"]) -> Float[np.ndarray, "n classes"]:
    """What a stream believes of each example, in evaluation mode."""
    net.eval()
    return torch.cat([net(part).log_softmax(dim=1) for part in x.split(200)]).numpy()


def accuracies(beliefs: Float[np.ndarray, "n classes"], videos: Videos) -> dict[str, float]:
    """Share of videos whose motion, pattern, and both at once, are those of the most probable joint label.

    beliefs: log-probabilities of `Videos.both`; sums of those of several streams fuse them. Raises ValueError for
    another shape, and for values that are not finite.
    """
    if beliefs.shape != (len(videos.frames), len(MOTIONS) * len(PATTERNS)):
        raise ValueError(
            f"beliefs: expected a row of {len(MOTIONS) * len(PATTERNS)} for each of {len(videos.frames)} videos, "
            f"got {beliefs.shape}"
        )
    if not np.isfinite(beliefs).all():
        raise ValueError("beliefs: expected finite log-probabilities, got NaN or infinite ones")
    motion, pattern = divmod(beliefs.argmax(axis=1), len(PATTERNS))
    right = {"motion": motion == videos.motions, "pattern": pattern == videos.patterns}
    right["both"] = right["motion"] & right["pattern"]
    return {name: float(values.mean()) for name, values in right.items()}
