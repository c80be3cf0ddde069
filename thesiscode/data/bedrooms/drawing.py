"""Draw a bedroom from its attributes: cast rays into the room, colour what they meet, then light it."""

import numpy as np
from jaxtyping import UInt8

from thesiscode.data.canvas import hsv, smoothstep, to_bytes

from .attributes import BedroomAttributes
from .rays import Points, Rays
from .room import HEIGHT, Plan, plan_room, sun_direction

WOODS = {"light wood": (0.74, 0.55, 0.36), "dark wood": (0.42, 0.26, 0.17), "carpet": (0.72, 0.66, 0.58)}
SKY = {"day": (0.62, 0.83, 1.0), "dusk": (0.97, 0.62, 0.42), "night": (0.07, 0.10, 0.24)}
AMBIENT = {"day": (0.66, 0.66, 0.67), "dusk": (0.50, 0.46, 0.47), "night": (0.36, 0.37, 0.46)}
DAYLIGHT = {"day": (0.80, 0.82, 0.85), "dusk": (0.60, 0.36, 0.20), "night": (0.05, 0.07, 0.14)}
WARM = np.array([1.0, 0.78, 0.46], np.float32)


def mix(below, above, share: np.ndarray) -> np.ndarray:
    """`above` laid over `below` with weight `share`."""
    return below + share[..., None] * (np.asarray(above, np.float32) - below)


def inside(u: np.ndarray, v: np.ndarray, u0: float, v0: float, u1: float, v1: float) -> np.ndarray:
    """1 in a rectangle, 0 outside."""
    return ((u > u0) & (u < u1) & (v > v0) & (v < v1)).astype(np.float32)


def floor_colour(p: Points, a: BedroomAttributes, plan: Plan) -> np.ndarray:
    x, _, z = p
    base = np.array(WOODS[a.floor], np.float32)
    if a.floor == "carpet":
        tone = 1 + 0.03 * np.sin(90 * x) * np.sin(83 * z)
    else:
        board = np.floor(x / 0.17)
        along = z + 0.37 * board
        tone = (
            1 + 0.09 * np.sin(12.9 * board + 4.1 * np.floor(along / 1.1)) + 0.025 * np.sin(40 * x + 3 * np.sin(2 * z))
        )
        tone -= 0.16 * (np.abs(x / 0.17 - board - 0.5) > 0.46)
    colour = base * tone[..., None]
    if a.rug == "none":
        return colour
    cx, cz = 0.3 * (plan.bed[0][0] + plan.bed[1][0]), plan.depth - 2.35
    if a.rug == "round":
        r = np.hypot(x - cx, z - cz) / 0.85
    else:
        r = np.maximum(np.abs(x - cx) / 1.15, np.abs(z - cz) / 0.72)
    cloth, edge = hsv(a.textile_hue, 0.45, 0.72), hsv(a.textile_hue + 0.08, 0.25, 0.92)
    colour = mix(colour, cloth, (r < 1).astype(np.float32))
    return mix(colour, edge, ((r > 0.74) & (r < 0.86)).astype(np.float32))


def wall_colour(u: np.ndarray, y: np.ndarray, a: BedroomAttributes) -> np.ndarray:
    base = hsv(a.wall_hue, a.wall_strength, 0.90)
    colour = np.empty((*u.shape, 3), np.float32)
    colour[...] = base
    if a.wallpaper == "stripes":
        colour *= 1 - 0.09 * smoothstep(np.sin(u * 2 * np.pi / 0.32), -0.3, 0.3)[..., None]
    elif a.wallpaper == "two tones":
        colour = mix(
            colour, hsv(a.wall_hue + 0.04, min(2.2 * a.wall_strength, 0.5), 0.70), (y < 1.0).astype(np.float32)
        )
        colour = mix(colour, (0.95, 0.94, 0.92), (np.abs(y - 1.0) < 0.03).astype(np.float32))
    return mix(colour, (0.95, 0.94, 0.92), (y < 0.11).astype(np.float32))


