"""One square patch a person, for the recognition of actions (thesis 3.3, "Action recognition")."""

import numpy as np
import torch
from jaxtyping import Float, Int64, Real, Shaped

from .patches import check_boxes, check_image, check_pixels, resize


def person_patch(
    image: Shaped[torch.Tensor, "3 H W"],
    box: Real[np.ndarray, "4"] | Float[torch.Tensor, "4"],
    size: int,
    *,
    margin: float = 0.1,
) -> Shaped[torch.Tensor, "3 size size"]:
    """The square around a person's box, at size x size; pixels beyond the image are mirrored (thesis 3.3).

    The square has the centre of the box. Its side is the longer side of the box plus `margin` times that on either
    end, rounded to whole pixels. The thesis gives no margin: the default is ours. The image is mirrored at its
    edges, the outermost pixels included, as often as the square reaches. The resizing is that of `extract_patches`.

    box: (x0, y0, x1, y1) in pixels, upper ends excluded; it may leave the image in part.
    image: floating point, or uint8 on the CPU. The result has its type, range and device.

    Raises ValueError for another kind of image, a size below 1, a margin below 0 or not finite, and a box that has no
    area, is not finite or does not meet the image.
    """
    check_image(image)
    check_pixels(size=size)
    box = np.asarray(box)
    if box.shape != (4,):
        raise ValueError(f"box has shape {box.shape}; expected (4,): x0, y0, x1, y1")
    check_boxes("box", box[None])
    if not 0 <= margin < np.inf:
        raise ValueError(f"margin is {margin!r}; expected a finite share of at least 0")
    height, width = image.shape[1:]
    if (box[:2] >= (width, height)).any() or (box[2:] <= 0).any():
        raise ValueError(f"box is {box.tolist()}, outside of the image of {width} x {height}")

    (x, y), extent = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]).max()
    side = max(1, round(float(extent * (1 + 2 * margin))))
    rows, columns = (_mirrored(round(float(c - side / 2)), side, n) for c, n in ((y, height), (x, width)))
    return resize(image[:, rows[:, None], columns][None], size)[0]


def _mirrored(start: int, side: int, length: int) -> Int64[torch.Tensor, " side"]:
    """The pixels start ... start + side - 1 of a line of `length` pixels that continues as its own mirror image."""
    there_and_back = torch.arange(start, start + side) % (2 * length)
    return torch.minimum(there_and_back, 2 * length - 1 - there_and_back)
