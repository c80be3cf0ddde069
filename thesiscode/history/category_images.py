"""Small images of one object each, before a background that says nothing, for the history of recognition."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int, UInt8

from thesiscode.data.toyland import N_BREEDS, Look, draw_object
from thesiscode.data.toyland.source import source_background

SIDE = 96
"""pixels"""


def category_images(
    classes: Sequence[str], n: int, *, room: float = 0.3, rng: np.random.Generator
) -> tuple[UInt8[np.ndarray, "n 96 96 3"], Int[np.ndarray, " n"]]:
    """n images of 96 pixels a side, the classes in turn, and the position of the class in `classes` of each.

    Breed, view, light, size and place of the object are random, as is the background: neither depends on the class.
    room: the object is at least 1 - room of the side, and stands anywhere where it fits. Raises ValueError for no
    class, no image, or a room out of (0, 0.9).
    """
    if not len(classes) or n < 1 or not 0 < room < 0.9:
        raise ValueError(f"classes, n, room: expected some, above 0 and in (0, 0.9), got {classes}, {n} and {room}")
    labels = np.arange(n) % len(classes)
    return np.array([_draw(classes[k], room, rng) for k in labels]), labels


def _draw(name: str, room: float, rng: np.random.Generator) -> UInt8[np.ndarray, "96 96 3"]:
    image = np.array(source_background(rng, SIDE))
    side = int(rng.integers(round((1 - room) * SIDE), round((1 - room / 4) * SIDE) + 1))
    layer = draw_object(name, int(rng.integers(N_BREEDS)), side, Look.random(rng)).astype(float)
    x, y = rng.integers(0, SIDE - side + 1, 2)
    under, alpha = image[y : y + side, x : x + side], layer[..., 3:] / 255
    under[:] = (under * (1 - alpha) + layer[..., :3] * alpha).round()
    return image
