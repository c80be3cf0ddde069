"""The rectangle model: geometry, shares of cells against fine rasters, sums over all candidates, what it refuses."""

import numpy as np
import pytest

from thesiscode.distances.parzen import cell_centres
from thesiscode.distances.rectangle import Candidates, Rectangle, directions, rectangle_masses, strip_shares

R = Rectangle(1.4, 0.9, 25.0)


def test_corners_are_sides_apart_and_turned():
    corners = R.corners
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    assert sides == pytest.approx([1.4, 0.9, 1.4, 0.9])
    along = corners[0] - corners[1]
    assert np.degrees(np.arctan2(along[1], along[0])) == pytest.approx(25)
    assert corners.mean(axis=0) == pytest.approx([0, 0])
    assert R.contains(0.999 * corners).all() and not R.contains(1.001 * corners).any()
    assert not R.contains(0.9 * corners, margin=0.1).any()


def test_three_names_of_one_rectangle():
    points = np.random.default_rng(0).uniform(-1, 1, (500, 2))
    same = [Rectangle(0.9, 1.4, 115.0), Rectangle(1.4, 0.9, 205.0), Rectangle(1.4, 0.9, -155.0)]
    for other in same:
        assert (other.contains(points) == R.contains(points)).all()
        assert other.angle_error(25) == pytest.approx(0, abs=1e-9)
        np.testing.assert_allclose(rectangle_masses(other, 24), rectangle_masses(R, 24), atol=1e-12)


@pytest.mark.parametrize(
    ("angle", "truth", "error"),
    [(0, 0, 0), (3, 0, 3), (87, 0, 3), (45, 0, 45), (90, 0, 0), (-10, 0, 10), (10, 17, 7), (88, 17, 19)],
)
def test_angle_errors_are_modulo_a_quarter_turn(angle, truth, error):
    assert Rectangle(1, 1.0001, angle).angle_error(truth) == pytest.approx(error)


@pytest.mark.parametrize("angle", [0.0, 17.0, 45.0, 90.0, 133.0])
def test_shares_of_a_strip_are_areas(angle):
    """Against the mean of 41 x 41 points in each cell."""
    n, fine, width = 10, 41, np.array([0.37, 1.1, 2.6])
    normal, spacing = directions(angle)[0], 4 / 10
    inner = (np.arange(fine) + 0.5) / fine - 0.5
    points = cell_centres(n)[:, None] + spacing * np.stack(np.meshgrid(inner, inner), -1).reshape(1, -1, 2)
    for w in width:
        areas = (np.abs(points @ normal) <= w / 2).mean(axis=1)
        shares = strip_shares(cell_centres(n) @ normal, np.array([w]), spacing, angle, "covered")[0]
        np.testing.assert_allclose(shares, areas, atol=2 / fine)
        assert np.abs(shares - areas).mean() < 0.005


def test_masses_sum_to_one_and_the_area_is_right():
    """Products of shares are areas but for the cells of the corners."""
    for n in (32, 128):
        c = Candidates(np.array([R.width]), np.array([R.height]), np.array([R.angle]), n)
        assert c.masses((0, 0, 0)).sum() == pytest.approx(1)
        assert c.cells[0, 0, 0] * (4 / n) ** 2 == pytest.approx(R.area, rel=1e-3)
        masses = c.masses((0, 0, 0))
        assert masses @ c.centres == pytest.approx([0, 0], abs=1e-12)
        along = (c.centres @ directions(R.angle).T) ** 2
        assert masses @ along == pytest.approx([R.width**2 / 12, R.height**2 / 12], rel=0.05 if n == 32 else 0.004)


def test_jagged_cells_are_in_or_out():
    masses = rectangle_masses(R, 64, edges="jagged").ravel()
    inside = R.contains(cell_centres(64))
    np.testing.assert_allclose(masses, inside / inside.sum())
    assert not np.allclose(masses, rectangle_masses(R, 64).ravel())


@pytest.mark.parametrize("edges", ["covered", "jagged"])
def test_expectations_of_all_candidates_are_those_of_each(edges):
    c = Candidates(np.array([0.8, 1.3]), np.array([0.7, 1.0, 1.6]), np.array([0.0, 20, 70, 100]), 16, edges=edges)
    assert c.shape == (4, 2, 3)
    values = np.random.default_rng(0).standard_normal(256)
    found = c.expectations(values)
    for index in np.ndindex(c.shape):
        masses = c.masses(index)
        assert found[index] == pytest.approx(masses @ values)
        assert (masses[~c.touched] == 0).all() and masses.min() >= 0
        one = rectangle_masses(c.rectangle(index), 16, edges=edges).ravel()
        np.testing.assert_allclose(one, masses, atol=1e-14)
        chosen = np.arange(256) % 3 == 0
        np.testing.assert_allclose(c.masses_at_angle(index[0], chosen)[index[1:]], masses[chosen], atol=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 1.0, 0.0), "width: expected a finite number above 0, got 0"),
        ((1.0, np.inf, 0.0), "height: expected a finite number above 0, got inf"),
        ((1.0, 1.0, np.nan), "angle: expected a finite number of degrees, got nan"),
    ],
)
def test_what_is_no_rectangle_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Rectangle(*arguments)


@pytest.mark.parametrize(
    ("widths", "heights", "angles", "options", "message"),
    [
        ([3.0], [3.0], [45.0], {}, "expected rectangles within .* 3 x 3 at 45 degrees that reaches 2.12"),
        ([4.2], [1.0], [0.0], {}, "expected rectangles within .* reaches 2.1"),
        ([], [1.0], [0.0], {}, r"widths: expected a list of finite numbers, got \[\]"),
        ([1.0], [-1.0], [0.0], {}, "heights: expected sides above 0, got -1"),
        ([1.0], [1.0], [np.nan], {}, "angles: expected a list of finite numbers"),
        ([1.0], [1.0], [0.0], {"edges": "smooth"}, "edges: expected one of covered, jagged, got 'smooth'"),
        ([0.1], [0.1], [0.0], {"edges": "jagged"}, "n: expected cells that the smallest rectangle holds, got 8"),
    ],
)
def test_bad_candidates_are_refused(widths, heights, angles, options, message):
    with pytest.raises(ValueError, match=message):
        Candidates(np.array(widths), np.array(heights), np.array(angles), 8, **options)
