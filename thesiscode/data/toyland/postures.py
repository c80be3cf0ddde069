"""The pose of each action, what is held or ridden in it, and how the two are drawn through one another."""

from dataclasses import dataclass, field, replace
from math import cos, pi, sin

import numpy as np

from thesiscode.data.names import VOC_ACTIONS

from . import props
from .easel import Colour, Easel, Point
from .person import HEAD, STANDING, Outfit, Pose, draw_arm, draw_leg, draw_trunk, joints, reach, tread

ACTIONS = VOC_ACTIONS
WOODS = ((196, 132, 72), (150, 84, 44), (214, 170, 110), (120, 60, 50))
COATS = (
    ((142, 92, 58), (60, 40, 30)),
    ((96, 66, 50), (34, 28, 28)),
    ((214, 204, 192), (236, 230, 220)),
    ((188, 140, 92), (236, 218, 178)),
    ((66, 60, 62), (30, 28, 30)),
)


@dataclass(frozen=True)
class Figure:
    """A pose and the things that go with it. left, right and top bound what is drawn, in figure coordinates."""

    pose: Pose
    objects: tuple[str, ...] = ()
    turn: float = 0.0  # the crank of the bicycle, the gait of the horse, the tilt of an instrument
    colour: Colour = (200, 90, 70)
    coat: tuple[Colour, Colour] = COATS[0]
    left: float = -0.25
    right: float = 0.25
    top: float = 1.0
    details: dict[str, Point] = field(default_factory=dict)


def walking(rng: np.random.Generator) -> Pose:
    """One foot ahead of the other, arms against the legs."""
    swing = rng.uniform(0.30, 0.48) * (1 if rng.random() < 0.5 else -1)
    near, far = (swing, swing - 0.06), (-swing, -swing - 0.06)
    front, back = (near, far) if swing > 0 else (far, near)
    front, back = (front[0], front[1] - 0.04), (back[0], back[1] - 0.22)
    near, far = (front, back) if swing > 0 else (back, front)
    bend = rng.uniform(0.15, 0.5)
    arms = [(s * 0.95, s * 0.95 + bend) for s in (-swing, swing)]
    height = STANDING * cos(abs(swing)) + 0.012
    return Pose((0.0, height), 0.05, 0.04 + rng.normal(0, 0.05), arms[0], arms[1], near, far)


def running(rng: np.random.Generator) -> Pose:
    """A long stride with a foot kicked up behind, elbows at right angles."""
    lift = rng.uniform(0.75, 1.05)
    front, back = (lift, lift - rng.uniform(0.95, 1.25)), (-0.45, -0.45 - rng.uniform(0.85, 1.35))
    near_first = rng.random() < 0.5
    legs = (front, back) if near_first else (back, front)
    arms = ((-0.75, 0.75), (0.65, 2.10))
    arms = arms if near_first else arms[::-1]
    return Pose((0.0, STANDING - 0.02), rng.uniform(0.18, 0.32), 0.12, arms[0], arms[1], *legs)


def jumping(rng: np.random.Generator) -> Pose:
    """Off the ground, arms up, legs drawn in or thrown apart."""
    height = STANDING + rng.uniform(0.16, 0.30)
    kind = rng.integers(3)
    legs = (((0.9, -0.5), (0.6, -0.8)), ((0.75, 0.35), (-0.7, -1.0)), ((1.25, -0.25), (1.05, -0.55)))[kind]
    up = rng.uniform(2.3, 2.9)
    arms = ((up, up + 0.3), (-up, -up - 0.3)) if kind != 2 else ((up, up + 0.2), (up - 0.5, up - 0.3))
    return Pose((0.0, height), rng.uniform(-0.1, 0.15), -0.08, arms[0], arms[1], *legs)


