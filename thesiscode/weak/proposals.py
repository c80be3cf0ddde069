"""Boxes that may hold an object, and what score maps say of them (thesis Sections 4.6.1 and 4.6.2)."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from jaxtyping import Float, Float64, Shaped, UInt8
from torch.nn import functional as F
from torchvision.ops import roi_align

from thesiscode.metrics.boxes import check_boxes

from .network import Maps


def selective_search(
    image: UInt8[torch.Tensor, "3 H W"], *, quality: bool = False, smallest: int = 4
) -> Float64[np.ndarray, "n 4"]:
    """Boxes around regions that grow together by colour, texture, size and fill (Uijlings et al. 2013; van de Sande et
    al. 2011), as OpenCV has it; (x0, y0, x1, y1) in pixels, upper ends excluded.

    quality: more colour spaces and rules, so more boxes and time. smallest: least side of a box, in pixels. There may
    be none, as in an image of one colour. The same image gives the same boxes, each once.
    """
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(np.ascontiguousarray(image.permute(1, 2, 0).numpy()[:, :, ::-1]))
    if quality:
        search.switchToSelectiveSearchQuality()
    else:
        search.switchToSelectiveSearchFast()
    cv2.setRNGSeed(0)  # it orders the boxes at random
    found = np.asarray(search.process(), float).reshape(-1, 4)
    boxes = np.concatenate([found[:, :2], found[:, :2] + found[:, 2:]], axis=1)
    return np.unique(boxes[(found[:, 2:] >= smallest).all(axis=1)], axis=0)


def warped(
    image: Shaped[torch.Tensor, "3 H W"], boxes: Float[np.ndarray, "n 4"], size: int, *, context: float = 16 / 227
) -> Float[torch.Tensor, "n 3 size size"]:
    """What is in each box, whatever its shape, as a square (Girshick et al. 2014, Section 2.1).

    context: share of the square on each side that shows what lies around the box. Raises ValueError for a context
    outside of [0, 0.5), or a box that leaves the image.
    """
    if not 0 <= context < 0.5:
        raise ValueError(f"context: expected a share in [0, 0.5), got {context!r}")
    check_boxes("boxes", boxes, (image.shape[2], image.shape[1]))
    boxes = torch.from_numpy(boxes).float()
    around = (boxes[:, 2:] - boxes[:, :2]) * (context / (1 - 2 * context))
    wider = torch.cat([boxes[:, :2] - around, boxes[:, 2:] + around], dim=1)
    return roi_align(image[None].float(), [wider], size, aligned=True)


def heat(maps: Sequence[Maps], width: int, height: int) -> Float[np.ndarray, "K height width"]:
    """The score at each pixel of an image: the maximum over the scales of their maps, interpolated between the centres
    of the windows; beyond the outermost centres the score is theirs (thesis Section 4.6.1)."""
    rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
    layers = []
    for one in maps:
        grid = np.stack(np.broadcast_arrays(_place(columns, one.x)[None], _place(rows, one.y)[:, None]), axis=-1)
        where = torch.from_numpy(grid).float()[None]
        scores = torch.from_numpy(one.scores).float()[None]
        layers.append(F.grid_sample(scores, where, padding_mode="border", align_corners=True)[0].numpy())
    return np.max(layers, axis=0)


def _place(pixels: Float[np.ndarray, " n"], centres: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
    """Positions among equally spaced centres, from -1 at the first to 1 at the last."""
    extent = centres[-1] - centres[0]
    return 2 * (pixels - centres[0]) / extent - 1 if extent else np.zeros_like(pixels)


def box_scores(scores: Float[np.ndarray, "K H W"], boxes: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, "n K"]:
    """How much each box stands out: the mean score in it, less the mean of a frame around it that is half as wide and
    high again (thesis Section 4.6.2 aggregates the scores in proposals, and does not say how; this is ours).

    boxes: in pixels of the maps, rounded; those without area after that, or with nothing around them, count 0. Raises
    ValueError for a box that leaves the maps, as those of another image would.
    """
    check_boxes("boxes", boxes, (scores.shape[2], scores.shape[1]))
    sums = np.pad(scores.cumsum(axis=1, dtype=float).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))

    def total(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x0, y0, x1, y1 = corners.T
        inside = sums[:, y1, x1] - sums[:, y0, x1] - sums[:, y1, x0] + sums[:, y0, x0]
        return inside.T, ((x1 - x0) * (y1 - y0))[:, None]

    limits = np.array([scores.shape[2], scores.shape[1]] * 2)
    margin = (boxes[:, 2:] - boxes[:, :2]) / 4
    inner = np.clip(np.round(boxes), 0, limits).astype(int)
    outer = np.clip(np.round(np.concatenate([boxes[:, :2] - margin, boxes[:, 2:] + margin], axis=1)), 0, limits)
    (inside, area), (all_of_it, wider) = total(inner), total(outer.astype(int))
    around = (all_of_it - inside) / np.maximum(wider - area, 1)
    return np.where((area > 0) & (wider > area), inside / np.maximum(area, 1) - around, 0.0)
