import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.scratch import ShapeError, cells, grid_shape, grid_sum, pad

from .oracle import assert_close
from .strategies import grids, rngs


@given(grids(max_padding=3), st.integers(1, 2), st.integers(1, 3), rngs)
def test_cells_are_the_windows_of_the_padded_map(grid, n, c, rng):
    x = rng.normal(size=(n, c, grid.height, grid.width))
    windows = cells(x, grid.size, grid.stride, padding=grid.padding, fill=7.0)
    padded = np.pad(x, [(0, 0), (0, 0), (grid.padding,) * 2, (grid.padding,) * 2], constant_values=7.0)
    np.testing.assert_array_equal(pad(x, grid.padding, 7.0), padded)
    assert windows.shape[2:4] == grid_shape(grid.height, grid.width, grid.size, grid.stride, grid.padding)
    for i, j in np.ndindex(windows.shape[2:4]):
        top, left = i * grid.stride, j * grid.stride
        np.testing.assert_array_equal(windows[:, :, i, j], padded[:, :, top : top + grid.size, left : left + grid.size])
    # No further cell would fit.
    assert windows.shape[2] * grid.stride + grid.size > padded.shape[2]
    assert windows.shape[3] * grid.stride + grid.size > padded.shape[3]


def test_cells_share_the_memory_of_the_map_and_cannot_be_written():
    x = np.zeros((2, 3, 8, 8))
    windows = cells(x, 3, 2)
    assert np.shares_memory(windows, x)
    with pytest.raises(ValueError, match="read-only"):
        windows[...] = 1


@settings(max_examples=50)
@given(grids(max_padding=3), st.integers(1, 2), st.integers(1, 3), rngs)
def test_grid_sum_is_the_transpose_of_cells(grid, n, c, rng):
    x = rng.normal(size=(n, c, grid.height, grid.width))
    windows = cells(x, grid.size, grid.stride, padding=grid.padding)
    d = rng.normal(size=windows.shape)
    back = grid_sum(d, x.shape, grid.stride, padding=grid.padding)
    assert back.shape == x.shape
    assert np.isclose((windows * d).sum(), (x * back).sum(), rtol=1e-10, atol=1e-10)


@settings(max_examples=25)
@given(grids(max_padding=3), rngs)
def test_grid_sum_agrees_with_torch_fold(grid, rng):
    h, w = grid_shape(grid.height, grid.width, grid.size, grid.stride, grid.padding)
    d = rng.normal(size=(2, 3, h, w, grid.size, grid.size))
    columns = torch.tensor(d.transpose(0, 1, 4, 5, 2, 3).reshape(2, 3 * grid.size**2, h * w))
    side = (grid.height, grid.width)
    folded = torch.nn.functional.fold(columns, side, grid.size, stride=grid.stride, padding=grid.padding)
    assert_close(grid_sum(d, (2, 3, *side), grid.stride, padding=grid.padding), folded)


def test_overlaps_are_counted():
    ones = np.ones((1, 1, 2, 2, 3, 3))  # the grid of Figure B-13: size 3, stride 2 on 5 x 5
    line = np.array([1, 1, 2, 1, 1])
    np.testing.assert_array_equal(grid_sum(ones, (1, 1, 5, 5), 2)[0, 0], np.outer(line, line))


def test_float32_stays_float32():
    x = np.zeros((1, 1, 4, 4), np.float32)
    windows = cells(x, 2, 2, padding=1)
    assert windows.dtype == grid_sum(windows, x.shape, 2, padding=1).dtype == np.float32


@pytest.mark.usefixtures("unchecked")
class TestErrors:
    x = np.zeros((1, 1, 4, 5))

    def test_cell_that_does_not_fit(self):
        with pytest.raises(ShapeError, match=r"size: a cell of 5 x 5 does not fit the padded input of 4 x 5"):
            cells(self.x, 5)
        with pytest.raises(ShapeError, match=r"size: a cell of 7 x 7 does not fit the padded input of 6 x 7"):
            grid_shape(4, 5, 7, 1, 1)
        assert cells(self.x, 6, padding=1).shape[2:4] == (1, 2)

    @pytest.mark.parametrize("bad", [0, -1, 1.5, 2.0, "2", float("nan"), None])
    def test_size_stride_and_padding_are_counts(self, bad):
        with pytest.raises(ValueError, match=r"stride: expected an integer >= 1, got"):
            cells(self.x, 2, bad)
        with pytest.raises(ValueError, match=r"size: expected an integer >= 1, got"):
            cells(self.x, bad)
        if bad != 0:
            with pytest.raises(ValueError, match=r"padding: expected an integer >= 0, got"):
                cells(self.x, 2, padding=bad)
            with pytest.raises(ValueError, match=r"padding: expected an integer >= 0, got"):
                pad(self.x, bad)

    def test_wrong_ranks(self):
        with pytest.raises(ShapeError, match=r"x: expected an array of rank 4, \(N, C, H, W\); got shape \(4, 5\)"):
            cells(np.zeros((4, 5)), 2)
        with pytest.raises(ShapeError, match=r"x: expected an array of rank 4, \(N, C, H, W\); got list"):
            pad([[1.0]], 2)
        with pytest.raises(ShapeError, match=r"dcells: expected an array of rank 6.*got shape \(2, 2\)"):
            grid_sum(np.zeros((2, 2)), (1, 1, 4, 4))

    def test_cells_of_other_maps(self):
        d = np.zeros((1, 1, 2, 2, 2, 2))
        assert grid_sum(d, (1, 1, 4, 4), 2).shape == (1, 1, 4, 4)
        with pytest.raises(
            ShapeError, match=r"dcells: expected the cells \(1, 1, 3, 2, 2, 2\) for maps of \(1, 1, 6, 4\)"
        ):
            grid_sum(d, (1, 1, 6, 4), 2)
        with pytest.raises(ShapeError, match=r"dcells: expected the cells \(5, 1, 2, 2, 2, 2\)"):
            grid_sum(d, (5, 1, 4, 4), 2)
