from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from thesiscode import scratch, viz


@pytest.fixture
def five_nodes(rng):
    layers = {name: scratch.Linear(4, 4, rng=rng) for name in ("f1", "f2", "f3a", "f3b")}
    edges = {"f1": ["x"], "f2": ["f1"], "f3a": ["f2"], "f3b": ["f2"], "f4": ["f3a", "f3b"]}
    return scratch.Graph({**layers, "f4": scratch.Add()}, edges)


def positions(figure):
    (ax,) = figure.axes
    return {text.get_text(): text.get_position() for text in ax.texts}


def arrows(figure, color):
    """Start and end of each arrow of a colour."""
    found = [p for p in figure.axes[0].patches if isinstance(p, FancyArrowPatch)]
    ends = [p._path_original.vertices[[0, -1]] for p in found if to_hex(p.get_edgecolor()) == viz.COLORS[color]]
    return np.array(ends).reshape(-1, 2, 2)


def test_levels_put_parents_left_and_branches_above_one_another(five_nodes):
    at = positions(viz.draw_graph(five_nodes))
    assert set(at) == {"$x$", "$f^{1}$", "$f^{2}$", "$f^{3a}$", "$f^{3b}$", "$f^{4}$", r"$\hat{y}$"}
    for parent, child in (("$x$", "$f^{1}$"), ("$f^{2}$", "$f^{3a}$"), ("$f^{3b}$", "$f^{4}$")):
        assert at[parent][0] < at[child][0]
    assert at["$f^{3a}$"][0] == at["$f^{3b}$"][0]
    assert at["$f^{3a}$"][1] > at["$f^{2}$"][1] == at["$f^{4}$"][1] > at["$f^{3b}$"][1]


def test_sorted_is_one_line_in_topological_order(five_nodes):
    at = positions(viz.draw_graph(five_nodes, layout="sorted", loss=True))
    line = ["$x$", *(f"$f^{{{name[1:]}}}$" for name in five_nodes.order), r"$\hat{y}$", "$L$"]
    assert sorted(line, key=lambda text: at[text][0]) == line
    assert len({at[text][1] for text in line}) == 1


@pytest.mark.parametrize("layout", ["levels", "sorted"])
def test_an_arrow_for_each_edge_and_one_back(five_nodes, layout):
    n_edges = 8  # x-f1, f1-f2, f2-f3a, f2-f3b, f3a-f4, f3b-f4, f4-y, y-L
    figure = viz.draw_graph(five_nodes, layout=layout, show="gradients")
    forward, backward = arrows(figure, "data"), arrows(figure, "gradient")
    assert len(forward) == len(backward) == n_edges
    assert (forward[:, 0, 0] < forward[:, 1, 0]).all()
    assert (backward[:, 0, 0] > backward[:, 1, 0]).all()


def test_weights_enter_nodes_and_their_gradients_leave(five_nodes):
    names = ["1", "2", "3a", "3b"]  # f4 adds, and has no weights
    figure = viz.draw_graph(five_nodes, show="parameters")
    assert {text for text in positions(figure) if "w" in text} == {f"$w^{{{name}}}$" for name in names}
    entering = arrows(figure, "weight")
    figure = viz.draw_graph(five_nodes, show="gradients")
    expected = {rf"$\partial L/\partial w^{{{name}}}$" for name in names}
    assert {text for text in positions(figure) if "w" in text} == expected
    leaving = arrows(figure, "weight_gradient")
    assert len(entering) == len(leaving) == 4
    assert len(arrows(viz.draw_graph(five_nodes), "weight")) == 0
    towards = np.abs(entering[:, 1, 1]) - np.abs(entering[:, 0, 1])
    away = np.abs(leaving[:, 1, 1]) - np.abs(leaving[:, 0, 1])
    assert (towards < 0).all()
    assert (away > 0).all()


@pytest.mark.parametrize("show", ["names", "parameters", "gradients"])
@pytest.mark.parametrize("layout", ["levels", "sorted"])
def test_everything_is_inside_the_picture(five_nodes, layout, show):
    figure = viz.draw_graph(five_nodes, layout=layout, show=show, loss=True)
    figure.canvas.draw()
    (ax,) = figure.axes
    width, height = figure.canvas.get_width_height()
    for artist in (*ax.texts, *ax.patches):
        box = artist.get_window_extent()
        assert min(box.x0, box.y0) > -1, artist
        assert max(box.x1 - width, box.y1 - height) < 1, artist


