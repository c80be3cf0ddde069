"""Figures of the first pages of Appendix B: dot-products, the operations of a layer, passes through a small graph."""

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc

from .diagrams import arrow, box, canvas, matrix
from .style import COLORS, tint


def draw_angle(ax: Axes, degrees: int | float, *, w_length: float = 1.0, x_length: float = 0.8) -> None:
    """Vectors W and X at an angle, the shadow of X on W, and their dot-product (thesis Eq. B.4, Figure B-1)."""
    theta = np.deg2rad(degrees)
    w, x = np.array([w_length, 0.0]), x_length * np.array([np.cos(theta), np.sin(theta)])
    product = w @ x
    sign = COLORS["output"] if product > 1e-9 else COLORS["gradient"] if product < -1e-9 else COLORS["muted"]
    ax.set(xlim=(-1.05, 1.3), ylim=(-0.28, 1.05), aspect="equal")
    ax.axis("off")
    ax.plot([x[0], x[0]], [0, x[1]], color=COLORS["muted"], linestyle=":", linewidth=1.4)
    ax.plot([0, x[0]], [0, 0], color=sign, linewidth=7, alpha=0.35, solid_capstyle="butt")
    ax.add_patch(Arc((0, 0), 0.5, 0.5, theta2=degrees, color=COLORS["muted"], linewidth=1.4))
    half = theta / 2
    ax.text(0.34 * np.cos(half), 0.34 * np.sin(half), r"$\theta$", color=COLORS["muted"], ha="center", va="center")
    arrow(ax, (0, 0), w, color=COLORS["weight"])
    arrow(ax, (0, 0), x, color=COLORS["data"])
    ax.text(w[0] + 0.05, 0, "$W$", color=COLORS["weight"], va="center", fontsize=14)
    ax.text(*(x * 1.13 + [0, 0.02]), "$X$", color=COLORS["data"], ha="center", va="center", fontsize=14)
    ax.text(0.1, -0.2, rf"$\theta = {degrees:.0f}^\circ$,  $Y = {product:+.2f}$", ha="center", color=sign, fontsize=13)


def draw_angles(*degrees) -> Figure:
    """One panel of `draw_angle` for each angle, side by side."""
    figure, axes = plt.subplots(1, len(degrees), figsize=(2.75 * len(degrees), 1.8), squeeze=False)
    for ax, angle in zip(axes[0], degrees, strict=True):
        draw_angle(ax, angle)
    return figure


def draw_dot_products(a: Num[np.ndarray, "d M"], b: Num[np.ndarray, "d N"], *, i: int = 1, j: int = 2) -> Figure:
    """C = A^T B with the row a_i, the column b_j and their dot-product C(i, j) marked (thesis Figure B-2)."""
    (d, m), n = a.shape, b.shape[1]
    gap = 1.0
    figure, ax = canvas(d + n + gap + 0.9, d + m + gap + 0.75, scale=0.5)
    left, bottom = 0.15, 0.3
    row, column = COLORS["weight"], COLORS["data"]
    product = COLORS["output"]
    origin_c = (left + d + gap, bottom + m)
    matrix(ax, a.T, origin=(left, bottom + m), color=row, highlight={(i, k): row for k in range(d)}, title="$A^T$")
    matrix(
        ax, b, origin=(origin_c[0], bottom + m + gap + d), color=column, highlight={(k, j): column for k in range(d)}
    )
    ax.text(origin_c[0] - 0.2, bottom + m + gap + d / 2, "$B$", ha="right", va="center", color=column)
    matrix(ax, a.T @ b, origin=origin_c, color=product, highlight={(i, j): product})
    ax.text(origin_c[0] + n + 0.2, bottom + m / 2, "$C$", ha="left", va="center", color=product)
    center = (origin_c[0] + j + 0.5, bottom + m - i - 0.5)
    arrow(ax, (left + d + 0.05, center[1]), (origin_c[0] - 0.05, center[1]), color=row)
    arrow(ax, (center[0], bottom + m + gap - 0.05), (center[0], bottom + m + 0.05), color=column)
    ax.text(left + d / 2, bottom + m + gap + d / 2 + 0.4, rf"$C({i + 1},{j + 1})$", ha="center", color=product)
    ax.text(left + d / 2, bottom + m + gap + d / 2 - 0.4, rf"$= (a_{i + 1} | b_{j + 1})$", ha="center", color=product)
    return figure


