"""All classes and breeds: they differ, they fit, their parts make the whole, and they take part in every mode."""

import subprocess
import sys

import numpy as np
import pytest

from thesiscode.data.toyland.classes import CLASSES, DISTINCTIVE, N_BREEDS, PARTS, TARGETS, draw_object, part_masks
from thesiscode.data.toyland.looks import Look

VOC = {"aeroplane", "bicycle", "bird", "boat", "bottle", "car", "cat", "chair", "dog", "person", "pottedplant", "sheep"}


def test_the_classes_are_the_twelve_targets_and_twelve_more():
    assert set(TARGETS) == VOC and CLASSES[:12] == TARGETS
    assert len(CLASSES) == len(set(CLASSES)) == 24
    assert N_BREEDS >= 20


@pytest.mark.parametrize("name", CLASSES)
def test_every_breed_has_the_parts_of_its_class_and_shows_the_distinctive_one(name):
    for breed in range(N_BREEDS):
        masks = part_masks(name, breed, 64, Look())
        assert set(PARTS[name]) <= set(masks)
        assert all(mask.any() for mask in masks.values())
        total = sum(int(mask.sum()) for mask in masks.values())
        assert masks[DISTINCTIVE[name]].sum() > 0.01 * total
        assert sum(masks[part].sum() for part in PARTS[name]) > 0.9 * total


@pytest.mark.parametrize("name", CLASSES)
def test_the_masks_of_the_parts_make_up_the_object(name):
    rng = np.random.default_rng(1)
    for breed in range(0, N_BREEDS, 3):
        look = Look.random(rng)
        masks = np.stack(list(part_masks(name, breed, 48, look).values()))
        alpha = draw_object(name, breed, 48, look)[..., 3]
        assert masks.sum(0).max() == 1
        assert np.array_equal(masks.any(0), alpha >= 127)


@pytest.mark.parametrize("name", CLASSES)
def test_no_two_breeds_look_alike(name):
    pictures = np.stack([draw_object(name, breed, 48, Look()) for breed in range(N_BREEDS)]).astype(float)
    pictures = pictures[..., :3] * (pictures[..., 3:] / 255)
    covered = (pictures.max(-1) > 0).mean()
    apart = np.abs(pictures[:, None] - pictures[None]).mean((2, 3, 4)) / covered
    assert apart[~np.eye(N_BREEDS, dtype=bool)].min() > 8  # grey levels a pixel of the object


@pytest.mark.parametrize("name", CLASSES)
def test_objects_fit_and_fill_their_square(name):
    rng = np.random.default_rng(2)
    for side in (12, 33, 80):
        for breed in (0, 7, 19):
            image = draw_object(name, breed, side, Look.random(rng))
            assert image.shape == (side, side, 4) and image.dtype == np.uint8
            rows, columns = np.flatnonzero(image[..., 3].any(1)), np.flatnonzero(image[..., 3].any(0))
            assert max(np.ptp(rows), np.ptp(columns)) + 1 >= side - 2
            assert abs((rows[0] + rows[-1]) - (side - 1)) <= 2 and abs((columns[0] + columns[-1]) - (side - 1)) <= 2


@pytest.mark.parametrize("name", CLASSES)
def test_a_mirrored_object_is_the_mirror_image(name):
    plain, mirrored = (draw_object(name, 4, 64, Look(flip=flip))[..., 3] for flip in (False, True))
    assert np.abs(plain[:, ::-1].astype(int) - mirrored).mean() < 15


@pytest.mark.parametrize(
    "name", [n for n in CLASSES if n not in ("bottle", "bus", "car", "cup", "house", "table", "tractor")]
)
def test_some_breed_is_jointed(name):
    moved = [
        np.abs(draw_object(name, b, 48, Look(pose=-1.0)).astype(int) - draw_object(name, b, 48, Look(pose=1.0))).mean()
        for b in range(N_BREEDS)
    ]
    assert max(moved) > 2


def test_the_same_arguments_give_the_same_bytes_in_another_process():
    code = (
        "import hashlib, numpy as np\n"
        "from thesiscode.data.toyland.classes import *\n"
        "from thesiscode.data.toyland.looks import Look\n"
        "h = hashlib.sha256()\n"
        "for n in CLASSES:\n"
        "    for b in (0, 13):\n"
        "        h.update(draw_object(n, b, 40, Look.random(np.random.default_rng(b))).tobytes())\n"
        "print(h.hexdigest())\n"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout for _ in "ab"
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("unicorn", 0, 32), "name: expected one of aeroplane, .*; got 'unicorn'"),
        (("cat", 20, 32), r"breed: expected an integer in \[0, 20\), got 20"),
        (("cat", -1, 32), "breed: expected an integer"),
        (("cat", 0, 2), "side: expected an integer >= 4"),
    ],
)
def test_bad_input_is_named(arguments, message):
    for function in (draw_object, part_masks):
        with pytest.raises(ValueError, match=message):
            function(*arguments, Look())
