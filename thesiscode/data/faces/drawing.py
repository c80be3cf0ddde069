"""Draw a face from its attributes: features painted on the surface of the head (see `head` for the coordinates)."""

from math import copysign, cos, sin

import numpy as np
from jaxtyping import UInt8

from thesiscode.data.canvas import coverage, ellipse, hsv, paint, smoothstep, to_bytes

from .attributes import FaceAttributes
from .hair import draw_back_hair, draw_top_hair
from .head import PIXEL, Head, pixel_grid, place_head, shade

SKINS = {
    "porcelain": (0.97, 0.85, 0.78),
    "fair": (0.94, 0.77, 0.65),
    "olive": (0.86, 0.68, 0.52),
    "tan": (0.75, 0.55, 0.39),
    "brown": (0.57, 0.38, 0.26),
    "dark": (0.38, 0.25, 0.18),
}
HAIRS = {
    "black": (0.13, 0.11, 0.12),
    "brown": (0.34, 0.21, 0.13),
    "auburn": (0.58, 0.26, 0.12),
    "blond": (0.88, 0.71, 0.42),
    "grey": (0.72, 0.71, 0.71),
}
AGE = {"none": 0.0, "some": 0.5, "deep": 1.0}
EYE, BROW, MOUTH = 0.02, -0.2, 0.56  # heights v of the features
EYE_U = 0.38


def draw_background(a: FaceAttributes) -> np.ndarray:
    x, y = pixel_grid()
    colour = hsv(a.background, 0.28, 0.74)
    glow = 1.08 - 0.22 * np.hypot(x - 0.5 * sin(a.light), y + 0.2) - 0.08 * y
    return glow[..., None] * colour


def draw_body(image: np.ndarray, a: FaceAttributes, skin: np.ndarray) -> None:
    """Shoulders, collar and neck."""
    x, y = pixel_grid()
    shift = 0.1 * a.tilt
    light = 0.92 + 0.16 * sin(a.light) * x - 0.25 * np.clip(np.abs(x) - 0.3, 0, 1)
    cloth = hsv(a.clothes, 0.55, 0.62) * light[..., None]
    paint(image, coverage(ellipse(x, y, shift, 1.22, 0.92, 0.52), 1.5 * PIXEL), cloth)
    shadow = (0.66 + 0.25 * smoothstep(y, 0.6, 1.0) + 0.10 * sin(a.light) * x / 0.2)[..., None]
    neckline = ellipse(x, y, shift, 0.70, 0.30, 0.22)
    paint(image, coverage(neckline - 0.035, 1.5 * PIXEL), cloth * 0.75)
    paint(image, coverage(neckline, 1.5 * PIXEL), skin * shadow)
    paint(image, coverage(np.maximum(np.abs(x - shift) - 0.23, np.abs(y - 0.5) - 0.3), 1.5 * PIXEL), skin * shadow)


def draw_ears(image: np.ndarray, head: Head, a: FaceAttributes, skin: np.ndarray) -> None:
    for side in (-1, 1):
        facing = -side * sin(a.turn)  # depth of this ear: it hides behind the head that turns its way
        cx = side * cos(a.turn) * 1.02
        ear = ellipse(head.x, head.y, cx, EYE + 0.14, 0.15 + 0.08 * max(facing, 0), 0.2)
        paint(image, coverage(ear, 0.09), skin * (0.9 + 0.1 * side * sin(a.light)))
        paint(image, 0.5 * coverage(ellipse(head.x, head.y, cx, EYE + 0.14, 0.07, 0.11), 0.12), skin * 0.7)


