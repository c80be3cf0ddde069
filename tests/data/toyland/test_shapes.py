"""Polygons, their cuts and joints: areas and lengths that geometry gives in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thesiscode.data.toyland.looks import Look
from thesiscode.data.toyland.shapes import Pen, band_points, cut, ellipse_points, smooth_points

SQUARE = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
RED, BLUE = (220, 40, 40), (30, 60, 200)


def area(points):
    x, y = points.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def box_pen(*, gain=0.0):
    """A red box with a blue arm that sticks out to the right and turns about its root."""
    pen = Pen()
    with pen.part("box"):
        pen.rectangle(-0.2, -0.2, 0.2, 0.2, RED)
    with pen.part("arm"), pen.joint(0.2, 0.0, gain):
        pen.rectangle(0.2, -0.05, 0.6, 0.05, BLUE)
    return pen


@given(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(-3, 3))
def test_an_ellipse_has_the_area_of_its_inscribed_polygon(rx, ry, angle):
    n = 40
    expected = rx * ry * n / 2 * np.sin(2 * np.pi / n)
    assert area(ellipse_points(0.3, -0.2, rx, ry, angle, n=n)) == pytest.approx(expected)


def test_a_smooth_curve_passes_through_its_corners():
    curve = smooth_points(SQUARE, per_corner=6)
    assert np.allclose(curve[::6], SQUARE)


def test_a_straight_band_is_a_rectangle_of_its_width():
    assert area(band_points([(0, 0), (1, 0), (3, 0)], 0.25)) == pytest.approx(0.75)


@given(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5), st.booleans())
def test_cutting_a_square_by_a_square_leaves_their_overlap(dx, dy, reverse):
    window = SQUARE + np.array([dx, dy])
    rest = cut(SQUARE, window[::-1] if reverse else window)
    expected = max(0.0, 1 - abs(dx)) * max(0.0, 1 - abs(dy))
    assert (area(rest) if len(rest) else 0.0) == pytest.approx(expected, abs=1e-9)


def test_a_cut_to_nothing_draws_nothing():
    pen = Pen()
    body = pen.polygon(SQUARE, RED)
    pen.blot(body, 5, 5, 0.1, 0.1, BLUE)
    assert len(pen.shapes) == 1


def test_patterns_stay_inside_their_shape():
    pen = Pen()
    body = pen.ellipse(0, 0, 0.5, 0.3, RED)
    pen.stripes(body, BLUE, n=5)
    pen.bands(body, BLUE, n=3)
    pen.spots(body, BLUE, n=12, radius=0.1)
    pen.shade(body, RED)
    assert len(pen.shapes) > 15
    for shape in pen.shapes[1:]:
        x, y = shape.points.T
        assert np.all((x / 0.5) ** 2 + (y / 0.3) ** 2 <= 1 + 1e-9)


def test_a_joint_turns_its_shapes_and_no_others():
    drawing = box_pen(gain=np.pi / 2).drawing()
    still, turned = drawing.placed(Look()), drawing.placed(Look(pose=1.0))
    assert np.allclose(still[:4], turned[:4])
    assert np.allclose(turned[4:].max(0), (0.25, 0.4)) and np.allclose(turned[4:].min(0), (0.15, 0.0))


def test_nested_joints_turn_the_inner_one_first():
    pen = Pen()
    with pen.joint(0.0, 0.0, np.pi / 2), pen.joint(1.0, 0.0, np.pi / 2):
        pen.polygon([(1.0, 0.0), (2.0, 0.0), (2.0, 0.1)], RED)
    tip = pen.drawing().placed(Look(pose=1.0))[1]
    assert np.allclose(tip, (-1.0, 1.0))  # (2, 0) -> (1, 1) about (1, 0), -> (-1, 1) about the origin


def test_a_drawing_fills_its_square_and_is_centred():
    for look in (Look(), Look(flip=True, tilt=0.5, stretch=0.7)):
        alpha = box_pen().drawing().image(look, 50)[..., 3]
        rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (49, 50)
        assert abs(rows.mean() - 24.5) <= 1 and abs(columns.mean() - 24.5) <= 1


def test_the_edges_are_antialiased_and_keep_their_colour():
    image = box_pen().drawing().image(Look(tilt=0.4), 40)
    soft = image[(image[..., 3] > 0) & (image[..., 3] < 255)]
    assert len(soft) > 20
    assert np.all(soft[:, :3].max(1) > 75)  # a premultiplied picture would be black at its rim


def test_light_scales_the_colours():
    bright, dim = (box_pen().drawing().image(Look(light=v), 40).astype(float) for v in (1.0, 0.5))
    inside = bright[..., 3] == 255
    assert np.abs(dim[inside][:, :3] - bright[inside][:, :3] / 2).max() <= 1
    assert np.array_equal(dim[..., 3], bright[..., 3])


def test_masks_of_parts_show_what_covers_what():
    pen = Pen()
    with pen.part("under"):
        pen.rectangle(0, 0, 1, 1, RED)
    with pen.part("over"):
        pen.rectangle(0, 0, 0.5, 1, BLUE)
    masks = pen.drawing().masks(Look(), 60)
    assert not (masks["under"] & masks["over"]).any()
    assert abs(int(masks["under"].sum()) - int(masks["over"].sum())) <= 2 * 60
    assert masks["over"][:, :28].sum() >= masks["over"].sum() - 2 * 60


def test_points_of_a_wrong_shape_are_named():
    with pytest.raises(ValueError, match=r"points: expected an array of shape \(n, 2\), got shape \(3, 3\)"):
        Pen().polygon(np.zeros((3, 3)), RED)


@pytest.mark.parametrize("side", [0, 3, -5, True, 12.5])
def test_a_bad_side_is_named(side):
    with pytest.raises(Exception, match="side"):
        box_pen().drawing().image(Look(), side)
