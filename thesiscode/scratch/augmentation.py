"""Data augmentation: new examples from old ones, by changes that leave the label alone (thesis B.6.3, Figure B-26)."""

import numpy as np
from jaxtyping import Float

from .errors import check_positive, check_rank
from .grid import grid_shape, pad


def random_crop_flip(
    images: Float[np.ndarray, "N C H W"], size: int, *, padding: int = 0, flip: float = 0.5, rng: np.random.Generator
) -> Float[np.ndarray, "N C s s"]:
    """A random crop of `size` x `size` of each image, mirrored left to right with probability `flip`.

    `padding` adds a border of zeros first, so that a crop may be as large as the image and still move.
    Set `flip=0` where a mirror image is another thing, as with digits.
    Raises ShapeError if the crop is larger than the padded image, ValueError for a `flip` outside [0, 1].
    """
    check_rank("images", images, 4, "(N, C, H, W)")
    check_positive(size=size)
    if not 0 <= flip <= 1:
        raise ValueError(f"flip: expected a probability, got {flip!r}")
    rows, columns = grid_shape(*images.shape[2:], size, 1, padding)  # how many positions there are for the crop
    padded = pad(images, padding)
    tops, lefts = rng.integers(rows, size=len(images)), rng.integers(columns, size=len(images))
    mirrored = rng.random(len(images)) < flip
    crops = np.empty((*images.shape[:2], size, size), images.dtype)
    for crop, image, top, left, mirror in zip(crops, padded, tops, lefts, mirrored, strict=True):
        window = image[:, top : top + size, left : left + size]
        crop[...] = window[:, :, ::-1] if mirror else window
    return crops
