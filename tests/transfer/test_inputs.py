"""Pixels as inputs, and jitter: the identity, literal crops of a mirrored border, the zoom that a ramp shows."""

import numpy as np
import pytest
import torch

from thesiscode.engine import generator
from thesiscode.transfer.inputs import Jitter, as_input

SIDE = 64
CLOSE = 1e-3
"""Views are interpolated: they are whole pixels up to rounding."""


@pytest.fixture
def noise():
    """Images without two places that look the same."""
    return torch.randn(40, 3, SIDE, SIDE, generator=generator(0, "noise"))


def test_pixels_from_0_to_255_become_numbers_from_minus_1_to_1():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(2, 3, 16, 16)
    result = as_input(levels)
    assert result.dtype == torch.float32 and result.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(result[1, 2].flatten(), torch.linspace(-1, 1, 256))
    assert (result.min(), result.max()) == (-1, 1)
    assert torch.equal(as_input(levels.float()), result)


def test_jitter_of_nothing_is_the_identity(noise):
    torch.testing.assert_close(Jitter(shift=0, zoom=1, mirror=0)(noise, generator(0)), noise, rtol=0, atol=CLOSE)


def test_mirroring_turns_each_image_left_to_right_with_its_probability(noise):
    torch.testing.assert_close(Jitter(shift=0, mirror=1)(noise, generator(0)), noise.flip(3), rtol=0, atol=CLOSE)
    images = noise.repeat(10, 1, 1, 1)
    views = Jitter(shift=0, mirror=0.25)(images, generator(0))
    plain, turned = ((views - other).abs().amax(dim=(1, 2, 3)) < CLOSE for other in (images, images.flip(3)))
    assert (plain ^ turned).all()
    assert abs(turned.sum().item() - 100) < 5 * (400 * 0.25 * 0.75) ** 0.5


@pytest.mark.parametrize("mirror", [0, 1])
def test_each_image_is_shifted_by_itself_into_a_mirrored_border(noise, mirror):
    shift, seen = 2, set()
    views = Jitter(shift=shift, mirror=mirror)(noise, generator(0))
    padded = np.pad(noise.numpy(), [(0, 0), (0, 0), (shift, shift), (shift, shift)], mode="symmetric")
    for view, image in zip(views.numpy(), padded, strict=True):
        view = view[..., ::-1] if mirror else view
        places = [
            (y, x)
            for y in range(2 * shift + 1)
            for x in range(2 * shift + 1)
            if abs(image[:, y : y + SIDE, x : x + SIDE] - view).max() < CLOSE
        ]
        assert len(places) == 1
        seen |= set(places)
    # 40 draws of 25 places: the outermost rows and columns are among them
    assert {y for y, _ in seen} == {x for _, x in seen} == set(range(2 * shift + 1))


def test_each_image_is_zoomed_by_itself_and_by_at_most_the_largest_factor():
    """A ramp of slope 1 has slope 1 / factor after it, and its middle stays in the middle."""
    n, zoom = 400, 1.25
    ramp = torch.arange(SIDE, dtype=torch.float32)
    for axis in (3, 2):  # columns, rows
        images = ramp.expand(n, 3, SIDE, SIDE) if axis == 3 else ramp[:, None].expand(n, 3, SIDE, SIDE)
        views = Jitter(shift=0, zoom=zoom, mirror=0)(images, generator(0))
        middle = views.narrow(axis, 10, SIDE - 20)  # the smallest image ends 7 pixels before the border
        slopes = middle.diff(dim=axis)
        torch.testing.assert_close(slopes, slopes[:, :1, :1, :1].expand(slopes.shape), rtol=0, atol=CLOSE)
        torch.testing.assert_close(middle.mean(dim=(1, 2, 3)), torch.full((n,), (SIDE - 1) / 2))
        logarithms = -slopes[:, 0, 0, 0].log() / np.log(zoom)  # uniform in [-1, 1]
        assert -1 - CLOSE < logarithms.min() < -0.97 and 0.97 < logarithms.max() < 1 + CLOSE
        assert abs(logarithms.mean()) < 4 / (3 * n) ** 0.5
        assert abs((logarithms.abs() < 0.5).float().mean() - 0.5) < 4 * 0.5 / n**0.5


def test_the_generator_decides(noise):
    jitter = Jitter(shift=3, zoom=1.3)
    first, again, other = (jitter(noise, generator(0, name)) for name in ("a", "a", "b"))
    assert torch.equal(first, again) and not torch.equal(first, other)
    draw = generator(0, "a")
    assert torch.equal(jitter(noise, draw), first) and not torch.equal(jitter(noise, draw), first)


def test_colours_stay_what_they_are():
    plain = torch.tensor([-1.0, 0.25, 1.0]).view(1, 3, 1, 1).expand(8, 3, SIDE, SIDE)
    for step in range(20):
        torch.testing.assert_close(Jitter(shift=10, zoom=1.4)(plain, generator(0, step)), plain)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"zoom": 0.9}, "zoom is 0.9; expected a finite factor of at least 1"),
        ({"zoom": float("nan")}, "zoom is nan"),
        ({"zoom": float("inf")}, "zoom is inf"),
        ({"shift": -1}, "shift is -1; expected a number of pixels, at least 0"),
        ({"mirror": 1.5}, r"mirror is 1.5; expected a probability in \[0, 1\]"),
        ({"mirror": -0.5}, "mirror is -0.5"),
        ({"mirror": float("nan")}, "mirror is nan"),
    ],
)
def test_jitter_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Jitter(**arguments)
