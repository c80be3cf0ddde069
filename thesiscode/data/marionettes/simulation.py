"""Runs of a scene under a plate that moves at random, and the shots that are taken of them."""

from functools import cached_property
from numbers import Integral
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float32, Float64, Int64

from .library import import_mujoco
from .motion import plate_motion
from .scenes import Scene

SECONDS_BETWEEN = 0.5
"""Simulated time between two shots of a run."""
WARM_UP = 2.0
"""Simulated time before the first shot of a run, in seconds."""
LAGS = (0.1, 0.2, 0.4, 0.8)
"""How long before a shot the plate's earlier poses are taken, in seconds."""
GUST = 0.2
"""How long a random force of `noise` stays the same, in seconds."""
RUNS_AT_ONCE = 16  # bounds the memory: a run of 50 shots holds 6,626 states


class Mechanics:
    """A scene compiled by MuJoCo, with what can be read from its states.

    `damping` is that of the joints in N m s. A state is its `positions` (MuJoCo's qpos: the plate's six joints first)
    and `velocities` (qvel). Raises ValueError for a negative damping, ImportError where MuJoCo is missing.
    """

    def __init__(self, scene: Scene, damping: float | None = None) -> None:
        damping = scene.damping if damping is None else damping
        if not 0 <= damping < np.inf:
            raise ValueError(f"damping is {damping}; expected a number from 0, in N m s")
        self.scene, self.damping = scene, damping
        self.model = self.mujoco.MjModel.from_xml_string(scene.xml(damping))
        self.timestep = float(self.model.opt.timestep)

    @property
    def mujoco(self) -> ModuleType:
        """The module, which is not kept: modules cannot be pickled, and workers of a DataLoader get a pickle."""
        return import_mujoco()

    def steps(self, seconds: float) -> int:
        """How many steps of the simulation take `seconds`."""
        return round(seconds / self.timestep)

    @cached_property
    def rest(self) -> Any:
        """MuJoCo's data of the scene at rest: the plate starts low, rises for 2 s, and then stays for 8 s."""
        data, rise = self.mujoco.MjData(self.model), self.steps(2)
        data.qpos[2] = -self.scene.lift
        for step in range(5 * rise):
            data.ctrl[2] = -self.scene.lift * max(0.0, 1 - step / rise)
            self.mujoco.mj_step(self.model, data)
        data.time = 0
        return data

    @cached_property
    def joint_names(self) -> tuple[str, ...]:
        """The joints below the plate; a ball joint counts three times, as its rotation vector."""
        names = []
        for joint in range(6, self.model.njnt):
            name = self.model.joint(joint).name
            is_ball = self.model.jnt_type[joint] == self.mujoco.mjtJoint.mjJNT_BALL
            names += [f"{name} {axis}" for axis in "xyz"] if is_ball else [name]
        return tuple(names)

    def joints(self, positions: Float64[np.ndarray, "n q"]) -> Float32[np.ndarray, "n joints"]:
        """Angles in radians: of a hinge its angle, of a ball joint the three entries of its rotation vector."""
        columns = []
        for joint in range(6, self.model.njnt):
            start = self.model.jnt_qposadr[joint]
            if self.model.jnt_type[joint] == self.mujoco.mjtJoint.mjJNT_BALL:
                columns.append(rotation_vectors(positions[:, start : start + 4]))
            else:
                columns.append(positions[:, start : start + 1])
        return np.concatenate(columns, axis=1).astype(np.float32)

    def energy(self, positions: Float64[np.ndarray, "q"], velocities: Float64[np.ndarray, "v"]) -> float:
        """Potential energy of weights and kinetic energy of one state, in joules."""
        data = self.mujoco.MjData(self.model)
        data.qpos[:], data.qvel[:] = positions, velocities
        self.mujoco.mj_forward(self.model, data)
        self.mujoco.mj_energyPos(self.model, data)
        self.mujoco.mj_energyVel(self.model, data)
        return float(data.energy.sum())

    def stretch(self, positions: Float64[np.ndarray, "n q"]) -> Float64[np.ndarray, "n strings"]:
        """Length of each string relative to its longest: 1 is taut, less is slack, more is stretched."""
        data, lengths = self.mujoco.MjData(self.model), np.empty((len(positions), self.model.ntendon))
        for state, length in zip(positions, lengths, strict=True):
            data.qpos[:] = state
            self.mujoco.mj_fwdPosition(self.model, data)
            length[:] = data.ten_length
        return lengths / self.model.tendon_range[:, 1]


