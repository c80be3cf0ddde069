"""What a generator's stride leaves in its images: peaks in their spectrum (thesis Section 5.3.3; Odena et al. 2016)."""

import torch
from jaxtyping import Float


def power_spectrum(images: Float[torch.Tensor, "n C S S"]) -> Float[torch.Tensor, "S S"]:
    """The mean power of each spatial frequency of square images, frequency 0 in the middle.

    The mean of each channel is taken off first, and a Hann window fades the borders out, which would otherwise show as
    a cross: an image does not go on at its other side. Averaged over images and channels.
    """
    side = images.shape[-1]
    fade = torch.hann_window(side, periodic=True, dtype=images.dtype, device=images.device)
    centred = images - images.mean(dim=(2, 3), keepdim=True)
    power = torch.fft.fft2(centred * fade[:, None] * fade).abs().square().mean(dim=(0, 1))
    return torch.fft.fftshift(power / side**2)


def stride_peak(spectrum: Float[torch.Tensor, "S S"], period: int) -> float:
    """How much the frequency 1 / `period` stands out along both axes: its power over that of its neighbours.

    The power of a column is summed over rows (and of a row over columns), so that any pattern that repeats every
    `period` pixels along an axis counts. The result is the geometric mean of both axes; 1: no more than its neighbours,
    which lie three steps away, beyond the reach of the window. Deconvolutions of stride 2 leave peaks at the periods 2,
    4, 8: the last one's at 2. Raises ValueError for a period that is no divisor of the side from 2 on.
    """
    side = spectrum.shape[0]
    if period < 2 or side % period:
        raise ValueError(f"period: expected a divisor of {side} from 2 on, got {period}")
    at, peaks = side // period, 1.0
    for axis in (0, 1):
        profile = torch.fft.ifftshift(spectrum.sum(dim=axis))  # frequency 0 first
        around = [profile[(at + step) % side] for step in (-3, 3)]
        peaks *= float(profile[at] / (around[0] * around[1]).sqrt())
    return peaks**0.5
