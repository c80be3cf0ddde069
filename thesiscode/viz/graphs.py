"""Drawings of a network's graph, from the graph object itself (thesis Figures B-3, B-4, B-6 and B-7)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from .diagrams import _draw_arrow, box, canvas
from .style import COLORS

SCALE = 0.62  # inches a unit
FONT = 15.0  # points, for the names in the boxes
SMALL = 13.5  # points, for weights and gradients beside them
HEIGHT = 0.8  # of a box, in units


@dataclass
class _Item:
    """Something that has a place in the drawing: an input, a layer, an output, the loss, or a bend of a long edge."""

    name: str
    kind: str  # "input" | "layer" | "output" | "loss" | "bend"
    label: str = ""
    sources: list[str] = field(default_factory=list)
    width: float = 0.0
    level: int = 0
    x: float = 0.0
    y: float = 0.0


def draw_graph(
    graph,
    *,
    layout: str = "levels",
    show: str = "names",
    loss: bool | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a `scratch.Graph`, or any object with its `nodes`, `edges`, `inputs`, `outputs` and `order`.

    Layout "levels" puts each node to the right of everything that it reads, with parallel branches above one another
    (Figure B-3); "sorted" puts all of them on one line in topological order, with arcs over the nodes in between
    (Figure B-6). With show="names" there are only nodes; "parameters" adds the weights that enter them (Figure B-4);
    "gradients" adds the backward pass, gradients to inputs and gradients to weights (Figure B-7).

    `loss` ends the graph in a loss node, by default with "gradients" only. A name such as f3a shows as f with the
    superscript 3a; `labels` overrides the text of a node, input or output. Given `ax`, draws there, in units.
    Raises ValueError on an unknown layout, show or label, and on an order that is not topological.
    """
    if layout not in ("levels", "sorted"):
        raise ValueError(f'draw_graph: layout is {layout!r}, expected "levels" or "sorted"')
    if show not in ("names", "parameters", "gradients"):
        raise ValueError(f'draw_graph: show is {show!r}, expected "names", "parameters" or "gradients"')
    labels = dict(labels or {})
    unknown = [name for name in labels if name not in (*graph.nodes, *graph.inputs, "loss", "output")]
    if unknown:
        raise ValueError(f"draw_graph: labels names {unknown}, expected some of {[*graph.inputs, *graph.nodes]}")
    _check_order(graph)
    backward = show == "gradients"
    items = _items(graph, labels, backward if loss is None else loss)
    if layout == "levels":
        routes = _place_on_levels(items, gap=0.8, row=1.35 if show == "names" else 1.85)
    else:
        _place_on_line(items, gap=0.6 if show == "names" else 0.75)
        routes = _arcs(items, below=show == "names")  # weights stand below the line otherwise

    weighted = {} if show == "names" else {n: layer for n, layer in graph.nodes.items() if layer.parameters}
    above = {name for name in weighted if _is_upper(items, name)} if layout == "levels" else set()
    left, bottom, right, top = _extent(items, routes, weighted, above)
    if ax is None:
        figure, ax = canvas(right - left, top - bottom, scale=SCALE)
    else:
        figure = ax.figure
        ax.set(aspect="equal")
        ax.axis("off")
    ax.set(xlim=(left, right), ylim=(bottom, top))

    for item in items.values():
        _draw_item(ax, item)
    for points, arc in routes:
        shift = 0.1 if backward else 0.0
        _draw_arrow(ax, _curve(points, arc, shift), COLORS["data"])
        if backward:
            back = _curve(points, arc, -shift)
            _draw_arrow(ax, Path(back.vertices[::-1], back.codes), COLORS["gradient"])
    for name in weighted:
        _draw_weights(ax, items[name], _symbol("w", name, graph.nodes), name in above, backward)
    if "loss" in items:
        _draw_truth(ax, items["loss"])
    return figure


def _check_order(graph) -> None:
    done = set(graph.inputs)
    if sorted(graph.order) != sorted(graph.nodes):
        raise ValueError(f"draw_graph: graph.order is {list(graph.order)}, expected each of {list(graph.nodes)} once")
    for name in graph.order:
        missing = [source for source in graph.edges[name] if source not in done]
        if missing:
            raise ValueError(f"draw_graph: {name} comes before {missing} in graph.order, which is not topological")
        done.add(name)


