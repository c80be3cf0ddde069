"""Grids of images and feature maps."""

import math
from collections.abc import Sequence
from numbers import Real

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

SIGNED = "RdBu_r"  # blue below zero, white at zero, red above: told apart by colour-blind readers


def show_images(
    images,
    *,
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    cmap: str | None = None,
    colorbar: bool = False,
    value_range: Sequence[Real] | str | None = None,
    width: Real | None = None,
) -> Figure:
    """A grid of images, `width` inches wide (by default 3 inches a column, at most 6).

    `images` is a list of arrays (H, W), (H, W, 3), (1, H, W) or (3, H, W); or one array: (H, W) an image, (H, W, 3) a
    photograph wider than 3 pixels, (C, H, W) the C maps of a feature tensor, (N, 1, H, W), (N, 3, H, W) or
    (N, H, W, 3) a batch. Colours are uint8 or floats in [0, 1].

    Maps of one value a pixel share one range, so that grey levels compare: `value_range=None`. With "each", every map
    fills its own range; a pair (low, high) fixes it. Where values have both signs, the default colours diverge around
    zero. Raises ValueError on other shapes, on NaN or inf, and where titles and images differ in number.
    """
    arrays = _as_list(images)
    if titles is not None and len(titles) != len(arrays):
        raise ValueError(f"show_images: {len(titles)} titles came for {len(arrays)} images, expected as many")
    if columns is None:
        columns = _columns(len(arrays))
    if columns < 1:
        raise ValueError(f"show_images: columns is {columns}, expected at least 1")
    columns = min(columns, len(arrays))
    width = min(6.0, 3.0 * columns) if width is None else width
    ranges = _ranges(arrays, value_range)

    n_rows = math.ceil(len(arrays) / columns)
    cell = (width - (0.7 if colorbar else 0)) / columns
    tallest = max(array.shape[0] / array.shape[1] for array in arrays)
    title_space = 0 if titles is None else 0.3 * max(1 + text.count("\n") for text in titles)
    figure, axes = plt.subplots(
        n_rows,
        columns,
        figsize=(width, n_rows * (cell * tallest + title_space)),
        squeeze=False,
        layout="constrained",
    )
    gap = 0.02 if cell < 1 else 0.04
    figure.get_layout_engine().set(w_pad=gap, h_pad=gap, wspace=0.01, hspace=0.01)
    drawn = None
    for ax, array, limits, number in zip(axes.flat, arrays, ranges, range(len(arrays)), strict=False):
        if array.ndim == 2:
            colors = cmap or (SIGNED if limits[0] < 0 < limits[1] else "gray")
            drawn = ax.imshow(array, cmap=colors, vmin=limits[0], vmax=limits[1])
            if colorbar and value_range == "each":
                figure.colorbar(drawn, ax=ax, fraction=0.05)
        else:
            ax.imshow(array)
        if titles is not None:
            ax.set_title(titles[number], fontsize=11, loc="center", pad=4)
    for ax in axes.flat[len(arrays) :]:
        ax.set_visible(False)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        ax.spines[:].set_visible(False)
    if colorbar and value_range != "each" and drawn is not None:
        figure.colorbar(drawn, ax=axes.ravel().tolist(), fraction=0.04, aspect=25 * n_rows / max(n_rows, columns) + 8)
    return figure


def _as_list(images) -> list[np.ndarray]:
    if isinstance(images, list | tuple):
        arrays = [np.asarray(image) for image in images]
    else:
        whole = np.asarray(images)
        if whole.ndim == 4 and whole.shape[1] in (1, 3):
            whole = np.moveaxis(whole, 1, 3)
        if whole.ndim == 2 or (whole.ndim == 3 and whole.shape[2] == 3 and whole.shape[1] > 3):
            arrays = [whole]
        elif whole.ndim in (3, 4):
            arrays = list(whole)
        else:
            raise ValueError(f"show_images: images has shape {whole.shape}, expected 2, 3 or 4 dimensions")
    if not arrays:
        raise ValueError("show_images: images is empty, expected at least one image")
    return [_image(array, number) for number, array in enumerate(arrays)]


def _image(array: np.ndarray, number: int) -> np.ndarray:
    if array.ndim == 3 and array.shape[0] in (1, 3) and array.shape[2] not in (1, 3):
        array = np.moveaxis(array, 0, 2)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if 0 in array.shape or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)):
        expected = "(H, W), (H, W, 3), (1, H, W) or (3, H, W)"
        raise ValueError(f"show_images: image {number} has shape {array.shape}, expected {expected}")
    if array.dtype.kind not in "buif":
        raise ValueError(f"show_images: image {number} has dtype {array.dtype}, expected numbers")
    if not np.isfinite(array).all():
        raise ValueError(f"show_images: image {number} holds NaN or inf, expected finite values")
    if array.ndim == 3 and array.dtype != np.uint8 and (array.min() < 0 or array.max() > 1):
        raise ValueError(
            f"show_images: colour image {number} has values from {array.min():g} to {array.max():g}, "
            "expected uint8 or floats in [0, 1]"
        )
    return array


def _columns(n: int) -> int:
    """The number of columns that makes a wide grid with the fewest empty places."""
    if n <= 4:
        return n
    few, many = math.ceil(math.sqrt(1.2 * n)), min(12, math.ceil(math.sqrt(2.5 * n)))
    return min(range(few, many + 1), key=lambda columns: -n % columns, default=12)


def _ranges(arrays: list[np.ndarray], value_range) -> list[tuple[Real, Real]]:
    """The (low, high) that each array is shown with."""
    if value_range is None or (isinstance(value_range, str) and value_range == "each"):
        extremes = [(float(array.min()), float(array.max())) for array in arrays]
        if value_range is None:
            maps = [limits for limits, array in zip(extremes, arrays, strict=True) if array.ndim == 2] or extremes
            extremes = [(min(low for low, _ in maps), max(high for _, high in maps))] * len(arrays)
        return [(-max(-low, high), max(-low, high)) if low < 0 < high else (low, high) for low, high in extremes]
    if isinstance(value_range, str) or len(value_range) != 2 or not value_range[0] < value_range[1]:
        expected = 'None, "each" or (low, high) with low < high'
        raise ValueError(f"show_images: value_range is {value_range!r}, expected {expected}")
    return [tuple(value_range)] * len(arrays)
