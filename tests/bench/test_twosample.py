"""Two-sample tests: nearest neighbours against scikit-learn's, a million points for the linear MMD, and many networks
at once against one after another."""

import statistics
import time
import tracemalloc

import numpy as np
import torch
from sklearn.neighbors import KNeighborsClassifier

from thesiscode.engine import device
from thesiscode.twosample import c2st, c2st_many, mmd_linear
from thesiscode.twosample.classifier import split
from thesiscode.twosample.neighbours import NearestNeighbours

REPETITIONS, ALONE = 200, 10


def test_neighbours_against_scikit_learn(benchmark):
    """C2ST-KNN of 10,000 + 10,000 points of 64 features: 10,000 of them find their 100 neighbours among the others."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 10_000, 64)).astype(np.float32)
    parts = split(x, y + np.float32(0.05), 0.5, rng)
    theirs, votes = [], []

    def scikit_learn():
        start = time.perf_counter()
        model = KNeighborsClassifier(100, algorithm="brute").fit(*parts.train)
        votes.append(model.predict_proba(parts.test[0])[:, 1] * 100)
        theirs.append(time.perf_counter() - start)

    def ours():
        return NearestNeighbours().fit(*parts.train).predict_proba(parts.test[0])[:, 1] * 100

    found = benchmark.pedantic(ours, setup=scikit_learn, rounds=5, warmup_rounds=1)
    assert np.mean(np.abs(found - np.minimum(votes[0], 100)) < 0.5) > 0.999  # equal distances, up to rounding
    ratio = benchmark.stats.stats.median / statistics.median(theirs[1:])
    benchmark.extra_info.update(name="neighbours", ours_over_scikit_learn=ratio, points=20_000, features=64)


def test_linear_mmd_of_a_million_points(benchmark):
    """Seconds of the processor, and the memory for a million points and for a quarter of them, data not counted."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 500_000, 10))
    seconds, peaks = [], []

    def test():
        start = time.process_time()
        mmd_linear(x, y, rng=np.random.default_rng(0))
        seconds.append(time.process_time() - start)

    benchmark.pedantic(test, rounds=5, warmup_rounds=1)
    for n in (125_000, 500_000):
        tracemalloc.start()
        mmd_linear(x[:n], y[:n], rng=np.random.default_rng(0))
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    benchmark.extra_info.update(name="linear MMD", points=len(x) + len(y), features=10)
    benchmark.extra_info.update(seconds=statistics.median(seconds[1:]), data_mib=(x.nbytes + y.nbytes) / 2**20)
    benchmark.extra_info.update(peak_mib=peaks[1], peak_mib_of_a_quarter=peaks[0])


def test_many_networks_at_once(benchmark):
    """C2ST-NN of 1,000 + 1,000 numbers, 200 times; one after another, the first ten of them are timed."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((REPETITIONS, 1000, 1)), rng.standard_t(3, (REPETITIONS, 1000, 1))
    seconds, alone = [], []

    def one_by_one():
        start = time.perf_counter()
        alone[:] = [c2st(x[r], y[r], classifier="nn", rng=np.random.default_rng(r)) for r in range(ALONE)]
        seconds.append((time.perf_counter() - start) * REPETITIONS / ALONE)

    def together():
        found = c2st_many(x, y, classifier="nn", seeds=range(REPETITIONS), device=device())
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return found

    found = benchmark.pedantic(together, setup=one_by_one, rounds=3, warmup_rounds=0)
    assert np.allclose(
        [one.statistic for one in alone], found.statistics[:ALONE], atol=0 if device().type == "cpu" else 0.01
    )
    ratio = statistics.median(seconds) / benchmark.stats.stats.median
    benchmark.extra_info.update(name="networks", one_by_one_over_together=ratio, repetitions=REPETITIONS, points=2000)
