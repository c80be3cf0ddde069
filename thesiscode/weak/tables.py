"""The rows of Tables 4.1 to 4.3 on Toyland, measured (thesis Sections 4.5 and 4.6)."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torchvision.ops import nms

from thesiscode.data.toyland import TARGETS
from thesiscode.engine import Outcome, Run, Tensors, Weights, device, numpy_generator
from thesiscode.metrics import detection_average_precision, location_average_precision, mean_average_precision
from thesiscode.nets import truncate
from thesiscode.transfer import aggregate_scores
from thesiscode.transfer.adaptation import cache_features
from thesiscode.transfer.classify import patch_probabilities
from thesiscode.transfer.examples import AnnotatedImage, toyland_images
from thesiscode.transfer.objects import TEST_START, ObjectSettings, scene_features, train_head, training_set

from .network import Prediction, maps_of, predict
from .proposals import box_scores, heat
from .rcnn import RCNN, Regions, best_boxes, regions
from .scales import square_factor
from .supervision import Squares
from .toyland import PATCH, RIVALS, WeakSettings, pretrained_trunk, scenes, source_of, train_rival

N = len(TARGETS)


def measured(
    data: Squares,
    classes: tuple[str, ...],
    tolerance: float,
    scores: np.ndarray,
    responses: np.ndarray,
    points: np.ndarray,
) -> dict[str, dict[str, float]]:
    """Classification by `scores` [n, K], and location by `responses` [n, K] at `points` [n, K, 2]: "mAP", each class.

    tolerance: pixels of the square.
    """
    classification = mean_average_precision(data.labels.numpy(), scores)
    location = []
    for k in range(len(classes)):
        truth, flags = truth_of(data, k)
        options = {"tolerance": tolerance, "difficult": flags}
        location.append(location_average_precision(responses[:, k], points[:, k], truth, **options))
    return {
        "classification": _named(classes, classification.mean, classification.per_class),
        "location": _named(classes, np.nanmean(location), np.array(location)),
    }


def truth_of(data: Squares, k: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The boxes of class k in each image, and which of them are difficult."""
    both = [(sure[k], hard[k]) for sure, hard in zip(data.boxes, data.difficult, strict=True)]
    return [np.concatenate(pair) for pair in both], [np.arange(sum(map(len, p))) >= len(p[0]) for p in both]


