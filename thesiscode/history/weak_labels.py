"""Weak labels of a scene, and what can be read from many of them (thesis 2.5.1, Figures 2-51 and 2-52)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from thesiscode.data.toyland import CONTEXTS, TARGETS
from thesiscode.data.toyland.layout import cast, draw_numbers

WORDS = {"pottedplant": "potted plant"}
MANY = {"sheep": "sheep", "person": "people"}
NUMBERS = ("", "", "two", "three", "four")
PLACES = {
    "sky": "in the sky",
    "sea": "at sea",
    "street": "in a street",
    "meadow": "on a meadow",
    "room": "in a room",
}


def caption(names: Sequence[str], context: str = "") -> str:
    """What a person may write of a scene: its objects, counted, and the place where it is given.

    Raises ValueError without objects, with more than four of a kind, and for an unknown place.
    """
    if not names:
        raise ValueError("names: expected at least one object, got none")
    if context and context not in PLACES:
        raise ValueError(f"context: expected one of {', '.join(PLACES)}, got {context!r}")
    parts = []
    for name in dict.fromkeys(names):
        n, word = list(names).count(name), WORDS.get(name, name)
        if n >= len(NUMBERS):
            raise ValueError(f"names: expected at most 4 of a kind, got {n} x {name}")
        article = "an" if word[0] in "aeiou" else "a"
        parts.append(f"{article} {word}" if n == 1 else f"{NUMBERS[n]} {MANY.get(name, word + 's')}")
    listed = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return f"{listed} {PLACES[context]}" if context else listed


def scribble(mask: Bool[np.ndarray, "H W"], *, points: int = 9) -> Float[np.ndarray, "k 2"]:
    """A stroke along the middle of an object, (x, y) each: the mean of the mask in slices across its longest axis.

    Points that fall outside of the mask move to its nearest pixel. Raises ValueError for an empty mask.
    """
    y, x = np.nonzero(mask)
    if not len(x):
        raise ValueError("mask: expected at least one pixel, got none")
    pixels = np.stack([x, y], axis=1).astype(float)
    centred = pixels - pixels.mean(axis=0)
    along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    edges = np.quantile(along, np.linspace(0.08, 0.92, points + 1))
    slices = [pixels[(along >= low) & (along <= high)] for low, high in pairwise(edges)]
    means = np.array([s.mean(axis=0) for s in slices if len(s)])
    return np.array([pixels[((pixels - m) ** 2).sum(axis=1).argmin()] for m in means])


def read_captions(n: int, seed: int, *, place_told: float = 0.5) -> list[tuple[set[str], str]]:
    """The words of n captions of Toyland: the classes, and the place in a share `place_told` of them, else "".

    Nothing is drawn: only what stands where is decided. Raises ValueError for a share outside of [0, 1], or n below 1.
    """
    if n < 1 or not 0 <= place_told <= 1:
        raise ValueError(f"n, place_told: expected at least 1 and a share in [0, 1], got {n} and {place_told}")
    rng = np.random.default_rng(seed)
    found = []
    for index in range(n):
        context, names = cast(draw_numbers(seed, index), TARGETS)
        found.append((set(names), context if rng.random() < place_told else ""))
    return found


def lift(captions: Sequence[tuple[set[str], str]], *, prior: float = 1.0) -> Float[np.ndarray, "classes contexts"]:
    """How many times more often a class is named with a place than it would be by chance: P(c, p) / P(c) P(p).

    Rows are TARGETS, columns CONTEXTS. prior: added to each count, so that rare pairs are drawn to 1; captions without
    a place are left out. Raises ValueError if that is all of them, for unknown classes and places, and for a prior that
    is not finite and above 0.
    """
    if not 0 < prior < np.inf:
        raise ValueError(f"prior: expected a finite number above 0, got {prior}")
    placed = [(names, place) for names, place in captions if names and place]
    if not placed:
        raise ValueError("captions: expected at least one that names a place and a class, got none")
    counts = np.zeros((len(TARGETS), len(CONTEXTS)))
    for names, place in placed:
        if place not in CONTEXTS:
            raise ValueError(f"captions: expected places of {', '.join(CONTEXTS)}, got {place!r}")
        if unknown := sorted(set(names) - set(TARGETS)):
            raise ValueError(f"captions: expected classes of {', '.join(TARGETS)}, got {', '.join(unknown)}")
        for name in names:
            counts[TARGETS.index(name), CONTEXTS.index(place)] += 1
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    return (counts + prior) / (expected + prior)