def draw_layer() -> Figure:
    """The three operations of a layer: forward dark, input gradient red, weight gradient green (thesis Figure B-5)."""
    figure, ax = canvas(9.6, 5.3, scale=0.56)
    data, gradient, weight = COLORS["data"], COLORS["gradient"], COLORS["weight"]
    box(ax, (4.8, 2.4), "layer $i$\n\n$y^i = f^i(x^i, w^i)$", width=3.4, height=2.2, fill=COLORS["fill"], fontsize=13)
    box(ax, (4.8, 4.75), "parameters $w^i$", width=3.0, height=0.8, color=weight, fontsize=12)
    ax.text(0.1, 2.95, "input $x^i$", ha="left", va="center", color=data, fontsize=12)
    ax.text(9.5, 2.95, "output $y^i$", ha="right", va="center", color=data, fontsize=12)
    arrow(ax, (1.75, 2.95), (3.05, 2.95), color=data)
    arrow(ax, (6.55, 2.95), (7.7, 2.95), color=data)
    arrow(ax, (4.35, 4.3), (4.35, 3.56), color=data)
    arrow(ax, (5.25, 3.56), (5.25, 4.3), color=COLORS["weight_gradient"])
    ax.text(5.5, 3.93, r"$\partial L/\partial w^i$", ha="left", va="center", color=weight, fontsize=13)
    arrow(ax, (7.7, 1.75), (6.55, 1.75), color=gradient)
    arrow(ax, (3.05, 1.75), (1.75, 1.75), color=gradient)
    ax.text(9.5, 1.75, r"$\partial L/\partial y^i$", ha="right", va="center", color=gradient, fontsize=13)
    ax.text(0.1, 1.75, r"$\partial L/\partial x^i$", ha="left", va="center", color=gradient, fontsize=13)
    for x, text, color in (
        (0.1, "forward", data),
        (1.95, "backward to the input", gradient),
        (5.85, "backward to the weights", weight),
    ):
        ax.text(x, 0.35, text, ha="left", va="center", color=color, fontsize=11)
    return figure


PLACES = {
    "x": (0.45, 2.6),
    "f1": (2.35, 2.6),
    "f2": (4.55, 2.6),
    "f3a": (7.0, 4.1),
    "f3b": (7.0, 1.1),
    "f4": (9.45, 2.6),
}


def pass_steps(graph) -> list[str]:
    """Names of the steps of `draw_pass`: each node forwards, the loss, then each node backwards."""
    forward = [f"forward {name}" for name in graph.order]
    return [*forward, "forward L", *(f"backward {name}" for name in reversed(graph.order))]


