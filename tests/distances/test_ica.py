"""Rotations by non-Gaussianity: closed forms of kurtosis, turned samples, what is refused."""

import numpy as np
import pytest

from thesiscode.distances.ica import best_angle, excess_kurtosis, fastica_angle, kurtosis_angle
from thesiscode.distances.parzen import sample_parabola
from thesiscode.distances.rectangle import directions

ANGLES = np.arange(0, 90, 0.5)
MANY = sample_parabola(40_000, np.random.default_rng(0))


def off(angle, truth):
    turned = (angle - truth) % 90
    return min(turned, 90 - turned)


def test_kurtosis_of_projections_follows_the_formula():
    angles = np.arange(0, 180, 15.0)
    cosines, sines = np.cos(np.radians(angles)), np.sin(np.radians(angles))
    np.testing.assert_allclose(excess_kurtosis(MANY, angles), -6 / 7 * (cosines**4 + sines**4), atol=0.03)


def test_a_normal_sample_has_none():
    normal = np.random.default_rng(1).standard_normal((100_000, 2))
    assert np.abs(excess_kurtosis(normal, ANGLES)).max() < 0.06


@pytest.mark.parametrize("truth", [0.0, 20.0, 45.0, 71.0])
def test_all_three_find_a_rotation(truth):
    points = MANY @ directions(truth)
    assert off(kurtosis_angle(points, ANGLES), truth) < 2
    assert off(fastica_angle(points, np.random.default_rng(2)), truth) < 2
    assert off(best_angle(points[:2000], ANGLES), truth) < 2


def test_scaling_and_moving_do_not_disturb_fastica():
    moved = MANY * [1.2, 1.2] + [3.0, -1.0]
    assert off(fastica_angle(moved, np.random.default_rng(0)), 0) < 2


def test_who_knows_the_family_is_best():
    rng, errors = np.random.default_rng(3), []
    for _ in range(60):
        points = sample_parabola(100, rng)
        errors.append([off(f(points, ANGLES), 0) for f in (best_angle, kurtosis_angle)])
    known, kurtosis = np.mean(errors, axis=0)
    assert known < kurtosis < 12


def test_bad_input_is_refused(unchecked):
    with pytest.raises(ValueError, match="points: expected at least 2, got 1"):
        excess_kurtosis(np.zeros((1, 2)), ANGLES)
    with pytest.raises(ValueError, match="points: expected some that spread in every direction"):
        excess_kurtosis(np.zeros((5, 2)), ANGLES)
    with pytest.raises(ValueError, match="points: expected at least 3, got 2"):
        fastica_angle(np.zeros((2, 2)), np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"points: expected points \[m, 2\]"):
        best_angle(np.zeros(4), ANGLES)
    for angles in (np.array([0.0, np.nan]), np.array([np.inf]), np.zeros(0), np.zeros((2, 2))):
        for function in (best_angle, kurtosis_angle, excess_kurtosis):
            with pytest.raises(ValueError, match="angles: expected a list of finite numbers of degrees, got"):
                function(MANY[:9], angles)
