"""Table 3.3 on Toyland, in miniature: people, their patches, and the three networks."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.data.toyland import ACTIONS, Actions
from thesiscode.engine import Run, generator
from thesiscode.nets.small import SmallAlexNet
from thesiscode.transfer import person_patch
from thesiscode.transfer.action_task import (
    OTHER,
    TEST_START,
    ActionSettings,
    action_precisions,
    actions,
    networks,
    one_action_each,
    people,
    train_actions,
)
from thesiscode.transfer.adaptation import adapt, adaptation_layers
from thesiscode.transfer.objects import SIZE, shared_source


@pytest.fixture(scope="module")
def settings(tiny_source):
    return ActionSettings(
        source=tiny_source,
        n_scenes=6,
        n_test=6,
        width=16,
        margin=0.2,
        batch_size=8,
        patience=1,
        max_epochs=1,
        world=7,
    )


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Where the source network is trained once for this module."""
    return tmp_path_factory.mktemp("shared")


def run_in(folder, shared, seed=0, **options):
    return Run(seed, folder, shared, progress=False, **options)


@pytest.fixture(scope="module")
def finished(settings, shared, tmp_path_factory):
    """A run, and its folder."""
    folder = tmp_path_factory.mktemp("actions")
    return actions(settings, run_in(folder, shared)), folder


def check_same(a, b):
    np.testing.assert_equal(a.metrics, b.metrics)  # NaN equals NaN
    first, second = (outcome.weights["transfer/actions"].state for outcome in (a, b))
    assert first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def test_one_patch_a_person_with_what_they_do(settings):
    patches, done = people(settings, 8, 20)
    assert patches.shape[1:] == (3, SIZE, SIZE) and patches.dtype == torch.uint8
    scenes = Actions(8, 7, start=20)
    everyone = [(image, target, i) for image, target in scenes for i in range(len(target["boxes"]))]
    assert len(everyone) == len(patches) > 8, "some scenes hold two people"
    for (image, target, i), patch, row in zip(everyone, patches, done, strict=True):
        assert torch.equal(patch, person_patch(image, target["boxes"][i], SIZE, margin=0.2))
        assert row[:OTHER].tolist() == target["actions"][i].tolist()
    assert (done[:, OTHER] == ~done[:, :OTHER].any(axis=1)).all() and done[:, OTHER].any()


def test_people_who_do_several_things_are_not_trained_on():
    done = np.zeros((5, OTHER + 1), bool)
    for person, action in ((0, 3), (1, 0), (1, 5), (2, OTHER), (3, 9), (4, 1), (4, 9)):
        done[person, action] = True
    patches = torch.randint(256, (5, 3, SIZE, SIZE), dtype=torch.uint8, generator=generator(0))
    data = one_action_each(patches, done)
    assert data.targets.tolist() == [3, OTHER, 9]
    assert torch.equal(data.inputs, patches[[0, 2, 3]])


def test_the_three_networks_differ_in_what_is_trained_only(settings, shared, tmp_path):
    run = run_in(tmp_path, shared)
    found = networks(settings, run)
    assert list(found) == ["no pretrain", "frozen", "retrained"]
    source, _ = shared_source(settings.source, run)
    for name in ("frozen", "retrained"):
        trunk = found[name].trunk.state_dict()
        layers = dict(source.named_modules())
        for key, value in trunk.items():
            layer, _, what = key.partition(".")
            part = "classifier" if layer.startswith("fc") else "features"
            assert torch.equal(value, layers[f"{part}.{layer}"].state_dict()[what])
    heads = [net.head.state_dict() for net in found.values()]
    assert all(torch.equal(heads[0][key], head[key]) for head in heads for key in heads[0])
    trained = {
        name: {key.removesuffix(".weight") for key, p in net.named_parameters() if p.requires_grad and p.ndim > 1}
        for name, net in found.items()
    }
    assert trained["frozen"] == {"head.fca", "head.fcb"}
    assert trained["retrained"] == trained["frozen"] | {"trunk.fc6", "trunk.fc7"}
    assert trained["no pretrain"] == trained["retrained"] | {f"trunk.conv{k}" for k in range(1, 6)}
    assert not torch.equal(found["no pretrain"].trunk.conv1.weight, found["frozen"].trunk.conv1.weight)


