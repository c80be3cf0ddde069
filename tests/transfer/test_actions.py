"""The square patch around a person: where it lies, what lies beyond the image, bad input."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from thesiscode.transfer import extract_patches, person_patch


def image_of(height, width, dtype=torch.float64, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 256, (3, height, width))).to(dtype)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_inside_of_the_image_the_patch_is_a_plain_one(dtype):
    image = image_of(60, 80, dtype)
    box = np.array([30, 20, 40, 40])  # 10 x 20, centre (35, 30)
    for margin, square in ((0, [25, 20, 45, 40]), (0.1, [23, 18, 47, 42]), (0.5, [15, 10, 55, 50])):
        patch = person_patch(image, box, 16, margin=margin)
        assert patch.dtype == dtype
        assert torch.equal(patch, extract_patches(image, np.array([square]), 16)[0])
    assert torch.equal(person_patch(image, box, 16), person_patch(image, box.astype(np.float32), 16))
    assert torch.equal(person_patch(image, box, 16), person_patch(image, torch.from_numpy(box).float(), 16))


@given(
    seed=st.integers(0, 1000),
    width=st.integers(1, 12),
    height=st.integers(1, 12),
    margin=st.floats(0, 4),
    data=st.data(),
)
def test_beyond_the_image_lies_its_mirror_image_as_often_as_needed(seed, width, height, margin, data):
    image = image_of(height, width, seed=seed)
    x0, y0 = data.draw(st.integers(-3, width - 1)), data.draw(st.integers(-3, height - 1))
    x1, y1 = data.draw(st.integers(max(x0, 0) + 1, width + 3)), data.draw(st.integers(max(y0, 0) + 1, height + 3))
    side = max(1, round(max(x1 - x0, y1 - y0) * (1 + 2 * margin)))
    reach = side + 10
    padded = np.pad(image.numpy(), ((0, 0), (reach, reach), (reach, reach)), mode="symmetric")
    left, top = reach + round((x0 + x1 - side) / 2), reach + round((y0 + y1 - side) / 2)
    patch = person_patch(image, np.array([x0, y0, x1, y1]), side, margin=margin)
    np.testing.assert_array_equal(patch, padded[:, top : top + side, left : left + side])


def test_the_result_has_the_asked_size():
    image = image_of(9, 5)
    assert person_patch(image, np.array([0.5, 0.5, 4.5, 8.5]), 64).shape == (3, 64, 64)
    assert person_patch(image, np.array([2.0, 2.0, 2.1, 2.1]), 3).shape == (3, 3, 3)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": torch.zeros(9, 5, 3)}, r"image has shape \(9, 5, 3\)"),
        ({"image": torch.zeros(3, 9, 5, dtype=torch.int32)}, "image holds torch.int32"),
        ({"size": 0}, "size is 0"),
        ({"margin": -0.1}, "margin is -0.1; expected a finite share of at least 0"),
        ({"margin": float("nan")}, "margin is nan"),
        ({"margin": float("inf")}, "margin is inf"),
        ({"box": np.array([3, 3, 2, 4])}, r"box holds \[3, 3, 2, 4\]; expected x0 < x1"),
        ({"box": np.array([0, 0, np.inf, 4])}, "expected finite numbers"),
        ({"box": np.array([0, 0, 4])}, r"box has shape \(3,\); expected \(4,\)"),
        ({"box": np.array([5, 0, 8, 4])}, r"box is \[5, 0, 8, 4\], outside of the image of 5 x 9"),
        ({"box": np.array([0, -4, 3, 0])}, "outside of the image of 5 x 9"),
    ],
)
def test_people_who_cannot_be_cut_out_are_refused(arguments, message):
    usual = {"image": torch.zeros(3, 9, 5), "box": np.array([0, 0, 4, 4]), "size": 8}
    with pytest.raises(ValueError, match=message):
        person_patch(**usual | arguments)
