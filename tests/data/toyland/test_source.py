"""Source images and their three sets: what they hold, how they are drawn, and that they repeat."""

import collections

import numpy as np
import pytest
from torch.utils.data import DataLoader

from thesiscode.data.toyland.classes import CLASSES, N_BREEDS, TARGETS
from thesiscode.data.toyland.source import ADDED, RELATED, SETS, SourceImages, source_breeds, source_image, source_mask


def test_the_sets_have_the_sizes_and_overlaps_that_they_state():
    related, random, enlarged = map(source_breeds, SETS)
    assert len(related) == len(random) == 120 and len(enlarged) == 180
    assert enlarged[:120] == related
    assert collections.Counter(name for name, _ in enlarged[120:]) == ADDED
    for pairs in (related, random, enlarged):
        assert len(set(pairs)) == len(pairs)
        assert all(name in CLASSES and 0 <= breed < N_BREEDS for name, breed in pairs)


def test_related_knows_dogs_and_birds_but_hardly_furniture_or_hoofed_animals():
    assert RELATED["dog"] + RELATED["bird"] > sum(
        RELATED[name] for name in ("chair", "table", "sheep", "horse", "bicycle")
    )
    assert set(ADDED) & set(TARGETS) == {"sheep", "chair", "bicycle", "car"}


def test_random_spreads_over_the_classes_as_chance_does():
    counts = collections.Counter(name for name, _ in source_breeds("random"))
    assert len(counts) >= 22 and max(counts.values()) <= 11


@pytest.mark.parametrize("which", SETS)
def test_labels_are_balanced(which):
    n = len(source_breeds(which))
    assert sorted(source_image(0, i, which)[1] for i in range(n)) == list(range(n))


def test_an_image_does_not_depend_on_order_or_length():
    forward = [SourceImages(n=40, seed=5)[i] for i in range(40)]
    longer = SourceImages(n=90, seed=5)
    for i in reversed(range(40)):
        image, label = longer[i]
        assert label == forward[i][1] and bool((image == forward[i][0]).all())


def test_workers_give_the_same_bytes():
    data = SourceImages("enlarged", n=24, seed=2)
    batches = [np.concatenate([x.numpy() for x, _ in DataLoader(data, 6, num_workers=k)]) for k in (0, 2)]
    assert np.array_equal(*batches)


def test_seeds_and_sets_differ():
    a, b, c = source_image(0, 7)[0], source_image(1, 7)[0], source_image(0, 8)[0]
    assert (a != b).mean() > 0.5 and (a != c).mean() > 0.5


def test_an_item_is_an_image_and_a_label():
    data = SourceImages("random", n=3)
    image, label = data[-1]
    assert image.shape == (3, 64, 64) and str(image.dtype) == "torch.uint8"
    assert data.breeds[label] == source_breeds("random")[label]
    assert data.classes[label] == "{}-{:02d}".format(*data.breeds[label])
    assert len(data) == len(list(data)) == 3


def test_coarse_labels_are_the_classes_of_the_fine_ones():
    fine, coarse = (SourceImages("enlarged", n=60, labels=labels) for labels in ("breed", "class"))
    assert len(fine.classes) == 180 and len(coarse.classes) == 23  # all but the person
    for i in range(60):
        assert fine.breeds[fine[i][1]][0] == coarse.classes[coarse[i][1]]


def test_the_sets_share_one_style():
    means = [np.mean([source_image(0, i, which)[0].mean() for i in range(120)]) for which in SETS]
    assert np.ptp(means) < 12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: source_breeds("1000C"), "which: expected one of related, random, enlarged; got '1000C'"),
        (lambda: source_image(0, -1), "index: expected an integer >= 0, got -1"),
        (lambda: source_image(-2, 0), "seed: expected an integer >= 0, got -2"),
        (lambda: SourceImages(n=0), "n: expected an integer >= 1, got 0"),
        (lambda: SourceImages(labels="kind"), "labels: expected 'breed' or 'class', got 'kind'"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_index_past_the_end_is_an_index_error():
    with pytest.raises(IndexError, match="index"):
        SourceImages(n=3)[3]


def test_the_mask_says_where_the_object_is():
    for index in range(30):
        mask = source_mask(2, index)
        rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
        extent = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
        assert 42 <= extent <= 60
        middle = ((rows[0] + rows[-1]) / 2, (columns[0] + columns[-1]) / 2)
        assert max(abs(v - 31.5) for v in middle) < 9
