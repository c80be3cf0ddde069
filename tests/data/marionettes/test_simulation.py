"""The simulation: strings that hold, energy that does not grow, runs that depend on nothing but their seed."""

import numpy as np
import pytest
import torch

from thesiscode.data.marionettes import SCENES, Marionettes, Mechanics, follow, simulate
from thesiscode.data.marionettes.motion import plate_motion
from thesiscode.data.marionettes.primitives import place
from thesiscode.data.marionettes.simulation import LAGS, check_settings, rotation_vectors

mujoco = pytest.importorskip("mujoco")
QUICK = {"seed": 0, "speed": 1.0}


@pytest.fixture(scope="module")
def marionette():
    return Mechanics(SCENES["marionette"])


@pytest.fixture(scope="module")
def pendulums():
    return Mechanics(SCENES["pendulums"])


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_no_string_is_stretched_by_a_hundredth(marionette, speed, noise):
    shots = simulate(marionette, 200, seed=1, speed=speed, noise=noise, shots_per_run=20)
    stretch = marionette.stretch(shots.positions)
    assert stretch.shape == (200, 4)
    assert stretch.max() < 1.01
    assert (stretch > 0.999).mean() > 0.2  # strings are taut much of the time, and pull
    assert stretch.min() < 0.98  # and slack at other times: they do not push


def test_the_length_of_a_string_is_that_from_end_to_end(marionette):
    """An independent reading: the distance of the two sites that a string joins."""
    positions = simulate(marionette, 3, **QUICK).positions[2]
    data = mujoco.MjData(marionette.model)
    data.qpos[:] = positions
    mujoco.mj_kinematics(marionette.model, data)
    ends = [data.site(name).xpos for name in ("above left hand", "left hand")]
    assert marionette.stretch(positions[None])[0, 0] == pytest.approx(np.linalg.norm(ends[1] - ends[0]) / 0.85)


@pytest.mark.parametrize("name", ["marionette", "pendulums"])
def test_energy_falls_while_the_plate_rests(request, name):
    """What is left to swing loses energy to the joints' friction, and never gains any."""
    mechanics = request.getfixturevalue(name)
    shots = simulate(mechanics, 8, seed=2, speed=2.0)
    data = mujoco.MjData(mechanics.model)
    data.qpos[:], data.qvel[:] = shots.positions[-1], shots.velocities[-1]
    data.ctrl[:] = data.qpos[:6]
    for _ in range(mechanics.steps(0.5)):  # the plate stops
        mujoco.mj_step(mechanics.model, data)
    energies = []
    for _ in range(50):
        energies.append(mechanics.energy(data.qpos, data.qvel))
        for _ in range(mechanics.steps(0.1)):
            mujoco.mj_step(mechanics.model, data)
    lost = energies[0] - energies[-1]
    assert lost > 0.01
    assert np.diff(energies).max() < 0.02 * lost + 1e-4


def test_energy_is_that_of_a_pendulum(pendulums):
    """Lifted by an angle, two bobs and rods gain m g h of their centres of mass."""
    still = np.zeros(pendulums.model.nv)
    hanging = pendulums.rest.qpos.copy()
    hanging[6:] = [1, 0, 0, 0, 1, 0, 0, 0]
    angle = 0.7
    lifted = hanging.copy()
    lifted[6:10] = lifted[10:14] = [np.cos(angle / 2), np.sin(angle / 2), 0, 0]
    bodies = [pendulums.model.body(f"{side} pendulum") for side in ("left", "right")]
    gain = sum(body.mass[0] * 9.81 * -body.ipos[2] * (1 - np.cos(angle)) for body in bodies)
    assert pendulums.energy(lifted, still) - pendulums.energy(hanging, still) == pytest.approx(gain, rel=1e-6)


def test_the_period_is_that_of_a_physical_pendulum():
    """Small swings without friction: T = 2 pi sqrt(I / (m g l)), about the joint."""
    mechanics = Mechanics(SCENES["pendulums"], damping=0.0)
    data = mujoco.MjData(mechanics.model)
    data.qpos[:] = mechanics.rest.qpos
    data.ctrl[:] = data.qpos[:6]
    data.qpos[6:] = [1, 0, 0, 0, 1, 0, 0, 0]
    data.qpos[6:10] = [np.cos(0.02), np.sin(0.02), 0, 0]
    swings = []
    for _ in range(mechanics.steps(8)):
        mujoco.mj_step(mechanics.model, data)
        swings.append(data.qpos[7])
    crossings = np.flatnonzero(np.diff(np.sign(swings)) != 0)
    period = 2 * np.diff(crossings).mean() * mechanics.timestep
    body = mechanics.model.body("left pendulum")
    length, mass = -body.ipos[2], body.mass[0]
    inertia = body.inertia.max() + mass * length**2
    assert period == pytest.approx(2 * np.pi * np.sqrt(inertia / (mass * 9.81 * length)), rel=0.01)


