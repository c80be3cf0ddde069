"""The parabola's density and its points, and the Parzen window: totals, moments, support, what they refuse."""

import math

import numpy as np
import pytest

from thesiscode.distances.parzen import (
    cell_centres,
    checked_masses,
    parabola_density,
    parzen,
    parzen_masses,
    sample_parabola,
)


def test_centres_are_in_rows_from_below():
    centres = cell_centres(4)
    assert centres.shape == (16, 2)
    assert centres[0].tolist() == [-1.5, -1.5] and centres[1].tolist() == [-0.5, -1.5]
    assert centres[-1].tolist() == [1.5, 1.5]


def test_the_density_integrates_to_one_and_is_a_product():
    density = parabola_density(cell_centres(200))
    assert density.sum() * (4 / 200) ** 2 == pytest.approx(1, abs=1e-3)
    one = parabola_density(np.array([[0.5, 0.0], [0.0, -0.2], [0.5, -0.2], [0.0, 0.0], [1.2, 0.0]]))
    assert one[2] * one[3] == pytest.approx(one[0] * one[1]) and one[4] == 0


def test_points_have_the_moments_of_the_density():
    """E x^2 = 1/5 and E x^4 = 3/35 for (3/4)(1 - x^2); standard errors of 200,000 points."""
    points = sample_parabola(200_000, np.random.default_rng(0))
    assert np.abs(points).max() < 1
    assert (points**2).mean(axis=0) == pytest.approx([1 / 5] * 2, abs=5 * math.sqrt((3 / 35 - 1 / 25) / 2e5))
    assert (points**4).mean(axis=0) == pytest.approx([3 / 35] * 2, abs=1e-3)
    assert abs((points[:, 0] * points[:, 1]).mean()) < 2e-3


@pytest.mark.parametrize("radius", [0.2, 0.3, 0.7])
def test_a_window_is_a_density_whose_support_are_discs(radius):
    points = np.array([[0.1, -0.3], [0.9, 0.2]])
    centres = cell_centres(400)
    density = parzen(points, centres, radius=radius)
    assert density.sum() * (4 / 400) ** 2 == pytest.approx(1, abs=2e-3)
    distance = np.sqrt(((centres[:, None] - points) ** 2).sum(axis=-1)).min(axis=1)
    assert ((density > 0) == (distance < radius)).all()
    top = parzen(points[:1], points[:1], radius=radius)[0]
    assert top == pytest.approx(2 / (math.pi * radius**2))


def test_a_window_adds_its_variance():
    """Epanechnikov's kernel in the plane has the variance radius^2 / 6 along each axis."""
    masses, centres = parzen_masses(np.array([[0.3, -0.2]]), 200, radius=0.6).ravel(), cell_centres(200)
    mean = masses @ centres
    assert mean == pytest.approx([0.3, -0.2], abs=1e-3)
    assert masses @ (centres - mean) ** 2 == pytest.approx([0.06] * 2, rel=1e-2)


def test_masses_are_the_density_at_centres():
    points = sample_parabola(10, np.random.default_rng(1))
    masses = parzen_masses(points, 32)
    density = parzen(points, cell_centres(32)).reshape(32, 32)
    assert masses.sum() == pytest.approx(1)
    np.testing.assert_allclose(masses, density / density.sum())


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((np.zeros((0, 2)), 32), {}, "points: expected at least 1, got 0"),
        ((np.zeros((3, 3)), 32), {}, r"points: expected points \[m, 2\], got shape \(3, 3\)"),
        ((np.full((3, 2), np.nan), 32), {}, "points: expected finite coordinates, got 6 that are not"),
        ((np.zeros((1, 2)), 32), {"radius": 0.0}, "radius: expected a finite number above 0, got 0"),
        ((np.zeros((1, 2)), 32), {"radius": -0.3}, "radius: expected a finite number above 0, got -0.3"),
        ((np.zeros((1, 2)), 32), {"radius": 1e-3}, "radius: expected kernels that hold a centre"),
        ((np.full((1, 2), 1.9), 32), {}, "points: expected an estimate within .* reaches 2.2"),
        ((np.zeros((1, 2)), 1), {}, "n: expected at least 2 cells a side, got 1"),
        ((np.zeros((1, 2)), 32), {"reach": 0.0}, "reach: expected a finite number above 0"),
    ],
)
def test_bad_input_is_refused(arguments, options, message, unchecked):
    with pytest.raises(ValueError, match=message):
        parzen_masses(*arguments, **options)


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (np.zeros((5, 1)), r"places: expected points \[m, 2\], got shape \(5, 1\)"),
        (np.zeros(2), r"places: expected points \[m, 2\], got shape \(2,\)"),
        (np.full((5, 2), np.nan), "places: expected finite coordinates, got 10 that are not"),
    ],
)
def test_bad_places_are_refused(places, message, unchecked):
    with pytest.raises(ValueError, match=message):
        parzen(np.zeros((3, 2)), places)


def test_no_places_have_no_density():
    assert parzen(np.zeros((3, 2)), np.zeros((0, 2))).shape == (0,)


def test_no_points_are_refused():
    with pytest.raises(ValueError, match="n: expected at least one point, got 0"):
        sample_parabola(0, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("p", "message"),
    [
        (np.full((2, 3), 1 / 6), r"p: expected masses of n x n cells, got shape \(2, 3\)"),
        (np.full((2, 2), 0.2), "p: expected a total of 1"),
        (np.array([[1.5, -0.5], [0, 0]]), "p: expected masses of at least 0, got -0.5"),
        (np.array([[np.nan, 0.5], [0, 0.5]]), "p: expected finite masses"),
    ],
)
def test_what_is_no_density_is_refused(p, message, unchecked):
    with pytest.raises(ValueError, match=message):
        checked_masses(p)
