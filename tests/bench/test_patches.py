"""Patches, labels and scores beside the same work done one patch at a time. Ratios are meant within one run."""

import numpy as np
import pytest
import torch
from torchvision.transforms.functional import resize

from thesiscode.transfer import aggregate_scores, extract_patches, label_patches, patch_grid, score_map

TOYLAND, PHOTOGRAPH = (144, 108), (500, 375)  # width, height
CLASSES = 20


def cut_one_by_one(image, patches, size):
    crops = (image[:, y0:y1, x0:x1] for x0, y0, x1, y1 in patches.tolist())
    return torch.stack([resize(crop, [size, size], antialias=True) for crop in crops])


def map_one_by_one(scores, patches, width, height):
    total, count = np.zeros((scores.shape[1], height, width)), np.zeros((height, width))
    for score, (x0, y0, x1, y1) in zip(scores, patches.tolist(), strict=True):
        total[:, y0:y1, x0:x1] += score[:, None, None]
        count[y0:y1, x0:x1] += 1
    return total / count


def sum_one_by_one(scores, k):
    total = [0.0] * scores.shape[1]
    for row in scores.tolist():
        for c, score in enumerate(row):
            total[c] += score**k / len(scores)
    return np.array(total)


def label_one_by_one(patches, boxes, classes):
    labels = []
    for patch in patches.tolist():
        found = []
        for box, name in zip(boxes.tolist(), classes.tolist(), strict=True):
            w, h = (max(0, min(patch[i + 2], box[i + 2]) - max(patch[i], box[i])) for i in (0, 1))
            area, size = ((b[2] - b[0]) * (b[3] - b[1]) for b in (patch, box))
            if w * h >= 0.2 * area and w * h >= 0.6 * size:
                found.append(name)
        labels.append(-1 if not found else found[0] if len(found) == 1 else -2)
    return np.array(labels)


@pytest.mark.parametrize("extract", [extract_patches, cut_one_by_one])
@pytest.mark.parametrize(("image", "size"), [(TOYLAND, 64), (PHOTOGRAPH, 224)], ids=["toyland", "photograph"])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32], ids=["uint8", "float32"])
@pytest.mark.benchmark(min_rounds=5, warmup=True, warmup_iterations=1)
def test_extract(benchmark, extract, image, size, dtype):
    (width, height), patches = image, patch_grid(*image)
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, height, width), dtype=np.uint8)).to(dtype)
    benchmark.extra_info.update(layer=f"{width} x {height}, {size}, {dtype}", what=extract.__name__)
    result = benchmark(extract, pixels, patches, size)
    benchmark.extra_info["patches_per_second"] = len(patches) / benchmark.stats.stats.median
    tolerance = 1 if dtype == torch.uint8 else 1e-3
    torch.testing.assert_close(result, cut_one_by_one(pixels, patches, size), rtol=0, atol=tolerance)


@pytest.mark.parametrize("compute", [score_map, map_one_by_one])
@pytest.mark.benchmark(min_rounds=5, warmup=True, warmup_iterations=1)
def test_score_map(benchmark, compute):
    patches = patch_grid(*PHOTOGRAPH)
    scores = np.random.default_rng(0).random((len(patches), CLASSES))
    benchmark.extra_info.update(layer="500 x 375, 20 classes", what=compute.__name__)
    result = benchmark(compute, scores, patches, *PHOTOGRAPH)
    np.testing.assert_allclose(result, map_one_by_one(scores, patches, *PHOTOGRAPH), rtol=0, atol=1e-9)


@pytest.mark.parametrize("compute", [aggregate_scores, sum_one_by_one])
@pytest.mark.benchmark(min_rounds=5, warmup=True, warmup_iterations=1)
def test_aggregate_scores(benchmark, compute):
    scores = np.random.default_rng(0).random((500, CLASSES))
    benchmark.extra_info.update(layer="500 patches, 20 classes", what=compute.__name__)
    np.testing.assert_allclose(benchmark(compute, scores, 5), sum_one_by_one(scores, 5), rtol=1e-12)


@pytest.mark.parametrize("compute", [label_patches, label_one_by_one])
@pytest.mark.benchmark(min_rounds=5, warmup=True, warmup_iterations=1)
def test_label_patches(benchmark, compute):
    rng = np.random.default_rng(0)
    corner = rng.integers(0, 300, (5, 2))
    boxes, classes = np.concatenate([corner, corner + rng.integers(20, 200, (5, 2))], axis=1), rng.integers(0, 20, 5)
    patches = patch_grid(*PHOTOGRAPH)
    benchmark.extra_info.update(layer="500 x 375, 5 objects", what=compute.__name__)
    np.testing.assert_array_equal(
        benchmark(compute, patches, boxes, classes), label_one_by_one(patches, boxes, classes)
    )
