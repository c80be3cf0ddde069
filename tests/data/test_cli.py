"""The command `thesis data`."""

import subprocess
import sys

import pytest

from thesiscode.cli import main


@pytest.fixture
def thesis(monkeypatch, capsys, tmp_path):
    """Runs the command with data in a folder of the test; returns what it printed."""
    monkeypatch.setenv("THESISCODE_DATA", str(tmp_path))

    def run(*words):
        monkeypatch.setattr("sys.argv", ["thesis", "data", *words])
        main()
        return capsys.readouterr().out

    return run


def test_list_names_every_dataset_and_what_is_here(thesis, tmp_path):
    (tmp_path / "mnist").mkdir()
    out = thesis("list")
    rows = {line.split()[0]: line for line in out.splitlines() if not line.startswith(" ")}
    assert "here" in rows["mnist"].split() and "here" not in rows["voc2007"].split()
    assert "869 MiB" in rows["voc2007"] and "by hand" in rows["imagenet"]
    assert "licence: CC BY-SA 3.0" in out


def test_where(thesis, tmp_path):
    assert thesis("where").strip() == str(tmp_path.resolve())
    assert thesis("where", "--folder", str(tmp_path / "other")).strip() == str((tmp_path / "other").resolve())


def test_get_of_an_unknown_name_ends_in_one_line(thesis):
    with pytest.raises(SystemExit, match=r"^thesis: name: expected one of voc2007, .*; got 'voc1999'$"):
        thesis("get", "voc1999")


def test_get_of_what_needs_a_login_says_how(thesis):
    with pytest.raises(SystemExit, match=r"imagenet is not free to download.*To fix it: ask for access"):
        thesis("get", "imagenet")


def test_get_of_what_is_here_fetches_nothing(thesis, tmp_path):
    (tmp_path / "mnist").mkdir()
    assert thesis("get", "mnist").startswith(str(tmp_path / "mnist"))


def test_verify(thesis, tmp_path):
    assert "no dataset of the registry is in" in thesis("verify")
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "train-images-idx3-ubyte.gz").write_bytes(b"not the real one")
    with pytest.raises(SystemExit, match="4 of 4 checks failed"):
        thesis("verify", "mnist")
    with pytest.raises(SystemExit, match="1 of 1 checks failed"):
        thesis("verify", "lfw")


def test_make_toyland(thesis, tmp_path):
    words = ("make", "toyland", "--scenes", "4", "--actions", "4", "--source", "180", "--seed", "3")
    assert thesis(*words).strip() == str(tmp_path / "toyland")
    assert (tmp_path / "toyland" / "VOCdevkit" / "VOC2012" / "ImageSets" / "Main" / "trainval.txt").is_file()
    with pytest.raises(SystemExit, match="exists already"):
        thesis(*words)


def test_the_command_does_not_wait_for_torch():
    code = "import sys, thesiscode.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
