"""Reading ImageNet and LSUN's bedrooms: folders of images."""

import pytest
import torch
from PIL import Image

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.imagenet import ImageNet, read_synset_words
from thesiscode.data.lsun import LSUNBedrooms


def imagenet(root, synsets=("n01440764", "n02123045"), split="val"):
    for k, synset in enumerate(synsets):
        (root / split / synset).mkdir(parents=True)
        for i in range(k + 1):
            Image.new("RGB", (12, 10), (k, 0, 0)).save(root / split / synset / f"{i}.JPEG")
    return root


class TestImageNet:
    def test_classes_are_numbered_by_synset(self, tmp_path):
        data = ImageNet(imagenet(tmp_path))
        image, label = data[2]
        assert len(data) == 3 and label == 1 and image.shape == (3, 10, 12) and image.dtype == torch.uint8
        assert data.classes == data.class_names == ["n01440764", "n02123045"]

    def test_words(self, tmp_path):
        (tmp_path / "synset_words.txt").write_text("n02123045 tabby, tabby cat\nn01440764 tench, Tinca tinca\n")
        assert ImageNet(imagenet(tmp_path)).class_names == ["tench, Tinca tinca", "tabby, tabby cat"]

    def test_a_split_that_is_not_there(self, tmp_path):
        with pytest.raises(MissingData, match="train: there is no such split"):
            ImageNet(imagenet(tmp_path), "train")

    def test_images_that_are_not_sorted_into_classes(self, tmp_path):
        (tmp_path / "val").mkdir()
        Image.new("RGB", (9, 9)).save(tmp_path / "val" / "ILSVRC2012_val_00000001.JPEG")
        with pytest.raises(DataError, match=r"no folder of a class.*sort the images into one folder a synset"):
            ImageNet(tmp_path)

    def test_a_folder_that_is_no_synset(self, tmp_path):
        with pytest.raises(DataError, match="cats: this folder's name is not a synset"):
            ImageNet(imagenet(tmp_path, ("n01440764", "cats")))

    def test_a_class_without_images(self, tmp_path):
        (imagenet(tmp_path) / "val" / "n09999999").mkdir()
        with pytest.raises(DataError, match=r"val: .*n09999999"):
            ImageNet(tmp_path)

    def test_a_broken_image(self, tmp_path):
        data = ImageNet(imagenet(tmp_path))
        with open(data.samples[0][0], "r+b") as file:
            file.truncate(50)
        with pytest.raises(DataError, match=r"0\.JPEG: not a whole image"):
            data[0]

    def test_bad_words(self, tmp_path):
        (tmp_path / "words.txt").write_text("n01440764 tench\ntabby cat\n")
        with pytest.raises(DataError, match=r"words\.txt: the line of 'tabby'"):
            read_synset_words(tmp_path / "words.txt")

    def test_real_words(self, real_data):
        words = read_synset_words(real_data("weights_squeezenet1_1") / "synset_words.txt")
        assert len(words) == 1000 and list(words) == sorted(words)
        assert list(words.values())[281] == "tabby, tabby cat"


class TestBedrooms:
    def test_images_of_all_folders(self, tmp_path):
        for name in ("b/1.webp", "a/2.jpg", "0.png"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            Image.new("RGB", (8, 6)).save(tmp_path / name)
        (tmp_path / "notes.txt").write_text("not an image")
        data = LSUNBedrooms(tmp_path)
        assert [p.name for p in data.paths] == ["0.png", "2.jpg", "1.webp"]
        assert data[1].shape == (3, 6, 8)

    def test_the_database_is_not_read(self, tmp_path):
        (tmp_path / "bedroom_val_lmdb").mkdir()
        (tmp_path / "bedroom_val_lmdb" / "data.mdb").write_bytes(b"")
        with pytest.raises(DataError, match=r"LMDB database.*export its images"):
            LSUNBedrooms(tmp_path)

    def test_an_empty_folder(self, tmp_path):
        with pytest.raises(DataError, match="no image"):
            LSUNBedrooms(tmp_path)
