"""The five contexts of Toyland's scenes, and which classes are found in them (thesis 3.2.2, Figure 3-3)."""

import numpy as np
from jaxtyping import Float, UInt8

from thesiscode.data.toyland.backgrounds import meadow, room, sea, sky, street

CONTEXTS = ("sky", "sea", "street", "meadow", "room")

# P(context | class), in the order of CONTEXTS: our choice, after where VOC's photographs show these classes. Every
# class has some mass everywhere: a context is a hint, but who only knows the context does not find the objects.
P_CONTEXT: dict[str, tuple[float, ...]] = {
    "aeroplane": (0.56, 0.14, 0.12, 0.12, 0.06),
    "bicycle": (0.06, 0.08, 0.48, 0.26, 0.12),
    "bird": (0.34, 0.20, 0.14, 0.22, 0.10),
    "boat": (0.08, 0.56, 0.12, 0.14, 0.10),
    "bottle": (0.06, 0.14, 0.18, 0.16, 0.46),
    "car": (0.06, 0.10, 0.54, 0.20, 0.10),
    "cat": (0.05, 0.08, 0.24, 0.24, 0.39),
    "chair": (0.05, 0.10, 0.17, 0.17, 0.51),
    "dog": (0.06, 0.12, 0.28, 0.30, 0.24),
    "person": (0.10, 0.16, 0.26, 0.24, 0.24),
    "pottedplant": (0.05, 0.08, 0.24, 0.18, 0.45),
    "sheep": (0.06, 0.08, 0.14, 0.60, 0.12),
}

# Where the ground begins, as a fraction of the height: objects that stand do so below it. The sky has no ground.
HORIZON = {"sky": 1.0, "sea": 0.46, "street": 0.62, "meadow": 0.50, "room": 0.66}

_DRAW = {"sky": sky, "sea": sea, "street": street, "meadow": meadow, "room": room}


def context_given_class(name: str) -> Float[np.ndarray, "contexts"]:
    """P(context | class) of one target class, in the order of CONTEXTS; sums to 1.

    Raises ValueError for a class that has no row.
    """
    if name not in P_CONTEXT:
        raise ValueError(f"name is {name!r}; expected one of the target classes {', '.join(P_CONTEXT)}")
    return np.array(P_CONTEXT[name])


def class_given_context(context: str) -> Float[np.ndarray, "classes"]:
    """P(class | context) by Bayes' rule, all classes being equally frequent; in the order of P_CONTEXT, sums to 1."""
    column = np.array(list(P_CONTEXT.values()))[:, CONTEXTS.index(check_context(context))]
    return column / column.sum()


def check_context(context: str) -> str:
    """The context itself; ValueError where it is none of CONTEXTS."""
    if context not in CONTEXTS:
        raise ValueError(f"context is {context!r}; expected one of {', '.join(CONTEXTS)}")
    return context


def draw_background(context: str, width: int, height: int, rng: np.random.Generator) -> UInt8[np.ndarray, "H W 3"]:
    """An empty place of Toyland, RGB in 0..255: `context` decides what it is, `rng` how it looks.

    `width` and `height` are in pixels, at least 16 each. Raises ValueError otherwise.
    """
    check_context(context)
    if min(width, height) < 16:
        raise ValueError(f"width x height is {width} x {height}; expected at least 16 x 16 pixels")
    return _DRAW[context](width, height, HORIZON[context], rng)
