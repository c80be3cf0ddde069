"""Joints as bumps and back, and what ships."""

import numpy as np
import pytest
import torch

from thesiscode import zoo
from thesiscode.data.marionettes import Marionettes
from thesiscode.history import (
    JointNetwork,
    bumps,
    joint_errors,
    load_network,
    marionette_frames,
    pck,
    peaks,
    point,
    train_joints,
)
from thesiscode.history.pipelines_zoo import JOINTS, JointSettings, joints_test, pointing


def test_the_peak_of_a_bump_is_the_joint():
    joints = 6 + 36 * torch.rand(20, 4, 2, generator=torch.Generator().manual_seed(0))
    maps = bumps(joints, 48)
    assert maps.shape == (20, 4, 12, 12)
    assert torch.allclose(peaks(maps), joints, atol=0.02)


def test_a_bump_falls_by_the_root_of_e_over_its_spread():
    maps = bumps(torch.tensor([[10.0, 14.0]]), 48, stride=4, spread=4.0)[0]
    assert maps[3, 2] == 1  # the centre of the cell in row 3, column 2
    assert maps[3, 3] == pytest.approx(np.exp(-0.5)) and maps[4, 2] == pytest.approx(np.exp(-0.5))


def test_a_peak_at_the_border_is_the_centre_of_its_cell():
    maps = torch.zeros(1, 5, 6)
    maps[0, 0, 5] = 1.0
    assert peaks(maps, stride=2).tolist() == [[11.0, 1.0]]


def test_joints_are_where_their_colour_is():
    """Hands are skin-coloured spheres: where one is not hidden, its pixel is brighter in red than in blue."""
    frames = marionette_frames(40, seed=0)
    assert frames.names == Marionettes(1).point_names and frames.joints.shape == (40, 8, 2)
    hands = frames.joints[:, :2].floor().long()
    pixels = torch.stack([frames.images[k, :, y, x] for k in range(40) for x, y in hands[k].tolist()]).float()
    assert (pixels[:, 0] > pixels[:, 2] + 30).float().mean() > 0.8


@pytest.mark.parametrize("maps", [True, False])
def test_a_network_learns_what_it_is_shown(maps):
    draw = torch.Generator().manual_seed(0)
    data = marionette_frames(64, seed=0)
    net = JointNetwork(8, maps=maps, width=8, generator=draw)
    still = joint_errors(data.joints.mean(dim=0).expand_as(data.joints), data.joints).mean()
    inner = ((data.joints > 6) & (data.joints < 42)).all(dim=-1)  # not in a cell at the border
    assert torch.allclose(net.read(net.targets(data.joints))[inner], data.joints[inner], atol=0.05)
    train_joints(net, data, epochs=25 if maps else 50, draw=draw)
    assert joint_errors(net.read(point(net, data.images)), data.joints).mean() < 0.7 * still


def test_what_ships_is_as_good_as_its_card_says_and_better_than_standing_still():
    settings = JointSettings()
    test, train = joints_test(settings), marionette_frames(50, 0)
    still = joint_errors(train.joints.mean(dim=0).expand_as(test.joints), test.joints).mean()
    for which in JOINTS:
        found = pointing(load_network(f"joints-{which}"), test)
        card = zoo.load_weights(f"history/joints-{which}").card
        assert found == pytest.approx(card["metrics"], abs=0.02)
        assert found["mean error"] < 0.7 * still


def test_the_share_of_correct_keypoints():
    errors = joint_errors(torch.tensor([[[3.0, 4.0], [0, 0]]]), torch.zeros(1, 2, 2))
    assert errors.tolist() == [[5.0, 0.0]]
    assert pck(errors, 5) == 1 and pck(errors, 4.9) == 0.5


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="n: expected at least 1 frame, got 0"):
        marionette_frames(0, 0)
    with pytest.raises(ValueError, match="spread: expected a number of pixels above 0"):
        bumps(torch.zeros(1, 2), 48, spread=0)
    with pytest.raises(ValueError, match="maps: expected finite values"):
        peaks(torch.full((1, 4, 4), torch.nan))
    with pytest.raises(ValueError, match="found: expected the shape of truth"):
        joint_errors(torch.zeros(1, 2, 2), torch.zeros(1, 3, 2))
    with pytest.raises(ValueError, match="errors: expected at least one"):
        pck(np.empty((0, 2)), 2)
    with pytest.raises(ValueError, match="data: expected at least 32 frames"):
        train_joints(JointNetwork(8, maps=True), marionette_frames(2, 0), epochs=1, draw=torch.Generator())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: bumps(torch.zeros(1, 2), 50),
            "side, stride: expected a side of one or more whole cells, got 50 and 4",
        ),
        (lambda: bumps(torch.zeros(1, 2), 0), "side, stride: expected a side of one or more whole cells, got 0 and 4"),
        (lambda: bumps(torch.zeros(1, 2), 8, stride=0), "side, stride: expected .* got 8 and 0"),
        (
            lambda: joint_errors(torch.full((1, 2, 2), torch.nan), torch.zeros(1, 2, 2)),
            "found: expected finite places, got NaN",
        ),
        (
            lambda: joint_errors(torch.zeros(1, 2, 2), torch.full((1, 2, 2), torch.inf)),
            "truth: expected finite places, got NaN",
        ),
        (lambda: pck(np.array([[1.0, np.nan]]), 2), "errors: expected at least one, all finite, got 2, 1 of them not"),
        (lambda: pck(np.array([[1.0, np.inf]]), 2), "errors: expected at least one, all finite, got 2, 1 of them not"),
        (lambda: pck(np.ones((1, 2)), 0), "radius: expected a finite number of pixels above 0, got 0"),
        (lambda: pck(np.ones((1, 2)), np.inf), "radius: expected a finite number of pixels above 0, got inf"),
    ],
)
def test_places_are_finite_and_cells_are_whole(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
