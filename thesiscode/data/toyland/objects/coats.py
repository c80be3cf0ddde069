"""What animals on four legs share: patterned coats and walking legs."""

from __future__ import annotations

from thesiscode.data.toyland.objects.breed import palette
from thesiscode.data.toyland.objects.parts import leg
from thesiscode.data.toyland.shapes import Colour, Pen, Points, darker

PINK = (233, 138, 148)
COLLARS = palette("d1404a 2f6fa8 f2b632 3f8f5b 7a4c9c")


def coat(pen: Pen, body: Points, pattern: str, second: Colour, light: Colour, turn: float) -> None:
    """A pattern on a body: "plain", "stripes", "spots", "patches", "belly" or "saddle"."""
    (x0, y0), (x1, y1) = body.min(0), body.max(0)
    w, h = x1 - x0, y1 - y0
    if pattern == "stripes":
        pen.stripes(body, second, n=6, share=0.38, slant=0.12)
    elif pattern == "spots":
        pen.spots(body, second, n=14, radius=0.085 * (w + h) / 2, turn=turn)
    elif pattern == "patches":
        pen.blot(body, x0 + 0.28 * w, y0 + 0.3 * h, 0.24 * w, 0.36 * h, second, angle=turn)
        pen.blot(body, x0 + 0.78 * w, y0 + 0.55 * h, 0.18 * w, 0.4 * h, light, angle=-turn)
    elif pattern == "saddle":
        pen.blot(body, x0 + 0.48 * w, y0 + 0.08 * h, 0.36 * w, 0.5 * h, second)
    elif pattern == "belly":
        pen.blot(body, x0 + 0.55 * w, y1, 0.42 * w, 0.42 * h, light)


def four_legs(
    pen: Pen,
    hind: float,
    fore: float,
    top: float,
    foot: float,
    width: float,
    fill: Colour,
    shoe: Colour | None,
    thigh: float = 1.25,
) -> None:
    """Far legs first, in a darker tone; opposite legs swing against each other with the pose."""
    far = darker(fill, 0.3)
    for x, tone, gain in ((hind + 0.07, far, 0.4), (fore + 0.07, far, -0.4), (hind, fill, -0.4), (fore, fill, 0.4)):
        with pen.joint(x, top, gain):
            leg(
                pen,
                x,
                top,
                foot,
                width,
                tone,
                shoe if shoe is None else darker(shoe, 0.25 if tone is far else 0.0),
                thigh,
            )
