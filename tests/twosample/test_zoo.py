"""The zoo in miniature: rows, anchors, divergence, resumption."""

from dataclasses import replace

import pytest
import torch

from thesiscode.engine import Run, read_tensors
from thesiscode.gan import Game
from thesiscode.gan.images import gan_images, read_sheet
from thesiscode.nets import Generator
from thesiscode.twosample.zoo import ZooSettings, draw, gan_zoo, make_generator, train_one

SMALL = ZooSettings(
    size=8, widths=(2, 3), epochs=(1, 2), n_train=64, n_test=16, collapsed=(2,), critic_width=2, columns=3
)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    return gan_zoo(SMALL, Run(0, folder, folder / "shared", progress=False)), folder


def test_one_row_a_pair_of_widths_and_epoch(outcome):
    found, _ = outcome
    rows = found.metrics["rows"]
    assert [(row["gf"], row["df"], row["epoch"]) for row in rows] == [
        (gf, df, epoch) for gf in (2, 3) for df in (2, 3) for epoch in (1, 2)
    ]
    for row in [*rows, *found.metrics["anchors"].values()]:
        assert set(row["pixels"]) == {"mmd", "knn", "nn", "discriminator"}
        assert set(row["features"]["toyland"]) == {"mmd", "knn", "nn", "fid", "kid"}
        assert 0 <= row["features"]["toyland"]["nn"]["statistic"] <= 1 <= row["inception score"]
    assert set(found.metrics["anchors"]) == {"held-out images", "training images", "untrained", "collapsed to 2"}
    assert found.metrics["anchors"]["untrained"]["features"]["toyland"]["nn"]["statistic"] > 0.9
    assert found.metrics["anchors"]["held-out images"]["features"]["toyland"]["nn"]["p"] > 0.01


def test_the_sheet_and_the_weights_are_those_of_the_rows(outcome, tmp_path):
    found, folder = outcome
    (sheet,), (name,) = found.pictures.values(), found.weights
    (tmp_path / "sheet.png").write_bytes(sheet)
    images = read_sheet(tmp_path / "sheet.png", 8)
    assert images.shape[:2] == (8 + 4, 3)
    last = make_generator(SMALL, 3, 3)
    last.load_state_dict(read_tensors(folder / "3-3" / "epoch-2.safetensors")[0])
    assert (draw(last, 3, 0).float() - images[7].float()).abs().mean() < 6  # 256 colours for all
    assert all(torch.equal(value, last.state_dict()[key]) for key, value in found.weights[name].state.items())


def test_a_resumed_zoo_is_the_same(outcome):
    found, folder = outcome
    again = gan_zoo(SMALL, Run(0, folder, folder / "shared", resume=True, progress=False))
    assert again.metrics["rows"][0]["pixels"]["knn"] == found.metrics["rows"][0]["pixels"]["knn"]
    assert again.pictures == found.pictures


def test_a_training_that_diverges_is_marked_and_judged_by_its_last_good_weights(tmp_path):
    wild = replace(SMALL, game=Game(objective="wasserstein", learning_rate=100.0), epochs=(1, 2, 3))
    train, _ = gan_images("faces", 64, 1, 8)
    found = list(train_one(wild, train, 2, 2, Run(0, tmp_path, tmp_path, progress=False)))
    marks = [diverged for _, _, diverged in found]
    assert [epoch for epoch, _, _ in found] == [1, 2, 3] and marks[-1] and marks == sorted(marks)
    assert all(torch.isfinite(value).all() for _, state, _ in found for value in state.values())


def test_the_same_noise_for_all_generators_and_settings_are_checked():
    g = Generator(2, size=8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(draw(g, 5, 0), draw(g, 5, 0)) and not torch.equal(draw(g, 5, 0), draw(g, 5, 1))
    for changes, message in (
        ({"images": "cats"}, "images: expected one of faces"),
        ({"widths": (8, 8)}, "widths: expected at least one value, each of them once"),
        ({"features": ("vgg",)}, "features: expected one of toyland"),
        ({"n_test": 3}, "n_test: expected at least 16"),
    ):
        with pytest.raises(ValueError, match=message):
            replace(SMALL, **changes)
