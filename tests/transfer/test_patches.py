"""The multi-scale grid of patches and their pixels: coverage, overlap, counts, equality with torchvision, bad input."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms.functional import resize

from thesiscode.transfer import SCALES, extract_patches, patch_grid

sides = st.integers(4, 400)
overlaps = st.floats(0, 0.9)


def by_side(patches):
    """The patches of each width, as a dict."""
    widths = patches[:, 2] - patches[:, 0]
    return {int(side): patches[widths == side] for side in np.unique(widths)}


def covered(patches, width, height):
    """At how many patches each pixel lies, counted patch by patch."""
    count = np.zeros((height, width), int)
    for x0, y0, x1, y1 in patches:
        count[y0:y1, x0:x1] += 1
    return count


def random_image(height, width, dtype, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (3, height, width), dtype=np.uint8)
    return torch.from_numpy(pixels) if dtype == torch.uint8 else torch.from_numpy(pixels).to(dtype) / 255


@pytest.mark.parametrize(("width", "height"), [(500, 375), (375, 500)])
def test_a_photograph_gives_about_500_patches(width, height):
    assert 450 <= len(patch_grid(width, height)) <= 550
    assert len(patch_grid(width, height, overlap=0.5)) == 275


@given(width=sides, height=sides, overlap=overlaps)
def test_patches_are_squares_inside_that_cover_the_image(width, height, overlap):
    for scale in SCALES:
        patches = patch_grid(width, height, scales=(scale,), overlap=overlap)
        (side,) = by_side(patches)
        assert abs(side - min(width, height) / scale) <= 0.5
        np.testing.assert_array_equal(patches[:, 2:] - patches[:, :2], side)
        assert (patches[:, :2].min(axis=0) == 0).all() and (patches[:, 2:].max(axis=0) == (width, height)).all()
        assert (covered(patches, width, height) > 0).all()
        assert len(np.unique(patches, axis=0)) == len(patches)


@given(width=sides, height=sides, overlap=overlaps)
def test_neighbours_overlap_enough_and_stand_at_regular_steps(width, height, overlap):
    for scale in SCALES:
        patches = patch_grid(width, height, scales=(scale,), overlap=overlap)
        (side,) = by_side(patches)
        columns, rows = (np.unique(patches[:, axis]) for axis in (0, 1))
        assert len(columns) * len(rows) == len(patches)
        for starts, length in ((columns, width), (rows, height)):
            steps = np.diff(starts)
            assert (1 - steps / side >= overlap - 1e-9).all() or (steps == 1).all()
            assert np.ptp(steps) <= 1 if len(steps) else length == side


@given(width=sides, height=sides)
def test_scales_follow_one_another_in_rows(width, height):
    expected = [patch_grid(width, height, scales=(scale,)) for scale in SCALES]
    for patches in expected:
        assert (np.lexsort((patches[:, 0], patches[:, 1])) == np.arange(len(patches))).all()
    np.testing.assert_array_equal(patch_grid(width, height), np.concatenate(expected))


def test_the_largest_patch_of_a_square_image_is_the_image():
    np.testing.assert_array_equal(patch_grid(64, 64, scales=(1,)), [[0, 0, 64, 64]])
    np.testing.assert_array_equal(patch_grid(4, 2, scales=(1,), overlap=0), [[0, 0, 2, 2], [2, 0, 4, 2]])


def test_an_overlap_that_a_whole_step_meets_exactly_is_met_by_that_step():
    # (1 - 0.66) * 150 falls short of 51 in binary; the step is 51 all the same
    np.testing.assert_array_equal(patch_grid(201, 150, scales=(1,))[:, 0], [0, 51])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width is 0; expected a whole number of pixels"),
        ({"height": -3}, "height is -3"),
        ({"height": 20.5}, "height is 20.5"),
        ({"width": True}, "width is True"),
        ({"width": 3}, "width x height is 3 x 30, too small for scale 3.2: its patches would be 0.94 pixels wide"),
        ({"scales": ()}, "scales is empty"),
        ({"scales": (1, 0.5)}, "scales holds 0.5; expected finite numbers of at least 1"),
        ({"scales": (-2,)}, "scales holds -2"),
        ({"scales": (float("nan"),)}, "scales holds nan"),
        ({"scales": (float("inf"),)}, "scales holds inf"),
        ({"overlap": 1}, r"overlap is 1; expected a share in \[0, 1\)"),
        ({"overlap": -0.1}, "overlap is -0.1"),
        ({"overlap": float("nan")}, "overlap is nan"),
    ],
)
def test_settings_that_make_no_grid_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        patch_grid(**{"width": 40, "height": 30, **arguments})


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.uint8, 1), (torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize(("width", "height", "size"), [(40, 30, 12), (30, 40, 29), (97, 131, 64), (23, 17, 1)])
def test_patches_equal_those_cut_and_resized_one_by_one(width, height, size, dtype, tolerance):
    image = random_image(height, width, dtype)
    patches = patch_grid(width, height)
    alone = [resize(image[:, y0:y1, x0:x1], [size, size], antialias=True) for x0, y0, x1, y1 in patches]
    together = extract_patches(image, patches, size)
    assert together.shape == (len(patches), 3, size, size) and together.dtype == dtype
    assert (together.double() - torch.stack(alone).double()).abs().max() <= tolerance


def test_shrinking_averages_and_keeps_what_lies_outside_away():
    image = torch.full((3, 8, 8), 100.0)
    image[:, 2:6, 2:6] = (torch.arange(16).reshape(4, 4) % 2).float()  # columns of 0 and 1, inside of a bright frame
    (patch,) = extract_patches(image, np.array([[2, 2, 6, 6]]), 1)
    assert torch.allclose(patch, torch.full((3, 1, 1), 0.5))


@given(seed=st.integers(0, 100), count=st.integers(0, 8))
def test_any_squares_in_any_order_come_back_in_that_order(seed, count):
    rng = np.random.default_rng(seed)
    image = random_image(20, 30, torch.float64, seed)
    side = rng.integers(1, 5, count) * 4
    corner = np.stack([rng.integers(0, 30 - side + 1), rng.integers(0, 20 - side + 1)], axis=1).reshape(-1, 2)
    patches = np.concatenate([corner, corner + side[:, None]], axis=1)
    together = extract_patches(image, patches, 8)
    assert together.shape == (count, 3, 8, 8)
    for patch, row in zip(together, patches, strict=True):
        torch.testing.assert_close(patch, extract_patches(image, row[None], 8)[0])


def test_patches_of_the_asked_size_are_the_pixels_themselves():
    image = random_image(20, 30, torch.uint8)
    (patch,) = extract_patches(image, np.array([[7, 3, 19, 15]]), 12)
    assert torch.equal(patch, image[:, 3:15, 7:19])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("image", "patches", "size", "message"),
    [
        (torch.zeros(8, 8), [[0, 0, 4, 4]], 4, r"image has shape \(8, 8\); expected \(3, height, width\)"),
        (torch.zeros(1, 8, 8), [[0, 0, 4, 4]], 4, r"image has shape \(1, 8, 8\)"),
        (torch.zeros(3, 0, 8), [[0, 0, 4, 4]], 4, r"image has shape \(3, 0, 8\)"),
        (torch.zeros(3, 8, 8, dtype=torch.int64), [[0, 0, 4, 4]], 4, "image holds torch.int64"),
        (torch.zeros(3, 8, 8, dtype=torch.uint8, device="meta"), [[0, 0, 4, 4]], 4, "bytes on the device meta"),
        (torch.zeros(3, 8, 8), [[0, 0, 4, 4]], 0, "size is 0"),
        (torch.zeros(3, 8, 8), [[0, 0, 4, 4]], 2.5, "size is 2.5"),
        (torch.zeros(3, 8, 8), [[0, 0, 9, 9]], 4, r"patches holds \[0, 0, 9, 9\], which leaves the image of 8 x 8"),
        (torch.zeros(3, 8, 8), [[-1, 0, 3, 4]], 4, "leaves the image"),
        (torch.zeros(3, 8, 8), [[0, 0, 4, 5]], 4, r"patches holds \[0, 0, 4, 5\], which is not square"),
        (torch.zeros(3, 8, 8), [[4, 4, 4, 4]], 4, r"patches holds \[4, 4, 4, 4\]; expected x0 < x1"),
        (torch.zeros(3, 8, 8), [[0, 0, 2.5, 2.5]], 4, "patches holds fractions of pixels"),
        (torch.zeros(3, 8, 8), [0, 0, 4, 4], 4, r"patches has shape \(4,\)"),
    ],
)
def test_patches_that_cannot_be_cut_are_refused(image, patches, size, message):
    with pytest.raises(ValueError, match=message):
        extract_patches(image, np.array(patches), size)
