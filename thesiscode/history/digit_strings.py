"""Strings of handwritten digits, made of the digits that come with scikit-learn (thesis Section 2.2)."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from sklearn.datasets import load_digits

TEST_SHARE = 0.25


class DigitStrings(NamedTuple):
    """Images of strings, ink on paper, and what they say."""

    images: Float[np.ndarray, "n height width"]
    """from 0 (paper) to 1 (ink)"""
    labels: Int[np.ndarray, "n length"]
    """digits, from left to right"""
    borders: Int[np.ndarray, "n length 2"]
    """columns of each digit, from and to: for tests and drawings, no reader learns from them"""


def digit_strings(
    n: int, length: int = 3, *, part: str = "train", overlap: int = 0, rng: np.random.Generator
) -> DigitStrings:
    """n strings of digits side by side, closer or farther apart at random.

    Each digit is 8 pixels high, cut to the columns with ink; the next one begins `overlap` columns before its end or up
    to two columns after it. Where digits overlap, the darker value counts. part: "train" or "test"; no digit is in
    both. Images are 8 high and 10 wide for each digit of a string, the string in the middle.

    Raises ValueError for counts below 1, another part, or an overlap below 0 or not below the width of each digit.
    """
    if min(n, length) < 1 or overlap < 0:
        raise ValueError(f"n, length, overlap: expected at least 1, 1 and 0, got {n}, {length} and {overlap}")
    images, targets = split_digits(part)
    narrowest = (images.max(axis=1) > 0).sum(axis=1).min()
    if overlap >= narrowest:
        raise ValueError(f"overlap: expected less than the narrowest digit, {narrowest} columns, got {overlap}")
    labels = rng.integers(10, size=(n, length))
    width = 10 * length
    canvases, borders = np.zeros((n, 8, width)), np.zeros((n, length, 2), int)
    for canvas, digits, border in zip(canvases, labels, borders, strict=True):
        chosen = [images[rng.choice(np.flatnonzero(targets == digit))] for digit in digits]
        chosen = [image[:, image.max(axis=0) > 0] for image in chosen]
        gaps = rng.integers(-overlap, 3, length - 1)
        starts = np.concatenate([[0], np.cumsum([c.shape[1] for c in chosen[:-1]] + gaps)]).astype(int)
        start = (width - starts[-1] - chosen[-1].shape[1]) // 2
        border[:] = [(start + s, start + s + c.shape[1]) for s, c in zip(starts, chosen, strict=True)]
        for (place, _), image in zip(border, chosen, strict=True):
            part_of = canvas[:, place : place + image.shape[1]]
            np.maximum(part_of, image, out=part_of)
    return DigitStrings(canvases, labels, borders)


def split_digits(part: str) -> tuple[Float[np.ndarray, "n 8 8"], Int[np.ndarray, " n"]]:
    """scikit-learn's digits, from 0 to 1, and what they are: a fixed quarter for "test", the others for "train".

    Raises ValueError for another part.
    """
    if part not in ("train", "test"):
        raise ValueError(f"part: expected 'train' or 'test', got {part!r}")
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    first = int(TEST_SHARE * len(order))
    rows = order[:first] if part == "test" else order[first:]
    return data.images[rows] / 16, data.target[rows]
