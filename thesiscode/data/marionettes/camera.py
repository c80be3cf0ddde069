"""The camera of a scene: rays through its pixels, and the pixels of points."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .simulation import Mechanics


@dataclass(frozen=True)
class Camera:
    """A pinhole at `position` (metres); columns of `axes` point right, up and backwards.

    `tangent` is the tangent of half the angle of view.
    """

    position: Float[np.ndarray, "3"]
    axes: Float[np.ndarray, "3 3"]
    tangent: float

    @classmethod
    def of(cls, mechanics: Mechanics) -> "Camera":
        """The camera of a scene, which does not move."""
        mujoco, model = mechanics.mujoco, mechanics.model
        data = mujoco.MjData(model)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_camlight(model, data)
        number = model.camera("camera").id
        tangent = float(np.tan(np.radians(model.cam_fovy[number]) / 2))
        return cls(data.cam_xpos[number].copy(), data.cam_xmat[number].reshape(3, 3).copy(), tangent)

    def rays(self, size: int) -> Float[np.ndarray, "size size 3"]:
        """Unit vectors from the pinhole through the centres of `size` x `size` pixels, the top row first."""
        across = (2 * (np.arange(size) + 0.5) / size - 1) * self.tangent
        right, up = np.meshgrid(across, -across)
        rays = np.stack([right, up, -np.ones_like(right)], axis=-1) @ self.axes.T
        return rays / np.linalg.norm(rays, axis=-1, keepdims=True)

    def project(self, points: Float[np.ndarray, "*n 3"], size: int) -> Float[np.ndarray, "*n 2"]:
        """Column and row, in pixels from the top left corner, where points in front of the camera appear."""
        right, up, back = np.moveaxis((points - self.position) @ self.axes, -1, 0)
        scale = size / (2 * self.tangent)
        return np.stack([size / 2 - scale * right / back, size / 2 + scale * up / back], axis=-1)
