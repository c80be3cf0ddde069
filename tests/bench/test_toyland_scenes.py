"""How long a scene takes. The target: 200 scenes a second on 2 cores, so 10 ms a scene on one of them.

The run-time checks of shapes in tests/conftest.py double the time: JAXTYPING_DISABLE=1 switches them off.
"""

import itertools

import numpy as np
import pytest

from thesiscode.data.toyland.classes import CLASSES, N_BREEDS, drawing
from thesiscode.data.toyland.contexts import CONTEXTS, draw_background
from thesiscode.data.toyland.scenes import draw_scene


@pytest.mark.benchmark(min_rounds=200, warmup=True, warmup_iterations=50)
def test_draw_scene(benchmark):
    for name, breed in itertools.product(CLASSES, range(N_BREEDS)):
        drawing(name, breed)  # made once in a process, in about a second for all of them
    numbers = itertools.count()
    benchmark.extra_info.update(what="one scene with its masks, largest side 144")
    scene = benchmark(lambda: draw_scene(0, next(numbers)))
    assert scene.objects


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.benchmark(min_rounds=100, warmup=True, warmup_iterations=5)
def test_draw_background(benchmark, context):
    rng = np.random.default_rng(0)
    benchmark.extra_info.update(what="one background, 144 x 108", context=context)
    assert benchmark(lambda: draw_background(context, 144, 108, rng)).shape == (108, 144, 3)
