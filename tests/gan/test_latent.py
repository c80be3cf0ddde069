"""Steps between codes, mean codes, nearest images, coverage."""

import pytest
import torch

from thesiscode.engine import generator
from thesiscode.gan import attribute_code, coverage, interpolate, nearest_images


@pytest.fixture
def codes():
    return torch.randn(6, 50, generator=generator(0))


@pytest.mark.parametrize("along", ["line", "sphere"])
def test_both_ends_are_the_codes_themselves(codes, along):
    path = interpolate(codes[0], codes[1], 7, along=along)
    assert path.shape == (7, 50)
    torch.testing.assert_close(path[0], codes[0])
    torch.testing.assert_close(path[-1], codes[1])


def test_a_line_has_equal_steps_and_a_circle_equal_angles(codes):
    line = interpolate(codes[0], codes[1], 5)
    torch.testing.assert_close(line.diff(dim=0), ((codes[1] - codes[0]) / 4).expand(4, -1))
    circle = interpolate(codes[0], codes[1], 5, along="sphere")
    lengths = circle.norm(dim=1)
    torch.testing.assert_close(lengths.diff(), ((codes[1].norm() - codes[0].norm()) / 4).expand(4), atol=1e-4, rtol=0)
    turns = (circle[1:] * circle[:-1]).sum(dim=1) / (lengths[1:] * lengths[:-1])
    torch.testing.assert_close(turns, turns[:1].expand(4), atol=1e-5, rtol=0)
    assert line[2].norm() < 0.85 * circle[2].norm()  # why one would prefer the circle


def test_the_same_direction_is_a_line(codes):
    path = interpolate(codes[0], 2 * codes[0], 3, along="sphere")
    torch.testing.assert_close(path[1], 1.5 * codes[0])


def test_mean_codes(codes):
    shows = torch.tensor([True, False, True, False, True, False])
    torch.testing.assert_close(attribute_code(codes, shows), codes[[0, 2, 4]].mean(dim=0))
    torch.testing.assert_close(attribute_code(codes, shows, most=2), codes[[0, 2]].mean(dim=0))
    with pytest.raises(ValueError, match="shows: expected at least one image with the attribute"):
        attribute_code(codes, torch.zeros(6, dtype=torch.bool))


def test_the_nearest_images_are_found_by_brute_force():
    images = torch.rand(40, 3, 4, 4, generator=generator(1))
    queries = torch.cat([images[7:8], torch.rand(3, 3, 4, 4, generator=generator(2))])
    index, distance = nearest_images(queries, images, k=3)
    for query, found, far in zip(queries, index, distance, strict=True):
        literal = ((images - query) ** 2).mean(dim=(1, 2, 3)).sqrt()
        torch.testing.assert_close(literal.sort().values[:3], far, atol=1e-3, rtol=0)
        torch.testing.assert_close(literal[found], far, atol=1e-3, rtol=0)
    assert index[0, 0] == 7 and distance[0, 0] < 1e-3


def test_a_dropped_value_is_named():
    real = ["none"] * 70 + ["round"] * 20 + ["square"] * 10
    found = coverage(["none"] * 75 + ["round"] * 24 + ["square"], real)
    assert found == {"none": (0.7, 0.75, False), "round": (0.2, 0.24, False), "square": (0.1, 0.01, True)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda z: interpolate(z[0], z[1], 1), "steps: expected at least 2, got 1"),
        (lambda z: interpolate(z[0], z[1], 3, along="arc"), "along: expected line or sphere, got 'arc'"),
        (lambda z: nearest_images(z, z, k=7), "k: expected 1 to 6, got 7"),
        (lambda z: coverage([], ["a"]), "generated, real: expected at least one image in both"),
    ],
)
def test_bad_input_is_named(codes, call, message):
    with pytest.raises(ValueError, match=message):
        call(codes)