def draw_window(
    colour: np.ndarray, u: np.ndarray, y: np.ndarray, a: BedroomAttributes, plan: Plan
) -> tuple[np.ndarray, np.ndarray]:
    """The colour of a wall with the window and its curtains on it, and where the sky glows."""
    _, u0, u1, y0, y1 = plan.window
    sky = mix(np.array(SKY[a.time], np.float32) * np.float32(1.0), (1.0, 0.97, 0.92), 0.55 * smoothstep(y, y1, y0))
    if a.time == "night":
        sky = np.array(SKY["night"], np.float32) * (0.7 + 0.6 * smoothstep(y, y1, y0))[..., None]
        moon = np.hypot(u - u0 - 0.8 * (u1 - u0), y - y0 - 0.78 * (y1 - y0)) < 0.09
        sky = mix(sky, (0.98, 0.96, 0.85), moon.astype(np.float32))
    hill = y0 + 0.28 * (y1 - y0) + 0.10 * np.sin(3.1 * u + 8 * a.room_width) + 0.05 * np.sin(7.3 * u)
    ground = np.array({"day": (0.42, 0.62, 0.34), "dusk": (0.35, 0.30, 0.30), "night": (0.04, 0.06, 0.10)}[a.time])
    sky = mix(sky, ground, (y < hill).astype(np.float32))
    glass = inside(u, y, u0, y0, u1, y1)
    bars = np.maximum(np.abs(u - (u0 + u1) / 2) < 0.035, np.abs(y - y0 - 0.55 * (y1 - y0)) < 0.03)
    colour = mix(colour, (0.96, 0.95, 0.93), inside(u, y, u0 - 0.09, y0 - 0.09, u1 + 0.09, y1 + 0.09))
    pane = glass * ~bars
    colour = mix(colour, sky, pane)
    if a.curtains == "drawn":
        folds = (0.86 + 0.14 * np.sin(u * 55))[..., None] * hsv(a.textile_hue, 0.42, 0.86)
        reach = 0.26 + 0.06 * np.cos(3 * (y - y0))
        cloth = ((u < u0 + reach - 0.14) & (u > u0 - 0.28)) | ((u > u1 - reach + 0.14) & (u < u1 + 0.28))
        cloth &= (y > 0.22) & (y < y1 + 0.2)
        colour = np.where(cloth[..., None], folds, colour)
        pane = pane * ~cloth
    return colour, pane


def picture_colour(s: np.ndarray, t: np.ndarray, k: int, a: BedroomAttributes) -> np.ndarray:
    """Picture k of the room, a framed landscape, at (s, t) in the unit square."""
    hue = a.textile_hue + 0.21 * k + a.wall_hue
    art = mix(hsv(hue, 0.30, 0.95), hsv(hue + 0.35, 0.50, 0.65), smoothstep(t, 0.52, 0.46 + 0.1 * (k % 2)))
    art = mix(art, hsv(hue + 0.12, 0.65, 0.75), (t < 0.32 + 0.14 * np.sin(5 * s + 9 * k)).astype(np.float32))
    art = mix(art, (0.98, 0.86, 0.55), (np.hypot(s - 0.68, (t - 0.68) * 0.8) < 0.1).astype(np.float32))
    frame = (0.20, 0.14, 0.10) if (k + int(10 * a.wall_hue)) % 2 else (0.88, 0.84, 0.74)
    return mix(art, frame, 1 - inside(s, t, 0.11, 0.13, 0.89, 0.87))


def draw_shell(rays: Rays, a: BedroomAttributes, plan: Plan) -> None:
    """Floor, ceiling, walls, and what hangs on them."""
    d, o = rays.direction, rays.origin
    half, height, depth = np.float32(plan.half), np.float32(HEIGHT), np.float32(plan.depth)
    tx = (np.where(d[0] > 0, half, -half) - o[0]) / d[0]
    ty = (np.where(d[1] > 0, height, np.float32(0)) - o[1]) / d[1]
    tz = np.where(d[2] > 0, (depth - o[2]) / d[2], np.float32(np.inf))
    rays.distance[...] = np.minimum(np.minimum(tx, ty), tz)
    x, y, z = rays.points()
    side, level, back = (rays.distance == t for t in (tx, ty, tz))
    for mask, axis in ((side, 0), (level, 1), (back, 2)):
        rays.normal[..., axis] = np.where(mask, -np.sign(d[axis]), 0)
    ceiling, floor = level & (d[1] > 0), level & (d[1] < 0)
    rays.colour[ceiling] = (0.96, 0.95, 0.93)
    rays.colour[floor] = floor_colour((x[floor], y[floor], z[floor]), a, plan)
    u = np.where(back, x, z)
    wall = ~level
    rays.colour[wall] = wall_colour(u[wall], y[wall], a)
    if plan.window is not None:
        name, u0, u1, _, _ = plan.window
        wall = {"left": side & (x < 0), "right": side & (x > 0), "back": back}[name] & (u > u0 - 0.3) & (u < u1 + 0.3)
        rays.colour[wall], glow = draw_window(rays.colour[wall], u[wall], y[wall], a, plan)
        rays.glow[wall] = glow * (1.0 if a.time != "night" else 0.75)
    for k, (x0, y0, x1, y1) in enumerate(plan.pictures):
        wall = back & (x > x0) & (x < x1) & (y > y0) & (y < y1)
        rays.colour[wall] = picture_colour((x[wall] - x0) / (x1 - x0), (y[wall] - y0) / (y1 - y0), k, a)


