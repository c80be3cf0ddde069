"""Source images: one centred object each, labelled by its breed; the part that ImageNet plays in thesis Chapter 3.

Three sets of one style and size stand for the thesis' 1000C, 1000R and 1512 (Section 3.4.1). `related` favours a few
target classes, as ILSVRC favours dogs and birds, and hardly knows others. `random` draws as many breeds from all.
`enlarged` adds half as many again to `related`, from the families that it lacks: hoofed animals, furniture, vehicles.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from jaxtyping import Bool, UInt8
from PIL import Image, ImageDraw
from torch.utils.data import Dataset

from thesiscode.data.toyland.classes import CLASSES, N_BREEDS, draw_object
from thesiscode.data.toyland.looks import Look

SIDE = 64  # pixels
STREAM = 101  # tells these images' random numbers from those of other data of the same seed
STRIDE = 37  # consecutive images show different classes; coprime with the sizes of all three sets

# How many breeds of a class each set holds: the first of the class. `random` is drawn, see source_breeds.
RELATED = {
    "aeroplane": 4, "bicycle": 2, "bird": 12, "boat": 6, "bottle": 6, "car": 6,
    "cat": 6, "chair": 3, "dog": 20, "person": 0, "pottedplant": 3, "sheep": 2,
    "bus": 4, "butterfly": 6, "cup": 6, "fish": 8, "horse": 0, "house": 4,
    "lamp": 4, "mushroom": 6, "rocket": 3, "table": 2, "tractor": 3, "tree": 4,
}  # fmt: skip
ADDED = {"sheep": 12, "horse": 14, "chair": 10, "table": 8, "bicycle": 6, "car": 5, "bus": 5}
SETS = ("related", "random", "enlarged")


@cache
def source_breeds(which: str) -> tuple[tuple[str, int], ...]:
    """The (class, breed) pairs of a source set, in the order of their labels.

    `related` holds 120 pairs (table RELATED), `random` 120 drawn without replacement from all 24 x 20, `enlarged` the
    120 of `related` followed by 60 more (table ADDED). Raises ValueError for another name.
    """
    related = tuple((name, breed) for name in CLASSES for breed in range(RELATED[name]))
    if which == "related":
        return related
    if which == "enlarged":
        return related + tuple((name, RELATED[name] + k) for name, more in ADDED.items() for k in range(more))
    if which == "random":
        drawn = np.random.default_rng(STREAM).choice(len(CLASSES) * N_BREEDS, len(related), replace=False)
        return tuple((CLASSES[k // N_BREEDS], int(k % N_BREEDS)) for k in sorted(drawn.tolist()))
    raise ValueError(f"which: expected one of {', '.join(SETS)}; got {which!r}")


def _colours(rng: np.random.Generator, n: int) -> list[tuple[int, int, int]]:
    """`n` muted colours around one mood."""
    mood = rng.uniform(50, 220, 3)
    mood += 0.4 * (mood.mean() - mood)
    return [tuple(c) for c in np.clip(mood + rng.normal(0, 38, (n, 3)), 0, 255).astype(int).tolist()]


def source_background(rng: np.random.Generator, side: int = SIDE) -> Image.Image:
    """An RGB picture with nothing to name in it: a soft gradient, blobs, stripes, checks or a horizon, and clutter."""
    big = 2 * side
    kind = rng.integers(5)
    tones = _colours(rng, 8)
    n = int(rng.integers(2, 6))
    coarse = np.array([tones[k] for k in rng.integers(0, 8, n * n)], np.uint8).reshape(n, n, 3)
    image = Image.fromarray(coarse).resize((big, big), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    if kind == 1:
        for x, y, r, k in zip(
            *rng.uniform(0, big, (2, 9)), rng.uniform(0.05, 0.2, 9) * big, rng.integers(0, 8, 9), strict=True
        ):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=tones[k])
    elif kind == 2:
        width, lean = rng.uniform(0.05, 0.16) * big, rng.uniform(-0.6, 0.6) * big
        for k in range(-4, int(big / width) + 4, 2):
            x = k * width
            draw.polygon((x, 0, x + width, 0, x + width + lean, big, x + lean, big), fill=tones[0])
    elif kind == 3:
        width = rng.uniform(0.08, 0.2) * big
        for k in range(int(big / width) + 1):
            for m in range(k % 2, int(big / width) + 1, 2):
                draw.rectangle((m * width, k * width, (m + 1) * width, (k + 1) * width), fill=tones[1])
    elif kind == 4:
        y = rng.uniform(0.45, 0.8) * big
        draw.rectangle((0, y, big, big), fill=tones[2])
        draw.rectangle((0, y, big, y + 0.03 * big), fill=tones[3])
    for x, y, u, v, k in rng.uniform(0, 1, (int(rng.integers(2, 8)), 5)).tolist():
        x, y, fill = x * big, y * big, tones[int(k * 8)]
        shape = int(k * 64) % 3
        if shape == 0:
            draw.ellipse((x, y, x + (0.03 + 0.2 * u) * big, y + (0.03 + 0.2 * v) * big), fill=fill)
        elif shape == 1:
            draw.polygon(
                (x, y, x + (u - 0.5) * 0.5 * big, y + v * 0.3 * big, x + 0.2 * big * v, y - 0.2 * big * u), fill=fill
            )
        else:
            draw.line((x, y, x + (u - 0.5) * big, y + (v - 0.5) * big), fill=fill, width=2 + int(4 * u))
    return image.reduce(2)


def _arrange(
    seed: int, index: int, which: str
) -> tuple[int, Look, UInt8[np.ndarray, "side side 4"], tuple[int, int], np.random.Generator]:
    """Label, look, RGBA layer and corner (x, y) of the object of an image, and the generator for what is left."""
    breeds = source_breeds(which)
    for name, value in (("seed", seed), ("index", index)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise ValueError(f"{name}: expected an integer >= 0, got {value!r}")
    rng = np.random.default_rng([seed, STREAM, index])
    label = index * STRIDE % len(breeds)
    look = Look.random(rng)
    side = int(rng.integers(46, 61))
    dx, dy = rng.integers(-4, 5, 2).tolist()
    corner = ((SIDE - side) // 2 + dx, (SIDE - side) // 2 + dy)
    return label, look, draw_object(*breeds[label], side, look), corner, rng


def source_image(seed: int, index: int, which: str = "related") -> tuple[UInt8[np.ndarray, "64 64 3"], int]:
    """Image `index` of the endless set that `seed` and `which` name, and its label in source_breeds(which).

    The object is 46 to 60 pixels large and at most 4 pixels off the centre. Every 120 (`enlarged`: 180) images in a
    row hold each breed once. Raises ValueError for an unknown set or a negative seed or index.
    """
    label, look, layer, corner, rng = _arrange(seed, index, which)
    picture = source_background(rng)
    dimmed = np.asarray(picture) * np.array(look.tint, np.float32) * np.float32(look.light)
    canvas = Image.fromarray(np.clip(dimmed, 0, 255).astype(np.uint8))
    thing = Image.fromarray(layer)
    canvas.paste(thing, corner, thing)
    grain = rng.standard_normal((SIDE, SIDE, 3), dtype=np.float32) * np.float32(3.0)
    return np.clip(np.asarray(canvas) + grain + np.float32(0.5), 0, 255).astype(np.uint8), label


def source_mask(seed: int, index: int, which: str = "related") -> Bool[np.ndarray, "64 64"]:
    """The pixels of `source_image` with the same arguments that the object covers at least half."""
    _, _, layer, (x, y), _ = _arrange(seed, index, which)
    frame = Image.new("L", (SIDE, SIDE))
    frame.paste(Image.fromarray(layer[..., 3].copy()), (x, y))
    return np.asarray(frame) >= 128


class SourceImages(Dataset):
    """The first `n` source images of a seed as a torch dataset of (uint8 tensor [3, 64, 64], label) pairs.

    Labels are fine, one a breed, or coarse with labels="class": the granularity of thesis Section A.1.2.
    `classes[label]` names a label, "dog-07" or "dog"; `breeds` lists the set's (class, breed) pairs. Item i does not
    depend on the process, on n, or on what was asked for before. Raises ValueError as source_image does, for n < 1 and
    for other labels.
    """

    def __init__(self, which: str = "related", n: int = 12_000, seed: int = 0, *, labels: str = "breed") -> None:
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            raise ValueError(f"n: expected an integer >= 1, got {n!r}")
        if labels not in ("breed", "class"):
            raise ValueError(f"labels: expected 'breed' or 'class', got {labels!r}")
        self.breeds = source_breeds(which)
        names = [f"{name}-{breed:02d}" if labels == "breed" else name for name, breed in self.breeds]
        self.classes = tuple(dict.fromkeys(names))
        self._label = [self.classes.index(name) for name in names]
        self.which, self.n, self.seed = which, int(n), seed

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        if not -self.n <= index < self.n:
            raise IndexError(f"index: expected an integer in [-{self.n}, {self.n}), got {index!r}")
        image, breed = source_image(self.seed, index % self.n, self.which)
        return torch.from_numpy(image.transpose(2, 0, 1).copy()), self._label[breed]
