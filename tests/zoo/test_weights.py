"""Trained weights come back with their card, are small, and are loaded into the right network only."""

import json
import pickle

import pytest
import torch
from torch import nn

from thesiscode import zoo
from thesiscode.engine import CheckpointError

CARD = {
    "trained_on": "points",
    "command": "thesis run toys:learn",
    "metrics": {"accuracy": 0.9},
    "architecture": "3-4",
}


def make_net():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))


@pytest.fixture
def net():
    net = make_net()
    draw = torch.Generator().manual_seed(0)
    for parameter in net.parameters():
        nn.init.normal_(parameter, generator=draw)
    return net


def test_weights_come_back_in_half_precision_with_their_card(net, tmp_path):
    file = zoo.save_weights("toy", net.state_dict(), CARD, folder=tmp_path)
    assert file == tmp_path / "toy.safetensors"
    found = zoo.load_weights("toy", folder=tmp_path)
    assert found.card == CARD | {"parameters": 3 * 4 + 4 + 4 + 4} == json.loads((tmp_path / "toy.json").read_text())
    for name, value in net.state_dict().items():
        expected = value.half().float() if value.is_floating_point() else value
        assert torch.equal(found.state[name], expected) and found.state[name].dtype == expected.dtype
    other = make_net()
    assert zoo.load_into(other, "toy", folder=tmp_path) == found.card
    assert all(torch.equal(v, found.state[k]) for k, v in other.state_dict().items())


def test_at_most_3_mib_in_half_precision(tmp_path):
    zoo.save_weights("fits", {"w": torch.zeros(3 * 2**19)}, CARD, folder=tmp_path)
    with pytest.raises(ValueError, match=r"state: expected at most 3 MiB in half precision, got 3.01"):
        zoo.save_weights("large", {"w": torch.zeros(3 * 2**19 + 4000)}, CARD, folder=tmp_path)
    assert [p.name for p in tmp_path.glob("large*")] == []


@pytest.mark.parametrize("key", sorted(CARD))
def test_a_card_without_a_key_is_refused(net, tmp_path, key):
    with pytest.raises(ValueError, match=f"card: expected the keys .*, got none of .'{key}'"):
        zoo.save_weights("toy", net.state_dict(), {k: v for k, v in CARD.items() if k != key}, folder=tmp_path)


def test_headline_metrics_have_names(net, tmp_path):
    with pytest.raises(ValueError, match=r"card: expected metrics as a dict of names and values, got 0.9"):
        zoo.save_weights("toy", net.state_dict(), CARD | {"metrics": 0.9}, folder=tmp_path)


def test_weights_too_large_for_half_precision_are_refused(tmp_path):
    with pytest.raises(ValueError, match="state: expected weights that are finite in half precision, w is not"):
        zoo.save_weights("toy", {"v": torch.zeros(1), "w": torch.tensor([1e6])}, CARD, folder=tmp_path)


def test_an_unknown_name_is_told_what_there_is(net, tmp_path):
    zoo.save_weights("a/toy", net.state_dict(), CARD, folder=tmp_path)
    with pytest.raises(ValueError, match=r"name: expected one of \['a/toy'\], got 'b'"):
        zoo.load_weights("b", folder=tmp_path)


def test_another_network_stays_as_it_is(net, tmp_path):
    zoo.save_weights("toy", net.state_dict(), CARD, folder=tmp_path)
    wide = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5))
    before = {k: v.clone() for k, v in wide.state_dict().items()}
    with pytest.raises(CheckpointError, match=r"toy.safetensors: made for another network: 0.weight is \(4, 3\)"):
        zoo.load_into(wide, "toy", folder=tmp_path)
    assert all(torch.equal(v, before[k]) for k, v in wide.state_dict().items())


def test_a_truncated_file_and_a_pickle_are_refused(net, tmp_path):
    file = zoo.save_weights("toy", net.state_dict(), CARD, folder=tmp_path)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"toy.safetensors: expected a whole safetensors file"):
        zoo.load_weights("toy", folder=tmp_path)
    file.write_bytes(pickle.dumps({}))
    with pytest.raises(CheckpointError, match=r"toy.safetensors: .*got a pickle"):
        zoo.load_weights("toy", folder=tmp_path)


def test_a_card_that_is_missing_is_named(net, tmp_path):
    zoo.save_weights("toy", net.state_dict(), CARD, folder=tmp_path)
    (tmp_path / "toy.json").unlink()
    with pytest.raises(CheckpointError, match=r"toy.json: no such file"):
        zoo.load_weights("toy", folder=tmp_path)