def draw_eyes(image: np.ndarray, head: Head, a: FaceAttributes, brow: np.ndarray, skin: np.ndarray) -> None:
    iris = (1 - a.eye_colour) * np.array([0.30, 0.18, 0.09]) + a.eye_colour * np.array([0.25, 0.48, 0.62])
    squint = 1 - 0.35 * max(a.smile, 0)
    rx, ry = 0.165 * a.eye_size, 0.088 * a.eye_size * squint
    u, v = np.abs(head.u), head.v
    paint(image, 0.30 * coverage(ellipse(u, v, EYE_U, EYE - 0.02, 0.26, 0.17), 0.2), skin * 0.62)
    white = coverage(ellipse(u, v, EYE_U, EYE, rx, ry), 0.055)
    paint(image, white, (0.95, 0.94, 0.92))
    gaze = 0.12 * a.turn
    ball = np.hypot(np.abs(head.u - gaze) - EYE_U, (v - EYE + 0.004) * 1.3)
    size = 0.088 * (0.6 + 0.4 * a.eye_size)
    paint(image, white * coverage(ball - size, 0.05), iris)
    paint(image, white * coverage(ball - 0.5 * size, 0.05), (0.04, 0.03, 0.03))
    glint = np.hypot(head.u - gaze - np.sign(head.u) * EYE_U - 0.04 * copysign(1.0, a.light), (v - EYE + 0.03) * 1.3)
    paint(image, 0.9 * white * coverage(glint - 0.022, 0.05), (1.0, 1.0, 1.0))
    lid = np.abs(v - EYE + ry * (1 - np.clip((u - EYE_U) / (rx * 1.15), -1, 1) ** 2) * 1.05) - 0.014
    lid = np.maximum(lid, np.abs(u - EYE_U) - rx * 1.1)
    paint(image, 0.85 * coverage(lid, 0.05), (0.12, 0.08, 0.07))
    arch = (
        BROW - 0.03 * a.smile + 0.9 * np.square(u - EYE_U - 0.04) + 0.03 * np.clip(-a.smile, 0, 1) * (EYE_U - u) / 0.2
    )
    line = np.maximum(np.abs(v - arch) - 0.030 * (1.2 - 0.8 * (u - 0.15)), np.abs(u - EYE_U - 0.02) - 0.21)
    paint(image, 0.85 * coverage(line, 0.06), brow)


def draw_nose(image: np.ndarray, head: Head, a: FaceAttributes, skin: np.ndarray) -> None:
    u, v = head.u - 0.16 * sin(a.turn) * smoothstep(head.v, -0.1, 0.3), head.v
    side = copysign(1.0, a.light)
    bridge = coverage(np.maximum(np.abs(u + side * 0.09) - 0.045, np.abs(v - 0.13) - 0.17), 0.12)
    paint(image, 0.30 * bridge, skin * 0.68)
    paint(image, 0.22 * coverage(ellipse(u, v, side * 0.02, 0.24, 0.10, 0.10), 0.14), np.minimum(skin * 1.25, 1))
    under = coverage(ellipse(u, v, 0.0, 0.335, 0.15, 0.035), 0.08)
    paint(image, 0.55 * under, skin * 0.6)
    paint(image, 0.75 * coverage(ellipse(np.abs(u), v, 0.085, 0.325, 0.035, 0.022), 0.06), skin * 0.32)


def draw_mouth(image: np.ndarray, head: Head, a: FaceAttributes, skin: np.ndarray) -> None:
    u, v = head.u, head.v
    width = 0.27 + 0.09 * max(a.smile, 0)
    t = np.clip(u / width, -1.2, 1.2)
    middle = MOUTH - 0.11 * a.smile * (t * t - 0.45)
    bow = np.clip(1 - t * t, 0, 1)
    gap = 0.13 * max(a.smile - 0.3, 0) * np.sqrt(bow)
    lips = skin * np.array([0.86, 0.55, 0.53], np.float32) + np.array([0.05, 0.0, 0.01], np.float32)
    inside = np.abs(u) - width
    paint(image, 0.9 * coverage(np.maximum(np.abs(v - middle) - gap - 0.058 * bow - 0.004, inside), 0.05), lips)
    if a.smile > 0.3:
        opening = np.maximum(np.abs(v - middle) - gap, inside + 0.02)
        paint(image, coverage(opening, 0.05), (0.30, 0.09, 0.09))
        paint(image, coverage(np.maximum(opening, v - middle - 0.35 * gap), 0.05), (0.96, 0.95, 0.92))
    else:
        paint(image, 0.8 * coverage(np.maximum(np.abs(v - middle) - 0.008, inside), 0.045), lips * 0.5)
    paint(image, 0.25 * coverage(ellipse(u, v, 0.0, MOUTH + 0.17, 0.16, 0.03), 0.1), skin * 0.6)
    dimple = np.hypot(np.abs(u) - width - 0.03, v - middle) - 0.03
    paint(image, 0.5 * max(a.smile, 0) * coverage(dimple, 0.08), skin * 0.6)
    cheeks = np.exp(-8 * ((np.abs(u) - 0.52) ** 2 + (v - 0.28) ** 2))
    paint(image, (0.12 + 0.16 * max(a.smile, 0)) * cheeks, skin * np.array([1.05, 0.68, 0.62], np.float32))


