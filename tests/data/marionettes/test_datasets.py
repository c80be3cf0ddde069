"""The datasets: the same bytes from the same settings, items that agree with the whole, poses that fit the images."""

import pickle

import numpy as np
import pytest
import torch

from thesiscode.data.marionettes import Marionettes, Pendulums, render_opengl
from thesiscode.data.marionettes.opengl import opengl_works

pytest.importorskip("mujoco")
DATASETS = [Marionettes, Pendulums]


@pytest.fixture(scope="module", params=DATASETS, ids=["marionettes", "pendulums"])
def data(request):
    return request.param(12, seed=5, size=32, shots_per_run=4)


def test_shapes_and_types(data):
    assert len(data) == 12
    assert data.images.shape == (12, 3, 32, 32) and data.images.dtype == torch.uint8
    assert data.plate.shape == (12, 6) and data.plate.dtype == torch.float32
    assert data.joints.shape == (12, len(data.joint_names))
    assert data.points.shape == (12, len(data.point_names), 3)
    assert data.history.plate.shape == (12, len(data.history.seconds), 6)
    assert data.runs.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    for tensor in (data.plate, data.joints, data.points, data.history.plate):
        assert torch.isfinite(tensor).all()


def test_items_are_rows(data):
    image, plate, joints, points = data[-2]
    assert torch.equal(image, data.images[10]) and torch.equal(plate, data.plate[10])
    assert torch.equal(joints, data.joints[10]) and torch.equal(points, data.points[10])
    with pytest.raises(IndexError, match="index 12 is out of range for 12 shots"):
        data[12]
    assert len(list(data)) == 12


def test_the_same_settings_give_the_same_bytes(data):
    again = type(data)(12, seed=5, size=32, shots_per_run=4)
    assert torch.equal(data.images, again.images) and torch.equal(data.points, again.points)
    fewer = type(data)(5, seed=5, size=32, shots_per_run=4)
    assert torch.equal(data.images[:5], fewer.images)
    other = type(data)(12, seed=6, size=32, shots_per_run=4)
    assert not torch.equal(data.images, other.images)


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("used", [False, True])
def test_datasets_can_be_pickled(dataset, used):
    """As workers of a DataLoader need that are started anew."""
    data = dataset(3, seed=2, size=16, shots_per_run=2)
    before = data[1].image if used else None
    copy = pickle.loads(pickle.dumps(data))
    assert torch.equal(copy.images, data.images) and torch.equal(copy.points, data.points)
    assert before is None or torch.equal(copy[1].image, before)
    assert torch.equal(copy.draw(data.states.positions, size=8), data.draw(data.states.positions, size=8))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda data, q: data.draw(q[:0]), r"positions has shape \(0, 14\); expected at least one state of 14 entries"),
        (lambda data, q: data.draw(q[0]), r"positions has shape \(14,\); expected"),
        (lambda data, q: data.draw(q[:, :7]), r"positions has shape \(3, 7\); expected"),
        (lambda data, q: data.draw(q, size=0), "size is 0; expected a whole number of pixels"),
        (lambda data, q: data.draw(q, size=16.5), "size is 16.5; expected a whole number of pixels"),
        (lambda data, q: data.draw(q, samples=1.5), "samples is 1.5; expected a whole number"),
        (lambda data, q: Pendulums(3, size=16.5), "size is 16.5; expected a whole number of pixels"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    data = Pendulums(3, size=16, shots_per_run=3)
    with pytest.raises(ValueError, match=message):
        draw(data, data.states.positions)


@pytest.mark.parametrize("setting", [{"speed": 2.0}, {"damping": 1.0}, {"noise": 0.5}])
def test_each_setting_matters(data, setting):
    other = type(data)(12, seed=5, size=32, shots_per_run=4, **setting)
    assert (other.points - data.points).abs().max() > 0.01


def test_limbs_keep_their_lengths():
    """Distances between points of one solid do not change: forearms of 0.3 m, bobs 0.75 m below the bar."""
    data = Marionettes(20, seed=1, speed=2.0, size=16)
    place = dict(zip(data.point_names, data.points.unbind(1), strict=True))
    for side in ("left", "right"):
        np.testing.assert_allclose((place[f"{side} hand"] - place[f"{side} elbow"]).norm(dim=1), 0.3, atol=1e-5)
    assert (place["left hand"][:, 0] < place["right hand"][:, 0]).all()


def test_the_hand_is_within_reach_of_its_string():
    """The string's upper end follows from the plate's pose alone, by rotations written out here."""
    data = Marionettes(40, seed=2, size=16)
    x, y, z, yaw, pitch, roll = data.plate.double().T
    hand = torch.tensor([-0.55, 0.1, -0.035], dtype=torch.float64)

    def turn(axis, angle):
        c, s, o, i = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
        rows = {"x": [i, o, o, o, c, -s, o, s, c], "y": [c, o, s, o, i, o, -s, o, c], "z": [c, -s, o, s, c, o, o, o, i]}
        return torch.stack(rows[axis], 1).view(-1, 3, 3)

    above = (turn("z", yaw) @ turn("x", pitch) @ turn("y", roll)) @ hand + torch.stack([x, y, z + 0.55], 1)
    length = (above - data.points[:, data.point_names.index("left hand")]).norm(dim=1)
    assert length.max() < 0.85 * 1.01
    assert (length > 0.85 * 0.999).float().mean() > 0.3


@pytest.mark.parametrize("dataset", DATASETS)
def test_opengl_draws_the_same_picture(dataset):
    data = dataset(3, seed=3, shots_per_run=1)
    try:
        images = render_opengl(data.mechanics, data.states.positions)
    except RuntimeError as error:
        pytest.skip(str(error))
    assert images.shape == data.images.shape
    for ours, theirs in zip(data.images.float(), images.float(), strict=True):
        assert np.corrcoef(ours.flatten(), theirs.flatten())[0, 1] > 0.85


def test_without_opengl_the_error_says_so(monkeypatch):
    data = Pendulums(1, shots_per_run=1)
    opengl_works.cache_clear()
    monkeypatch.setenv("MUJOCO_GL", "no such thing")
    try:
        with pytest.raises(RuntimeError, match='OpenGL does not work here; try MUJOCO_GL="egl"'):
            render_opengl(data.mechanics, data.states.positions)
    finally:
        opengl_works.cache_clear()
