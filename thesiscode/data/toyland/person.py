"""A jointed person: a pose made of angles, the joints that follow from it, clothes, and how to draw them.

Figure coordinates: x forward (the way the person faces), y up, unit = the height of the person standing. Angles are
in radians: a limb's from straight down, positive forward; the torso's and the head's from straight up, positive
forward. "near" limbs are on the viewer's side of the body, "far" ones behind it.
"""

from dataclasses import dataclass, field
from math import acos, atan2, cos, hypot, sin

import numpy as np

from .easel import Colour, Easel, Point, tone

TORSO, NECK, HEAD = 0.30, 0.05, 0.085
UPPER_ARM, LOWER_ARM = 0.165, 0.155
THIGH, SHIN = 0.245, 0.235
STANDING = THIGH + SHIN + 0.025  # height of the pelvis with straight legs: the feet are 0.025 thick
SKINS = ((245, 214, 192), (234, 190, 155), (205, 152, 112), (150, 100, 68), (98, 64, 46))
HAIRS = ((34, 28, 30), (88, 56, 36), (150, 76, 38), (222, 184, 112), (178, 178, 182))


@dataclass(frozen=True)
class Pose:
    """The angles of all joints, and where the pelvis is."""

    pelvis: Point = (0.0, STANDING)
    torso: float = 0.0
    head: float = 0.0
    near_arm: tuple[float, float] = (-0.08, 0.10)  # upper, lower
    far_arm: tuple[float, float] = (0.10, 0.25)
    near_leg: tuple[float, float] = (-0.05, -0.06)  # thigh, shin
    far_leg: tuple[float, float] = (0.08, 0.02)


@dataclass(frozen=True)
class Outfit:
    """How the person looks, whatever the pose."""

    skin: Colour = SKINS[1]
    hair: Colour = HAIRS[1]
    hair_style: str = "short"  # short, long, tail, bald, cap
    shirt: Colour = (70, 110, 190)
    trousers: Colour = (60, 66, 92)
    shoes: Colour = (60, 50, 48)
    long_sleeves: bool = True
    long_trousers: bool = True
    build: float = 1.0  # factor on the thickness of everything

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Outfit":
        """Skin, hair, sleeves and build are uniform over what there is; colours are drawn channel by channel."""

        def cloth(low: float, high: float) -> Colour:
            base = rng.uniform(low, high, 3)
            return tuple(float(c) for c in base + 0.1 * (base - base.mean()))

        return cls(
            skin=SKINS[rng.integers(len(SKINS))],
            hair=HAIRS[rng.integers(len(HAIRS))],
            hair_style=("short", "long", "tail", "bald", "cap")[rng.choice(5, p=(0.4, 0.2, 0.15, 0.1, 0.15))],
            shirt=cloth(70, 235),
            trousers=cloth(40, 170),
            shoes=cloth(30, 200),
            long_sleeves=bool(rng.random() < 0.55),
            long_trousers=bool(rng.random() < 0.7),
            build=float(rng.uniform(0.88, 1.15)),
        )


@dataclass(frozen=True)
class Skeleton:
    """Positions of the joints in figure coordinates. Arms and legs: root, middle joint, end."""

    pelvis: Point
    neck: Point
    head: Point
    head_angle: float
    arms: dict[str, tuple[Point, Point, Point]] = field(default_factory=dict)
    legs: dict[str, tuple[Point, Point, Point]] = field(default_factory=dict)

    def named(self, facing: int) -> dict[str, Point]:
        """Joint -> position, limbs named left and right. Who faces right shows the viewer the right side."""
        points = {"head": self.head, "neck": self.neck, "pelvis": self.pelvis}
        for depth in ("near", "far"):
            side = "right" if (depth == "near") == (facing > 0) else "left"
            for limbs, joints in ((self.arms, ("shoulder", "elbow", "hand")), (self.legs, ("hip", "knee", "foot"))):
                points |= {f"{side}_{joint}": p for joint, p in zip(joints, limbs[depth], strict=True)}
        return points


