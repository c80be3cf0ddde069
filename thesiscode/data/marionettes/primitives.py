"""The solids of a scene: capsules (spheres and strings among them) and boxes, with their looks and their places."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float32, Float64

from .simulation import Mechanics

STRING_RADIUS = 0.012
STRING_COLOUR = (0.2, 0.2, 0.2)


class Looks(NamedTuple):
    """What does not move: radii of capsules and half sizes of boxes in metres, colours in 0..1 (capsules first)."""

    radii: Float32[np.ndarray, "capsules"]
    half_sizes: Float32[np.ndarray, "boxes 3"]
    colours: Float32[np.ndarray, "solids 3"]
    names: tuple[str, ...]


class Places(NamedTuple):
    """Where the solids of `n` states are, in metres: ends of capsules, centres and axes (columns) of boxes."""

    starts: Float32[np.ndarray, "n capsules 3"]
    ends: Float32[np.ndarray, "n capsules 3"]
    centres: Float32[np.ndarray, "n boxes 3"]
    axes: Float32[np.ndarray, "n boxes 3 3"]


def _of_type(mechanics: Mechanics, *types: str) -> list[int]:
    wanted = [int(getattr(mechanics.mujoco.mjtGeom, f"mjGEOM_{name}")) for name in types]
    return [geom for geom in range(mechanics.model.ngeom) if mechanics.model.geom_type[geom] in wanted]


def looks(mechanics: Mechanics) -> Looks:
    """Sizes and colours of a scene's solids: spheres and capsules, then strings, then boxes."""
    model, round_, boxes = mechanics.model, _of_type(mechanics, "SPHERE", "CAPSULE"), _of_type(mechanics, "BOX")
    strings = model.ntendon
    return Looks(
        radii=np.append(model.geom_size[round_, 0], [STRING_RADIUS] * strings).astype(np.float32),
        half_sizes=model.geom_size[boxes].astype(np.float32),
        colours=np.concatenate(
            [
                model.geom_rgba[round_, :3],
                np.reshape([STRING_COLOUR] * strings, (strings, 3)),
                model.geom_rgba[boxes, :3],
            ]
        ).astype(np.float32),
        names=(
            *(model.geom(geom).name for geom in round_),
            *(model.tendon(string).name for string in range(strings)),
            *(model.geom(geom).name for geom in boxes),
        ),
    )


def place(
    mechanics: Mechanics, positions: Float64[np.ndarray, "n q"]
) -> tuple[Places, Float32[np.ndarray, "n points 3"]]:
    """Where the solids and the named points of `n` states are, in metres; a string is straight, even where it is slack.

    Raises ValueError for positions of another shape or of no state, and for ones that are not finite.
    """
    if np.ndim(positions) != 2 or not len(positions) or np.shape(positions)[1] != mechanics.model.nq:
        expected = f"at least one state of {mechanics.model.nq} entries, (n, {mechanics.model.nq})"
        raise ValueError(f"positions has shape {np.shape(positions)}; expected {expected}")
    if not np.isfinite(positions).all():
        first = int((~np.isfinite(positions)).any(axis=1).argmax())
        raise ValueError(f"positions of state {first} are not finite; expected finite numbers")
    mujoco, model = mechanics.mujoco, mechanics.model
    round_, boxes = _of_type(mechanics, "SPHERE", "CAPSULE"), _of_type(mechanics, "BOX")
    is_capsule = model.geom_type[round_] == int(mujoco.mjtGeom.mjGEOM_CAPSULE)
    half_lengths = np.where(is_capsule, model.geom_size[round_, 1], 0)[:, None]
    string_ends = [model.wrap_objid[first : first + 2] for first in model.tendon_adr[: model.ntendon]]
    sites = [model.site(name).id for name in mechanics.scene.point_names]
    tops = [top for top, _ in string_ends]
    bottoms = [bottom for _, bottom in string_ends]
    data: Any = mujoco.MjData(model)
    rows = []
    for state in positions:
        data.qpos[:] = state
        mujoco.mj_kinematics(model, data)
        turns = data.geom_xmat.reshape(-1, 3, 3)
        middles, halves = data.geom_xpos[round_], turns[round_, :, 2] * half_lengths
        starts = np.concatenate([middles - halves, data.site_xpos[tops].reshape(-1, 3)])
        ends = np.concatenate([middles + halves, data.site_xpos[bottoms].reshape(-1, 3)])
        rows.append((starts, ends, data.geom_xpos[boxes], turns[boxes], data.site_xpos[sites]))
    *solids, points = (np.stack(column).astype(np.float32) for column in zip(*rows, strict=True))
    return Places(*solids), points