@st.composite
def random_graphs(draw):
    n = draw(st.integers(1, 8))
    names = [f"n{i}" for i in range(n)]
    edges = {
        name: draw(st.lists(st.sampled_from(["x", *names[:i]]), min_size=1, max_size=3, unique=True))
        for i, name in enumerate(names)
    }
    edges[names[0]] = ["x"]
    read = {source for sources in edges.values() for source in sources}
    nodes = {name: SimpleNamespace(parameters={}) for name in names}
    outputs = tuple(name for name in names if name not in read)
    return SimpleNamespace(nodes=nodes, edges=edges, inputs=("x",), outputs=outputs, order=names)


@settings(max_examples=25)
@given(random_graphs())
def test_no_two_nodes_overlap_and_no_edge_goes_left(graph):
    figure = viz.draw_graph(graph)
    at = positions(figure)
    plt.close(figure)
    places = [at[f"$n^{{{i}}}$"] for i in range(len(graph.nodes))]
    for i, (x, y) in enumerate(places):
        assert all(abs(x - u) > 0.85 or abs(y - v) > 0.8 for u, v in places[:i])
        for source in graph.edges[f"n{i}"]:
            assert (at["$x$"] if source == "x" else at[f"$n^{{{source[1:]}}}$"])[0] < x


def test_plain_names_labels_and_given_axes(five_nodes, rng):
    net = scratch.sequential(conv=scratch.Conv2d(1, 2, 3, rng=rng), relu=scratch.ReLU())
    assert {"conv", "relu"} <= set(positions(viz.draw_graph(net)))
    figure, ax = viz.canvas(10, 4)
    assert viz.draw_graph(five_nodes, labels={"f1": "first", "x": "photo"}, ax=ax) is figure
    assert {"first", "photo"} <= set(positions(figure))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layout": "circle"}, 'layout is \'circle\', expected "levels" or "sorted"'),
        ({"show": "all"}, "show is 'all'"),
        ({"labels": {"f9": "?"}}, r"labels names \['f9'\]"),
    ],
)
def test_bad_options(five_nodes, options, message):
    with pytest.raises(ValueError, match=message):
        viz.draw_graph(five_nodes, **options)


def test_order_that_is_not_topological(five_nodes):
    five_nodes.order = list(reversed(five_nodes.order))
    with pytest.raises(ValueError, match=r"f4 comes before .* not topological"):
        viz.draw_graph(five_nodes)
    five_nodes.order = ["f1"]
    with pytest.raises(ValueError, match=r"order is .*, expected each of"):
        viz.draw_graph(five_nodes)


def test_weights_stay_clear_of_a_skip_connection(rng):
    """The upper branch of a residual block has its weights above, not between the branches."""
    layers = {"conv": scratch.Linear(4, 4, rng=rng), "relu": scratch.ReLU(), "add": scratch.Add()}
    net = scratch.Graph(layers, {"conv": ["x"], "relu": ["conv"], "add": ["relu", "x"]})
    ((start, end),) = arrows(viz.draw_graph(net, show="parameters"), "weight")
    assert start[1] > end[1] > 0


def test_weights_of_different_nodes_have_different_names(rng):
    net = scratch.sequential(f1=scratch.Linear(4, 4, rng=rng), g1=scratch.Linear(4, 4, rng=rng))
    named = {text for text in positions(viz.draw_graph(net, show="parameters")) if "w" in text}
    assert named == {r"$w^{\mathrm{f1}}$", r"$w^{\mathrm{g1}}$"}


def test_branches_that_need_not_cross_do_not():
    edges = {"a1": ["x"], "b1": ["x"], "c1": ["b1"], "d1": ["a1"], "e1": ["c1", "d1"]}
    nodes = {name: SimpleNamespace(parameters={}) for name in edges}
    graph = SimpleNamespace(nodes=nodes, edges=edges, inputs=("x",), outputs=("e1",), order=list(edges))
    at = positions(viz.draw_graph(graph))
    assert (at["$a^{1}$"][1] > at["$b^{1}$"][1]) == (at["$d^{1}$"][1] > at["$c^{1}$"][1])
