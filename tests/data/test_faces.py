"""Drawn faces: each attribute shows where it should, and their counts follow the stated distribution."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from torch.utils.data import DataLoader

from thesiscode.data.faces import FACE_DISTRIBUTION, FaceAttributes, Faces, draw_face

PLAIN = FaceAttributes()


def changed(**attributes) -> np.ndarray:
    """How much each pixel changes when attributes of the plain face do, 0 to 255."""
    return np.abs(draw_face(PLAIN.but(**attributes)).astype(float) - draw_face(PLAIN)).max(axis=-1)


def p_values(samples) -> dict[str, float]:
    """Chi-square test of each attribute's counts in `samples` against the true distribution."""
    counts, truth = Faces.count_attributes(samples), Faces.attribute_frequencies()
    n = len(samples)
    return {
        name: chisquare([counts[name][key] for key in row], [n * p for p in row.values()]).pvalue
        for name, row in truth.items()
    }


def test_an_item_is_an_image_and_its_attributes_as_tensors():
    image, attributes = Faces(3, seed=4)[1]
    assert image.shape == (3, 64, 64) and image.dtype == torch.uint8
    assert list(attributes) == list(FACE_DISTRIBUTION)
    assert attributes["glasses"].dtype == torch.int64 and attributes["smile"].dtype == torch.float32
    drawn = Faces(3, seed=4).attributes(1)
    assert list(FACE_DISTRIBUTION["glasses"].probabilities)[attributes["glasses"]] == drawn.glasses
    assert attributes["smile"].item() == pytest.approx(drawn.smile)
    assert np.array_equal(image.numpy().transpose(1, 2, 0), draw_face(drawn))


def test_frequencies_sum_to_one():
    for row in Faces.attribute_frequencies().values():
        assert sum(row.values()) == pytest.approx(1)
        assert min(row.values()) > 0


def test_counts_follow_the_stated_distribution():
    faces = Faces(3000, seed=11)
    p = p_values([faces.attributes(i) for i in range(len(faces))])
    assert min(p.values()) > 1e-3, p


def test_counts_show_what_was_dropped():
    faces = Faces(2000, seed=12)
    kept = [a for a in (faces.attributes(i) for i in range(len(faces))) if a.glasses != "sunglasses" and a.smile < 0.8]
    p = p_values(kept)
    assert p.pop("glasses") < 1e-6 and p.pop("smile") < 1e-6
    assert min(p.values()) > 1e-4, p


@pytest.mark.parametrize("name", FACE_DISTRIBUTION)
def test_every_value_of_every_attribute_shows(name):
    law = FACE_DISTRIBUTION[name]
    values = list(law.probabilities) if hasattr(law, "probabilities") else np.linspace(law.low, law.high, 4).tolist()
    if name in ("background", "clothes"):
        values = values[:-1]  # hues 0 and 1 are the same
    images = [draw_face(PLAIN.but(**{name: value})).astype(float) for value in values]
    for i, a in enumerate(images):
        for b in images[:i]:
            assert np.abs(a - b).max() > 12, name


def test_glasses_change_the_eyes_only():
    for kind in ("normal", "sunglasses"):
        rows, columns = np.nonzero(changed(glasses=kind) > 8)
        assert rows.min() >= 20 and rows.max() <= 46
        assert columns.min() >= 10 and columns.max() <= 53


def test_a_smile_changes_the_lower_face_more_than_the_hair():
    change = changed(smile=1.0)
    assert change[44:56, 20:44].mean() > 5 * change[:16].mean() and change[44:56, 20:44].max() > 60


def test_background_leaves_the_face_alone():
    change = changed(background=0.05)
    assert change[26:50, 24:40].max() == 0 and change[:8, :8].min() > 20


def test_glasses_minus_none_has_an_answer():
    """The mean of "glasses - none" over some people, added to others, puts glasses on them."""
    pose = {"turn": 0.0, "tilt": 0.0, "width": 1.0, "brightness": 1.0}
    without = Faces(60, seed=2, fixed=pose | {"glasses": "none"})
    with_them = Faces(60, seed=2, fixed=pose | {"glasses": "sunglasses"})
    none = np.array([without.image(i) for i in range(60)], float)
    glasses = np.array([with_them.image(i) for i in range(60)], float)
    direction = (glasses[:40] - none[:40]).mean(axis=0)
    before = ((none[40:] - glasses[40:]) ** 2).mean()
    after = ((none[40:] + direction - glasses[40:]) ** 2).mean()
    assert after < 0.5 * before


