"""How long a drawn image takes. The target for faces and bedrooms: 500 a second on 2 cores, so 4 ms each on one."""

import itertools

import pytest

from thesiscode.data.bedrooms import Bedrooms
from thesiscode.data.faces import Faces
from thesiscode.data.toyland.actions import draw_action


@pytest.mark.parametrize("images", [Faces, Bedrooms], ids=["faces", "bedrooms"])
@pytest.mark.benchmark(min_rounds=200, warmup=True, warmup_iterations=50)
def test_draw_an_image_with_its_attributes(benchmark, images):
    dataset, numbers = images(1_000_000), itertools.count()
    benchmark.extra_info.update(layer=images.__name__, what="one image with its attributes, 64 x 64")
    image, attributes = benchmark(lambda: dataset[next(numbers)])
    assert image.shape == (3, 64, 64) and attributes


@pytest.mark.benchmark(min_rounds=200, warmup=True, warmup_iterations=50)
def test_draw_action(benchmark):
    numbers = itertools.count()
    benchmark.extra_info.update(layer="actions", what="one scene of a person in action, largest side 144")
    assert benchmark(lambda: draw_action(0, next(numbers))).objects
