"""The drawings of the page on patches show the patches, labels and counts that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PatchCollection

from thesiscode.data.toyland import draw_scene
from thesiscode.transfer import patch_grid
from thesiscode.viz import transfer_patches as draw


@pytest.fixture
def image(rng):
    return rng.integers(0, 256, (24, 36, 3)).astype(np.uint8)


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def title(ax):
    return ax.get_title() or ax.get_title(loc="left")  # on the left in the book's style


def test_a_mosaic_holds_each_image_in_its_place(rng):
    images = rng.integers(0, 255, (5, 3, 4, 3)).astype(np.uint8)
    picture = draw.mosaic(images, 2, gap=1)
    assert picture.shape == (3 * 3 + 2, 2 * 4 + 1, 3)
    np.testing.assert_array_equal(picture[4:7, 5:9], images[3])
    assert (picture[8:, 5:] == 255).all() and (picture[3] == 255).all()


def test_scenes_of_several_heights_keep_their_boxes():
    scenes = [draw_scene(0, i) for i in (2, 13)]
    figure = draw.two_tasks([np.zeros((64, 64, 3), np.uint8)] * 3, scenes)
    corners = [frame.get_xy() for frame in figure.axes[1].patches]
    shift = scenes[0].image.shape[1] + 8
    expected = [(o.box[0] - 0.5 + k * shift, o.box[1] - 0.5) for k, s in enumerate(scenes) for o in s.objects]
    assert corners == expected


def test_a_grid_has_a_frame_for_each_patch_and_colours_the_chosen(image):
    patches = patch_grid(36, 24, scales=[2])
    _, ax = plt.subplots()
    draw.draw_grid(ax, image, patches, {3: "red"})
    (frames,) = (c for c in ax.collections if isinstance(c, PatchCollection))
    assert len(frames.get_paths()) == len(patches)
    (marked,) = ax.patches
    assert marked.get_xy() == (patches[3, 0] - 0.5, patches[3, 1] - 0.5) and marked.get_width() == 12


def test_a_scale_cuts_out_its_two_patches(image):
    patches = patch_grid(36, 24, scales=[2])
    figure = draw.scale_frame(image, patches, (0, 4), "two")
    x0, y0, x1, y1 = patches[4]
    np.testing.assert_array_equal(figure.axes[2].images[0].get_array(), image[y0:y1, x0:x1])
    assert title(figure.axes[0]) == "two"


def test_each_tiling_stands_beside_its_best_patch_and_a_source_image(image):
    rows = {f"scale {s}": (patch_grid(36, 24, scales=[s]), 1) for s in (1, 3)}
    sources = [np.full((8, 8, 3), k, np.uint8) for k in (1, 2)]
    figure = draw.tilings(image, rows, sources)
    assert [title(ax) for ax in figure.axes[::3]] == ["scale 1", "scale 3"]
    assert figure.axes[4].images[0].get_array().shape == (8, 8, 3)
    assert (figure.axes[5].images[0].get_array() == 2).all()


def test_counts_carry_the_numbers_that_are_marked():
    figure = draw.count_curve(np.array([0.4, 0.5, 0.6]), np.array([7, 9, 13]), marked=[0.5], wanted=500)
    assert texts(figure) == ["about 500", "0.5: 9"]


def test_objects_that_count_have_the_colour_of_objects():
    x, y = np.array([0.1, 0.5, 0.5]), np.array([0.9, 0.9, 0.3])
    counting, others = draw.rule_plane(x, y, least=(0.2, 0.6)).axes[0].collections
    np.testing.assert_array_equal(counting.get_offsets(), [(0.5, 0.9)])
    np.testing.assert_array_equal(others.get_offsets(), [(0.1, 0.9), (0.5, 0.3)])


def test_labelled_patches_say_why(image):
    patches = np.array([(0, 0, 12, 12), (4, 4, 16, 16), (20, 0, 32, 12)])
    status = [("counts", "truncated"), ("counts", "counts"), ("too small", "no overlap")]
    figure = draw.labelled_patches(
        image,
        np.array([(1, 1, 9, 9), (6, 6, 15, 15)]),
        ["cat", "dog"],
        patches,
        status,
        ["cat", "discard", "background"],
    )
    shown = texts(figure)
    assert {"1  cat", "2  discard", "3  background", "cat: counts\ndog: truncated"} <= set(shown)
    crossed = [len(ax.lines) for ax in figure.axes if ax.images][1:]
    assert crossed == [0, 1, 0]


def test_shares_are_bars_that_add_up():
    figure = draw.share_bars(
        {"before": {"background": 0.9, "objects": 0.1}, "after": {"background": 0.5, "objects": 0.5}}
    )
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == pytest.approx([0.9, 0.1, 0.5, 0.5])
    assert texts(figure) == ["90%", "10%", "50%", "50%"]


def test_classes_with_few_examples_keep_their_row():
    image = np.zeros((4, 4, 3), np.uint8)
    figure = draw.class_rows({"dog": [image] * 3, "background": [image]}, {"dog": 3, "background": 70}, columns=2)
    assert texts(figure) == ["dog\n3", "background\n70"]
    picture = figure.axes[0].images[0].get_array()
    assert (picture[:4] == 0).sum() == 2 * picture[:4, :4].size and (picture[9:, 9:] == 255).all()


def test_objects_stand_at_their_sizes_and_counts(rng):
    sizes, counts = rng.uniform(0.1, 1, 40), rng.integers(0, 30, 40)
    figure = draw.patches_per_object(sizes, counts, np.arange(40) < 10)
    whole, cut = figure.axes[0].collections
    assert len(whole.get_offsets()) == 30 and len(cut.get_offsets()) == 10
    np.testing.assert_allclose(cut.get_offsets()[:, 0], sizes[:10])
    assert np.abs(cut.get_offsets()[:, 1] - counts[:10]).max() < 0.2