def test_a_turn_moves_the_eyes():
    columns = np.arange(64)
    centres = []
    for turn in (-0.5, 0.0, 0.5):
        glasses = np.abs(
            draw_face(PLAIN.but(turn=turn, glasses="sunglasses")).astype(float) - draw_face(PLAIN.but(turn=turn))
        ).sum(axis=(0, 2))
        centres.append((glasses * columns).sum() / glasses.sum())
    assert centres[1] == pytest.approx(31.5, abs=1.0)
    assert centres[0] < centres[1] - 4 and centres[2] > centres[1] + 4


def test_light_comes_from_its_side():
    left, right = (draw_face(PLAIN.but(light=angle, hair_style="bald")).astype(float) for angle in (-1.2, 1.2))
    face = np.s_[24:50, 20:44]
    slope = np.linspace(-1, 1, 24)
    assert (left[face].mean(axis=(0, 2)) @ slope) < 0 < (right[face].mean(axis=(0, 2)) @ slope)


def test_corners_of_the_distribution_draw():
    """Extreme values of all numbers at once, for every hair style: still a picture, not a plain area."""
    for k, style in enumerate(FACE_DISTRIBUTION["hair_style"].probabilities):
        ends = {
            name: (law.low, law.high)[(k >> j) & 1]
            for j, (name, law) in enumerate((n, w) for n, w in FACE_DISTRIBUTION.items() if hasattr(w, "low"))
        }
        assert draw_face(FaceAttributes(hair_style=style, **ends)).std() > 15


def test_fixed_attributes_leave_the_others():
    free, fixed = Faces(20, seed=3), Faces(20, seed=3, fixed={"skin": "tan", "turn": 0.25})
    for i in range(20):
        assert fixed.attributes(i) == free.attributes(i).but(skin="tan", turn=0.25)


def test_seeds_and_numbers_give_different_faces():
    images = {Faces(5, seed=s).image(i).tobytes() for s in range(3) for i in range(5)}
    assert len(images) == 15


def test_same_bytes_in_another_process_in_reverse_and_from_workers():
    faces = Faces(8, seed=7)
    here = [hashlib.sha256(faces.image(i).tobytes()).hexdigest() for i in range(8)]
    code = (
        "import hashlib; from thesiscode.data.faces import Faces; f = Faces(8, seed=7);"
        "print(*[hashlib.sha256(f.image(i).tobytes()).hexdigest() for i in reversed(range(8))])"
    )
    there = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert there[::-1] == here
    batches = DataLoader(faces, batch_size=3, num_workers=2)
    images = torch.cat([images for images, _ in batches]).permute(0, 2, 3, 1).contiguous()
    assert [hashlib.sha256(image.numpy().tobytes()).hexdigest() for image in images] == here


def test_transform_is_applied_to_the_image():
    image, _ = Faces(1, transform=lambda x: x.float() / 255)[0]
    assert image.dtype == torch.float32 and image.min() >= 0 and image.max() <= 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FaceAttributes(glasses="monocle"), "glasses: expected one of none, normal, sunglasses; got 'monocle'"),
        (lambda: FaceAttributes(smile=1.5), r"smile: expected a number in \[-0.5, 1\], got 1.5"),
        (lambda: FaceAttributes(smile=float("nan")), "smile: expected a number"),
        (lambda: PLAIN.but(hat="top"), "hat: no such attribute; expected one of skin, hair_style"),
        (lambda: Faces(-1), "n: expected an integer >= 0, got -1"),
        (lambda: Faces(1, seed=-2), "seed: expected an integer >= 0, got -2"),
        (lambda: Faces(1, fixed={"hat": "top"}), "hat: no such attribute"),
        (lambda: Faces(1, fixed={"skin": "blue"}), "skin: expected one of .*; got 'blue'"),
    ],
)
def test_bad_values_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_past_the_end():
    faces = Faces(2)
    assert torch.equal(faces[-1][0], faces[1][0])
    with pytest.raises(IndexError, match="one of 2 images, got 2"):
        faces[2]
