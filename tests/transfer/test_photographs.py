"""Tables 3.1 and 3.2 on photographs, in miniature: a small devkit of drawn images and networks with random weights."""

from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torchvision

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.toyland import Scenes, write_voc
from thesiscode.data.voc import VOCDetection
from thesiscode.engine import CheckpointError, Run, generator, read_tensors, write_tensors
from thesiscode.metrics import mean_average_precision
from thesiscode.nets import AlexNet
from thesiscode.nets.small import SmallAlexNet
from thesiscode.transfer import patch_grid
from thesiscode.transfer.adaptation import adaptation_layers
from thesiscode.transfer.classify import patch_probabilities
from thesiscode.transfer.examples import VOCPatches
from thesiscode.transfer.photograph_task import linear_scores, objects_in_photographs, resampled, trained_from_nothing
from thesiscode.transfer.photographs import (
    WHOLE,
    PhotographSettings,
    _fingerprint,
    as_photograph,
    features_of,
    held_out_features,
    held_out_probabilities,
    kept,
    patches_to_train_on,
    photographs,
    published_alexnet,
    squeeze,
    trained_trunk,
    training_features,
    whole_images,
)

CLASSES = ("cat", "car")


@pytest.fixture(scope="module")
def devkit(tmp_path_factory):
    """Twelve images to train on and six to test on; dogs are background, the last cat is difficult.

    Each image is one of four drawn scenes, with all its objects under one name.
    """
    drawn = list(Scenes(4, 7, side=64, target="scene"))

    def scene(number, name, difficult=False):
        things = drawn[number % 4].objects
        return replace(drawn[number % 4], objects=[replace(t, name=name, difficult=difficult) for t in things])

    names = ["cat", "car", "car", "cat", "cat", "car", "car", "cat", "cat", "car", "dog", "dog"]
    train = [scene(*pair) for pair in enumerate(names)]
    test = [scene(*pair) for pair in enumerate(["cat", "car", "car", "cat", "car"])]
    root = tmp_path_factory.mktemp("voc")
    write_voc(root, {"train": train, "test": [*test, scene(1, "cat", difficult=True)]}, year="2007")
    return root


@pytest.fixture(scope="module")
def squeezenet():
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        return torchvision.models.squeezenet1_1(weights=None).eval()


