"""The plate taken in hand: the simulator at given poses, and a generator of bodies that is told the plate."""

import numpy as np
import pytest
import torch

from thesiscode.causal.intervention import (
    STEPS,
    PointGenerator,
    bodies_at,
    follows,
    intervene,
    simulated_at,
    sweeps,
    train_points,
)
from thesiscode.causal.poses import Pairs
from thesiscode.data.marionettes import SCENES, Mechanics
from thesiscode.engine import generator

pytest.importorskip("mujoco")


@pytest.fixture(scope="module")
def mechanics():
    return Mechanics(SCENES["marionette"])


def linear_pairs(n=600, noise=0.1):
    """Bodies of 24 numbers that follow the plate in a line, with some noise."""
    rng = np.random.default_rng(0)
    plate = rng.normal(size=(n, 6)).astype(np.float32) * SCENES["marionette"].amplitude
    body = plate @ rng.normal(size=(6, 24)) + noise * rng.normal(size=(n, 24))
    return Pairs(plate.astype(np.float32), body.astype(np.float32))


def test_sweeps_move_one_joint_at_a_time():
    poses = sweeps((1.0, 2, 3, 4, 5, 6))
    assert poses.shape == (6 * STEPS, 6) and ((poses != 0).sum(axis=1) <= 1).all()
    np.testing.assert_allclose(poses.max(axis=0), [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(poses, -poses.reshape(6, STEPS, 6)[:, ::-1].reshape(-1, 6))


def test_the_simulator_is_put_to_a_pose_and_the_hands_follow(mechanics):
    poses = np.zeros((2, 6))
    poses[:, 5] = np.radians([-30, 30])  # the right side of the plate goes down, then up, or the other way round
    bodies = simulated_at(mechanics, poses, runs=4, seed=0)
    assert bodies.shape == (2, 4, 24) and np.isfinite(bodies).all()
    left, right = bodies[..., 2], bodies[..., 5]
    turn = (left - right).mean(axis=1)
    assert abs(turn[0] - turn[1]) > 0.3 and np.sign(turn[0]) != np.sign(turn[1])
    np.testing.assert_array_equal(simulated_at(mechanics, poses, runs=4, seed=0), bodies)
    assert simulated_at(mechanics, poses, runs=4, seed=1).std() > 0
    assert (bodies.std(axis=1) > 0).any()  # what came before leaves its mark


def test_poses_of_another_shape_are_refused(mechanics, unchecked):
    with pytest.raises(
        ValueError, match=r"poses, runs: expected shape \(n, 6\) and at least one run, got \(2, 5\) and 1"
    ):
        simulated_at(mechanics, np.zeros((2, 5)), runs=1, seed=0)
    with pytest.raises(ValueError, match=r"at least one run, got .* and 0"):
        simulated_at(mechanics, np.zeros((2, 6)), runs=0, seed=0)


def test_a_generator_learns_a_linear_link_and_one_of_shuffled_pairs_does_not():
    pairs = linear_pairs()
    poses = sweeps(SCENES["marionette"].amplitude)
    forward = np.linalg.lstsq(pairs.plate, pairs.body, rcond=None)[0]
    truth = (poses @ forward)[:, None]
    found = []
    for learnt in (pairs, pairs.shuffled(np.random.default_rng(0))):
        net = train_points(learnt, epochs=60, seed=0)
        found.append(follows(bodies_at(net, poses, seed=0), truth))
    assert found[0] > 0.8 and found[1] < 0.2


def test_a_perfect_answer_and_a_body_that_hangs_still():
    truth = np.random.default_rng(0).normal(size=(6 * STEPS, 5, 9))
    exact = np.repeat(truth.mean(axis=1, keepdims=True), 3, axis=1)
    assert follows(exact + 7, truth) == pytest.approx(1)  # what is the same at every pose does not count
    assert follows(np.zeros_like(exact), truth) == pytest.approx(0)


def test_bodies_come_in_metres():
    net = PointGenerator(3, generator=generator(0))
    net.body_mean, net.body_spread = torch.full((3,), 5.0), torch.full((3,), 1e-3)
    bodies = net.bodies(torch.randn(10, 8, generator=generator(1)), np.zeros((10, 6), np.float32))
    np.testing.assert_allclose(bodies, 5, atol=0.05)


def test_the_intervention_reports_all_parts(mechanics):
    pairs = linear_pairs(64)
    net = train_points(pairs, epochs=1, seed=0)
    found = intervene(net, pairs, mechanics, runs=2, columns={"hand": [0, 1, 2]}, seed=0)
    assert set(found) == {"plate varied", "plate held"}
    assert set(found["plate varied"]) == {"generator", "shuffled"}
    assert set(found["plate held"]) == {"generator", "simulator", "data"}
    assert found["plate varied"]["shuffled"]["all"] < 0
    assert all(set(part) == {"hand", "all"} for kind in found.values() for part in kind.values())
