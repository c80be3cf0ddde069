"""Strings of digits, their segmentation graphs, the best path and the sum over paths, and a reader that learns."""

from itertools import combinations, product

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from thesiscode import zoo
from thesiscode.history.digit_strings import digit_strings, split_digits
from thesiscode.history.graph_transformer import (
    cuts_of,
    edge_scores,
    path_scores,
    read_strings,
    recognizer,
    segment,
    string_loss,
    train_reader,
)
from thesiscode.history.reading import ReaderSettings, held_out_accuracy, reading_accuracy


def random_graphs(seed, n=3, nodes=6, classes=4):
    """Scores of random graphs; about a third of the edges is missing."""
    rng = torch.Generator().manual_seed(seed)
    scores = 3 * torch.randn(n, nodes, nodes, classes, generator=rng, dtype=torch.float64)
    scores[torch.rand(n, nodes, nodes, generator=rng) < 0.3] = -torch.inf
    return scores, torch.randint(2, nodes, (n,), generator=rng)


def all_paths(scores, end, length, text=None):
    """Scores of every path and reading, by enumeration."""
    found = []
    for inner in combinations(range(1, int(end)), length - 1):
        nodes = (0, *inner, int(end))
        for digits in [text] if text is not None else product(range(scores.shape[2]), repeat=length):
            steps = zip(nodes[:-1], nodes[1:], digits, strict=True)
            found.append(float(sum(scores[i, j, int(c)] for i, j, c in steps)))
    return np.array([f for f in found if np.isfinite(f)])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("length", [1, 2, 3])
def test_path_scores_are_those_of_enumeration(seed, length):
    scores, ends = random_graphs(seed)
    text = torch.randint(4, (3, length), generator=torch.Generator().manual_seed(seed))
    for labels in (None, text):
        best = path_scores(scores, ends, length, labels)
        total = path_scores(scores, ends, length, labels, best=False)
        for k in range(3):
            paths = all_paths(scores[k], ends[k], length, None if labels is None else labels[k])
            assert best[k].item() == pytest.approx(paths.max() if len(paths) else -np.inf)
            assert total[k].item() == pytest.approx(np.logaddexp.reduce(paths) if len(paths) else -np.inf)


def test_gradients_are_those_of_differences_and_mark_the_best_path():
    rng = torch.Generator().manual_seed(0)
    scores = torch.randn(3, 4, 4, 3, generator=rng, dtype=torch.float64).requires_grad_()
    ends, text = torch.tensor([3, 2, 3]), torch.tensor([[0, 1], [2, 0], [1, 1]])
    for best in (True, False):
        assert torch.autograd.gradcheck(lambda s, best=best: string_loss(s, ends, text, best=best), (scores,))
    (marks,) = torch.autograd.grad(path_scores(scores, ends, 2).sum(), scores)
    assert set(marks.unique().tolist()) == {0, 1} and (marks.sum(dim=(1, 2, 3)) == 2).all()


def test_the_loss_is_minus_the_log_of_the_probability_of_the_text():
    scores, ends = random_graphs(1)
    scores = scores.clamp(min=-20)
    texts = torch.cartesian_prod(torch.arange(4), torch.arange(4))
    chances = [torch.exp(-string_loss(scores[:1], ends[:1], text[None])).item() for text in texts if ends[0] > 1]
    assert sum(chances) == pytest.approx(1)


def test_the_viterbi_loss_is_0_where_the_text_is_read():
    scores, ends = random_graphs(2)
    scores = scores.clamp(min=-20)[:1].requires_grad_()
    (marks,) = torch.autograd.grad(path_scores(scores, ends[:1], 2).sum(), scores)
    text = marks[0].nonzero()[:, 2][None]
    loss = string_loss(scores, ends[:1], text, best=True)
    (gradient,) = torch.autograd.grad(loss, scores)
    assert loss == 0 and (gradient == 0).all()
    assert string_loss(scores, ends[:1], text) > 0  # the sum over paths wants more


def test_cuts_are_the_ends_and_both_sides_of_minima():
    assert cuts_of(np.array([0, 3, 5, 2, 4, 4.5, 0, 0])) == [1, 3, 4, 6]
    assert cuts_of(np.array([1, 3, 0, 0, 2, 2.5])) == [0, 2, 6]  # one cut for a gap
    assert cuts_of(np.array([2.0])) == [0, 1]


def test_nearly_all_true_borders_are_among_the_cuts():
    strings = digit_strings(200, rng=np.random.default_rng(0))
    segments = segment(strings.images)
    kept = []
    for image, places, borders in zip(strings.images, segments.cuts, strings.borders, strict=True):
        ink = np.flatnonzero(image.any(axis=0))
        pairs = combinations(places, 2)
        pieces = {(inner[0], inner[-1] + 1) for i, j in pairs if len(inner := ink[(ink >= i) & (ink < j)])}
        kept.append({tuple(b) for b in borders.tolist()} <= pieces)
    assert np.mean(kept) > 0.97


def test_no_digit_is_in_both_parts():
    digits = {part: split_digits(part)[0] for part in ("train", "test")}
    seen = {image.tobytes() for image in digits["train"]}
    assert not any(image.tobytes() in seen for image in digits["test"])
    assert sum(map(len, digits.values())) == len(load_digits().target)


