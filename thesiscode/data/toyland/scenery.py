"""What places are furnished with: sun, clouds, hills, houses, trees, fences, wallpaper, windows, pictures and rugs."""

from collections.abc import Callable

import numpy as np

from thesiscode.data.toyland.sheet import Colour, Sheet, mix

# Hours, weathers and seasons: each place comes in nearly all colours, so that a mean colour does not tell a place.
SKIES = (  # (top, bottom)
    ((84, 158, 226), (202, 232, 248)),  # noon
    ((58, 132, 214), (168, 216, 246)),
    ((120, 152, 214), (252, 214, 176)),  # dawn
    ((94, 92, 160), (250, 176, 138)),  # dusk
    ((148, 164, 180), (214, 220, 224)),  # overcast
    ((66, 74, 92), (128, 138, 150)),  # storm
    ((26, 32, 70), (72, 84, 128)),  # night
    ((228, 152, 172), (252, 222, 204)),  # pink morning
    ((226, 112, 74), (250, 200, 116)),  # sunset
    ((236, 206, 130), (250, 238, 196)),  # haze
    ((66, 146, 146), (190, 228, 204)),  # clear evening
    ((164, 142, 204), (232, 214, 236)),
    ((48, 40, 66), (170, 92, 96)),  # last light
    ((206, 182, 152), (236, 220, 196)),  # dust
)
SEAS = (  # (far, near)
    ((112, 178, 200), (28, 92, 138)),
    ((120, 190, 178), (26, 110, 122)),
    ((164, 172, 176), (76, 86, 94)),
    ((240, 178, 136), (124, 70, 92)),
    ((62, 72, 112), (18, 24, 50)),
    ((140, 206, 150), (24, 112, 74)),
    ((204, 236, 230), (104, 190, 186)),
    ((202, 180, 136), (122, 96, 66)),
    ((210, 196, 222), (112, 98, 150)),
    ((238, 220, 178), (190, 150, 110)),
)
GREENS = ((118, 174, 78), (96, 160, 84), (142, 182, 84), (84, 146, 72), (160, 178, 92))
FIELDS = (
    *GREENS[:3],
    (226, 200, 104),  # ripe corn
    (198, 128, 66),  # autumn
    (234, 238, 244),  # snow
    (152, 122, 184),  # lavender
    (48, 74, 72),  # night
    (204, 132, 152),  # heath
    (216, 190, 146),  # dry
    (106, 92, 70),  # earth
    (120, 160, 170),  # frost
)
LEAVES = (*GREENS, (214, 140, 60), (190, 84, 62), (226, 190, 84), (120, 84, 120), (210, 222, 226))
ROADS = (
    (104, 106, 114),
    (70, 68, 76),
    (206, 186, 148),  # sand
    (226, 230, 236),  # snow
    (172, 104, 84),  # brick
    (48, 54, 84),  # night
    (124, 138, 112),
    (178, 176, 172),
    (110, 82, 66),
    (96, 122, 150),  # rain
)
WALLS = (
    (232, 214, 188),
    (206, 222, 214),
    (224, 196, 190),
    (196, 210, 228),
    (238, 226, 172),
    (176, 194, 172),
    (214, 198, 222),
    (64, 96, 124),
    (124, 64, 76),
    (74, 112, 88),
    (216, 142, 92),
    (92, 82, 112),
    (96, 164, 206),
    (72, 66, 62),
)
WOODS = ((188, 142, 96), (158, 112, 76), (206, 168, 122), (132, 96, 74), (176, 152, 128), (84, 62, 56))
FLOORS = (
    *WOODS,
    (98, 144, 92),
    (86, 124, 172),
    (150, 66, 70),
    (226, 220, 208),
    (118, 98, 146),
    (120, 124, 132),
    (62, 110, 116),
    (226, 186, 104),
)
HOUSES = (
    (226, 150, 122),
    (238, 204, 140),
    (172, 196, 206),
    (214, 170, 180),
    (182, 200, 160),
    (232, 220, 200),
    (196, 132, 116),
)
ROOFS = ((150, 72, 60), (110, 84, 84), (92, 104, 120), (176, 96, 66))
FLOWERS = ((250, 226, 96), (248, 250, 246), (238, 130, 152), (186, 146, 226), (244, 120, 84))


