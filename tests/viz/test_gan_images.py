"""Drawings of generated images."""

import numpy as np
import pytest
import torch

from thesiscode.viz import gan_images as draw


@pytest.fixture
def images():
    shades = torch.tensor([10, 60, 110, 160, 210], dtype=torch.uint8)
    return shades[:, None, None, None].expand(5, 3, 4, 6).contiguous()


def test_a_strip_holds_each_image_in_its_place(images):
    picture = draw.strip(images, 3)
    assert picture.shape == (2 * 5 - 1, 3 * 7 - 1, 3)
    assert [int(picture[0, 7 * k, 0]) for k in range(3)] == [10, 60, 110]
    assert picture[5, 0, 0] == 160 and picture[5, 7, 0] == 210
    assert (picture[4] == 255).all() and (picture[:, 6] == 255).all()  # gaps
    assert (picture[5:, 14:] == 255).all()  # no sixth image
    assert draw.strip(images[:2, :1]).shape == (4, 13, 3)  # grey ones too


def test_rows_have_their_names(images):
    figure = draw.rows({"first": images, "second": images[:3]}, columns=5)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes] == ["first", "second"]


def test_a_profile_is_the_sum_over_the_other_axis():
    spectrum = torch.rand(8, 8, generator=torch.Generator().manual_seed(0)) + 0.1
    (ax,) = draw.profiles({"one": spectrum}, periods=(2, 4)).axes
    x, y = ax.lines[0].get_data()
    assert np.allclose(x, [1 / 8, 2 / 8, 3 / 8, 4 / 8])
    columns = torch.fft.ifftshift(spectrum.sum(dim=0))
    assert np.allclose(y, columns[1:5])
    assert sorted(line.get_xdata()[0] for line in ax.lines[1:]) == [0.25, 0.5]


def test_maps_stand_above_one_another_with_ranges_of_their_own():
    real, fake = torch.zeros(3, 4, 4), torch.ones(3, 4, 4)
    real[:, 0, 0] = 2.0
    figure = draw.maps_side_by_side(real, fake, ["real", "generated"])
    assert len(figure.axes) == 6
    assert [ax.images[0].get_clim() for ax in (figure.axes[0], figure.axes[3])] == [(-2, 2), (-1, 1)]


def test_a_dropped_value_has_a_colour_of_its_own():
    (ax,) = draw.shares({"kept": (0.2, 0.3, False), "gone": (0.4, 0.0, True)}, title="t").axes
    colors = [line.get_color() for line in ax.lines]
    assert colors == [draw.COLORS["gradient"], draw.COLORS["output"]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["gone", "kept"]
    assert list(ax.lines[0].get_xdata()) == [0.4, 0.0]