def draw_age(image: np.ndarray, head: Head, a: FaceAttributes, skin: np.ndarray) -> None:
    """Lines on the forehead, from nose to mouth, at the corners of the eyes, and bags under the eyes."""
    strength = AGE[a.age_marks]
    if not strength:
        return
    u, v = np.abs(head.u), head.v
    forehead = np.minimum(np.abs(v + 0.36 + 0.03 * u), np.abs(v + 0.46 + 0.05 * u))
    lines = coverage(np.maximum(forehead - 0.012, u - 0.42), 0.05)
    fold = np.abs(u - 0.20 - 0.75 * (v - 0.32) * (1.3 - v)) - 0.016
    lines = np.maximum(lines, coverage(np.maximum(fold, np.abs(v - 0.48) - 0.16), 0.05))
    crow = np.minimum(np.abs(v - EYE - 0.02 - 0.6 * (u - 0.6)), np.abs(v - EYE + 0.02 + 0.6 * (u - 0.6))) - 0.01
    lines = np.maximum(lines, coverage(np.maximum(crow, np.abs(u - 0.68) - 0.08), 0.045))
    bag = np.abs(ellipse(u, v, EYE_U - 0.02, EYE + 0.07, 0.20, 0.12)) - 0.012
    lines = np.maximum(lines, 0.8 * coverage(np.maximum(bag, EYE + 0.10 - v), 0.05))
    paint(image, (0.25 + 0.45 * strength) * strength**0.5 * lines, skin * 0.52)


def draw_facial_hair(image: np.ndarray, head: Head, a: FaceAttributes, hair: np.ndarray) -> None:
    if a.facial_hair == "none":
        return
    u, v = head.u, head.v
    grain = 0.92 + 0.10 * np.sin(34 * u + 9 * np.sin(11 * v))
    t = np.abs(u) / 0.33
    lip = MOUTH - 0.115 + 0.05 * t * t - 0.06 * a.smile * (t * t - 0.4)
    patch = coverage(np.maximum(np.abs(v - lip) - 0.05 * (1.15 - t), np.abs(u) - 0.33), 0.06)
    if a.facial_hair == "beard":
        line = 0.16 + 0.52 * np.clip(1 - (u / 0.66) ** 2, 0, 1) ** 0.8
        beard = coverage(line - v, 0.10)
        patch = np.maximum(patch, beard)
    paint(image, 0.93 * patch, hair * grain[..., None])


def draw_glasses(image: np.ndarray, head: Head, a: FaceAttributes) -> None:
    """A flat pair of frames, held a little before the eyes, with arms that run back to the ears."""
    if a.glasses == "none":
        return
    dark = a.glasses == "sunglasses"
    reach = 1.02
    u = (head.x - reach * sin(a.turn)) / cos(a.turn)
    u, v = np.abs(u), head.y
    lens = ellipse(u, v, 0.40, EYE + 0.02, 0.29, 0.20)
    if dark:
        tint = np.array([0.10, 0.10, 0.13]) + 0.16 * smoothstep(v, EYE - 0.1, EYE + 0.25)[..., None]
        paint(image, 0.96 * coverage(lens, 0.05), tint)
    else:
        paint(image, 0.12 * coverage(lens, 0.05), (0.85, 0.93, 1.0))
    frame = (0.06, 0.05, 0.06) if dark else (0.16, 0.10, 0.09)
    paint(image, coverage(np.abs(lens) - 0.022, 0.05), frame)
    paint(image, coverage(np.maximum(np.abs(v - EYE + 0.03) - 0.02, np.abs(u) - 0.11), 0.05), frame)
    arms = np.maximum(np.abs(v - EYE + 0.05) - 0.015, np.abs(u - 0.86) - 0.18)
    paint(image, 0.8 * coverage(arms, 0.05) * head.cover * smoothstep(head.lon, 0.5, 0.8), frame)
    streak = coverage(np.maximum(np.abs((u - 0.32) + 0.7 * (v - EYE)) - 0.03, lens + 0.05), 0.06)
    paint(image, (0.45 if dark else 0.25) * streak, (1.0, 1.0, 1.0))


def draw_face(attributes: FaceAttributes) -> UInt8[np.ndarray, "64 64 3"]:
    """Draw a face of 64 x 64 RGB pixels. The same attributes give the same bytes."""
    a = attributes
    skin = np.array(SKINS[a.skin], np.float32)
    hair = np.array(HAIRS[a.hair_colour], np.float32)
    head = place_head(a)
    image = draw_background(a)
    draw_back_hair(image, head, a, hair)
    draw_body(image, a, skin)
    draw_ears(image, head, a, skin)
    face = np.empty_like(image)
    face[...] = skin
    draw_nose(face, head, a, skin)
    draw_mouth(face, head, a, skin)
    draw_age(face, head, a, skin)
    draw_facial_hair(face, head, a, hair)
    draw_eyes(face, head, a, hair * 0.75, skin)
    paint(image, head.cover, face * shade(head, a)[..., None] * np.array([1.0, 0.985, 0.97], np.float32))
    draw_top_hair(image, head, a, hair)
    draw_glasses(image, head, a)
    return to_bytes(image * np.float32(a.brightness))