def test_strings_are_made_of_the_digits_of_their_part():
    strings = digit_strings(20, 1, part="test", rng=np.random.default_rng(0))
    images, targets = split_digits("test")
    for image, label in zip(strings.images, strings.labels[:, 0], strict=True):
        ink = image[:, image.max(axis=0) > 0]
        assert any(np.array_equal(ink, d[:, d.max(axis=0) > 0]) for d in images[targets == label])
    three = digit_strings(5, rng=np.random.default_rng(0))
    assert three.images.shape == (5, 8, 30) and three.labels.shape == (5, 3)
    assert three.images.min() >= 0 and three.images.max() == 1


def test_the_reader_that_ships_reads_nine_of_ten_strings_of_new_digits():
    net = recognizer(torch.Generator())
    card = zoo.load_into(net, "history/digit-strings")
    found = held_out_accuracy(net.eval(), ReaderSettings(), 0)
    assert found["strings"] >= 0.9
    assert found == pytest.approx(card["metrics"], abs=0.005)


def test_a_short_training_teaches_to_read():
    strings = digit_strings(60, 2, rng=np.random.default_rng(0))
    segments, labels = segment(strings.images), torch.tensor(strings.labels)
    for best in (False, True):
        before = recognizer(torch.Generator().manual_seed(0))
        after = train_reader(segments, labels, epochs=15, best=best, rng=torch.Generator().manual_seed(0))
        right = [reading_accuracy(read_strings(net, segments, 2), strings.labels)["strings"] for net in (before, after)]
        assert right[0] < 0.2 and right[1] > 0.5


def test_readings_are_paths():
    strings = digit_strings(10, rng=np.random.default_rng(0))
    segments, net = segment(strings.images), recognizer(torch.Generator().manual_seed(0))
    scores = edge_scores(net, segments)
    for k, reading in enumerate(read_strings(net, segments, 3)):
        starts, stops = zip(*reading.pieces, strict=True)
        cuts = segments.cuts[k]
        assert (starts[0], stops[-1]) == (cuts[0], cuts[-1]) and starts[1:] == stops[:-1]
        pairs = zip(reading.pieces, reading.digits, strict=True)
        total = sum(scores[k, cuts.index(i), cuts.index(j), c].item() for (i, j), c in pairs)
        assert reading.score == pytest.approx(total, rel=1e-4)


def test_bad_input(unchecked):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="n, length, overlap: expected at least 1, 1 and 0, got 0, 3 and 0"):
        digit_strings(0, rng=rng)
    with pytest.raises(ValueError, match="part: expected 'train' or 'test', got 'all'"):
        digit_strings(1, part="all", rng=rng)
    with pytest.raises(ValueError, match="part: expected 'train' or 'test', got 'all'"):
        split_digits("all")
    with pytest.raises(ValueError, match=r"images: expected shape \[n, 8, width\], got \[1, 9, 27\]"):
        segment(np.ones((1, 9, 27)))
    with pytest.raises(ValueError, match="images: expected finite numbers, and ink on each"):
        segment(np.zeros((1, 8, 27)))
    with pytest.raises(ValueError, match="images: expected ink with a width of at least 3, got none"):
        segment(np.eye(8)[:, :2][None])
    scores = torch.full((1, 3, 3, 10), -torch.inf)
    with pytest.raises(ValueError, match="labels: no string has a path with as many pieces"):
        string_loss(scores, torch.tensor([2]), torch.tensor([[1, 2]]))
    with pytest.raises(ValueError, match="epochs: expected an integer of at least 1, got 0"):
        ReaderSettings(epochs=0)


def graph(n=2):
    return segment(digit_strings(n, rng=np.random.default_rng(0)).images)


def train(labels, **options):
    return train_reader(graph(), labels, rng=torch.Generator().manual_seed(0), **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read_strings(recognizer(torch.Generator()), graph(), 0), "length: expected at least 1 digit, got 0"),
        (lambda: cuts_of(np.zeros(4)), "ink: expected finite numbers of at least 0, not all 0, got"),
        (lambda: cuts_of(np.array([1.0, -1, 2])), "ink: expected finite numbers of at least 0"),
        (lambda: cuts_of(np.array([1.0, np.nan, 2])), "ink: expected finite numbers of at least 0"),
        (lambda: segment(np.full((1, 8, 27), -1.0)), "images: expected ink of at least 0, got -1.0"),
        (lambda: train(torch.zeros(3, 3, dtype=int)), r"labels: expected shape \[2, length\], .* got \[3, 3\]"),
        (lambda: train(torch.zeros(2, dtype=int)), r"labels: expected shape \[2, length\], .* got \[2\]"),
        (lambda: train(torch.zeros(2, 3, dtype=int), epochs=0), "epochs, batch_size, .* above 0, got 0, 25 and 0.002"),
        (lambda: train(torch.zeros(2, 3, dtype=int), batch_size=0), "epochs, batch_size, .* got 12, 0 and 0.002"),
        (
            lambda: digit_strings(1, overlap=8, rng=np.random.default_rng(0)),
            "overlap: expected less than the narrowest digit, [23] columns, got 8",
        ),
    ],
)
def test_strings_refuse(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
