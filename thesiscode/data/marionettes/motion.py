"""How the plate moves: from one random pose to the next, smoothly, with short rests (thesis 5.4.1)."""

import numpy as np
from jaxtyping import Float64

LONGEST_REST = 0.3  # seconds


def plate_motion(
    rng: np.random.Generator, n_steps: int, timestep: float, amplitude: Float64[np.ndarray, "6"], speed: float
) -> Float64[np.ndarray, "n_steps 6"]:
    """Target poses of the plate, one for each step of the simulation: x, y, z in metres, yaw, pitch, roll in radians.

    The plate starts at its place of rest. Each next pose is uniform within plus and minus `amplitude`. On average over
    a move, the joint with the longest way covers between 0.4 and 1 times `speed` amplitudes a second; a move starts and
    ends at rest.
    """
    poses = [np.zeros(6)]
    parts, missing = [], n_steps
    while missing > 0:
        poses.append(rng.uniform(-1, 1, 6))
        way = poses[-1] - poses[-2]
        seconds = np.abs(way).max() / (speed * rng.uniform(0.4, 1))
        progress = np.linspace(0, 1, max(2, round(seconds / timestep)))
        rest = np.ones(int(rng.uniform(0, LONGEST_REST) / timestep))
        smooth = np.concatenate([progress**2 * (3 - 2 * progress), rest])[:missing]
        parts.append(poses[-2] + way * smooth[:, None])
        missing -= len(smooth)
    return np.concatenate(parts) * amplitude
