"""The room's plan: where its things stand, in metres, from the attributes."""

from dataclasses import dataclass

import numpy as np

from .attributes import BedroomAttributes

HEIGHT = 2.5
Box = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class Plan:
    """Positions in metres. The room spans |x| <= half, 0 <= y <= HEIGHT, z <= depth; the camera looks along z."""

    half: float
    depth: float
    bed: Box
    stand: Box
    wardrobe: Box | None
    lamp: tuple[float, float, float] | None  # its bulb
    window: tuple[str, float, float, float, float] | None  # wall, its range along the wall, its range of heights
    pictures: tuple[tuple[float, float, float, float], ...]  # on the back wall: x0, y0, x1, y1


def plan_room(a: BedroomAttributes) -> Plan:
    """Put the bed where there is space, the table beside it, the pictures above it and the wardrobe in a corner."""
    half, depth = a.room_width / 2, a.room_depth
    wide = 0.5 if a.bed == "single" else 0.82
    corner = 0 if a.wardrobe == "none" else (-1 if a.window == "right" else 1)
    left, right = -half + 0.6 + 0.35 * (corner < 0), half - 0.6 - 0.35 * (corner > 0)
    centre = left + wide + a.bed_place * max(right - left - 2 * wide, 0.0)
    bed = ((centre - wide, 0.0, depth - 2.1), (centre + wide, 0.55, depth - 0.05))
    side = 1 if centre < (left + right) / 2 else -1
    table = centre + side * (wide + 0.28)
    stand = ((table - 0.22, 0.0, depth - 0.5), (table + 0.22, 0.55, depth - 0.06))
    wardrobe = None
    if corner:
        x0, x1 = sorted((corner * half, corner * (half - 0.6)))
        wardrobe = ((x0, 0.0, depth - 1.5), (x1, 2.0, depth - 0.55))
    lamp = {"none": None, "table": (table, 0.98, depth - 0.28), "pendant": (0.0, 1.95, depth - 1.6)}[a.lamp]
    window, middle = None, centre
    if a.window in ("left", "right"):
        window = (a.window, depth - 2.3, depth - 1.0, 0.85, 2.05)
    elif a.window == "back":
        away = -1 if centre > 0 else 1
        window = ("back", away * half * 0.48 - 0.55, away * half * 0.48 + 0.55, 1.05, 2.15)
        middle = max(min(centre, half - 0.75), 0.72) if away < 0 else min(max(centre, 0.75 - half), -0.72)
    n = int(a.pictures)
    size, gap = (0.0, 0.42, 0.30, 0.22)[n], (0.0, 0.0, 0.75, 0.56)[n]
    if a.window == "back":
        gap *= 0.8
    places = [middle + (k - (n - 1) / 2) * gap for k in range(n)]
    pictures = tuple((x - size, 1.72 - 0.8 * size, x + size, 1.72 + 0.8 * size) for x in places)
    return Plan(half, depth, bed, stand, wardrobe, lamp, window, pictures)


def sun_direction(a: BedroomAttributes) -> np.ndarray:
    """Towards the sun, through the window's wall."""
    side = {"left": (-0.80, 0.62, 0.15), "right": (0.80, 0.62, 0.15)}.get(a.window, (0.12, 0.62, 0.80))
    return np.array(side, np.float32)
