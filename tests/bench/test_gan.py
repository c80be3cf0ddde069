"""A training step of a DCGAN, beside the plain transcription of the published code (Radford et al. 2016)."""

import statistics
import time

import torch
from torch import nn

from thesiscode.engine import Tensors, device
from thesiscode.gan import Game, train_gan
from thesiscode.nets import Discriminator, Generator

STEPS = 2
BATCH, WIDTH, SIDE = 64, 64, 64


def players() -> tuple[Generator, Discriminator]:
    draw = torch.Generator().manual_seed(0)
    g, d = Generator(WIDTH, size=SIDE, generator=draw), Discriminator(WIDTH, size=SIDE, generator=draw)
    return g.to(device()), d.to(device())


def transcription(images: torch.Tensor) -> float:
    """Seconds of the steps as the published code makes them: real images, generated ones, then the generator."""
    g, d = players()
    steps = [torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999)) for net in (g, d)]
    criterion = nn.BCEWithLogitsLoss()
    real_label, fake_label = torch.ones(BATCH, device=device()), torch.zeros(BATCH, device=device())
    start = time.perf_counter()
    for real in images.split(BATCH):
        steps[1].zero_grad()
        criterion(d(real.to(device())), real_label).backward()
        fake = g(torch.randn(BATCH, 100, device=device()))
        criterion(d(fake.detach()), fake_label).backward()
        steps[1].step()
        steps[0].zero_grad()
        criterion(d(fake), real_label).backward()
        steps[0].step()
    wait()
    return time.perf_counter() - start


def wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def test_dcgan_steps(benchmark):
    """Batch 64, gf = df = 64, 64 x 64 pixels; both start from new networks in each round."""
    draw = torch.Generator().manual_seed(1)
    images = torch.rand(STEPS * BATCH, 3, SIDE, SIDE, generator=draw) * 2 - 1
    plain, data = [], Tensors(images, torch.zeros(len(images)))

    def setup():
        plain.append(transcription(images))
        return players(), {}

    def ours(g, d):
        rounds = train_gan(g, d, data, Game(epochs=1), seed=0, progress=False)
        wait()
        return rounds

    (found,) = benchmark.pedantic(ours, setup=setup, rounds=5, warmup_rounds=1)
    assert found.steps == STEPS
    seconds = benchmark.stats.stats.median
    benchmark.extra_info.update(name="DCGAN", ours_over_plain=seconds / statistics.median(plain[1:]))
    benchmark.extra_info.update(images_per_second=len(images) / seconds, batch=BATCH, width=WIDTH, side=SIDE)
