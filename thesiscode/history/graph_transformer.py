"""A graph transformer network: it reads strings of digits without being told where one digit ends (thesis Section 2.2).

LeCun et al. (1998). A string is cut at every place that could be a border. The cuts are the nodes of a *segmentation
graph*, pieces of the image between two cuts its edges. A network gives each edge a score for each digit. A reading of
the string is a path from the left end to the right one; its score is the sum along the path. All of it is
differentiable, so that the network learns from strings and their texts alone.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import nn

WIDTHS = (3, 8)
"""The least and the largest width of the ink of a piece, in pixels: those of the digits."""


class Segments(NamedTuple):
    """Segmentation graphs of n strings, each with up to K nodes."""

    pieces: Float[torch.Tensor, "E 1 8 8"]
    """the ink on each edge, in the middle of a window"""
    edges: Int[torch.Tensor, "E 3"]
    """string, left cut and right cut of each piece"""
    ends: Int[torch.Tensor, " n"]
    """the last cut of each string; the first is 0"""
    cuts: list[list[int]]
    """columns of the cuts: a piece has the columns from its left cut to before its right one"""


class Reading(NamedTuple):
    """The best path through a segmentation graph."""

    digits: list[int]
    pieces: list[tuple[int, int]]
    """columns of each piece: from, to"""
    score: float


def cuts_of(ink: Float[np.ndarray, " width"]) -> list[int]:
    """Columns at which a string may be cut: the ends of its ink, and both sides of each local minimum.

    ink: summed over the rows; a cut at k lies between the columns k - 1 and k. A gap between digits has one cut.
    Raises ValueError for no ink, or ink that is not finite or below 0.
    """
    if not ((ink >= 0) & np.isfinite(ink)).all() or not ink.any():
        raise ValueError(f"ink: expected finite numbers of at least 0, not all 0, got {ink}")
    columns = np.flatnonzero(ink > 0)
    left, right = int(columns[0]), int(columns[-1]) + 1
    low = [ink[k] <= ink[k - 1] and ink[k] <= ink[k + 1] for k in range(left + 1, right - 1)]
    low = np.array([False, *low, False])[: right - left]
    inside = [k for k in range(left + 1, right) if ink[k - 1] > 0 and (low[k - left] or low[k - 1 - left])]
    return [left, *inside, right]


def segment(images: Float[np.ndarray, "n 8 width"]) -> Segments:
    """The segmentation graph of each string: pieces between all pairs of cuts whose ink has a width in WIDTHS.

    There are more cuts than digits, on purpose: a missing cut cannot be mended later, a superfluous one can.

    Raises ValueError for images of another height, and for one without ink or with ink below 0.
    """
    if images.ndim != 3 or images.shape[1] != 8 or not len(images):
        raise ValueError(f"images: expected shape [n, 8, width], got {list(images.shape)}")
    if not (np.isfinite(images).all() and images.any(axis=(1, 2)).all()):
        raise ValueError("images: expected finite numbers, and ink on each")
    if (images < 0).any():
        raise ValueError(f"images: expected ink of at least 0, got {images.min()}")
    pieces, edges, cuts = [], [], [cuts_of(image.sum(axis=0)) for image in images]
    for number, (image, places) in enumerate(zip(images, cuts, strict=True)):
        for i, j in combinations(range(len(places)), 2):
            piece = image[:, places[i] : places[j]]
            piece = piece[:, piece.any(axis=0)]
            if WIDTHS[0] <= piece.shape[1] <= WIDTHS[1]:
                start = (8 - piece.shape[1]) // 2
                pieces.append(np.zeros((8, 8)))
                pieces[-1][:, start : start + piece.shape[1]] = piece
                edges.append((number, i, j))
    if not pieces:
        raise ValueError(f"images: expected ink with a width of at least {WIDTHS[0]}, got none")
    ends = torch.tensor([len(places) - 1 for places in cuts])
    return Segments(torch.tensor(np.array(pieces), dtype=torch.float32)[:, None], torch.tensor(edges), ends, cuts)


def recognizer(rng: torch.Generator) -> nn.Module:
    """Ten scores for a piece of the image: two convolutions and two fully connected layers."""
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 96),
        nn.ReLU(),
        nn.Linear(96, 10),
    )
    with torch.no_grad():
        for weights in (p for p in net.parameters() if p.ndim > 1):
            weights.normal_(0, (2 / weights[0].numel()) ** 0.5, generator=rng)
        for biases in (p for p in net.parameters() if p.ndim == 1):
            biases.zero_()
    return net


def path_scores(
    scores: Float[torch.Tensor, "n K K C"],
    ends: Int[torch.Tensor, " n"],
    length: int,
    labels: Int[torch.Tensor, "n length"] | None = None,
    *,
    best: bool = True,
) -> Float[torch.Tensor, " n"]:
    """The score of the best path with `length` pieces from node 0 to the last node, or the log of the sum over paths.

    scores[s, i, j, c]: of reading what is between the cuts i and j of string s as the class c; -inf where there is no
    edge. labels: only paths that read these are allowed. best: the maximum over paths, by the algorithm of Viterbi;
    else log sum exp, by the forward algorithm. -inf where there is no path.

    The gradient of the maximum is 1 at each edge and class of the best path, and 0 elsewhere.
    """
    n, nodes = scores.shape[:2]
    together = torch.amax if best else torch.logsumexp
    if labels is None:
        read = together(scores, dim=3)[..., None].expand(-1, -1, -1, length)
    else:
        read = scores.gather(3, labels[:, None, None, :].expand(-1, nodes, nodes, -1))
    read = read.clamp(min=LOW)  # [n, i, j, t]: of the piece from i to j as the t-th of the string
    nothing = scores.new_full((n, 1), LOW)
    reached = [torch.cat([scores.new_zeros(n, 1), nothing.expand(-1, length)], dim=1)]  # [n, t]: node 0 after t pieces
    for j in range(1, nodes):
        arriving = torch.stack(reached, dim=1)[:, :, :-1] + read[:, :j, j]
        reached.append(torch.cat([nothing, together(arriving, dim=1).clamp(min=LOW)], dim=1))
    found = torch.stack(reached, dim=1)[torch.arange(n), ends, length]
    return torch.where(found > LOW / 2, found, -torch.inf)


LOW = -1e9
"""A score for what cannot be: finite, so that sums and gradients stay so."""


def edge_scores(net: nn.Module, segments: Segments) -> Float[torch.Tensor, "n K K 10"]:
    """The scores of a network on all edges of all graphs, -inf where there is no edge."""
    n, nodes = len(segments.ends), int(segments.ends.max()) + 1
    empty = segments.pieces.new_full((n, nodes, nodes, 10), -torch.inf)
    string, left, right = segments.edges.T
    return empty.index_put((string, left, right), net(segments.pieces))


def string_loss(
    scores: Float[torch.Tensor, "n K K C"],
    ends: Int[torch.Tensor, " n"],
    labels: Int[torch.Tensor, "n length"],
    *,
    best: bool = False,
) -> Float[torch.Tensor, ""]:
    """How much better the network likes its own reading than the right one, as a mean over the strings.

    The score over all paths less that over paths with the right text. best: of the best path each, the discriminative
    Viterbi loss of LeCun et al. (1998), which is 0 once the best path reads the text. Else of the sum over paths: then
    it is minus the log of the probability of the text, and wants a margin too.

    Strings whose cuts allow no path with the right number of digits are left out. Raises ValueError if that is all.
    """
    every = path_scores(scores, ends, labels.shape[1], best=best)
    right = path_scores(scores, ends, labels.shape[1], labels, best=best)
    possible = torch.isfinite(right)
    if not possible.any():
        raise ValueError("labels: no string has a path with as many pieces as it has labels")
    return (every - right)[possible].mean()


def read_strings(net: nn.Module, segments: Segments, length: int) -> list[Reading]:
    """The best path of each string with `length` digits; a Reading without digits where there is none.

    Raises ValueError for a length below 1.
    """
    if length < 1:
        raise ValueError(f"length: expected at least 1 digit, got {length}")
    scores = edge_scores(net, segments).detach().requires_grad_()
    found = path_scores(scores, segments.ends, length)
    found[torch.isfinite(found)].sum().backward()
    assert scores.grad is not None
    readings = []
    for number, score in enumerate(found.tolist()):
        used = (scores.grad[number] > 0.5).nonzero().tolist()  # the gradient marks the path, see `path_scores`
        cuts = segments.cuts[number]
        readings.append(Reading([c for *_, c in used], [(cuts[i], cuts[j]) for i, j, _ in used], score))
    return readings


def train_reader(
    segments: Segments,
    labels: Int[torch.Tensor, "n length"],
    *,
    epochs: int = 12,
    batch_size: int = 25,
    learning_rate: float = 2e-3,
    best: bool = False,
    rng: torch.Generator,
) -> nn.Module:
    """A recognizer that learns from strings and their texts. `best`: see `string_loss`.

    Raises ValueError for labels that are not one text a string, or counts or rates not above 0.
    """
    n = len(segments.ends)
    if labels.ndim != 2 or len(labels) != n:
        raise ValueError(f"labels: expected shape [{n}, length], one text a string, got {list(labels.shape)}")
    if min(epochs, batch_size) < 1 or not learning_rate > 0:
        raise ValueError(
            "epochs, batch_size, learning_rate: expected numbers above 0, "
            f"got {epochs}, {batch_size} and {learning_rate}"
        )
    net = recognizer(rng).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=learning_rate)
    steps = epochs * -(-len(labels) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps)
    for _ in range(epochs):
        for rows in torch.randperm(len(labels), generator=rng).split(batch_size):
            some = _choose(segments, rows)
            optimizer.zero_grad()
            string_loss(edge_scores(net, some), some.ends, labels[rows], best=best).backward()
            optimizer.step()
            schedule.step()
    return net.eval()


def _choose(segments: Segments, rows: Int[torch.Tensor, " m"]) -> Segments:
    place = torch.full((len(segments.ends),), -1)
    place[rows] = torch.arange(len(rows))
    kept: Bool[torch.Tensor, " E"] = place[segments.edges[:, 0]] >= 0
    edges = segments.edges[kept].clone()
    edges[:, 0] = place[edges[:, 0]]
    return Segments(segments.pieces[kept], edges, segments.ends[rows], [segments.cuts[int(r)] for r in rows])
