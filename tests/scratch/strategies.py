"""What the tests of `scratch` draw: generators of random numbers, grids, images, and whole graphs."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from thesiscode.scratch import Add, Concat, Graph, Layer, Linear, Tanh

rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def distinct(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values 0.1 apart in random order, none within 0.05 of zero: far from the kinks of ReLU, max and |x|."""
    n = int(np.prod(shape))
    return ((rng.permutation(n) - n // 2 + 0.5) * 0.1).reshape(shape)


@dataclass(frozen=True)
class Grid:
    """A grid of cells that fits an image of `height` x `width`."""

    size: int
    stride: int
    padding: int
    height: int
    width: int


@st.composite
def grids(draw, max_padding=None) -> Grid:
    """Sizes 1 to 4 and strides 1 to 3; padding below the size unless said otherwise; borders may be left over."""
    size, stride = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    padding = draw(st.integers(0, size - 1 if max_padding is None else max_padding))
    smallest = max(1, size - 2 * padding)
    height, width = (draw(st.integers(smallest, smallest + 4)) for _ in range(2))
    return Grid(size, stride, padding, height, width)


@dataclass(frozen=True)
class Network:
    """The plan of a graph: `kinds` says what each node is, in an order in which they can be built.

    A kind is "linear", "tanh", "add", "concat", or the name of the linear node whose parameters it shares.
    """

    kinds: dict[str, str]
    edges: dict[str, list[str]]
    inputs: list[str]
    outputs: list[str]
    widths: dict[str, int]
    listing: list[str]

    def build(self, rng: np.random.Generator) -> Graph:
        """The graph, its nodes given in the order of `listing`."""
        layers: dict[str, Layer] = {}
        for name, kind in self.kinds.items():
            if kind == "linear":
                layers[name] = Linear(self.widths[self.edges[name][0]], self.widths[name], rng=rng)
                layers[name].parameters["bias"] += rng.normal(size=self.widths[name])
            elif kind in layers:
                layers[name] = layers[kind].share()
            else:
                layers[name] = {"tanh": Tanh, "add": Add, "concat": Concat}[kind]()
        nodes = {name: layers[name] for name in self.listing}
        return Graph(nodes, self.edges, inputs=self.inputs, outputs=self.outputs)


@st.composite
def networks(draw) -> Network:
    """Random graphs of Linear (own or shared), Tanh, Add and Concat, of one to three inputs and any number of outputs.

    Nodes are listed in random order, so that sorting them is work; a layer may read the same name twice; some of the
    nodes that others read are outputs too.
    """
    inputs = [f"x{i}" for i in range(draw(st.integers(1, 3)))]
    widths = {name: draw(st.integers(1, 4)) for name in inputs}
    kinds: dict[str, str] = {}
    edges: dict[str, list[str]] = {}

    def add(kind: str, sources: list[str], width: int) -> None:
        name = f"node{len(kinds)}"
        kinds[name], edges[name], widths[name] = kind, sources, width

    for _ in range(draw(st.integers(1, 8))):
        source = draw(st.sampled_from(list(widths)))
        alike = [name for name in widths if widths[name] == widths[source]]
        twins = [name for name, kind in kinds.items() if kind == "linear" and edges[name][0] in alike]
        match draw(st.sampled_from(["linear", "shared", "tanh", "add", "concat"])):
            case "shared" if twins:
                twin = draw(st.sampled_from(twins))
                add(twin, [source], widths[twin])
            case "linear" | "shared":
                add("linear", [source], draw(st.integers(1, 4)))
            case "tanh":
                add("tanh", [source], widths[source])
            case "add":
                add("add", [source, *draw(st.lists(st.sampled_from(alike), max_size=2))], widths[source])
            case "concat":
                sources = [source, *draw(st.lists(st.sampled_from(list(widths)), max_size=2))]
                add("concat", sources, sum(widths[name] for name in sources))
    read = {source for sources in edges.values() for source in sources}
    for name in inputs:
        if name not in read:
            add("tanh", [name], widths[name])
    outputs = [name for name in kinds if name not in read or draw(st.booleans())]
    return Network(kinds, edges, inputs, outputs, widths, draw(st.permutations(list(kinds))))
