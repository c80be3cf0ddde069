"""What tells one breed of a class from another: colours that go together, proportions, patterns, parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from thesiscode.data.toyland.shapes import Colour

T = TypeVar("T")


def colour(code: str) -> Colour:
    """The colour of a six-digit hexadecimal code."""
    return tuple(int(code[i : i + 2], 16) for i in (0, 2, 4))


def palette(codes: str) -> tuple[Colour, ...]:
    """The colours of hexadecimal codes that are separated by blanks."""
    return tuple(colour(code) for code in codes.split())


INK = colour("26242e")
WHITE = colour("fbf7ec")
TYRE = colour("2e2c34")
STEEL = colour("b9c0c7")
GLASS = colour("bfe3ee")
WOOD = palette("8a5a33 5d3b24 b98350 a86f45 6f4e37")

# Main colour, accent, light: for what people make. Each row goes together; neighbours in the list differ in hue.
PAINTS = tuple(
    palette(row)
    for row in (
        "d1404a f3b43f fdf0d5",
        "2f6fa8 f58e4e f3e9d2",
        "f2b632 3a5a78 fff6de",
        "3f8f5b f2d06b f6f1dc",
        "7a4c9c f4a6b7 f5ecf7",
        "ef7e3c 2c5d63 fdeedc",
        "35a7a1 e4572e eef7f2",
        "e986a5 5b3f63 fff0ee",
        "8c8f99 d6453d f1f1ee",
        "23395b 8fc1d4 f4e8c1",
        "a8c545 6b3f2a fbf8df",
        "7d4a2d e9b872 f8ecd9",
    )
)
# Main coat, second colour, light: for what has fur.
COATS = tuple(
    palette(row)
    for row in (
        "e09245 a65423 fbe6c8",
        "8b8d98 4d4f5c e8e8ea",
        "3a3540 77707c f4efe8",
        "f3ece0 c9a27a ffffff",
        "8a5a3c 4f2f20 e9cfae",
        "d8b78a 7a5638 fff3dd",
        "b5482e 5f2117 f6d3b5",
        "b7a9c9 6d5f86 f1ebf7",
        "6f8290 33424f dde6ea",
        "e8c64f a5732a fff5cf",
    )
)
LEAVES = palette("4c8c3f 7fb041 2f6b4f 9aa83a 3f9a6d c2823a d9a93f 5f7f3a b24a3a 79a88a")
PETALS = tuple(
    palette(row)
    for row in ("e5484d f7c948", "f4a1bd a23b72", "f2c230 8a4b1f", "8b6fd1 f5e663", "f7f3ea f0b429", "ee7b30 5b2a1b")
)
STEPS = tuple(x % 1 for x in (5**0.5 / 2 + 0.5, 7**0.5, 11**0.5, 13**0.5, 19**0.5, 2**0.5, 3**0.5, 23**0.5))


@dataclass(frozen=True)
class Breed:
    """Number `index` of a class. Its choices run through their options in step, so that no two breeds agree in all."""

    index: int

    def cycle(self, options: Sequence[T], stride: int = 1) -> T:
        """One of `options`, in steps of `stride` (coprime with their number), shifted by one after every ten breeds."""
        return options[(self.index * stride + self.index // 10) % len(options)]

    def pick(self, options: Sequence[T], turn: int = 0) -> T:
        """One of `options`: turn 0 runs through them in order, turns 1 and 2 draw each about equally often."""
        return options[int(self.number(0, len(options), turn + 4))] if turn else self.cycle(options)

    def number(self, low: float, high: float, which: int) -> float:
        """A proportion between `low` and `high`: term `index` of the low-discrepancy sequence `which`."""
        return low + (high - low) * (
            ((self.index + 1) * STEPS[which % len(STEPS)] + 0.137 * (which // len(STEPS))) % 1.0
        )
