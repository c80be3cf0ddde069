"""Reading LFW: photographs in folders, or an array."""

import numpy as np
import pytest
import torch
from PIL import Image

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.lfw import LFW

NAMES = ["Ada_Lovelace_0001.jpg", "Alan_Turing_0001.jpg", "Alan_Turing_0002.jpg"]


def photographs(root):
    for name in NAMES:
        folder = root / "lfw" / name[:-9]
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (25, 25), (0, 100, 0)).save(folder / name)
    return root


def test_photographs(tmp_path):
    data = LFW(photographs(tmp_path))
    image, label = data[2]
    assert data.people == ("Ada_Lovelace", "Alan_Turing") and data.labels.tolist() == [0, 1, 1]
    assert image.shape == (3, 25, 25) and image.dtype == torch.uint8 and label == 1


def test_an_array(tmp_path):
    faces = np.random.default_rng(0).integers(0, 256, (3, 8, 8), np.uint8)
    np.savez(tmp_path / "faces.npz", images=faces, names=NAMES)
    data = LFW(tmp_path)
    image, label = data[1]
    assert len(data) == 3 and label == 1 and (image.numpy() == faces[1][None]).all()


def test_an_empty_folder(tmp_path):
    with pytest.raises(DataError, match="no image"):
        LFW(tmp_path)
    with pytest.raises(MissingData, match="thesis data get lfw"):
        LFW(tmp_path / "nowhere")


def test_an_image_that_names_nobody(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "face.jpg")
    with pytest.raises(DataError, match=r"the image 'face\.jpg' names nobody.*Some_Name_0001"):
        LFW(tmp_path)


def test_a_broken_photograph(tmp_path):
    data = LFW(photographs(tmp_path))
    data.paths[0].write_bytes(b"\xff\xd8\xff")
    with pytest.raises(DataError, match=r"Ada_Lovelace_0001\.jpg: not a whole image"):
        data[0]


@pytest.mark.parametrize(
    "arrays",
    [
        {"images": np.zeros((3, 8, 8), np.uint8)},
        {"images": np.zeros((3, 8, 8)), "names": NAMES},
        {"images": np.zeros((2, 8, 8), np.uint8), "names": NAMES},
        {"images": np.zeros((0, 8, 8), np.uint8), "names": np.array([], str)},
        {"images": np.zeros((3, 8, 8), np.uint8), "names": np.array(NAMES, object)},  # would have to be unpickled
    ],
)
def test_a_bad_array(tmp_path, arrays):
    np.savez(tmp_path / "faces.npz", **arrays)
    with pytest.raises(DataError, match=r"faces\.npz: "):
        LFW(tmp_path)


def test_a_broken_array(tmp_path):
    (tmp_path / "faces.npz").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(DataError, match=r"faces\.npz: not an archive"):
        LFW(tmp_path)


def test_real(real_data):
    data = LFW(real_data("lfw64_gray"))
    assert len(data) == 3198 and len(data.people) == 2163 and data[0][0].shape == (1, 64, 64)
    largest = np.bincount(data.labels).argmax()
    assert (data.people[largest], np.bincount(data.labels).max()) == ("George_W_Bush", 130)