def _superscript(name: str) -> str | None:
    """The index of a name such as f3a, else None."""
    match = re.fullmatch(r"[A-Za-z](\d+[a-z]?)", name)
    return match and match.group(1)


def _math(name: str) -> str:
    index = _superscript(name)
    if index:
        return rf"${name[0]}^{{{index}}}$"
    return rf"${name}$" if len(name) == 1 else name


def _symbol(letter: str, name: str, names) -> str:
    """A letter with the name as its index, without dollars: w^{3a}, or w^{f3a} where 3a is not unique in `names`."""
    index = _superscript(name)
    unique = [_superscript(other) for other in names].count(index) == 1
    return rf"{letter}^{{{index}}}" if index and unique else rf"{letter}^{{\mathrm{{{name.replace('_', ' ')}}}}}"


def _items(graph, labels: dict[str, str], loss: bool) -> dict[str, _Item]:
    items = {name: _Item(name, "input", labels.get(name, _math(name))) for name in graph.inputs}
    for name in graph.order:
        items[name] = _Item(name, "layer", labels.get(name, _math(name)), list(graph.edges[name]))
    outputs = []
    for name in graph.outputs:
        symbol = r"\hat{y}" if len(graph.outputs) == 1 else _symbol(r"\hat{y}", name, graph.outputs)
        outputs.append(f"output of {name}")
        items[outputs[-1]] = _Item(outputs[-1], "output", labels.get("output", f"${symbol}$"), [name])
    if loss:
        items["loss"] = _Item("loss", "loss", labels.get("loss", r"$L$"), outputs)
    for item in items.values():
        text = TextPath((0, 0), item.label, size=FONT).get_extents().width / 72 / SCALE
        item.width = max(0.85, text + 0.45) if item.kind in ("layer", "loss") else text + 0.3
    return items


def _place_on_levels(items: dict[str, _Item], gap: float, row: float) -> list[tuple[list, float]]:
    """Give each item its place, and return the route of each edge: its points, and 0 (it is no arc)."""
    for item in items.values():
        item.level = 1 + max((items[source].level for source in item.sources), default=-1)
    for item in items.values():
        if item.kind == "input":  # as late as its readers allow, so that the edge stays short
            item.level = min((other.level for other in items.values() if item.name in other.sources), default=1) - 1

    chains, bends = [], []
    for item in items.values():
        for source in item.sources:
            chain = [items[source]]
            for level in range(items[source].level + 1, item.level):
                bends.append(_Item("", "bend", sources=[], level=level))
                chain.append(bends[-1])
            chains.append([*chain, item])
    columns = [[] for _ in range(1 + max(item.level for item in items.values()))]
    for item in [*items.values(), *bends]:
        columns[item.level].append(item)
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    _order_columns(columns, pairs)

    x = 0.0
    for column in columns:
        width = max(item.width for item in column)
        for place, item in enumerate(column):
            item.x, item.y = x + width / 2, row * ((len(column) - 1) / 2 - place)
        x += width + gap
    routes = []
    for first, *between, last in chains:
        ends = (first.x + first.width / 2, first.y), (last.x - last.width / 2, last.y)
        routes.append(([ends[0], *((bend.x, bend.y) for bend in between), ends[1]], 0.0))
    return routes


def _order_columns(columns: list[list[_Item]], pairs: list[tuple[_Item, _Item]]) -> None:
    """Sort each column by the mean place of its neighbours, to and fro, which keeps edges from crossing."""
    place = {id(item): i / len(column) for column in columns for i, item in enumerate(column)}
    for sweep in range(6):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            keys = {}
            for item in column:
                near = [a for a, b in pairs if b is item] if forward else [b for a, b in pairs if a is item]
                keys[id(item)] = np.mean([place[id(other)] for other in near]) if near else place[id(item)]
            column.sort(key=lambda item: keys[id(item)])
            place.update({id(item): (i + 0.5) / len(column) for i, item in enumerate(column)})


def _place_on_line(items: dict[str, _Item], gap: float) -> None:
    x = 0.0
    for item in items.values():
        item.x, item.y = x + item.width / 2, 0.0
        x += item.width + gap


