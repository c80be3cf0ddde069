import numpy as np
import pytest

from thesiscode import scratch
from thesiscode.viz import appendix_b_training as figures


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def title(ax):
    return ax.get_title() or ax.get_title(loc="left")  # on the left in the book's style


def test_depth_curves_are_geometric_means_and_none_is_left_out(rng):
    curves = {f"curve {i}": np.exp(rng.normal(size=(3, 2, 5))) for i in range(8)}
    figure = figures.depth_curves(curves)
    for which, ax in enumerate(figure.axes):
        assert len(ax.lines) == len(ax.collections) == 8
        for line, values in zip(ax.lines, curves.values(), strict=True):
            np.testing.assert_allclose(line.get_ydata(), np.prod(values[:, which], axis=0) ** (1 / 3))


def test_activation_frame_has_a_histogram_for_each_layer(rng):
    figure = figures.activation_frame({1: rng.uniform(-1, 1, 50), 7: rng.uniform(-1, 1, 50)}, np.ones((2, 7)))
    first, second, below = figure.axes
    assert [title(ax) for ax in (first, second)] == ["layer 1", "layer 7"]
    assert sum(bar.get_height() for bar in first.patches) == 50
    assert len(below.lines) == 2


def test_every_cut_of_the_rate_has_its_arrow():
    figure = figures.plateau_curves([2.0, 1.0, 0.9, 0.5], [2.1, 1.2, 1.1, 0.7], cuts=[3])
    (arrow,) = figure.axes[0].texts
    assert arrow.xy[0] == 3
    assert arrow.xy[1] > 1.1, "it points at the higher curve from above"


def test_the_ravine_keeps_every_path(rng):
    paths = {f"path {i}": rng.uniform(-1, 1, (4, 2)) for i in range(9)}
    figure = figures.plt.figure()
    figures.ravine(figure.gca(), lambda a, b: a**2 + 10 * b**2, paths)
    *lines, minimum = figure.gca().lines
    for line, path in zip(lines, paths.values(), strict=True):
        np.testing.assert_array_equal(np.transpose(line.get_data()), path)
    np.testing.assert_array_equal(np.ravel(minimum.get_data()), [0, 0])


def test_the_momentum_frame_draws_a_panel_for_each_method_and_all_costs(rng):
    plain, path = rng.uniform(-1, 1, (2, 70, 2))
    figure = figures.momentum_frame(lambda a, b: a**2 + 10 * b**2, plain, {"ball": path, "Nesterov": path})
    assert [title(ax) for ax in figure.axes] == ["ball", "Nesterov", ""]
    assert [line.get_label() for line in figure.axes[-1].lines] == ["plain", "ball", "Nesterov"]


def test_crops_are_framed_where_they_were_taken(rng):
    photo = rng.random((20, 30, 3))
    corners, mirrored = [(0, 1), (5, 6), (7, 20)], [False, True, False]
    crops = [photo[i : i + 8, j : j + 8] for i, j in corners]
    whole, *small = figures.crop_and_flip(photo, crops, corners, mirrored).axes
    assert [frame.get_xy() for frame in whole.patches] == [(1, 0), (6, 5), (20, 7)]
    assert [title(ax) for ax in small] == ["crop", "crop + flip", "crop"]
    with pytest.raises(ValueError, match="zip"):
        figures.crop_and_flip(photo, crops, corners[:2], mirrored)


def test_the_recurrent_unit_has_both_functions():
    shown = texts(figures.recurrent_unit())
    assert {"$h_{i+1} = f_h(x_{i+1}, h_i, w_h)$", "$y_i = f_{out}(h_i, w_{out})$"} <= set(shown)


@pytest.mark.parametrize("shared", [True, False])
def test_the_unrolled_graph_says_whether_weights_are_shared(rng, shared):
    unit, output = scratch.RecurrentUnit(1, 2, rng=rng), scratch.Linear(2, 1, rng=rng)
    graph = scratch.unroll(unit, output, 3)
    if not shared:
        nodes = {
            name: scratch.RecurrentUnit(1, 2, rng=rng) if name[0] == "h" else layer
            for name, layer in graph.nodes.items()
        }
        graph = scratch.Graph(nodes, graph.edges, inputs=graph.inputs, outputs=graph.outputs)
    shown = texts(figures.unrolled(graph))
    assert {"$h_{1} = f_h$", "$h_{3} = f_h$", "$y_{2} = f_{out}$", "loss $L$", "$x_{3}$", "$h_{0}$"} <= set(shown)
    assert shown.count("$w_{out}$") == 3
    assert [shown.count(name) for name in ("$w_{h}$", "$w_{h,2}$")] == ([3, 0] if shared else [0, 1])
