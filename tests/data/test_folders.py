"""Where data lives."""

from pathlib import Path

import pytest

from thesiscode.data.errors import MissingData
from thesiscode.data.folders import data_folder, dataset_folder


def test_the_argument_comes_before_the_variable_before_the_default(tmp_path, monkeypatch):
    monkeypatch.delenv("THESISCODE_DATA", raising=False)
    default = data_folder()
    monkeypatch.setenv("THESISCODE_DATA", str(tmp_path / "variable"))
    assert data_folder() == tmp_path / "variable" != default
    assert data_folder(tmp_path / "argument") == tmp_path / "argument"
    assert data_folder("~/here") == Path.home() / "here"


def test_asking_creates_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("THESISCODE_DATA", str(tmp_path / "new"))
    data_folder()
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_that_is_not_there_is_not_fetched_but_told(tmp_path, monkeypatch):
    monkeypatch.setenv("THESISCODE_DATA", str(tmp_path))
    with pytest.raises(MissingData, match="thesis data get mnist"):
        dataset_folder("mnist")
    (tmp_path / "mnist").mkdir()
    assert dataset_folder("mnist") == tmp_path / "mnist"
    assert dataset_folder("mnist", tmp_path) == tmp_path
