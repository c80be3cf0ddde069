"""Parts that classes share: what a network learns on one class it can use on another."""

from __future__ import annotations

import numpy as np

from thesiscode.data.toyland.objects.breed import GLASS, INK, STEEL, TYRE, WHITE
from thesiscode.data.toyland.shapes import Colour, Pen, darker, lighter


def wheel(pen: Pen, x: float, y: float, radius: float, hub: Colour, style: str = "disc") -> None:
    """A wheel: "disc" (a plain cap), "spokes" (five), "ring" (a white wall), "holes", or "open" (a bicycle's)."""
    if style == "open":
        for k in range(6):
            turn = k * np.pi / 6 + 0.2
            end = radius * np.array([np.cos(turn), np.sin(turn)])
            pen.line([(x - end[0], y - end[1]), (x + end[0], y + end[1])], 0.008, STEEL)
        pen.arc(x, y, radius, radius, 0, 2 * np.pi, radius * 0.2, TYRE)
        pen.arc(x, y, radius * 0.86, radius * 0.86, 0, 2 * np.pi, radius * 0.09, hub)
        pen.ellipse(x, y, radius * 0.13, radius * 0.13, hub)
        return
    pen.ellipse(x, y, radius, radius, TYRE)
    if style == "ring":
        pen.ellipse(x, y, radius * 0.76, radius * 0.76, WHITE, edge=False)
    pen.ellipse(x, y, radius * 0.58, radius * 0.58, hub)
    if style == "spokes":
        for k in range(5):
            turn = k * 2 * np.pi / 5 - np.pi / 2
            tip = 0.56 * radius * np.array([np.cos(turn), np.sin(turn)])
            pen.line([(x, y), (x + tip[0], y + tip[1])], radius * 0.16, darker(hub, 0.5))
    elif style == "holes":
        for k in range(5):
            turn = k * 2 * np.pi / 5
            pen.ellipse(
                x + 0.36 * radius * np.cos(turn),
                y + 0.36 * radius * np.sin(turn),
                radius * 0.1,
                radius * 0.1,
                INK,
                edge=False,
            )
    pen.ellipse(x, y, radius * 0.16, radius * 0.16, lighter(hub, 0.6), edge=False)


def eye(pen: Pen, x: float, y: float, size: float, iris: Colour | None = None, *, slit: bool = False) -> None:
    """An eye with a glint. With an `iris` it is round and coloured, else a dark bead; `slit` narrows the pupil."""
    if iris is None:
        pen.ellipse(x, y, size, size * 1.1, INK, edge=False)
    else:
        pen.ellipse(x, y, size * 1.25, size * 1.3, iris)
        pen.ellipse(x, y, size * (0.4 if slit else 0.7), size * (1.1 if slit else 0.75), INK, edge=False)
    pen.ellipse(x + size * 0.3, y - size * 0.4, size * 0.35, size * 0.35, WHITE, edge=False)


def window(
    pen: Pen, x0, y0, x1, y1, frame: Colour, *, bars: int = 0, glass: Colour = GLASS, round_by: float = 0.02
) -> None:
    """A framed pane with a shine; `bars` upright bars divide it."""
    rim = 0.12 * min(x1 - x0, y1 - y0)
    pen.rectangle(x0 - rim, y0 - rim, x1 + rim, y1 + rim, frame, round_by=round_by + rim)
    pane = pen.rectangle(x0, y0, x1, y1, glass, round_by=round_by, edge=False)
    w = x1 - x0
    pen.strip(
        pane, [(x0 + w * 0.15, y1), (x0 + w * 0.55, y0), (x0 + w * 0.75, y0), (x0 + w * 0.35, y1)], lighter(glass, 0.6)
    )
    for k in range(bars):
        x = x0 + (k + 1) * w / (bars + 1)
        pen.line([(x, y0), (x, y1)], rim, frame)


def porthole(pen: Pen, x: float, y: float, radius: float, frame: Colour, glass: Colour = GLASS) -> None:
    """A round window."""
    pen.ellipse(x, y, radius, radius, frame)
    pane = pen.ellipse(x, y, radius * 0.68, radius * 0.68, glass, edge=False)
    pen.blot(pane, x - radius * 0.2, y - radius * 0.25, radius * 0.35, radius * 0.3, lighter(glass, 0.6))


def leaf(pen: Pen, x: float, y: float, length: float, angle: float, fill: Colour, width: float = 0.36) -> None:
    """A pointed leaf that grows from (x, y) towards `angle` (radians, clockwise from the right), with its rib."""
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    base = np.array([x, y])
    profile = [(0.0, 0.0), (0.25, 0.75), (0.55, 1.0), (0.82, 0.55), (1.0, 0.0)]
    half = length * width / 2
    left = [base + along * length * t + across * half * w for t, w in profile]
    right = [base + along * length * t - across * half * w for t, w in profile[-2:0:-1]]
    pen.polygon(left + right, fill)
    pen.line([base, base + along * length * 0.85], [0.018, 0.004], darker(fill, 0.3))


def leg(
    pen: Pen, x: float, top: float, foot: float, width: float, fill: Colour, shoe: Colour | None, thigh: float = 1.25
) -> None:
    """A leg from (x, top) to a paw or hoof at `foot`; `shoe` colours it (None: as the leg), `thigh` widens the top."""
    pen.line([(x, top), (x, (top + foot) / 2), (x, foot)], [width * thigh, width, width * 0.9], fill, edge=True)
    pen.ellipse(x + width * 0.15, foot, width * 0.72, width * 0.45, fill if shoe is None else shoe)


def flower(
    pen: Pen, x: float, y: float, radius: float, petal: Colour, heart: Colour, n: int = 6, shape: str = "round"
) -> None:
    """A flower seen from the front; shape "round", "star" (pointed petals) or "tulip" (a cup)."""
    if shape == "tulip":
        cup = [(-0.8, -0.9), (-0.4, -0.35), (0, -1.1), (0.4, -0.35), (0.8, -0.9), (0.75, 0.3), (0, 0.9), (-0.75, 0.3)]
        body = pen.polygon(np.array(cup) * radius + (x, y), petal)
        pen.blot(body, x, y + radius * 0.5, radius * 0.4, radius * 0.8, heart)
        return
    for k in range(n):
        turn = k * 2 * np.pi / n
        centre = np.array([x, y]) + 0.58 * radius * np.array([np.cos(turn), np.sin(turn)])
        thin = 0.22 if shape == "star" else 0.36
        pen.ellipse(*centre, radius * 0.46, radius * thin, petal, angle=turn)
    pen.ellipse(x, y, radius * 0.34, radius * 0.34, heart)
