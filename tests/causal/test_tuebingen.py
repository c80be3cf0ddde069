"""The experiment on pairs: finished pairs are kept, parts make the whole, and what was made otherwise is refused."""

import json

import numpy as np
import pytest

from thesiscode.causal import tuebingen as module
from thesiscode.causal.cgan import CGANSettings
from thesiscode.causal.cgan_c2st import TESTS
from thesiscode.causal.experiments import EXPERIMENTS
from thesiscode.causal.mechanisms import MECHANISMS
from thesiscode.causal.tuebingen import TuebingenSettings, accuracies, directions, tuebingen
from thesiscode.engine import CheckpointError, Run, run_seeds

TINY = TuebingenSettings(replicas=2, pairs_a_mechanism=1, points=40, cgan=CGANSettings(epochs=2, hidden=8))


def whole(folder, settings=TINY, **options):
    return tuebingen(settings, Run(0, folder, folder, progress=False, **options)).metrics


def without_seconds(metrics):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in metrics["pairs"]]


def test_rows_hold_all_replicas_and_accuracies_follow_from_them(tmp_path):
    found = whole(tmp_path)
    assert sorted(row["mechanism"] for row in found["pairs"]) == sorted(MECHANISMS)
    for row in found["pairs"]:
        assert row["points"] == 38 and row["diverged"] == [0, 0] and row["steps"] == 2 * 2 * 2 * 3
        assert all(len(row[side][test]) == 2 for side in ("forward", "backward") for test in TESTS)
    for key, size in (("ensemble", abs), ("smallest", float)):
        best = [[min(map(size, r[side]["nn"])) for r in found["pairs"]] for side in ("forward", "backward")]
        scores = np.subtract(*best[::-1])
        right = np.where(scores == 0, 0.5, scores > 0).mean()
        assert found[key]["nn"]["raw"]["mean"] == pytest.approx(right)
        assert found[key]["nn"]["randomised"]["mean"] == pytest.approx(right)
    one = np.array([abs(r["backward"]["nn"][1]) - abs(r["forward"]["nn"][1]) for r in found["pairs"]])
    assert found["single"]["nn"]["accuracies"][1] == pytest.approx(np.where(one == 0, 0.5, one > 0).mean(), abs=1e-4)


def test_weights_count():
    def row(forward, backward, weight):
        sides = {name: {test: [v] for test in TESTS} for name, v in (("forward", forward), ("backward", backward))}
        return {"weight": weight, "points": 50, "steps": 1} | sides

    found = accuracies([row(0.1, 0.2, 3.0), row(0.2, 0.1, 1.0)], TuebingenSettings(replicas=1), 0)
    assert found["ensemble"]["mmd"]["raw"]["mean"] == 0.75 and found["single"]["knn"]["mean"] == 0.75


def test_an_interrupted_run_loses_the_pair_in_hand_alone(tmp_path, monkeypatch):
    judge, calls = module.judge_directions, []

    def dies(*arguments, **options):
        calls.append(options["names"])
        if len(calls) == 4:
            raise KeyboardInterrupt
        return judge(*arguments, **options)

    monkeypatch.setattr(module, "judge_directions", dies)
    with pytest.raises(KeyboardInterrupt):
        whole(tmp_path / "a")
    assert len(list((tmp_path / "a" / "pairs").iterdir())) == 3
    resumed = whole(tmp_path / "a", resume=True)
    assert len(calls) == 4 + len(MECHANISMS) - 3 and calls[4] == calls[3]
    assert without_seconds(resumed) == without_seconds(whole(tmp_path / "b"))


def test_shards_make_the_whole(tmp_path):
    def run(folder, shard=(1, 1), **options):
        return run_seeds(
            "causal/tuebingen", EXPERIMENTS["tuebingen"], TINY, [0], folder, progress=False, shard=shard, **options
        )[0]

    assert run(tmp_path / "parts", (2, 2)) == {} == run(tmp_path / "parts", (1, 2))
    assert not (tmp_path / "parts" / "seed-0" / "outcome.json").exists()
    parts, one = run(tmp_path / "parts", resume=True), run(tmp_path / "one")
    metrics = [record["runs"][0]["metrics"] for record in (parts, one)]
    assert without_seconds(metrics[0]) == without_seconds(metrics[1])


def test_a_pair_made_with_other_settings_is_refused(tmp_path):
    whole(tmp_path)
    other = TuebingenSettings(replicas=3, pairs_a_mechanism=1, points=40, cgan=TINY.cgan)
    with pytest.raises(CheckpointError, match="made with"):
        whole(tmp_path, other, resume=True, shard=(1, 2))
    file = next((tmp_path / "pairs").iterdir())
    file.unlink()
    with pytest.raises(CheckpointError, match="not finished"):
        module._read(file, TINY, 0)


def test_a_pair_file_that_was_cut_short_is_named(tmp_path, monkeypatch):
    folder = tmp_path / "tuebingen"
    folder.mkdir()
    (folder / "pairmeta.txt").write_text("0001 1 1 2 2 1\n")
    (folder / "pair0001.txt").write_text("1 2\n3")
    monkeypatch.setenv("THESISCODE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=r"pair0001.txt.*row 2 has 1 values"):
        whole(tmp_path / "run", TuebingenSettings("tuebingen", replicas=1))


def test_a_row_gives_back_its_directions(tmp_path):
    row = whole(tmp_path)["pairs"][0]
    row = json.loads(json.dumps(row))
    row["forward"]["knn"][0] = None  # diverged
    found = directions(row)
    assert np.isnan(found.forward["knn"][0]) and found.backward["nn"].tolist() == row["backward"]["nn"]


@pytest.mark.parametrize(
    "bad",
    [{"replicas": 0}, {"pairs_a_mechanism": 0}, {"resamples": 0}, {"points": 5}],
)
def test_bad_settings_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        TuebingenSettings(**bad)
