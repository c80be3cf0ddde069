"""The picture that opens Chapter 3: a scene, its best patches, and the map of their scores."""

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.figure import Figure

from .toyland import draw_boxes


def scene_to_map(
    image: UInt8[np.ndarray, "H W 3"],
    patches: Int[np.ndarray, "M 4"],
    scores: Float[np.ndarray, " M"],
    heat: Float[np.ndarray, "H W"],
    name: str,
    *,
    best: int = 6,
) -> Figure:
    """Three panels: the image; the image with its `best` patches for the class `name`; the map of the scores."""
    figure, axes = plt.subplots(1, 3, figsize=(8.0, 8.0 / 3 * image.shape[0] / image.shape[1] + 0.4))
    titles = ("a scene", f"best patches: {name}", f"score map: {name}")
    for ax, title in zip(axes, titles, strict=True):
        ax.imshow(image)
        ax.set_title(title, fontsize=11)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    order = np.argsort(-scores, kind="stable")[:best]
    draw_boxes(axes[1], patches[order].tolist())
    shown = axes[2].imshow(heat, cmap="magma", vmin=0)
    figure.colorbar(shown, ax=axes[2], fraction=0.035, label="mean score of patches")
    figure.axes[-1].yaxis.label.set_size(8)
    figure.axes[-1].tick_params(labelsize=8)
    return figure
