"""Experiments are found by name, run over seeds, and make one record."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from thesiscode import engine


@dataclass(frozen=True)
class Settings:
    """Settings of a toy."""

    n: int = 3
    """A number."""


def measure(settings, run):
    """A scalar in each form that a metric may have, and weights that tell the seed."""
    metrics = {
        "plain": run.seed,
        "nested": {"numpy": np.float32(run.seed / 2), "deep": {"torch": torch.tensor(1.0 + run.seed)}},
        "curve": np.arange(settings.n),
        "undefined": float("nan"),
    }
    return engine.Outcome(metrics, {"toy": engine.Weights({"w": torch.full((2,), float(run.seed))}, {"of": "toy"})})


TOY = engine.Experiment(Settings, measure, {"smoke": Settings(), "full": Settings(n=9)}, "A toy")

SOURCE = """
from dataclasses import dataclass
from thesiscode import engine

@dataclass(frozen=True)
class Settings:
    n: int = 1

def run(settings, context):
    return engine.Outcome({"n": settings.n})

EXPERIMENTS = {"toy": engine.Experiment(Settings, run, {"smoke": Settings()}, "Found")}
"""


def run(folder, experiment=TOY, settings=TOY.scales["smoke"], seeds=(3, 4, 5), **options):
    return engine.run_seeds("a/toy", experiment, settings, list(seeds), folder, scale="smoke", **options)


def test_the_record_holds_what_was_measured(tmp_path):
    record, weights = run(tmp_path)
    record = json.loads(json.dumps(record, allow_nan=False))
    assert record["experiment"] == "a/toy" and record["scale"] == "smoke" and record["settings"] == {"n": 3}
    assert record["device"] in ("cpu", "cuda") and record["processes"] == 1 and record["seeds"] == [3, 4, 5]
    row = record["runs"][1]
    assert row["seed"] == 4 and row["seconds"] >= 0 and row["peak_memory_mib"] > 10
    assert row["metrics"] == {
        "plain": 4,
        "nested": {"numpy": 2.0, "deep": {"torch": 5.0}},
        "curve": [0, 1, 2],
        "undefined": None,
    }
    expected = engine.interval([3, 4, 5])
    got = record["intervals"]
    assert got["plain"] == {"mean": 4.0, "low": expected.low, "high": expected.high, "n": 3}
    assert got["nested/numpy"]["mean"] == 2.0 and got["nested/deep/torch"]["mean"] == 5.0
    assert got["undefined"]["mean"] is None and "curve" not in got
    state, about = engine.read_tensors(dict(weights)["toy"])
    assert state["w"].tolist() == [3.0, 3.0] and about["card"] == {"of": "toy"}


def test_pictures_of_the_first_seed_are_handed_over(tmp_path):
    def draw(settings, context):
        return engine.Outcome({"n": 1}, pictures={"a/sheet": bytes([context.seed])})

    experiment = engine.Experiment(Settings, draw, TOY.scales, "A toy")
    for resume in (False, True):
        record, files = run(tmp_path, experiment, resume=resume)
        ((name, file),) = files
        assert name == "a/sheet" and file.read_bytes() == b"\x03"
        assert file.name == "sheet.png" and "pictures" not in record["runs"][0]


def test_resume_skips_finished_seeds_and_continues_the_others(tmp_path):
    """The second seed fails at first; the first is not run again."""
    calls = []

    def fragile(settings, context):
        calls.append((context.seed, context.resume))
        if context.seed == 4 and not context.resume:
            raise engine.Diverged("the loss is nan")
        return measure(settings, context)

    experiment = engine.Experiment(Settings, fragile, TOY.scales, "A toy")
    with pytest.raises(engine.Diverged):
        run(tmp_path, experiment)
    record, _ = run(tmp_path, experiment, resume=True)
    assert calls == [(3, False), (4, False), (4, True), (5, True)]
    straight, _ = run(tmp_path / "other")
    assert [row["metrics"] for row in record["runs"]] == [row["metrics"] for row in straight["runs"]]
    # Without resume, finished seeds are run again, and one that then fails is not finished any more.
    with pytest.raises(engine.Diverged):
        run(tmp_path, experiment)
    run(tmp_path, experiment, resume=True)
    assert calls[4:] == [(3, False), (4, False), (4, True)]


def test_a_seed_is_not_resumed_with_other_settings(tmp_path):
    run(tmp_path)
    with pytest.raises(engine.CheckpointError, match=r"outcome.json: made with other settings: n is 3, expected 4"):
        run(tmp_path, settings=Settings(n=4), resume=True)


def test_each_seed_has_its_own_folder(tmp_path):
    folders = []

    def look(settings, context):
        folders.append(context.folder)
        return measure(settings, context)

    run(tmp_path, engine.Experiment(Settings, look, TOY.scales, "A toy"))
    assert len(set(folders)) == 3 and all(tmp_path in folder.parents for folder in folders)


def test_a_metric_that_is_no_number_is_refused(tmp_path):
    def odd(settings, context):
        return engine.Outcome({"model": object()})

    with pytest.raises(ValueError, match="metrics: expected numbers, lists and dicts of them, got object"):
        run(tmp_path, engine.Experiment(Settings, odd, TOY.scales, "A toy"))


def test_experiments_are_found_in_a_package_and_in_a_module(tmp_path, monkeypatch):
    for chapter in ("one", "two"):
        (tmp_path / "somebook" / chapter).mkdir(parents=True)
        (tmp_path / "somebook" / chapter / "__init__.py").write_text("")
    (tmp_path / "somebook" / "__init__.py").write_text("")
    (tmp_path / "somebook" / "one" / "experiments.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    assert list(engine.list_experiments("somebook")) == ["one/toy"]
    assert engine.find_experiment("one/toy", "somebook").title == "Found"
    assert engine.find_experiment("somebook.one.experiments:toy").title == "Found"
    with pytest.raises(ValueError, match=r"name: expected one of \['one/toy'\], got 'two/toy'"):
        engine.find_experiment("two/toy", "somebook")
    with pytest.raises(ValueError, match=r"expected one of \['somebook.one.experiments:toy'\], got"):
        engine.find_experiment("somebook.one.experiments:other")
    with pytest.raises(ValueError, match="found no module 'nowhere'"):
        engine.find_experiment("nowhere:toy")


def test_an_unknown_scale_is_told_which_there_are():
    assert TOY.at_scale("full") == Settings(n=9)
    with pytest.raises(ValueError, match=r"scale: expected one of \['smoke', 'full'\], got 'huge'"):
        TOY.at_scale("huge")


def test_experiments_that_do_not_fit_together_are_refused():
    @dataclass
    class Thawed:
        n: int = 1

    @dataclass(frozen=True)
    class Taken:
        seed: int = 1

    for settings, scales, message in (
        (Thawed, {"smoke": Thawed()}, "settings: expected a frozen dataclass, got Thawed"),
        (Taken, {"smoke": Taken()}, r"settings: \['seed'\] are options of"),
        (Settings, {}, "scales: expected at least one"),
        (Settings, {"smoke": Taken()}, "scales: expected Settings for 'smoke'"),
    ):
        with pytest.raises(ValueError, match=message):
            engine.Experiment(settings, measure, scales, "A toy")


def test_a_shard_is_a_part_of_the_work_without_an_outcome(tmp_path):
    """Three shards, one of which has two processes, do each item once."""

    class Team:
        def __init__(self, index, size):
            self.process_index, self.num_processes = index, size

    def part(shard, team=None):
        return engine.Run(0, tmp_path, tmp_path, accelerator=team, shard=shard).part(range(10))

    assert part((1, 1)) == list(range(10))
    assert part((2, 3)) == [1, 4, 7]
    both = [part((i, 2), Team(k, 2)) for i in (1, 2) for k in (0, 1)]
    assert sorted(item for some in both for item in some) == list(range(10)) and both[1] == [1, 5, 9]
    seen = []

    def half(settings, run):
        seen.append(run.shard)
        return engine.Outcome({"n": 1})

    divisible = engine.Experiment(Settings, half, {"smoke": Settings()}, "A toy", divisible=True)
    assert run(tmp_path, divisible, shard=(2, 2)) == ({}, [])
    assert seen == [(2, 2)] * 3 and not list(tmp_path.rglob("outcome.json"))
    run(tmp_path, divisible)
    assert list(tmp_path.rglob("outcome.json"))
    run(tmp_path, divisible, shard=(1, 2))
    assert not list(tmp_path.rglob("outcome.json")), "what the whole found before is no longer true"
    with pytest.raises(ValueError, match="cannot be divided"):
        run(tmp_path, shard=(1, 2))
    for bad in ((0, 2), (3, 2)):
        with pytest.raises(ValueError, match="from 1 to n"):
            run(tmp_path, divisible, shard=bad)
