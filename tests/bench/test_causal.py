"""Conditional GANs: two hundred as one program against one model at a time, as PyTorch is written every day. One model
is faster with one thread than with several, and gets one."""

import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

from thesiscode.causal.cgan import CGANSettings, train_cgans
from thesiscode.engine import device

POINTS, REPLICAS, EPOCHS = 800, 100, 2


def one_model(causes, effects, s):
    """Trains one conditional GAN; returns its mini-batches."""
    place = causes.device

    def network(inputs):
        return nn.Sequential(nn.Linear(inputs, s.hidden), nn.ReLU(), nn.Dropout(s.dropout), nn.Linear(s.hidden, 1)).to(
            place
        )

    G, D = network(1 + s.noise), network(2)
    of_g, of_d = (torch.optim.Adam(net.parameters(), lr=s.lr, betas=(s.beta1, 0.999)) for net in (G, D))
    steps, bce = 0, F.binary_cross_entropy_with_logits
    for _ in range(s.epochs):
        for rows in torch.randperm(len(causes), device=place).split(s.batch_size):
            x, y = causes[rows, None], effects[rows, None]
            fake = G(torch.cat([x, torch.randn(len(rows), s.noise, device=place)], 1))
            of_d.zero_grad()
            real_score, fake_score = D(torch.cat([x, y], 1)), D(torch.cat([x, fake.detach()], 1))
            loss = bce(real_score, torch.full_like(real_score, s.real_label))
            loss = loss + bce(fake_score, torch.full_like(fake_score, s.fake_label))
            loss.backward()
            of_d.step()
            of_g.zero_grad()
            score = D(torch.cat([x, fake], 1))
            bce(score, torch.full_like(score, s.real_label)).backward()
            of_g.step()
            steps += 1
    return steps


def test_replicas_at_once_against_one_model_at_a_time(benchmark):
    """Replica-mini-batches a second of the training, for both directions of a pair of 800 points."""
    torch.manual_seed(0)
    x = torch.randn(POINTS)
    pair = torch.stack([x, torch.tanh(2 * x) + 0.3 * torch.randn(POINTS)])
    settings, alone = CGANSettings(epochs=EPOCHS), []

    def synchronised(work):
        found = work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return found

    def one_at_a_time():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        start = time.perf_counter()
        steps = synchronised(lambda: one_model(*pair.to(device()), settings))
        alone.append(steps / (time.perf_counter() - start))
        torch.set_num_threads(threads)

    def together():
        return synchronised(
            lambda: train_cgans(pair, pair.flip(0), settings, replicas=REPLICAS, seed=0, device=device())
        )

    trained = benchmark.pedantic(together, setup=one_at_a_time, rounds=5, warmup_rounds=1)
    assert trained.fakes.isfinite().all()
    steps = trained.epochs * -(-POINTS // settings.batch_size)
    rate, rate_alone = steps / benchmark.stats.stats.median, statistics.median(alone[1:])
    benchmark.extra_info.update(name="replicas", together_over_one_at_a_time=rate / rate_alone, replicas=2 * REPLICAS)
    benchmark.extra_info.update(mini_batches_a_second=rate, one_at_a_time_a_second=rate_alone)
