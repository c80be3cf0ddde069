"""How one instance is seen: the modes of variation of thesis Section 1.2 that belong to a single object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Look:
    """Viewpoint, lighting and deformation of one instance; which breed it is stays a setting of its own.

    Raises ValueError where a field is out of its range.
    """

    flip: bool = False  # viewpoint: mirrored, as seen from its other side
    tilt: float = 0.0  # viewpoint: turned in the picture plane, radians
    stretch: float = 1.0  # viewpoint: foreshortening, width against height, 0.2..1.5
    pose: float = 0.0  # deformation: how far the joints are turned, -1..1
    light: float = 1.0  # lighting: brightness, 0.5..1.3
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)  # lighting: colour of the light, a factor a channel

    def __post_init__(self) -> None:
        ranges = {"tilt": (-np.pi, np.pi), "stretch": (0.2, 1.5), "pose": (-1.0, 1.0), "light": (0.5, 1.3)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name}: expected a number in [{low:.4g}, {high:.4g}], got {value!r}")
        if len(self.tint) != 3 or not all(0.0 <= v <= 2.0 for v in self.tint):
            raise ValueError(f"tint: expected three factors in [0, 2], got {self.tint!r}")

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        *,
        flip: float = 0.5,
        tilt: float = 0.1,
        stretch: float = 0.25,
        pose: float = 1.0,
        light: float = 0.3,
        tint: float = 0.08,
    ) -> Look:
        """A look drawn from `rng`; each argument says how much that mode varies, 0 switches it off.

        flip: probability. tilt: standard deviation in radians; at most 0.6 is drawn. stretch: the width shrinks by a
        factor in [1 - stretch, 1]. pose: in [-pose, pose]. light: in [1 - light, 1 + light], cut to 0.5..1.3. tint:
        each channel in [1 - tint, 1 + tint]. All but tilt are uniform. Raises ValueError for an amount out of range.
        The same number of draws is made whatever the settings, so that switching one mode off leaves the others alone.
        """
        for name, value, most in (
            ("flip", flip, 1),
            ("tilt", tilt, 3),
            ("stretch", stretch, 0.8),
            ("pose", pose, 1),
            ("light", light, 1),
            ("tint", tint, 1),
        ):
            if not 0 <= value <= most:
                raise ValueError(f"{name}: expected a number in [0, {most}], got {value!r}")
        mirrored, narrow, turn, bright, *channels = rng.random(7)
        lean = rng.standard_normal()
        return cls(
            flip=bool(mirrored < flip),
            tilt=float(np.clip(tilt * lean, -0.6, 0.6)),
            stretch=float(1 - stretch * narrow),
            pose=float(pose * (2 * turn - 1)),
            light=float(np.clip(1 + light * (2 * bright - 1), 0.5, 1.3)),
            tint=tuple(float(1 + tint * (2 * c - 1)) for c in channels),
        )
