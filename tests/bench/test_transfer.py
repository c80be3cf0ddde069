"""What cached features save, how many patches a second a network reads, and AlexNet beside torchvision's on a GPU."""

import numpy as np
import pytest
import torch
import torchvision
from torch.nn import functional as F

from thesiscode import engine
from thesiscode.nets import AlexNet, SmallAlexNet, truncate
from thesiscode.transfer import patch_grid
from thesiscode.transfer.adaptation import adapt, adaptation_layers, cache_features
from thesiscode.transfer.classify import patch_features
from thesiscode.transfer.examples import toyland_images
from thesiscode.transfer.inputs import as_input

EPOCH = engine.Protocol(batch_size=32, max_epochs=1, drops=0, watch=32)
N = 1024


def setting():
    """A source network, adaptation layers and random patches."""
    draw = engine.generator(0, "bench")
    net = SmallAlexNet(120, generator=draw).to(memory_format=torch.channels_last)
    images = torch.randint(256, (N, 3, 64, 64), generator=draw, dtype=torch.uint8)
    return net, adaptation_layers(512, 13, width=256, generator=draw), images, torch.arange(N) % 13


@pytest.mark.parametrize("what", ["cached", "in the loop"])
@pytest.mark.benchmark(min_rounds=3, warmup=True, warmup_iterations=1)
def test_an_epoch_of_adaptation(benchmark, what):
    """An epoch on features that are there already, beside one with the frozen network in the loop."""
    net, head, images, labels = setting()
    cached = cache_features(truncate(net, "relu7"), images)
    benchmark.extra_info.update(layer="adaptation", what=what)

    def epoch():
        options = {"seed": 0, "progress": False}
        if what == "cached":
            engine.fit(head, engine.Tensors(cached, labels), F.cross_entropy, EPOCH, **options)
        else:
            data = engine.Tensors(images, labels)
            engine.fit(adapt(net, head), data, F.cross_entropy, EPOCH, prepare=as_input, **options)

    benchmark(epoch)
    benchmark.extra_info["patches_per_second"] = N / benchmark.stats.stats.median


@pytest.mark.benchmark(min_rounds=3, warmup=True, warmup_iterations=1)
def test_patch_features_of_a_test_image(benchmark):
    """Extraction of all patches and their features, as in the experiments: overlap 0.5, 64 pixels."""
    net, _, _, _ = setting()
    scenes = list(toyland_images(4, 7, start=900_000))
    found = benchmark(patch_features, truncate(net, "relu7"), scenes, 12, size=64, overlap=0.5)
    patches = sum(len(patch_grid(s.pixels.shape[2], s.pixels.shape[1], overlap=0.5)) for s in scenes)
    assert found.features.shape == (patches, 512) and np.isfinite(found.features.numpy()).all()
    seconds = benchmark.stats.stats.median
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

    benchmark.extra_info.update(layer="AlexNet on a GPU", what=what)
    benchmark(step)
    benchmark.extra_info["images_per_second"] = 2560 / benchmark.stats.stats.median