def step(start: Point, angle: float, length: float) -> Point:
    """The end of a limb that leaves `start` at `angle` from straight down."""
    return start[0] + length * sin(angle), start[1] - length * cos(angle)


def roots(pose: Pose) -> tuple[Point, dict[str, Point], dict[str, Point]]:
    """Neck, shoulders and hips."""
    up = (sin(pose.torso), cos(pose.torso))
    neck = (pose.pelvis[0] + TORSO * up[0], pose.pelvis[1] + TORSO * up[1])
    middle = (neck[0] - 0.05 * up[0], neck[1] - 0.05 * up[1])
    shoulders = {"near": (middle[0] - 0.030 * up[1], middle[1] + 0.030 * up[0])}
    shoulders["far"] = (middle[0] + 0.040 * up[1], middle[1] - 0.040 * up[0])
    hips = {"near": (pose.pelvis[0] - 0.012, pose.pelvis[1]), "far": (pose.pelvis[0] + 0.018, pose.pelvis[1])}
    return neck, shoulders, hips


def joints(pose: Pose) -> Skeleton:
    """Forward kinematics: the position of every joint of a pose."""
    neck, shoulders, hips = roots(pose)
    reach = NECK + HEAD * 0.9
    head = (neck[0] + reach * sin(pose.head), neck[1] + reach * cos(pose.head))
    arms, legs = {}, {}
    for depth, arm, leg in (("near", pose.near_arm, pose.near_leg), ("far", pose.far_arm, pose.far_leg)):
        elbow = step(shoulders[depth], arm[0], UPPER_ARM)
        arms[depth] = (shoulders[depth], elbow, step(elbow, arm[1], LOWER_ARM))
        knee = step(hips[depth], leg[0], THIGH)
        legs[depth] = (hips[depth], knee, step(knee, leg[1], SHIN))
    return Skeleton(pose.pelvis, neck, head, pose.head, arms, legs)


def two_bones(root: Point, target: Point, upper: float, lower: float, bend: int) -> tuple[float, float]:
    """The two angles that bring the end of a limb to `target`, or as near as its length allows.

    `bend` = 1 puts the middle joint forward of the line (a knee), -1 behind or below it (an elbow).
    """
    dx, dy = target[0] - root[0], target[1] - root[1]
    distance = min(max(hypot(dx, dy), abs(upper - lower) + 1e-3), upper + lower - 1e-3)
    direction = atan2(dx, -dy)
    first = acos((upper**2 + distance**2 - lower**2) / (2 * upper * distance))
    second = acos((lower**2 + distance**2 - upper**2) / (2 * lower * distance))
    return direction + bend * first, direction - bend * second


def reach(pose: Pose, depth: str, target: Point, bend: int = -1) -> tuple[float, float]:
    """Angles of the arm ("near" or "far") that bring its hand to `target`."""
    return two_bones(roots(pose)[1][depth], target, UPPER_ARM, LOWER_ARM, bend)


def tread(pose: Pose, depth: str, target: Point) -> tuple[float, float]:
    """Angles of the leg ("near" or "far") that bring its ankle to `target`, knee forward."""
    return two_bones(roots(pose)[2][depth], target, THIGH, SHIN, 1)


def draw_arm(easel: Easel, s: Skeleton, o: Outfit, depth: str) -> None:
    shoulder, elbow, hand = s.arms[depth]
    dim = 0.82 if depth == "far" else 1.0
    shirt, skin, k = tone(o.shirt, dim * 0.94), tone(o.skin, dim), o.build
    easel.limb(elbow, hand, 0.029 * k, 0.023 * k, shirt if o.long_sleeves else skin)
    easel.limb(shoulder, elbow, 0.040 * k, 0.030 * k, shirt)
    easel.ball(hand, 0.029, 0.029, skin)


