"""Ground distances between images: by pixels, by features, by transport of grey values (thesis Section 5.5.3)."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Real

from .masses import check_integer
from .transport import emd, ground_distance

Image = Real[np.ndarray, "h w"]
"""Grey values of at least 0."""
Distance = Callable[[Image, Image], float]


def pixel_distance(a: Real[np.ndarray, "h w"], b: Real[np.ndarray, "h w"]) -> float:
    """Euclidean distance of two images as vectors of grey values.

    Raises ValueError for images of different shapes, or with grey values that are negative or not finite.
    """
    _check(a, b)
    return float(np.linalg.norm(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)))


def feature_distance(
    a: Real[np.ndarray, "h w"],
    b: Real[np.ndarray, "h w"],
    *,
    features: Callable[[Real[np.ndarray, "n h w"]], Float[np.ndarray, "n k"]],
) -> float:
    """Euclidean distance of two images' feature vectors.

    features: from a stack of images to one vector each. Raises ValueError for images that `pixel_distance` refuses, and
    for features that are not two finite vectors.
    """
    _check(a, b)
    found = np.asarray(features(np.stack([a, b])))
    if found.ndim != 2 or len(found) != 2 or not np.isfinite(found).all():
        raise ValueError(f"features: expected two finite vectors, got shape {found.shape}, or values that are not")
    return float(np.linalg.norm(found[0].astype(float) - found[1]))


def transport_distance(a: Real[np.ndarray, "h w"], b: Real[np.ndarray, "h w"]) -> float:
    """The earth mover's distance of the grey values of two images, in pixels: exact, with Euclidean ground distance.

    Each image is divided by its sum first, so that both have a mass of 1. What that loses: an image and a darker copy
    of it are at distance 0, and a unit of grey weighs more in a dark image than in a bright one. Black pixels count for
    nothing, so black is the background. Time grows steeply with the number of pixels that are not black in either.

    Raises ValueError for images that `pixel_distance` refuses, and for one that is all black.
    """
    _check(a, b)
    places, shares = [], []
    for name, image in (("a", a), ("b", b)):
        image = np.asarray(image, dtype=float)
        if not image.sum() > 0:
            raise ValueError(f"{name}: expected an image with some grey value above 0, got one that is all black")
        lit = np.argwhere(image > 0)
        places.append(lit.astype(float))
        shares.append(image[image > 0] / image.sum())
    return emd(*shares, ground_distance(*places))


def translated(image: Real[np.ndarray, "h w"], down: int, right: int) -> Real[np.ndarray, "h w"]:
    """The image moved by whole pixels; black comes in from the sides.

    Raises ValueError for an image that `pixel_distance` refuses, for shifts by parts of a pixel, and where anything but
    black would leave the frame.
    """
    _check(image, image)
    down, right = check_integer("down", down), check_integer("right", right)
    height, width = image.shape
    rows, columns = np.nonzero(image)
    if rows.size and not (
        rows.min() + down >= 0
        and rows.max() + down < height
        and columns.min() + right >= 0
        and columns.max() + right < width
    ):
        raise ValueError(f"down, right: expected a shift that keeps the shape in its frame, got {down}, {right}")
    moved = np.zeros_like(image)
    moved[rows + down, columns + right] = image[rows, columns]
    return moved


def fooled(
    images: Real[np.ndarray, "n h w"], changed: Real[np.ndarray, "n h w"], distance: Distance
) -> Float[np.ndarray, " n"]:
    """How often a change of an image looks larger than another image: for each image, the share of the other images
    that `distance` puts nearer to it than its own changed copy. 0 is what we want of a change that does not matter.

    Raises ValueError for fewer than two images, for stacks of different shapes, for distances that are negative or nan,
    and what `distance` raises.
    """
    if np.ndim(images) != 3 or len(images) < 2:
        raise ValueError(f"images: expected at least two, [n, h, w], got shape {np.shape(images)}")
    if np.shape(changed) != np.shape(images):
        raise ValueError(f"changed: expected shape {np.shape(images)}, that of images, got {np.shape(changed)}")
    own = np.array([_measured(distance, one, copy) for one, copy in zip(images, changed, strict=True)])
    between = all_distances(images, distance)
    return (between < own[:, None]).sum(axis=1, where=~np.eye(len(images), dtype=bool)) / (len(images) - 1)


def all_distances(images: Real[np.ndarray, "n h w"], distance: Distance) -> Float[np.ndarray, "n n"]:
    """Between all images, by a distance that is symmetric; 0 on the diagonal. Raises ValueError for distances
    that are negative or nan, and what `distance` raises."""
    found = np.zeros((len(images), len(images)))
    for i, j in zip(*np.triu_indices(len(images), 1), strict=True):
        found[i, j] = found[j, i] = _measured(distance, images[i], images[j])
    return found


def _measured(distance: Distance, a: Real[np.ndarray, "h w"], b: Real[np.ndarray, "h w"]) -> float:
    found = float(distance(a, b))
    if not found >= 0:
        raise ValueError(f"distance: expected numbers of at least 0, got {found:g}")
    return found


def _check(a: Real[np.ndarray, "h w"], b: Real[np.ndarray, "h w"]) -> None:
    for name, image in (("a", a), ("b", b)):
        if np.ndim(image) != 2 or not np.size(image):
            raise ValueError(f"{name}: expected a grey image [h, w], got shape {np.shape(image)}")
        if not np.isfinite(image).all() or np.min(image) < 0:
            raise ValueError(f"{name}: expected finite grey values of at least 0, got others")
    if np.shape(a) != np.shape(b):
        raise ValueError(f"b: expected shape {np.shape(a)}, that of a, got {np.shape(b)}")
