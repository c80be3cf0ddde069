"""Scores of generated images: those of torchmetrics, on our features."""

import numpy as np
import pytest
import torch
from scipy import linalg

from thesiscode.gan.images import gan_images
from thesiscode.twosample import selection
from thesiscode.twosample.selection import (
    frechet_distance,
    image_features,
    inception_score,
    kernel_distance,
    statistics_of,
    toyland_network,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_frechet_distance_is_its_formula(rng):
    x = rng.normal(size=(300, 4)).astype(np.float32)
    y = (rng.normal(size=(400, 4)) * 2 + 1).astype(np.float32)
    a, b = np.cov(x.T), np.cov(y.T)
    expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a + b - 2 * linalg.sqrtm(a @ b).real)
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-4)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-4)


def test_the_kernel_distance_is_0_on_average_for_one_distribution_and_does_not_move_the_global_generator(rng):
    x, y = (rng.normal(size=(400, 4)).astype(np.float32) for _ in range(2))
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    near, far = kernel_distance(x, y, seed=0), kernel_distance(x, y + 1, seed=0)
    assert torch.equal(before, torch.random.get_rng_state())
    assert abs(near) < 0.1 < far and kernel_distance(x, y + 1, seed=0) == far


def test_the_inception_score_counts_classes():
    sure = 50 * torch.eye(7).repeat(100, 1)
    assert inception_score(sure, seed=0) == pytest.approx(7, rel=0.05)
    assert inception_score(sure[:1].repeat(700, 1), seed=0) == pytest.approx(1)
    assert inception_score(torch.zeros(700, 7), seed=0) == pytest.approx(1)


def test_statistics_of_one_distribution_and_of_two(rng):
    x, y = (rng.normal(size=(200, 3)) for _ in range(2))
    same, other = statistics_of(x, y, seed=0), statistics_of(x, y + 3, seed=0)
    assert set(same) == {"mmd", "knn", "nn"}
    for name in same:
        assert other[name]["statistic"] > same[name]["statistic"] and other[name]["p"] < 1e-3 < same[name]["p"]
    assert statistics_of(x, y, seed=0) == same


def test_the_features_of_the_small_network_tell_faces_from_bedrooms():
    images = [gan_images(name, 40, 1, 32)[0] for name in ("faces", "bedrooms")]
    extract = image_features("toyland")
    x, y = (extract(part) for part in images)
    assert x.shape == (40, 512) and (x >= 0).all()
    found = statistics_of(x, y, seed=0)
    assert found["knn"]["statistic"] > 0.85 and found["nn"]["statistic"] > 0.75
    scores = selection.class_scores(toyland_network(), images[0])
    assert len(scores) == 40 and scores.std() > 0.1


@pytest.mark.parametrize(("pooled", "length"), [("", 2048), (" pooled", 512)])
def test_resnet_has_the_features_of_the_thesis(monkeypatch, pooled, length):
    """Random weights stand for those of ImageNet, which are not shipped."""
    import torchvision

    class Loaded:
        network = torchvision.models.resnet34(weights=None)

    monkeypatch.setattr(selection, "load_weights", lambda name: Loaded)
    found = image_features(f"resnet34{pooled}")(torch.zeros(2, 3, 32, 32, dtype=torch.uint8))
    assert found.shape == (2, length)


def test_squeezenet_from_the_data_folder(real_data, monkeypatch):
    monkeypatch.setenv("THESISCODE_DATA", str(real_data("weights_squeezenet1_1").parent))
    images, _ = gan_images("faces", 8, 1, 32)
    assert image_features("squeezenet")(images).shape == (8, 512)


def test_unknown_features_are_named(unchecked):
    with pytest.raises(ValueError, match="name: expected one of toyland, squeezenet, resnet34"):
        image_features("vgg")
    with pytest.raises(ValueError, match="y: expected 2 features, those of x, got 3"):
        frechet_distance(np.zeros((4, 2), np.float32), np.zeros((4, 3), np.float32))