class Shots(NamedTuple):
    """States at the moments of the shots, the plate's poses `LAGS` before, and the number of each shot's run."""

    positions: Float64[np.ndarray, "n q"]
    velocities: Float64[np.ndarray, "n v"]
    earlier: Float64[np.ndarray, "n lags 6"]
    runs: Int64[np.ndarray, "n"]


def check_settings(n: int, *, seed: int, speed: float, noise: float, shots_per_run: int) -> None:
    """Raises ValueError for a setting out of range; see `simulate`."""
    for name, value, least in (("n", n, 1), ("seed", seed, 0), ("shots_per_run", shots_per_run, 1)):
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} is {value}; expected a whole number from {least}")
    for name, value in (("speed", speed), ("noise", noise)):
        if not (0 <= value < np.inf) or (name == "speed" and value == 0):
            raise ValueError(f"{name} is {value}; expected a finite number {'above' if name == 'speed' else 'from'} 0")


def simulate(
    mechanics: Mechanics, n: int, *, seed: int, speed: float, noise: float = 0.0, shots_per_run: int = 50
) -> Shots:
    """`n` shots of runs with a plate that moves at random, `SECONDS_BETWEEN` each other.

    Each run starts at rest, with a random generator of its own, so fewer shots are the first of more shots. `speed` is
    in amplitudes a second (see `plate_motion`). `noise` is the standard deviation of a random force on each body, as a
    multiple of its weight; the force changes every `GUST`. Runs are shared among as many threads as torch uses.

    Raises ValueError for settings out of range, and for states that are not finite.
    """
    check_settings(n, seed=seed, speed=speed, noise=noise, shots_per_run=shots_per_run)
    counts = [min(shots_per_run, n - first) for first in range(0, n, shots_per_run)]
    kept = []
    for first in range(0, len(counts), RUNS_AT_ONCE):
        group = counts[first : first + RUNS_AT_ONCE]
        n_steps = mechanics.steps(WARM_UP) + (max(group) - 1) * mechanics.steps(SECONDS_BETWEEN) + 1
        runs = range(first, first + len(group))
        controls = [_random_controls(mechanics, seed, run, n_steps, speed, noise) for run in runs]
        states = _roll_out(mechanics, np.stack(controls))
        kept += [_shots(mechanics, states[i], first + i, count) for i, count in enumerate(group)]
    return Shots(*(np.concatenate(parts) for parts in zip(*kept, strict=True)))


def follow(mechanics: Mechanics, poses: Float64[np.ndarray, "runs steps 6"]) -> Float64[np.ndarray, "runs steps q"]:
    """Positions of runs from rest at every step, under a plate that is moved through `poses`.

    A pose is the plate's displacement from its place of rest: x, y, z in metres, yaw, pitch, roll in radians. A run
    that does not begin near 0 begins with a jerk. Raises ValueError for poses of another shape, and where poses, or the
    states they lead to, are not finite.
    """
    if np.ndim(poses) != 3 or np.shape(poses)[2] != 6 or 0 in np.shape(poses):
        raise ValueError(f"poses has shape {np.shape(poses)}; expected (runs, steps, 6), each at least 1")
    if not np.isfinite(poses).all():
        raise ValueError("poses has entries that are not finite; expected metres and radians")
    positions = _roll_out(mechanics, poses)[:, :, 1 : 1 + mechanics.model.nq]
    if not np.isfinite(positions).all():
        raise ValueError("the states are not finite; expected poses that change more slowly")
    return positions


