"""One pass over an image against one pass a window (thesis Section 4.2.1): 144 pixels, stride 8."""

import statistics
import time

import pytest
import torch

from thesiscode.nets import SmallAlexNet, to_convolutional, truncate, window

SIDE, PATCH = 144, 64


def windows(size, look):
    """The boxes of `size` pixels around the centres of all units, as many as fit or beyond the border."""
    centres = [look.centre(k) for k in range((SIDE - PATCH) // look.stride + 1)]
    return [(round(x - size / 2), round(y - size / 2)) for y in centres for x in centres]


@pytest.mark.parametrize("batch", [1, 121])
@pytest.mark.parametrize("seen", ["64 pixels", "all that a unit sees"])
def test_sliding_against_patch_by_patch(benchmark, seen, batch):
    """Patches of 64 pixels are what the network was trained on; a unit of the map sees 131, which is what makes the two
    equal. `batch`: windows that go through the network together."""
    net = SmallAlexNet(12, fc_width=512, generator=torch.Generator().manual_seed(0)).eval()
    sliding = to_convolutional(net).to(memory_format=torch.channels_last)
    look = window(to_convolutional(truncate(net, "relu7")))
    image = torch.rand(1, 3, SIDE, SIDE).to(memory_format=torch.channels_last)
    size = PATCH if seen == "64 pixels" else look.size
    margin = size
    padded = torch.nn.functional.pad(image, (margin,) * 4)
    cut = [padded[:, :, y + margin : y + margin + size, x + margin : x + margin + size] for x, y in windows(size, look)]
    patches = torch.cat(cut).to(memory_format=torch.channels_last)
    one_by_one = []

    @torch.no_grad()
    def patch_by_patch():
        start = time.perf_counter()
        for part in patches.split(batch):
            sliding(part)
        one_by_one.append(time.perf_counter() - start)

    @torch.no_grad()
    def slide():
        sliding(image)

    benchmark.pedantic(slide, setup=patch_by_patch, rounds=5, warmup_rounds=1)
    with torch.no_grad():
        assert sliding(image).shape[2:] == (11, 11) and len(patches) == 121
    ratio = statistics.median(one_by_one[1:]) / benchmark.stats.stats.median
    benchmark.extra_info.update(name=f"{seen}, {batch} at a time", patch_by_patch_over_sliding=ratio)
