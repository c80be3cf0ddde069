import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.scratch import (
    Add,
    BatchNorm,
    Concat,
    Dropout,
    Graph,
    GraphError,
    Identity,
    Linear,
    ReLU,
    Tanh,
    gradient_check,
    sequential,
)

from .oracle import assert_close, tensors
from .strategies import networks, rngs

RNG = np.random.default_rng(0)


def run_in_torch(graph, inputs):
    """Values of every name by recursion from the outputs, and the tensor of every parameter array, by its id."""
    parameters, values = {}, dict(inputs)

    def parameter(array):
        if id(array) not in parameters:
            parameters[id(array)] = torch.tensor(array, requires_grad=True)
        return parameters[id(array)]

    def value(name):
        if name not in values:
            layer, sources = graph.nodes[name], [value(source) for source in graph.edges[name]]
            if isinstance(layer, Linear):
                w, b = (parameter(layer.parameters[key]) for key in ("weight", "bias"))
                values[name] = torch.nn.functional.linear(*sources, w, b)
            elif isinstance(layer, Tanh):
                values[name] = torch.tanh(*sources)
            else:
                values[name] = sum(sources) if isinstance(layer, Add) else torch.cat(sources, 1)
            values[name].retain_grad()
        return values[name]

    for name in graph.outputs:
        value(name)
    return values, parameters


@settings(max_examples=150)
@given(networks(), st.integers(1, 3), rngs)
def test_random_graphs_agree_with_torch(network, n, rng):
    graph = network.build(rng)
    x = {name: rng.normal(size=(n, network.widths[name])) for name in network.inputs}
    dy = {name: rng.normal(size=(n, network.widths[name])) for name in network.outputs}
    kept = {name: a.copy() for name, a in (x | dy).items()}

    y = graph.forward(x)
    dx = graph.backward(dy if len(dy) > 1 else next(iter(dy.values())))
    y = y if len(network.outputs) > 1 else {network.outputs[0]: y}
    dx = dx if len(network.inputs) > 1 else (dx,)

    values, parameters = run_in_torch(graph, dict(zip(x, tensors(x.values()), strict=True)))
    torch.autograd.backward([values[name] for name in dy], [torch.tensor(d) for d in dy.values()])

    assert list(y) == network.outputs
    for name, value in values.items():
        assert_close(graph.values[name], value)
        assert_close(graph.grads[name], value.grad)
    for name, ours in zip(network.inputs, dx, strict=True):
        assert_close(ours, values[name].grad)
    assert set(graph.gradients) == set(graph.parameters)
    assert {id(a) for a in graph.parameters.values()} == set(parameters)
    for name, array in graph.parameters.items():
        assert_close(graph.gradients[name], parameters[id(array)].grad)
    for name, a in (x | dy).items():
        np.testing.assert_array_equal(a, kept[name])


@settings(max_examples=50)
@given(networks(), rngs)
def test_every_node_comes_after_what_it_reads(network, rng):
    graph = network.build(rng)
    assert sorted(graph.order) == sorted(network.kinds)
    done = set(network.inputs)
    for name in graph.order:
        assert done.issuperset(network.edges[name])
        done.add(name)


@settings(max_examples=20)
@given(networks(), rngs)
def test_random_graphs_agree_with_differences(network, rng):
    graph = network.build(rng)
    inputs = [rng.normal(size=(2, network.widths[name])) for name in network.inputs]
    assert gradient_check(graph, *inputs, rng=rng) < 1e-6


def five_nodes(meeting=None):
    """The graph of Figure B-3, its nodes listed backwards."""
    rng = np.random.default_rng(0)
    nodes = {
        "f4": meeting or Add(),
        "f3b": Linear(4, 2, rng=rng),
        "f3a": Linear(4, 2, rng=rng),
        "f2": Tanh(),
        "f1": Linear(3, 4, rng=rng),
    }
    return Graph(nodes, {"f1": ["x"], "f2": ["f1"], "f3a": ["f2"], "f3b": ["f2"], "f4": ["f3a", "f3b"]})


