"""Whole processes: one that is killed in the middle of training, and two that train together."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from thesiscode import cli, engine

HERE = Path(__file__).parent


def start(*command, **environment):
    """Runs a Python module in a process of its own, where `toys` can be found."""
    here = {"PYTHONPATH": f"{HERE}:{HERE.parents[1]}", "OMP_NUM_THREADS": str(torch.get_num_threads())}
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        env=os.environ | here | environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.fixture
def thesis(monkeypatch):
    """A function that runs the command `thesis` here."""
    monkeypatch.syspath_prepend(HERE)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["thesis", *map(str, arguments)])
        cli.main()

    return run


def weights(folder, seed=0):
    return folder / "toys" / "learn-smoke" / f"seed-{seed}" / "toy.safetensors"


def test_a_killed_training_resumes_and_ends_in_the_same_bytes(tmp_path, thesis):
    """Killed by SIGKILL in the second step of the third of four epochs."""
    command = ("run", "toys:learn", "--no-progress", "--folder")
    killed = start("thesiscode.cli", *command, tmp_path / "killed", DIE_AT_STEP=str(2 * 4 + 2))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    checkpoint = weights(tmp_path / "killed").with_name("checkpoint.safetensors")
    assert len(engine.read_tensors(checkpoint)[1]["epochs"]) == 2 and not weights(tmp_path / "killed").exists()
    thesis(*command, tmp_path / "killed", "--resume")
    thesis(*command, tmp_path / "whole")
    assert weights(tmp_path / "killed").read_bytes() == weights(tmp_path / "whole").read_bytes()
    assert checkpoint.read_bytes() == weights(tmp_path / "whole").with_name("checkpoint.safetensors").read_bytes()


def test_two_processes_agree_with_one(tmp_path, thesis):
    """Without dropout and jitter. 101 points in batches of 25: the last batch is one point, for one process only."""
    options = ("--no-progress", "--dropout", "0", "--n-train", "101", "--seeds", "2", "--folder")
    launch = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0", "-m"]
    together = start(*launch, "thesiscode.cli", "run", "toys:learn", *options, tmp_path / "two")
    assert together.returncode == 0, together.stderr
    assert together.stdout.count("toys/learn-smoke.json") == 1  # only the main process prints
    thesis("run", "toys:learn", *options, tmp_path / "one")
    two, one = (json.loads((tmp_path / n / "toys" / "learn-smoke.json").read_text()) for n in ("two", "one"))
    assert two["processes"] == 2 and one["processes"] == 1
    for a, b in zip(two["runs"], one["runs"], strict=True):
        assert a["metrics"]["curve"] == pytest.approx(b["metrics"]["curve"], rel=1e-4)
    for seed in (0, 1):
        a, b = (engine.read_tensors(weights(tmp_path / n, seed))[0] for n in ("two", "one"))
        for name in a:
            torch.testing.assert_close(a[name], b[name], rtol=1e-4, atol=1e-5)
