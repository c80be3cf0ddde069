"""How the five contexts look: gradients, clouds, waves, houses, grass, wallpaper and floors, drawn with Pillow."""

from itertools import pairwise

import numpy as np
from jaxtyping import UInt8

from thesiscode.data.toyland.scenery import (
    FIELDS,
    FLOORS,
    FLOWERS,
    ROADS,
    SEAS,
    WALLS,
    cloud,
    crest,
    either_way,
    fence,
    hills,
    house,
    picture,
    rug,
    sky_colours,
    sun,
    tree,
    wallpaper,
    window,
)
from thesiscode.data.toyland.sheet import Sheet, mix


def sky(width: int, height: int, horizon: float, rng: np.random.Generator) -> UInt8[np.ndarray, "H W 3"]:
    """Open air: a sun now and then, clouds, and sometimes far hills along the lower edge."""
    sheet = Sheet(width, height)
    top, bottom = sky_colours(rng)
    sheet.gradient(0, height, top, bottom)
    sun(sheet, height * 0.5, bottom, rng)
    for y in np.sort(rng.uniform(0.08, 0.95, rng.integers(3, 8))):
        cloud(sheet, rng.uniform(0, width), y * height, rng.uniform(0.07, 0.2) * height, bottom, rng)
    if rng.random() < 0.5:
        hills(sheet, height * rng.uniform(0.86, 0.95), mix(bottom, (92, 128, 150), 0.55), 0.05, rng)
    return sheet.finished()


def sea(width: int, height: int, horizon: float, rng: np.random.Generator) -> UInt8[np.ndarray, "H W 3"]:
    """Water below a low sky: rows of waves that grow towards the viewer, islands far away, glints."""
    sheet = Sheet(width, height)
    top, bottom = sky_colours(rng)
    line = height * (horizon + rng.uniform(-0.14, 0.06))
    sheet.gradient(0, line, top, bottom)
    sun(sheet, line * 0.8, bottom, rng)
    for _ in range(rng.integers(1, 4)):
        cloud_y = rng.uniform(0.2, 0.75) * line
        cloud(sheet, rng.uniform(0, width), cloud_y, rng.uniform(0.05, 0.1) * height, bottom, rng)
    far, near = either_way(SEAS[rng.integers(len(SEAS))], rng)
    far = mix(far, bottom, 0.2)
    if rng.random() < 0.6:
        x, reach, rise = rng.uniform(0, width), rng.uniform(0.15, 0.35) * width, rng.uniform(0.03, 0.1) * height
        island = mix(bottom, (70, 110, 116), 0.6)
        arc = np.linspace(0, np.pi, 12)
        sheet.polygon([(x - reach * np.cos(a), line - rise * np.sin(a) ** 1.5) for a in arc], island)
    sheet.gradient(line, height, far, near)
    rows = 9
    for k in range(rows):
        t = (k + 0.6) / rows
        y, wave = line + (height - line) * t**1.5, (0.018 + 0.10 * t) * width
        phase, drop = rng.uniform(0, 2 * np.pi), 0.006 + 0.016 * t
        colour = mix(mix(far, near, t), (8, 50, 96), 0.10)
        edge = crest(y, drop * height, wave, phase)
        sheet.below(edge, mix(mix(far, near, t), (255, 255, 255), 0.16))
        sheet.below(lambda x, edge=edge, t=t: edge(x) + 0.4 + 1.3 * t, colour)
        for _ in range(4):  # glints
            gx, gy = rng.uniform(0, width), y + rng.uniform(0.01, 0.05) * height * (0.3 + t)
            reach = rng.uniform(0.3, 1.0) * wave
            sheet.line([(gx, gy), (gx + reach, gy)], mix(colour, (255, 255, 255), 0.2), 0.4 + 0.5 * t)
    return sheet.finished()


