"""The drawings of the page on scores show the shares, maps, curves and intervals that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from thesiscode.viz import COLORS
from thesiscode.viz import transfer_scores as draw


@pytest.fixture
def image(rng):
    return rng.integers(0, 256, (30, 40, 3)).astype(np.uint8)


def bars(ax):
    return [patch.get_width() for patch in ax.patches]


def test_a_picture_has_its_channels_last():
    pixels = torch.arange(24, dtype=torch.uint8).reshape(3, 2, 4)
    picture = draw.as_picture(pixels)
    assert picture.shape == (2, 4, 3) and (picture[1, 2] == pixels[:, 1, 2].numpy()).all()


def test_patches_are_as_strong_as_their_share_and_classes_stand_in_the_order_of_their_best_patch(image):
    patches = np.array([[0, 0, 10, 10], [5, 5, 25, 25], [20, 0, 40, 20]])
    shares, names = np.array([0.1, 0.6, 0.3]), ["cat", "dog", "car"]
    means, peaks = np.array([0.2, 0.1, 0.3]), np.array([0.9, 0.4, 0.6])
    left, right = draw.votes(image, patches, shares, means, peaks, names, ["car"], "title").axes[:2]
    (frames,) = left.collections
    assert frames.get_colors()[:, 3] == pytest.approx([1 / 6, 1 / 2, 1])
    assert frames.get_paths()[-1].vertices[0].tolist() == [4.5, 4.5]
    assert [label.get_text() for label in right.get_yticklabels()] == ["dog", "car", "cat"]
    assert bars(right) == pytest.approx([0.4, 0.6, 0.9, 0.1, 0.3, 0.2])
    assert right.patches[4].get_facecolor() == plt.matplotlib.colors.to_rgba(COLORS["output"])


def test_an_overview_frames_a_class_on_its_own_map_only(image, rng):
    maps = {name: rng.random((30, 40)) for name in ("dog", "cat", "car", "boat")}
    scores = dict(dog=0.5, cat=0.4, car=0.3, boat=0.2)
    figure = draw.overview(image, np.array([[2.0, 3, 12, 13]]), ["cat"], maps, scores)
    titled = {ax.get_title(loc="center"): ax for ax in figure.axes if ax.get_title(loc="center")}
    assert list(titled) == ["dog 0.50", "cat 0.40", "car 0.30", "boat 0.20"]
    assert [len(ax.patches) for ax in titled.values()] == [0, 1, 0, 0]
    limits = {ax.images[0].get_clim() for ax in titled.values()}
    assert limits == {(0, max(one.max() for one in maps.values()))}


def test_responses_share_one_range_and_leave_gaps(image):
    cells = [draw.Response(image, np.full((30, 40), value), [(1, 1, 5, 5)], f"no. {value}") for value in (0.2, 0.4)]
    figure = draw.responses({"dog": [*cells, None], "cat": [cells[1], None, None]}, ["a", "b", "c"])
    shown = [ax.images[0] for ax in figure.axes if ax.images and ax.images[0].get_array().ndim == 2]
    limits = {one.get_clim() for one in shown if one.get_array().shape == (30, 40)}
    assert len(limits) == 1 and limits.pop() == pytest.approx((0, 0.4))
    written = [text.get_text() for holder in (figure, *figure.axes) for text in holder.texts]
    assert written.count("none") == 3 and {"dog", "cat", "a", "b", "c"} <= set(written)
    assert [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")] == [
        "no. 0.2",
        "no. 0.4",
        "no. 0.4",
    ]


def test_curves_have_a_measured_and_an_interpolated_line():
    recall, precision = np.array([0.5, 0.5, 1.0]), np.array([0.5, 0.3, 0.6])
    figure = draw.precision_recall_curves({"dog": (recall, precision)}, {"dog": "dog: AP 0.6"})
    measured, envelope = figure.axes[0].lines
    assert measured.get_ydata().tolist() == precision.tolist()
    assert envelope.get_ydata().tolist() == [0.6] * 4
    assert figure.axes[0].get_legend().get_texts()[0].get_text() == "dog: AP 0.6"


def test_powers_show_every_run_their_mean_and_the_interval():
    runs = [[0.2, 0.3], [0.4, 0.5]]
    figure = draw.by_power([1, 5], {"live": [[0.3, 0.3]], "recorded": runs}, interval=(0.25, 0.35))
    (ax,) = figure.axes
    drawn = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"]
    assert [np.round(line, 2).tolist() for line in drawn] == [[0.3, 0.3], *runs, [0.3, 0.4]]
    (bar,) = ax.collections
    assert bar.get_segments()[0][:, 1].tolist() == [0.25, 0.35]
    assert ax.get_ylim()[0] == 0