def test_training_leaves_frozen_layers_byte_for_byte(settings, shared, tmp_path):
    run = run_in(tmp_path, shared)
    data = one_action_each(*people(settings, 6, 0))
    for name, moving in (("frozen", ("head",)), ("retrained", ("head", "trunk.fc6", "trunk.fc7"))):
        net = networks(settings, run)[name]
        before = {key: value.clone() for key, value in net.state_dict().items()}
        train_actions(settings, net, data, run, name=name)
        for key, value in net.state_dict().items():
            assert torch.equal(value, before[key]) != key.startswith(moving), key


def test_precision_is_that_of_the_ten_actions():
    """The network ranks people by brightness: the brighter, the more they jump."""
    linear = nn.Linear(3, OTHER + 1)
    with torch.no_grad():
        linear.weight.zero_()[0] = 1.0
    brightness = torch.tensor([250, 200, 150, 100, 50], dtype=torch.uint8)
    patches = brightness.view(-1, 1, 1, 1).expand(5, 3, SIZE, SIZE)
    done = np.zeros((5, OTHER + 1), bool)
    done[[0, 2], 0] = True
    done[[1, 3, 4], OTHER] = True
    found = action_precisions(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear), patches, done)
    assert found["jumping"] == found["mAP"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert all(np.isnan(found[name]) for name in ACTIONS[1:])


def test_every_row_is_there_and_every_number_is_one(settings, finished):
    metrics = finished[0].metrics
    patches, done = people(settings, 6, TEST_START)
    assert metrics["test_people"] == len(patches)
    assert metrics["people"] == len(one_action_each(*people(settings, 6, 0)))
    assert set(metrics["rows"]) == {"no pretrain", "frozen", "retrained"}
    shown = {name for name, column in zip(ACTIONS, done.T, strict=False) if column.any()}
    for row in metrics["rows"].values():
        assert list(row) == ["mAP", *ACTIONS]
        assert {name for name in ACTIONS if not np.isnan(row[name])} == shown
        assert all(0 <= row[name] <= 1 for name in ("mAP", *shown))


def test_weights_load_and_give_the_numbers_of_their_row(settings, finished):
    outcome, _ = finished
    weights = outcome.weights["transfer/actions"]
    source = SmallAlexNet(1, fc_width=16)
    net = adapt(source, adaptation_layers(16, OTHER + 1, width=16), last="dropout7", retrain=("fc6", "fc7"))
    net.load_state_dict(weights.state)
    found = action_precisions(net, *people(settings, 6, TEST_START))
    np.testing.assert_equal(found, outcome.metrics["rows"]["retrained"])
    assert weights.card["metrics"] == {"mAP": found["mAP"]}


def test_a_finished_run_is_only_read(settings, shared, finished, written):
    outcome, folder = finished
    before, before_shared = written(folder), written(shared)
    check_same(outcome, actions(settings, run_in(folder, shared, resume=True)))
    assert written(folder) == before and len(before) == 3
    assert written(shared) == before_shared


def test_the_same_seed_gives_the_same_bytes_anywhere(settings, finished, tmp_path):
    check_same(finished[0], actions(settings, run_in(tmp_path / "run", tmp_path / "shared")))


def test_seeds_start_from_other_weights_and_train_on_other_people(settings, shared, tmp_path):
    first, second = (people(settings, 6, seed * 6)[0] for seed in (0, 1))
    assert not {patch.numpy().tobytes() for patch in first} & {patch.numpy().tobytes() for patch in second}
    one, other = (networks(settings, run_in(tmp_path, shared, seed=seed)) for seed in (0, 1))
    for name, net in one.items():
        assert not torch.equal(net.trunk.conv1.weight, other[name].trunk.conv1.weight)
        assert not torch.equal(net.head.fca.weight, other[name].head.fca.weight)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_test": 0}, "n_test: expected an integer of at least 1, got 0"),
        ({"margin": -0.1}, "margin: expected a finite number of at least 0, got -0.1"),
        ({"patience": 0}, "patience: expected an integer of at least 1, got 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, change, message):
    with pytest.raises(ValueError, match=message):
        replace(settings, **change)