def sky_colours(rng: np.random.Generator) -> tuple[Colour, Colour]:
    top, bottom = either_way(SKIES[rng.integers(len(SKIES))], rng)
    return mix(top, bottom, rng.uniform(0, 0.3)), bottom


def either_way(ends: tuple[Colour, Colour], rng: np.random.Generator) -> tuple[Colour, Colour]:
    """The two ends of a gradient, in either order: where a place is bright must not tell which place it is."""
    return ends if rng.random() < 0.5 else ends[::-1]


def sun(sheet: Sheet, y_limit: float, haze: Colour, rng: np.random.Generator) -> None:
    x, y, radius = rng.uniform(0.05, 0.95) * sheet.width, rng.uniform(0.15, 1) * y_limit, rng.uniform(4, 8)
    if rng.random() < 0.4:
        for grow, t in ((1.9, 0.2), (1.4, 0.45), (1.0, 1.0)):
            sheet.ellipse(x, y, radius * grow, radius * grow, mix(haze, (255, 244, 196), t))


def cloud(sheet: Sheet, x: float, y: float, size: float, haze: Colour, rng: np.random.Generator) -> None:
    puffs = rng.uniform((-1.2, -0.35, 0.45), (1.2, 0.1, 0.8), (6, 3)) * size
    white, shade = mix(haze, (255, 255, 255), 0.85), mix(haze, (190, 200, 220), 0.5)
    for colour, drop, shrink in ((shade, 0.16, 1.0), (white, 0.0, 0.93)):
        for dx, dy, radius in puffs:
            sheet.ellipse(x + dx, y + dy + drop * size, radius * shrink * 1.15, radius * shrink * 0.72, colour)


def hills(sheet: Sheet, y: float, colour: Colour, rise: float, rng: np.random.Generator) -> None:
    a, b = rng.uniform(0, 2 * np.pi, 2)
    tall, wide = rise * sheet.height, sheet.width
    sheet.below(lambda x: y - tall * (np.sin(5 * x / wide + a) + 0.5 * np.sin(11 * x / wide + b)), colour)


