"""Drawings for the page on the marionette: its parts, its solids, its strings, and how closely it follows its plate."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from thesiscode.data.marionettes import Marionettes, Simulated
from thesiscode.data.marionettes.primitives import looks, place

from .style import COLORS, tint

SIZE = 480  # pixels of the large renderings
PARTS = ("hand", "elbow", "knee", "foot")
"""Parts of the body in the order of the chain, and their colours."""
PART_COLORS = dict(zip(PARTS, (COLORS["output"], COLORS["sky"], COLORS["weight"], COLORS["gradient"]), strict=True))

# Label, name of the solid or point, place of the text in pixels of a picture of size 1, by the side that it is on.
_LABELS = (
    ("plate", "plate front left", -0.05, 0.10),
    ("string", "left hand string", -0.05, 0.33),
    ("hand", "left hand", -0.05, 0.56),
    ("knee", "left knee", -0.05, 0.78),
    ("head, fixed", "head", 1.05, 0.40),
    ("elbow", "right elbow", 1.05, 0.56),
    ("foot", "right foot", 1.05, 0.90),
)


def labelled(shots: Marionettes, state: Float[np.ndarray, "q"]) -> Figure:
    """A large rendering of one state of the marionette, with the names of its parts beside it."""
    figure, ax = plt.subplots(figsize=(6.4, 4.6))
    _picture(ax, shots, state)
    solids, points = place(shots.mechanics, state[None])
    middles = dict(zip(looks(shots.mechanics).names, (solids.starts[0] + solids.ends[0]) / 2, strict=False))
    for name, middle in zip(looks(shots.mechanics).names[len(middles) :], solids.centres[0], strict=True):
        middles[name] = middle
    middles |= dict(zip(shots.point_names, points[0], strict=True))
    for label, name, x, y in _LABELS:
        target = shots.camera.project(middles[name].astype(float), SIZE)
        ax.annotate(
            label,
            target,
            (x * SIZE, y * SIZE),
            annotation_clip=False,
            ha="right" if x < 0 else "left",
            va="center",
            arrowprops={"arrowstyle": "-", "color": COLORS["ink"], "linewidth": 1.1, "shrinkA": 2, "shrinkB": 0},
        )
    return figure


def solids(shots: Marionettes, state: Float[np.ndarray, "q"]) -> Figure:
    """A rendering, and beside it the outlines of the capsules, the joints between them, and the strings."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.6), sharex=True, sharey=True)
    _picture(left, shots, state)
    style, (places, _) = looks(shots.mechanics), place(shots.mechanics, state[None])
    scale = SIZE / (2 * shots.camera.tangent)
    for name, start, end, radius in zip(style.names, places.starts[0], places.ends[0], style.radii, strict=False):
        ends = shots.camera.project(np.stack([start, end]).astype(float), SIZE)
        if "string" in name:
            right.plot(*ends.T, color=COLORS["muted"], linewidth=1.2)
            continue
        depth = (shots.camera.position - (start + end) / 2) @ shots.camera.axes[:, 2]
        outline = _capsule(*ends, scale * radius / depth)
        right.add_patch(Polygon(outline, facecolor=tint(COLORS["sky"], 0.6), edgecolor=COLORS["ink"], linewidth=1))
    for box, axes, half in zip(places.centres[0], places.axes[0], style.half_sizes, strict=True):
        corners = box + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half[:2] @ axes[:, :2].T
        outline = shots.camera.project(corners.astype(float), SIZE)
        right.add_patch(Polygon(outline, facecolor=COLORS["fill"], edgecolor=COLORS["ink"], linewidth=1))
    hinges, balls = _joints(shots, state)
    for joints, marker, label in ((hinges, "o", "hinge"), (balls, "D", "ball joint")):
        right.plot(*joints.T, marker, color=COLORS["gradient"], markersize=5, label=label)
    right.set(xticks=[], yticks=[], aspect="equal")
    right.grid(False)
    right.legend(loc="lower right", fontsize=10, handletextpad=0.1, borderaxespad=0)
    for spine in right.spines.values():
        spine.set_visible(False)
    return figure


def _picture(ax: Axes, shots: Simulated, state: Float[np.ndarray, "q"]) -> None:
    """A rendering that fills its axes."""
    ax.imshow(shots.draw(state[None], size=SIZE, samples=2)[0].permute(1, 2, 0).numpy())
    ax.set_axis_off()


