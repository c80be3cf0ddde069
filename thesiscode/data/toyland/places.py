"""Plain backgrounds for `actions`, drawn before anybody knows who will stand there."""

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

PLACES = ("park", "street", "room", "beach", "snow")
SKIES = {
    "park": ((150, 200, 240), (215, 232, 240)),
    "street": ((170, 190, 215), (225, 225, 225)),
    "room": ((214, 202, 184), (226, 216, 200)),
    "beach": ((120, 190, 235), (205, 232, 240)),
    "snow": ((176, 196, 222), (232, 238, 246)),
}
GROUNDS = {
    "park": ((120, 172, 96), (84, 138, 66)),
    "street": ((150, 150, 152), (112, 112, 118)),
    "room": ((176, 132, 94), (138, 98, 66)),
    "beach": ((232, 212, 164), (206, 180, 128)),
    "snow": ((236, 240, 246), (206, 216, 230)),
}


def jitter(colour, rng: np.random.Generator, size: float = 14) -> tuple[int, int, int]:
    return tuple(int(np.clip(c + d, 0, 255)) for c, d in zip(colour, rng.normal(0, size, 3), strict=True))


def draw_place(
    rng: np.random.Generator, place: str, width: int, height: int
) -> tuple[UInt8[np.ndarray, "H W 3"], float]:
    """A background of the kind `place`, and the height of its horizon in pixels from the top."""
    horizon = height * rng.uniform(0.45, 0.66)
    rows = np.arange(height, dtype=np.float32)[:, None, None]
    ends = [np.array(jitter(c, rng), np.float32) for c in (*SKIES[place], *GROUNDS[place])]
    sky = ends[0] + (ends[1] - ends[0]) * np.clip(rows / horizon, 0, 1)
    ground = ends[2] + (ends[3] - ends[2]) * np.clip((rows - horizon) / (height - horizon), 0, 1)
    flat = np.where(rows < horizon, sky, ground)
    image = Image.fromarray(np.broadcast_to(flat, (height, width, 3)).astype(np.uint8))
    image = image.resize((2 * width, 2 * height))
    decorate(ImageDraw.Draw(image), rng, place, 2 * width, 2 * horizon, ends)
    picture = np.asarray(image.reduce(2)).astype(np.float32)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 12), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    picture += (np.asarray(coarse, np.float32)[..., None] - 128) * 0.06 + rng.normal(0, 3, (height, width, 1))
    return np.clip(picture, 0, 255).astype(np.uint8), horizon


def decorate(pen: ImageDraw.ImageDraw, rng: np.random.Generator, place: str, width: int, horizon: float, ends) -> None:
    """What stands at the horizon: trees, houses, furniture, sails, hills."""

    def tree(x: float, size: float, leaf: tuple[int, int, int]) -> None:
        pen.rectangle(
            (x - 0.05 * size, horizon - 0.5 * size, x + 0.05 * size, horizon + 0.04 * size), fill=(110, 82, 58)
        )
        for dx, dy, r in ((0, -0.85, 0.34), (-0.2, -0.62, 0.27), (0.2, -0.6, 0.27)):
            cx, cy = x + dx * size, horizon + dy * size
            pen.ellipse((cx - r * size, cy - r * size, cx + r * size, cy + r * size), fill=leaf)

    if place in ("park", "snow"):
        for _ in range(2):
            x, r = rng.uniform(0, width), rng.uniform(0.3, 0.7) * width
            hill = tuple(int(0.5 * (a + b)) for a, b in zip(ends[1], ends[2], strict=True))
            pen.chord((x - r, horizon - 0.25 * r, x + r, horizon + 0.25 * r), 180, 360, fill=jitter(hill, rng, 5))
        for _ in range(rng.integers(2, 6)):
            leaf = (96, 146, 84) if place == "park" else (104, 128, 126)
            tree(rng.uniform(0, width), rng.uniform(0.2, 0.55) * horizon, jitter(leaf, rng))
    elif place == "street":
        x = -rng.uniform(0, 40)
        while x < width:
            w, top = rng.uniform(50, 100), horizon * rng.uniform(0.1, 0.55)
            wall = jitter((178, 160, 146), rng, 22)
            pen.rectangle((x, top, x + w, horizon), fill=wall)
            for wx in np.arange(x + 9, x + w - 12, 20):
                for wy in np.arange(top + 10, horizon - 16, 24):
                    pen.rectangle((wx, wy, wx + 10, wy + 13), fill=tuple(int(c * 0.72) for c in wall))
            x += w
        pen.line((0, horizon, width, horizon), fill=(190, 190, 190), width=4)
    elif place == "room":
        x, w = rng.uniform(0, 0.7) * width, rng.uniform(0.16, 0.3) * width
        pen.rectangle((x, 0.18 * horizon, x + w, 0.66 * horizon), fill=(244, 240, 232))
        pen.rectangle((x + 5, 0.18 * horizon + 5, x + w - 5, 0.66 * horizon - 5), fill=jitter((160, 200, 226), rng))
        pen.line((x + w / 2, 0.18 * horizon, x + w / 2, 0.66 * horizon), fill=(244, 240, 232), width=4)
        x, w = rng.uniform(0, 0.8) * width, rng.uniform(0.08, 0.2) * width
        pen.rectangle((x, 0.3 * horizon, x + w, 0.3 * horizon + 0.8 * w), fill=jitter((150, 120, 100), rng, 30))
        pen.line((0, horizon - 3, width, horizon - 3), fill=(240, 234, 224), width=7)
    else:
        sea = jitter((72, 142, 178), rng)
        pen.rectangle((0, horizon - 0.16 * horizon, width, horizon), fill=sea)
        for _ in range(rng.integers(1, 4)):
            x, s = rng.uniform(0, width), rng.uniform(10, 26)
            y = horizon - 0.15 * horizon
            pen.polygon([(x, y - s), (x, y), (x + 0.6 * s, y)], fill=(246, 244, 238))