def _random_controls(mechanics: Mechanics, seed: int, run: int, n_steps: int, speed: float, noise: float) -> np.ndarray:
    """Poses of the plate at every step of a run, and behind them, where there is noise, the forces on all bodies."""
    amplitude = np.asarray(mechanics.scene.amplitude)
    poses = plate_motion(np.random.default_rng([seed, run]), n_steps, mechanics.timestep, amplitude, speed)
    if noise == 0:
        return poses
    gusts = _gusts(mechanics, np.random.default_rng([seed, run, 1]), n_steps)
    return np.concatenate([poses, noise * gusts], axis=1)


def _roll_out(
    mechanics: Mechanics, controls: Float64[np.ndarray, "runs steps controls"]
) -> Float64[np.ndarray, "runs steps state"]:
    """All states of runs that start at rest; controls are poses of the plate, or those and forces on all bodies."""
    mujoco, model = mechanics.mujoco, mechanics.model
    kinds, spec = mujoco.mjtState, int(mujoco.mjtState.mjSTATE_FULLPHYSICS)
    start = np.empty(mujoco.mj_stateSize(model, spec))
    mujoco.mj_getState(model, mechanics.rest, start, spec)
    has_forces = controls.shape[2] > 6
    threads = torch.get_num_threads()
    with mujoco.rollout.Rollout(nthread=threads) as rollout:
        states, _ = rollout.rollout(
            model,
            [mujoco.MjData(model) for _ in range(threads)],
            np.tile(start, (len(controls), 1)),
            np.ascontiguousarray(controls),
            control_spec=int(kinds.mjSTATE_CTRL | (kinds.mjSTATE_XFRC_APPLIED if has_forces else 0)),
        )
    return states


def _gusts(mechanics: Mechanics, rng: np.random.Generator, n_steps: int) -> Float64[np.ndarray, "n_steps forces"]:
    """Random forces of unit standard deviation, as multiples of weights, on all bodies but the world and the plate."""
    model, length = mechanics.model, mechanics.steps(GUST)
    forces = np.zeros((-(-n_steps // length), model.nbody, 6))
    forces[:, 2:, :3] = rng.standard_normal((len(forces), model.nbody - 2, 3))
    forces *= (model.body_mass * np.linalg.norm(model.opt.gravity))[:, None]
    return np.repeat(forces, length, axis=0)[:n_steps].reshape(n_steps, -1)


def _shots(mechanics: Mechanics, states: Float64[np.ndarray, "steps state"], run: int, count: int) -> Shots:
    """The shots of one run; an entry of a state is the time, then come positions and velocities."""
    nq, nv = mechanics.model.nq, mechanics.model.nv
    positions, velocities = states[:, 1 : 1 + nq], states[:, 1 + nq : 1 + nq + nv]
    moments = mechanics.steps(WARM_UP) + mechanics.steps(SECONDS_BETWEEN) * np.arange(count)
    used = states[: moments[-1] + 1, : 1 + nq + nv]
    bad = ~np.isfinite(used).all(axis=1)
    if bad.any():
        seconds = bad.argmax() * mechanics.timestep
        raise ValueError(f"the states of run {run} are not finite from {seconds:.2f} s on; expected a slower plate")
    before = moments[:, None] - [mechanics.steps(lag) for lag in LAGS]
    return Shots(positions[moments], velocities[moments], positions[before, :6], np.full(count, run))


def rotation_vectors(quaternions: Float64[np.ndarray, "n 4"]) -> Float64[np.ndarray, "n 3"]:
    """Axis times angle, in radians, of unit quaternions (w, x, y, z)."""
    quaternions = np.where(quaternions[:, :1] < 0, -quaternions, quaternions)
    sine = np.linalg.norm(quaternions[:, 1:], axis=1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternions[:, :1])
    return quaternions[:, 1:] * np.divide(angle, sine, out=np.full_like(sine, 2.0), where=sine > 1e-12)
