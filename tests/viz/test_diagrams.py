import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, Polygon

from thesiscode import viz


def texts(ax):
    return {text.get_text(): text.get_position() for text in ax.texts}


def test_canvas_is_measured_in_units():
    figure, ax = viz.canvas(10, 4, scale=0.5)
    assert tuple(figure.get_size_inches()) == (5, 2)
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 10), (0, 4))
    with pytest.raises(ValueError, match="height is 0, expected a positive number"):
        viz.canvas(3, 0)


def test_matrix_writes_each_value_in_its_cell():
    _, ax = viz.canvas(5, 5)
    extent = viz.matrix(ax, [[1, 2.5, -3], [4, 5, 6]], origin=(1, 4), title="A")
    assert extent == (1, 2, 4, 4)
    assert texts(ax) == {
        "1": (1.5, 3.5), "2.5": (2.5, 3.5), "-3": (3.5, 3.5), "4": (1.5, 2.5), "5": (2.5, 2.5), "6": (3.5, 2.5),
        "A": (2.5, 4.15),
    }  # fmt: skip


def test_matrix_highlights_and_hides_numbers():
    _, ax = viz.canvas(5, 5)
    viz.matrix(ax, np.zeros((2, 2)), origin=(0, 2), text=None, highlight={(1, 0): "#ff0000"})
    assert not ax.texts
    red = [p for p in ax.patches if p.get_edgecolor() == (1, 0, 0, 1)]
    assert [p.get_bbox().bounds for p in red] == [(0, 0, 1, 1)]


def test_box_and_tensor_say_where_they_are():
    _, ax = viz.canvas(9, 9)
    assert viz.box(ax, (2, 1), "conv", width=2, height=1) == (1, 0.5, 3, 1.5)
    assert texts(ax) == {"conv": (2, 1)}
    x0, y0, x1, y1 = viz.tensor(ax, (8, 4, 6), (1, 3), "maps", scale=0.5)
    assert (x0, y0) == (1, 3)
    assert (np.array([x1, y1]) > [1 + 6 * 0.5, 3 + 4 * 0.5]).all()
    front = [p for p in ax.patches if isinstance(p, Polygon)][-1].get_xy()
    assert np.ptp(front, axis=0).tolist() == [3, 2]
    assert {"8", "4", "6", "maps"} <= set(texts(ax))


def test_arrow_ends_where_it_is_told_and_its_text_is_on_the_side():
    _, ax = viz.canvas(9, 9)
    viz.arrow(ax, (1, 1), (5, 1), text="up")
    viz.arrow(ax, (5, 3), (1, 3), text="down", side="below")
    patch = next(p for p in ax.patches if isinstance(p, FancyArrowPatch))
    assert patch._path_original.vertices[[0, -1]].tolist() == [[1, 1], [5, 1]]
    assert texts(ax)["up"][1] > 1
    assert texts(ax)["down"][1] < 3


def test_brace_points_left_of_its_way():
    _, ax = viz.canvas(9, 9)
    viz.brace(ax, (1, 1), (5, 1), "above")
    viz.brace(ax, (5, 5), (1, 5), "below")
    vertices = [patch.get_path().vertices[:, 1] for patch in ax.patches]
    assert [vertices[0].min(), vertices[0].max()] == pytest.approx([1, 1.3])
    assert [vertices[1].min(), vertices[1].max()] == pytest.approx([4.7, 5])
    assert texts(ax)["above"][1] > 1.3
    assert texts(ax)["below"][1] < 4.7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ax: viz.matrix(ax, [1, 2]), r"values has shape \(2,\)"),
        (lambda ax: viz.matrix(ax, [[1]], highlight={(0, 1): "red"}), r"highlight holds \[\(0, 1\)\]"),
        (lambda ax: viz.tensor(ax, (3, 4), (0, 0)), r"shape is \(3, 4\), expected \(C, H, W\)"),
        (lambda ax: viz.arrow(ax, (0, 0), (1, 1), side="left"), "side is 'left'"),
        (lambda ax: viz.brace(ax, (0, 0), (0, 0)), "expected two points"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call(plt.figure().add_subplot())
