"""The person: a jointed figure; skin, hair, hats, clothes and build tell the breeds apart."""

from __future__ import annotations

from thesiscode.data.toyland.objects.breed import INK, PAINTS, WHITE, Breed, palette
from thesiscode.data.toyland.shapes import Colour, Pen, darker

SKINS = palette("f2c9a5 8d5a3b d9a066 5f3b28 f7dcc4 b97a50")
HAIRS = palette("2e2730 6b4226 d9a441 a8432a 8c8f99 efe6d2 4a3550")
TROUSERS = palette("2f4a6b 4a4650 7d4a2d 5f7f5a 23263a 8c8f99 a23b52")


def limb(
    pen: Pen, shoulder, elbow, hand, width: float, sleeve: Colour, skin: Colour, gain: float, bend: float, *, bare: bool
) -> None:
    """An arm or a leg in two segments: the upper one turns by `gain`, the lower one by `bend` on top of it."""
    with pen.joint(*shoulder, gain):
        with pen.joint(*elbow, bend):
            pen.line([elbow, hand], [width * 0.95, width * 0.75], skin if bare else sleeve, edge=True)
            pen.ellipse(*hand, width * 0.5, width * 0.5, skin)
        pen.line([shoulder, elbow], [width * 1.1, width], sleeve, edge=True)
        pen.ellipse(*elbow, width * 0.48, width * 0.48, skin if bare else sleeve, edge=False)


