"""Networks: layers laid on a directed acyclic graph, and backpropagation (thesis B.2, Figures B-3 to B-7)."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import numpy as np

from .errors import GraphError
from .layer import Layer


class Graph(Layer):
    """A network: named layers, and for each the names that it reads (thesis B.2.1, Eq. B.9).

    `edges[node]` lists, in order, what the node takes as its inputs: other nodes, or `inputs` of the graph.
    `outputs` are by default the nodes that no other node reads. A graph is itself a layer, with parameters and
    gradients named "node.parameter"; arrays that several nodes share (`Layer.share`) are listed once, under the first
    node, and their gradient is the sum over the nodes.

    `order` is the topological order (Figure B-6). After a pass, `values[name]` and `grads[name]` hold the output of
    each node and the gradient of the loss with respect to it, also for the inputs.
    Raises GraphError for a cycle, a name that does not exist, an input that nobody reads, a node without edges or one
    that leads to no output.
    """

    def __init__(
        self,
        nodes: Mapping[str, Layer],
        edges: Mapping[str, Sequence[str]],
        *,
        inputs: Sequence[str] = ("x",),
        outputs: Sequence[str] | None = None,
    ):
        self.nodes = dict(nodes)
        self.edges = {name: list(sources) for name, sources in edges.items()}
        self.inputs = tuple(inputs)
        if texts := [name for name, sources in edges.items() if isinstance(sources, str)]:
            raise GraphError(f"edges: expected a list of names for each node, got one text for {texts}")
        read = {source for sources in self.edges.values() for source in sources}
        self.outputs = tuple(outputs) if outputs is not None else tuple(n for n in self.nodes if n not in read)
        self._check()
        self.order = self._sort()
        self._check_reach(read)
        self.values: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}
        self._training = True

    def forward(self, *x: np.ndarray | Mapping[str, np.ndarray]):
        """The output of the network: traverse `order`; each layer's inputs are ready when its turn comes.

        `x` is an array for each of `inputs`, in order, or one dict of them. Returns an array, or a dict of arrays by
        name where the graph has several outputs. Raises ValueError if an input is missing.
        """
        if len(x) == 1 and isinstance(x[0], Mapping):
            self.values = dict(x[0])
        else:
            self.values = dict(zip(self.inputs, x, strict=False))  # a wrong number is told below
        if set(self.values) != set(self.inputs) or len(x) > len(self.inputs):
            raise ValueError(f"x: expected the inputs {list(self.inputs)}, got {len(x)}: {sorted(self.values)}")
        for name in self.order:
            self.values[name] = self.nodes[name].forward(*(self.values[source] for source in self.edges[name]))
        return self._one_or_dict(self.outputs, self.values)

    def backward(self, dy: np.ndarray | Mapping[str, np.ndarray]):
        """The gradient with respect to the inputs, and to all parameters on the way (Figure B-7).

        Traverse `order` backwards: when a layer's turn comes, every node that reads it has added its share of dL/dy.
        `dy` is an array, or a dict by output. Returns an array, or a tuple in the order of `inputs`.
        """
        received = dict(dy) if isinstance(dy, Mapping) else {self.outputs[0]: dy}
        if set(received) != set(self.outputs):
            raise ValueError(f"dy: expected a gradient for each output {list(self.outputs)}, got {sorted(received)}")
        self.grads = received
        for name in reversed(self.order):
            dx = self.nodes[name].backward(self.grads[name])
            for source, share in zip(self.edges[name], dx if isinstance(dx, tuple) else (dx,), strict=True):
                self.grads[source] = self.grads[source] + share if source in self.grads else share
        grads = tuple(self.grads[name] for name in self.inputs)
        return grads[0] if len(grads) == 1 else grads

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        return {f"{node}.{name}": value for (node, name), value in self._distinct().values()}

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        total: dict[int, np.ndarray] = {}
        for layer in self.nodes.values():
            for name, value in layer.parameters.items():
                if name in layer.gradients:
                    g = layer.gradients[name]
                    total[id(value)] = total[id(value)] + g if id(value) in total else g
        return {f"{node}.{name}": total[key] for key, ((node, name), _) in self._distinct().items() if key in total}

    @property
    def training(self) -> bool:
        return self._training

    @training.setter
    def training(self, value: bool) -> None:
        self._training = value
        for layer in self.nodes.values():
            layer.training = value

    def train(self) -> "Graph":
        """Sets every layer to training, and returns the graph."""
        self.training = True
        return self

    def eval(self) -> "Graph":
        """Sets every layer to use (no dropout, running statistics), and returns the graph."""
        self.training = False
        return self

    def share(self) -> "Graph":
        """A second network with the same parameter arrays: a graph of shared layers."""
        nodes = {name: layer.share() for name, layer in self.nodes.items()}
        twin = Graph(nodes, self.edges, inputs=self.inputs, outputs=self.outputs)
        twin.training = self.training
        return twin

    def __repr__(self) -> str:
        lines = [f"  {name} = {self.nodes[name]!r}  <- {', '.join(self.edges[name])}" for name in self.order]
        return "Graph(\n" + "\n".join(lines) + "\n)"

    def _distinct(self) -> dict[int, tuple[tuple[str, str], np.ndarray]]:
        """Every parameter array once, by identity, with the first node and name that hold it."""
        found: dict[int, tuple[tuple[str, str], np.ndarray]] = {}
        for node, layer in self.nodes.items():
            for name, value in layer.parameters.items():
                found.setdefault(id(value), ((node, name), value))
        return found

    @staticmethod
    def _one_or_dict(names: Sequence[str], values: Mapping[str, np.ndarray]):
        return values[names[0]] if len(names) == 1 else {name: values[name] for name in names}

    def _check(self) -> None:
        for argument, names in (("inputs", self.inputs), ("outputs", self.outputs)):
            if len(set(names)) != len(names):
                raise GraphError(f"{argument}: expected names that differ, got {list(names)}")
        if set(self.edges) != set(self.nodes):
            odd = sorted(set(self.edges) ^ set(self.nodes))
            raise GraphError(f"edges: expected one list for each node; nodes and edges differ in {odd}")
        if clash := sorted(set(self.inputs) & set(self.nodes)):
            raise GraphError(f"inputs: {clash} name both an input and a node")
        known = set(self.nodes) | set(self.inputs)
        for name, sources in self.edges.items():
            if not sources:
                raise GraphError(f"edges: node {name!r} reads nothing; expected at least one source")
            if missing := [source for source in sources if source not in known]:
                raise GraphError(f"edges: node {name!r} reads {missing}; expected nodes or inputs, {sorted(known)}")
        if unknown := [name for name in self.outputs if name not in self.nodes]:
            raise GraphError(f"outputs: {unknown} are not nodes; expected some of {sorted(self.nodes)}")
        if len({id(layer) for layer in self.nodes.values()}) != len(self.nodes):
            raise GraphError("nodes: one layer object stands at two nodes; use layer.share() to share its parameters")

    def _sort(self) -> list[str]:
        try:
            order = list(TopologicalSorter(self.edges).static_order())
        except CycleError as error:
            raise GraphError(f"edges: expected no cycle, got {' -> '.join(error.args[1])}") from error
        return [name for name in order if name in self.nodes]

    def _check_reach(self, read: set[str]) -> None:
        if unread := [name for name in self.inputs if name not in read]:
            raise GraphError(f"inputs: no node reads {unread}")
        useful = set(self.outputs)
        for name in reversed(self.order):
            if name in useful:
                useful.update(self.edges[name])
        if dangling := [name for name in self.nodes if name not in useful] or not self.outputs:
            raise GraphError(f"edges: {dangling} lead to no output; outputs are {list(self.outputs)}")


def sequential(*layers: Layer, **named: Layer) -> Graph:
    """The simplest graph: a chain, each layer reading the one before, the first reading the input "x".

    Layers given by keyword keep their names; the others are called "1_linear", "2_relu", ... by position and type.
    Raises ValueError without any layer, GraphError for a keyword that is the name of another layer.
    """
    if not layers and not named:
        raise ValueError("layers: expected at least one layer, got none")
    nodes = {f"{i}_{type(layer).__name__.lower()}": layer for i, layer in enumerate(layers, start=1)}
    if twice := sorted(nodes.keys() & named.keys()):
        raise GraphError(f"named: {twice} are names of the layers given by position; expected others")
    nodes |= named
    names = list(nodes)
    return Graph(nodes, {name: [source] for name, source in zip(names, ["x", *names[:-1]], strict=True)})
