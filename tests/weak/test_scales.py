"""Squares of one size, and factors."""

import pytest
import torch

from thesiscode.engine import generator
from thesiscode.weak import RandomScale, rescale, to_square
from thesiscode.weak.scales import square_factor


def draw(*shape, seed=0):
    return torch.randint(256, shape, dtype=torch.uint8, generator=generator(seed, "images"))


@pytest.mark.parametrize(("size", "inner"), [((30, 40), (75, 100)), ((40, 30), (100, 75)), ((20, 20), (100, 100))])
def test_the_larger_side_becomes_the_side_and_the_rest_is_filled(size, inner):
    image = draw(3, *size)
    square = to_square(image, 100, fill=(1, 2, 3))
    assert square.shape == (3, 100, 100) and square.dtype == torch.uint8
    assert square_factor(size[1], size[0], 100) * max(size) == 100
    for colour, channel in zip((1, 2, 3), square, strict=True):
        assert (channel[inner[0] :] == colour).all() and (channel[:, inner[1] :] == colour).all()
    mean = square[:, : inner[0], : inner[1]].float().mean()
    assert abs(mean - image.float().mean()) < 2


def test_an_image_of_the_right_size_keeps_its_pixels():
    image = draw(3, 64, 100)
    assert torch.equal(to_square(image, 100)[:, :64], image)


def test_floating_point_images_stay_so():
    assert to_square(draw(3, 10, 20).float() / 255, 30).dtype == torch.float32


def test_one_factor_for_the_batch_corners_on_corners():
    x = torch.arange(25.0).reshape(1, 1, 5, 5).expand(2, 3, 5, 5)
    big = rescale(x, 2)
    assert big.shape == (2, 3, 10, 10)
    assert torch.allclose(big[:, :, [0, 0, -1, -1], [0, -1, 0, -1]], x[:, :, [0, 0, -1, -1], [0, -1, 0, -1]])
    assert torch.equal(rescale(x, 1), x)


def test_factors_are_uniform_in_their_range_and_follow_from_the_generator():
    scale, x = RandomScale(0.5, 2.0), torch.zeros(2, 3, 100, 100)
    sides = [scale(x, generator(k, "jitter")).shape[2] for k in range(200)]
    assert min(sides) >= 50 and max(sides) <= 200 and max(sides) - min(sides) > 120
    assert abs(sum(sides) / 200 - 125) < 10
    assert sides == [scale(x, generator(k, "jitter")).shape[2] for k in range(200)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: to_square(torch.zeros(3, 0, 4), 10), r"image: expected shape \(3, height, width\)"),
        (lambda: to_square(draw(3, 4, 4), 0), "side: expected at least 1 pixel, got 0"),
        (lambda: rescale(torch.zeros(1, 3, 4, 4), 0), "factor: expected a finite number above 0, got 0"),
        (lambda: rescale(torch.zeros(1, 3, 4, 4), float("inf")), "factor: expected a finite number above 0"),
        (lambda: rescale(torch.zeros(1, 3, 4, 4), 0.1), "factor: expected one that leaves some of"),
        (lambda: RandomScale(1.4, 0.7), "low, high: expected 0 < low <= high"),
        (lambda: RandomScale(0, 1), "low, high: expected 0 < low <= high"),
    ],
)
def test_sizes_and_factors_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