def _arcs(items: dict[str, _Item], below: bool) -> list[tuple[list, float]]:
    """The routes on one line: straight between neighbours, else an arc with a height, above or (negative) below."""
    names = list(items)
    routes, sides = [], {1: [], -1: []}
    edges = [(names.index(source), i) for i, name in enumerate(names) for source in items[name].sources]
    for a, b in sorted(edges, key=lambda edge: edge[1] - edge[0]):
        start, end = items[names[a]], items[names[b]]
        if b - a == 1:
            routes.append(([(start.x + start.width / 2, 0.0), (end.x - end.width / 2, 0.0)], 0.0))
            continue
        crossings = {s: sum(c < a < d < b or a < c < b < d for c, d in sides[s]) for s in sides}
        side = -1 if below and crossings[-1] < crossings[1] else 1
        sides[side].append((a, b))
        height = side * (0.55 + 0.28 * (b - a))
        rims = [side * (HEIGHT / 2 if item.kind in ("layer", "loss") else 0.26) for item in (start, end)]
        routes.append(([(start.x + 0.12 * start.width, rims[0]), (end.x - 0.12 * end.width, rims[1])], height))
    return routes


def _curve(points: list[tuple[float, float]], arc: float, shift: float) -> Path:
    """The route as a smooth path, moved by `shift` so that a forward and a backward arrow run side by side."""
    if arc:
        (x0, y0), (x1, y1) = points
        x0, x1, high = x0 - shift, x1 + shift, 4 / 3 * (arc + shift * np.sign(arc))
        return Path([(x0, y0), (x0, y0 + high), (x1, y1 + high), (x1, y1)], [Path.MOVETO] + 3 * [Path.CURVE4])
    points = [(x, y + shift) for x, y in points]
    vertices, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        vertices += [(middle, y0), (middle, y1), (x1, y1)]
        codes += 3 * [Path.CURVE4]
    return Path(vertices, codes)


def _is_upper(items: dict[str, _Item], name: str) -> bool:
    """Whether a node is in the upper half of its level: its weights then come from above, clear of the branches."""
    return items[name].y > 0


def _extent(items, routes, weighted, above) -> tuple[float, float, float, float]:
    room = HEIGHT / 2 + 0.12
    low = [item.y - room - (0.95 if name in weighted and name not in above else 0) for name, item in items.items()]
    high = [item.y + room + (0.95 if name in above else 0) for name, item in items.items()]
    high += [item.y + room + 0.85 for item in items.values() if item.kind == "loss"]
    low += [y - 0.2 for points, _ in routes for _, y in points]
    high += [y + 0.2 for points, _ in routes for _, y in points]
    high += [arc + HEIGHT / 2 + 0.3 for _, arc in routes if arc > 0]
    low += [arc - HEIGHT / 2 - 0.3 for _, arc in routes if arc < 0]
    left = min(item.x - item.width / 2 for item in items.values())
    right = max(item.x + item.width / 2 for item in items.values())
    return left - 0.12, min(low), right + 0.12, max(high)


def _draw_item(ax: Axes, item: _Item) -> None:
    if item.kind in ("layer", "loss"):
        color = COLORS["loss" if item.kind == "loss" else "data"]
        place = (item.x, item.y)
        fill = COLORS["fill"] if item.kind == "layer" else None
        box(ax, place, item.label, width=item.width, height=HEIGHT, color=color, fill=fill, fontsize=FONT)
    else:
        color = COLORS["output" if item.kind == "output" else "data"]
        ax.text(item.x, item.y, item.label, ha="center", va="center", color=color, fontsize=FONT + 1, zorder=4)


def _draw_weights(ax: Axes, item: _Item, symbol: str, above: bool, backward: bool) -> None:
    side = 1 if above else -1
    near, far = item.y + side * HEIGHT / 2, item.y + side * (HEIGHT / 2 + 0.5)
    text = rf"$\partial L/\partial {symbol}$" if backward else f"${symbol}$"
    ends = [(item.x, near), (item.x, far)] if backward else [(item.x, far), (item.x, near)]
    _draw_arrow(ax, Path(ends), COLORS["weight_gradient" if backward else "weight"])
    vertical = "bottom" if above else "top"
    ax.text(item.x, far + side * 0.08, text, ha="center", va=vertical, color=COLORS["weight"], fontsize=SMALL)


def _draw_truth(ax: Axes, item: _Item) -> None:
    near, far = item.y + HEIGHT / 2, item.y + HEIGHT / 2 + 0.5
    _draw_arrow(ax, Path([(item.x, far), (item.x, near)]), COLORS["muted"])
    ax.text(item.x, far + 0.05, r"$y$", ha="center", va="bottom", color=COLORS["muted"], fontsize=FONT)
