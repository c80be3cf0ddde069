import matplotlib.pyplot as plt
import numpy as np
import pytest

from thesiscode import scratch
from thesiscode.viz import appendix_b_basics as figures


class Weighted(scratch.Layer):
    """w times the product of the inputs, for one example."""

    def __init__(self, w):
        super().__init__()
        self.parameters["w"] = np.array(float(w))

    def forward(self, *x):
        self.x = x
        return self.parameters["w"] * np.prod(x, axis=0)

    def backward(self, dy):
        self.gradients["w"] = np.sum(dy * np.prod(self.x, axis=0))
        others = [np.prod([b for j, b in enumerate(self.x) if j != i], axis=0) for i in range(len(self.x))]
        shares = tuple(dy * self.parameters["w"] * other for other in others)
        return shares if len(shares) > 1 else shares[0]


@pytest.fixture
def net():
    weights = {"f1": 2, "f2": 3, "f3a": 5, "f3b": 7, "f4": 0.5}
    edges = {"f1": ["x"], "f2": ["f1"], "f3a": ["f2"], "f3b": ["f2"], "f4": ["f3a", "f3b"]}
    graph = scratch.Graph({name: Weighted(w) for name, w in weights.items()}, edges)
    graph.forward(np.array([1.0]))
    graph.backward(np.array([1.0]))
    return graph


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_a_pass_goes_forward_then_backward(net):
    steps = figures.pass_steps(net)
    assert steps[0] == "forward f1"
    assert steps[5:7] == ["forward L", "backward f4"]
    assert steps[-1] == "backward f1"


def test_a_pass_shows_only_what_is_known_so_far(net):
    early, late = (texts(figures.draw_pass(net, 4.0, step)) for step in ("forward f2", "backward f1"))
    assert "6" in early
    assert "630" not in early  # the prediction, 0.5 * (5 * 6) * (7 * 6)
    assert "630" in late
    # 105 through each branch: 5 * 0.5 * 42 and 7 * 0.5 * 30
    assert late.count("105") == 2
    assert "sum over the fork: $210$" in late
    assert r"$\partial L/\partial w=630$" in late  # of f1: 210 * 3 * 1


def test_an_unknown_step_is_refused(net):
    with pytest.raises(ValueError, match=r"step: expected one of .* got 'sideways f1'"):
        figures.draw_pass(net, 4.0, "sideways f1")


def test_the_fully_connected_figure_shows_all_three_gradients():
    w, x = np.array([[1.0, 2, 0], [0, 1, 3]]), np.array([4.0, 5, 6])
    shown = texts(figures.draw_fully_connected(w, x, np.array([10.0, 20]), np.array([7.0, -1])))
    for number in (24, 43, 7, 13, -3, 28, 35, 42):  # Y, dX, first row of dW
        assert f"{number}" in shown


def test_the_matrix_product_figure_marks_one_dot_product():
    shown = texts(figures.draw_dot_products(np.array([[1, 2], [3, 4]]), np.array([[5, 6, 7], [8, 9, 10]]), i=0, j=1))
    assert "$C(1,2)$" in shown
    assert "33" in shown  # 1 * 6 + 3 * 9


@pytest.mark.parametrize(("degrees", "sign"), [(30, "+0.69"), (90, "+0.00"), (150, "-0.69")])
def test_the_angle_figure_writes_the_dot_product(degrees, sign):
    shown = texts(figures.draw_angles(degrees))
    assert any(f"Y = {sign}" in text for text in shown)


def test_regions_are_coloured_by_the_sign_of_the_score(rng):
    _, ax = plt.subplots()
    x = rng.normal(size=(40, 2))
    figures.draw_regions(ax, lambda points: points[:, 0] - 0.25, x, np.where(x[:, 0] > 0.25, 1, -1))
    regions, border = ax.collections[:2]
    assert len(regions.get_paths()) == 2  # one for each sign
    assert np.allclose(border.get_paths()[0].vertices[:, 0], 0.25)


def test_each_activation_has_its_panel_and_slope():
    x = np.linspace(-1, 1, 5)
    figure = figures.draw_activations({"one": (x, x, np.ones(5)), "two": (x, x**2, 2 * x)})
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes] == ["one", "two"]
    assert np.array_equal(figure.axes[1].lines[1].get_ydata(), 2 * x)