def person(pen: Pen, breed: Breed) -> None:
    """A person: a head with hair or a hat, clothes, arms and legs that swing with the pose."""
    skin, hair = breed.pick(SKINS), breed.pick(HAIRS, 1)
    main, second, light = breed.pick(PAINTS)
    legs = breed.pick(TROUSERS)
    build, tall = breed.number(0.1, 0.165, 0), breed.number(0.26, 0.36, 1)
    size = breed.number(0.1, 0.135, 2)
    dress = breed.pick((False, False, True), 1)
    bare = breed.pick((True, False), 1)
    hip, width = 0.12, 0.075
    foot = hip + tall
    shoulder_y = -0.2
    with pen.part("arms"):
        limb(
            pen,
            (-build * 0.95, shoulder_y + 0.03),
            (-build * 1.35, -0.04),
            (-build * 1.45, 0.1),
            width * 0.85,
            darker(main, 0.2),
            darker(skin, 0.12),
            0.7,
            0.5,
            bare=bare,
        )
    with pen.part("legs"):
        for sign in (-1, 1):
            x = sign * build * 0.5
            with pen.joint(x, hip, sign * 0.4):
                tone = darker(legs, 0.18) if sign < 0 else legs
                with pen.joint(x, (hip + foot) / 2, -0.25 * sign):
                    pen.line(
                        [(x, (hip + foot) / 2), (x, foot)],
                        [width * 1.05, width * 0.9],
                        skin if dress else tone,
                        edge=True,
                    )
                    pen.ellipse(x + 0.025, foot + 0.01, 0.065, 0.034, breed.pick((INK, second, WHITE), 1))
                pen.line(
                    [(x, hip - 0.02), (x, (hip + foot) / 2 + 0.01)],
                    [width * 1.35, width * 1.1],
                    skin if dress else tone,
                    edge=True,
                )
    with pen.part("body"):
        hem = hip + (0.15 if dress else 0.02)
        flare = build * (1.55 if dress else 0.92)
        body = pen.polygon(
            [
                (-build * 0.8, shoulder_y - 0.03),
                (build * 0.8, shoulder_y - 0.03),
                (build * 1.08, shoulder_y + 0.05),
                (build * 0.85, 0.0),
                (flare, hem),
                (-flare, hem),
                (-build * 0.85, 0.0),
                (-build * 1.08, shoulder_y + 0.05),
            ],
            main,
        )
        style = breed.pick(("plain", "bands", "jacket", "dots", "overall"))
        if style == "bands":
            pen.bands(body, light, n=5, share=0.4)
        elif style == "dots":
            pen.spots(body, light, n=12, radius=0.022)
        elif style == "jacket":
            pen.strip(
                body, [(-build * 0.3, -0.3), (build * 0.3, -0.3), (build * 0.12, 0.3), (-build * 0.12, 0.3)], light
            )
            pen.line([(0, -0.22), (0, -0.02)], [0.03, 0.045], second)
        elif style == "overall":
            pen.strip(
                body, [(-build * 0.62, -0.08), (build * 0.62, -0.08), (build * 0.8, 0.3), (-build * 0.8, 0.3)], legs
            )
            for sign in (-1, 1):
                pen.line([(sign * build * 0.5, -0.24), (sign * build * 0.5, -0.06)], 0.028, legs)
        if style in ("plain", "bands") and not dress:
            pen.rectangle(-build * 0.92, hem - 0.035, build * 0.92, hem, darker(second, 0.3), edge=False)
    with pen.part("head"), pen.joint(0, shoulder_y - 0.03, 0.18):
        y = shoulder_y - 0.05 - size
        cut = breed.pick(("short", "long", "hat", "bun", "cap", "curls", "bald"))
        if cut == "long":
            pen.smooth(
                [
                    (-size * 1.1, y - size * 0.5),
                    (0, y - size * 1.15),
                    (size * 1.1, y - size * 0.5),
                    (size * 1.15, y + size * 1.2),
                    (-size * 1.15, y + size * 1.2),
                ],
                hair,
            )
        elif cut == "bun":
            pen.ellipse(0, y - size * 1.15, size * 0.42, size * 0.4, hair)
        elif cut == "curls":
            for x, dy in ((-0.95, 0.1), (-0.85, -0.5), (-0.3, -0.95), (0.3, -0.95), (0.85, -0.5), (0.95, 0.1)):
                pen.ellipse(x * size, y + dy * size, size * 0.42, size * 0.42, hair)
        pen.line([(0, y + size * 0.7), (0, shoulder_y)], 0.075, darker(skin, 0.12))
        face = pen.ellipse(0, y, size * 0.9, size, skin)
        if cut not in ("bald", "cap", "hat"):
            pen.blot(face, 0, y - size * 0.85, size * 1.0, size * 0.55, hair)
        if breed.index % 4 == 1 and cut not in ("long", "bun"):
            pen.blot(face, 0, y + size * 0.75, size * 0.75, size * 0.42, hair)
        if cut == "hat":
            pen.rectangle(-size * 0.75, y - size * 1.55, size * 0.75, y - size * 0.55, second, round_by=0.04)
            pen.rectangle(-size * 1.35, y - size * 0.66, size * 1.35, y - size * 0.46, second, round_by=0.02)
            pen.rectangle(-size * 0.75, y - size * 0.85, size * 0.75, y - size * 0.64, light, edge=False)
        elif cut == "cap":
            crown = pen.smooth(
                [
                    (-size, y - size * 0.3),
                    (-size * 0.85, y - size * 0.9),
                    (0, y - size * 1.2),
                    (size * 0.85, y - size * 0.9),
                    (size, y - size * 0.3),
                ],
                main,
            )
            pen.blot(crown, size, y - size * 0.8, size * 0.6, size * 0.5, darker(main, 0.2))
            pen.rectangle(0, y - size * 0.42, size * 1.45, y - size * 0.26, second, round_by=0.015)
        for sign in (-1, 1):
            pen.ellipse(size * (0.12 + sign * 0.36), y + size * 0.03, size * 0.11, size * 0.13, INK, edge=False)
        if breed.index % 5 == 2:
            for sign in (-1, 1):
                pen.arc(size * (0.12 + sign * 0.38), y, size * 0.28, size * 0.26, 0, 6.2832, 0.016, INK)
        pen.arc(size * 0.12, y + size * 0.3, size * 0.36, size * 0.24, 0.4, 2.74, 0.02, (176, 62, 62))
    with pen.part("arms"):
        limb(
            pen,
            (build * 0.95, shoulder_y + 0.03),
            (build * 1.35, -0.04),
            (build * 1.5, 0.1),
            width * 0.85,
            main,
            skin,
            -0.9,
            -0.7,
            bare=bare,
        )
