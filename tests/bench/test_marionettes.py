"""How long a shot takes, simulated and drawn. The target: 10,000 shots in a minute on 2 cores, 12 ms each on one."""

import pytest

from thesiscode.data.marionettes import Marionettes, Pendulums

pytest.importorskip("mujoco")


@pytest.mark.parametrize("dataset", [Marionettes, Pendulums], ids=["marionettes", "pendulums"])
@pytest.mark.benchmark(min_rounds=3)
def test_simulate_and_draw_a_hundred_shots(benchmark, dataset):
    seeds = iter(range(1000))
    benchmark.extra_info.update(layer=dataset.__name__, what="100 shots of 2 runs, 64 x 64")
    assert benchmark(lambda: dataset(100, seed=next(seeds)).images).shape == (100, 3, 64, 64)


@pytest.mark.parametrize("dataset", [Marionettes, Pendulums], ids=["marionettes", "pendulums"])
@pytest.mark.benchmark(min_rounds=3)
def test_draw_a_hundred_shots(benchmark, dataset):
    data = dataset(100)
    positions = data.states.positions
    benchmark.extra_info.update(layer=dataset.__name__, what="100 states as images, 64 x 64")
    assert benchmark(lambda: data.draw(positions)).shape == (100, 3, 64, 64)
