"""Scenes of Toyland: several objects in a place, with boxes, masks and flags as VOC has them (thesis 3.2.2).

Objects are RGBA layers, painted from the back to the front. `layout` decides what a scene shows; here it is drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, UInt8

from thesiscode.data.toyland.classes import CLASSES, TARGETS, draw_object, part_masks
from thesiscode.data.toyland.clutter import draw_shape
from thesiscode.data.toyland.contexts import HORIZON, check_context, draw_background
from thesiscode.data.toyland.layout import (
    MAX_DISTRACTORS,
    MAX_SHAPES,
    PLACE_STREAM,
    SIDE,
    Draws,
    Modes,
    cast,
    draw_numbers,
    extent,
    find_corner,
    frame_size,
    object_side,
    scene_light,
)
from thesiscode.data.toyland.looks import Look

EXTRAS = tuple(name for name in CLASSES if name not in TARGETS)
AIRBORNE = frozenset({"aeroplane", "bird", "butterfly", "rocket"})
SHAPE = "shape"  # the name of clutter shapes, which belong to no class

OPAQUE = 128  # alpha from which a pixel belongs to an object
MIN_VISIBLE = 12  # pixels: an object of which less is seen is not annotated, as nobody would find it
DIFFICULT_FRACTION = 0.45  # seen share of the whole object, below which it is `difficult`
DIFFICULT_EXTENT = 0.14  # longer side of the visible box, as a fraction of the image's, below which it is `difficult`
OCCLUDED_FRACTION = 0.95  # seen share of what lies inside of the frame, below which an object is `occluded`


@dataclass(frozen=True)
class Placement:
    """Everything that it takes to draw one object of a scene again."""

    name: str
    breed: int
    side: int  # pixels of the square that it is drawn in; the object's longer extent
    look: Look
    corner: tuple[int, int]  # upper left corner (x, y) in the frame of what `draw_placement` returns
    shape: tuple[float, ...] = ()  # the uniform numbers of a clutter shape; empty for objects


@dataclass(frozen=True)
class SceneObject:
    """One object of a scene and its annotation; arrays are of the scene's size.

    `box` is (x0, y0, x1, y1) in pixels, upper ends excluded: the extent of the mask. `mask` holds the pixels where the
    object's alpha is at least 128 and no object in front has as much. `visible` is the share of the whole object,
    including what lies outside of the frame, that the mask shows.
    """

    name: str
    breed: int
    box: tuple[int, int, int, int]
    mask: Bool[np.ndarray, "H W"]
    difficult: bool = False
    truncated: bool = False
    occluded: bool = False
    visible: float = 1.0
    placement: Placement | None = None


@dataclass(frozen=True)
class Scene:
    """An image with its annotation. `objects` are the labelled ones, `distractors` the others, both back to front.

    `placements` is everything that was painted, in that order, down to what nobody can see. `opaque` holds the pixels
    where nothing of the background shines through. `context` is the place that is drawn, `own_context` the one that the
    objects were chosen for: they differ in counterfactual scenes.
    """

    image: UInt8[np.ndarray, "H W 3"]
    objects: list[SceneObject]
    context: str
    seed: int
    index: int
    own_context: str | None = None
    opaque: Bool[np.ndarray, "H W"] | None = None
    distractors: list[SceneObject] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)


def draw_placement(placement: Placement) -> UInt8[np.ndarray, "h w 4"]:
    """The layer of one object, RGBA, cut to the pixels that it touches; alone, as if nothing stood before it."""
    look = placement.look
    if placement.name == SHAPE:
        layer = draw_shape(placement.side, np.array(placement.shape), look.light, look.tint)
    else:
        layer = draw_object(placement.name, placement.breed, placement.side, look)
    rows, columns = (np.flatnonzero(layer[..., 3].any(axis)) for axis in (1, 0))
    return layer[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def visible_parts(thing: SceneObject) -> dict[str, Bool[np.ndarray, "H W"]]:
    """Where the parts of an object can be seen in its scene; together they are part of its mask.

    Raises ValueError for an object without a placement, such as one that was read from a file.
    """
    placement = thing.placement
    if placement is None:
        raise ValueError(f"thing is a {thing.name} without a placement; expected one of a drawn scene")
    what = (placement.name, placement.breed, placement.side, placement.look)
    alpha = draw_object(*what)[..., 3]
    rows, columns = (np.flatnonzero(alpha.any(axis)) for axis in (1, 0))
    parts = {}
    for name, mask in part_masks(*what).items():
        layer = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        inside, part = _windows(placement.corner, layer.shape, thing.mask.shape)
        parts[name] = np.zeros_like(thing.mask)
        parts[name][inside] = layer[part]
        parts[name] &= thing.mask
    return parts


def object_layer(placement: Placement, width: int, height: int) -> UInt8[np.ndarray, "H W 4"]:
    """The object drawn alone on a transparent frame of `width` x `height` pixels."""
    frame = np.zeros((height, width, 4), np.uint8)
    layer = draw_placement(placement)
    inside, part = _windows(placement.corner, layer.shape, (height, width))
    frame[inside] = layer[part]
    return frame


def draw_scene(
    seed: int, index: int, *, context: str | None = None, modes: Modes | None = None, side: int = SIDE
) -> Scene:
    """Scene `index` of the world `seed`: the same bytes in every process and every order.

    `context` is the counterfactual switch: the same objects, at the same places, elsewhere. Pixels in `opaque` do not
    change with it. `modes` says how much each mode of variation of thesis 1.2 varies; `side` is the larger side of the
    image in pixels, at least 32. 1 to 4 objects of the target classes are labelled; an object of which fewer than 12
    pixels are seen is not.

    An object is `truncated` where it crosses the frame; `occluded` where less than 95 % of its part inside of the frame
    is seen; `difficult` where less than 45 % of it is seen, or its box is shorter than 14 % of the image's larger side.

    Raises ValueError for a negative seed or index, an unknown context, or a side that is too small.
    """
    modes = Modes() if modes is None else modes
    if seed < 0 or index < 0:
        raise ValueError(f"seed and index are {seed} and {index}; expected whole numbers from 0")
    if side < 32:
        raise ValueError(f"side is {side}; expected at least 32 pixels")
    draws = draw_numbers(seed, index)
    own, names = cast(draws, TARGETS)
    place = own if context is None else check_context(context)
    width, height = frame_size(draws, side)
    light, tint = scene_light(draws, modes.lighting)
    painted = _compose(draws, own, names, modes, (width, height), light, tint)

    image = _lit(draw_background(place, width, height, np.random.default_rng([seed, PLACE_STREAM, index])), light, tint)
    if place != "sky":
        for _, placement, layer in painted:
            if placement.name not in AIRBORNE:
                _shadow(image, placement.corner, layer.shape)
    through = np.full((height, width), 255, np.uint8)
    for _, placement, layer in painted:
        _paint(image, through, placement.corner, layer)

    annotated = list(_annotate(painted, (height, width)))
    return Scene(
        image=image,
        objects=[thing for labelled, thing in annotated if labelled],
        distractors=[thing for labelled, thing in annotated if not labelled],
        context=place,
        own_context=own,
        seed=seed,
        index=index,
        opaque=through == 0,
        placements=[placement for _, placement, _ in painted],
    )


Painted = tuple[bool, Placement, UInt8[np.ndarray, "_ _ 4"]]  # labelled or not; what it is; its layer


def _compose(
    draws: Draws,
    context: str,
    names: list[str],
    modes: Modes,
    frame: tuple[int, int],
    light: float,
    tint: tuple[float, float, float],
) -> list[Painted]:
    """Objects, distractors and shapes with their layers, in the order in which they are painted."""
    count = len(names)
    slots = [(name, True, k) for k, name in enumerate(names)]
    for k in range(MAX_DISTRACTORS + MAX_SHAPES):
        slot = len(draws.slots) - 1 - k
        if draws.slots[slot, 8] < modes.clutter:
            extra = EXTRAS[int(draws.slots[slot, 0] * len(EXTRAS))]
            slots.append((extra if k < MAX_DISTRACTORS else SHAPE, False, slot))
    ground = None if context == "sky" else HORIZON[context] * frame[1]

    painted, depths, boxes = [], [], []
    for name, labelled, slot in slots:
        u = draws.slots[slot]
        if labelled:
            pixels = object_side(u[1], modes, count, max(frame))
            limit = modes.occlusion
        else:
            low, high = (0.12, 0.32) if name != SHAPE else (0.05, 0.12)
            pixels, limit = round(max(frame) * (low + (high - low) * u[1])), 0.5 * modes.occlusion
        crossing = labelled and u[2] < modes.truncation
        if not crossing:
            pixels = min(pixels, min(frame))
        sways = 0.35 if name in AIRBORNE else 0.10
        look = Look(
            flip=bool(u[3] < 0.5 * modes.viewpoint),
            tilt=float(modes.viewpoint * sways * (2 * u[4] - 1)),
            stretch=float(1 - 0.3 * modes.viewpoint * u[5]),
            pose=float(modes.deformation * (2 * u[6] - 1)),
            light=float(np.clip(light * (1 + 0.1 * modes.lighting * (u[7] - 0.5)), 0.5, 1.3)),
            tint=tint,
        )
        shape = tuple(u[3:7].tolist()) if name == SHAPE else ()
        loose = Placement(name, int(u[9] * modes.breeds), pixels, look, (0, 0), shape)
        layer = draw_placement(loose)
        size = (layer.shape[1], layer.shape[0])
        floor = None if name in AIRBORNE else ground
        corner = find_corner(size, frame, floor, draws.places[slot], u[10] if crossing else None, boxes, limit)
        if labelled or name != SHAPE:
            boxes.append((*corner, corner[0] + size[0], corner[1] + size[1]))
        depth = corner[1] + size[1]
        if not labelled:  # the nearest target is never behind a distractor, so that every scene shows a target
            depth = min(depth, max(depths[:count]) - 1)
        depths.append(depth)
        painted.append((labelled, Placement(name, loose.breed, pixels, look, corner, shape), layer))
    return [painted[k] for k in np.argsort(depths, kind="stable")]


def _annotate(painted: list[Painted], frame: tuple[int, int]) -> Iterator[tuple[bool, SceneObject]]:
    """Masks from the front to the back, then boxes and flags; yields from the back to the front what can be seen."""
    covered, found = np.zeros(frame, bool), []
    for labelled, placement, layer in reversed(painted):
        solid = layer[..., 3] >= OPAQUE
        inside, part = _windows(placement.corner, layer.shape, frame)
        mask = np.zeros(frame, bool)
        mask[inside] = solid[part] & ~covered[inside]
        covered[inside] |= solid[part]
        whole, within, seen = int(solid.sum()), int(solid[part].sum()), int(mask[inside].sum())
        if seen < MIN_VISIBLE:
            continue
        box = extent(mask)
        longer = max(box[2] - box[0], box[3] - box[1])
        thing = SceneObject(
            name=placement.name,
            breed=placement.breed,
            box=box,
            mask=mask,
            difficult=bool(seen < DIFFICULT_FRACTION * whole or longer < DIFFICULT_EXTENT * max(frame)),
            truncated=within < whole,
            occluded=seen < OCCLUDED_FRACTION * within,
            visible=seen / whole,
            placement=placement,
        )
        found.append((labelled, thing))
    return reversed(found)


def _windows(corner: tuple[int, int], layer: tuple[int, ...], frame: tuple[int, int]) -> tuple[tuple, tuple]:
    """The slices of the frame that a layer at `corner` falls on, and the slices of the layer that fall inside."""
    inside, part = [], []
    for start, length, limit in zip(corner[::-1], layer[:2], frame, strict=True):
        low = min(max(start, 0), limit)
        high = max(low, min(start + length, limit))
        inside.append(slice(low, high))
        part.append(slice(low - start, high - start))
    return tuple(inside), tuple(part)


def _paint(image: np.ndarray, through: np.ndarray, corner: tuple[int, int], layer: np.ndarray) -> None:
    """Paint a layer over the image, in place; `through` is how much of the background still shines through, 0..255."""
    inside, part = _windows(corner, layer.shape, through.shape)
    alpha = layer[part][..., 3:].astype(np.uint16)
    image[inside] = (image[inside] * (255 - alpha) + layer[part][..., :3] * alpha + 127) // 255
    through[inside] = (through[inside] * (255 - alpha[..., 0]) + 254) // 255


def _lit(image: np.ndarray, light: float, tint: tuple[float, float, float]) -> UInt8[np.ndarray, "H W 3"]:
    levels = np.arange(256)[:, None] * (light * np.asarray(tint))
    table = np.clip(levels, 0, 255).astype(np.uint8)
    return np.stack([table[image[..., k], k] for k in range(3)], axis=-1)


def _shadow(image: np.ndarray, corner: tuple[int, int], layer: tuple[int, ...]) -> None:
    """A soft dark ellipse under the feet of an object, on the background only."""
    h, w = layer[:2]
    rx, ry = 0.52 * w, max(1.5, 0.07 * min(w, 1.2 * h))
    x, y = corner[0] + w / 2, corner[1] + h - 0.5 * ry
    x0, x1 = max(0, int(x - rx)), min(image.shape[1], int(x + rx) + 2)
    y0, y1 = max(0, int(y - ry)), min(image.shape[0], int(y + ry) + 2)
    if x0 >= x1 or y0 >= y1:
        return
    dx, dy = (np.arange(x0, x1) + 0.5 - x) / rx, (np.arange(y0, y1) + 0.5 - y) / ry
    dark = 0.42 * np.clip(1 - dx**2 - dy[:, None] ** 2, 0, 1) ** 0.6
    image[y0:y1, x0:x1] = (image[y0:y1, x0:x1] * (1 - dark[..., None])).astype(np.uint8)