def test_five_nodes_compose_as_equation_b_9():
    graph, x = five_nodes(), RNG.normal(size=(5, 3))
    w = graph.parameters
    h = np.tanh(x @ w["f1.weight"].T)
    np.testing.assert_allclose(graph.forward(x), h @ w["f3a.weight"].T + h @ w["f3b.weight"].T, rtol=1e-12)
    assert graph.order == ["f1", "f2", "f3a", "f3b", "f4"] or graph.order == ["f1", "f2", "f3b", "f3a", "f4"]
    assert graph.outputs == ("f4",)
    assert set(w) == {f"{node}.{name}" for node in ("f1", "f3a", "f3b") for name in ("weight", "bias")}


def test_the_order_of_edges_is_the_order_of_inputs():
    graph, x = five_nodes(Concat()), RNG.normal(size=(5, 3))
    y = graph.forward(x)
    np.testing.assert_array_equal(y, np.concatenate([graph.values["f3a"], graph.values["f3b"]], axis=1))


def test_inputs_are_given_by_position_or_by_name():
    graph = Graph({"join": Concat()}, {"join": ["b", "a"]}, inputs=["a", "b"])
    a, b = np.ones((1, 2)), np.zeros((1, 1))
    np.testing.assert_array_equal(graph.forward(a, b), [[0, 1, 1]])
    np.testing.assert_array_equal(graph.forward({"b": b, "a": a}), [[0, 1, 1]])
    da, db = graph.backward(np.array([[1.0, 2.0, 3.0]]))
    np.testing.assert_array_equal(da, [[2, 3]])
    np.testing.assert_array_equal(db, [[1]])


def test_a_graph_is_a_layer_of_another_graph():
    inner = five_nodes()
    flat = sequential(inside=inner, top=Linear(2, 2, rng=np.random.default_rng(1)))
    x = RNG.normal(size=(4, 3))
    assert "inside.f3a.weight" in flat.parameters
    assert flat.parameters["inside.f3a.weight"] is inner.parameters["f3a.weight"]
    assert gradient_check(flat, x, rng=RNG) < 1e-6


def test_a_shared_graph_has_one_set_of_weights_and_two_memories():
    first = five_nodes()
    second = first.share()
    graph = Graph(
        {"a": first, "b": second, "sum": Add()}, {"a": ["x"], "b": ["z"], "sum": ["a", "b"]}, inputs=["x", "z"]
    )
    assert list(graph.parameters) == [f"a.{name}" for name in first.parameters]
    assert gradient_check(graph, RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3)), rng=RNG) < 1e-6


def test_a_shared_graph_is_in_the_same_mode():
    net = sequential(Dropout(0.5, rng=np.random.default_rng(0)))
    assert net.share().training
    twin = net.eval().share()
    assert not twin.training
    assert not twin.nodes["1_dropout"].training


def test_sequential_is_a_chain_with_names():
    rng = np.random.default_rng(0)
    net = sequential(Linear(2, 3, rng=rng), ReLU(), last=Linear(3, 1, rng=rng))
    assert net.order == ["1_linear", "2_relu", "last"]
    assert net.edges == {"1_linear": ["x"], "2_relu": ["1_linear"], "last": ["2_relu"]}
    assert repr(net).splitlines()[1] == "  1_linear = Linear(weight[3, 2], bias[3])  <- x"
    x, w = rng.normal(size=(4, 2)), net.parameters
    np.testing.assert_allclose(net.forward(x), np.maximum(x @ w["1_linear.weight"].T, 0) @ w["last.weight"].T)


def test_train_and_eval_reach_every_layer():
    inner = sequential(drop=Dropout(0.5, rng=np.random.default_rng(0)), norm=BatchNorm(3))
    net = sequential(inner=inner, out=Identity())
    layers = [*inner.nodes.values(), *net.nodes.values()]
    assert net.training
    assert net.eval() is net
    assert not net.training
    assert not any(layer.training for layer in layers)
    assert net.train() is net
    assert net.training
    assert all(layer.training for layer in layers)


def test_a_second_pass_forgets_the_first():
    graph, x = five_nodes(), RNG.normal(size=(5, 3))
    first = []
    for _ in range(2):
        graph.forward(x)
        dx = graph.backward(np.ones((5, 2)))
        first.append((dx, graph.gradients["f1.weight"]))
    for a, b in zip(*first, strict=True):
        np.testing.assert_array_equal(a, b)


