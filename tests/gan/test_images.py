"""Images to train on and held-out ones; sheets of samples."""

import numpy as np
import pytest
import torch

from thesiscode.data.faces import Faces
from thesiscode.data.lfw import LFW
from thesiscode.engine import Tensors, generator
from thesiscode.gan import Game, train_gan
from thesiscode.gan.images import SampleSheet, contact_sheet, gan_images, read_sheet, to_tanh
from thesiscode.nets import Discriminator, Generator


def test_drawn_images_are_those_of_their_seeds_and_are_kept(tmp_path):
    train, test = gan_images("faces", 3, 2, 64, seed=4, shared=tmp_path)
    assert all(torch.equal(train[i], Faces(3, 12)[i][0]) for i in range(3))
    assert all(torch.equal(test[i], Faces(2, 13)[i][0]) for i in range(2))
    assert len(list(tmp_path.glob("faces-*.safetensors"))) == 2
    again = gan_images("faces", 3, 2, 64, seed=4, shared=tmp_path)
    assert torch.equal(again[0], train) and torch.equal(again[1], test)


def test_smaller_images_are_means_and_bedrooms_are_no_faces():
    small, _ = gan_images("bedrooms", 2, 1, 32)
    large, _ = gan_images("bedrooms", 2, 1, 64)
    assert small.shape == (2, 3, 32, 32) and small.dtype == torch.uint8
    means = large.float().unflatten(3, (32, 2)).mean(4).unflatten(2, (32, 2)).mean(3)
    assert (means - small.float()).abs().mean() < 4
    faces, _ = gan_images("faces", 2, 1, 32)
    assert not torch.equal(faces, small)


def test_photographs_are_split_without_overlap(tmp_path, monkeypatch):
    images = np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((10, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", images=images, names=np.array([f"A_B_{i:04d}.jpg" for i in range(10)]))
    monkeypatch.setenv("THESISCODE_DATA", str(tmp_path.parent))
    (tmp_path.parent / "lfw").symlink_to(tmp_path)
    train, test = gan_images("lfw", 6, 4, 8, seed=1)
    shades = [part[:, 0, 0, 0].tolist() for part in (train, test)]
    assert train.shape == (6, 1, 8, 8) and sorted(shades[0] + shades[1]) == list(range(10))
    assert shades[0] != gan_images("lfw", 6, 4, 8, seed=2)[0][:, 0, 0, 0].tolist()
    with pytest.raises(ValueError, match="n_train, n_test: expected at most 10 in all, got 11"):
        gan_images("lfw", 7, 4, 8)


def test_the_real_faces_of_lfw_are_grey_and_differ(real_data, monkeypatch):
    folder = real_data("lfw64_gray")
    monkeypatch.setattr("thesiscode.gan.images.PHOTOGRAPHED", {"lfw": lambda: LFW(folder)})
    train, test = gan_images("lfw", 20, 10, 64)
    assert train.shape == (20, 1, 64, 64) and test.float().std() > 20


def test_bytes_become_the_range_of_a_generator(unchecked):
    assert to_tanh(torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 1, 2)).flatten().tolist() == [-1.0, 1.0]
    with pytest.raises(ValueError, match="images: expected bytes"):
        to_tanh(torch.zeros(1, 1, 2, 2))
    with pytest.raises(ValueError, match="which: expected one of faces, bedrooms, lfw, lsun, got 'cats'"):
        gan_images("cats", 1, 1, 32)


def test_a_sheet_gives_its_images_back(tmp_path):
    rows = [torch.full((3, 3, 8, 8), shade, dtype=torch.uint8) for shade in (10, 200)]
    rows[1][2, 0] = 90
    (tmp_path / "a.png").write_bytes(contact_sheet(rows))
    back = read_sheet(tmp_path / "a.png", 8)
    assert back.shape == (2, 3, 3, 8, 8) and torch.equal(back, torch.stack(rows))
    with pytest.raises(ValueError, match="rows: expected rows of one shape"):
        contact_sheet([rows[0], rows[1][:2]])
    with pytest.raises(ValueError, match="size: expected a divisor"):
        read_sheet(tmp_path / "a.png", 7)


def test_a_sheet_of_samples_grows_with_training_and_goes_on_after_an_interruption(tmp_path):
    images = Tensors(torch.rand(8, 1, 8, 8, generator=generator(0, "x")) * 2 - 1, torch.zeros(8))

    def train(folder, epochs, **options):
        draw = generator(0, "players")
        g = Generator(2, size=8, channels=1, generator=draw)
        d = Discriminator(2, size=8, channels=1, generator=draw)
        sheet = SampleSheet(folder / "samples.png", 3, epochs=(1, 3, 4), **options)
        game = Game(batch_size=4, epochs=epochs, learning_rate=0.05)
        train_gan(g, d, images, game, seed=0, watch=sheet, folder=folder, progress=False, **options)
        return read_sheet(folder / "samples.png", 8)

    whole = train(tmp_path / "a", 4)
    assert whole.shape == (3, 3, 3, 8, 8) and not torch.equal(whole[0], whole[1])
    assert len(train(tmp_path / "b", 3)) == 2
    assert torch.equal(train(tmp_path / "b", 4, resume=True), whole)
