"""Spectra: a pattern shows at its frequency, and nowhere else."""

import math

import pytest
import torch
from torch import nn

from thesiscode.engine import generator
from thesiscode.gan.spectrum import power_spectrum, stride_peak


def noise(n=50, side=32):
    return torch.randn(n, 3, side, side, generator=generator(0, "noise"))


def test_white_noise_is_flat_and_its_power_is_its_variance_under_the_window():
    spectrum = power_spectrum(noise(400))
    window = torch.hann_window(32).square().sum().item() ** 2 / 32**2
    assert spectrum[4:].mean().item() == pytest.approx(window, rel=0.02)
    assert all(abs(stride_peak(spectrum, period) - 1) < 0.1 for period in (2, 4, 8))


@pytest.mark.parametrize("period", [2, 4, 8])
def test_a_pattern_shows_at_its_period_only(period):
    x = torch.arange(32)
    wave = torch.cos(2 * math.pi * x / period)
    spectrum = power_spectrum(noise() + 0.5 * (wave[:, None] + wave))
    assert spectrum[16, 16 + 32 // period if period > 2 else 0] > 10 * spectrum[16, 16 + 6]
    assert stride_peak(spectrum, period) > 1.5
    assert all(stride_peak(spectrum, other) < 1.25 for other in (2, 4, 8) if other != period)


def test_copies_of_neighbours_have_no_peak_and_a_strided_layer_with_uneven_overlap_has():
    x = noise(side=16)
    resized = nn.functional.interpolate(x, scale_factor=2)
    uneven = nn.functional.conv_transpose2d(x, torch.ones(3, 1, 3, 3), stride=2, padding=1, output_padding=1, groups=3)
    even = nn.functional.conv_transpose2d(x, torch.ones(3, 1, 4, 4), stride=2, padding=1, groups=3)
    # A constant map of ones makes the overlap itself visible: every second pixel is covered twice as often.
    ones = torch.ones(1, 3, 16, 16)
    pattern = nn.functional.conv_transpose2d(
        ones, torch.ones(3, 1, 3, 3), stride=2, padding=1, output_padding=1, groups=3
    )
    peaks = [stride_peak(power_spectrum(found + pattern_off), 2) for found, pattern_off in ((resized, 0), (even, 0))]
    assert max(peaks) < 1.2
    assert stride_peak(power_spectrum(uneven + 3 * pattern), 2) > 3


@pytest.mark.parametrize("period", [1, 3, 64])
def test_another_period_is_refused(period):
    with pytest.raises(ValueError, match=f"period: expected a divisor of 32 from 2 on, got {period}"):
        stride_peak(torch.ones(32, 32), period)
