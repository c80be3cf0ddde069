"""The certified search for the nearest rectangle beside solving every candidate. Times are those of the processor."""

import time

import numpy as np

from thesiscode.distances import ParameterGrid, fit_masses, kantorovich, least_work, parzen_masses, sample_parabola
from thesiscode.distances.least_work import ground_cost

SAMPLED = 60
"""Candidates that are solved without the search, drawn at random: their mean time stands for that of all."""


def test_certified_search_against_all_candidates(benchmark):
    """One sample of fifty points, its estimate on 32 x 32 cells, the coarse grid of Appendix D."""
    weights, places = fit_masses(parzen_masses(sample_parabola(50, np.random.default_rng(0)), 32))
    candidates = ParameterGrid().coarse(32)
    start = time.process_time()
    found = benchmark.pedantic(least_work, (weights, places, candidates), rounds=1, iterations=1)
    seconds = time.process_time() - start
    table = ground_cost(places, candidates.centres)
    some = np.random.default_rng(1).integers(0, candidates.shape, (SAMPLED, 3))
    start = time.process_time()
    for index in some:
        q = candidates.masses(tuple(index))
        value = kantorovich(weights, q[q > 0] / q[q > 0].sum(), table[:, q > 0]).cost
        assert found.bounds[tuple(index)] <= value + 1e-9
        assert value >= found.value - 1e-9
    one = (time.process_time() - start) / SAMPLED
    assert found.certified
    benchmark.extra_info |= {
        "candidates": found.bounds.size,
        "solved": found.solved,
        "seconds": round(seconds, 2),
        "seconds for all, extrapolated": round(one * found.bounds.size, 1),
        "times faster": round(one * found.bounds.size / seconds),
    }
    print(benchmark.extra_info)
