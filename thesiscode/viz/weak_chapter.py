"""The picture that opens Chapter 4: a scene, the map of a class that nobody located, and the point that it gives."""

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from .toyland import draw_boxes
from .transfer_scores import Boxes, bare, whole


def scene_to_point(
    image: UInt8[np.ndarray, "H W 3"],
    heat: Float[np.ndarray, "H W"],
    point: tuple[float, float],
    boxes: Boxes,
    name: str,
) -> Figure:
    """Three panels: the image; the map of the scores of class `name`; the image with the predicted point and the boxes
    of that class, which training did not see. point: (x, y), in pixels."""
    figure, axes = plt.subplots(1, 3, figsize=(8.0, 8.0 / 3 * image.shape[0] / image.shape[1] + 0.4))
    for ax, title in zip(axes, ("a scene", f"score map: {name}", "best place, and box"), strict=True):
        bare(ax)
        ax.imshow(image)
        ax.set_title(title, fontsize=11, loc="left")
    shown = axes[1].imshow(heat, cmap="magma")
    draw_boxes(axes[2], whole(boxes))
    x, y = point[0] - 0.5, point[1] - 0.5
    for ax in axes[1:]:
        (cross,) = ax.plot(x, y, "x", color="#ffd400", markersize=12, markeredgewidth=2.6)
        cross.set_path_effects([withStroke(linewidth=4.4, foreground="#1a1a1a")])
        ax.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
    figure.colorbar(shown, ax=axes[1], fraction=0.035)
    figure.axes[-1].tick_params(labelsize=8)
    return figure