def blanket_colour(a: BedroomAttributes):
    base, other = hsv(a.blanket_hue, 0.48, 0.74), hsv(a.blanket_hue + 0.06, 0.18, 0.94)

    def colour(p: Points, axis: np.ndarray) -> np.ndarray:
        x, y, z = p
        across = x + np.where(axis == 0, y, 0)
        along = z + np.where(axis == 2, y, 0)
        stripe = smoothstep(np.sin(across * 2 * np.pi / 0.36), -0.25, 0.25)
        cross = smoothstep(np.sin(along * 2 * np.pi / 0.36), -0.25, 0.25)
        share = {"plain": 0 * x, "stripes": stripe, "checks": 0.5 * (stripe + cross)}[a.blanket]
        folds = 1 + 0.04 * np.sin(9 * x + 4 * np.sin(3 * z)) * np.sin(5 * z + x)
        return mix(base + 0 * x[..., None], other, 0.85 * share) * folds[..., None]

    return colour


def wood_colour(base, doors: float = 0.0):
    """Grained wood; with `doors` > 0, lines at that spacing along z and knobs, as on a wardrobe."""

    def colour(p: Points, axis: np.ndarray) -> np.ndarray:
        x, y, z = p
        tone = 1 + 0.05 * np.sin(45 * (x + z) + 1.2 * np.sin(3 * y))
        if doors:
            tone = tone - 0.30 * (np.abs((z / doors) % 1 - 0.5) > 0.475)
            tone = tone - 0.35 * ((np.abs((z / doors + 0.5) % 1 - 0.5) < 0.09) & (np.abs(y - 1.0) < 0.10))
        return np.asarray(base, np.float32) * tone[..., None]

    return colour


def draw_furniture(rays: Rays, a: BedroomAttributes, plan: Plan) -> None:
    wood = np.array(WOODS["dark wood" if a.floor == "light wood" else "light wood"], np.float32) * 0.95
    (x0, _, z0), (x1, top, z1) = plan.bed
    rays.box((x0, 0.06, z0), (x1, 0.28, z1), wood_colour(wood))
    rays.box((x0 + 0.02, 0.28, z0 + 0.03), (x1 - 0.02, top - 0.04, z1), (0.94, 0.93, 0.90))
    rays.box((x0 - 0.03, 0.22, z0 - 0.02), (x1 + 0.03, top + 0.02, z1 - 0.72), blanket_colour(a))
    fold = hsv(a.blanket_hue + 0.06, 0.15, 0.95)
    rays.box((x0 - 0.035, 0.24, z1 - 0.86), (x1 + 0.035, top + 0.035, z1 - 0.68), fold)
    if a.headboard == "wood":
        rays.box((x0 - 0.05, 0.0, z1 - 0.05), (x1 + 0.05, 1.02, z1 + 0.03), wood_colour(wood))
    elif a.headboard == "padded":
        soft = hsv(a.textile_hue + 0.5, 0.30, 0.66)

        def tufts(p: Points, axis: np.ndarray) -> np.ndarray:
            dips = np.abs(np.sin((p[0] - x0) * np.pi / 0.27)) * np.abs(np.sin(p[1] * np.pi / 0.27))
            return soft * (0.80 + 0.26 * np.sqrt(dips))[..., None]

        rays.box((x0 - 0.05, 0.0, z1 - 0.08), (x1 + 0.05, 1.15, z1 + 0.03), tufts)
    middle = (x0 + x1) / 2
    for cx in (middle,) if a.bed == "single" else (middle - 0.40, middle + 0.40):
        rays.ellipsoid((cx, top + 0.07, z1 - 0.36), (0.37, 0.13, 0.24), (0.97, 0.96, 0.94))
    (sx0, _, sz0), (sx1, sy, sz1) = plan.stand
    rays.box((sx0, 0.0, sz0), (sx1, sy, sz1), wood_colour(wood * 1.08))
    rays.box((sx0 + 0.04, 0.30, sz0 - 0.012), (sx1 - 0.04, 0.48, sz0), wood_colour(wood * 0.88))
    if plan.wardrobe is not None:
        rays.box(*plan.wardrobe, wood_colour(wood * 1.12, doors=0.475))