def draw_pass(graph, loss: float, step: str) -> Figure:
    """The five-node graph after `step` of a forward and backward pass, with the numbers known so far on its edges.

    `graph` has the nodes f1, f2, f3a, f3b, f4 of thesis Figure B-3, each with one scalar parameter "w", and has run
    forward and backward on one example. Above an edge: the value; below, in the gradient's colour: the share of the
    loss gradient that comes back along it. Raises ValueError for a step that is not in `pass_steps(graph)`.
    """
    steps = pass_steps(graph)
    if step not in steps:
        raise ValueError(f"step: expected one of {steps}, got {step!r}")
    done = set(steps[: steps.index(step) + 1])
    figure, ax = canvas(12.3, 5.3, scale=0.51)
    data, gradient, weight = COLORS["data"], COLORS["gradient"], COLORS["weight"]
    ax.text(*PLACES["x"], "$x$", ha="center", va="center", fontsize=14, color=data)
    for name in graph.order:
        x, y = PLACES[name]
        now = name == step.split()[1]
        fill = tint(gradient if step.startswith("backward") else data, 0.75) if now else COLORS["fill"]
        box(ax, (x, y), f"$f^{{{name[1:]}}}$", width=0.95, height=0.85, fill=fill, fontsize=13)
        ax.text(x, y + 0.55, f"$w={graph.nodes[name].parameters['w']:g}$", ha="center", color=weight, fontsize=10.5)
        back = f"backward {name}" in done
        if back:
            shown = rf"$\partial L/\partial w={np.sum(graph.nodes[name].gradients['w']):g}$"
            ax.text(x, y - 0.6, shown, ha="center", va="top", color=weight, fontsize=10.5)
        dx = graph.nodes[name].backward(graph.grads[name]) if back else None
        shares = dx if isinstance(dx, tuple) else (dx,) * len(graph.edges[name])
        for source, share in zip(graph.edges[name], shares, strict=True):
            known = source == "x" or f"forward {source}" in done
            _edge(ax, PLACES[source], (x, y), graph.values[source] if known else None, share)
    box(ax, (11.75, 2.6), "$L$", width=0.8, height=0.85, color=COLORS["loss"], fontsize=13)
    last = graph.order[-1]
    finished = f"forward {last}" in done
    out = graph.values[last] if finished else None
    back = graph.grads[last] if step.startswith("backward") else None
    _edge(ax, PLACES[last], (11.75, 2.6), out, back)
    if "forward L" in done:
        ax.text(11.75, 3.15, f"${loss:g}$", ha="center", color=COLORS["loss"], fontsize=11)
    if {"backward f3a", "backward f3b"} <= done:
        total = np.sum(graph.grads["f2"])
        ax.text(4.75, 4.25, f"sum over the fork: ${total:g}$", ha="center", color=gradient, fontsize=10.5)
    return figure


def _edge(ax: Axes, start, end, value, share) -> None:
    (x0, y0), (x1, y1) = start, end
    level = y0 == y1
    turn = 0.0 if level else np.sign(y1 - y0) * 0.32
    begin, finish = (x0 + (0.3 if x0 < 1 else 0.55), y0 + turn), (x1 - 0.55, y1 - turn)
    arrow(ax, begin, finish, color=COLORS["data"] if value is not None else COLORS["muted"])
    middle = np.add(begin, finish) / 2
    shift = 0.2 if level else 0.42
    if value is not None:
        text = f"{np.sum(value):g}"
        ax.text(middle[0], middle[1] + shift, text, ha="center", va="center", color=COLORS["data"], fontsize=12)
    if share is not None:
        text = f"{np.sum(share):g}"
        low = middle[1] - shift - 0.03
        ax.text(middle[0], low, text, ha="center", va="center", color=COLORS["gradient"], fontsize=12)


def draw_fully_connected(
    w: Float[np.ndarray, "n p"], x: Float[np.ndarray, "p"], b: Float[np.ndarray, "n"], dy: Float[np.ndarray, "n"]
) -> Figure:
    """Y = W X + B and its three gradients as matrices; hatched are gradients of the loss (thesis Figure B-8)."""
    data, weight, output, gradient = (COLORS[name] for name in ("data", "weight", "output", "gradient"))
    n, p = w.shape
    x, b, dy = x[:, None], b[:, None], dy[:, None]
    tall = CELL * max(n, p) + 1.5  # a row of the figure: matrices, their names and a heading
    figure, ax = canvas(CELL * (p + 5) + 4.2, 2 * tall + CELL * n + 1.7, scale=0.56)
    dx_name, dw_name, db_name, dy_name = (rf"$\partial L/\partial {name}$" for name in "XWBY")
    top = 2 * tall + CELL * n + 0.5
    _product(
        ax,
        (0.2, top),
        "forward (B.12)",
        [(w @ x + b, output, "$Y$"), "=", (w, weight, "$W$"), "", (x, data, "$X$"), "+", (b, weight, "$B$")],
    )
    top -= tall
    parts = [(w.T @ dy, gradient, dx_name), "=", (w.T, weight, "$W^T$"), "", (dy, gradient, dy_name)]
    _product(ax, (0.2, top), "to the input (B.13)", parts)
    parts = [(dy, weight, db_name), "=", (dy, gradient, dy_name)]
    _product(ax, (CELL * (p + 2) + 2.5, top), "to the bias (B.15)", parts)
    top -= tall
    parts = [(dy @ x.T, weight, dw_name), "=", (dy, gradient, dy_name), "", (x.T, data, "$X^T$")]
    _product(ax, (0.2, top), "to the weights (B.14)", parts)
    return figure


