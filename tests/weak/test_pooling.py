"""The best window of a map, of the part of it that holds objects, and where the gradient goes."""

import pytest
import torch

from thesiscode.weak import best_outside, global_max_pool, masked_max_pool


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_the_best_window_and_its_place():
    maps = draw(3, 4, 5, 7)
    best = global_max_pool(maps)
    for n in range(3):
        for k in range(4):
            one = maps[n, k]
            assert best.scores[n, k] == one.max() == one[best.rows[n, k], best.columns[n, k]]


def test_of_equal_scores_the_first_in_reading_order_wins():
    maps = torch.zeros(1, 1, 3, 4)
    maps[0, 0, 1, 3] = maps[0, 0, 2, 0] = 2.0
    best = global_max_pool(maps)
    assert (best.rows.item(), best.columns.item()) == (1, 3)


def test_the_gradient_goes_through_the_winning_window_alone():
    maps = draw(2, 3, 4, 4).requires_grad_()
    best = global_max_pool(maps)
    best.scores.sum().backward()
    expected = torch.zeros(2, 3, 4, 4)
    for n in range(2):
        for k in range(3):
            expected[n, k, best.rows[n, k], best.columns[n, k]] = 1
    assert torch.equal(maps.grad, expected)


def test_masked_pooling_stays_on_the_objects():
    maps, inside = draw(2, 3, 4, 4), draw(2, 3, 4, 4, seed=1) > 0.8
    inside[0, 1] = False
    found, beside = masked_max_pool(maps, inside).scores, best_outside(maps, inside).scores
    for n in range(2):
        for k in range(3):
            mine = inside[n, k]
            assert found[n, k] == (maps[n, k][mine].max() if mine.any() else maps[n, k].max())
            assert beside[n, k] == maps[n, k][~mine].max()


def test_an_object_that_fills_the_map_leaves_nothing_beside_it():
    assert best_outside(draw(1, 1, 2, 2), torch.ones(1, 1, 2, 2, dtype=torch.bool)).scores == -torch.inf


@pytest.mark.parametrize("shape", [(2, 3, 0, 4), (2, 3, 4), (3,)])
def test_maps_without_units_are_refused(unchecked, shape):
    with pytest.raises(ValueError, match="maps"):
        global_max_pool(torch.zeros(shape))


def test_a_mask_of_another_size_is_refused(unchecked):
    with pytest.raises(ValueError, match="inside"):
        masked_max_pool(draw(1, 1, 2, 2), torch.ones(1, 1, 2, 3, dtype=torch.bool))
