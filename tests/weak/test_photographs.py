"""Weak supervision on photographs, in miniature: a small devkit of drawn scenes, a SqueezeNet with random weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision

from thesiscode.data.toyland import Scenes, write_voc
from thesiscode.engine import Run
from thesiscode.nets import window
from thesiscode.transfer.photographs import as_photograph
from thesiscode.weak.photographs import (
    MEAN_COLOUR,
    RIVALS,
    PhotographSettings,
    photographs,
    predictions,
    squeezenet_trunk,
    train_rival,
    weak_photographs,
    whole_images,
)

CLASSES = ("cat", "car")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Ten images to train on and five to test on; each is one of four drawn scenes, all its objects under one name."""
    drawn = list(Scenes(4, 7, side=72, target="scene"))

    def scene(number, name):
        return replace(drawn[number % 4], objects=[replace(t, name=name) for t in drawn[number % 4].objects])

    train = [scene(*pair) for pair in enumerate(["cat", "car", "car", "cat", "dog"] * 2)]
    test = [scene(*pair) for pair in enumerate(["cat", "car", "car", "cat", "dog"])]
    root, weights = tmp_path_factory.mktemp("voc"), tmp_path_factory.mktemp("weights")
    write_voc(root, {"train": train, "test": test}, year="2007")
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        torch.save(torchvision.models.squeezenet1_1(weights=None).state_dict(), weights / "squeezenet1_1_x.pth")
    return PhotographSettings(
        devkit=str(root),
        weights=str(weights),
        train_split="train",
        classes=CLASSES,
        side=96,
        neighbours=2,
        test_scales=(1.0, 1.4),
        width=8,
        patience=1,
        max_epochs=1,
        batch_size=5,
    )


def test_every_row_has_its_numbers_and_no_weights_leave(settings, tmp_path):
    outcome = weak_photographs(settings, Run(0, tmp_path / "run", tmp_path / "shared", progress=False))
    rows = outcome.metrics["rows"]
    assert list(rows) == ["full images", "weak", "masked", "centre"] and not outcome.weights
    for row in rows.values():
        for kind in ("classification", "location"):
            assert list(row[kind]) == ["mAP", *CLASSES]
            assert all(0 <= value <= 1 for value in row[kind].values())
            assert row[kind]["mAP"] == pytest.approx(np.mean([row[kind][c] for c in CLASSES]))
        assert list(row["pointing"]) == ["mean", *CLASSES] and all(0 <= v <= 1 for v in row["pointing"].values())
    assert rows["full images"]["pointing"] == rows["centre"]["pointing"]
    assert rows["centre"]["classification"] == rows["weak"]["classification"]
    assert outcome.metrics["positives"] == {"cat": 2, "car": 2}


def test_examples_are_maps_as_numbers_with_the_place_and_the_boxes(settings, tmp_path):
    outcome = weak_photographs(settings, Run(0, tmp_path / "run", tmp_path / "shared", progress=False))
    shown = outcome.metrics["examples"]
    assert {one["class"] for one in shown} == set(CLASSES)
    for one in shown:
        assert np.shape(one["scores"]) == (len(one["y"]), len(one["x"]))
        (x, y), slack = one["point"], settings.tolerance * settings.side / 500 + 0.1
        on = [x0 - slack <= x <= x1 + slack and y0 - slack <= y <= y1 + slack for x0, y0, x1, y1 in one["boxes"]]
        assert any(on) == one["right"] and x <= one["extent"][0] and y <= one["extent"][1]


def test_photographs_are_padded_with_what_is_0_to_the_network(settings):
    data = photographs(settings, "test")
    assert data.images.shape == (5, 3, 96, 96)
    width, height = (round(n) for n in data.extents[0])
    assert (width, height) in [(96, 72), (72, 96)]
    padding = data.images[0, :, height:] if height < 96 else data.images[0, :, :, width:]
    assert (padding == torch.tensor(MEAN_COLOUR, dtype=torch.uint8)[:, None, None]).all()
    assert as_photograph(padding[None]).abs().max() < 0.02


def test_full_images_speak_of_the_middle_and_the_others_of_the_photograph(settings, tmp_path):
    trunk, data = squeezenet_trunk(settings), photographs(settings, "test")
    run = Run(0, tmp_path / "run", tmp_path, progress=False)
    nets = {name: train_rival(settings, name, trunk, data, run).eval() for name in RIVALS}
    found = predictions(settings, nets, trunk, data)
    for full, weak, extent in zip(found["full images"], found["weak"], data.extents, strict=True):
        assert np.allclose(full.points, extent / 2)
        assert (weak.points < extent).all()


def test_a_whole_image_is_the_mean_over_the_photograph_alone(settings):
    """The trunk's last maps before neighbours are averaged, over the units whose middle is on the photograph."""
    trunk, data = squeezenet_trunk(settings), photographs(settings, "test")
    found = whole_images(trunk, data)
    assert found.shape == (5, 512, 1, 1)
    with torch.no_grad():
        maps = trunk[:-1](as_photograph(data.images[:1]))[0]
    width, height = data.extents[0]
    units = [(i, j) for i in range(maps.shape[1]) for j in range(maps.shape[2])]
    mine = [maps[:, i, j] for i, j in units if 15.5 + 16 * i <= height and 15.5 + 16 * j <= width]
    assert len(mine) < len(units)
    torch.testing.assert_close(found[0, :, 0, 0], torch.stack(mine).mean(dim=0))


def test_the_same_photographs_to_train_and_to_test_on_are_refused(settings, tmp_path):
    with pytest.raises(ValueError, match="test_split: expected another list than train_split, got 'train' twice"):
        weak_photographs(replace(settings, test_split="train"), Run(0, tmp_path, tmp_path, progress=False))


def test_units_are_16_pixels_apart_and_average_their_neighbours(settings):
    trunk = squeezenet_trunk(settings)
    single = squeezenet_trunk(replace(settings, neighbours=1))
    assert window(trunk).stride == 16 and window(trunk).start == window(single).start + 8
    with torch.no_grad():
        x = torch.rand(1, 3, 128, 128)
        expected = torch.nn.functional.avg_pool2d(single(x), 2, 1)
        torch.testing.assert_close(trunk(x), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": ("cat", "kitten")}, "classes: expected one of .*, got 'kitten'"),
        ({"year": 2010}, "year: expected one of 2007, 2012, got 2010"),
        ({"side": 10}, "side: expected at least 64 pixels, got 10"),
        ({"neighbours": 0}, "neighbours: expected an integer of at least 1, got 0"),
        ({"low": 2.0}, "low: expected a factor above 0, at most `high`, got 2.0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, change, message):
    with pytest.raises(ValueError, match=message):
        replace(settings, **change)
