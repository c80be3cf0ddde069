"""The images that excite a unit most, and nearest neighbours, against literal loops."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.nets import AlexNet, describe, nearest_neighbours, top_activations
from thesiscode.nets.small import SmallAlexNet


@pytest.fixture(scope="module")
def net():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(
            nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 6, 3), nn.Dropout(0.5)
        ).double()


@pytest.fixture(scope="module")
def images():
    return torch.randn(23, 3, 20, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("batch_size", [1, 7, 64])
@pytest.mark.parametrize(("layer", "units"), [("3", [4, 0]), ("4", None), ("0", None)])
def test_top_activations_equal_the_loop(net, images, layer, units, batch_size):
    k = 4
    top = top_activations(net.train(), images, layer, units, k=k, batch_size=batch_size)
    with torch.no_grad():
        maps = net.eval()[: int(layer) + 1](images)
    description = describe(net, (3, 20, 24))[int(layer)]
    assert top.units.tolist() == (units or list(range(maps.shape[1])))
    for u, unit in enumerate(top.units.tolist()):
        found = []
        for i in range(len(images)):
            row, column = divmod(int(maps[i, unit].argmax()), maps.shape[3])
            found.append((-maps[i, unit, row, column].item(), i, row, column))
        for rank, (value, i, row, column) in enumerate(sorted(found)[:k]):
            assert top.values[u, rank].item() == pytest.approx(-value)
            assert top.images[u, rank] == i
            assert top.positions[u, rank].tolist() == [row, column]
            a, b, c, d = description.window(row, column)
            assert top.windows[u, rank].tolist() == [max(a, 0), max(b, 0), min(c, 20), min(d, 24)]
            patch = images[i, :, max(a, 0) : c, max(b, 0) : d]
            assert torch.equal(top.patch(images, u, rank), patch)


def test_a_planted_pattern_is_found_where_it_lies():
    net = nn.Sequential(nn.Conv2d(1, 1, 3, bias=False))
    cross = torch.tensor([[-1.0, 1, -1], [1, 1, 1], [-1, 1, -1]])
    with torch.no_grad():
        net[0].weight[0, 0] = cross
    images = torch.rand(30, 1, 12, 12, generator=torch.Generator().manual_seed(0))
    images[17, 0, 4:7, 8:11] = 3 * cross
    top = top_activations(net, images, "0", k=1)
    assert top.images.tolist() == [[17]]
    assert top.windows.tolist() == [[[4, 8, 7, 11]]]
    assert torch.equal(top.patch(images, 0, 0)[0], 3 * cross)


def test_equal_activations_keep_the_order_of_the_images(net):
    images = torch.randn(1, 3, 20, 24, dtype=torch.float64).expand(40, -1, -1, -1)
    for batch_size in (7, 40):
        top = top_activations(net, images, "3", k=9, batch_size=batch_size)
        assert top.images.tolist() == [list(range(9))] * 6


def test_the_network_is_left_as_it_was(net, images):
    net.train()
    net[4].eval()
    top_activations(net, images, "4", k=1)
    assert [layer.training for layer in net] == [True] * 4 + [False]
    assert not any(module._forward_hooks for module in net.modules())


@pytest.mark.parametrize(("build", "side", "field"), [(AlexNet, 224, 99), (SmallAlexNet, 64, 51)])
def test_patches_of_conv3_have_its_receptive_field(build, side, field):
    net = build(2, fc_width=4, generator=torch.Generator().manual_seed(0))
    images = torch.rand(3, 3, side, side, generator=torch.Generator().manual_seed(0))
    top = top_activations(net, images, "conv3", [3, 40], k=2)
    assert top.windows.shape == (2, 2, 4)
    sides = top.windows[..., 2:] - top.windows[..., :2]
    assert (sides <= field).all()
    assert (sides > field // 2).all()
    assert (top.windows[..., :2] >= 0).all()
    assert (top.windows[..., 2:] <= side).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layer": "conv"}, "layer is 'conv'; expected one of 0, 1, 2, 3, 4"),
        ({"units": [6]}, r"units is \[6\]; expected maps of '3', from 0 to 5"),
        ({"units": [-1]}, r"units is \[-1\]"),
        ({"units": []}, r"units is \[\]"),
        ({"k": 0}, "k is 0; expected from 1 to the number of images, 23"),
        ({"k": 24}, "k is 24; expected from 1 to the number of images, 23"),
        ({"batch_size": 0}, "batch_size is 0; expected at least 1"),
    ],
)
def test_bad_questions_are_named(net, images, options, message):
    with pytest.raises(ValueError, match=message):
        top_activations(net, images, **({"layer": "3"} | options))


@pytest.mark.usefixtures("as_users_run_it")
def test_bad_images_are_named(net, images):
    with pytest.raises(ValueError, match=r"images has shape \(23, 1, 20, 24\); expected \(images, 3"):
        top_activations(net, images[:, :1], "3")
    with pytest.raises(ValueError, match=r"images holds torch\.int64; expected floating-point"):
        top_activations(net, images.long(), "3")
    broken = images.clone()
    broken[12, 0, 5, 5] = torch.nan
    with pytest.raises(ValueError, match="images 10 to 19 or the weights hold NaN or infinity"):
        top_activations(net, broken, "3", batch_size=10)
    flat = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten()).double()
    with pytest.raises(ValueError, match=r"layer '1' puts out \(792,\); expected \(maps, height, width\)"):
        top_activations(flat, images, "1")


@pytest.mark.parametrize("n", [6, 60])
def test_neighbours_equal_the_loop(n):
    generator = torch.Generator().manual_seed(0)
    queries, database = torch.randn(40, 8, generator=generator), torch.randn(n, 8, generator=generator)
    indices, distances = nearest_neighbours(queries, database, 5)
    for q, query in enumerate(queries.numpy()):
        all_distances = np.sqrt(((database.numpy() - query) ** 2).sum(axis=1))
        nearest = np.argsort(all_distances)[:5]
        assert indices[q].tolist() == nearest.tolist()
        np.testing.assert_allclose(distances[q], all_distances[nearest], rtol=1e-5)


def test_a_row_of_the_database_is_its_own_nearest_neighbour():
    rows = 1000 + torch.randn(100, 16, generator=torch.Generator().manual_seed(0))
    indices, distances = nearest_neighbours(rows, rows, 2)
    assert indices[:, 0].tolist() == list(range(100))
    assert distances[:, 0].max() < 1e-3 * distances[:, 1].min()


@pytest.mark.usefixtures("as_users_run_it")
def test_bad_neighbours_are_named():
    rows = torch.zeros(4, 3)
    with pytest.raises(ValueError, match=r"queries is \(4, 3\) and database \(4, 2\); expected rows of one width"):
        nearest_neighbours(rows, rows[:, :2], 1)
    with pytest.raises(ValueError, match=r"queries is \(3,\) and database"):
        nearest_neighbours(rows[0], rows, 1)
    for k in (0, 5):
        with pytest.raises(ValueError, match=f"k is {k}; expected from 1 to the number of rows of database, 4"):
            nearest_neighbours(rows, rows, k)
    for name, arguments in {"queries": (rows / 0, rows), "database": (rows, rows / 0)}.items():
        with pytest.raises(ValueError, match=f"{name} holds NaN or infinity"):
            nearest_neighbours(*arguments, 1)
