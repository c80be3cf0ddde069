"""How long shots take, simulated and drawn, with all cores. The target: 10,000 shots in a minute on 2 cores."""

import itertools

import pytest

from thesiscode.data.marionettes import Marionettes, Pendulums

pytest.importorskip("mujoco")
SHOTS = 1000


@pytest.mark.parametrize("dataset", [Marionettes, Pendulums], ids=["marionettes", "pendulums"])
def test_simulate_and_draw(benchmark, dataset):
    seeds = itertools.count()
    found = benchmark.pedantic(lambda: dataset(SHOTS, seed=next(seeds)).images, rounds=3, warmup_rounds=1)
    assert found.shape == (SHOTS, 3, 64, 64)
    rate = SHOTS / benchmark.stats.stats.median
    benchmark.extra_info.update(name=dataset.__name__.lower(), size=64, shots_a_second=rate)
    benchmark.extra_info.update(seconds_for_10_000=10_000 / rate)
