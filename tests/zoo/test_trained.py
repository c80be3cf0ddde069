"""The weights that ship are small, have a card, and reach what their card says."""

import pytest
import torch

from thesiscode import zoo
from thesiscode.data.toyland import TARGETS
from thesiscode.engine import read_tensors
from thesiscode.nets import SmallAlexNet, truncate
from thesiscode.transfer.action_task import TEST_START, ActionSettings, action_precisions, people
from thesiscode.transfer.adaptation import AdaptedNet, adaptation_layers
from thesiscode.transfer.objects import N, ObjectSettings, measure, scene_features
from thesiscode.transfer.sources import SourceSettings, source_errors
from thesiscode.weak import SlidingNet, predict, score_maps, sliding_head
from thesiscode.weak.tables import columns, measured
from thesiscode.weak.toyland import WeakSettings, pretrained_trunk, scenes
from thesiscode.zoo.weights import CARD, MOST_MIB, WEIGHTS

SOURCES = {"related": 120, "random": 120, "enlarged": 180}
SHIPPED = sorted(str(file.relative_to(WEIGHTS).with_suffix("")) for file in WEIGHTS.rglob("*.safetensors"))
POINTS = 0.005
"""How far a number may lie from its card: half a point. Weights are rounded to half precision after it was measured."""


def test_what_ships_is_what_is_tested_here():
    assert (
        sorted([*(f"transfer/{which}" for which in SOURCES), "transfer/objects", "transfer/actions", "weak/toyland"])
        == SHIPPED
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_weights_are_small_half_precision_and_have_a_card(name):
    assert (WEIGHTS / f"{name}.safetensors").stat().st_size <= MOST_MIB * 2**20
    card = zoo.load_weights(name).card
    tensors, _ = read_tensors(WEIGHTS / f"{name}.safetensors")
    assert {v.dtype for v in tensors.values() if v.is_floating_point()} == {torch.float16}
    assert set(CARD) <= set(card) and card["command"].startswith(f"thesis run {name.partition('/')[0]}/")
    assert card["seed"] == 0 and card["metrics"]


@pytest.mark.parametrize("which", SOURCES)
def test_source_networks_make_as_few_errors_as_their_card_says(which):
    net = SmallAlexNet(SOURCES[which])
    card = zoo.load_into(net, f"transfer/{which}")
    found = source_errors(net, which, SourceSettings().n_test, 1)
    assert found == pytest.approx(card["metrics"], abs=POINTS)


def test_the_adaptation_layers_find_objects_as_well_as_their_card_says():
    settings = ObjectSettings()
    source, head = SmallAlexNet(SOURCES["related"]), adaptation_layers(512, N + 1, width=settings.width)
    zoo.load_into(source, "transfer/related")
    card = zoo.load_into(head, "transfer/objects")
    found = measure(settings, head, scene_features(settings, truncate(source, "relu7")))
    assert found["mAP"] == pytest.approx(card["metrics"]["mAP"], abs=POINTS)


def test_the_action_network_is_as_good_as_its_card_says():
    settings = ActionSettings()
    net = AdaptedNet(truncate(SmallAlexNet(1), "dropout7"), adaptation_layers(512, 11, width=settings.width))
    card = zoo.load_into(net, "transfer/actions")
    with torch.no_grad():
        found = action_precisions(net, *people(settings, settings.n_test, TEST_START))
    assert found["mAP"] == pytest.approx(card["metrics"]["mAP"], abs=POINTS)


def test_the_weakly_supervised_layers_locate_objects_as_well_as_their_card_says():
    settings = WeakSettings()
    trunk, test = pretrained_trunk(settings.trunk), scenes(settings, None)
    head = sliding_head(512, len(TARGETS), width=settings.width)
    card = zoo.load_into(head, "weak/toyland")
    found = columns([predict(maps) for maps in score_maps(SlidingNet(trunk, head), test.images, scales=(1.0,))])
    location = measured(test, TARGETS, settings.tolerance, *found)["location"]
    assert location["mAP"] == pytest.approx(card["metrics"]["location mAP, tested at one"], abs=POINTS)