def crest(y: float, tall: float, wavelength: float, phase: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: y - tall * (np.abs(np.sin(np.pi * x / wavelength + phase)) - 0.5)


def house(sheet: Sheet, x: float, base: float, wide: float, tall: float, rng: np.random.Generator) -> None:
    wall, roof = HOUSES[rng.integers(len(HOUSES))], ROOFS[rng.integers(len(ROOFS))]
    top, kind, trim = base - tall, rng.integers(3), mix(wall, (255, 255, 255), 0.6)
    rise = rng.uniform(0.25, 0.5) * wide
    if kind == 0:
        sheet.rectangle(x + 0.7 * wide, top - rise, x + 0.82 * wide, top, mix(roof, (40, 30, 30), 0.3))
        sheet.polygon([(x - 1.5, top), (x + wide / 2, top - rise), (x + wide + 1.5, top)], roof)
    elif kind == 1:
        low = 0.5 * rise
        sheet.polygon([(x, top), (x + 0.14 * wide, top - low), (x + 0.86 * wide, top - low), (x + wide, top)], roof)
    else:
        sheet.rectangle(x - 0.8, top - 2.5, x + wide + 0.8, top, mix(wall, (60, 50, 50), 0.45))
    sheet.rectangle(x, top, x + wide, base, wall)
    sheet.rectangle(x + wide - 0.06 * wide, top, x + wide, base, mix(wall, (50, 40, 50), 0.2))
    columns, rows = max(2, round(wide / 11)), max(2, round(tall / 16))
    lit, glass = (252, 232, 160), mix((96, 124, 150), (170, 204, 222), rng.random())
    pane, storey = wide / columns, tall / rows
    door = rng.integers(columns)
    for row in range(rows):
        for column in range(columns):
            cx, y0 = x + (column + 0.5) * pane, top + row * storey
            if row == rows - 1 and column == door:
                sheet.rectangle(
                    cx - 0.26 * pane, y0 + 0.2 * storey, cx + 0.26 * pane, base, mix(roof, (40, 30, 40), 0.25)
                )
                sheet.ellipse(cx + 0.14 * pane, base - 0.35 * storey, 0.6, 0.6, (240, 214, 120))
                continue
            sheet.rectangle(cx - 0.31 * pane, y0 + 0.2 * storey, cx + 0.31 * pane, y0 + 0.8 * storey, trim)
            colour = lit if rng.random() < 0.15 else glass
            sheet.rectangle(cx - 0.24 * pane, y0 + 0.26 * storey, cx + 0.24 * pane, y0 + 0.74 * storey, colour)
            sheet.rectangle(cx - 0.25, y0 + 0.26 * storey, cx + 0.25, y0 + 0.74 * storey, trim)


def tree(sheet: Sheet, x: float, base: float, tall: float, wide: float, rng: np.random.Generator) -> None:
    leaf = mix(LEAVES[rng.integers(len(LEAVES))], (30, 80, 60), rng.uniform(0.1, 0.5))
    sheet.rectangle(x - 0.06 * wide, base - 0.5 * tall, x + 0.06 * wide, base, (112, 82, 62))
    if rng.random() < 0.35:  # a fir
        for k, (low, reach) in enumerate(((0.15, 0.5), (0.4, 0.4), (0.62, 0.28))):
            shade = mix(leaf, (255, 255, 200), 0.07 * k)
            y = base - low * tall
            sheet.polygon([(x - reach * wide, y), (x, y - 0.42 * tall), (x + reach * wide, y)], shade)
        return
    puffs = rng.uniform((-0.28, -0.82, 0.2), (0.28, -0.5, 0.3), (5, 3))
    for dx, dy, radius in puffs:
        sheet.ellipse(x + dx * wide, base + dy * tall, radius * wide * 1.1, radius * tall, leaf)
    for dx, dy, radius in puffs[:3]:
        light = mix(leaf, (255, 255, 190), 0.22)
        sheet.ellipse(
            x + (dx - 0.06) * wide, base + (dy - 0.08) * tall, 0.55 * radius * wide, 0.5 * radius * tall, light
        )


def fence(sheet: Sheet, base: float, tall: float, rng: np.random.Generator) -> None:
    wood = mix((236, 230, 218), (168, 132, 96), rng.random())
    for rail in (0.35, 0.7):
        sheet.rectangle(
            0, base - rail * tall - 0.7, sheet.width, base - rail * tall + 0.7, mix(wood, (60, 50, 40), 0.15)
        )
    for x in np.arange(rng.uniform(0, 9), sheet.width, 9.0):
        sheet.polygon(
            [
                (x, base),
                (x, base - 0.88 * tall),
                (x + 1.2, base - tall),
                (x + 2.4, base - 0.88 * tall),
                (x + 2.4, base),
            ],
            wood,
        )


def wallpaper(sheet: Sheet, line: float, ink: Colour, rng: np.random.Generator) -> None:
    kind, step = rng.integers(4), rng.uniform(7, 14)
    for k, x in enumerate(np.arange(rng.uniform(-step, 0), sheet.width, step)):
        if kind == 0:
            sheet.rectangle(x, 0, x + 0.45 * step, line, ink)
        elif kind == 1:
            sheet.rectangle(x, 0, x + 0.8, line, ink)
        elif kind == 2:
            for y in np.arange((k % 2) * step / 2, line, step):
                sheet.ellipse(x, y, 0.16 * step, 0.16 * step, ink)
    if kind == 3:  # wainscot
        sheet.rectangle(0, 0.62 * line, sheet.width, line, ink)
        sheet.rectangle(0, 0.60 * line, sheet.width, 0.63 * line, mix(ink, (255, 255, 255), 0.6))


def window(sheet: Sheet, x: float, y: float, wide: float, tall: float, rng: np.random.Generator) -> None:
    x0, y0, x1, y1 = x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2
    top, bottom = sky_colours(rng)
    frame, cloth = (248, 246, 240), mix(WALLS[rng.integers(len(WALLS))], (190, 70, 80), rng.uniform(0.1, 0.7))
    sheet.rectangle(x0 - 1.8, y0 - 1.8, x1 + 1.8, y1 + 1.8, frame)
    sheet.rectangle(x0, y0, x1, y1, mix(top, bottom, 0.3))
    sheet.rectangle(x0, y0 + 0.45 * tall, x1, y1, mix(top, bottom, 0.75))
    hill = GREENS[rng.integers(len(GREENS))]
    sheet.polygon([(x0, y1), (x0, y1 - 0.2 * tall), (x, y1 - 0.32 * tall), (x1, y1 - 0.16 * tall), (x1, y1)], hill)
    sheet.rectangle(x - 0.6, y0, x + 0.6, y1, frame)
    sheet.rectangle(x0, y - 0.6, x1, y + 0.6, frame)
    sheet.rectangle(x0 - 3, y1 + 1.4, x1 + 3, y1 + 3.4, mix(frame, (120, 100, 90), 0.2))
    if rng.random() < 0.7:
        for edge, inner in ((x0 - 4, x0 + 0.2 * wide), (x1 + 4, x1 - 0.2 * wide)):
            low = edge + 0.6 * (inner - edge)
            sheet.polygon([(edge, y0 - 3), (inner, y0 - 3), (low, y1 + 4), (edge, y1 + 4)], cloth)
            mid = (edge + low) / 2
            sheet.line([((edge + inner) / 2, y0 - 3), (mid, y1 + 4)], mix(cloth, (60, 30, 40), 0.3), 0.7)
        sheet.rectangle(x0 - 6, y0 - 4.2, x1 + 6, y0 - 2.6, (120, 90, 70))


def picture(sheet: Sheet, x: float, y: float, wide: float, wood: Colour, rng: np.random.Generator) -> None:
    tall = wide * rng.uniform(0.7, 1.2)
    sheet.rectangle(
        x - wide / 2 - 1.6, y - tall / 2 - 1.6, x + wide / 2 + 1.6, y + tall / 2 + 1.6, mix(wood, (50, 30, 20), 0.35)
    )
    paper, ink = mix((250, 246, 232), FLOWERS[rng.integers(len(FLOWERS))], 0.25), HOUSES[rng.integers(len(HOUSES))]
    sheet.rectangle(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2, paper)
    dark = mix(ink, (40, 50, 80), 0.4)
    if rng.random() < 0.5:
        sheet.ellipse(x + 0.18 * wide, y - 0.18 * tall, 0.12 * wide, 0.12 * wide, ink)
        sheet.polygon(
            [(x - 0.45 * wide, y + 0.45 * tall), (x - 0.1 * wide, y - 0.15 * tall), (x + 0.3 * wide, y + 0.45 * tall)],
            dark,
        )
    else:
        sheet.rectangle(x - 0.32 * wide, y - 0.3 * tall, x + 0.05 * wide, y + 0.1 * tall, ink)
        sheet.ellipse(x + 0.12 * wide, y + 0.14 * tall, 0.2 * wide, 0.2 * tall, dark)


def rug(sheet: Sheet, x: float, y: float, rng: np.random.Generator) -> None:
    cloth = mix(HOUSES[rng.integers(len(HOUSES))], (120, 40, 60), rng.uniform(0.1, 0.5))
    rx, ry = rng.uniform(0.25, 0.38) * sheet.width, rng.uniform(0.08, 0.11) * sheet.height
    if rng.random() < 0.5:
        for grow, t in ((1.0, 0.0), (0.84, 0.6), (0.74, 0.0), (0.4, 0.35)):
            sheet.ellipse(x, y, rx * grow, ry * grow, mix(cloth, (255, 246, 226), t))
    else:
        for grow, t in ((1.0, 0.0), (0.86, 0.6), (0.78, 0.0), (0.4, 0.35)):
            far, near = rx * grow * 0.84, rx * grow * 1.08
            points = [
                (x - far, y - ry * grow),
                (x + far, y - ry * grow),
                (x + near, y + ry * grow),
                (x - near, y + ry * grow),
            ]
            sheet.polygon(points, mix(cloth, (255, 246, 226), t))
