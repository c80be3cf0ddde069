"""Closed curves of views: a circle that is known, and solids that turn."""

import numpy as np
import pytest

from thesiscode.history.pose_manifold import fit_pose_manifold, pose_error
from thesiscode.history.solids import Camera, convex_solid, render

ANGLES = np.arange(0, 360, 15.0)
CAMERA = Camera(elevation=25, distance=7, focal=2.0, size=(24, 24))


def views(solid, angles):
    return np.array([render([solid.moved(0, 0, -0.5).turned(a)], CAMERA).ravel() for a in angles])


def stones(count):
    rng = np.random.default_rng(0)
    return [convex_solid(rng.normal(0.2, 0.6, (9, 3)), albedo=[0.9, 0.5, 0.7]) for _ in range(count)]


def circle(angles, radius, height):
    t = np.radians(angles)
    return np.column_stack([radius * np.cos(t), radius * np.sin(t), np.full(len(t), height)])


def test_poses_of_a_circle_are_exact():
    found = fit_pose_manifold(np.array([circle(ANGLES, 1, 0), circle(ANGLES, 1, 1)]), ANGLES, 3)
    asked = np.array([3.0, 100.0, 359.0])
    result = found.recognise(circle(asked, 1.3, 0.9))
    assert (result.identity == 1).all() and np.allclose(result.pose, asked)
    assert np.allclose(result.distance, np.hypot(0.3, 0.1), atol=1e-3)


def test_curves_pass_through_their_views_and_close():
    images = np.array([views(s, ANGLES) for s in stones(2)])
    found = fit_pose_manifold(images, ANGLES, 10)
    assert np.allclose(found.points(ANGLES)[1], found.space.project(images[1]))
    assert np.allclose(found.points(np.array([0.0])), found.points(np.array([360.0])))


def test_unseen_angles_of_solids_are_recognised():
    objects = stones(4)
    found = fit_pose_manifold(np.array([views(s, ANGLES) for s in objects]), ANGLES, 12)
    asked = np.random.default_rng(1).uniform(0, 360, 20)
    result = found.recognise(np.concatenate([views(s, asked) for s in objects]))
    assert (result.identity == np.repeat(np.arange(4), 20)).mean() >= 0.95
    errors = pose_error(result.pose, np.tile(asked, 4))
    assert errors.mean() < 3
    only = found.recognise(np.concatenate([views(s, asked) for s in objects]), step=15)
    assert pose_error(only.pose, np.tile(asked, 4)).mean() > 1.5 * errors.mean()  # interpolation helps


def test_pose_error_goes_round():
    assert np.allclose(pose_error(np.array([350.0, 10, 180]), np.array([10.0, 350, 0])), [20, 20, 180])


def test_bad_input(unchecked):
    images = np.random.default_rng(0).normal(size=(2, 4, 5))
    with pytest.raises(ValueError, match="images, angles: expected"):
        fit_pose_manifold(images, np.arange(3.0), 2)
    with pytest.raises(ValueError, match="angles: expected ascending degrees"):
        fit_pose_manifold(images, np.array([0.0, 90, 180, 360]), 2)
    with pytest.raises(ValueError, match="n_components"):
        fit_pose_manifold(images, np.arange(4.0), 50)
    with pytest.raises(ValueError, match="step: expected degrees"):
        fit_pose_manifold(images, np.arange(4.0), 2).recognise(images[0], step=0)


@pytest.mark.parametrize("shape", [(2, 1), (1,), ()])
def test_pose_error_refuses_shapes_that_differ(unchecked, shape):
    with pytest.raises(ValueError, match=r"found, true: expected the same shape, got \(3,\) and"):
        pose_error(np.zeros(3), np.zeros(shape))
