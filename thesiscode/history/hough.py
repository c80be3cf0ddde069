"""Lines by voting: each edge pixel votes for all lines through it (Duda and Hart 1972; thesis Section 2.1)."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int


class HoughVotes(NamedTuple):
    """The accumulator: votes[r, a] for the line x cos(angles[a]) + y sin(angles[a]) = offsets[r]."""

    votes: Int[np.ndarray, "R A"]
    offsets: Float[np.ndarray, " R"]
    """pixels"""
    angles: Float[np.ndarray, " A"]
    """radians in [0, pi), of the normal of the line"""


def hough_votes(edges: Bool[np.ndarray, "H W"], *, n_angles: int = 180) -> HoughVotes:
    """Votes of all edge pixels, one for each angle; offsets are rounded to whole pixels.

    Pixel (x, y) has the column x and the row y. Raises ValueError for an image that is not two-dimensional, not finite
    or has no edge pixel, or fewer than 2 angles.
    """
    if not np.isfinite(edges).all():
        raise ValueError("edges: expected True or False, got numbers that are not finite")
    edges = np.asarray(edges, bool)
    if edges.ndim != 2 or not edges.any():
        raise ValueError(f"edges: expected an image [H, W] with an edge pixel, got shape {edges.shape}, {edges.sum()}")
    if n_angles < 2:
        raise ValueError(f"n_angles: expected at least 2, got {n_angles}")
    y, x = np.nonzero(edges)
    angles = np.arange(n_angles) * np.pi / n_angles
    offset = np.rint(np.outer(x, np.cos(angles)) + np.outer(y, np.sin(angles))).astype(int)
    reach = int(np.ceil(np.hypot(*edges.shape)))
    votes = np.zeros((2 * reach + 1, n_angles), int)
    np.add.at(votes, (offset + reach, np.arange(n_angles)), 1)
    return HoughVotes(votes, np.arange(-reach, reach + 1.0), angles)


def hough_peaks(
    found: HoughVotes, *, least: int, count: int = 1000, angle: float = 0.1, offset: float = 6.0
) -> Float[np.ndarray, "k 3"]:
    """The strongest lines (offset, angle, votes), strongest first, none of them close to a stronger one.

    Close: the angles differ by less than `angle` (radians) and the offsets by less than `offset` (pixels). least: votes
    that a line needs. Raises ValueError for a `least` or `count` below 1, or an `angle` or `offset` below 0.
    """
    if least < 1:
        raise ValueError(f"least: expected at least 1 vote, got {least}")
    if count < 1:
        raise ValueError(f"count: expected at least 1 line, got {count}")
    if not (angle >= 0 and offset >= 0):
        raise ValueError(f"angle, offset: expected numbers of at least 0, got {angle} and {offset}")
    rows, columns = np.nonzero(found.votes >= least)
    order = np.argsort(-found.votes[rows, columns], kind="stable")
    kept: list[tuple[float, float, float]] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        line = (found.offsets[row], found.angles[column])
        gaps = [line_gap(line, other[:2]) for other in kept]
        if len(kept) < count and not any(a < angle and o < offset for o, a in gaps):
            kept.append((*line, float(found.votes[row, column])))
    return np.array(kept).reshape(-1, 3)


def line_gap(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """How far two lines (offset, angle) are apart, in offset (pixels) and angle (radians, at most pi / 2).

    The line (r, a) is also the line (-r, a + pi); the form in which the angles are closer counts.
    """
    (r, a), (s, b) = one, other
    turns = round((a - b) / np.pi)
    return abs(r - (-s if turns % 2 else s)), abs(a - b - turns * np.pi)


def line_through(ends: Float[np.ndarray, "2 2"]) -> tuple[float, float]:
    """Offset and angle of the line through two points (x, y). Raises ValueError if they coincide, or are not finite."""
    if np.shape(ends) != (2, 2) or not np.isfinite(ends).all():
        raise ValueError(f"ends: expected two finite points (x, y), got {ends}")
    (x0, y0), (x1, y1) = np.asarray(ends, float)
    if x0 == x1 and y0 == y1:
        raise ValueError(f"ends: expected two different points, got {ends}")
    angle = np.arctan2(x0 - x1, y1 - y0)  # of the normal
    offset = x0 * np.cos(angle) + y0 * np.sin(angle)
    return (float(offset), float(angle)) if 0 <= angle < np.pi else (float(-offset), float(angle % np.pi))