def standing(rng: np.random.Generator) -> Pose:
    """At rest: arms down, on the hips, crossed, or one hand up to wave."""
    spread = rng.uniform(0.04, 0.16)
    legs = ((-spread, -spread), (spread, spread - 0.03))
    pose = Pose(
        (0.0, STANDING * cos(spread)), rng.normal(0, 0.03), rng.normal(0, 0.08), near_leg=legs[0], far_leg=legs[1]
    )
    kind = rng.integers(4)
    if kind == 1:
        return replace(pose, near_arm=(-0.75, 0.55), far_arm=(0.85, -0.45))
    if kind == 2:
        return replace(pose, near_arm=(-0.15, 1.55), far_arm=(0.25, 1.75))
    if kind == 3:
        return replace(pose, far_arm=(1.9, 2.7 + rng.normal(0, 0.2)))
    return pose


def sitting(rng: np.random.Generator) -> Pose:
    """On a chair, feet on the ground."""
    pose = Pose((0.0, props.SEAT + 0.07), rng.uniform(-0.02, 0.12), 0.05)
    out = rng.uniform(-0.03, 0.08)
    return replace(
        pose, near_leg=tread(pose, "near", (0.26 + out, 0.03)), far_leg=tread(pose, "far", (0.20 - out, 0.03))
    )


def cycling(rng: np.random.Generator, turn: float) -> Pose:
    """On the saddle, feet on the pedals, hands on the bar."""
    pose = Pose((props.SADDLE[0], props.SADDLE[1] + 0.06), rng.uniform(0.32, 0.55), 0.15)
    pedals = pedal_points(turn)
    pose = replace(pose, near_leg=tread(pose, "near", pedals["near"]), far_leg=tread(pose, "far", pedals["far"]))
    bar = (props.BAR[0] + 0.03, props.BAR[1] + 0.02)
    return replace(pose, near_arm=reach(pose, "near", bar), far_arm=reach(pose, "far", (bar[0] + 0.03, bar[1])))


def pedal_points(turn: float) -> dict[str, Point]:
    """Where the ankles are for an angle of the crank."""
    x, y = props.CRANK
    return {
        depth: (x + side * 0.085 * cos(turn) - 0.02, y + side * 0.085 * sin(turn) + 0.035)
        for depth, side in (("near", 1), ("far", -1))
    }


def riding(rng: np.random.Generator) -> Pose:
    """On a horse's back, legs down its sides, hands at the reins."""
    pose = Pose((-0.03, props.HORSE_BACK + 0.075), rng.uniform(-0.02, 0.15), 0.05)
    leg = (rng.uniform(0.65, 0.85), rng.uniform(-0.25, 0.0))
    pose = replace(pose, near_leg=leg, far_leg=leg)
    hand = (0.20, props.HORSE_BACK + 0.19)
    return replace(pose, near_arm=reach(pose, "near", hand), far_arm=reach(pose, "far", (hand[0] + 0.03, hand[1])))


