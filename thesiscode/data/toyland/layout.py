"""What stands where in a scene, and how it is seen: every mode of variation of thesis 1.2 is a setting here."""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float

from thesiscode.data.toyland.contexts import CONTEXTS, class_given_context, context_given_class

P_TARGETS = (0.30, 0.30, 0.25, 0.15)  # P(1, 2, 3, 4 targets in an image)
MAX_DISTRACTORS, MAX_SHAPES = 3, 6
SIDE = 144  # largest side of a scene, pixels
ASPECTS = (0.75, 0.67, 1.0, 1.34, 1.5)  # height / width: photographs are mostly 4:3 and 3:2, seldom upright
P_ASPECTS = (0.45, 0.25, 0.10, 0.12, 0.08)

# Streams of random numbers: what stands in a scene and what the place looks like never share a generator, so that the
# same objects can be drawn elsewhere.
OBJECTS_STREAM, PLACE_STREAM = 301, 302


@dataclass(frozen=True)
class Modes:
    """How much each mode of variation of thesis Section 1.2 varies in a scene. 0 switches a mode off.

    The random numbers behind a scene do not depend on these settings: moving one of them changes what it governs and
    leaves the rest of the scene as it was, up to collisions between objects. Raises ValueError where out of range.
    """

    viewpoint: float = 1.0  # 0..1: mirrored, foreshortened, turned in the plane
    lighting: float = 1.0  # 0..1: brightness and colour of the light, common to the whole scene
    smallest: float = 0.15  # size of the smallest object, as a fraction of the largest side, 0.05..0.9
    largest: float = 0.90  # size of the largest object, smallest..0.9
    occlusion: float = 0.35  # 0..1: how much of one object's box others may cover, where the frame leaves room for it
    truncation: float = 0.15  # 0..1: probability that an object crosses the edge of the frame
    clutter: float = 0.40  # 0..1: probability of each of up to three distractors and six clutter shapes
    deformation: float = 1.0  # 0..1: how far joints are turned
    breeds: int = 20  # intra-class variability: how many breeds of each class occur, 1..20

    def __post_init__(self) -> None:
        ranges = {"smallest": (0.05, 0.9), "largest": (self.smallest, 0.9), "breeds": (1, 20)}
        for name in (field.name for field in fields(self)):
            low, high = ranges.get(name, (0, 1))
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} is {value!r}; expected a value between {low} and {high}")
        if self.breeds != int(self.breeds):
            raise ValueError(f"breeds is {self.breeds!r}; expected a whole number")


@dataclass(frozen=True)
class Draws:
    """All random numbers behind one scene, uniform in [0, 1): the same whatever the settings are."""

    scene: Float[np.ndarray, "12"]
    slots: Float[np.ndarray, "slots 12"]
    places: Float[np.ndarray, "slots candidates 2"]


def draw_numbers(seed: int, index: int) -> Draws:
    """The numbers of scene `index` of `seed`; they depend on nothing else."""
    rng = np.random.default_rng([seed, OBJECTS_STREAM, index])
    slots = len(P_TARGETS) + MAX_DISTRACTORS + MAX_SHAPES
    return Draws(rng.random(12), rng.random((slots, 12)), rng.random((slots, 16, 2)))


def pick(p: Float[np.ndarray, "n"] | tuple[float, ...], u: float) -> int:
    """The outcome that the uniform number `u` selects under probabilities `p` (inverse of the cumulative sum)."""
    return min(int(np.searchsorted(np.cumsum(p), u, side="right")), len(p) - 1)


def frame_size(draws: Draws, side: int) -> tuple[int, int]:
    """Width and height in pixels; the larger is `side`."""
    aspect = ASPECTS[pick(P_ASPECTS, draws.scene[0])]
    return (side, round(side * aspect)) if aspect <= 1 else (round(side / aspect), side)


def cast(draws: Draws, targets: tuple[str, ...]) -> tuple[str, list[str]]:
    """The context that the scene belongs to, and its 1 to 4 target classes.

    The first class is uniform and draws its context from P(context | class); the others are drawn from
    P(class | context). By Bayes' rule each object, taken alone, then follows the table exactly and all classes are
    equally frequent.
    """
    first = targets[int(draws.slots[0, 0] * len(targets))]
    context = CONTEXTS[pick(context_given_class(first), draws.scene[1])]
    given = class_given_context(context)
    count = 1 + pick(P_TARGETS, draws.scene[2])
    return context, [first] + [targets[pick(given, draws.slots[k, 0])] for k in range(1, count)]


def scene_light(draws: Draws, lighting: float) -> tuple[float, tuple[float, float, float]]:
    """Brightness, and the colour of the light as a factor a channel: from warm evenings to blue mornings."""
    u = draws.scene.tolist()
    light = 1.0 + lighting * (0.42 * u[3] - 0.24)
    warmth, shade = lighting * (u[4] - 0.5) * 0.22, lighting * (u[5] - 0.5) * 0.06
    return light, (1 + warmth, 1 + shade, 1 - warmth)


def object_side(u: float, modes: Modes, crowd: int, side: int) -> int:
    """Side in pixels of the square that an object is drawn in, log-uniform between the smallest and the largest size.

    In company the largest size shrinks by 15 % for each further target, else nobody would find room.
    """
    low, high = modes.smallest, max(modes.smallest, modes.largest * 0.85 ** (crowd - 1))
    return max(8, round(side * low * (high / low) ** u))


def extent(mask: Bool[np.ndarray, "H W"]) -> tuple[int, int, int, int]:
    """The smallest box around a mask's pixels; (0, 0, 0, 0) for an empty mask."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def overlap(box: tuple[int, ...], others: list[tuple[int, ...]]) -> float:
    """The largest share of `box`, or of any of `others`, that lies under the other of the two."""
    worst = 0.0
    for other in others:
        w = min(box[2], other[2]) - max(box[0], other[0])
        h = min(box[3], other[3]) - max(box[1], other[1])
        if w > 0 and h > 0:
            areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (box, other)]
            worst = max(worst, w * h / min(areas))
    return worst


def find_corner(
    size: tuple[int, int],
    frame: tuple[int, int],
    ground: float | None,
    places: Float[np.ndarray, "candidates 2"],
    edge: float | None,
    others: list[tuple[int, ...]],
    limit: float,
) -> tuple[int, int]:
    """Upper left corner, in pixels, of an object of `size` (width, height) in a `frame` (width, height).

    An object on the `ground` (row where it begins) has its feet there, lower the larger it is; None: anywhere. With an
    `edge` (uniform number) it crosses one edge of the frame, 30 to 55 % of it outside; with None it is all inside.
    The first candidate that overlaps `others` by at most `limit` is taken, else the one that overlaps the least.
    """
    (w, h), (width, height) = size, frame
    best, least = (0, 0), np.inf
    for a, b in places:
        x, y = a * (width - w), b * (height - h)
        if ground is not None:
            nearness = min(1.0, 0.08 + 0.55 * max(w, h) / max(frame) + 0.6 * b)
            y = max(0.0, ground + nearness * (height - ground) - h)
        if edge is not None:
            outside = 0.30 + 0.25 * a
            side = int(edge * (3 if ground is not None else 4))  # left, right, below; above only for what flies
            x = (-outside * w, width - (1 - outside) * w, x, x)[side]
            y = (y, y, height - (1 - outside) * h, -outside * h)[side]
        corner = (round(x), round(y))
        covered = overlap((*corner, corner[0] + w, corner[1] + h), others)
        if covered <= limit:
            return corner
        if covered < least:
            best, least = corner, covered
    return best
