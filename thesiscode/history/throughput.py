"""How many operations a second: a matrix product, a training run, and what hardware promises (thesis Section 2.3.1)."""

from collections.abc import Callable
from time import process_time

import numpy as np

SECONDS_A_DAY = 86_400


def matmul_rate(n: int, *, rng: np.random.Generator, seconds: float = 0.1) -> float:
    """Floating-point operations for each second of CPU time in products of two n x n matrices, single precision.

    A product takes 2 n^3 operations: n products and n additions for each of n^2 entries. It is repeated until about
    `seconds` of CPU time have gone by, in up to five blocks of which the fastest counts. Time on several cores adds
    up, so this is the rate of one core. Raises ValueError for n below 1 or seconds that are not positive.
    """
    if n < 1:
        raise ValueError(f"n: expected at least 1, got {n}")
    if not seconds > 0:
        raise ValueError(f"seconds: expected a positive number, got {seconds}")
    a, b = (rng.standard_normal((n, n), dtype=np.float32) for _ in range(2))
    out = np.empty_like(a)

    def product() -> None:
        np.matmul(a, b, out=out)

    return 2 * n**3 / cpu_seconds(product, seconds=seconds)


def cpu_seconds(action: Callable[[], object], *, seconds: float, blocks: int = 5) -> float:
    """CPU seconds of one call of `action`: the least mean of up to `blocks` blocks within a budget; one call warms up.

    Raises ValueError for a budget that is not positive or blocks below 1.
    """
    if not seconds > 0 or blocks < 1:
        raise ValueError(f"seconds, blocks: expected a positive number and at least 1, got {seconds} and {blocks}")
    action()
    calls, elapsed = 1, 0.0
    while True:  # the clock has steps, so a block must be long enough to be seen
        start = process_time()
        for _ in range(calls):
            action()
        elapsed = process_time() - start
        if elapsed >= seconds / (2 * blocks):
            break
        calls *= 2
    found, spent = [elapsed / calls], elapsed
    while len(found) < blocks and spent < seconds:
        start = process_time()
        for _ in range(calls):
            action()
        elapsed = process_time() - start
        found.append(elapsed / calls)
        spent += elapsed
    return min(found)


def training_operations(multiply_adds: int, *, images: int, epochs: int) -> int:
    """Floating-point operations of a training run: 2 a multiply-add, and 3 passes an image.

    The backward pass takes two products of the size of the forward one: for the gradients of inputs and of weights.
    Raises ValueError for counts below 1.
    """
    if min(multiply_adds, images, epochs) < 1:
        raise ValueError(f"multiply_adds, images, epochs: expected at least 1, got {multiply_adds}, {images}, {epochs}")
    return 3 * 2 * multiply_adds * images * epochs


def days_at(operations: float, rate: float) -> float:
    """Days that `operations` take at `rate` operations a second. Raises ValueError for a rate that is not positive."""
    if not rate > 0:
        raise ValueError(f"rate: expected a positive number, got {rate}")
    return operations / rate / SECONDS_A_DAY
