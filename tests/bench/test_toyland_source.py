"""How fast objects and source images are drawn."""

import itertools

import numpy as np
import pytest

from thesiscode.data.toyland.classes import CLASSES, N_BREEDS, draw_object
from thesiscode.data.toyland.looks import Look
from thesiscode.data.toyland.source import source_image


@pytest.mark.parametrize("side", [30, 60, 120])
def test_draw_objects(benchmark, side):
    """One object of each class; breeds are drawn once before, as they are kept."""
    rng = np.random.default_rng(0)
    looks = [Look.random(rng) for _ in CLASSES]
    breeds = itertools.cycle(range(N_BREEDS))

    def all_classes():
        breed = next(breeds)
        for name, look in zip(CLASSES, looks, strict=True):
            draw_object(name, breed, side, look)

    for _ in range(N_BREEDS):
        all_classes()
    benchmark(all_classes)
    benchmark.extra_info["objects_per_second"] = len(CLASSES) / benchmark.stats["mean"]


def test_draw_source_images(benchmark):
    """Fifty source images of the related set."""
    for i in range(120):
        source_image(0, i)
    start = itertools.count(0, 50)

    def fifty():
        first = next(start)
        return [source_image(1, i) for i in range(first, first + 50)]

    benchmark(fifty)
    benchmark.extra_info["images_per_second"] = 50 / benchmark.stats["mean"]