def test_the_body_does_not_move_the_plate(marionette):
    """Cause and effect have one direction: the plate is where it is told to be, whatever hangs from it."""
    shots = simulate(marionette, 40, **QUICK, shots_per_run=10)
    amplitude = np.asarray(SCENES["marionette"].amplitude)
    for run in range(4):
        rng = np.random.default_rng([0, run])
        told = plate_motion(rng, marionette.steps(2 + 4.5) + 1, marionette.timestep, amplitude, 1.0)
        moments = marionette.steps(2) + marionette.steps(0.5) * np.arange(10)
        # A servo lags by some hundredths of a second, and moves at most 1.5 amplitudes a second.
        assert np.abs(shots.positions[10 * run : 10 * run + 10, :6] - told[moments]).max() < 0.1 * amplitude.max()


def test_earlier_poses_are_those_of_the_run(marionette):
    """With lags of half a second there would be equality; from 0.4 s before a shot to 0.1 s after the one before."""
    shots = simulate(marionette, 30, seed=3, speed=0.2, shots_per_run=30)
    assert shots.earlier.shape == (30, len(LAGS), 6)
    steps = [np.abs(shots.earlier[:, k] - shots.positions[:, :6]).mean() for k in range(len(LAGS))]
    assert steps == sorted(steps) and steps[0] > 0
    before = np.abs(shots.earlier[1:, 2] - shots.positions[:-1, :6]).mean()
    assert before < 0.5 * steps[2]


def test_fewer_shots_are_the_first_of_more(marionette):
    more = simulate(marionette, 23, **QUICK, shots_per_run=5)
    fewer = simulate(marionette, 12, **QUICK, shots_per_run=5)
    for a, b in zip(more, fewer, strict=True):
        np.testing.assert_array_equal(a[:12], b)
    np.testing.assert_array_equal(more.runs, np.repeat(np.arange(5), 5)[:23])


def test_threads_do_not_change_a_run(marionette):
    one = simulate(marionette, 20, **QUICK, noise=0.1, shots_per_run=4)
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        three = simulate(marionette, 20, **QUICK, noise=0.1, shots_per_run=4)
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_array_equal(one.positions, three.positions)


def test_seeds_runs_and_noise_differ(marionette):
    a = simulate(marionette, 4, **QUICK, shots_per_run=2)
    b = simulate(marionette, 4, seed=1, speed=1.0, shots_per_run=2)
    noisy = simulate(marionette, 4, **QUICK, noise=0.2, shots_per_run=2)
    assert not np.isclose(a.positions[:2, :6], a.positions[2:, :6]).any()
    assert not np.isclose(a.positions[:, :6], b.positions[:, :6]).any()
    np.testing.assert_allclose(noisy.positions[:, :6], a.positions[:, :6], atol=0.002)  # noise spares the plate
    assert np.abs(noisy.positions[:, 6:] - a.positions[:, 6:]).max() > 0.02


def test_the_plate_keeps_its_limits_and_its_speed():
    amplitude = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    for speed in (0.5, 2.0):
        poses = plate_motion(np.random.default_rng(0), 20_000, 0.004, amplitude, speed) / amplitude
        assert poses.shape == (20_000, 6) and np.abs(poses).max() <= 1
        assert np.abs(poses).max(axis=0).min() > 0.8
        fastest = np.abs(np.diff(poses, axis=0)).max() / 0.004
        assert 1.2 * speed < fastest < 1.55 * speed  # a smooth step is at most 1.5 times as fast as its mean
        assert (poses[0] == 0).all()


def test_joints_are_angles(marionette):
    shots = simulate(marionette, 30, **QUICK, shots_per_run=10)
    joints = marionette.joints(shots.positions)
    assert joints.shape == (30, len(marionette.joint_names)) and joints.dtype == np.float32
    elbow = joints[:, marionette.joint_names.index("left elbow")]
    assert np.radians(-3) < elbow.min() and elbow.max() < np.radians(128)  # its range is 0 to 125 degrees
    assert np.linalg.norm(joints[:, :3], axis=1).max() < np.radians(18)  # that of the neck 15 degrees