def graph_of(edges, **settings):
    return Graph({name: Add() for name in edges}, edges, **settings)


@pytest.mark.parametrize(
    ("edges", "more", "message"),
    [
        (
            {"a": ["x", "c"], "b": ["a"], "c": ["b"]},
            {},
            r"edges: expected no cycle, got .*(a -> b|c -> a)",
        ),
        ({"a": ["x"], "b": ["b", "a"]}, {}, r"edges: expected no cycle, got b -> b"),
        ({"a": ["b"], "b": ["a"]}, {}, r"edges: expected no cycle, got .*(a -> b|b -> a)"),
        ({"a": ["x"], "b": "a"}, {}, r"edges: expected a list of names for each node, got one text for \['b'\]"),
        ({"a": ["x"], "b": ["y"]}, {}, r"edges: node 'b' reads \['y'\]; expected nodes or inputs, \['a', 'b', 'x'\]"),
        ({"a": ["x"], "b": []}, {}, r"edges: node 'b' reads nothing; expected at least one source"),
        ({"a": ["x"], "b": ["x"]}, {"outputs": ["a"]}, r"edges: \['b'\] lead to no output; outputs are \['a'\]"),
        ({"a": ["x"]}, {"inputs": ["x", "y"]}, r"inputs: no node reads \['y'\]"),
        ({"a": ["x"]}, {"inputs": ["x", "a"]}, r"inputs: \['a'\] name both an input and a node"),
        ({"a": ["x"]}, {"inputs": ["x", "x"]}, r"inputs: expected names that differ, got \['x', 'x'\]"),
        ({"a": ["x"]}, {"outputs": ["a", "a"]}, r"outputs: expected names that differ, got \['a', 'a'\]"),
        ({"a": ["x"]}, {"outputs": ["b"]}, r"outputs: \['b'\] are not nodes; expected some of \['a'\]"),
        ({"a": ["x"]}, {"outputs": []}, r"edges: \['a'\] lead to no output; outputs are \[\]"),
        ({}, {}, r"inputs: no node reads \['x'\]"),
    ],
)
def test_what_is_no_directed_acyclic_graph_is_refused(edges, more, message):
    with pytest.raises(GraphError, match=message):
        graph_of(edges, **more)


def test_nodes_and_edges_must_match():
    with pytest.raises(GraphError, match=r"edges: expected one list for each node; nodes and edges differ in \['b'\]"):
        Graph({"a": Add(), "b": Add()}, {"a": ["x"]})
    with pytest.raises(GraphError, match=r"differ in \['c'\]"):
        Graph({"a": Add()}, {"a": ["x"], "c": ["a"]})


def test_one_object_cannot_stand_twice():
    layer = Tanh()
    with pytest.raises(GraphError, match=r"nodes: one layer object stands at two nodes; use layer.share\(\)"):
        sequential(layer, layer)
    sequential(layer, layer.share())


def test_a_chain_needs_a_link():
    with pytest.raises(ValueError, match="layers: expected at least one layer, got none"):
        sequential()


def test_no_layer_of_a_chain_takes_the_name_of_another():
    with pytest.raises(GraphError, match=r"named: \['1_tanh'\] are names of the layers given by position"):
        sequential(Tanh(), **{"1_tanh": Tanh()})


def test_inputs_and_gradients_must_be_those_of_the_graph():
    graph, x = graph_of({"a": ["x", "y"]}, inputs=["x", "y"]), np.zeros((1, 1))
    for wrong in ([x], [x, x, x], [{"x": x}], [{"x": x, "y": x, "z": x}], []):
        with pytest.raises(ValueError, match=r"x: expected the inputs \['x', 'y'\], got"):
            graph.forward(*wrong)
    graph = graph_of({"a": ["x"], "b": ["x"]})
    graph.forward(x)
    for wrong in (x, {"a": x}, {"a": x, "b": x, "c": x}):
        with pytest.raises(ValueError, match=r"dy: expected a gradient for each output \['a', 'b'\], got"):
            graph.backward(wrong)
