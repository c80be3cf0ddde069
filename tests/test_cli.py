"""The command line."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from thesiscode import engine, zoo
from thesiscode.cli import ledger, main
from thesiscode.zoo import weights


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


@pytest.fixture
def thesis(monkeypatch):
    """A function that runs `thesis` with these arguments, where the experiments of tests/engine/toys.py are found."""
    monkeypatch.syspath_prepend(Path(__file__).parent / "engine")

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["thesis", *map(str, arguments)])
        main()

    return run


def test_run_writes_a_record_and_prints_the_intervals(thesis, tmp_path, capsys):
    options = ("--seed", 3, "--seeds", 2, "--n-train", 50, "--protocol.batch-size", 10, "--no-progress")
    thesis("run", "toys:learn", *options, "--folder", tmp_path)
    record = zoo.load_result("toys/learn-smoke", folder=tmp_path)
    assert record["seeds"] == [3, 4] and record["scale"] == "smoke"
    assert record["settings"]["n_train"] == 50 and record["settings"]["protocol"]["batch_size"] == 10
    assert record["settings"]["dropout"] == 0.5
    assert record["command"].startswith("thesis run toys:learn --seed 3 --seeds 2 --n-train 50")
    assert "device" in record["environment"]
    printed = capsys.readouterr().out
    assert f"{record['intervals']['loss']['mean']}" in printed and "n = 2" in printed


def test_run_at_another_scale(thesis, tmp_path):
    thesis("run", "toys:learn", "--scale", "full", "--no-progress", "--folder", tmp_path)
    assert zoo.load_result("toys/learn-full", folder=tmp_path)["settings"]["n_train"] == 200


@pytest.mark.parametrize(
    "option", [("--folder", "/data/runs"), ("--folder=/data/runs",), ("--folder=/data/rate=0.1/runs",)]
)
def test_a_record_that_names_a_folder_of_this_machine_is_refused_before_anything_runs(thesis, option):
    with pytest.raises(SystemExit, match=r"record: expected a command that works on every machine, got .*/data/.*runs"):
        thesis("run", "toys:learn", "--no-progress", "--record", *option)


def test_run_records_for_the_pages(thesis, tmp_path, monkeypatch):
    """With --record, the record goes to the package's results, the first seed's weights and pictures to its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(zoo.results, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setattr(zoo.pictures, "PICTURES", tmp_path / "pictures")
    thesis("run", "toys:learn", "--seed", 7, "--no-progress", "--record", "--folder", "runs")
    assert Image.open(zoo.picture_file("toy", folder=tmp_path / "pictures")).getpixel((1, 0)) == 7
    record = zoo.load_result("toys/learn-smoke", folder=tmp_path / "results")
    found = zoo.load_weights("toy", folder=tmp_path / "weights")
    assert found.card["metrics"]["loss"] == record["runs"][0]["metrics"]["loss"]
    assert found.card["seed"] == 7 and found.card["command"] == record["command"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("toys:other",), r"name: expected one of \['toys:learn'\], got 'toys:other'"),
        (("transfer/none",), "name: expected one of .* got 'transfer/none'"),
        (("toys:learn", "--scale", "huge"), r"scale: expected one of \['smoke', 'full'\], got 'huge'"),
        (("toys:learn", "--seeds", "0"), "seeds: expected at least 1, got 0"),
    ],
)
def test_what_a_user_can_mend_ends_in_one_line(thesis, tmp_path, options, message):
    with pytest.raises(SystemExit, match=f"thesis: {message}"):
        thesis("run", *options, "--folder", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "message"), [("--n-trian", "--n-trian"), ("--n-train", "-1.5"), ("--protocol.drops", "drops: expected")]
)
def test_an_unknown_setting_or_value_is_an_error(thesis, tmp_path, capsys, option, message):
    value = "-1.5" if option == "--n-train" else "-1"
    with pytest.raises(SystemExit) as stop:
        thesis("run", "toys:learn", option, value, "--folder", tmp_path)
    assert stop.value.code == 2 and message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_run_lists_the_experiments_and_shows_their_settings(thesis, capsys):
    thesis("run")
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(engine.list_experiments())
    with pytest.raises(SystemExit):
        thesis("run", "toys:learn", "--help")
    shown = capsys.readouterr().out
    assert "--n-train" in shown and "Number of points." in shown


def test_commands_without_tensors_do_not_wait_for_torch():
    program = "import sys, thesiscode.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[1]).returncode == 0


def test_a_shard_says_what_comes_next_and_records_nothing(thesis, tmp_path, capsys):
    settings = ("--replicas", 1, "--pairs-a-mechanism", 1, "--points", 30, "--cgan.epochs", 1, "--cgan.hidden", 4)
    command = ("run", "causal/tuebingen", *settings, "--no-progress", "--folder", tmp_path)
    thesis(*command, "--shard", "1/2")
    assert "shard 1/2 is done" in capsys.readouterr().out and not list(tmp_path.rglob("outcome.json"))
    thesis(*command, "--shard", "2/2")
    thesis(*command, "--resume")
    assert len(list(tmp_path.rglob("pairs/*.json"))) == 7 and (tmp_path / "causal" / "tuebingen-smoke.json").is_file()
    for shard, message in (("3/2", "expected i/n with i from 1 to n"), ("a/2", "expected i/n, such as 1/4")):
        with pytest.raises(SystemExit, match=f"shard: {message}"):
            thesis(*command, "--shard", shard)
    with pytest.raises(SystemExit, match="record: a shard has nothing to record"):
        thesis("run", "causal/tuebingen", "--record", "--shard", "1/2")
