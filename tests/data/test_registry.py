"""The registry of public datasets."""

from pathlib import Path

import pytest

from thesiscode.data.errors import DataError
from thesiscode.data.registry import REGISTRY, find_source, load_registry

MINIMAL = """
[[dataset]]
name = "one"
title = "One"
home = "https://example.org"
licence = "CC0"
citation = "Nobody"
[[dataset.file]]
name = "one.tar"
addresses = ["https://example.org/one.tar"]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "registry.toml"
    path.write_text(text)
    return path


def test_it_holds_every_dataset_that_the_issue_names():
    names = set(load_registry())
    assert names >= {"voc2007", "voc2012", "coco2014", "imagenet", "mnist", "lfw", "lsun-bedrooms", "tuebingen"}
    assert "weights_squeezenet1_1" in names


def test_every_source_has_licence_citation_and_a_way_to_it():
    for source in load_registry().values():
        assert source.licence and source.citation and source.title and source.home.startswith("http")
        assert bool(source.files) != bool(source.by_hand)


def test_what_comes_from_hosts_that_fail_has_several_addresses():
    for name in ("voc2007", "voc2012", "coco2014", "mnist", "lfw"):
        assert all(len(file.addresses) >= 2 for file in find_source(name).files)


def test_torchvision_publishes_the_same_hashes_of_its_weights():
    from torchvision.models import get_model_weights

    for name, source in load_registry().items():
        if name.startswith("weights_"):
            weights = get_model_weights(name.removeprefix("weights_")).IMAGENET1K_V1
            assert source.files[0].addresses == (weights.url,)
            assert weights.url.endswith(source.files[0].hash.partition(":")[2] + ".pth")


def test_the_folder_data_shows_the_same_file():
    link = REGISTRY.parents[2] / "data" / "registry.toml"
    assert link.read_bytes() == REGISTRY.read_bytes()


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(ValueError, match=r"expected one of voc2007.*got 'voc2099'"):
        find_source("voc2099")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('licence = "CC0"\n', "", "licence"),
        ('name = "one.tar"\n', 'name = "one.tar"\ncolour = "red"\n', "colour"),
        ('name = "one.tar"\n', 'name = "../one.tar"\n', "plain name"),
        ('name = "one"\n', 'name = "a/b"\n', "plain name"),
        ('["https://example.org/one.tar"]', '["file:///etc/passwd"]', "http addresses"),
        ('["https://example.org/one.tar"]', "[]", "http addresses"),
        ('name = "one.tar"\n', 'name = "one.tar"\nhash = "md5:123"\n', "expected a hash"),
        ('name = "one.tar"\n', 'name = "one.tar"\nhash = "crc:"\n', "expected a hash"),
        ('name = "one.tar"\n', 'name = "one.tar"\nunpack = "rar"\n', "expected unpack"),
        ("[[dataset.file]]", "[[dataset.file", "not a registry"),
    ],
)
def test_a_mistake_in_the_registry_is_an_error_that_names_the_file(tmp_path, old, new, problem):
    assert list(load_registry(written(tmp_path, MINIMAL))) == ["one"]
    path = written(tmp_path, MINIMAL.replace(old, new, 1))
    with pytest.raises(DataError, match=problem) as error:
        load_registry(path)
    assert str(path) in str(error.value)


def test_a_name_given_twice(tmp_path):
    with pytest.raises(DataError, match="one: the name is given twice"):
        load_registry(written(tmp_path, MINIMAL + MINIMAL))
