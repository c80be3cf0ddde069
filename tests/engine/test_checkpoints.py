"""Files of tensors come back whole, or are refused by name."""

import os
import pickle

import pytest
import torch
from torch import nn

from thesiscode import engine


@pytest.fixture
def file(tmp_path, make_net):
    engine.write_tensors(tmp_path / "net.safetensors", make_net().state_dict(), {"of": ["toy", 1]})
    return tmp_path / "net.safetensors"


@pytest.fixture
def trained(tmp_path, make_net, examples, short):
    """A folder with the checkpoint of a training."""
    engine.fit(make_net(), examples, nn.functional.cross_entropy, short, seed=1, folder=tmp_path, progress=False)
    return tmp_path


def resume(folder, net, examples, protocol, seed=1, **options):
    loss = nn.functional.cross_entropy
    return engine.fit(net, examples, loss, protocol, seed=seed, folder=folder, resume=True, progress=False, **options)


def test_tensors_come_back_with_what_was_said_about_them(tmp_path):
    shared = torch.arange(6).reshape(2, 3)
    tensors = {"a": shared, "tied": shared, "turned": shared.T, "half": torch.ones(2).half(), "n": torch.tensor(3)}
    engine.write_tensors(tmp_path / "new" / "t.safetensors", tensors, {"epoch": 3, "rate": 0.1})
    found, about = engine.read_tensors(tmp_path / "new" / "t.safetensors")
    assert about == {"epoch": 3, "rate": 0.1} and set(found) == set(tensors)
    for name in tensors:
        assert torch.equal(found[name], tensors[name]) and found[name].dtype == tensors[name].dtype


def test_a_file_is_read_whatever_byte_it_starts_with(tmp_path):
    """A safetensors file starts with the length of its header, which may begin as a pickle does."""
    firsts = set()
    for length in range(0, 256, 8):
        file = tmp_path / "t.safetensors"
        engine.write_tensors(file, {"a": torch.ones(1)}, {"pad": "x" * length})
        firsts.add(file.read_bytes()[0])
        assert torch.equal(engine.read_tensors(file)[0]["a"], torch.ones(1))
    assert 0x80 in firsts


def test_weights_are_loaded_into_a_network_of_the_same_kind(file, make_net):
    net = make_net().apply(lambda m: m.reset_parameters() if hasattr(m, "reset_parameters") else None)
    assert engine.load_state(file, net) == {"of": ["toy", 1]}
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), make_net().parameters(), strict=True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda net: nn.Sequential(net[0], net[1], net[2]), "has 3.bias"),
        (lambda net: nn.Sequential(*net, nn.Linear(2, 2)), "no 4.bias .2 tensors missing"),
        (lambda net: nn.Sequential(nn.Linear(6, 9), *net[1:]), r"0.weight is \(8, 6\), expected \(9, 6\)"),
    ],
)
def test_weights_of_another_network_are_refused_and_nothing_changes(file, make_net, change, message):
    net = change(make_net())
    before = {k: v.clone() for k, v in net.state_dict().items()}
    with pytest.raises(engine.CheckpointError, match=f"net.safetensors: made for another network: .*{message}"):
        engine.load_state(file, net)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())


class Bomb:
    """A pickle that leaves a file behind when it is loaded."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), "w")


@pytest.mark.parametrize("save", [torch.save, lambda bomb, file: file.write_bytes(pickle.dumps(bomb))])
def test_a_pickle_is_refused_and_its_code_never_runs(tmp_path, make_net, save):
    file, mark = tmp_path / "net.safetensors", tmp_path / "boom"
    save(Bomb(mark), file)
    with pytest.raises(engine.CheckpointError, match=r"net.safetensors: .*got a pickle"):
        engine.load_state(file, make_net())
    assert not mark.exists()


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_file_is_refused(file, keep):
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(engine.CheckpointError, match=r"net.safetensors: expected a whole safetensors file"):
        engine.read_tensors(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(engine.CheckpointError, match=r"none.safetensors: no such file"):
        engine.read_tensors(tmp_path / "none.safetensors")


def test_a_write_that_breaks_off_leaves_the_old_file(file, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    before = file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            engine.write_tensors(file, {"a": torch.zeros(3)})
    assert file.read_bytes() == before


def test_a_checkpoint_of_another_network_is_refused(trained, make_net, examples, short):
    before = (trained / "checkpoint.safetensors").read_bytes()
    with pytest.raises(engine.CheckpointError, match=r"checkpoint.safetensors: made for another network: 0.weight is"):
        resume(trained, make_net(width=9), examples, short)
    assert (trained / "checkpoint.safetensors").read_bytes() == before


def test_a_checkpoint_of_other_settings_is_refused_and_names_them(trained, make_net, examples, short):
    head = make_net()
    head[0].requires_grad_(False)
    fewer = engine.Tensors(examples.inputs[:100], examples.targets[:100])
    balanced = engine.BalancedSampler(examples.targets, seed=1)
    other = engine.Protocol(batch_size=16, max_epochs=3, patience=3, watch=100)
    for message, change in {
        "batch_size is 32, expected 16": {"protocol": other},
        "seed is 1, expected 2": {"seed": 2},
        "examples is 240, expected 100": {"examples": fewer},
        "validation_examples is None, expected 100": {"validation": fewer},
        "sampler is 'ShuffledSampler', expected 'BalancedSampler'": {"sampler": balanced},
        "augment is False, expected True": {"augment": lambda x, draw: x},
        "trained is .*, expected": {"net": head},
    }.items():
        given = {"net": make_net(), "examples": examples, "protocol": short} | change
        with pytest.raises(engine.CheckpointError, match=f"made with other settings: {message}"):
            resume(trained, **given)


def test_a_truncated_checkpoint_and_other_tensors_are_refused(trained, make_net, examples, short):
    file = trained / "checkpoint.safetensors"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(engine.CheckpointError, match="expected a whole safetensors file"):
        resume(trained, make_net(), examples, short)
    engine.write_tensors(file, make_net().state_dict())
    with pytest.raises(engine.CheckpointError, match="expected a checkpoint of a training"):
        resume(trained, make_net(), examples, short)