def draw_leg(easel: Easel, s: Skeleton, o: Outfit, depth: str) -> None:
    hip, knee, ankle = s.legs[depth]
    dim = 0.80 if depth == "far" else 1.0
    cloth, skin, k = tone(o.trousers, dim), tone(o.skin, dim), o.build
    angle = atan2(ankle[0] - knee[0], -(ankle[1] - knee[1]))
    toe = (ankle[0] + 0.075 * cos(angle), ankle[1] + 0.075 * sin(angle) - 0.004)
    easel.limb(ankle, toe, 0.026, 0.020, tone(o.shoes, dim))
    easel.limb(knee, ankle, 0.042 * k, 0.029 * k, cloth if o.long_trousers else skin)
    easel.limb(hip, knee, 0.062 * k, 0.045 * k, cloth)


def draw_trunk(easel: Easel, s: Skeleton, o: Outfit) -> None:
    """Torso, neck and head."""
    k = o.build
    up = (s.neck[0] - s.pelvis[0], s.neck[1] - s.pelvis[1])
    chest = (s.pelvis[0] + 0.80 * up[0], s.pelvis[1] + 0.80 * up[1])
    easel.limb(s.neck, s.head, 0.032, 0.030, tone(o.skin, 0.86))
    easel.limb(s.pelvis, (s.pelvis[0] + 0.1 * up[0], s.pelvis[1] + 0.1 * up[1]), 0.066 * k, 0.066 * k, o.trousers)
    waist = (s.pelvis[0] + 0.16 * up[0], s.pelvis[1] + 0.16 * up[1])
    easel.limb(waist, chest, 0.066 * k, 0.082 * k, o.shirt)
    draw_head(easel, s, o)


def draw_head(easel: Easel, s: Skeleton, o: Outfit) -> None:
    """The head in half profile."""
    fx, fy = cos(s.head_angle), -sin(s.head_angle)  # forward and up in the head's own frame
    ux, uy = sin(s.head_angle), cos(s.head_angle)

    def at(x: float, y: float) -> Point:
        return s.head[0] + HEAD * (x * fx + y * ux), s.head[1] + HEAD * (x * fy + y * uy)

    if o.hair_style == "long":
        easel.limb(at(-0.35, 0.3), at(-0.75, -1.25), 0.070, 0.045, tone(o.hair, 0.9))
    elif o.hair_style == "tail":
        easel.limb(at(-0.9, 0.35), at(-1.45, -0.75), 0.030, 0.018, tone(o.hair, 0.9))
    easel.ball(s.head, HEAD * 0.92, HEAD * 1.04, o.skin)
    easel.ellipse(at(0.92, -0.08), 0.019, 0.016, tone(o.skin, 0.95))
    if o.hair_style != "bald":
        cap = [at(1.0 * cos(t), 0.05 + 1.06 * sin(t)) for t in np.linspace(0.65, 3.75, 14)]
        easel.polygon([*cap, at(-0.25, -0.15), at(-0.1, 0.38), at(0.5, 0.52)], o.hair)
        easel.polygon([at(0.1, 0.86), at(-0.45, 0.75), at(-0.5, 0.6), at(0.1, 0.7)], tone(o.hair, 1.35))
    if o.hair_style == "cap":
        dome = [at(1.02 * cos(t), 0.12 + 1.05 * sin(t)) for t in np.linspace(0.25, 3.1, 12)]
        easel.polygon(dome, tone(o.shirt, 0.8))
        easel.capsule(at(0.75, 0.38), at(1.5, 0.26), 0.012, 0.010, tone(o.shirt, 0.65))
    else:
        easel.ellipse(at(-0.18, -0.08), 0.017, 0.022, tone(o.skin, 0.82))
    for x in (0.26, 0.70):
        easel.ellipse(at(x, 0.06), 0.0095, 0.014, (36, 28, 28))
        easel.line([at(x - 0.13, 0.31), at(x + 0.13, 0.33)], 0.010, tone(o.hair, 0.8))
    easel.line([at(0.28, -0.48), at(0.52, -0.54), at(0.74, -0.46)], 0.012, tone(o.skin, 0.55))