def hold(pose: Pose, action: str, rng: np.random.Generator, details: dict[str, Point]) -> tuple[Pose, str]:
    """Move head and arms to phone, read, photograph, play or type; adds where the object is to `details`."""
    head = joints(pose).head
    if action == "phoning":
        ear = (head[0] + 0.005, head[1] - 0.025)
        details["phone"] = ear
        return replace(pose, near_arm=reach(pose, "near", (ear[0] + 0.02, ear[1] - 0.045))), "phone"
    if action == "takingphoto":
        eye = (head[0] + HEAD * 1.25, head[1] + 0.01 + rng.uniform(-0.01, 0.02))
        details["camera"] = eye
        grip = (eye[0], eye[1] - 0.045)
        pose = replace(pose, near_arm=reach(pose, "near", grip), far_arm=reach(pose, "far", (grip[0] + 0.05, grip[1])))
        return pose, "camera"
    if action == "reading":
        pose = replace(pose, head=pose.head + rng.uniform(0.25, 0.42))
        head = joints(pose).head
        book = (head[0] + 0.20 + rng.uniform(-0.02, 0.02), head[1] - 0.21 + rng.uniform(-0.03, 0.04))
        details["book"] = book
        hands = (book[0] - 0.05, book[1] - 0.03), (book[0] + 0.01, book[1] - 0.03)
        return replace(pose, near_arm=reach(pose, "near", hands[0]), far_arm=reach(pose, "far", hands[1])), "book"
    if action == "usingcomputer":
        pose = replace(pose, torso=pose.torso + 0.08, head=pose.head + 0.18)
        hands = ((0.33, 0.485), (0.38, 0.485))
        pose = replace(pose, near_arm=reach(pose, "near", hands[0]), far_arm=reach(pose, "far", hands[1]))
        return pose, "computer"
    if rng.random() < 0.6:
        belly = (pose.pelvis[0] + 0.06, pose.pelvis[1] + 0.10)
        angle = rng.uniform(0.25, 0.6)
        details["guitar"], details["angle"] = belly, (angle, 0.0)
        neck = props.oriented(belly, angle, 0.30, -0.01)
        pose = replace(pose, head=pose.head + 0.12)
        near = reach(pose, "near", props.oriented(belly, angle, 0.0, 0.02))
        return replace(pose, near_arm=near, far_arm=reach(pose, "far", neck)), "guitar"
    pose = replace(pose, head=pose.head + 0.12)
    head = joints(pose).head
    chin, angle = (head[0] + 0.045, head[1] - 0.085), rng.uniform(0.0, 0.25)
    details["violin"], details["angle"] = chin, (angle, 0.0)
    far = reach(pose, "far", props.oriented(chin, angle, 0.25, -0.02))
    bow = (chin[0] + 0.06, chin[1] - rng.uniform(0.10, 0.2))
    return replace(pose, near_arm=reach(pose, "near", bow), far_arm=far), "violin"


def make_figure(labels: tuple[str, ...], rng: np.random.Generator) -> Figure:
    """A person who does `labels` (none: who just stands or sits there), in a pose drawn from `rng`."""
    turn, details = rng.uniform(-pi, pi), {}
    colour = tuple(float(c) for c in rng.uniform(60, 230, 3))
    wood, coat = WOODS[rng.integers(len(WOODS))], COATS[rng.integers(len(COATS))]
    seated = rng.random()
    objects: list[str] = []
    first = labels[0] if labels else "other"
    bounds = (-0.26, 0.28, 1.02)
    if first == "ridingbike":
        pose, bounds = cycling(rng, turn), (-0.48, 0.50, 1.02)
        objects.append("bicycle")
    elif first == "ridinghorse":
        pose, bounds = riding(rng), (-0.58, 0.78, 1.28)
        objects.append("horse")
    elif first in ("walking", "running", "jumping"):
        pose = {"walking": walking, "running": running, "jumping": jumping}[first](rng)
        bounds = {"walking": (-0.28, 0.32, 1.02), "running": (-0.45, 0.42, 1.02), "jumping": (-0.4, 0.45, 1.45)}[first]
    elif first == "usingcomputer":
        pose, bounds = sitting(rng), (-0.24, 0.76, 0.82)
        objects.append("chair")
    elif seated < {"reading": 0.5, "playinginstrument": 0.35}.get(first, 0.2):
        pose, bounds = sitting(rng), (-0.24, 0.42, 0.82)
        objects.append("chair")
    else:
        pose = standing(rng) if first == "other" else replace(standing(rng), near_arm=(-0.08, 0.1), far_arm=(0.1, 0.25))
    for action in labels:
        if action in ("phoning", "takingphoto", "reading", "usingcomputer", "playinginstrument"):
            pose, held = hold(pose, action, rng, details)
            objects.append(held)
            colour = colour if held not in ("guitar", "violin") else wood
    return Figure(pose, tuple(objects), turn, colour, coat, *bounds, details)