def draw_lamp(rays: Rays, a: BedroomAttributes, plan: Plan) -> None:
    if plan.lamp is None:
        return
    x, y, z = plan.lamp
    on = a.lamp_light == "on"
    cloth = np.array([1.0, 0.90, 0.66]) if on else hsv(a.textile_hue, 0.20, 0.86)
    glow = 1.0 if on else 0.0
    if a.lamp == "table":
        rays.ellipsoid((x, 0.66, z), (0.075, 0.12, 0.075), hsv(a.blanket_hue, 0.35, 0.60))
        rays.box((x - 0.014, 0.72, z - 0.014), (x + 0.014, 0.9, z + 0.014), (0.5, 0.45, 0.4))
        rays.shade((x, y - 0.14, z), 0.27, 0.19, 0.11, cloth, glow)
    else:
        rays.box((x - 0.012, y + 0.1, z - 0.012), (x + 0.012, HEIGHT, z + 0.012), (0.2, 0.2, 0.2))
        rays.shade((x, y - 0.10, z), 0.25, 0.30, 0.07, cloth, glow)


def light(rays: Rays, a: BedroomAttributes, plan: Plan) -> np.ndarray:
    """Colour times light: the sky's through the window, the lamp's, and what bounces about the room."""
    x, y, z = p = rays.points()
    normal = rays.normal
    corners = 1.0
    for gap in (plan.half - np.abs(x), y, HEIGHT - y, plan.depth - z):
        corners = corners * (1 - 0.20 * np.square(np.maximum(1 - gap / np.float32(0.6), 0)))
    (bx0, _, bz0), (bx1, _, _) = plan.bed
    floor = y < 0.2
    gap = np.hypot(np.maximum(np.maximum(bx0 - x[floor], x[floor] - bx1), 0), np.maximum(bz0 - z[floor], 0))
    corners[floor] *= 1 - 0.45 * np.exp(-gap / 0.16) * (1 - y[floor] / 0.2)
    facing = 0.93 + 0.09 * normal[..., 1] - 0.05 * normal[..., 0]
    total = (corners * facing)[..., None] * np.array(AMBIENT[a.time], np.float32)

    def lamp_at(place, colour, strength: float, spread: float) -> None:
        away = [c - q for c, q in zip(place, p, strict=True)]
        square = away[0] ** 2 + away[1] ** 2 + away[2] ** 2
        cosine = sum(normal[..., k] * away[k] for k in range(3)) / np.sqrt(square + 1e-3)
        amount = strength * np.clip(0.25 + 0.75 * cosine, 0, 1) / (spread + square)
        total[...] += amount[..., None] * np.asarray(colour, np.float32)

    if plan.window is not None:
        wall, u0, u1, y0, y1 = plan.window
        u, height = (u0 + u1) / 2, (y0 + y1) / 2
        place = {"left": (-plan.half, height, u), "right": (plan.half, height, u), "back": (u, height, plan.depth)}[
            wall
        ]
        lamp_at(place, DAYLIGHT[a.time], 1.1, 1.2)
        if a.time == "day":
            sun = sun_direction(a)
            k, level = (2, plan.depth) if wall == "back" else (0, -plan.half if wall == "left" else plan.half)
            reach = (level - p[k]) / sun[k]
            across = (x if wall == "back" else z) + reach * sun[0 if wall == "back" else 2]
            patch = inside(across, y + reach * sun[1], u0, y0, u1, y1) * (np.abs(across - u) > 0.035)
            facing_sun = np.clip(sum(normal[..., j] * sun[j] for j in range(3)), 0, 1)
            total += (0.75 * patch * facing_sun)[..., None] * np.array([1.0, 0.93, 0.75], np.float32)
    if plan.lamp is not None and a.lamp_light == "on":
        lamp_at(plan.lamp, WARM, 0.30 if a.lamp == "table" else 0.9, 0.22 if a.lamp == "table" else 0.7)
    glow = rays.glow[..., None]
    return rays.colour * (total * (1 - glow) + glow * 1.05)


def draw_bedroom(attributes: BedroomAttributes) -> UInt8[np.ndarray, "64 64 3"]:
    """Draw a bedroom of 64 x 64 RGB pixels. The same attributes give the same bytes."""
    a = attributes
    plan = plan_room(a)
    bed = (plan.bed[0][0] + plan.bed[1][0]) / 2
    origin = (a.camera_place, a.camera_height, -0.35)
    turn = a.camera_turn + np.arctan2(0.85 * bed - a.camera_place, plan.depth)  # looks about towards the bed
    rays = Rays(origin, turn, 0.10 + 0.16 * (a.camera_height - 1.3), 0.62)
    draw_shell(rays, a, plan)
    draw_furniture(rays, a, plan)
    draw_lamp(rays, a, plan)
    image = rays.average(light(rays, a, plan))
    return to_bytes(1.12 * image / (1 + 0.12 * image * image))  # bright light saturates softly
