"""The spatial transformer: against torch's own sampler, against central differences, and on maps with known results."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from thesiscode.nets import IDENTITY, SpatialTransformer, affine_grid, bilinear_sample, rotation


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_it_is_torchs_sampler():
    images, maps = draws(3, 2, 7, 5), draws(3, 2, 3, seed=1)
    grid = affine_grid(maps, (6, 9))
    torch.testing.assert_close(grid, F.affine_grid(maps, (3, 2, 6, 9), align_corners=True))
    found = bilinear_sample(images, grid)
    torch.testing.assert_close(found, F.grid_sample(images, grid, align_corners=True, padding_mode="zeros"))
    assert (found == 0).any() and (found != 0).any()  # some places lie outside


def test_the_identity_changes_nothing():
    images = draws(2, 3, 6, 4)
    maps = torch.tensor(IDENTITY, dtype=torch.float64).view(1, 2, 3).repeat(2, 1, 1)
    torch.testing.assert_close(bilinear_sample(images, affine_grid(maps, (6, 4))), images)


def test_a_quarter_turn_is_exact_and_counter_clockwise():
    images = draws(1, 1, 5, 5)
    grid = affine_grid(rotation(torch.tensor([torch.pi / 2], dtype=torch.float64)), (5, 5))
    torch.testing.assert_close(bilinear_sample(images, grid)[0, 0], images[0, 0].rot90(1))


def test_a_translation_by_a_pixel():
    images = draws(1, 1, 4, 5)
    maps = torch.tensor([[[1.0, 0.0, 2 / 4], [0.0, 1.0, 0.0]]], dtype=torch.float64)
    moved = bilinear_sample(images, affine_grid(maps, (4, 5)))
    torch.testing.assert_close(moved[..., :-1], images[..., 1:])
    assert (moved[..., -1] == 0).all()


def test_both_gradients_by_central_differences():
    images, maps = draws(2, 2, 5, 4).requires_grad_(), draws(2, 2, 3, seed=3).mul(0.6).requires_grad_()
    assert torch.autograd.gradcheck(lambda i, m: bilinear_sample(i, affine_grid(m, (4, 3))), (images, maps))


def test_a_single_pixel_is_read_at_the_middle():
    images = draws(1, 1, 3, 3)
    grid = affine_grid(torch.tensor([[IDENTITY[:3], IDENTITY[3:]]], dtype=torch.float64), (1, 1))
    torch.testing.assert_close(bilinear_sample(images, grid)[0, 0, 0, 0], images[0, 0, 1, 1])


class Constant(nn.Module):
    """Says the same of every image."""

    def __init__(self, values):
        super().__init__()
        self.values = nn.Parameter(torch.tensor(values))

    def forward(self, images):
        return self.values.expand(len(images), -1)


def test_a_transformer_learns_the_turn_that_was_made():
    x, y = torch.meshgrid(torch.linspace(-1, 1, 15), torch.linspace(-1, 1, 15), indexing="xy")
    image = torch.exp(-8 * y**2 - x**2)[None, None]  # a soft bar
    turned = bilinear_sample(image, affine_grid(rotation(torch.tensor([0.5])), (15, 15)))
    net = SpatialTransformer(Constant([0.0]), family=rotation)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(120):
        optimizer.zero_grad()
        (net(image) - turned).square().mean().backward()
        optimizer.step()
    assert abs(net.locate.values.item() - 0.5) < 0.02


def test_the_output_may_have_another_size():
    net = SpatialTransformer(Constant(list(IDENTITY)), size=(4, 6))
    assert net(torch.zeros(2, 3, 9, 9)).shape == (2, 3, 4, 6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: affine_grid(torch.zeros(1, 3, 2), (2, 2)), r"maps: expected shape \[N, 2, 3\], got \[1, 3, 2\]"),
        (lambda: affine_grid(torch.zeros(1, 2, 3), (0, 2)), "size: .* got "),
        (lambda: bilinear_sample(torch.zeros(2, 1, 3, 3), torch.zeros(1, 2, 2, 2)), "images, grid: expected"),
        (lambda: bilinear_sample(torch.zeros(1, 1, 3, 3), torch.full((1, 2, 2, 2), torch.nan)), "grid: .* finite"),
        (lambda: SpatialTransformer(Constant([0.0, 1.0]))(torch.zeros(1, 1, 3, 3)), r"locate: expected shape \[1, 6\]"),
    ],
)
def test_bad_input(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
