"""Score maps, where their units look, and what they predict."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.engine import generator
from thesiscode.nets import SmallAlexNet, Window, to_convolutional, truncate
from thesiscode.transfer.inputs import as_input
from thesiscode.weak import Maps, SlidingNet, predict, rescale, score_maps, sliding_head
from thesiscode.weak.network import centres


@pytest.fixture
def net():
    small = SmallAlexNet(3, fc_width=16, generator=generator(0, "net"))
    return SlidingNet(to_convolutional(truncate(small, "relu7")), sliding_head(16, 2, width=8))


def test_whole_maps_are_dropped_or_single_units():
    """A map is zero everywhere or nowhere; with the other kind, units fall one by one."""
    x = torch.ones(4, 16, 5, 5)
    for kind, whole in (("maps", True), ("batch maps", True), ("units", False)):
        head = sliding_head(16, 2, width=32, dropout=kind).train()
        torch.manual_seed(0)
        zeros = (head.dropout_a(torch.ones(4, 32, 5, 5)) == 0).float().mean(dim=(2, 3))
        assert 0.3 < zeros.mean() < 0.7
        assert bool(((zeros == 0) | (zeros == 1)).all()) == whole
        assert (zeros == zeros[0]).all() == (kind == "batch maps")
        assert head.eval()(x).shape == (4, 2, 5, 5)


def test_testing_computes_the_mean_over_the_masks():
    """All three kinds: by scaling in training, or, as the authors' layer, in testing."""
    x = torch.rand(2, 40, 3, 3, generator=generator(0)) + 0.5
    for kind in ("maps", "batch maps", "units"):
        layer = sliding_head(16, 2, width=40, dropout=kind).dropout_a
        torch.manual_seed(0)
        mean = sum(layer.train()(x) for _ in range(2000)) / 2000
        torch.testing.assert_close(mean, layer.eval()(x), rtol=0.12, atol=0)
        assert torch.equal(layer(x), 0.5 * x if kind == "batch maps" else x)


def test_only_the_adaptation_layers_learn(net):
    net.train()
    assert not any(module.training for module in net.trunk.modules()) and net.head.training
    net(torch.zeros(1, 3, 72, 72)).sum().backward()
    assert all(p.grad is None for p in net.trunk.parameters())
    assert all(p.grad is not None for p in net.head.parameters())


def test_units_look_where_an_object_is():
    """A bright square on nothing excites the unit whose centre is nearest to it, at every scale."""
    bright = SlidingNet(nn.Sequential(nn.AvgPool2d(9, 4)), nn.Sequential(nn.Conv2d(3, 1, 1)))
    nn.init.constant_(bright.head[0].weight, 1.0)
    for x0, y0 in ((40, 12), (8, 60), (70, 70)):
        square = torch.zeros(1, 3, 90, 90, dtype=torch.uint8)
        square[:, :, y0 : y0 + 9, x0 : x0 + 9] = 255
        (maps,) = score_maps(bright, square, scales=(0.7, 1.0, 1.6))
        for one in maps:
            found = predict([one]).points[0]
            assert np.abs(found - (x0 + 4.5, y0 + 4.5)).max() <= 4


def test_centres_by_hand():
    assert centres(Window(9, 4, 4.5), 3, 20, 20).tolist() == [4.5, 8.5, 12.5]
    # At twice the size, corners on corners, a pixel of the image is 39 / 19 of the resized one.
    assert centres(Window(9, 4, 4.5), 2, 20, 40).tolist() == pytest.approx([4 * 19 / 39 + 0.5, 8 * 19 / 39 + 0.5])


def test_maps_are_those_of_the_network_at_each_scale(net):
    squares = torch.randint(256, (3, 3, 80, 80), dtype=torch.uint8, generator=generator(0, "images"))
    found = list(score_maps(net, squares, scales=(1.0, 1.5), batch_size=2))
    assert len(found) == 3 and all(len(maps) == 2 for maps in found)
    with torch.no_grad():
        expected = net.eval()(rescale(as_input(squares[2:]), 1.5))[0].numpy()
    np.testing.assert_allclose(found[2][1].scores, expected, rtol=1e-4, atol=1e-5)
    assert len(found[2][1].x) == expected.shape[2] and len(found[2][1].y) == expected.shape[1]


def test_scores_are_the_mean_of_the_maxima_and_the_place_is_that_of_the_largest():
    small = Maps(np.array([[[1.0, 2.0]], [[0.0, -1.0]]]), np.array([10.0, 20.0]), np.array([5.0]))
    large = Maps(np.array([[[0.0], [4.0]], [[-3.0], [-2.0]]]), np.array([7.0]), np.array([1.0, 2.0]))
    found = predict([small, large])
    assert found.scores.tolist() == [3.0, -1.0]
    assert found.responses.tolist() == [4.0, 0.0]
    assert found.points.tolist() == [[7.0, 2.0], [10.0, 5.0]]


def test_another_kind_of_dropout_is_refused():
    with pytest.raises(ValueError, match="dropout: expected one of maps, batch maps, units, got 'rows'"):
        sliding_head(16, 2, dropout="rows")


def test_images_smaller_than_a_window_are_refused(net):
    squares = torch.zeros(1, 3, 80, 80, dtype=torch.uint8)
    with pytest.raises(ValueError, match=r"images of 40 x 40 pixels .* too small for its window"):
        list(score_maps(net, squares, scales=(0.5,)))
