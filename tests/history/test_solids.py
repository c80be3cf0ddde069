"""Convex solids: their faces, their projection, and how bright each face is."""

import numpy as np
import pytest

from thesiscode.history.solids import Camera, block, convex_solid, front_edges, front_faces, render

LEVEL = Camera(elevation=0, distance=10, focal=1, size=(100, 80))
ABOVE = Camera(elevation=30, distance=8, size=(64, 48))


def test_a_block_has_six_faces_of_four_corners_in_order():
    solid = block(2, 1, 3)
    assert len(solid.faces) == 6 and all(len(face) == 4 for face in solid.faces)
    for face in solid.faces:
        a, b, c, d = solid.corners[list(face)]
        assert np.allclose(a - b, d - c)  # a parallelogram, not a bow tie


def test_euler():
    rng = np.random.default_rng(0)
    solid = convex_solid(rng.normal(size=(20, 3)))
    corners = {c for face in solid.faces for c in face}
    assert len(corners) - sum(len(face) for face in solid.faces) / 2 + len(solid.faces) == 2


def test_projection():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [0, 0, 1], [1, 10, 0]])
    pixels = LEVEL.project(points)
    assert np.allclose(pixels, np.array([[49.5, 39.5], [59.5, 39.5], [49.5, 29.5], [54.5, 39.5]]))


def test_a_quarter_turn_moves_the_x_axis_to_the_y_axis():
    solid = convex_solid(np.array([[2.0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]])).turned(90)
    assert np.allclose(solid.corners[0], [0, 2, 0])


def test_only_faces_toward_the_camera_are_drawn():
    cube = block(1, 1, 1)
    assert len(front_faces(cube.turned(30), ABOVE)) == 3 and len(front_faces(cube.moved(0, 0, -0.5), LEVEL)) == 1
    assert len(front_edges(cube.turned(30), ABOVE)) == 9


@pytest.mark.parametrize("ambient", [0.0, 0.3])
def test_a_face_is_as_bright_as_lambert_says(ambient):
    wall = block(4, 1, 4, albedo=0.8).moved(0, 0, -2)
    light = np.array([0.6, -0.8, 0])
    image = render([wall], LEVEL, light=light, ambient=ambient, background=0.1)
    assert image[40, 50] == pytest.approx(0.8 * (ambient + (1 - ambient) * 0.8))
    assert image[0, 0] == pytest.approx(0.1)


def test_what_is_drawn_is_where_the_projection_says():
    wall = block(4, 1, 4, albedo=1).moved(0, 0.5, -2)  # its front lies in the plane y = 0
    image = render([wall], LEVEL, light=(0, -1, 0), ambient=0)
    assert image.shape == (80, 100) and image.sum() == pytest.approx(40 * 40, rel=0.03)


def test_a_symmetric_solid_looks_the_same_after_half_a_turn():
    solid = block(1.6, 0.8, 1.0)
    one, other = (render([solid.turned(a)], ABOVE) for a in (30, 210))
    assert np.abs(one - other).max() < 1e-6 < one.max()


def test_the_nearer_solid_hides_the_farther_one():
    far, near = block(4, 1, 4, albedo=0.2).moved(0, 3, -2), block(1, 1, 1, albedo=0.9).moved(0, -2, -0.5)
    for order in ([far, near], [near, far]):
        assert render(order, LEVEL, light=(0, -1, 0))[40, 50] == pytest.approx(0.9)


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="points: expected at least 4 finite points"):
        convex_solid(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="span a volume"):
        convex_solid(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]))
    with pytest.raises(ValueError, match=r"albedo: expected numbers in \[0, 1\]"):
        block(1, 1, 1, albedo=1.5)
    with pytest.raises(ValueError, match="light: expected a direction"):
        render([block(1, 1, 1)], LEVEL, light=(0, 0, 0))
    with pytest.raises(ValueError, match="solids: expected at least one"):
        render([], LEVEL)


@pytest.mark.parametrize("ambient", [5, -0.1, np.nan])
def test_an_image_refuses_an_ambient_light_out_of_range(unchecked, ambient):
    with pytest.raises(ValueError, match=rf"ambient: expected a number in \[0, 1\], got {ambient}"):
        render([block(1, 1, 1)], LEVEL, ambient=ambient)


@pytest.mark.parametrize("sides", [(-1, 1, 1), (1, 0, 1), (1, 1, np.nan), (np.inf, 1, 1)])
def test_a_block_refuses(unchecked, sides):
    with pytest.raises(ValueError, match="width, depth, height: expected finite numbers above 0"):
        block(*sides)