CELL = 0.8  # side of a matrix cell, in units


def _product(ax: Axes, corner: tuple[float, float], heading: str, parts: list) -> None:
    """Matrices (values, colour, name) and the signs between them in a row; those named a derivative are hatched."""
    left, top = corner
    ax.text(left, top + 0.65, heading, ha="left", va="bottom", color=COLORS["muted"], fontsize=11.5)
    for part in parts:
        if isinstance(part, str):
            ax.text(left + 0.3, top - 0.7, part, ha="center", va="center", fontsize=15)
            left += 0.6
            continue
        values, color, name = part
        hatch = "////" if "partial" in name else None
        matrix(ax, values, origin=(left, top), cell=CELL, color=color, hatch=hatch, text=None)
        for i, j in np.ndindex(values.shape):  # white plates: the hatch must not cross the numbers
            plate = {"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.9}
            place = (left + (j + 0.5) * CELL, top - (i + 0.5) * CELL)
            text = f"{values[i, j]:g}"
            ax.text(*place, text, ha="center", va="center", color=color, fontsize=11, bbox=plate, zorder=5)
        right = left + values.shape[1] * CELL
        ax.text((left + right) / 2, top + 0.1, name, ha="center", va="bottom", color=color, fontsize=12)
        left = right


def draw_regions(
    ax: Axes, score: Callable, x: Float[np.ndarray, "N 2"], labels: np.ndarray, *, title: str | None = None
) -> None:
    """Where a two-class score is positive, over the plane, with the points on it; the black line is score 0.

    `score` maps points (n, 2) to scores (n,) or (n, 1); labels are -1 or +1.
    """
    low, high = x.min(axis=0) - 0.5, x.max(axis=0) + 0.5
    columns, rows = np.meshgrid(np.linspace(low[0], high[0], 120), np.linspace(low[1], high[1], 120))
    values = np.asarray(score(np.stack([columns.ravel(), rows.ravel()], axis=1))).reshape(columns.shape)
    negative, positive = COLORS["gradient"], COLORS["output"]
    ax.contourf(columns, rows, values, levels=[-np.inf, 0, np.inf], colors=[tint(negative, 0.75), tint(positive, 0.75)])
    ax.contour(columns, rows, values, levels=[0], colors=[COLORS["ink"]], linewidths=1.4)
    for label, color, marker in ((-1, negative, "o"), (1, positive, "^")):
        chosen = x[labels == label]
        ax.scatter(*chosen.T, s=13, color=color, marker=marker, edgecolor="white", linewidth=0.3, zorder=3)
    ax.set(xticks=[], yticks=[], aspect="equal")
    ax.grid(False)
    if title is not None:
        ax.set_title(title)


def draw_activations(curves: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> Figure:
    """Nonlinearities and their slopes, a panel each (Figure B-9); `curves[name]` is (inputs, outputs, slopes)."""
    figure, axes = plt.subplots(1, len(curves), figsize=(6.4, 2.7))
    for ax, (name, (x, y, slope)) in zip(axes, curves.items(), strict=True):
        ax.plot(x, y, color=COLORS["data"], label=r"$\sigma(x)$")
        ax.plot(x, slope, color=COLORS["gradient"], linestyle="--", label="slope")
        ax.set(title=name, xlabel="$x$", ylim=(-1.25, 2.25))
    axes[0].legend(loc="upper left")
    return figure