def street(width: int, height: int, horizon: float, rng: np.random.Generator) -> UInt8[np.ndarray, "H W 3"]:
    """A row of houses, a pavement, and a road with its markings."""
    sheet = Sheet(width, height)
    top, bottom = sky_colours(rng)
    line = height * (horizon + rng.uniform(-0.12, 0.06))
    sheet.gradient(0, line, top, bottom)
    cloud(sheet, rng.uniform(0, width), rng.uniform(0.05, 0.2) * height, 0.08 * height, bottom, rng)
    x = -rng.uniform(0, 0.15) * width
    while x < width:
        wide, tall = rng.uniform(0.17, 0.32) * width, rng.uniform(0.28, 0.52) * height
        house(sheet, x, line, wide, tall, rng)
        x += wide
        if rng.random() < 0.25:
            gap = rng.uniform(0.08, 0.14) * width
            tree(sheet, x + gap / 2, line, rng.uniform(0.2, 0.34) * height, gap * 0.8, rng)
            x += gap
    kerb = line + 0.11 * height
    asphalt, paving = (ROADS[k] for k in rng.choice(len(ROADS), 2, replace=False))
    paving = mix(paving, (196, 188, 178), 0.4)
    sheet.rectangle(0, line, width, kerb, paving)
    for k in range(14):
        foot = (k + 0.5) / 14 * width
        far = width / 2 + (foot - width / 2) * 0.86
        sheet.line([(far, line), (foot, kerb)], mix(paving, (90, 84, 80), 0.25), 0.5)
    sheet.rectangle(0, line, width, line + 0.8, mix(paving, (60, 56, 52), 0.5))
    sheet.rectangle(0, kerb, width, kerb + 1.6, mix(paving, (255, 255, 255), 0.4))
    sheet.gradient(kerb + 1.6, height, *either_way((mix(asphalt, (150, 150, 158), 0.3), asphalt), rng))
    marks, shift, middle = (
        mix(asphalt, (255, 252, 236), 0.75),
        rng.uniform(0, 0.25),
        (kerb + height) / 2 + 0.02 * height,
    )
    for k in range(-1, 5):
        x0 = (k * 0.25 + shift) * width
        half, slant = 0.012 * height, 0.02 * width
        x1 = x0 + 0.13 * width
        far, near = middle - half, middle + half
        sheet.polygon([(x0 + slant, far), (x1, far), (x1 - slant, near), (x0, near)], marks)
    return sheet.finished()


def meadow(width: int, height: int, horizon: float, rng: np.random.Generator) -> UInt8[np.ndarray, "H W 3"]:
    """Hills under a sky, trees and a fence far away, tufts of grass and flowers that grow towards the viewer."""
    sheet = Sheet(width, height)
    top, bottom = sky_colours(rng)
    line = height * (horizon + rng.uniform(-0.14, 0.06))
    sheet.gradient(0, line + 0.06 * height, top, bottom)
    sun(sheet, line * 0.7, bottom, rng)
    for _ in range(rng.integers(1, 4)):
        cloud(
            sheet, rng.uniform(0, width), rng.uniform(0.15, 0.6) * line, rng.uniform(0.06, 0.11) * height, bottom, rng
        )
    green = FIELDS[rng.integers(len(FIELDS))]
    hills(sheet, line - 0.06 * height, mix(mix(green, (104, 140, 168), 0.55), bottom, 0.25), 0.05, rng)
    hills(sheet, line - 0.01 * height, mix(green, bottom, 0.3), 0.03, rng)
    for _ in range(rng.integers(1, 6)):
        tall = rng.uniform(0.08, 0.2) * height
        tree(sheet, rng.uniform(0, width), line + 0.03 * height, tall, 0.7 * tall, rng)
    ground = line + 0.02 * height
    light, dark = either_way((mix(green, (250, 244, 170), 0.25), mix(green, (30, 60, 60), 0.35)), rng)
    sheet.gradient(ground, height, light, dark)
    bands = crest(ground, 0.012 * height, 0.5 * width, rng.uniform(0, 6))
    sheet.below(lambda x: bands(x) + 0.16 * height, mix(green, light, 0.4))
    sheet.below(lambda x: bands(x[::-1]) + 0.30 * height, mix(green, dark, 0.4))
    if rng.random() < 0.35:
        fence(sheet, ground + 0.03 * height, 0.09 * height, rng)
    for t in np.sort(rng.uniform(0.05, 1, 34)):
        x, y, tall = rng.uniform(0, width), ground + t * (height - ground), (0.015 + 0.045 * t) * height
        if rng.random() < 0.3:
            petal = FLOWERS[rng.integers(len(FLOWERS))]
            sheet.line([(x, y), (x, y - tall)], mix(green, (20, 70, 30), 0.5), 0.3 + 0.5 * t)
            sheet.ellipse(x, y - tall, 0.35 * tall, 0.3 * tall, petal)
            sheet.ellipse(x, y - tall, 0.12 * tall, 0.12 * tall, mix(petal, (190, 110, 20), 0.6))
        else:
            blade = mix(green, (20, 74, 30) if rng.random() < 0.6 else (240, 250, 150), 0.3)
            for lean in (-0.5, 0.0, 0.45):
                tip = (x + lean * tall, y - tall * (1 - 0.3 * abs(lean)))
                sheet.polygon([(x - 0.12 * tall, y), tip, (x + 0.12 * tall, y)], blade)
    return sheet.finished()


