"""Tables 3.1 and 3.2 on Toyland, in miniature: every row is there, is repeatable, and nothing is trained twice."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from thesiscode.data.toyland import TARGETS, Scenes, image_labels
from thesiscode.engine import Run
from thesiscode.metrics import mean_average_precision
from thesiscode.nets import truncate
from thesiscode.nets.small import SmallAlexNet
from thesiscode.transfer.adaptation import adaptation_layers
from thesiscode.transfer.classify import patch_probabilities
from thesiscode.transfer.objects import (
    SIZE,
    TEST_START,
    ObjectSettings,
    measure,
    objects,
    scene_features,
    shared_source,
    source_settings,
    train_whole,
    training_set,
)

N = len(TARGETS)


@pytest.fixture(scope="module")
def settings(tiny_source):
    """Two test scenes show four of the twelve classes."""
    return ObjectSettings(
        sets=("random", "related"),
        fractions=(0.5,),
        layers=(1, 2, 3),
        powers=(1, 5),
        power=5,
        source=tiny_source,
        n_scenes=2,
        other_scenes=(1,),
        n_validation=1,
        n_test=2,
        overlap=0.0,
        width=16,
        batch_size=32,
        patience=1,
        max_epochs=1,
        world=7,
    )


def run_in(folder, seed=0, shared=None):
    return Run(seed, folder / "run", shared or folder / "shared", progress=False)


@pytest.fixture(scope="module")
def finished(settings, tmp_path_factory):
    """A run, and its folder."""
    folder = tmp_path_factory.mktemp("objects")
    return objects(settings, run_in(folder)), folder


def states(outcome):
    return {f"{name}/{key}": v for name, weights in outcome.weights.items() for key, v in weights.state.items()}


def check_same(a, b):
    np.testing.assert_equal(a.metrics, b.metrics)  # NaN equals NaN
    assert states(a).keys() == states(b).keys()
    assert all(torch.equal(value, states(b)[name]) for name, value in states(a).items())


def test_every_row_is_there_and_every_number_is_one(settings, finished):
    metrics = finished[0].metrics
    assert set(metrics["rows"]) == {"no pretrain", "random", "related", "related, 0.5 of the images"}
    shown = {o.name for scene in Scenes(2, 7, start=TEST_START, target="scene") for o in scene.objects}
    assert 1 < len(shown) < N
    for row in metrics["rows"].values():
        assert list(row) == ["mAP", *TARGETS]
        assert {name for name in TARGETS if not np.isnan(row[name])} == shown, "no positive, no precision"
        assert all(0 <= row[name] <= 1 for name in ("mAP", *shown))
        assert row["mAP"] == pytest.approx(np.mean([row[name] for name in shown]))
    assert set(metrics["layers"]) == {"1", "2", "3"} and set(metrics["powers"]) == {"1", "5"}
    assert metrics["chosen_power"] in (1, 5)
    best = metrics["powers"][str(metrics["chosen_power"])]["validation"]
    assert best == max(both["validation"] for both in metrics["powers"].values())
    assert metrics["layers"]["2"] == metrics["powers"]["5"]["test"] == metrics["rows"]["related"]["mAP"]
    assert metrics["scenes"].keys() == {"1"} and metrics["scenes"]["1"].keys() == {"related", "no pretrain"}
    others = [*metrics["layers"].values(), *metrics["scenes"]["1"].values()]
    others += [value for both in metrics["powers"].values() for value in both.values()]
    assert all(0 <= value <= 1 for value in others)
    assert {name: found["images"] for name, found in metrics["source"].items()} == {
        "random": 16,
        "related": 16,
        "related, 0.5 of the images": 8,
    }
    for found in metrics["source"].values():
        assert 0 <= found["top5_error"] <= found["top1_error"] <= 1 and found["epochs"] == 3
    assert metrics["patches"] == len(training_set(settings, 0))


def test_weights_load_and_give_the_numbers_of_their_row(settings, finished):
    outcome, _ = finished
    assert set(outcome.weights) == {"transfer/random", "transfer/related", "transfer/objects"}
    net = SmallAlexNet(120, fc_width=16)
    net.load_state_dict(outcome.weights["transfer/related"].state)
    head = adaptation_layers(16, N + 1, width=16)
    head.load_state_dict(outcome.weights["transfer/objects"].state)
    features = scene_features(settings, truncate(net, "relu7"))
    found = measure(settings, head, features)
    np.testing.assert_equal(found, outcome.metrics["rows"]["related"])
    assert outcome.weights["transfer/objects"].card["metrics"] == {"mAP": found["mAP"]}
    # the definition: Eq. 3.1 of the patches' probabilities, then average precision
    scores = np.stack([(p**5).mean(axis=0) for p in patch_probabilities(head, features, N)])
    assert found["mAP"] == pytest.approx(mean_average_precision(features.labels, scores).mean)


def test_networks_of_an_earlier_run_are_found_not_trained(settings, finished, written, tmp_path):
    outcome, folder = finished
    before = written(folder / "shared")
    again = objects(settings, run_in(tmp_path, shared=folder / "shared"))
    check_same(outcome, again)
    # three source networks, and those without pre-training on two scenes and on one
    assert written(folder / "shared") == before and len(before) == 5


def test_the_same_seed_gives_the_same_bytes_anywhere(settings, finished, tmp_path):
    check_same(finished[0], objects(settings, run_in(tmp_path)))


def test_other_settings_never_take_one_anothers_networks(settings, tmp_path):
    """Whatever was trained before in the folder, each gives what it would have given alone."""
    for change in ({}, {"zoom": 1.0}, {"fc_width": 8}):
        changed = replace(settings.source, **change)
        here, _ = shared_source(changed, run_in(tmp_path))
        alone, _ = shared_source(changed, run_in(tmp_path / repr(change)))
        assert all(torch.equal(a, b) for a, b in zip(here.parameters(), alone.parameters(), strict=True))
    patches = training_set(settings, 0)
    nets = [train_whole(replace(settings, width=width), patches, run_in(tmp_path)) for width in (16, 8, 16)]
    assert [net.head.fca.out_features for net in nets] == [16, 8, 16]


def test_the_number_of_test_images_does_not_train_a_source_anew(settings, written, tmp_path):
    shared_source(settings.source, run_in(tmp_path))
    before = written(tmp_path)
    shared_source(replace(settings.source, n_test=50), run_in(tmp_path))
    assert written(tmp_path) == before
    shared_source(settings.source, run_in(tmp_path, seed=1))
    assert len(written(tmp_path)) == 2 * len(before), "another seed has its own"


def test_seeds_train_on_other_scenes_and_are_tested_on_the_same(settings):
    first, second = (training_set(settings, seed) for seed in (0, 1))
    assert first.inputs.dtype == torch.uint8 and first.inputs.shape[1:] == (3, SIZE, SIZE)
    both = training_set(replace(settings, n_scenes=4), 0)
    rows = {row.numpy().tobytes() for row in both.inputs[both.targets < N]}
    objects_of = [{row.numpy().tobytes() for row in data.inputs[data.targets < N]} for data in (first, second)]
    assert objects_of[0] and objects_of[1] and not objects_of[0] & objects_of[1]
    assert objects_of[0] | objects_of[1] == rows, "seed 1 goes on where seed 0 ends"
    trunk = truncate(SmallAlexNet(1, fc_width=4), "relu7")
    features = scene_features(settings, trunk)
    labels = [image_labels(scene).tolist() for scene in Scenes(2, 7, start=TEST_START, target="scene")]
    assert features.labels.tolist() == labels
    assert len(scene_features(settings, trunk, validation=True).labels) == 1


@pytest.mark.parametrize(
    ("which", "part", "n"), [("related", 1.0, 16), ("related", 0.25, 4), ("enlarged", 1.0, 24), ("random", 1.0, 16)]
)
def test_sets_with_more_breeds_have_more_images(settings, which, part, n):
    found = source_settings(settings, which, part)
    assert (found.which, found.n_images) == (which, n)
    assert replace(found, which="related", n_images=16) == settings.source


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"power": 0.5}, "power: expected a finite number of at least 1, got 0.5"),
        ({"powers": (1, float("nan"))}, "powers: expected a finite number of at least 1, got nan"),
        ({"layers": (2, 4)}, "layers: expected one of 1, 2, 3, got 4"),
        ({"sets": ("related", "all")}, "sets: expected one of .*, got 'all'"),
        ({"fractions": (1.0,)}, "fractions: expected shares between 0 and 1, got 1.0"),
        ({"overlap": 1.0}, r"overlap: expected a number in \[0, 1\), got 1.0"),
        ({"n_scenes": 0}, "n_scenes: expected an integer of at least 1, got 0"),
        ({"other_scenes": (5, 0)}, "other_scenes: expected an integer of at least 1, got 0"),
        ({"n_validation": 0}, "n_validation: expected an integer of at least 1, got 0"),
        ({"source_seeds": -1}, "source_seeds: expected an integer of at least 0, got -1"),
        ({"powers": ()}, "powers: expected at least one value, each of them once"),
        ({"batch_size": 0}, "batch_size: expected an integer of at least 1, got 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused_before_anything_is_trained(settings, change, message):
    with pytest.raises(ValueError, match=message):
        replace(settings, **change)
