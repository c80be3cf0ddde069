"""The source task: its images, its errors, and networks that follow from the seed alone."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from thesiscode.data.toyland import SourceImages, source_breeds
from thesiscode.engine import CheckpointError, Run
from thesiscode.nets.small import SmallAlexNet
from thesiscode.transfer.inputs import as_input
from thesiscode.transfer.sources import DrawnImages, drawn_images, pretrain, source_errors, source_network


def train(settings, seed=0, folder=None):
    return source_network(settings, seed, folder, progress=False)


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


class Ranking(nn.Module):
    """Knows which breed each of some images shows, and gives `rank` other breeds a higher score."""

    def __init__(self, images, labels, rank, n_classes):
        super().__init__()
        self.images, self.labels, self.rank, self.n_classes = as_input(images), labels, rank, n_classes
        self.top = nn.Parameter(torch.tensor(2.0))

    def forward(self, x):
        scores = torch.zeros(len(x), self.n_classes)
        for row, image in zip(scores, x, strict=True):
            label = self.labels[(self.images == image).flatten(1).all(dim=1)].item()
            row[(label + torch.arange(self.rank + 1)) % self.n_classes] = self.top
            row[label] = 1.0
        return scores


@pytest.mark.parametrize("which", ["related", "random"])
def test_images_in_memory_are_those_of_the_set(which):
    images, labels = drawn_images(which, 5, 3)
    for image, label, (expected, number) in zip(images, labels, SourceImages(which, 5, 3), strict=True):
        assert torch.equal(image, expected) and label == number
    data = DrawnImages(which, 5, 3)
    assert len(data) == 5 and torch.equal(data[4][0], images[4]) and data[4][1] == labels[4]
    some, numbers = data.__getitems__([3, 0])
    assert torch.equal(some, images[[3, 0]]) and torch.equal(numbers, labels[[3, 0]])


@pytest.mark.parametrize(("rank", "top1", "top5"), [(0, 0.0, 0.0), (1, 1.0, 0.0), (4, 1.0, 0.0), (5, 1.0, 1.0)])
def test_errors_count_the_best_guess_and_the_best_five(rank, top1, top5):
    net = Ranking(*drawn_images("related", 20, 1), rank, 120)
    assert source_errors(net, "related", 20, 1) == {"top1_error": top1, "top5_error": top5}


def test_everything_follows_from_the_seed(tiny_source):
    torch.manual_seed(5)
    net, history = train(tiny_source)
    torch.manual_seed(6)
    again, other_history = train(tiny_source)
    assert same(net, again) and history == other_history and len(history) == 3
    assert not same(net, train(tiny_source, seed=1)[0])


def test_settings_make_a_difference(tiny_source):
    net, _ = train(tiny_source)
    for change in ({"zoom": 1.0}, {"shift": 0}, {"batch_size": 16}, {"n_images": 15}):
        assert not same(net, train(replace(tiny_source, **change))[0])


def test_a_finished_network_is_read_from_its_folder(tiny_source, written, tmp_path):
    net, history = train(tiny_source, folder=tmp_path)
    before = written(tmp_path)
    again, read = train(tiny_source, folder=tmp_path)
    assert same(net, again) and history == read and not again.training
    assert written(tmp_path) == before and len(before) == 1
    with pytest.raises(CheckpointError, match="made with other settings: batch_size is 8, expected 4"):
        train(replace(tiny_source, batch_size=4), folder=tmp_path)


@pytest.mark.parametrize(("which", "n_classes"), [("related", 120), ("enlarged", 180)])
def test_the_experiment_measures_held_out_images_and_hands_over_its_weights(tiny_source, tmp_path, which, n_classes):
    settings = replace(tiny_source, which=which)
    outcome = pretrain(settings, Run(2, tmp_path / "run", tmp_path / "shared", progress=False))
    assert len(source_breeds(which)) == n_classes
    weights = outcome.weights[f"transfer/{which}"]
    net = SmallAlexNet(n_classes, fc_width=16)
    net.load_state_dict(weights.state)
    expected = source_errors(net, which, 8, 2 * 2 + 1)  # training images are those of 2 * 2
    assert {name: outcome.metrics[name] for name in expected} == expected == weights.card["metrics"]
    assert 0 <= outcome.metrics["top5_error"] <= outcome.metrics["top1_error"] <= 1
    assert outcome.metrics["epochs"] == len(outcome.metrics["watched_loss"]) == 3
    assert same(net, train(settings, seed=2)[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"which": "relatd"}, "which: expected one of .*related.*, got 'relatd'"),
        ({"n_images": 0}, "n_images: expected an integer of at least 1, got 0"),
        ({"zoom": 0.5}, "zoom: expected a finite number of at least 1, got 0.5"),
        ({"shift": -1}, "shift: expected an integer of at least 0, got -1"),
        ({"max_epochs": 0}, "max_epochs: expected an integer of at least 1, got 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tiny_source, change, message):
    with pytest.raises(ValueError, match=message):
        replace(tiny_source, **change)
