"""Drawings for the appendix on learning: paths, bounds, landscapes, losses, capacity."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import COLORS, CYCLE, tint
from .toyland import draw_boxes

STYLES = ("-", "--", "-.", ":")


def level_lines(
    ax: Axes, cost: Callable[[np.ndarray], np.ndarray], x: tuple[float, float], y: tuple[float, float]
) -> None:
    """Level lines of a cost of points [n 2] on a rectangle, denser where it is low."""
    u, v = np.meshgrid(np.linspace(*x, 120), np.linspace(*y, 120))
    values = np.asarray(cost(np.column_stack([u.ravel(), v.ravel()]))).reshape(u.shape)
    low, high = values.min(), values.max()
    levels = low + (high - low) * np.linspace(0.03, 1, 12) ** 2
    ax.contour(u, v, values, levels=levels, colors=COLORS["sky"], linewidths=1)
    ax.set(xlim=x, ylim=y)
    ax.grid(False)


def path_on(
    cost: Callable[[np.ndarray], np.ndarray],
    path: Float[np.ndarray, "t 2"],
    minimum: Float[np.ndarray, "2"],
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    title: str = "",
    names: int = 0,
) -> Figure:
    """The points of a descent over level lines; the first `names` are named w_0, w_1, ..."""
    figure, ax = plt.subplots(figsize=(5.6, 4.0))
    level_lines(ax, cost, x, y)
    ax.plot(*path.T, "o-", color=COLORS["gradient"], markersize=4, linewidth=1.6)
    ax.plot(*minimum, "*", color=COLORS["weight"], markersize=13)
    ax.annotate("$w^*$", minimum, xytext=(7, 6), textcoords="offset points", color=COLORS["weight"], fontsize=13)
    for k, point in enumerate(path[:names]):
        ax.annotate(f"$w_{k}$", point, xytext=(7, -13), textcoords="offset points", fontsize=12)
    ax.set(xlabel="first weight", ylabel="second weight")
    ax.set_title(title, loc="left", fontsize=11)
    return figure


def errors_and_bounds(
    errors: Mapping[str, Float[np.ndarray, "t"]],
    bounds: Mapping[str, Float[np.ndarray, "t"]] | Float[np.ndarray, "t"],
    *,
    ylabel: str = r"$C(w_t) - C(w^*)$",
    floor: float = 1e-8,
    bound_name: str = "bound (A.18)",
) -> Figure:
    """Errors after 1, 2, ... steps on doubly logarithmic axes, and their bounds, dashed (one each, or one for all)."""
    figure, ax = plt.subplots(figsize=(6.2, 3.9))
    for color, (name, values) in zip(CYCLE, errors.items(), strict=False):
        t = np.arange(1, len(values) + 1)
        ax.loglog(t, np.maximum(values, floor / 10), color=color, label=name)
        if isinstance(bounds, Mapping):
            ax.loglog(t, bounds[name], "--", color=color, linewidth=1.4)
    if isinstance(bounds, Mapping):
        ax.plot([], [], "--", color=COLORS["muted"], label=bound_name)
    else:
        ax.loglog(np.arange(1, len(bounds) + 1), bounds, "--", color=COLORS["ink"], label=bound_name)
    ax.set(xlabel="steps $t$", ylabel=ylabel)
    ax.set_ylim(bottom=floor)
    ax.legend(fontsize=10, loc="lower left")
    return figure


def extremal_points(
    cost: Callable[[np.ndarray], np.ndarray],
    named: Mapping[str, float],
    starts: Float[np.ndarray, "n"],
    ends: Float[np.ndarray, "n"],
) -> Figure:
    """A cost of one weight with its extremal points, and below, where descent from each start ends."""
    figure, (top, bottom) = plt.subplots(
        2, 1, figsize=(6.2, 4.8), sharex=True, gridspec_kw={"height_ratios": [1.25, 1]}
    )
    w = np.linspace(-3.2, 7, 600)
    top.plot(w, cost(w[:, None]), color=COLORS["ink"])
    for k, (name, place) in enumerate(named.items()):
        height = float(cost(np.array([[place]]))[0])
        top.plot(place, height, "o", color=CYCLE[k])
        below = "minimum" in name
        shift = (0, -20) if below else (0, 9)
        top.annotate(name, (place, height), xytext=shift, textcoords="offset points", ha="center", fontsize=10)
    top.set(ylabel="$C(w)$", ylim=(-0.12, 1.6))
    bottom.scatter(starts, ends, s=6, color=COLORS["gradient"])
    bottom.set(xlabel="start $w_0$", ylabel="end", xlim=(-3.2, 7))
    return figure


def batch_spread(
    sizes: Sequence[int], without: Sequence[float], with_: Sequence[float], n: int, single: float
) -> Figure:
    """Mean squared distance of a mini-batch gradient from the gradient, by batch size: measured (dots) and theory."""
    figure, ax = plt.subplots(figsize=(6.0, 3.6))
    b = np.geomspace(1, n, 200)
    ax.loglog(b, single / b, "--", color=COLORS["gradient"], label="theory, with replacement")
    inner = b[b < 0.999 * n]
    ax.loglog(inner, single / inner * (n - inner) / (n - 1), color=COLORS["output"], label="theory, without")
    ax.loglog(sizes, with_, "s", color=COLORS["gradient"], label="measured, with")
    ax.loglog(sizes, without, "o", color=COLORS["output"], label="measured, without")
    ax.set(xlabel="examples $B$ in the mini-batch", ylabel="mean squared deviation")
    ax.legend(fontsize=10)
    return figure


def race(curves: Mapping[str, tuple[np.ndarray, np.ndarray]], *, xlabel: str, ylabel: str) -> Figure:
    """Curves (x, y) on doubly logarithmic axes."""
    figure, ax = plt.subplots(figsize=(6.2, 3.7))
    for color, style, (name, (x, y)) in zip(CYCLE, STYLES * 2, curves.items(), strict=False):
        ax.loglog(x, y, style, color=color, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(fontsize=10)
    return figure


def runs_and_spread(
    paths: Mapping[str, Float[np.ndarray, "t runs"]], theory: Mapping[str, Float[np.ndarray, "t"]]
) -> Figure:
    """Root mean square distance to 0 over runs, by step, for each kind of step size; theory, dashed, where given."""
    figure, ax = plt.subplots(figsize=(6.2, 3.9))
    for color, (name, runs) in zip(CYCLE, paths.items(), strict=False):
        t = np.arange(1, len(runs))
        ax.loglog(t, np.sqrt((runs[1:] ** 2).mean(axis=1)), color=color, label=name)
        if name in theory:
            ax.loglog(t, theory[name], "--", color=COLORS["ink"], linewidth=1.2)
    ax.plot([], [], "--", color=COLORS["ink"], linewidth=1.2, label="theory")
    ax.set(xlabel="steps $t$", ylabel="root mean square of $w_t - w^*$")
    ax.legend(fontsize=10, loc="lower left")
    return figure


def overfitted(
    x: Float[np.ndarray, "n"],
    y: Float[np.ndarray, "n"],
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    title: str = "",
) -> Figure:
    """Noisy points and functions that were fitted to them; the first is drawn in blue, the second in red."""
    figure, ax = plt.subplots(figsize=(5.8, 3.5))
    for color, (name, (u, v)) in zip((COLORS["output"], COLORS["gradient"]), curves.items(), strict=False):
        ax.plot(u, v, color=color, label=name)
    ax.plot(x, y, "o", color=COLORS["data"], label="data")
    ax.set(xlabel="$x$", ylabel="$y$", xlim=(-1.02, 1.02), ylim=(-2.2, 2.2))
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(fontsize=10, loc="upper left", ncols=3)
    return figure


def two_risks(
    w: Float[np.ndarray, "n"],
    empirical: Float[np.ndarray, "n"],
    true: Float[np.ndarray, "n"],
    found: float,
    best: float,
) -> Figure:
    """Empirical risk, a staircase, and risk, by threshold; where each is least is marked."""
    figure, ax = plt.subplots(figsize=(6.0, 3.5))
    ax.plot(w, true, color=COLORS["output"], label="risk $R$")
    ax.plot(w, empirical, color=COLORS["gradient"], linewidth=1.5, label="empirical risk $R_{emp}$")
    ax.axvline(best, color=COLORS["output"], linestyle=":", linewidth=1.5)
    ax.axvline(found, color=COLORS["gradient"], linestyle=":", linewidth=1.5)
    ax.set(xlabel="threshold $w$", ylabel="share of errors", ylim=(0, None))
    ax.legend(fontsize=10)
    return figure


def stacked_error(
    degrees: Sequence[int], bias: Sequence[float], variance: Sequence[float], noise: float, error: Sequence[float]
) -> Figure:
    """Bias, variance and noise on top of each other, and the measured error as dots."""
    figure, ax = plt.subplots(figsize=(6.0, 3.6))
    parts = [np.full(len(degrees), noise), np.array(bias), np.array(variance)]
    colors = [tint(COLORS[name], 0.45) for name in ("muted", "output", "gradient")]
    ax.stackplot(degrees, *parts, labels=["noise", "bias", "variance"], colors=colors)
    ax.plot(degrees, error, "o", color=COLORS["ink"], label="measured error")
    ax.set(xlabel="degree of the polynomial", ylabel="mean squared error", ylim=(0, 2.2 * max(error[0], noise)))
    ax.legend(fontsize=10, loc="upper center", ncols=2)
    return figure


def width_curves(
    widths: Sequence[int], curves: Mapping[str, Float[np.ndarray, "widths draws"]], *, n: int, ylabel: str
) -> Figure:
    """Medians over draws by width, with the band from the 25th to the 75th percentile; dotted, where width is n."""
    figure, ax = plt.subplots(figsize=(6.2, 3.8))
    for color, (name, values) in zip(CYCLE, curves.items(), strict=False):
        low, middle, high = np.percentile(values, [25, 50, 75], axis=1)
        ax.fill_between(widths, low, high, color=tint(color, 0.75))
        ax.plot(widths, middle, color=color, label=name)
    ax.axvline(n, color=COLORS["muted"], linestyle=":")
    ax.set(xscale="log", yscale="log", xlabel="random features", ylabel=ylabel)
    ax.legend(fontsize=10)
    return figure


def surrogate_losses(scores: Float[np.ndarray, "n"], losses: Mapping[str, Float[np.ndarray, "n"]]) -> Figure:
    """Losses of a score for an example of the class +1; the first is drawn in green, as in the thesis."""
    figure, ax = plt.subplots(figsize=(6.0, 3.5))
    colors = (COLORS["weight"], COLORS["output"], COLORS["gradient"], COLORS["muted"])
    for color, style, (name, values) in zip(colors, ("-", "-", "--", ":"), losses.items(), strict=False):
        ax.plot(scores, values, style, color=color, label=name)
    ax.set(xlabel=r"score $\hat y$, where $y = 1$", ylabel="loss", ylim=(-0.1, 4.2))
    ax.legend(fontsize=10)
    return figure


def expected_losses(
    scores: Float[np.ndarray, "n"], curves: Mapping[str, Float[np.ndarray, "n"]], title: str = ""
) -> Figure:
    """Mean losses by score, with a dot at the least of each."""
    figure, ax = plt.subplots(figsize=(5.8, 3.5))
    for color, style, (name, values) in zip(CYCLE, STYLES, curves.items(), strict=False):
        ax.plot(scores, values, style, color=color, label=name)
        k = int(np.argmin(values))
        ax.plot(scores[k], values[k], "o", color=color)
    ax.axvline(0, color=COLORS["muted"], linewidth=0.9)
    ax.set(xlabel="score", ylabel="mean loss", ylim=(0, 2.5))
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(fontsize=10, loc="upper center", ncols=3)
    return figure


def borders(
    x: Float[np.ndarray, "n 2"],
    y: Float[np.ndarray, "n"],
    weights: Mapping[str, Float[np.ndarray, "3"]],
) -> Figure:
    """Two classes in the plane, and the lines w_1 x_1 + w_2 x_2 + b = 0 of some classifiers."""
    figure, ax = plt.subplots(figsize=(5.8, 3.8))
    for sign, marker, color in ((1, "o", COLORS["data"]), (-1, "x", COLORS["loss"])):
        ax.plot(*x[y == sign].T, marker, color=color, markersize=5, label=f"{sign:+d}", linestyle="none")
    low, high = x.min(axis=0) - 0.5, x.max(axis=0) + 0.5
    v = np.array([low[1], high[1]])
    for color, style, (name, w) in zip(CYCLE, STYLES, weights.items(), strict=False):
        ax.plot(-(w[1] * v + w[2]) / w[0], v, style, color=color, label=name)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="$x_1$", ylabel="$x_2$")
    ax.legend(fontsize=10, loc="upper center", bbox_to_anchor=(0.6, 1.0))
    return figure


def weight_paths(penalties: Float[np.ndarray, "k"], paths: Mapping[str, Float[np.ndarray, "k d"]]) -> Figure:
    """Each weight against the penalty, a panel a kind of penalty."""
    figure, axes = plt.subplots(1, len(paths), figsize=(6.6, 3.3), sharey=True)
    for ax, (name, weights) in zip(axes, paths.items(), strict=True):
        for k, weight in enumerate(weights.T):
            ax.semilogx(penalties, weight, color=CYCLE[k % len(CYCLE)], linewidth=1.6)
        ax.set(xlabel=r"$\lambda$")
        ax.set_title(name, loc="left", fontsize=11)
    axes[0].set(ylabel="weight")
    return figure


def penalty_curves(
    penalties: Float[np.ndarray, "k"], errors: Mapping[str, Float[np.ndarray, "k"]], chosen: float
) -> Figure:
    """Shares of errors by penalty; the dotted line is the penalty that was chosen."""
    figure, ax = plt.subplots(figsize=(6.0, 3.5))
    for color, style, (name, values) in zip(CYCLE, STYLES, errors.items(), strict=False):
        ax.semilogx(penalties, values, style, color=color, label=name)
    ax.axvline(chosen, color=COLORS["muted"], linestyle=":")
    ax.set(xlabel=r"penalty $\lambda$", ylabel="share of errors", ylim=(-0.01, None))
    ax.legend(fontsize=10)
    return figure


def optimism(sizes: Sequence[int], curves: Mapping[str, Float[np.ndarray, "k"]]) -> Figure:
    """Accuracy of the best of many coin flips, by how many there are."""
    figure, ax = plt.subplots(figsize=(6.0, 3.5))
    for color, style, (name, values) in zip(CYCLE, STYLES, curves.items(), strict=False):
        ax.semilogx(sizes, values, style, marker="o", color=color, label=name)
    ax.axhline(0.5, color=COLORS["muted"], linestyle=":")
    ax.set(xlabel="classifiers tried on the test set", ylabel="accuracy of the best", ylim=(0.48, 0.75))
    ax.legend(fontsize=10, loc="upper left")
    return figure


def accuracy_table(values: Float[np.ndarray, "n n"], names: Sequence[str], *, rows: str, columns: str) -> Figure:
    """A matrix of accuracies as coloured cells with their numbers."""
    figure, ax = plt.subplots(figsize=(5.0, 3.6))
    image = ax.imshow(values, cmap="viridis", vmin=0, vmax=1)
    for (i, j), value in np.ndenumerate(values):
        color = "white" if value < 0.6 else "black"
        ax.text(j, i, f"{value:.0%}", ha="center", va="center", color=color, fontsize=12)
    ax.set(xticks=range(len(names)), yticks=range(len(names)), xlabel=columns, ylabel=rows)
    ax.set_xticklabels(names, fontsize=10)
    ax.set_yticklabels(names, fontsize=10)
    ax.grid(False)
    figure.colorbar(image, label="accuracy", shrink=0.8)
    return figure


def answers(
    images: Sequence[np.ndarray],
    questions: Sequence[str],
    said: Sequence[Sequence[bool]],
    truth: Sequence[Sequence[bool]],
) -> Figure:
    """Images with the answers to some questions under each; a cross marks an answer that is wrong."""
    figure, axes = plt.subplots(1, len(images), figsize=(6.6, 3.0))
    for ax, image, row, true in zip(axes, images, said, truth, strict=True):
        ax.imshow(image)
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        for k, question in enumerate(questions):
            right = row[k] == true[k]
            text = f"{question}: {'yes' if row[k] else 'no'}{'' if right else ' ✗'}"
            color = COLORS["ink"] if right else COLORS["gradient"]
            place = {"xycoords": "axes fraction", "textcoords": "offset points", "xytext": (0, -12 - 15 * k)}
            ax.annotate(text, (0, 0), fontsize=10, color=color, va="center", **place)
    return figure


def boxes_on(
    images: Sequence[np.ndarray], boxes: Sequence[Sequence[tuple[np.ndarray, str]]], titles: Sequence[str]
) -> Figure:
    """Images side by side, each with lists of boxes in a colour."""
    figure, axes = plt.subplots(1, len(images), figsize=(6.6, 2.5))
    for ax, image, groups, title in zip(np.atleast_1d(axes), images, boxes, titles, strict=True):
        ax.imshow(image)
        for group, color in groups:
            draw_boxes(ax, group, color=color)
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        ax.set_title(title, loc="left", fontsize=10)
    return figure
