"""What cached features save, how many patches a second a network reads, and AlexNet beside torchvision's on a GPU."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from thesiscode import engine
from thesiscode.nets import AlexNet, Features, SmallAlexNet, truncate
from thesiscode.transfer import patch_grid
from thesiscode.transfer.adaptation import AdaptedNet, adaptation_layers, cache_features
from thesiscode.transfer.classify import patch_features
from thesiscode.transfer.examples import toyland_images
from thesiscode.transfer.inputs import as_input
from thesiscode.transfer.photographs import as_photograph


class Case(NamedTuple):
    """One adaptation: patches, the network that reads them, fresh layers, and the protocol of its experiment."""

    trunk: nn.Module
    head: nn.Module
    images: torch.Tensor
    prepare: Callable[[torch.Tensor], torch.Tensor]
    protocol: engine.Protocol


def toyland() -> Case:
    """As `transfer/objects`: the small AlexNet on patches of 64 pixels."""
    draw = engine.generator(0, "bench")
    net = SmallAlexNet(120, generator=draw).to(memory_format=torch.channels_last)
    images = torch.randint(256, (4096, 3, 64, 64), generator=draw, dtype=torch.uint8)
    head = adaptation_layers(512, 13, width=256, generator=draw)
    return Case(truncate(net, "relu7"), head, images, as_input, engine.Protocol(batch_size=32, max_epochs=1, drops=0))


def photographs() -> Case:
    """As `transfer/photographs`: SqueezeNet, with random weights, on patches of 112 pixels."""
    draw = engine.generator(0, "bench")
    trunk = Features(torchvision.models.squeezenet1_1(weights=None), "features.12", mean=True)
    trunk = trunk.to(memory_format=torch.channels_last)
    images = torch.randint(256, (1024, 3, 112, 112), generator=draw, dtype=torch.uint8)
    head = adaptation_layers(512, 6, width=512, generator=draw)
    protocol = engine.Protocol(batch_size=256, max_epochs=1, drops=0)
    return Case(
        trunk.to(memory_format=torch.channels_last).requires_grad_(False), head, images, as_photograph, protocol
    )


@pytest.mark.parametrize("case", [toyland, photographs], ids=["Toyland", "photographs"])
def test_an_epoch_of_adaptation(benchmark, case):
    """An epoch on features that are there already; before each, one with the frozen network in the loop."""
    trunk, head, images, prepare, protocol = case()
    labels = torch.arange(len(images)) % head[-1].out_features
    cached = cache_features(trunk, images, prepare=prepare)
    trunk.requires_grad_(False)
    options = {"seed": 0, "progress": False}
    in_the_loop = []

    def whole_network():
        start = time.perf_counter()
        data = engine.Tensors(images, labels)
        engine.fit(AdaptedNet(trunk, head), data, F.cross_entropy, protocol, prepare=prepare, **options)
        in_the_loop.append(time.perf_counter() - start)

    def layers_only():
        engine.fit(head, engine.Tensors(cached, labels), F.cross_entropy, protocol, **options)

    benchmark.pedantic(layers_only, setup=whole_network, rounds=7, warmup_rounds=1)
    seconds = {"cached": benchmark.stats.stats.median, "in_the_loop": statistics.median(in_the_loop[1:])}
    benchmark.extra_info.update(name=case.__name__, patches=len(images))
    benchmark.extra_info.update({f"{what}_patches_per_second": len(images) / s for what, s in seconds.items()})
    benchmark.extra_info["in_the_loop_over_cached"] = seconds["in_the_loop"] / seconds["cached"]


@pytest.mark.benchmark(min_rounds=3, warmup=True, warmup_iterations=1)
def test_patch_features_of_a_test_image(benchmark):
    """Extraction of all patches and their features, as in the experiments: overlap 0.5, 64 pixels."""
    trunk = toyland().trunk
    scenes = list(toyland_images(4, 7, start=900_000))
    found = benchmark(patch_features, trunk, scenes, 12, size=64, overlap=0.5)
    patches = sum(len(patch_grid(s.pixels.shape[2], s.pixels.shape[1], overlap=0.5)) for s in scenes)
    assert found.features.shape == (patches, 512) and np.isfinite(found.features.numpy()).all()
    seconds = benchmark.stats.stats.median
    benchmark.extra_info.update(name="test images")
    benchmark.extra_info.update(images_per_second=len(scenes) / seconds, patches_per_second=patches / seconds)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="times training on a GPU; there is none")
@pytest.mark.parametrize("what", ["thesiscode", "torchvision"])
@pytest.mark.benchmark(min_rounds=3, warmup=True, warmup_iterations=1)
def test_alexnet_training_on_a_gpu(benchmark, what):
    """Images a second of a training step in mixed precision, batch 256; torchvision's network has no groups or LRN."""
    net = AlexNet() if what == "thesiscode" else torchvision.models.alexnet()
    net = net.cuda().to(memory_format=torch.channels_last).train()
    x = torch.randn(256, 3, 224, 224, device="cuda").to(memory_format=torch.channels_last)
    y = torch.randint(1000, (256,), device="cuda")
    sgd = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)

    def step():
        for _ in range(10):
            with torch.autocast("cuda", torch.float16):
                loss = F.cross_entropy(net(x), y)
            sgd.zero_grad()
            loss.backward()
            sgd.step()
        torch.cuda.synchronize()

    benchmark.extra_info.update(name=f"AlexNet of {what} on a GPU")
    benchmark(step)
    benchmark.extra_info["images_per_second"] = 2560 / benchmark.stats.stats.median