@pytest.fixture(scope="module")
def weights(squeezenet, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    torch.save(squeezenet.state_dict(), folder / "squeezenet1_1_x.pth")
    return folder


@pytest.fixture(scope="module")
def settings(devkit, weights):
    return PhotographSettings(
        devkit=str(devkit),
        year=2007,
        train_split="train",
        test_split="test",
        classes=CLASSES,
        network="squeezenet1_1",
        weights=str(weights),
        size=64,
        overlap=0.0,
        width=16,
        keep_test_features=True,
        power=5,
        powers=(1, 5),
        batch_size=32,
        patience=1,
        max_epochs=1,
        no_pretrain="small",
        no_pretrain_epochs=1,
        no_pretrain_patches=32,
    )


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Where all tests of this module keep features."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def outcome(settings, shared, tmp_path_factory):
    """A whole run."""
    return objects_in_photographs(settings, Run(0, tmp_path_factory.mktemp("run"), shared, progress=False))


def images(*shape, seed=0):
    return torch.randint(256, shape, dtype=torch.uint8, generator=generator(seed, "images"))


def test_every_row_is_there_and_every_number_is_one(outcome):
    metrics = outcome.metrics
    assert metrics["positives"] == {"cat": 2, "car": 3}
    assert list(metrics["rows"]) == ["adapted", "whole image", "no pretrain"]
    for name, row in metrics["rows"].items():
        assert list(row) == ["mAP", "mAP 11point", *CLASSES]
        assert all(0 <= value <= 1 for value in row.values())
        assert row["mAP"] == pytest.approx((row["cat"] + row["car"]) / 2)
        assert 0 <= metrics["resampled"][name]["low"] <= metrics["resampled"][name]["high"] <= 1
    assert set(metrics["powers"]) == {"1", "5"}
    assert metrics["powers"]["5"] == metrics["rows"]["adapted"]["mAP"]


def test_the_head_loads_and_gives_the_numbers_of_its_row(outcome, settings, shared, tmp_path):
    found = outcome.weights["transfer/photographs-squeezenet1_1"]
    head = adaptation_layers(512, len(CLASSES) + 1, width=16)
    head.load_state_dict(found.state)
    features = held_out_features(settings, Run(0, tmp_path, shared))
    np.testing.assert_array_equal(features.labels, [[1, -1], [-1, 1], [-1, 1], [1, -1], [-1, 1], [0, -1]])
    # the definition: Eq. 3.1 of the patches' probabilities, then average precision
    scores = np.stack([(p**5).mean(axis=0) for p in patch_probabilities(head, features, len(CLASSES))])
    expected = mean_average_precision(features.labels, scores).mean
    assert outcome.metrics["rows"]["adapted"]["mAP"] == pytest.approx(expected)
    assert found.card["metrics"] == {"mAP": outcome.metrics["rows"]["adapted"]["mAP"]}


@pytest.mark.usefixtures("outcome")
def test_a_further_seed_reads_no_photographs_and_makes_no_network(
    settings, devkit, weights, shared, written, tmp_path, monkeypatch
):
    """Their features are on disk: the photographs may as well be empty."""
    before = written(shared)
    contents = {file: file.read_bytes() for file in devkit.rglob("*.jpg")}
    assert len(contents) == 18
    monkeypatch.setattr("thesiscode.transfer.photographs.load_weights", lambda *_: pytest.fail("made a network"))
    for file, content in contents.items():
        file.write_bytes(bytes(len(content)))
    try:
        again = replace(settings, no_pretrain="none")
        run = Run(1, tmp_path / "run", shared, progress=False)
        assert list(objects_in_photographs(again, run).metrics["rows"]) == ["adapted", "whole image"]
        with pytest.raises(DataError, match="not a whole image"):
            list(photographs(again, "test"))
    finally:
        for file, content in contents.items():
            file.write_bytes(content)
    assert written(shared) == before and len(before) >= 4


@pytest.mark.parametrize("change", ["weights", "annotation"])
def test_other_weights_and_other_annotations_are_other_features(settings, devkit, weights, change):
    before = _fingerprint(settings)
    folder, pattern, old, new = {
        "weights": (weights, "*.pth", None, None),
        "annotation": (devkit, "*/*/Annotations/*.xml", b"<difficult>0", b"<difficult>1"),
    }[change]
    file = min(f for f in folder.glob(pattern) if old is None or old in f.read_bytes())
    content = file.read_bytes()
    try:
        file.write_bytes(content[:-1] + b"x" if old is None else content.replace(old, new))
        assert _fingerprint(settings) != before
    finally:
        file.write_bytes(content)
    assert _fingerprint(settings) == before


def test_features_of_other_patches_are_other_features(settings, shared, tmp_path):
    run, smaller = Run(0, tmp_path, shared), replace(settings, size=32)
    first, second = training_features(settings, run), training_features(smaller, run)
    assert first.inputs.shape == second.inputs.shape and not torch.allclose(first.inputs, second.inputs, atol=0.1)
    assert torch.equal(training_features(settings, run).inputs, first.inputs)
    assert set(first.targets.tolist()) == {0, 1, 2}, "cats, cars, and dogs among the background"


def test_photographs_one_after_the_other_give_the_same_as_features_on_disk(settings, shared, tmp_path):
    head = adaptation_layers(512, len(CLASSES) + 1, width=16, generator=generator(0, "head"))
    torch.nn.init.normal_(head.fcb.weight, generator=generator(0, "fcb"))
    run = Run(0, tmp_path, shared)
    kept_ones, labels = held_out_probabilities(settings, head, run)
    streamed, same_labels = held_out_probabilities(replace(settings, keep_test_features=False), head, run)
    np.testing.assert_array_equal(labels, same_labels)
    features = held_out_features(settings, run)
    for image, patches, a, b in zip(photographs(settings, "test"), features.patches, kept_ones, streamed, strict=True):
        np.testing.assert_array_equal(patches, patch_grid(*reversed(image.pixels.shape[1:]), overlap=0.0))
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert np.concatenate(streamed).std(axis=0).min() > 1e-3, "patches differ by more than that"


def test_features_are_kept_in_half_precision_and_computed_once(tmp_path):
    file, run, calls = tmp_path / "new" / "file.safetensors", Run(0, tmp_path, tmp_path), []

    def make():
        calls.append(1)
        return {"features": torch.tensor([[1 / 3, 2.0]]), "targets": torch.tensor([70_001])}

    for found in (kept(file, make, run), kept(file, make, run)):
        assert found["features"].dtype == torch.float32 and found["targets"].tolist() == [70_001]
        assert found["features"].tolist() == [[pytest.approx(1 / 3, rel=1e-3), 2.0]]
    assert len(calls) == 1 and read_tensors(file)[0]["features"].dtype == torch.float16


def test_the_main_process_computes_features_and_the_others_wait_for_them(tmp_path):
    """Two processes in turn: the second one comes to the file before it is there."""
    file, calls = tmp_path / "file.safetensors", []

    def make():
        calls.append(1)
        return {"features": torch.ones(1, 2)}

    def as_main():
        team = SimpleNamespace(is_main_process=True, wait_for_everyone=lambda: None)
        kept(file, make, Run(0, tmp_path, tmp_path, accelerator=team))

    other = SimpleNamespace(is_main_process=False, wait_for_everyone=as_main)
    found = kept(file, lambda: pytest.fail("computed twice"), Run(0, tmp_path, tmp_path, accelerator=other))
    assert found["features"].tolist() == [[1.0, 1.0]] and len(calls) == 1


def test_the_patches_of_the_identical_network_are_those_in_memory_but_cut_one_by_one(settings):
    memory, lazy = (patches_to_train_on(replace(settings, no_pretrain=n), 48) for n in ("small", "identical"))
    assert isinstance(lazy, VOCPatches) and len(lazy) == len(memory) > 12
    assert torch.equal(lazy.targets, memory.targets)
    for k in range(0, len(lazy), 7):
        pixels, target = lazy[k]
        assert torch.equal(pixels, memory[k][0]) and target == memory[k][1]


def test_a_photograph_of_another_size_than_its_annotation_says_is_named(settings):
    data = VOCDetection(settings.devkit, "train", year=2007)
    data.annotations = [replace(a, width=a.width - 1) for a in data.annotations]
    patches = VOCPatches(data, CLASSES, size=48, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"expected \d+ x \d+ pixels, as its annotation says, got"):
        patches[0]


def test_the_identical_network_trains_on_patches_that_worker_processes_cut(settings, tmp_path):
    run = Run(0, tmp_path / "run", tmp_path / "shared", progress=False)
    identical = replace(settings, no_pretrain="identical", no_pretrain_patches=8, workers=1)
    net = trained_from_nothing(identical, run)
    assert net.trunk[0][0].weight.shape == (64, 3, 3, 3) and net.head[-1].out_features == 3


def test_a_photograph_that_a_worker_process_cannot_read_is_named(settings, tmp_path):
    """torch passes on the words of an error, not the error."""
    data = VOCDetection(settings.devkit, "train", year=2007)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no image")
    data.annotations = [replace(a, path=broken) for a in data.annotations]
    patches = VOCPatches(data, CLASSES, size=48, rng=np.random.default_rng(0))
    with pytest.raises(DataError, match=r"broken\.jpg"):
        next(iter(torch.utils.data.DataLoader(patches, num_workers=1)))


def test_resampled_test_sets_without_a_positive_are_left_out():
    """One positive among twenty: a third of the draws do not hold it."""
    labels, scores = np.full((20, 1), -1), np.arange(20.0)[:, None]
    labels[-1] = 1
    assert resampled(labels, scores, times=50) == {"low": 1.0, "high": 1.0}


def test_photographs_without_a_patch_to_train_on_are_refused(settings):
    data = VOCDetection(settings.devkit, "train", year=2007)
    data.annotations = [replace(a, objects=()) for a in data.annotations[:1]]
    with pytest.raises(ValueError, match="data: expected photographs with patches to train on, got none"):
        VOCPatches(data, CLASSES, size=48, rng=np.random.default_rng(0), background=0.0)


def test_features_that_half_precision_cannot_hold_are_refused(tmp_path):
    file = tmp_path / "file.safetensors"
    with pytest.raises(ValueError, match=r"features of file\.safetensors: expected numbers that are finite in half"):
        kept(file, lambda: {"features": torch.tensor([1e6])}, Run(0, tmp_path, tmp_path))
    assert not file.exists()


def test_pixels_are_those_that_torchvisions_networks_expect():
    """The preset crops the middle of images of 256 pixels, and resizes nothing."""
    pixels = images(2, 3, 256, 256)
    preset = torchvision.models.SqueezeNet1_1_Weights.IMAGENET1K_V1.transforms()
    torch.testing.assert_close(as_photograph(pixels[:, :, 16:240, 16:240]), preset(pixels))


def test_the_trunk_is_fire9_averaged_and_gives_no_gradients(settings, squeezenet):
    x = as_photograph(images(3, 3, 64, 64))
    features = trained_trunk(settings).train()(x)
    with torch.no_grad():
        torch.testing.assert_close(features, squeezenet.features(x).mean(dim=(2, 3)))
    assert features.shape == (3, 512) and not features.requires_grad


@pytest.mark.parametrize("shape", [(40, 300), (224, 224), (500, 333)])
def test_a_whole_photograph_becomes_a_square(shape):
    pixels = images(3, *shape)
    square = squeeze(pixels, WHOLE)
    assert square.shape == (3, WHOLE, WHOLE) and square.dtype == torch.uint8
    assert shape != (WHOLE, WHOLE) or torch.equal(square, pixels)
    halves = torch.zeros(3, *shape, dtype=torch.uint8)
    halves[:, :, shape[1] // 2 :] = 200
    assert squeeze(halves, WHOLE)[:, :, : WHOLE // 2 - 4].max() == 0
    assert squeeze(halves, WHOLE)[:, :, WHOLE // 2 + 4 :].min() == 200


def test_whole_photographs_have_a_feature_vector_each(settings, squeezenet, shared, tmp_path):
    features, labels = whole_images(settings, "test", Run(0, tmp_path, shared))
    assert features.shape == (6, 512) and labels[:2].tolist() == [[1, -1], [-1, 1]]
    first = next(photographs(settings, "test")).pixels
    with torch.no_grad():
        expected = squeezenet.features(as_photograph(squeeze(first, WHOLE)[None])).mean(dim=(2, 3))
    torch.testing.assert_close(features[:1], expected, rtol=2e-3, atol=1e-3)  # half precision on disk


@pytest.mark.parametrize("grouped", [True, False])
def test_the_network_of_the_thesis_is_read_with_its_own_sizes(settings, tmp_path, grouped):
    net = AlexNet(3, grouped=grouped, fc_width=16, generator=generator(0, "net")).eval()
    write_tensors(tmp_path / "imagenet.safetensors", net.state_dict())
    trunk = trained_trunk(replace(settings, network="thesis", weights=str(tmp_path / "imagenet.safetensors")))
    x = as_photograph(images(1, 3, 224, 224))
    with torch.no_grad():
        fc7 = net.classifier[:-2](net.features(x))  # in evaluation mode dropout is the identity
        torch.testing.assert_close(trunk(x), fc7)
    assert fc7.shape == (1, 16) and (fc7 > 0).any()


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (SmallAlexNet(3, fc_width=4), r"made for another network: has features\.norm1"),
        (adaptation_layers(4, 3, width=4), r"made for another network: expected that of nets\.AlexNet"),
    ],
)
def test_weights_of_another_network_than_that_of_the_thesis_are_refused(tmp_path, net, message):
    write_tensors(tmp_path / "other.safetensors", net.state_dict())
    with pytest.raises(CheckpointError, match=rf"other\.safetensors: {message}"):
        published_alexnet(tmp_path / "other.safetensors")


def test_files_that_are_no_weights_are_refused(settings, tmp_path):
    with pytest.raises(MissingData, match="no torchvision weights squeezenet1_1"):
        trained_trunk(replace(settings, weights=str(tmp_path)))
    torch.save(SmallAlexNet(3, fc_width=4).state_dict(), tmp_path / "squeezenet1_1_x.pth")
    with pytest.raises(DataError, match=r"not a state dict of torchvision\.models\.squeezenet1_1"):
        trained_trunk(replace(settings, weights=str(tmp_path)))


@pytest.mark.parametrize("content", [True, False])
def test_features_of_other_weights_of_the_same_name_and_size_are_other_features(settings, tmp_path, content):
    """Two trainings of the network of the thesis; or one file in two places, whose features are shared."""
    run, found = Run(0, tmp_path, tmp_path / "shared"), []
    for place in ("a", "b"):
        file = tmp_path / place / "imagenet.safetensors"
        net = AlexNet(3, fc_width=16, generator=generator(0, place if content else "a"))
        write_tensors(file, net.state_dict())
        found.append(whole_images(replace(settings, network="thesis", weights=str(file)), "test", run)[0])
    assert torch.equal(*found) != content
    assert len(list((tmp_path / "shared").iterdir())) == 1 + content


def test_missing_weights_are_named_before_photographs_are_read(settings, tmp_path):
    run = Run(0, tmp_path, tmp_path / "shared")
    with pytest.raises(CheckpointError, match=r"gone\.safetensors: no such file"):
        training_features(replace(settings, network="thesis", weights=str(tmp_path / "gone.safetensors")), run)
    with pytest.raises(ValueError, match="weights: expected the file that `thesis run transfer/imagenet` wrote"):
        training_features(replace(settings, network="thesis", weights=""), run)
    with pytest.raises(MissingData, match="gone: there is no weights_squeezenet1_1 here"):
        training_features(replace(settings, weights=str(tmp_path / "gone")), run)


def test_classes_with_too_few_photographs_to_choose_the_linear_classifier_are_refused(settings, tmp_path):
    run = Run(0, tmp_path, tmp_path / "shared")
    with pytest.raises(ValueError, match="classes: expected at least 5 training photographs of dog, got 2"):
        linear_scores(replace(settings, classes=("dog",)), run)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": ("cat", "kitten")}, "classes: expected some of VOC's, got 'kitten'"),
        ({"classes": ()}, "classes: expected at least one value, each of them once"),
        ({"classes": ("cat", "cat")}, "classes: expected at least one value, each of them once"),
        ({"power": 0.5}, "power: expected a finite number of at least 1, got 0.5"),
        ({"powers": (1, float("inf"))}, "powers: expected a finite number of at least 1, got inf"),
        ({"workers": -1}, "workers: expected an integer of at least 0, got -1"),
        ({"overlap": -0.1}, r"overlap: expected a number in \[0, 1\), got -0.1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, change, message):
    with pytest.raises(ValueError, match=message):
        replace(settings, **change)


def test_real_photographs_and_real_weights(real_data):
    settings = PhotographSettings(
        devkit=str(real_data("voc2007")),
        year=2007,
        classes=("car", "person"),
        network="squeezenet1_1",
        weights=str(real_data("weights_squeezenet1_1")),
        size=64,
        overlap=0.0,
    )
    found = features_of(settings, trained_trunk(settings), islice(photographs(settings, "test"), 3))
    assert found.features.shape == (sum(map(len, found.patches)), 512) and (found.features >= 0).all()
    assert (found.features.std(dim=0) > 0).float().mean() > 0.9, "units tell patches apart"
    assert found.labels.shape == (3, 2)