def room(width: int, height: int, horizon: float, rng: np.random.Generator) -> UInt8[np.ndarray, "H W 3"]:
    """A wall with its paper, perhaps a window and pictures, a skirting board, a floor of planks or tiles, a rug."""
    sheet = Sheet(width, height)
    wall, wood = WALLS[rng.integers(len(WALLS))], FLOORS[rng.integers(len(FLOORS))]
    line = height * (horizon + rng.uniform(-0.12, 0.06))
    sheet.gradient(0, line, *either_way((mix(wall, (255, 255, 255), 0.25), mix(wall, (50, 40, 50), 0.25)), rng))
    wallpaper(sheet, line, mix(wall, (110, 80, 90) if rng.random() < 0.6 else (255, 255, 255), 0.2), rng)
    places = rng.permutation(3)
    if rng.random() < 0.6:
        window(sheet, (places[0] + 0.5) / 3 * width, 0.34 * line, 0.24 * width, 0.5 * line, rng)
    for place in places[1 : 1 + rng.integers(0, 3)]:
        x = (place + rng.uniform(0.35, 0.65)) / 3 * width
        picture(sheet, x, rng.uniform(0.25, 0.45) * line, rng.uniform(0.12, 0.2) * width, wood, rng)
    sheet.gradient(line, height, *either_way((mix(wood, (50, 34, 34), 0.25), mix(wood, (255, 246, 230), 0.25)), rng))
    far = width * 0.5
    if rng.random() < 0.65:  # planks that run towards the viewer
        for k in range(-6, 19):
            foot = (k / 12) * width
            shade = mix(wood, (60, 30, 20), 0.35)
            sheet.line([(far + (foot - far) * 0.62, line), (far + (foot - far) * 1.25, height)], shade, 0.6)
    else:  # tiles
        light = mix(wood, (255, 255, 255), 0.35)
        depths = [line + (height - line) * (k / 5) ** 1.4 for k in range(6)]
        for k, (y0, y1) in enumerate(pairwise(depths)):
            w0, w1 = (0.62 + 0.63 * (y - line) / (height - line) for y in (y0, y1))
            for j in range(-8 + k % 2, 8, 2):
                xs = [(j * w0, y0), ((j + 1) * w0, y0), ((j + 1) * w1, y1), (j * w1, y1)]
                sheet.polygon([(far + x * width / 8, y) for x, y in xs], light)
    board = mix(wall, (255, 255, 255), 0.6) if rng.random() < 0.5 else mix(wood, (50, 40, 40), 0.35)
    sheet.rectangle(0, line - 0.035 * height, width, line, board)
    sheet.rectangle(0, line - 0.6, width, line + 0.6, mix(wood, (30, 20, 20), 0.6))
    if rng.random() < 0.55:
        rug(sheet, rng.uniform(0.3, 0.7) * width, line + 0.55 * (height - line), rng)
    return sheet.finished()
