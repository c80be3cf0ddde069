"""The command line."""

import pytest

from thesiscode.cli import ledger, main


def test_ledger_prints_one_appendix(capsys):
    ledger("b")
    out = capsys.readouterr().out
    assert "Equation B.20" in out and "thesiscode.scratch.convolve" in out


def test_ledger_of_an_unknown_chapter():
    with pytest.raises(SystemExit, match="holds nothing of 'z'"):
        ledger("z")


def test_main_takes_the_chapter_by_position(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["thesis", "ledger", "b"])
    main()
    assert "Figure B-14" in capsys.readouterr().out
