"""People doing things: a jointed person in the ten actions of VOC, alone or near people who do something else.

What tells the actions apart is the pose and the relation of the person to an object. The background, the clothes, the
size and the side are drawn without knowledge of the action, and objects also lie about without being used.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, UInt8
from torch.utils.data import Dataset

from .easel import Easel, Point
from .layout import extent
from .person import Outfit, joints
from .places import PLACES, draw_place
from .postures import ACTIONS, Figure, draw_figure, draw_idle_object, make_figure

STREAM = 0xAC7
LARGEST_SIDE = 144
P_ACTION = dict.fromkeys(ACTIONS, 1 / len(ACTIONS))  # of the first action; walkers and riders may do a second thing
P_SECOND = {
    "walking": {"phoning": 0.12, "reading": 0.10, "takingphoto": 0.10},
    "ridingbike": {"phoning": 0.12},
    "ridinghorse": {"takingphoto": 0.12},
}
P_BYSTANDER = 0.35  # a second person, whose action is none of the ten
P_IDLE_OBJECT = 0.35  # an object that nobody uses
DIFFICULT = 0.4  # a bystander of whom less than this share is visible is `difficult`
LEAST_PIXELS = 40  # a bystander who shows less is nobody that an annotator would see


@dataclass(frozen=True)
class ActingPerson:
    """A person in a scene, with the fields of a `SceneObject`: what writes scenes writes these too.

    The box is (x0, y0, x1, y1) in pixels, upper ends excluded: the extent of the mask, which holds the visible pixels.
    """

    box: tuple[int, int, int, int]
    mask: Bool[np.ndarray, "H W"]
    actions: tuple[str, ...]  # empty: none of the ten
    keypoints: dict[str, Point]  # joint -> (x, y) in pixels, outside of the image where the joint is
    facing: int  # 1: to the right of the image, -1: to the left
    truncated: bool  # a joint lies outside of the image
    difficult: bool = False
    occluded: bool = False
    name: str = "person"

    @property
    def flags(self) -> dict[str, bool]:
        """Whether the person does each of the ten, and "other": none of them."""
        return {name: name in self.actions for name in ACTIONS} | {"other": not self.actions}


@dataclass(frozen=True)
class ActionScene:
    """An image and the people in it; the first is the one that the scene is about, and the one drawn last."""

    image: UInt8[np.ndarray, "H W 3"]
    objects: list[ActingPerson]
    used: tuple[str, ...]  # the objects that the first person uses
    idle: tuple[str, ...]  # the objects that nobody uses
    context: str
    seed: int
    index: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.objects[0].box

    @property
    def actions(self) -> dict[str, bool]:
        """The flags of the first person: action -> whether they do it; "other" for none of the ten."""
        return self.objects[0].flags

    @property
    def keypoints(self) -> dict[str, Point]:
        return self.objects[0].keypoints


def action_frequencies() -> dict[str, float]:
    """Probability that the first person of a scene has each label. They sum to more than 1: labels may be multiple."""
    frequencies = dict(P_ACTION)
    for first, seconds in P_SECOND.items():
        for second, p in seconds.items():
            frequencies[second] += P_ACTION[first] * p
    return frequencies


def pick(rng: np.random.Generator, probabilities: dict[str, float]) -> str | None:
    """A key, or None with the probability that is left over."""
    p, total = rng.random(), 0.0
    for name, probability in probabilities.items():
        total += probability
        if p < total:
            return name
    return None if total < 1 - 1e-9 else name


def choose_actions(rng: np.random.Generator) -> tuple[str, ...]:
    """The labels of the first person of a scene, drawn from P_ACTION and P_SECOND."""
    first = pick(rng, P_ACTION)
    second = pick(rng, P_SECOND.get(first, {}))
    return (first,) if second is None else (first, second)


def place_figure(
    rng: np.random.Generator, figure: Figure, width: int, height: int, horizon: float, share: tuple[float, float]
) -> tuple[Point, float, int]:
    """Where a figure stands (pixels), its scale, and the side that it faces. Taller figures stand nearer."""
    scale = rng.uniform(*share) * height / max(figure.top, 1.0)
    scale = min(scale, 0.92 * width / (figure.right - figure.left))
    facing = 1 if rng.random() < 0.5 else -1
    floor = min(max(horizon + 0.10 * height, 0.30 * height + 0.75 * scale * figure.top), 0.97 * height)
    ground = rng.uniform(floor, 0.98 * height) if floor < 0.98 * height else floor
    ends = (facing * figure.left * scale, facing * figure.right * scale)
    low, high = -min(ends) + 1, width - 1 - max(ends)
    x = rng.uniform(low - 0.06 * width, high + 0.06 * width) if low < high else width / 2
    return (float(x), float(ground)), float(scale), facing


def draw_action(seed: int, index: int, *, actions: Iterable[str] | None = None) -> ActionScene:
    """Scene `index` of the set `seed`; the same arguments give the same bytes.

    `actions` forces what the first person does, such as ("walking", "phoning"), or () for none of the ten; the place
    and the clothes stay.
    Raises ValueError for an unknown action, or two that no drawn person can do at once.
    """
    for name, value in (("seed", seed), ("index", index)):
        if value < 0:
            raise ValueError(f"{name}: expected an integer >= 0, got {value}")
    # One stream each, so that nothing about the background can depend on the action.
    rngs = [np.random.default_rng([seed, STREAM, index, k]) for k in range(5)]
    drawn = choose_actions(rngs[0])
    labels = check_actions(actions) if actions is not None else drawn
    aspect = rngs[1].uniform(0.7, 1.0)
    width, height = LARGEST_SIDE, round(LARGEST_SIDE * aspect)
    if rngs[1].random() < 0.25:
        width, height = height, width
    place = PLACES[rngs[1].integers(len(PLACES))]
    background, horizon = draw_place(rngs[1], place, width, height)
    easel = Easel(background)
    figure = make_figure(labels, rngs[2])
    layout = place_figure(rngs[3], figure, width, height, horizon, (0.62, 0.90))
    others = rngs[4]
    idle: tuple[str, ...] = ()
    extra = None
    if others.random() < P_IDLE_OBJECT:
        idle = (draw_idle_object(easel, others, figure.objects, width, height, horizon),)
    if others.random() < P_BYSTANDER:
        extra = make_figure((), others)
        spots = [place_figure(others, extra, width, height, horizon, (0.34, 0.55)) for _ in range(3)]
        spot = max(spots, key=lambda s: abs(s[0][0] - layout[0][0]))  # people keep out of one another's way
        draw_figure(easel, extra, Outfit.random(others), spot, 2)
        whole = int(easel.mask(2).sum())
    draw_figure(easel, figure, Outfit.random(rngs[3]), layout, 1)
    people = [acting_person(easel, figure, layout, 1, labels)]
    if extra is not None:
        bystander = acting_person(easel, extra, spot, 2, ())
        visible = int(bystander.mask.sum())
        if visible >= LEAST_PIXELS:
            people.append(replace(bystander, occluded=visible < 0.95 * whole, difficult=visible < DIFFICULT * whole))
    return ActionScene(easel.finish(), people, figure.objects, idle, place, int(seed), int(index))


def acting_person(
    easel: Easel, figure: Figure, layout: tuple[Point, float, int], owner: int, labels: tuple[str, ...]
) -> ActingPerson:
    """The annotation of a figure that was drawn as `owner`."""
    mask = easel.mask(owner)
    easel.place(*layout, owner)
    width, height = easel.size
    points = {name: easel.pixel(p) for name, p in joints(figure.pose).named(layout[2]).items()}
    outside = any(not (0 <= x < width and 0 <= y < height) for x, y in points.values())
    return ActingPerson(extent(mask), mask, labels, points, layout[2], outside)


def check_actions(actions: Iterable[str]) -> tuple[str, ...]:
    """Return the actions as a tuple, the one that the legs do first."""
    names = tuple(actions)
    for name in names:
        if name not in ACTIONS:
            raise ValueError(f"actions: expected some of {', '.join(ACTIONS)}; got {name!r}")
    pairs = [(a, b) for a, seconds in P_SECOND.items() for b in seconds]
    for pair in (names, names[::-1]) if len(names) == 2 else ():
        if pair in pairs:
            return pair
    if len(names) > 1:
        known = ", ".join(" and ".join(pair) for pair in pairs)
        raise ValueError(f"actions: expected one, or one of the pairs {known}; got {' and '.join(names)}")
    return names


class Actions(Dataset):
    """`n` scenes of people doing things, from number `start` on; see `draw_action`.

    Item i with `target` "actions" (VOC's task): the image, uint8 [3, H, W] or `transform` of it, and a dict of `boxes`
    float32 [n, 4] (pixels, upper ends excluded) and `actions` bool [n, 10] in the order of ACTIONS, a row a person; a
    row without a True is "other". With `target` "scene": the `ActionScene` itself, untransformed.
    Raises ValueError for settings out of range, IndexError for an index out of range.
    """

    classes = ACTIONS

    def __init__(
        self,
        n: int,
        seed: int = 0,
        *,
        start: int = 0,
        target: str = "actions",
        transform: Callable[[torch.Tensor], Any] | None = None,
    ) -> None:
        for name, value in (("n", n), ("seed", seed), ("start", start)):
            if value < 0:
                raise ValueError(f"{name}: expected an integer >= 0, got {value}")
        if target not in ("actions", "scene"):
            raise ValueError(f"target: expected 'actions' or 'scene', got {target!r}")
        self.n, self.seed, self.start, self.target, self.transform = n, seed, start, target, transform

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, i: int) -> Any:
        if not -self.n <= i < self.n:
            raise IndexError(f"i: expected an index of one of {self.n} scenes, got {i}")
        scene = draw_action(self.seed, self.start + i % self.n)
        if self.target == "scene":
            return scene
        image = torch.from_numpy(np.ascontiguousarray(scene.image.transpose(2, 0, 1)))
        rows = [[person.flags[name] for name in ACTIONS] for person in scene.objects]
        boxes = torch.tensor([person.box for person in scene.objects], dtype=torch.float32)
        target = {"boxes": boxes, "actions": torch.tensor(rows)}
        return (self.transform(image) if self.transform else image), target
