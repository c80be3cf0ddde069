"""The comparison of pretexts: its parts, its cards, and that it runs."""

import numpy as np
import pytest
import torch

from thesiscode import zoo
from thesiscode.engine import find_experiment, generator, run_seeds
from thesiscode.history.colourisation import lightness_input
from thesiscode.history.pretexts import (
    LAYERS,
    PretextSettings,
    colour_accuracy,
    context_accuracy,
    layer_features,
    linear_accuracy,
    new_trunk,
    object_crops,
    train,
    zoo_network,
)
from thesiscode.transfer.examples import toyland_images
from thesiscode.transfer.sources import drawn_images

TINY = {"n_images": 130, "n_held_out": 8, "steps": 2, "whole_steps": 2, "draws": 1, "n_test": 3, "n_scenes": (2, 4)}


def test_runs_and_says_what_the_page_reads(tmp_path):
    experiment = find_experiment("history/pretexts")
    settings = PretextSettings(**TINY, whole=4)
    record, files = run_seeds("history/pretexts", experiment, settings, [0], tmp_path, progress=False)
    metrics = record["runs"][0]["metrics"]
    assert set(metrics["accuracy"]) == {"random", "supervised", "context", "context, no gap", "colour"}
    assert set(metrics["accuracy"]["colour"]) == set(LAYERS)
    assert len(metrics["accuracy"]["colour"]["relu5"]["4"]) == len(metrics["no pretrain"]) == 1
    assert [name for name, _ in files] == ["history/supervised", "history/context", "history/colour"]


@pytest.fixture(scope="module")
def held_out():
    return drawn_images("related", 400, 1)


def test_cards_tell_the_truth(held_out):
    images, labels = held_out
    greys = lightness_input(images)
    cards = {name: zoo.load_weights(f"history/{name}").card["metrics"] for name in ("supervised", "context", "colour")}
    with torch.no_grad():
        right = (zoo_network("supervised")(greys).argmax(dim=1) == labels).float().mean().item()
    assert right == pytest.approx(cards["supervised"]["breeds of held-out images"], abs=0.01)
    how = {"size": 24, "gap": 8, "jitter": 3, "draw": generator(0, "pairs", "gap")}
    found = context_accuracy(zoo_network("context"), greys.repeat(3, 1, 1, 1), **how)
    assert found == pytest.approx(cards["context"]["positions of held-out pairs"], abs=0.01)
    found = colour_accuracy(zoo_network("colour"), images)
    assert found["accuracy"] == pytest.approx(cards["colour"]["bins of held-out places"], abs=0.005)


def test_a_trunk_gives_the_same_numbers_for_each_image_alone(held_out):
    greys = lightness_input(held_out[0][:3])
    together, alone = (layer_features(new_trunk(0), x) for x in (greys, greys[1:2]))
    assert list(together) == list(LAYERS)
    np.testing.assert_allclose(together["relu5"][1:2], alone["relu5"], atol=1e-5)
    assert together["relu3"].shape == (3, 9 * 64)


def test_crops_hold_their_objects():
    images = list(toyland_images(4, 7))
    crops, labels = object_crops(images)
    assert crops.shape == (len(labels), 3, 64, 64) and crops.dtype == torch.uint8
    assert labels.tolist() == [int(c) for i in images for c, d in zip(i.classes, i.difficult, strict=True) if not d]
    with pytest.raises(ValueError, match="images: expected at least one object that is not difficult"):
        object_crops([])


def test_a_linear_classifier_finds_what_is_linear():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=150)
    x = np.eye(3)[y] + 0.1 * rng.normal(size=(150, 3))
    assert linear_accuracy((x[:90], y[:90]), (x[90:], y[90:])) > 0.95
    noise = rng.normal(size=(150, 3))
    assert linear_accuracy((noise[:90], y[:90]), (noise[90:], y[90:])) < 0.6


def test_training_goes_through_all_examples():
    net, seen = torch.nn.Linear(1, 1), []

    def loss(rows, draw):
        seen.extend(rows.tolist())
        return net(torch.ones(len(rows), 1)).square().mean()

    losses = train(net, loss, 5, steps=4, batch_size=5, rate=0.1, draw=generator(0, "order"))
    assert sorted(seen) == sorted([*range(5)] * 4) and losses[-1] < losses[0] and not net.training


def test_bad_settings():
    with pytest.raises(ValueError, match="whole: expected one of 15, 30, 60, got 20"):
        PretextSettings(whole=20)
    with pytest.raises(ValueError, match="n_scenes"):
        PretextSettings(n_scenes=(30, 30))
    with pytest.raises(ValueError, match="name: expected supervised, context or colour, got 'random'"):
        zoo_network("random")