def _capsule(start: np.ndarray, end: np.ndarray, radius: float) -> Float[np.ndarray, "m 2"]:
    """The outline of a capsule in the plane: two half circles, joined."""
    angle = np.arctan2(*(end - start)[::-1]) + np.pi / 2 + np.linspace(0, np.pi, 20)
    half = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.concatenate([start + half, end - half])


def _joints(shots: Simulated, state: Float[np.ndarray, "q"]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of the hinges and of the ball joints below the plate."""
    mujoco, model = shots.mechanics.mujoco, shots.mechanics.model
    data = mujoco.MjData(model)
    data.qpos[:] = state
    mujoco.mj_kinematics(model, data)
    pixels = shots.camera.project(data.xanchor[6:].copy(), SIZE)
    is_ball = model.jnt_type[6:] == int(mujoco.mjtJoint.mjJNT_BALL)
    return pixels[~is_ball], pixels[is_ball]


def frame(image: np.ndarray, title: str) -> Figure:
    """One frame of a film."""
    figure, ax = plt.subplots(figsize=(3.6, 3.9))
    ax.imshow(image, interpolation="nearest")
    ax.set_axis_off()
    ax.set_title(title, loc="left", fontsize=12)
    return figure


def string_lengths(
    seconds: Float[np.ndarray, "steps"],
    angles: Float[np.ndarray, "steps 2"],
    stretch: Float[np.ndarray, "steps strings"],
    names: Sequence[str],
) -> Figure:
    """Above, the plate's angles in degrees by time; below, the length of each string in parts of its longest."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(6.2, 4.4), sharex=True, height_ratios=(1, 2))
    for name, angle, color in zip(("pitch", "roll"), angles.T, (COLORS["muted"], COLORS["ink"]), strict=True):
        top.plot(seconds, angle, color=color, label=name)
    top.set(ylabel="degrees")
    top.legend(loc="upper right", fontsize=10, ncols=2, bbox_to_anchor=(1, 1.3))
    for name, lengths in zip(names, stretch.T, strict=True):
        part = "hand" if "hand" in name else "knee"
        dashes = "-" if "left" in name else (0, (3, 1.5))
        bottom.plot(seconds, lengths, color=PART_COLORS[part], linestyle=dashes, label=name.replace(" string", ""))
    bottom.axhline(1, color=COLORS["muted"], linewidth=1, zorder=1)
    bottom.set(xlabel="seconds", ylabel="length / longest")
    bottom.legend(loc="lower right", fontsize=10, ncols=2)
    return figure


def by_part(
    now: Mapping[str, Mapping[str, float]], past: Mapping[str, Mapping[str, float]], parts: Sequence[str] = PARTS
) -> Figure:
    """Share of variance that is predicted, a panel a dataset, a bar a part; a line marks it with the plate's past."""
    figure, axes = plt.subplots(1, len(now), figsize=(6.4, 3.3), sharey=True, squeeze=False)
    for ax, (title, found) in zip(axes[0], now.items(), strict=True):
        for k, part in enumerate(parts):
            ax.bar(k, found[part], 0.72, color=PART_COLORS[part])
            ax.text(k, 0.03, f"{found[part]:.2f}".lstrip("0"), ha="center", fontsize=10, color="white", weight="bold")
            ax.plot([k - 0.42, k + 0.42], [past[title][part]] * 2, color=COLORS["ink"], linewidth=2.2)
        ax.set_xticks(range(len(parts)), parts, rotation=90)
        ax.set(ylim=(0, 1))
        ax.set_title(title, fontsize=11)
        ax.grid(False, axis="x")
    axes[0, 0].set_ylabel("$R^2$, runs held out")
    return figure


def two_pasts(seconds: Sequence[float], gaps: Mapping[str, Sequence[float]], other: float) -> Figure:
    """Distance in cm between bodies under one plate with two pasts, by how long it has rested; dashed, two plates."""
    figure, ax = plt.subplots(figsize=(6.2, 3.4))
    for (name, curve), color in zip(gaps.items(), (COLORS["gradient"], COLORS["ink"]), strict=True):
        ax.plot(seconds, curve, marker="o", color=color, label=name)
    ax.axhline(other, color=COLORS["muted"], linewidth=1.4, linestyle=(0, (4, 3)), label="two different plates")
    ax.set(xlabel="seconds for which the plate has rested", ylabel="distance of feet, cm", ylim=(0, 1.08 * other))
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.66), fontsize=10)
    return figure