def draw_figure(easel: Easel, figure: Figure, outfit: Outfit, layout: tuple[Point, float, int], owner: int) -> None:
    """Draw a person as `owner`, with what is used as owner + 100, back to front."""
    s, has, d = joints(figure.pose), set(figure.objects), figure.details

    def as_object() -> None:
        easel.place(*layout, owner + 100)

    def as_person() -> None:
        easel.place(*layout, owner)

    as_object()
    wide = 0.46 if has & {"horse", "bicycle"} else 0.2
    lift = max(figure.pose.pelvis[1] - STANDING, 0) if not has else 0.0
    easel.shadow((0.04, -0.005), wide * (1 - lift), 0.035 * (1 - lift), 0.34)
    gait = 0.55 * sin(figure.turn)
    if "horse" in has:
        props.draw_horse(easel, figure.coat[0], figure.coat[1], gait, "far")
    if "chair" in has:
        props.draw_chair(easel, (150, 104, 66))
    as_person()
    if "horse" not in has:
        draw_leg(easel, s, outfit, "far")
    draw_arm(easel, s, outfit, "far")
    as_object()
    if "horse" in has:
        props.draw_horse(easel, figure.coat[0], figure.coat[1], gait, "near")
        props.draw_saddle(easel, (110, 58, 40))
    if "bicycle" in has:
        props.draw_bicycle(easel, figure.colour, figure.turn)
    if "computer" in has:
        props.draw_desk(easel, (176, 128, 84))
        props.draw_computer(easel, figure.colour)
    as_person()
    draw_trunk(easel, s, outfit)
    as_object()
    if "bicycle" in has:
        props.draw_pedal(easel, pedal_points(figure.turn)["near"])
    as_person()
    draw_leg(easel, s, outfit, "near")
    as_object()
    if "horse" in has:
        props.draw_reins(easel, s.arms["near"][2])
    if "book" in has:
        props.draw_book(easel, d["book"], 0.35, figure.colour)
    if "camera" in has:
        props.draw_camera(easel, d["camera"], figure.colour)
    if "guitar" in has:
        props.draw_guitar(easel, d["guitar"], d["angle"][0], figure.colour)
        as_person()
        easel.ball(s.arms["far"][2], 0.027, 0.027, outfit.skin)
        as_object()
    if "violin" in has:
        props.draw_violin(easel, d["violin"], d["angle"][0], s.arms["near"][2], figure.colour)
    as_person()
    draw_arm(easel, s, outfit, "near")
    if "phone" in has:
        as_object()
        props.draw_phone(easel, d["phone"], 0.22, figure.colour)
        as_person()
        easel.ball(s.arms["near"][2], 0.022, 0.018, outfit.skin)


IDLE = ("bicycle", "horse", "guitar", "computer", "chair")


def draw_idle_object(
    easel: Easel, rng: np.random.Generator, used: tuple[str, ...], width: int, height: int, horizon: float
) -> str:
    """Draw an object that nobody uses, small and behind the people, and return its name."""
    name = IDLE[rng.integers(len(IDLE))]
    scale = float(rng.uniform(0.34, 0.55) * height)
    ground = float(rng.uniform(max(horizon, 0.5 * height), 0.8 * height) + 0.06 * height)
    x, facing = float(rng.uniform(0.12, 0.88) * width), 1 if rng.random() < 0.5 else -1
    easel.place((x, ground), scale, facing, 200)
    colour = tuple(float(c) for c in rng.uniform(60, 230, 3))
    coat, wood = COATS[rng.integers(len(COATS))], WOODS[rng.integers(len(WOODS))]
    easel.shadow((0.0, -0.005), 0.4 if name in ("bicycle", "horse") else 0.2, 0.03, 0.3)
    if name == "bicycle":
        props.draw_bicycle(easel, colour, 0.4)
    elif name == "horse":
        for part in ("far", "near"):
            props.draw_horse(easel, *coat, 0.12, part)
    elif name == "guitar":
        props.draw_guitar(easel, (0.0, 0.12), 1.35, wood)
    elif name == "computer":
        easel.place((x - facing * 0.45 * scale, ground), scale, facing, 200)
        props.draw_desk(easel, (176, 128, 84))
        props.draw_computer(easel, colour)
    else:
        props.draw_chair(easel, (150, 104, 66))
    return name
