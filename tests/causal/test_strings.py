"""The experiment on strings, in miniature."""

from dataclasses import replace

import pytest
import torch

from thesiscode.causal.intervention import PointGenerator
from thesiscode.causal.poses import PoseNetwork
from thesiscode.causal.strings import STREAMS, Scenes, StringsSettings, games, stream, strings, walk, walks
from thesiscode.data.marionettes import Pendulums
from thesiscode.engine import CheckpointError, Run, generator, read_tensors, write_tensors
from thesiscode.nets import Generator

pytest.importorskip("mujoco")

SMALL = StringsSettings(
    width=2,
    n_train=64,
    n_test=64,
    epochs=(1, 1, 1),
    n_pendulums=64,
    pendulum_epochs=1,
    pose_width=2,
    pose_epochs=1,
    point_epochs=1,
    runs_per_pose=2,
)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strings")
    return strings(SMALL, Run(0, folder, folder / "shared", progress=False)), folder


def test_the_weights_are_those_of_the_networks_on_their_cards(outcome):
    nets = {f"marionettes-{name}": Generator(2, size=32) for name in ("dcgan", "wgan-gp", "relativistic")}
    nets |= {"pendulums-dcgan": Generator(2, size=32), "points": PointGenerator()}
    nets |= {"marionettes-poses": PoseNetwork(30, 2), "pendulums-poses": PoseNetwork(12, 2)}
    found = outcome[0].weights
    assert set(found) == {f"causal/strings-{name}" for name in nets}
    for name, net in nets.items():
        net.load_state_dict(found[f"causal/strings-{name}"].state)
        assert found[f"causal/strings-{name}"].card["metrics"]


def test_every_sample_is_measured_beside_both_controls(outcome):
    metrics = outcome[0].metrics
    methods = {"pendulums": ["DCGAN"], "marionettes": ["DCGAN", "WGAN-GP", "relativistic"]}
    for scene, names in methods.items():
        assert list(metrics[scene]["link"]) == ["held-out frames", "bodies shuffled", *names]
        assert list(metrics[scene]["training"]) == names
        assert set(metrics[scene]["poses"]) == {"held-out frames", "bodies of other frames"}
    link = metrics["marionettes"]["link"]
    assert set(link["DCGAN"]["R2"]) == {"hand", "elbow", "knee", "foot", "all"}
    assert metrics["walks"]["even"] == 0.1 and metrics["walks"]["worst"] <= 1


def test_a_seed_gives_the_same_networks_and_can_be_resumed(outcome):
    found, folder = outcome
    again = strings(SMALL, Run(0, folder, folder / "shared", resume=True, progress=False))
    for name, weights in found.weights.items():
        assert all(torch.equal(value, again.weights[name].state[key]) for key, value in weights.state.items()), name
    assert again.metrics["marionettes"]["link"] == found.metrics["marionettes"]["link"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pose_epochs": 2}, "pose_epochs is 1, expected 2"),
        ({"n_pendulums": 65}, "frames is 64, expected 65"),
        ({"seed": 1}, "seed is 0, expected 1"),
    ],
)
def test_a_reader_of_other_settings_is_not_resumed(outcome, change, message):
    folder, settings = outcome[1], dict(change)
    run = Run(settings.pop("seed", 0), folder, folder / "shared", resume=True, progress=False)
    made = replace(SMALL, **settings)
    with pytest.raises(CheckpointError, match=f"pendulums-poses.safetensors.*made with other settings: {message}"):
        Scenes(Pendulums, made.n_pendulums, made, run).reader()


def test_a_reader_of_an_old_run_is_resumed(outcome, tmp_path):
    """Files used not to say what made them."""
    state, about = read_tensors(outcome[1] / "pendulums-poses.safetensors")
    assert about["settings"] == {"frames": 64, "size": 32, "pose_width": 2, "pose_epochs": 1, "seed": 0}
    write_tensors(tmp_path / "pendulums-poses.safetensors", state)
    net, _ = Scenes(Pendulums, 64, SMALL, Run(0, tmp_path, tmp_path, resume=True, progress=False)).reader()
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())


def test_trainings_differ_in_their_rules_alone():
    found = games(replace(SMALL, epochs=(3, 2, 1), penalty=0.3), pendulums=False)
    assert [g.epochs for g in found.values()] == [3, 2, 1]
    assert {g.batch_size for g in found.values()} == {SMALL.batch_size}
    assert [g.objective for g in found.values()] == ["non-saturating", "wasserstein", "relativistic"]
    assert found["relativistic"].penalty == 0.3 and found["WGAN-GP"].penalty == 10
    assert list(games(SMALL, pendulums=True)) == ["DCGAN"]


def test_no_two_samples_share_a_simulation():
    seeds = [stream(seed, purpose) for seed in range(3) for purpose in STREAMS]
    assert len(set(seeds)) == len(seeds)


def test_walks_of_a_generator():
    g, reader = Generator(2, size=32, generator=generator(0)), PoseNetwork(12, 2, generator=generator(1))
    ends = torch.randn(2, g.n_noise, generator=generator(2))
    assert walk(g, ends, 5).shape == (5, 3, 32, 32)
    found = walks(g, reader, n=2, steps=5, draw=generator(3))
    assert found["even"] == 0.25 <= found["median"] <= found["worst"] <= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_train": 63}, "n_train: expected at least 64 frames, one mini-batch, got 63"),
        ({"size": 48}, "size: expected a power of 2 from 8 on, got 48"),
        ({"epochs": (1, 2)}, r"epochs: expected 3 values, one a training, got \(1, 2\)"),
        ({"epochs": (1, 0, 1)}, "epochs: expected an integer of at least 1, got 0"),
        ({"penalty": 0.0}, "penalty: expected a finite number above 0, got 0.0"),
    ],
)
def test_settings_out_of_range_are_refused(change, message, unchecked):
    with pytest.raises(ValueError, match=message):
        StringsSettings(**change)
