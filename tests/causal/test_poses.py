"""Reading poses, and frames whose bodies hang below other plates."""

import numpy as np
import pytest
import torch

from thesiscode.causal.poses import (
    Pairs,
    PoseNetwork,
    explained,
    groups,
    mixed_frames,
    read_poses,
    train_poses,
    true_pairs,
)
from thesiscode.data.marionettes import Marionettes, Pendulums
from thesiscode.data.marionettes.primitives import looks
from thesiscode.engine import generator

pytest.importorskip("mujoco")


@pytest.fixture(scope="module")
def data():
    return Marionettes(64, seed=3, size=32, shots_per_run=8)


@pytest.mark.parametrize("kind", [Marionettes, Pendulums])
def test_mixed_frames_have_the_plate_of_one_frame_and_the_body_of_another(kind):
    data = kind(64, seed=3, size=32, shots_per_run=8)
    order = np.roll(np.arange(64), 1)
    images, pairs = mixed_frames(data, order)
    own = true_pairs(data)
    np.testing.assert_array_equal(pairs.plate, own.plate[order])
    np.testing.assert_array_equal(pairs.body, own.body)
    assert images.shape == data.images.shape and not torch.equal(images, data.images)
    same, _ = mixed_frames(data, np.arange(64))
    assert torch.equal(same, data.images)


@pytest.mark.parametrize("kind", [Marionettes, Pendulums])
def test_the_plate_of_a_mixed_frame_says_nothing_about_the_body(kind):
    """A linear regression on 300 frames finds no more than 6 plates could find by chance; on real ones it does."""
    data = kind(300, seed=1, size=8, shots_per_run=3)
    mixed = mixed_frames(data, np.random.default_rng(0).permutation(300))[1]

    def linear(pairs):
        plate = np.column_stack([pairs.plate, np.ones(300)])
        guess = plate @ np.linalg.lstsq(plate, pairs.body, rcond=None)[0]
        return explained(guess, pairs.body, {"all": list(range(pairs.body.shape[1]))})["all"]

    assert linear(mixed) < 0.06 < 0.3 < linear(true_pairs(data))


def test_the_rods_of_mixed_pendulums_reach_from_the_bar_to_the_bobs(monkeypatch):
    data, order = Pendulums(12, seed=2, size=8, shots_per_run=2), np.roll(np.arange(12), 5)
    drawn, images = [], data.images
    monkeypatch.setattr(data, "caster", lambda places: drawn.append(places) or images)
    mixed_frames(data, order)
    [places], names = drawn, looks(data.mechanics).names
    for k, (side, sign) in enumerate((("left", -1), ("right", 1))):
        rod, bob = names.index(f"{side} rod"), names.index(f"{side} bob")
        np.testing.assert_allclose(places.starts[:, bob], data.points[:, k], atol=1e-6)
        hinge = places.centres[:, 0] + places.axes[:, 0] @ np.float32([0.48 * sign, 0, -0.09])
        ends = np.stack([places.starts[:, rod], places.ends[:, rod]], axis=1)
        at_hinge, at_bob = (np.linalg.norm(ends - end[:, None], axis=2) for end in (hinge, data.points[:, k].numpy()))
        np.testing.assert_allclose((at_hinge + at_bob[:, ::-1]).min(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(places.centres[:, 0], data.plate[order, :3] + torch.tensor([0, 0, 0.45]), atol=1e-5)


def test_shuffling_keeps_both_marginals(data):
    pairs = true_pairs(data)
    mixed = pairs.shuffled(np.random.default_rng(0))
    np.testing.assert_array_equal(mixed.plate, pairs.plate)
    assert not np.array_equal(mixed.body, pairs.body)
    np.testing.assert_array_equal(np.sort(mixed.body, axis=0), np.sort(pairs.body, axis=0))


def test_a_network_learns_to_read_the_frames_it_is_shown(data):
    pairs = true_pairs(data)
    net = train_poses(data.images, pairs, width=4, epochs=60, draw=generator(0))
    found = read_poses(net, data.images)
    every = {"all": list(range(pairs.body.shape[1]))}
    assert explained(found.body, pairs.body, every)["all"] > 0.5
    assert found.plate.shape == (64, 6) and found.body.shape == pairs.body.shape
    again = train_poses(data.images, pairs, width=4, epochs=60, draw=generator(0))
    np.testing.assert_array_equal(read_poses(again, data.images).body, found.body)


def test_groups_and_explained_variance():
    assert groups(("left hand", "right hand", "head")) == {"hand": [0, 1, 2, 3, 4, 5], "head": [6, 7, 8]}
    truth = np.random.default_rng(0).normal(size=(500, 2)) * [1, 10]
    columns = {"first": [0], "both": [0, 1]}
    assert explained(truth, truth, columns) == {"first": 1.0, "both": 1.0}
    mean = np.broadcast_to(truth.mean(axis=0), truth.shape)
    assert explained(mean, truth, columns) == pytest.approx({"first": 0.0, "both": 0.0})
    off = truth + np.array([1, 0])  # an error in the small column hardly counts beside the large one
    assert explained(off, truth, columns)["first"] < 0.1 < 0.9 < explained(off, truth, columns)["both"]


def test_images_of_another_side_need_another_network():
    assert PoseNetwork(30, 2, size=64)(torch.zeros(2, 3, 64, 64)).shape == (2, 30)


@pytest.mark.parametrize("size", [2, 4, 24, 48, 0, -8, 16.0])
def test_sides_that_cannot_be_halved_to_4_are_refused(size, unchecked):
    with pytest.raises(ValueError, match=f"size: expected a power of 2 from 8 on, got {size}"):
        PoseNetwork(30, 2, size=size)


def test_too_few_frames_are_refused(data):
    pairs = Pairs(*(part[:63] for part in true_pairs(data)))
    with pytest.raises(ValueError, match="images: expected at least 64, one mini-batch, got 63"):
        train_poses(data.images[:63], pairs, width=2, epochs=1, draw=generator(0))