def test_rotation_vectors_agree_with_scipy():
    from scipy.spatial.transform import Rotation

    quaternions = np.random.default_rng(0).standard_normal((50, 4))
    quaternions /= np.linalg.norm(quaternions, axis=1, keepdims=True)
    quaternions[0] = [1, 0, 0, 0]
    quaternions[1] = [-1, 1e-14, 0, 0]
    expected = Rotation.from_quat(quaternions[:, [1, 2, 3, 0]]).as_rotvec()
    np.testing.assert_allclose(rotation_vectors(quaternions), expected, atol=1e-12)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"n": 0}, "n is 0; expected a whole number from 1"),
        ({"seed": -1}, "seed is -1"),
        ({"shots_per_run": 0}, "shots_per_run is 0"),
        ({"n": 2.5}, "n is 2.5; expected a whole number from 1"),
        ({"n": True}, "n is True; expected a whole number from 1"),
        ({"seed": 1.5}, "seed is 1.5; expected a whole number from 0"),
        ({"shots_per_run": 1.5}, "shots_per_run is 1.5; expected a whole number from 1"),
        ({"speed": 0.0}, "speed is 0.0; expected a finite number above 0"),
        ({"speed": -1.0}, "speed is -1.0"),
        ({"speed": float("nan")}, "speed is nan"),
        ({"noise": -0.1}, "noise is -0.1; expected a finite number from 0"),
        ({"noise": float("inf")}, "noise is inf"),
    ],
)
def test_settings_out_of_range(setting, message):
    settings = {"n": 3, "seed": 0, "speed": 1.0, "noise": 0.0, "shots_per_run": 5} | setting
    with pytest.raises(ValueError, match=message):
        check_settings(settings.pop("n"), **settings)
    with pytest.raises(ValueError, match=message):
        Marionettes(**({"n": 3} | setting))


@pytest.mark.parametrize("damping", [-0.1, float("nan"), float("inf")])
def test_damping_out_of_range(damping):
    with pytest.raises(ValueError, match=f"damping is {damping}"):
        Mechanics(SCENES["marionette"], damping)


@pytest.mark.filterwarnings("ignore")
def test_a_simulation_that_diverges_says_so(marionette, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # MuJoCo keeps a log of its warnings in the working folder
    with pytest.raises(ValueError, match=r"the states of run 0 are not finite from [0-9.]+ s on; expected"):
        simulate(marionette, 3, seed=0, speed=1.0, noise=1e300)


def test_follow_leads_the_plate_and_starts_at_rest(pendulums):
    """A plate that turns slowly to a pose and stays: it arrives there, and the bobs hang straight down in the end."""
    n = pendulums.steps(20)
    way = np.clip(np.arange(n) * pendulums.timestep / 4, 0, 1)
    pose = np.array([0.2, -0.1, 0.1, 0.5, 0.05, -0.3])
    positions = follow(pendulums, (way[:, None] * pose)[None])
    assert positions.shape == (1, n, pendulums.model.nq)
    np.testing.assert_allclose(positions[0, 0], pendulums.rest.qpos, atol=1e-4)
    np.testing.assert_allclose(positions[0, -1, :6], pose, atol=2e-3)
    _, points = place(pendulums, positions[0, -1:])
    data = mujoco.MjData(pendulums.model)
    data.qpos[:] = positions[0, -1]
    mujoco.mj_kinematics(pendulums.model, data)
    joint = data.xanchor[pendulums.model.joint("left pendulum").id]
    np.testing.assert_allclose(points[0, 0] - joint, [0, 0, -0.75], atol=0.05)


def test_follow_wants_finite_poses(pendulums):
    with pytest.raises(ValueError, match="poses has entries that are not finite"):
        follow(pendulums, np.full((1, 5, 6), np.nan))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(5, 6), (1, 5, 7), (0, 5, 6), (1, 0, 6)])
def test_follow_wants_poses_of_runs(pendulums, shape):
    with pytest.raises(ValueError, match=rf"poses has shape \({shape[0]}, .*; expected \(runs, steps, 6\)"):
        follow(pendulums, np.zeros(shape))
