"""The drawings of the GAN zoo show the statistics, samples and scores that they are given."""

import numpy as np

from thesiscode.viz import gan_zoo as draw
from thesiscode.zoo.thesis_tables import Judged, load_thesis_table


def strip(title, value):
    return draw.Strip(title, np.full((8, 3, 4, 5), value, np.uint8))


def test_a_panel_a_test_and_width_with_a_line_a_discriminator():
    figure = draw.over_epochs(load_thesis_table("C.1"))
    assert len(figure.axes) == 9
    bottom = figure.axes[8]  # C2ST-NN of gf = 96
    assert bottom.lines[2].get_ydata().tolist() == [1] * 5  # df = 96
    assert [text.get_text() for text in bottom.get_xticklabels()] == ["1", "10", "50", "100", "200"]
    middle = figure.axes[4]  # C2ST-KNN of gf = 64
    assert middle.lines[0].get_ydata().tolist() == [0.987, 0.842, 0.788, 0.753, 0.736]
    assert bottom.get_ylim()[0] > 0.9 and middle.get_ylim()[0] < 0.5
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["df = 32", "df = 64", "df = 96"]


def test_an_mmd_that_is_not_positive_lies_on_the_floor():
    rows = [Judged(8, 8, epoch, mmd, 0.5, 0.6) for epoch, mmd in ((1, 0.5), (5, -0.01))]
    assert draw.over_epochs(rows, floor=1e-2).axes[0].lines[0].get_ydata().tolist() == [0.5, 0.01]


def test_the_worst_are_left_and_the_best_right():
    found = {"KNN": ([strip("w1", 1), strip("w2", 2)], [strip("b1", 3)]), "NN": ([strip("w", 4)], [strip("b", 5)])}
    figure = draw.worst_and_best(found, columns=2)
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert sorted(ax.get_title(loc="left") for ax in shown) == ["b", "b1", "w", "w1", "w2"]
    by_name = {ax.get_title(loc="left"): ax for ax in shown}
    assert by_name["b1"].images[0].get_array().shape == (4, 10, 3)
    assert {int(by_name[name].images[0].get_array().max()) for name in ("w2", "b1")} == {2, 3}
    figure.canvas.draw()  # positions come from the layout
    assert by_name["w1"].get_position().x0 < by_name["b1"].get_position().x0


def test_strips_are_images_side_by_side():
    images = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(2, 3, 4, 5)
    joined = draw.side_by_side(images)
    assert joined.shape == (4, 10, 3) and np.array_equal(joined[:, 5:], np.moveaxis(images[1], 0, 2))
    figure = draw.strips([strip("one", 1), strip("two", 2)], columns=3)
    assert [ax.get_ylabel() for ax in figure.axes] == ["one", "two"]
    assert figure.axes[1].images[0].get_array().shape == (4, 15, 3)


def test_accuracies_stand_at_their_epoch():
    (ax,) = draw.told_apart({"pixels": [(1, 0.9), (20, 1.0)], "features": [(1, 0.8), (20, 0.6)]}).axes
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [[0.9, 1.0], [0.8, 0.6]]
    assert np.round(ax.lines[0].get_xdata()).tolist() == [0, 1]


def test_anchors_stand_below_the_generators():
    anchors = {"held-out images": {"KNN": 0.5, "FID": 1.0}, "collapsed to 1": {"KNN": 1.0, "FID": 90.0}}
    figure = draw.against_anchors({"KNN": [0.7, 0.8], "FID": [10, 20]}, anchors, log=("FID",))
    ax = figure.axes[0]
    assert ax.lines[0].get_xdata().tolist() == [0.7, 0.8]
    assert [line.get_xydata()[0].tolist() for line in ax.lines[1:]] == [[0.5, 1], [1.0, 2]]
    assert figure.axes[1].get_xscale() == "symlog" and ax.get_xscale() == "linear"


def test_scores_are_coloured_by_epoch():
    figure = draw.scatter_scores([0.9, 0.6], {"FID": [90, 10], "KID": [3, 1]}, [1, 50], xlabel="KNN")
    assert [[line.get_xydata()[0].tolist() for line in ax.lines] for ax in figure.axes] == [
        [[0.9, 90], [0.6, 10]],
        [[0.9, 3], [0.6, 1]],
    ]
    assert figure.axes[0].lines[0].get_color() != figure.axes[0].lines[1].get_color()


def test_power_grows_from_the_level():
    (ax,) = draw.power_over_images([16, 32], {"KNN": np.array([0.1, 0.9])}, np.array([0.04, 0.06])).axes
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [[0.1, 0.9], [0.04, 0.06]]
    assert ax.lines[2].get_ydata()[0] == 0.05
