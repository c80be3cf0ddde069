"""The same states through MuJoCo's own renderer, where the machine has OpenGL: a second opinion on the ray caster."""

import functools
import subprocess
import sys

import numpy as np
import torch
from jaxtyping import Float64, UInt8

from .simulation import Mechanics

_PROBE = "import mujoco; mujoco.Renderer(mujoco.MjModel.from_xml_string('<mujoco/>'), 8, 8).close()"


@functools.cache
def opengl_works() -> bool:
    """Whether `mujoco.Renderer` works here, tried in another process: without a screen it may abort its own."""
    try:
        return subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, timeout=120).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def render_opengl(
    mechanics: Mechanics, positions: Float64[np.ndarray, "n q"], *, size: int = 64
) -> UInt8[torch.Tensor, "n 3 size size"]:
    """Images of states by `mujoco.Renderer`, with its textures, shadows and smoothing.

    On a machine without a screen, set the environment variable MUJOCO_GL to "egl" or "osmesa" before MuJoCo is first
    imported. Raises RuntimeError where OpenGL does not work; pixels may differ between machines.
    """
    if not opengl_works():
        raise RuntimeError('OpenGL does not work here; try MUJOCO_GL="egl", or RayCaster, which draws without it')
    mujoco = mechanics.mujoco
    images, data = np.empty((len(positions), size, size, 3), np.uint8), mujoco.MjData(mechanics.model)
    with mujoco.Renderer(mechanics.model, size, size) as renderer:
        for image, state in zip(images, positions, strict=True):
            data.qpos[:] = state
            mujoco.mj_forward(mechanics.model, data)
            renderer.update_scene(data, camera="camera")
            renderer.render(out=image)
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
