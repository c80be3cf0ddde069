"""One pass over an image against one pass a window (thesis Section 4.2.1): 144 pixels, stride 8."""

import statistics
import time

import pytest
import torch

from thesiscode.nets import SmallAlexNet, to_convolutional, truncate, window

SIDE, PATCH = 144, 64


@pytest.mark.parametrize("batch", [1, 121])
def test_sliding_against_patch_by_patch(benchmark, batch):
    """Patches of 64 pixels are what the network was trained on. `batch`: how many go through it together."""
    net = SmallAlexNet(12, fc_width=512, generator=torch.Generator().manual_seed(0)).eval()
    sliding = to_convolutional(net).to(memory_format=torch.channels_last)
    look = window(to_convolutional(truncate(net, "relu7")))
    image = torch.rand(1, 3, SIDE, SIDE).to(memory_format=torch.channels_last)
    corners = range(0, SIDE - PATCH + 1, look.stride)
    patches = torch.cat([image[:, :, y : y + PATCH, x : x + PATCH] for y in corners for x in corners])
    patches = patches.to(memory_format=torch.channels_last)
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
    benchmark.extra_info.update(name=f"{batch} at a time", patch_by_patch_over_sliding=ratio)
