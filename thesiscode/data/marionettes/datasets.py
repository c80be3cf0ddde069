"""Shots of marionettes and of pendulums as torch Datasets, with the poses behind each image."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float32, Float64, Int64, UInt8
from torch.utils.data import Dataset

from .camera import Camera
from .primitives import Places, looks, place
from .raycast import RayCaster
from .scenes import SCENES
from .simulation import LAGS, Mechanics, Shots, check_settings, simulate


class Shot(NamedTuple):
    """One shot: the image, the plate's pose (m, radians), the joints' angles (radians), the points' places (m)."""

    image: UInt8[torch.Tensor, "3 size size"]
    plate: Float32[torch.Tensor, "6"]
    joints: Float32[torch.Tensor, "joints"]
    points: Float32[torch.Tensor, "points 3"]


class PlateHistory(NamedTuple):
    """Poses of the plate `seconds` before each shot (x, y, z in metres, yaw, pitch, roll in radians)."""

    seconds: tuple[float, ...]
    plate: Float32[torch.Tensor, "n lags 6"]


class Simulated(Dataset):
    """`n` shots of a scene under a plate that moves at random: the plate is the cause, what hangs from it the effect.

    The same settings give the same bytes. The first shots of a larger `n` are those of a smaller one; another `seed`
    gives other runs. Shots of one run are half a second apart, so they depend on one another: to hold data out, hold
    out runs (`runs`) or use another seed. Simulation and drawing happen when they are first asked for, and are kept.

    - `speed`: how fast the plate moves, in amplitudes a second: faster motion leaves more momentum in the body;
    - `damping`: friction of the joints in N m s; None takes the scene's own;
    - `noise`: standard deviation of random forces on the bodies, as a multiple of their weights;
    - `shots_per_run`: how many shots are taken before a new run starts at rest.

    Raises ValueError for settings out of range, ImportError where MuJoCo is missing.
    """

    scene_name: str

    def __init__(
        self,
        n: int = 10_000,
        *,
        seed: int = 0,
        size: int = 64,
        speed: float = 1.0,
        damping: float | None = None,
        noise: float = 0.0,
        shots_per_run: int = 50,
    ) -> None:
        check_settings(n, seed=seed, speed=speed, noise=noise, shots_per_run=shots_per_run)
        self.n, self.seed, self.size = n, seed, size
        self.speed, self.noise, self.shots_per_run = speed, noise, shots_per_run
        self.mechanics = Mechanics(SCENES[self.scene_name], damping)
        self.camera = Camera.of(self.mechanics)
        self.caster = self.ray_caster(size)

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, i: int) -> Shot:
        if not -self.n <= i < self.n:
            raise IndexError(f"index {i} is out of range for {self.n} shots")
        return Shot(self.images[i], self.plate[i], self.joints[i], self.points[i])

    @property
    def point_names(self) -> tuple[str, ...]:
        """Names of the points, "left hand" and so on; left and right are as the viewer sees them."""
        return self.mechanics.scene.point_names

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the columns of `joints`."""
        return self.mechanics.joint_names

    @cached_property
    def states(self) -> Shots:
        """What MuJoCo knows at the moments of the shots."""
        return simulate(
            self.mechanics,
            self.n,
            seed=self.seed,
            speed=self.speed,
            noise=self.noise,
            shots_per_run=self.shots_per_run,
        )

    @property
    def runs(self) -> Int64[np.ndarray, "n"]:
        """Number of the run of each shot."""
        return self.states.runs

    @cached_property
    def plate(self) -> Float32[torch.Tensor, "n 6"]:
        """Pose of the plate: x, y, z from its place of rest in metres, yaw, pitch, roll in radians."""
        return torch.from_numpy(self.states.positions[:, :6].astype(np.float32))

    @cached_property
    def history(self) -> PlateHistory:
        """Poses of the plate shortly before each shot."""
        return PlateHistory(LAGS, torch.from_numpy(self.states.earlier.astype(np.float32)))

    @cached_property
    def joints(self) -> Float32[torch.Tensor, "n joints"]:
        """Angles in radians; see `joint_names`."""
        return torch.from_numpy(self.mechanics.joints(self.states.positions))

    @cached_property
    def _placed(self) -> tuple[Places, Float32[np.ndarray, "n points 3"]]:
        return place(self.mechanics, self.states.positions)

    @property
    def points(self) -> Float32[torch.Tensor, "n points 3"]:
        """Places of the named points in metres: x to the right, y away from the camera, z up."""
        return torch.from_numpy(self._placed[1])

    @cached_property
    def images(self) -> UInt8[torch.Tensor, "n 3 size size"]:
        """All images."""
        return self.caster(self._placed[0])

    def draw(
        self, positions: Float64[np.ndarray, "m q"], *, size: int | None = None, samples: int = 2
    ) -> UInt8[torch.Tensor, "m 3 size size"]:
        """Images of any states of the scene, such as rows of `states.positions`, at the dataset's size or another.

        Raises ValueError for positions that are no states, and for sizes and samples that `RayCaster` refuses.
        """
        caster = self.ray_caster(self.size if size is None else size, samples=samples)
        return caster(place(self.mechanics, positions)[0])

    def ray_caster(self, size: int, *, samples: int = 2, device: torch.device | str = "cpu") -> RayCaster:
        """A caster of this scene for images of another size, or on another device."""
        scene = self.mechanics.scene
        return RayCaster(
            looks(self.mechanics), self.camera, floor=scene.floor, size=size, samples=samples, device=device
        )


class Marionettes(Simulated):
    """Shots of a marionette whose hands and knees hang by strings from a plate (thesis 5.4.1, Figure 5-11).

    See `Simulated` for the settings.
    """

    scene_name = "marionette"


class Pendulums(Simulated):
    """Shots of two pendulums that hang from a bar (thesis 5.4.1, Figure 5-13); see `Simulated` for the settings."""

    scene_name = "pendulums"
