"""Tables 4.1 to 4.3 in miniature: every row is trained and measured."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from thesiscode.data.toyland import TARGETS
from thesiscode.engine import CheckpointError, Run
from thesiscode.transfer.objects import TEST_START
from thesiscode.weak import predict, score_maps, sliding_head
from thesiscode.weak.network import SlidingNet, maps_of
from thesiscode.weak.supervision import ImageLabels, OnTheImage
from thesiscode.weak.tables import detected, from_patches, from_regions, measured, truth_of, weak
from thesiscode.weak.toyland import RIVALS, WeakSettings, pretrained_trunk, scenes, train_rival
from thesiscode.weak.training import train_sliding

ROWS = [
    "full images",
    "one scale, tested at one",
    "one scale",
    "weak, tested at one",
    "weak",
    "masked",
    "masked, suppressed",
    "centre",
    "R-CNN",
    "patches",
]


@pytest.fixture(scope="module")
def settings():
    return WeakSettings(
        n_train=16, n_test=24, n_boxes=50, test_scales=(0.7, 1.0), width=16, patience=1, max_epochs=1, watch=8
    )


@pytest.fixture(scope="module")
def outcome(settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weak")
    return weak(settings, Run(0, folder / "run", folder / "shared", progress=False)), folder


def test_every_row_has_its_numbers(outcome):
    metrics = outcome[0].metrics
    assert list(metrics["rows"]) == ROWS
    for row in metrics["rows"].values():
        for kind in ("classification", "location"):
            assert list(row[kind]) == ["mAP", *TARGETS]
            assert all(np.isnan(v) or 0 <= v <= 1 for v in row[kind].values())
            assert row[kind]["mAP"] == pytest.approx(np.nanmean([row[kind][c] for c in TARGETS]))
        # Being right about the place is more than being right about the image, when both are ranked alike.
    centre, found = metrics["rows"]["centre"], metrics["rows"]["weak"]
    assert centre["classification"] == found["classification"] and centre["location"] != found["location"]
    for areas in metrics["detection"].values():
        assert list(areas) == ["0.5", "0.3", "0.1"] and areas["0.5"] <= areas["0.3"] <= areas["0.1"]


def test_the_weights_are_those_of_the_weak_row(outcome, settings):
    run, folder = outcome[0], outcome[1]
    trunk, test = pretrained_trunk(settings.trunk), scenes(settings, None)
    net = train_rival(
        settings, "weak", trunk, scenes(settings, 0), Run(0, folder / "run", folder, resume=True, progress=False)
    )
    for name, value in run.weights["weak/toyland"].state.items():
        assert torch.equal(net.head.state_dict()[name], value)
    found = [predict(maps) for maps in score_maps(net, test.images, scales=settings.test_scales)]
    scores, responses, points = (np.stack(column) for column in zip(*found, strict=True))
    again = measured(test, TARGETS, settings.tolerance, scores, responses, points)
    assert again["location"]["mAP"] == pytest.approx(run.metrics["rows"]["weak"]["location"]["mAP"], abs=0.02)
    assert run.weights["weak/toyland"].card["metrics"]["location mAP"] == run.metrics["rows"]["weak"]["location"]["mAP"]


def test_maps_of_several_heads_are_those_of_each_network(settings):
    trunk, images = pretrained_trunk(settings.trunk), scenes(replace(settings, n_test=3), None).images
    heads = {name: sliding_head(512, 12, width=8) for name in ("a", "b")}
    for name, head in heads.items():
        expected = list(score_maps(SlidingNet(trunk, head), images, scales=(0.7, 1.0)))
        for found, maps in zip(maps_of(heads, trunk, images, (0.7, 1.0), batch_size=2), expected, strict=True):
            for one, other in zip(found[name], maps, strict=True):
                np.testing.assert_allclose(one.scores, other.scores, rtol=1e-4, atol=1e-5)
                assert np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y)


def test_rivals_start_from_the_same_weights_and_other_seeds_from_others(settings, tmp_path):
    """With a learning rate of almost nothing, all networks stay where they started."""
    still = replace(settings, learning_rate=1e-12)
    trunk, data = pretrained_trunk(settings.trunk), scenes(settings, 0)

    def first(name, seed=0):
        run = Run(seed, tmp_path / name / str(seed), tmp_path, progress=False)
        return train_rival(still, name, trunk, data, run).head.fca.weight.detach()

    start = first("weak")
    assert all(torch.allclose(first(name), start, atol=1e-6) for name in RIVALS)
    assert not torch.allclose(first("weak", seed=1), start, atol=1e-3)


def test_training_scenes_differ_between_seeds_and_test_scenes_do_not(settings):
    first, second = (scenes(settings, seed).images for seed in (0, 1))
    assert not {i.numpy().tobytes() for i in first} & {i.numpy().tobytes() for i in second}
    assert torch.equal(scenes(settings, None).images, scenes(settings, None).images)


def test_boxes_that_are_the_objects_themselves_are_detected(settings):
    test = scenes(settings, None)
    boxes = [np.concatenate(classes) for classes in test.boxes]
    scores = [
        np.concatenate([np.tile(np.eye(12)[k], (len(b), 1)) for k, b in enumerate(classes)]) for classes in test.boxes
    ]
    found = detected(test, boxes, scores, limit=0.99)
    assert found["0.5"] == found["0.1"] > 0.95
    assert sum(map(len, truth_of(test, 0)[0])) == sum(len(c[0]) for c in (*test.boxes, *test.difficult))


@pytest.mark.parametrize("change", [{"low": 0.9}, {"dropout": "units"}, {"n_boxes": 51}, {"trunk": "transfer/related"}])
def test_a_training_is_not_resumed_with_other_settings(settings, change, tmp_path):
    data, run = scenes(settings, 0), Run(0, tmp_path, tmp_path, progress=False)
    train_rival(settings, "weak", pretrained_trunk(settings.trunk), data, run)
    other = replace(settings, **change)
    with pytest.raises(CheckpointError, match=f"made with other settings: {next(iter(change))} is"):
        train_rival(other, "weak", pretrained_trunk(other.trunk), data, replace(run, resume=True))


def test_a_training_is_not_resumed_with_another_supervision(settings, tmp_path):
    data, run = scenes(settings, 0), Run(0, tmp_path, tmp_path, progress=False)
    trunk = pretrained_trunk(settings.trunk)
    train_sliding(settings, trunk, ImageLabels, data, run, name="weak")
    with pytest.raises(CheckpointError, match="made with other settings: supervision is"):
        train_sliding(settings, trunk, OnTheImage, data, replace(run, resume=True), name="weak")


def test_training_scenes_are_never_those_that_are_kept_for_tests(settings):
    last = TEST_START // settings.n_train - 1
    with pytest.raises(ValueError, match=f"seed: expected at most {last} with {settings.n_train} scenes each"):
        scenes(settings, last + 1)


def test_images_that_a_scale_makes_smaller_than_a_window_are_refused_before_training(settings, tmp_path):
    small = replace(settings, side=100, test_scales=(0.5, 1.0))
    trunk, data = pretrained_trunk(small.trunk), scenes(small, 0)
    with pytest.raises(ValueError, match=r"images of 50 x 50 pixels .* too small for its window"):
        train_rival(small, "weak", trunk, data, Run(0, tmp_path, tmp_path, progress=False))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rival", [from_regions, from_patches])
def test_rivals_are_judged_in_the_frame_of_the_squares(settings, rival, tmp_path):
    """Regions and patches are found in scenes as they are drawn; their places are told in pixels of the squares."""
    few, run = replace(settings, n_test=3), Run(0, tmp_path / "run", tmp_path / "shared", progress=False)
    points = rival(few, run)[1]
    assert np.allclose(rival(replace(few, side=2 * few.side), run)[1], 2 * points)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_train": 0}, "n_train: expected an integer of at least 1, got 0"),
        ({"side": 40}, "side: expected at least 64 pixels, got 40"),
        ({"low": 2.0}, "low: expected a factor above 0, at most `high`, got 2.0"),
        ({"test_scales": (1.0, 0.0)}, "test_scales: expected finite factors above 0, got 0.0"),
        ({"dropout": "rows"}, "dropout: expected one of maps, batch maps, units, got 'rows'"),
        ({"tolerance": -1}, "tolerance: expected a finite number of at least 0, got -1"),
        ({"batch_size": 0}, "batch_size: expected an integer of at least 1, got 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, change, message):
    with pytest.raises(ValueError, match=message):
        replace(settings, **change)
