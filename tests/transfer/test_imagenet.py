"""The source task at the thesis' scale, in miniature: three synsets, six images, AlexNet with narrow FC layers."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.imagenet import ImageNet
from thesiscode.engine import Protocol, Run, generator, run_seeds
from thesiscode.nets import AlexNet
from thesiscode.transfer.experiments import EXPERIMENTS
from thesiscode.transfer.imagenet import SEEN, STORED, ImageNetSettings, RandomCrop, imagenet, stored, validation_errors
from thesiscode.transfer.photographs import PhotographSettings, as_photograph, published_alexnet, trained_trunk

SYNSETS = ("n00000001", "n00000002", "n00000003")
SIZES = [(300, 260), (256, 256), (90, 140), (270, 400), (512, 300), (257, 258)]


@pytest.fixture
def folder(tmp_path):
    """Two images of each synset to train on, one of each to test on, of several sizes."""
    rng = np.random.default_rng(0)
    for number, (width, height) in enumerate([*SIZES, *SIZES[:3]]):
        place = tmp_path / "imagenet" / ("train" if number < 6 else "val") / SYNSETS[number % 3]
        place.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 256, (4, 5, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((width, height)).save(place / f"{number}.JPEG")
    return tmp_path / "imagenet"


@pytest.fixture
def settings(folder):
    return ImageNetSettings(
        images=str(folder),
        fc_width=16,
        grouped=True,
        workers=0,
        protocol=Protocol(batch_size=4, max_epochs=1, patience=1, drops=0, watch=3),
    )


def coordinates(n):
    """Images whose pixels say where they are: red is the row, green the column, blue the image."""
    rows, columns = torch.meshgrid(torch.arange(float(STORED)), torch.arange(float(STORED)), indexing="ij")
    return torch.stack([torch.stack([rows, columns, torch.full_like(rows, k)]) for k in range(n)])


@pytest.mark.parametrize(("width", "height"), [*SIZES, (256, 1), (1000, 20)])
def test_images_are_stored_as_squares(width, height):
    image = torch.randint(256, (3, height, width), dtype=torch.uint8, generator=generator(0))
    square = stored(image)
    assert square.shape == (3, 256, 256) and square.dtype == torch.uint8


def test_the_shorter_side_is_resized_and_the_middle_kept():
    image = torch.randint(256, (3, 256, 256), dtype=torch.uint8, generator=generator(0))
    assert torch.equal(stored(image), image)
    for tall in (True, False):
        long = torch.zeros(3, 768, 256, dtype=torch.uint8)
        long[:, 256:512] = image
        assert torch.equal(stored(long if tall else long.mT), image if tall else image.mT)
    halves = torch.zeros(3, 128, 128, dtype=torch.uint8)
    halves[:, 64:] = 255
    assert stored(halves)[:, :120].max() == 0 and stored(halves)[:, 136:].min() == 255


def test_a_random_crop_is_a_literal_slice_mirrored_or_not():
    x = coordinates(12)
    views = RandomCrop()(x, generator(0, "crop"))
    assert views.shape == (12, 3, SEEN, SEEN)
    for view, image in zip(views, x, strict=True):
        y0, x0 = int(view[0].min()), int(view[1].min())
        part = image[:, y0 : y0 + SEEN, x0 : x0 + SEEN]
        mirrored = view[1, 0, 0] > view[1, 0, 1]
        assert torch.equal(view, part.flip(2) if mirrored else part)


def test_every_place_and_both_sides_occur_and_the_generator_decides():
    x, draw, corners, mirrored = coordinates(20), generator(0, "crop"), [], 0
    for _ in range(20):
        views = RandomCrop()(x, draw)
        corners += zip(views[:, 0, 0, 0].tolist(), views[:, 1, 0].amin(dim=1).tolist(), strict=True)
        mirrored += int((views[:, 1, 0, 0] > views[:, 1, 0, 1]).sum())
    assert {y for y, _ in corners} == {x for _, x in corners} == set(range(STORED - SEEN + 1))
    assert len(set(corners)) > 250, "each image has a place of its own"
    assert abs(mirrored - 200) < 5 * (400 / 4) ** 0.5
    first, again, other = (RandomCrop()(x[:2], generator(0, name)) for name in ("a", "a", "b"))
    assert torch.equal(first, again) and not torch.equal(first, other)


class FirstPixel(nn.Module):
    """Says of an image the class whose colour its upper left pixel has."""

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(3.0))

    def forward(self, x):
        assert x.shape[1:] == (3, SEEN, SEEN)
        return self.gain * x[:, :, 0, 0]


@pytest.mark.parametrize(
    ("red", "error"),
    [
        ([(16, 16)], 5 / 7),  # the middle part alone is red
        ([(0, 0), (0, 32), (32, 0), (32, 32)], 5 / 7),  # four of five, but no mirror image
        ([(0, 0), (0, 32), (32, 0), (32, 32), (16, 16), (0, 255)], 6 / 7),  # six of ten
    ],
)
def test_the_prediction_is_the_mean_over_ten_parts(tmp_path, red, error):
    """Of seven green images: one is said to be of the red class, two of the green, four of the blue. Red pixels lie at
    corners of the ten parts."""
    pixels = np.zeros((256, 256, 3), np.uint8)
    pixels[..., 1] = 255
    for y, x in red:
        pixels[y, x] = (255, 0, 0)
    for synset, n in zip(SYNSETS, (1, 2, 4), strict=True):
        (tmp_path / "val" / synset).mkdir(parents=True)
        for k in range(n):
            Image.fromarray(pixels).save(tmp_path / "val" / synset / f"{k}.png")
    found = validation_errors(FirstPixel(), ImageNet(tmp_path, transform=stored))
    assert found == {"top1_error": pytest.approx(error), "top5_error": 0.0}


def test_a_run_gives_a_network_that_describes_photographs(settings, folder, tmp_path):
    """From images to the features that photographs are described by, as `thesis run` does it."""
    record, files = run_seeds("transfer/imagenet", EXPERIMENTS["imagenet"], settings, [3], tmp_path, progress=False)
    file = dict(files)["transfer/imagenet"]
    net, validation = published_alexnet(file), ImageNet(folder, "val", transform=stored)
    metrics = record["runs"][0]["metrics"]
    assert metrics == {**validation_errors(net, validation), "epochs": 1}
    assert metrics["top1_error"] in (0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1) and metrics["top5_error"] == 0
    fresh = AlexNet(3, fc_width=16, generator=generator(3, "weights"))
    assert not torch.equal(net.features.conv1.weight, fresh.features.conv1.weight), "it was trained"
    x = as_photograph(torch.stack([image for image, _ in validation])[:, :, 16:240, 16:240])
    trunk = trained_trunk(PhotographSettings(network="thesis", weights=str(file)))
    with torch.no_grad():
        torch.testing.assert_close(trunk(x), net.eval().classifier[:-2](net.features(x)))


def test_a_finished_run_is_only_read(settings, folder, tmp_path):
    """Its training images may be gone by then."""
    run = Run(0, tmp_path / "run", tmp_path / "shared", progress=False)
    first = imagenet(settings, run)
    for file in (folder / "train").rglob("*.JPEG"):
        file.write_bytes(b"gone")
    again = imagenet(settings, Run(0, tmp_path / "run", tmp_path / "shared", resume=True, progress=False))
    assert again.metrics == first.metrics
    states = [outcome.weights["transfer/imagenet"].state for outcome in (first, again)]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
    with pytest.raises(DataError, match="not a whole image"):
        imagenet(settings, run)


def test_a_folder_without_validation_images_is_named_before_training(settings, folder, tmp_path):
    (folder / "val").rename(folder / "test")
    with pytest.raises(MissingData, match="val: there is no such split"):
        imagenet(settings, Run(0, tmp_path / "run", tmp_path / "shared", progress=False))
    assert not (tmp_path / "run").exists()


def test_classes_that_differ_between_training_and_validation_are_named(settings, folder, tmp_path):
    """Folders are numbered in their order: a missing one would give all later classes the wrong number."""
    first = sorted((folder / "val").iterdir())[0]
    first.rename(tmp_path / first.name)
    with pytest.raises(ValueError, match=f"same synsets in train/ and val/, got {first.name} in one of them only"):
        imagenet(settings, Run(0, tmp_path / "run", tmp_path / "shared", progress=False))


def test_other_synsets_in_validation_than_in_training_are_refused(settings, folder, tmp_path):
    (folder / "val" / SYNSETS[1]).rename(folder / "val" / "n00000009")
    with pytest.raises(ValueError, match=r"expected the same synsets in train/ and val/, got n00000002 in one of them"):
        imagenet(settings, Run(0, tmp_path / "run", tmp_path / "shared", progress=False))
