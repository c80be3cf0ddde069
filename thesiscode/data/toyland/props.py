"""The things that people of `actions` use: in figure coordinates (see `person`), each drawn where it is told."""

from math import atan2, cos, pi, sin

from .easel import Colour, Easel, Point, tone

DARK = (38, 38, 44)
WHEEL, REAR, FRONT = 0.185, (-0.27, 0.185), (0.29, 0.185)
SADDLE, BAR, CRANK = (-0.13, 0.50), (0.19, 0.56), (-0.02, 0.19)
HORSE_BACK = 0.63  # height at which a rider sits
SEAT = 0.27  # height of a chair


def oriented(centre: Point, angle: float, x: float, y: float) -> Point:
    """The point (x, y) of a frame at `centre` that is turned by `angle`."""
    return centre[0] + x * cos(angle) - y * sin(angle), centre[1] + x * sin(angle) + y * cos(angle)


def plate(easel: Easel, centre: Point, angle: float, rx: float, ry: float, colour: Colour) -> None:
    """A rectangle of half-sides rx, ry, turned by `angle`."""
    corners = ((-rx, -ry), (rx, -ry), (rx, ry), (-rx, ry))
    easel.polygon([oriented(centre, angle, x, y) for x, y in corners], colour)


def draw_phone(easel: Easel, at: Point, angle: float, colour: Colour) -> None:
    plate(easel, at, angle, 0.026, 0.058, DARK)
    plate(easel, at, angle, 0.017, 0.046, tone(colour, 1.0))


def draw_book(easel: Easel, at: Point, angle: float, colour: Colour) -> None:
    """An open book seen from its side: cover and two wings of paper."""
    for side in (-1, 1):
        wing = angle + side * 0.42
        middle = oriented(at, wing, side * 0.068, 0.0)
        plate(easel, middle, wing, 0.072, 0.016, colour)
        plate(easel, oriented(at, wing, side * 0.064, 0.015), wing, 0.062, 0.012, (246, 242, 230))


def draw_camera(easel: Easel, at: Point, colour: Colour) -> None:
    plate(easel, at, 0.0, 0.042, 0.046, DARK)
    plate(easel, (at[0], at[1] + 0.040), 0.0, 0.042, 0.012, (186, 188, 194))
    plate(easel, (at[0] - 0.006, at[1] + 0.060), 0.0, 0.018, 0.012, (150, 152, 160))
    easel.limb((at[0] + 0.04, at[1] - 0.004), (at[0] + 0.085, at[1] - 0.004), 0.028, 0.030, (58, 58, 66))
    easel.ellipse((at[0] + 0.100, at[1] - 0.004), 0.012, 0.025, tone(colour, 1.2))


def draw_guitar(easel: Easel, at: Point, angle: float, colour: Colour) -> None:
    """Body at `at`, neck along `angle`."""
    head = oriented(at, angle, 0.42, 0.0)
    easel.capsule(oriented(at, angle, 0.05, 0.0), head, 0.013, 0.011, (92, 60, 40))
    plate(easel, oriented(at, angle, 0.445, 0.0), angle, 0.034, 0.020, (60, 40, 30))
    for x, r in ((-0.035, 0.098), (0.085, 0.074)):
        p = oriented(at, angle, x, 0.0)
        easel.ellipse(p, r, r, tone(colour, 0.62))
    for x, r in ((-0.035, 0.088), (0.085, 0.064)):
        easel.ellipse(oriented(at, angle, x, 0.004), r, r, colour)
    easel.ellipse(oriented(at, angle, 0.04, 0.0), 0.030, 0.030, (48, 30, 22))
    plate(easel, oriented(at, angle, -0.065, 0.0), angle, 0.010, 0.030, (60, 36, 26))
    easel.line([oriented(at, angle, -0.06, 0.0), head], 0.004, (238, 232, 215))


def draw_violin(easel: Easel, chin: Point, angle: float, bow: Point, colour: Colour) -> None:
    """The violin leaves the chin along `angle`; the bow runs from the hand at `bow` across its strings."""
    for shade, r in ((0.6, 0.0), (1.0, 0.008)):
        for x, size in ((0.06, 0.048), (0.135, 0.040)):
            easel.ellipse(oriented(chin, angle, x, 0.0), size - r, size - r, tone(colour, shade))
    easel.capsule(oriented(chin, angle, 0.16, 0.0), oriented(chin, angle, 0.30, 0.0), 0.010, 0.009, (48, 32, 26))
    bridge = oriented(chin, angle, 0.115, 0.02)
    away = atan2(bridge[1] - bow[1], bridge[0] - bow[0])
    easel.line([bow, oriented(bow, away, 0.36, 0.0)], 0.010, (110, 72, 46))
    easel.line([oriented(bow, away, 0.0, -0.014), oriented(bow, away, 0.35, -0.010)], 0.005, (240, 236, 224))


