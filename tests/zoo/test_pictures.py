"""Pictures of the zoo are small PNGs."""

import io

import numpy as np
import pytest
from PIL import Image

from thesiscode import zoo


def test_pictures_come_back_and_an_unknown_one_names_what_there_is(tmp_path):
    png = io.BytesIO()
    Image.new("RGB", (4, 4)).save(png, "png")
    file = zoo.save_picture("a/b", png.getvalue(), folder=tmp_path)
    assert file == zoo.picture_file("a/b", folder=tmp_path) == tmp_path / "a" / "b.png"
    assert file.read_bytes() == png.getvalue() and not list(tmp_path.rglob("*.draft"))
    with pytest.raises(ValueError, match=r"name: expected one of .'a/b'., got 'c'"):
        zoo.picture_file("c", folder=tmp_path)


def test_only_small_pngs_are_kept(tmp_path):
    with pytest.raises(ValueError, match="png: expected the bytes of a PNG"):
        zoo.save_picture("a", b"JFIF", folder=tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (1100, 1100, 3), np.uint8)
    png = io.BytesIO()
    Image.fromarray(noise).save(png, "png")
    with pytest.raises(ValueError, match="png: expected at most 3 MiB, got 3"):
        zoo.save_picture("a", png.getvalue(), folder=tmp_path)
    assert not list(tmp_path.iterdir())
