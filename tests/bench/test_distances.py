"""Optimal transport on grids: Sinkhorn by FFT beside the exact solver of POT and beside the dense algorithm.

The pair is that of Appendix D: an estimate of a density from 100 points, and a turned rectangle, on [-2, 2]^2. Times
are those of the processor. On 128 x 128 points the dense algorithm gets the largest epsilon of 0.1, 0.05, 0.025, ...
that is close, as measured once: 0.05 is off by 7%.
"""

import statistics
import time
import tracemalloc

import numpy as np

from thesiscode.distances import Grid, emd, ground_distance, sinkhorn, sinkhorn_grid

CLOSE = 0.02
"""An estimate is good if it is so near to the exact distance, as a share of it."""


def pair(n):
    """Masses of a Parzen estimate and of a turned rectangle on n x n points, and the grid."""
    grid, rng = Grid(size=n), np.random.default_rng(0)
    points = rng.uniform(-1, 1, (400, 2))
    points = points[rng.uniform(size=400) < (1 - points**2).prod(axis=1)][:100]
    p = sum(np.maximum(1 - ((grid.x - x) ** 2 + (grid.y - y) ** 2) / 0.3**2, 0) for x, y in points)
    c, s = np.cos(0.3), np.sin(0.3)
    q = (np.abs(c * grid.x + s * grid.y) < 0.8) & (np.abs(c * grid.y - s * grid.x) < 0.7)
    return grid.masses(p), grid.masses(q * 1.0), grid


def timed(work):
    """Result and seconds of the processor."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def first_close(solve, exact, epsilons):
    """The largest epsilon whose estimate is close, the estimate's error, and seconds of that solve."""
    for epsilon in epsilons:
        found, seconds = timed(lambda epsilon=epsilon: solve(epsilon))
        estimate = (found.lower + found.upper) / 2
        if abs(estimate / exact - 1) <= CLOSE:
            return {"epsilon": epsilon, "error": estimate / exact - 1, "seconds": seconds}
    raise AssertionError(f"no epsilon of {epsilons} comes within {CLOSE:.0%}")


def compact(p, q, grid):
    """Masses and costs of the points of both supports."""
    a, b = p.ravel() > 0, q.ravel() > 0
    return p.ravel()[a], q.ravel()[b], ground_distance(grid.points[a], grid.points[b])


def test_a_grid_against_the_exact_solver(benchmark):
    p, q, grid = pair(128)
    seconds = []

    def by_fft():
        found, took = timed(lambda: sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.05))
        seconds.append(took)
        return found

    found = benchmark.pedantic(by_fft, rounds=5, warmup_rounds=1)
    tracemalloc.start()
    sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=0.05)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    problem = compact(p, q, grid)
    exact, took = timed(lambda: emd(*problem))
    moved = np.maximum(p - q, 0).sum()
    apart = compact(np.maximum(p - q, 0) / moved, np.maximum(q - p, 0) / moved, grid)
    reduced, reduced_took = timed(lambda: moved * emd(*apart))
    dense = first_close(lambda e: sinkhorn(*problem, epsilon=e, tolerance=1e-3), exact, [0.025])
    assert abs(found.cost / exact - 1) <= CLOSE and abs(reduced / exact - 1) < 1e-9
    assert found.lower <= exact <= found.upper and found.converged
    ours = statistics.median(seconds[1:])
    benchmark.extra_info.update(name="128 x 128", exact=exact, estimate=found.cost, epsilon=0.05)
    benchmark.extra_info.update(lower=found.lower, upper=found.upper, error=found.cost / exact - 1)
    benchmark.extra_info.update(seconds=ours, exact_seconds=took, exact_over_fft=took / ours, peak_mib=peak)
    benchmark.extra_info.update(shared_mass_taken_off_exact_seconds=reduced_took)
    benchmark.extra_info.update(shared_mass_taken_off_exact_over_fft=reduced_took / ours)
    benchmark.extra_info.update(points=[int((one > 0).sum()) for one in (p, q)], mass_moved=float(moved))
    benchmark.extra_info.update(dense=dense, dense_over_fft=dense["seconds"] / ours)


def test_a_grid_against_the_dense_algorithm(benchmark):
    """64 x 64, where the dense algorithm is done in a minute. Each gets the largest epsilon of 0.2, 0.1, 0.05, ... that
    brings the mean of its bounds within two percent."""
    p, q, grid = pair(64)
    epsilons, tolerance = [0.2 / 2**k for k in range(8)], 1e-3
    problem = compact(p, q, grid)
    moved = np.maximum(p - q, 0).sum()
    apart = compact(np.maximum(p - q, 0) / moved, np.maximum(q - p, 0) / moved, grid)
    exact = emd(*problem)

    def by_fft(epsilon):
        return sinkhorn_grid(p, q, spacing=grid.spacing, epsilon=epsilon, tolerance=tolerance)

    fft = first_close(by_fft, exact, epsilons)
    seconds = []
    benchmark.pedantic(lambda: seconds.append(timed(lambda: by_fft(fft["epsilon"]))[1]), rounds=5, warmup_rounds=1)
    ours = statistics.median(seconds[1:])
    dense = first_close(lambda e: sinkhorn(*problem, epsilon=e, tolerance=tolerance), exact, epsilons)
    less = first_close(lambda e: sinkhorn(*apart, epsilon=e, tolerance=tolerance), exact / moved, epsilons)
    equal = []  # both leave shared mass where it is, and have the same epsilon
    for epsilon in (0.1, 0.05, 0.025):
        _, mine = timed(lambda epsilon=epsilon: by_fft(epsilon))
        _, theirs = timed(lambda epsilon=epsilon: sinkhorn(*apart, epsilon=epsilon, tolerance=tolerance))
        times = {"fft_seconds": mine, "dense_seconds": theirs, "dense_over_fft": theirs / mine}
        equal.append({"epsilon": epsilon} | times)
    benchmark.extra_info.update(name="64 x 64", exact=exact, tolerance=tolerance, fft=fft | {"seconds": ours})
    benchmark.extra_info.update(shared_mass_taken_off_equal_epsilon=equal)
    benchmark.extra_info.update(dense=dense, dense_over_fft=dense["seconds"] / ours)
    benchmark.extra_info.update(shared_mass_taken_off_dense=less)
    benchmark.extra_info.update(shared_mass_taken_off_dense_over_fft=less["seconds"] / ours)
