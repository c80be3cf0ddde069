"""The classes of Toyland, their parts, and how to draw one object of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, UInt8

from thesiscode.data.toyland.looks import Look
from thesiscode.data.toyland.objects import (
    crafts,
    furniture,
    homes,
    hoofed,
    people,
    pets,
    plants,
    vehicles,
    vessels,
    winged,
)
from thesiscode.data.toyland.objects.breed import Breed
from thesiscode.data.toyland.shapes import Drawing, Pen

N_BREEDS = 20


@dataclass(frozen=True)
class Kind:
    """How a class is drawn, and its parts; the first part is the distinctive one."""

    draw: Callable[[Pen, Breed], None]
    parts: tuple[str, ...]


# The twelve target classes, in VOC's order and spelling, then the twelve that only source sets hold.
KINDS = {
    "aeroplane": Kind(crafts.aeroplane, ("engine", "hull", "wings", "tail", "windows")),
    "bicycle": Kind(vehicles.bicycle, ("wheels", "frame", "saddle", "handlebars", "pedals")),
    "bird": Kind(winged.bird, ("head", "body", "wing", "tail", "legs")),
    "boat": Kind(crafts.boat, ("rig", "hull")),
    "bottle": Kind(vessels.bottle, ("neck", "body", "label")),
    "car": Kind(vehicles.car, ("wheels", "hull", "windows", "lamps")),
    "cat": Kind(pets.cat, ("head", "body", "legs", "tail")),
    "chair": Kind(furniture.chair, ("back", "seat", "legs")),
    "dog": Kind(pets.dog, ("head", "body", "legs", "tail")),
    "person": Kind(people.person, ("head", "body", "arms", "legs")),
    "pottedplant": Kind(plants.pottedplant, ("leaves", "pot", "blossom")),
    "sheep": Kind(hoofed.sheep, ("head", "wool", "legs")),
    "bus": Kind(vehicles.bus, ("windows", "hull", "door", "wheels")),
    "butterfly": Kind(winged.butterfly, ("wings", "body", "feelers")),
    "cup": Kind(vessels.cup, ("handle", "bowl", "rim")),
    "fish": Kind(winged.fish, ("tail", "body", "fins", "head")),
    "horse": Kind(hoofed.horse, ("head", "body", "legs", "tail")),
    "house": Kind(homes.house, ("roof", "wall", "windows", "door")),
    "lamp": Kind(homes.lamp, ("shade", "stand")),
    "mushroom": Kind(plants.mushroom, ("cap", "stem", "gills")),
    "rocket": Kind(crafts.rocket, ("cap", "hull", "fins", "windows", "flame")),
    "table": Kind(furniture.table, ("top", "legs", "front")),
    "tractor": Kind(vehicles.tractor, ("wheels", "hull", "cab", "chimney")),
    "tree": Kind(plants.tree, ("crown", "trunk")),
}
CLASSES = tuple(KINDS)
TARGETS = CLASSES[:12]
PARTS = {name: kind.parts for name, kind in KINDS.items()}
DISTINCTIVE = {name: kind.parts[0] for name, kind in KINDS.items()}


@lru_cache(maxsize=1024)
def drawing(name: str, breed: int) -> Drawing:
    """The drawing of one breed, before anybody looks at it. Raises ValueError for an unknown class or breed."""
    if name not in KINDS:
        raise ValueError(f"name: expected one of {', '.join(CLASSES)}; got {name!r}")
    if isinstance(breed, bool) or not isinstance(breed, int | np.integer) or not 0 <= breed < N_BREEDS:
        raise ValueError(f"breed: expected an integer in [0, {N_BREEDS}), got {breed!r}")
    pen = Pen()
    KINDS[name].draw(pen, Breed(int(breed)))
    return pen.drawing()


def draw_object(name: str, breed: int, side: int, look: Look) -> UInt8[np.ndarray, "side side 4"]:
    """RGBA picture of one object, alone: antialiased, centred, its longer extent one pixel short of `side`.

    Colours are not premultiplied; alpha is the share of the pixel that is covered, 0..255. Raises ValueError for an
    unknown class or breed, or a side below 4 pixels.
    """
    return drawing(name, breed).image(look, side)


def part_masks(name: str, breed: int, side: int, look: Look) -> dict[str, Bool[np.ndarray, "side side"]]:
    """Visible extent of each part of the object that `draw_object` draws with the same arguments.

    The masks do not overlap; together they are the pixels that are at least half covered. Errors as `draw_object`.
    """
    return drawing(name, breed).masks(look, side)
