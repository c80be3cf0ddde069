import numpy as np
import pytest

from thesiscode import viz


def drawn(figure):
    return [ax.images[0] for ax in figure.axes if ax.images and ax.get_visible()]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((9, 7), [(9, 7)]),
        ((9, 7, 3), [(9, 7, 3)]),
        ((5, 9, 7), 5 * [(9, 7)]),
        ((3, 9, 7), 3 * [(9, 7)]),
        ((4, 1, 9, 7), 4 * [(9, 7)]),
        ((4, 3, 9, 7), 4 * [(9, 7, 3)]),
        ((4, 9, 7, 3), 4 * [(9, 7, 3)]),
        ((64, 3, 3), 64 * [(3, 3)]),
        ((6, 3, 3, 3), 6 * [(3, 3, 3)]),
    ],
)
def test_shapes_of_one_array(shape, expected, rng):
    images = rng.random(shape)
    pictures = drawn(viz.show_images(images))
    assert [picture.get_array().shape for picture in pictures] == expected


def test_pixels_are_those_given(rng):
    images = [rng.random((4, 6)), rng.random((3, 4, 6)), rng.random((5, 5, 3))]
    first, second, third = (np.asarray(picture.get_array()) for picture in drawn(viz.show_images(images)))
    np.testing.assert_array_equal(first, images[0])
    np.testing.assert_array_equal(second, images[1].transpose(1, 2, 0))
    np.testing.assert_array_equal(third, images[2])


def test_range_is_shared_by_default_and_centred_where_signs_differ(rng):
    positive = [np.array([[0.0, 1.0]]), np.array([[2.0, 5.0]])]
    assert {picture.get_clim() for picture in drawn(viz.show_images(positive))} == {(0.0, 5.0)}
    assert [p.get_clim() for p in drawn(viz.show_images(positive, value_range="each"))] == [(0.0, 1.0), (2.0, 5.0)]
    assert {p.get_clim() for p in drawn(viz.show_images(positive, value_range=(-1, 9)))} == {(-1, 9)}
    signed = drawn(viz.show_images([np.array([[-1.0, 0.0]]), np.array([[0.0, 4.0]])]))
    assert {picture.get_clim() for picture in signed} == {(-4.0, 4.0)}
    assert {p.get_clim() for p in drawn(viz.show_images([np.array([[-4.0, 1.0]])]))} == {(-4.0, 4.0)}
    red, green, blue, _ = signed[0].to_rgba(np.array([[0.0]])).ravel()
    assert min(red, green, blue) > 0.95, "zero is not white"


def test_titles_columns_and_colorbar(rng):
    figure = viz.show_images(rng.random((5, 4, 4)), titles=list("abcde"), columns=2, colorbar=True)
    places = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in places] == list("abcde")
    assert len({round(ax.get_subplotspec().colspan.start) for ax in places}) == 2
    assert sum(ax.get_label() == "<colorbar>" for ax in figure.axes) == 1


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        ([], {}, "images is empty"),
        (np.zeros(3), {}, r"images has shape \(3,\)"),
        ([np.zeros((5, 4, 4))], {}, r"image 0 has shape \(5, 4, 4\)"),
        ([np.zeros((0, 4))], {}, r"image 0 has shape \(0, 4\)"),
        ([np.full((2, 2), np.nan)], {}, "image 0 holds NaN or inf"),
        ([np.full((8, 8, 3), 200.0)], {}, r"values from 200 to 200, expected uint8 or floats in \[0, 1\]"),
        ([np.zeros((2, 2))], {"titles": ["a", "b"]}, "2 titles came for 1 images"),
        ([np.zeros((2, 2))], {"columns": 0}, "columns is 0"),
        ([np.zeros((2, 2))], {"value_range": (1, 0)}, r"value_range is \(1, 0\)"),
        ([np.zeros((2, 2))], {"value_range": "shared"}, "value_range is 'shared'"),
    ],
)
def test_bad_input(images, options, message):
    with pytest.raises(ValueError, match=message):
        viz.show_images(images, **options)