def columns(found: list[Prediction]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, responses and points of all images."""
    return tuple(np.stack(column) for column in zip(*found, strict=True))


def _named(classes: tuple[str, ...], mean: float, per_class: np.ndarray) -> dict[str, float]:
    return {"mAP": float(mean), **dict(zip(classes, per_class.tolist(), strict=True))}


def from_patches(settings: WeakSettings, run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Chapter 3 with boxes: scores by Eq. 3.1 [n, K], and the middle of the best patch of each class [n, K, 2]."""
    chapter3 = ObjectSettings(
        n_scenes=settings.n_boxes, n_test=settings.n_test, width=settings.width, world=settings.world
    )
    trunk = truncate(source_of(settings.trunk), "relu7").eval().to(device(), memory_format=torch.channels_last)
    patches = training_set(chapter3, run.seed)
    cached = Tensors(cache_features(trunk, patches.inputs), patches.targets)
    features = scene_features(chapter3, trunk)
    probabilities = patch_probabilities(train_head(chapter3, cached, 2, run), features, N)
    best = [p[y.argmax(axis=0)] for p, y in zip(features.patches, probabilities, strict=True)]
    factors = _factors(settings, scenes_of(settings))
    middles = _middle(np.stack(best)) * factors[:, None, None]
    return np.stack([aggregate_scores(y, chapter3.power) for y in probabilities]), middles


def from_regions(settings: WeakSettings, run: Run) -> tuple[np.ndarray, np.ndarray, list[Regions], list[np.ndarray]]:
    """R-CNN: the score of the best region of each class [n, K], its middle [n, K, 2], all regions and their scores."""
    trunk = truncate(source_of(settings.trunk), "relu7").eval().to(device(), memory_format=torch.channels_last)
    train = toyland_images(settings.n_boxes, settings.world, start=run.seed * settings.n_boxes)
    rival = RCNN(N).fit(trunk, train, PATCH, numpy_generator(run.seed, "negatives"))
    test = list(scenes_of(settings))
    found = [
        one._replace(boxes=one.boxes * factor)
        for one, factor in zip((regions(trunk, image, PATCH) for image in test), _factors(settings, test), strict=True)
    ]
    scores = [rival.scores(one) for one in found]
    best, boxes = best_boxes(scores, [one.boxes for one in found])
    return best, _middle(boxes), found, scores


def scenes_of(settings: WeakSettings) -> Iterator[AnnotatedImage]:
    """The test scenes, as they are drawn."""
    return toyland_images(settings.n_test, settings.world, start=TEST_START)


def _factors(settings: WeakSettings, images: Iterable[AnnotatedImage]) -> np.ndarray:
    """What brings pixels of each scene to pixels of its square."""
    return np.array([square_factor(*image.pixels.shape[:0:-1], settings.side) for image in images])


def _middle(boxes: np.ndarray) -> np.ndarray:
    return (boxes[..., :2] + boxes[..., 2:]) / 2


def detected(
    data: Squares, boxes: list[np.ndarray], scores: list[np.ndarray], *, limit: float = 0.3
) -> dict[str, float]:
    """Mean detection AP at overlaps of 0.5, 0.3 and 0.1 (thesis Section 4.6.2).

    boxes, scores [m, K]: the candidates of each image. Of those that overlap by more than `limit`, the best is kept; of
    each class and image, the 20 best of these count.
    """
    found: dict[str, list[float]] = {}
    for k in range(N):
        rows, mine, images = [], [], []
        for i, (candidates, of_all) in enumerate(zip(boxes, scores, strict=True)):
            kept = nms(torch.from_numpy(candidates), torch.from_numpy(of_all[:, k].astype(float)), limit)[:20].numpy()
            rows.append(of_all[kept, k])
            mine.append(candidates[kept])
            images.append(np.full(len(kept), i))
        truth, flags = truth_of(data, k)
        for overlap in (0.5, 0.3, 0.1):
            area = detection_average_precision(
                np.concatenate(rows),
                np.concatenate(mine),
                np.concatenate(images),
                truth,
                overlap=overlap,
                difficult=flags,
            )
            found.setdefault(f"{overlap:g}", []).append(area)
    return {overlap: float(np.nanmean(areas)) for overlap, areas in found.items()}


def weak(settings: WeakSettings, run: Run) -> Outcome:
    """All rows with one seed."""
    trunk, data, test = pretrained_trunk(settings.trunk), scenes(settings, run.seed), scenes(settings, None)
    nets = {name: train_rival(settings, name, trunk, data, run) for name in RIVALS}
    heads = {name: net.head for name, net in nets.items()}
    rows: dict[str, Any] = {}
    score = partial(measured, test, TARGETS, settings.tolerance)

    full = {"full images": heads.pop("full images")}
    whole = maps_of(full, trunk, test.images, (PATCH / settings.side,))
    rows["full images"] = score(*columns([predict(maps["full images"]) for maps in whole]))

    best, middles, found_regions, region_scores = from_regions(settings, run)
    boxes = [one.boxes for one in found_regions]
    predictions: dict[tuple[str, str], list[Prediction]] = {}
    standing_out = []
    for maps, (width, height), candidates in zip(
        maps_of(heads, trunk, test.images, (1.0, *settings.test_scales)), test.extents, boxes, strict=True
    ):
        for name, scales in maps.items():
            predictions.setdefault((name, "one"), []).append(predict(scales[:1]))
            predictions.setdefault((name, "all"), []).append(predict(scales[1:]))
        standing_out.append(box_scores(heat(maps["weak"][1:], round(width), round(height)), candidates))
    for (name, searched), predicted in predictions.items():
        if name in ("one scale", "weak") or searched == "all":
            label = name if searched == "all" else f"{name}, tested at one"
            rows[label] = score(*columns(predicted))
    scores, responses, _ = columns(predictions["weak", "all"])
    rows["centre"] = score(scores, responses, np.repeat(test.extents[:, None] / 2, N, axis=1))
    rows["R-CNN"] = score(best, best, middles)
    scores, points = from_patches(settings, run)
    rows["patches"] = score(scores, scores, points)
    detection = {"weak": detected(test, boxes, standing_out), "R-CNN": detected(test, boxes, region_scores)}

    card = {
        "architecture": f"sliding_head(512, {N}, width={settings.width}), on relu7 of {settings.trunk}",
        "trained_on": f"image labels of {settings.n_train} scenes of Toyland, world {settings.world}",
        "metrics": {
            "location mAP": rows["weak"]["location"]["mAP"],
            "location mAP, tested at one": rows["weak, tested at one"]["location"]["mAP"],
        },
        "test": f"{settings.n_test} scenes of the same world, scales {settings.test_scales}",
    }
    weights = {"weak/toyland": Weights(nets["weak"].head.state_dict(), card)}
    return Outcome({"rows": rows, "detection": detection}, weights)
