"""Reading idx files."""

import gzip

import numpy as np
import pytest
import torch

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.mnist import MNIST, read_idx


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


def written(root, images, labels, *, zipped):
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        for split in ("train", "t10k"):
            path = root / f"{split}-{kind}-ubyte{'.gz' if zipped else ''}"
            path.write_bytes(gzip.compress(idx(array)) if zipped else idx(array))
    return root


@pytest.mark.parametrize("zipped", [True, False])
def test_images_and_labels(tmp_path, zipped):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (5, 28, 28)), np.array([3, 1, 4, 1, 5])
    data = MNIST(written(tmp_path, images, labels, zipped=zipped), "test")
    image, label = data[2]
    assert len(data) == 5 and label == 4 and image.dtype == torch.uint8
    assert image.shape == (1, 28, 28) and (image[0].numpy() == images[2]).all()


def test_torchvision_reads_the_same(tmp_path):
    from torchvision.datasets.mnist import read_image_file

    images = np.random.default_rng(1).integers(0, 256, (3, 28, 28))
    written(tmp_path, images, np.arange(3), zipped=False)
    theirs = read_image_file(str(tmp_path / "train-images-idx3-ubyte"))
    assert (theirs.numpy() == MNIST(tmp_path).images).all()


def test_images_are_copies(tmp_path):
    data = MNIST(written(tmp_path, np.zeros((1, 28, 28)), np.zeros(1), zipped=True))
    data[0][0].fill_(7)
    assert data[0][0].sum() == 0


GOOD = idx(np.arange(12).reshape(3, 2, 2))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not an idx file"),
        (b"<html>", "not an idx file"),
        (GOOD[:-1], "holds 27 bytes, its header asks for 28"),
        (GOOD + b"\0", "holds 29 bytes"),
        (GOOD[:9], "holds 9 bytes"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "its header asks for"),
        (b"\0\0\x0d\x01" + GOOD[4:], "not an idx file"),
        (b"\0\0\x08\x00", "not an idx file"),
    ],
)
def test_a_bad_file(tmp_path, content, problem):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem) as error:
        read_idx(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    "content",
    [b"", GOOD, gzip.compress(GOOD)[:-6], gzip.compress(GOOD)[:12] + b"xxxxxxxxx"],
    ids=["empty", "not zipped", "cut off", "garbled"],  # the bytes hold the time: they are no name
)
def test_a_bad_wrapper(tmp_path, content):
    path = tmp_path / "a.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.gz: "):
        read_idx(path)


def test_a_bomb(tmp_path):
    path = tmp_path / "a.gz"
    with gzip.open(path, "wb", 1) as stream:
        for _ in range(257):
            stream.write(bytes(2**20))
    with pytest.raises(DataError, match=r"a\.gz: holds more than 268435456 bytes"):
        read_idx(path)


def test_labels_that_do_not_fit(tmp_path):
    with pytest.raises(DataError, match=r"labels-idx1-ubyte: \(4,\) labels for \(5, 28, 28\) images"):
        MNIST(written(tmp_path, np.zeros((5, 28, 28)), np.zeros(4), zipped=False))


def test_a_label_above_nine(tmp_path):
    with pytest.raises(DataError, match="holds the label 10"):
        MNIST(written(tmp_path, np.zeros((1, 28, 28)), np.array([10]), zipped=False))


def test_missing(tmp_path):
    with pytest.raises(MissingData, match=r"train-images-idx3-ubyte\.gz: there is no such file.*thesis data get mnist"):
        MNIST(tmp_path)
    with pytest.raises(ValueError, match="expected one of train, test; got 'val'"):
        MNIST(tmp_path, "val")


@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ],
)
def test_real(real_data, split, counts):
    data = MNIST(real_data("mnist"), split)
    assert data.images.shape == (sum(counts), 28, 28) and np.bincount(data.labels).tolist() == counts