def draw_bicycle(easel: Easel, colour: Colour, turn: float) -> None:
    """Wheels, frame, saddle, handlebar; `turn` is the angle of the crank and the spokes."""
    for hub in (REAR, FRONT):
        for k in range(6):
            spoke = turn + k * pi / 6
            ends = [oriented(hub, spoke, side * WHEEL * 0.93, 0.0) for side in (-1, 1)]
            easel.line(ends, 0.004, (196, 198, 204))
        easel.ring(hub, WHEEL, 0.026, DARK)
        easel.ellipse(hub, 0.020, 0.020, (110, 110, 118))
    seat = (SADDLE[0] + 0.01, SADDLE[1] - 0.04)
    stem = (BAR[0] + 0.01, BAR[1] - 0.08)
    for a, b in ((REAR, CRANK), (REAR, seat), (seat, CRANK), (CRANK, stem), (seat, stem)):
        easel.capsule(a, b, 0.013, 0.013, tone(colour, 0.8))
        easel.line([(a[0], a[1] + 0.004), (b[0], b[1] + 0.004)], 0.010, colour)
    easel.capsule(FRONT, stem, 0.012, 0.013, tone(colour, 0.7))
    easel.capsule(stem, BAR, 0.010, 0.010, (150, 150, 158))
    easel.capsule(BAR, (BAR[0] + 0.07, BAR[1] - 0.01), 0.013, 0.013, DARK)
    easel.capsule((SADDLE[0] - 0.06, SADDLE[1]), (SADDLE[0] + 0.06, SADDLE[1] - 0.005), 0.024, 0.012, DARK)
    easel.ring(CRANK, 0.045, 0.014, (90, 90, 98))


def draw_pedal(easel: Easel, at: Point) -> None:
    easel.capsule(CRANK, (at[0] + 0.02, at[1] - 0.03), 0.010, 0.009, (120, 120, 128))


def draw_horse(easel: Easel, colour: Colour, mane: Colour, gait: float, part: str) -> None:
    """The horse; `part` "far" is its far legs, "near" the rest, so that a rider's far leg goes between."""
    legs = ((-0.30, gait), (0.24, -gait)) if part == "near" else ((-0.24, -gait), (0.30, gait))
    dim = 1.0 if part == "near" else 0.7
    if part == "near":
        easel.limb((-0.40, 0.56), (-0.53, 0.22), 0.030, 0.014, mane)
    for x, swing in legs:
        top = (x, 0.42)
        knee = (x + 0.20 * sin(swing), 0.42 - 0.19 * cos(swing))
        fold = swing - 0.45 * abs(swing) - (0.5 if swing > 0.3 else 0.0)
        hoof = (knee[0] + 0.19 * sin(fold), knee[1] - 0.19 * cos(fold))
        easel.limb(top, knee, 0.062, 0.034, tone(colour, dim))
        easel.limb(knee, hoof, 0.030, 0.021, tone(colour, dim))
        easel.capsule(hoof, (hoof[0] + 0.02, hoof[1] - 0.012), 0.024, 0.022, tone(DARK, dim))
    if part == "far":
        return
    easel.limb((-0.29, 0.49), (0.27, 0.50), 0.155, 0.140, colour)
    easel.limb((0.27, 0.54), (0.52, 0.86), 0.115, 0.066, colour)
    easel.limb((0.30, 0.68), (0.46, 0.95), 0.030, 0.026, mane)
    easel.limb((0.53, 0.88), (0.71, 0.76), 0.068, 0.042, colour)
    easel.polygon([(0.47, 0.93), (0.50, 1.02), (0.54, 0.93)], tone(colour, 0.9))
    easel.ellipse((0.58, 0.885), 0.011, 0.014, (24, 20, 20))
    easel.ellipse((0.735, 0.755), 0.009, 0.009, (40, 30, 30))
    easel.line([(0.66, 0.83), (0.63, 0.74)], 0.012, (70, 40, 28))


def draw_saddle(easel: Easel, colour: Colour) -> None:
    easel.limb((-0.12, HORSE_BACK - 0.01), (0.10, HORSE_BACK), 0.045, 0.040, colour)
    easel.capsule((-0.09, HORSE_BACK - 0.06), (0.05, HORSE_BACK - 0.06), 0.055, 0.055, tone(colour, 0.8))


def draw_reins(easel: Easel, hand: Point) -> None:
    easel.line([hand, (0.50, 0.74), (0.68, 0.77)], 0.011, (60, 36, 28))


def draw_chair(easel: Easel, colour: Colour) -> None:
    """A chair whose sitter has the pelvis at x = 0."""
    for x in (-0.10, 0.15):
        easel.capsule((x, SEAT), (x * 1.15, 0.0), 0.014, 0.012, tone(colour, 0.7))
    easel.limb((-0.12, SEAT), (0.17, SEAT), 0.024, 0.024, colour)
    easel.limb((-0.13, SEAT + 0.02), (-0.18, SEAT + 0.34), 0.020, 0.018, colour)


def draw_desk(easel: Easel, colour: Colour) -> None:
    for x in (0.30, 0.66):
        easel.capsule((x, 0.42), (x, 0.0), 0.015, 0.013, tone(colour, 0.65))
    easel.capsule((0.20, 0.425), (0.72, 0.425), 0.018, 0.018, colour)
    easel.line([(0.20, 0.437), (0.72, 0.437)], 0.010, tone(colour, 1.2))


def draw_computer(easel: Easel, colour: Colour) -> None:
    """A laptop on the desk, its screen seen obliquely."""
    easel.capsule((0.29, 0.452), (0.47, 0.452), 0.011, 0.011, (176, 178, 184))
    easel.polygon([(0.46, 0.455), (0.58, 0.455), (0.66, 0.67), (0.545, 0.69)], (88, 90, 98))
    easel.polygon([(0.475, 0.475), (0.565, 0.475), (0.638, 0.655), (0.552, 0.668)], tone(colour, 1.25))
    for k in range(3):
        y = 0.52 + 0.045 * k
        easel.line([(0.508 + 0.017 * k, y), (0.565 + 0.017 * k, y)], 0.008, (250, 250, 250))
