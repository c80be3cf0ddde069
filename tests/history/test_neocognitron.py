"""S cells match, C cells pool, and both together keep an answer under shifts."""

import numpy as np
import pytest
import torch

from thesiscode.history.neocognitron import LINES, SHAPES, Neocognitron, c_cells, draw, s_cells

PROTOTYPES = torch.tensor(np.stack([draw(shape) for shape in SHAPES]))


def right(net, images):
    return (net.scores(images).argmax(dim=1) == torch.arange(len(SHAPES))).float().mean().item()


def shifted(dx, dy):
    return torch.tensor(np.stack([draw(shape, (dx, dy)) for shape in SHAPES]))


def test_s_cells_measure_the_cosine():
    rng = torch.Generator().manual_seed(0)
    planes, templates = torch.rand(2, 3, 6, 7, generator=rng), torch.rand(4, 3, 2, 3, generator=rng)
    found = s_cells(planes, templates, 0.5)
    assert found.shape == (2, 4, 5, 5)
    for k, (y, x) in enumerate([(0, 0), (2, 4), (4, 1), (3, 3)]):
        cosine = torch.cosine_similarity(planes[1, :, y : y + 2, x : x + 3].flatten(), templates[k].flatten(), dim=0)
        assert found[1, k, y, x].item() == pytest.approx(max(0, 2 * cosine.item() - 1), abs=1e-5)
    # A line is a line, however faint; nothing is nothing.
    torch.testing.assert_close(s_cells(0.1 * planes, templates, 0.5), found)
    assert (s_cells(0 * planes, templates, 0.5) == 0).all()


def test_each_direction_has_its_plane():
    for k, line in enumerate(LINES):
        found = s_cells(line[None], LINES, 0.6)[0, :, 0, 0]
        assert found[k].item() == pytest.approx(1) and (found > 0).sum() == 1


def test_c_cells_let_a_thing_be_off_its_place():
    plane = torch.zeros(1, 1, 9, 9)
    plane[0, 0, 4, 4] = 1
    assert c_cells(plane, 3).sum() == 9 and c_cells(plane, 3)[0, 0, 5, 3] == 1
    assert torch.equal(c_cells(plane, 1), plane)


def test_c_cells_keep_the_answer_under_shift():
    with_c, without = Neocognitron(PROTOTYPES, c1=5, c2=9), Neocognitron(PROTOTYPES, c1=1, c2=1)
    assert right(with_c, PROTOTYPES) == right(without, PROTOTYPES) == 1
    shifts = [(4, 0), (0, 4), (-4, 0), (0, -4), (3, 3), (-4, 4)]
    assert all(right(with_c, shifted(*s)) == 1 for s in shifts)
    assert np.mean([right(without, shifted(*s)) for s in shifts]) < 0.5


def test_a_prototype_matches_itself_wherever_it_is_within_reach():
    net = Neocognitron(PROTOTYPES, c1=3, c2=9)
    for shift in ((0, 0), (-4, 3), (4, 4)):
        scores = net.scores(shifted(*shift))
        torch.testing.assert_close(scores.diagonal(), torch.ones(len(SHAPES)))
        assert scores.max() < 1 + 1e-5


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match=r"shape: expected one of .*, got 'Q'"):
        draw("Q")
    with pytest.raises(ValueError, match="jitter: expected a number of at least 0, and an rng"):
        draw("T", jitter=1)
    with pytest.raises(ValueError, match="threshold: expected a number in"):
        s_cells(torch.ones(1, 1, 3, 3), LINES, 1.0)
    with pytest.raises(ValueError, match="templates: expected none that is empty"):
        s_cells(torch.ones(1, 1, 3, 3), 0 * LINES, 0.5)
    with pytest.raises(ValueError, match="size: expected an odd number of at least 1, got 2"):
        c_cells(torch.ones(1, 1, 3, 3), 2)


@pytest.mark.parametrize("shift", [(1,), (1, 2, 3), 1, (0, np.nan)])
def test_a_drawing_refuses_another_shift(unchecked, shift):
    with pytest.raises(ValueError, match=r"shift: expected two finite numbers \(x, y\), got"):
        draw("T", shift)
