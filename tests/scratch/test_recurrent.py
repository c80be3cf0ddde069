import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.scratch import Linear, RecurrentUnit, ShapeError, Tanh, gradient_check, sequential, unroll

from .oracle import assert_agrees, assert_close, assert_keeps_float32, tensors
from .strategies import rngs

counts = st.integers(1, 4)


def new_unit(p, m, rng):
    unit = RecurrentUnit(p, m, rng=rng)
    unit.parameters["bias"] += rng.normal(size=m)
    return unit


@settings(max_examples=25)
@given(counts, counts, counts, rngs)
def test_unit_agrees_with_torch_and_differences(n, p, m, rng):
    def theirs(x, h, weight, recurrent, bias):
        cell = torch.nn.RNNCell(p, m).double()
        names = {"weight_ih": weight, "weight_hh": recurrent, "bias_ih": bias, "bias_hh": torch.zeros(m).double()}
        return torch.func.functional_call(cell, names, (x, h))

    assert_agrees(new_unit(p, m, rng), theirs, rng.normal(size=(n, p)), rng.normal(size=(n, m)), rng=rng)


@settings(max_examples=25)
@given(st.integers(1, 6), counts, counts, counts, st.booleans(), rngs)
def test_unrolled_network_agrees_with_torch_rnn(n_steps, n, p, m, every_step, rng):
    unit, output = new_unit(p, m, rng), Linear(m, 2, rng=rng)
    graph = unroll(unit, output, n_steps, every_step=every_step)
    x, h0 = rng.normal(size=(n_steps, n, p)), rng.normal(size=(n, m))
    y = graph.forward({"h0": h0} | {f"x{i + 1}": x[i] for i in range(n_steps)})
    steps = range(n_steps) if every_step else [n_steps - 1]
    dy = {f"y{i + 1}": rng.normal(size=(n, 2)) for i in steps}
    assert graph.outputs == tuple(dy)
    dx = graph.backward(dy)

    rnn = torch.nn.RNN(p, m).double()
    w, u, b = tensors(unit.parameters.values())
    names = {"weight_ih_l0": w, "weight_hh_l0": u, "bias_ih_l0": b, "bias_hh_l0": torch.zeros(m).double()}
    their_x, their_h0 = tensors([x, h0])
    v, c = tensors(output.parameters.values())
    hidden, last = torch.func.functional_call(rnn, names, (their_x, their_h0[None]))
    their_y = {f"y{i + 1}": torch.nn.functional.linear(hidden[i], v, c) for i in steps}
    torch.autograd.backward(list(their_y.values()), [torch.tensor(d) for d in dy.values()])

    for name, expected in their_y.items():
        assert_close(y[name] if len(their_y) > 1 else y, expected)
    assert_close(graph.values[f"h{n_steps}"], last[0])
    assert_close(dx[0], their_h0.grad)
    assert_close(np.stack(dx[1:]), their_x.grad)
    first = steps[0] + 1  # the first node that holds the output's parameters
    expected = {"h1.weight": w, "h1.recurrent": u, "h1.bias": b, f"y{first}.weight": v, f"y{first}.bias": c}
    assert set(graph.gradients) == set(graph.parameters) == set(expected)
    for name, parameter in expected.items():
        assert_close(graph.gradients[name], parameter.grad)


def test_the_gradient_of_a_shared_parameter_is_the_sum_over_steps():
    rng = np.random.default_rng(0)
    unit, output = new_unit(2, 3, rng), Linear(3, 1, rng=rng)
    graph = unroll(unit, output, 4, every_step=False)
    graph.forward(np.zeros((5, 3)), *rng.normal(size=(4, 5, 2)))
    graph.backward(np.ones((5, 1)))
    for name in unit.parameters:
        parts = [graph.nodes[f"h{i}"].gradients[name] for i in range(1, 5)]
        assert all(part.any() for part in parts[1:])
        np.testing.assert_allclose(graph.gradients[f"h1.{name}"], sum(parts), rtol=1e-12)
        assert graph.parameters[f"h1.{name}"] is unit.parameters[name]
    assert unit.gradients == {}


def test_a_state_of_zeros_is_where_torch_starts():
    rng = np.random.default_rng(0)
    unit, x = new_unit(2, 3, rng), rng.normal(size=(4, 5, 2))
    graph = unroll(unit, Linear(3, 1, rng=rng), 4)
    graph.forward(np.zeros((5, 3)), *x)
    rnn = torch.nn.RNN(2, 3).double()
    w, u, b = tensors(unit.parameters.values())
    names = {"weight_ih_l0": w, "weight_hh_l0": u, "bias_ih_l0": b, "bias_hh_l0": torch.zeros(3).double()}
    hidden, _ = torch.func.functional_call(rnn, names, (torch.tensor(x),))
    for i, expected in enumerate(hidden, start=1):
        assert_close(graph.values[f"h{i}"], expected)


def test_the_output_may_be_a_network():
    rng = np.random.default_rng(0)
    graph = unroll(new_unit(2, 3, rng), sequential(Linear(3, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng)), 3)
    inputs = [rng.normal(size=(2, 3)), *rng.normal(size=(3, 2, 2))]
    assert len(graph.parameters) == 7
    assert gradient_check(graph, *inputs, rng=rng) < 1e-6


def test_the_nodes_are_those_of_figure_b_28():
    rng = np.random.default_rng(0)
    graph = unroll(new_unit(1, 1, rng), Linear(1, 1, rng=rng), 3)
    assert graph.inputs == ("h0", "x1", "x2", "x3")
    assert graph.edges == {
        "h1": ["x1", "h0"],
        "h2": ["x2", "h1"],
        "h3": ["x3", "h2"],
        "y1": ["h1"],
        "y2": ["h2"],
        "y3": ["h3"],
    }


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    assert_keeps_float32(new_unit(2, 3, rng), rng.normal(size=(4, 2)), rng.normal(size=(4, 3)))


@pytest.mark.usefixtures("unchecked")
def test_errors():
    rng = np.random.default_rng(0)
    unit = new_unit(2, 3, rng)
    with pytest.raises(ShapeError, match=r"x, h: expected x \(N, 2\) and h \(N, 3\), got \(4, 1\) and \(4, 3\)"):
        unit.forward(np.zeros((4, 1)), np.zeros((4, 3)))
    with pytest.raises(ShapeError, match=r"x, h: expected .*, got \(4, 2\) and \(5, 3\)"):
        unit.forward(np.zeros((4, 2)), np.zeros((5, 3)))
    with pytest.raises(ShapeError, match=r"x: expected an array of rank 2, \(N, in_features\); got shape \(2,\)"):
        unit.forward(np.zeros(2), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="n_steps: expected an integer >= 1, got 0"):
        unroll(unit, Linear(3, 1, rng=rng), 0)
    with pytest.raises(ValueError, match="in_features: expected an integer >= 1, got 0"):
        RecurrentUnit(0, 3, rng=rng)
    with pytest.raises(ValueError, match="n_hidden: expected an integer >= 1, got 0"):
        RecurrentUnit(2, 0, rng=rng)
