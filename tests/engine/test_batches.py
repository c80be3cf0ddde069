"""Which examples a mini-batch holds, and who takes which."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from thesiscode import engine
from thesiscode.engine.batches import load, share, split


def order(sampler, epoch):
    sampler.set_epoch(epoch)
    return list(sampler)


def test_shuffling_takes_all_and_differs_between_epochs_and_seeds():
    sampler = engine.ShuffledSampler(50, seed=1)
    assert sorted(order(sampler, 1)) == list(range(50))
    assert order(sampler, 1) == order(sampler, 1) != order(sampler, 2)
    assert order(sampler, 1) != order(engine.ShuffledSampler(50, seed=2), 1)


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=60), st.integers(1, 90))
def test_balanced_batches_hold_each_class_once_a_round(labels, n):
    sampler = engine.BalancedSampler(labels, seed=0, n=n)
    drawn = [labels[i] for i in order(sampler, 1)]
    classes = sorted(set(labels))
    assert len(drawn) == len(sampler) == n
    for block in split(drawn, len(classes)):
        assert len(set(block)) == len(block)
    # Within a class, no example comes twice before all others came once.
    for value in classes:
        counts = Counter(i for i in order(sampler, 1) if labels[i] == value)
        most = [counts[i] for i, label in enumerate(labels) if label == value]
        assert max(most) - min(most) <= 1


def test_balancing_is_drawn_anew_each_epoch_from_arrays_too():
    labels = np.array([0] * 90 + [1] * 10)
    sampler = engine.BalancedSampler(labels, seed=0)
    assert order(sampler, 1) == order(sampler, 1) != order(sampler, 2)
    assert labels[order(sampler, 1)].mean() == 0.5
    assert order(sampler, 1) == order(engine.BalancedSampler(torch.as_tensor(labels), seed=0), 1)


def test_a_balanced_round_starts_with_any_class():
    firsts = {order(engine.BalancedSampler([0, 1], seed=seed), 1)[0] for seed in range(20)}
    assert firsts == {0, 1}


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(1, 5))
def test_shares_make_up_the_batch(batch, n):
    shares = [share(batch, rank, n) for rank in range(n)]
    assert [i for part in shares for i in part] == batch
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("kind", ["whole", "pairs", "subset"])
def test_batches_come_whole_or_are_stacked(kind, workers):
    whole = engine.Tensors(torch.arange(20.0).reshape(10, 2), torch.arange(10))
    data = {
        "whole": whole,
        "pairs": [whole[i] for i in range(10)],
        "subset": torch.utils.data.Subset([whole[i] for i in range(10)], range(10)),
    }[kind]
    (x, y), last = load(data, [[3, 1], [9]], workers=workers, seed=0, epoch=1, pin=False)
    assert x.tolist() == [[6, 7], [2, 3]] and y.tolist() == [3, 1]
    assert last[1].tolist() == [9]


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="targets: expected 3, one an input, got 2"):
        engine.Tensors(torch.zeros(3, 1), torch.zeros(2))
    with pytest.raises(ValueError, match="labels: expected at least one"):
        engine.BalancedSampler([], seed=0)
    with pytest.raises(ValueError, match="n: expected an integer of at least 1, got 0"):
        engine.BalancedSampler([1], seed=0, n=0)
