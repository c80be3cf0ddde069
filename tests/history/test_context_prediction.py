"""Context prediction: pairs of patches."""

import pytest
import torch

from thesiscode.history import POSITIONS, ContextNet, sample_pairs


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


def coordinates(n, side=64):
    """Images whose two channels hold the row and the column of each pixel."""
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return torch.stack([rows, columns]).expand(n, -1, -1, -1)


@pytest.mark.parametrize(("gap", "jitter"), [(8, 3), (0, 0), (5, 5)])
def test_patches_are_where_the_position_says(gap, jitter):
    pairs = sample_pairs(coordinates(400), draw(), size=20, gap=gap, jitter=jitter)
    first, second = pairs.first[:, :, 0, 0], pairs.second[:, :, 0, 0]
    assert torch.equal(first, pairs.corners[:, 0]) and torch.equal(second, pairs.corners[:, 1])
    ideal = (20 + gap) * torch.tensor(POSITIONS)[pairs.positions]
    assert (second - first - ideal).abs().max() == jitter
    apart = (second - first).abs().amax(dim=1) - 20
    assert apart.min() >= gap - jitter
    assert pairs.corners.min() >= 0 and pairs.corners.max() <= 64 - 20
    assert torch.equal(pairs.first[:, 0, 5, 0], first[:, 0] + 5)


def test_all_positions_come_equally_often_and_all_places_occur():
    pairs = sample_pairs(coordinates(4000), draw(1), size=10, gap=2, jitter=1)
    counts = torch.bincount(pairs.positions, minlength=8)
    assert len(counts) == 8 and (counts - 500).abs().max() < 5 * 500**0.5
    assert pairs.corners.min() == 0 and pairs.corners.max() == 54


def test_a_network_learns_positions_from_coordinates():
    """Where patches carry their coordinates, the answer is in them; the trunk is shared."""
    trunk = torch.nn.Flatten()
    net = ContextNet(trunk, 2 * 4, width=64, generator=draw(2))
    optimizer, g = torch.optim.Adam(net.parameters(), 1e-2), draw(3)
    for _ in range(150):
        pairs = sample_pairs(coordinates(128) / 32 - 1, g, size=2, gap=20, jitter=2)
        loss = torch.nn.functional.cross_entropy(net(pairs.first, pairs.second), pairs.positions)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    pairs = sample_pairs(coordinates(500) / 32 - 1, g, size=2, gap=20, jitter=2)
    assert (net(pairs.first, pairs.second).argmax(dim=1) == pairs.positions).float().mean() > 0.9


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="images: expected at least 59 pixels a side, got 58 x 58"):
        sample_pairs(coordinates(2, 58), draw(), size=24, gap=8, jitter=3)
    with pytest.raises(ValueError, match="expected size >= 1 and 0 <= jitter <= gap, got 24, 2, 3"):
        sample_pairs(coordinates(2), draw(), size=24, gap=2, jitter=3)
