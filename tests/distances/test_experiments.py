"""The rectangle experiment: rows, shards, resumption, refusals."""

import dataclasses
import json

import numpy as np
import pytest

from thesiscode.distances import rectangle_study as module
from thesiscode.distances.experiments import EXPERIMENTS
from thesiscode.distances.fits import METHODS, ParameterGrid
from thesiscode.distances.rectangle import directions
from thesiscode.distances.rectangle_study import Case, RectangleSettings, draw_sample, rectangle, summary
from thesiscode.engine import CheckpointError, Run, run_seeds

TINY = RectangleSettings(
    draws=2,
    many=3,
    n_points=12,
    sample_sizes=(8,),
    radii=(0.4,),
    costs=("l1",),
    outliers=(),
    turn=0.0,
    emd_cells=(12, 16),
    js_cells=(16, 20),
    grid=ParameterGrid(least_side=1.0, most_side=2.0, side_step=0.5, angle_step=30.0, refine=1, refine_angle=1),
)


def whole(folder, settings=TINY, **options):
    return rectangle(settings, Run(0, folder, folder, progress=False, **options)).metrics


def without_seconds(metrics):
    found = json.loads(json.dumps(metrics))
    for case in found.values():
        for row in case["draws"]:
            for fit in row.values():
                fit.pop("seconds", None)
    return found


def test_rows_and_their_summary(tmp_path):
    found = whole(tmp_path)
    assert list(found) == ["base", "many", "points 8", "radius 0.4", "cost l1"]
    base, many = found["base"]["draws"], found["many"]["draws"]
    assert len(many) == 3 and many[0]["js"]["value"] == base[0]["js"]["value"] and "emd" not in many[0]
    assert len(base) == 2 and set(base[0]) == {*METHODS, "kurtosis", "fastica", "known family"}
    assert set(found["cost l1"]["draws"][0]) == {"discrete", "emd"}
    assert set(found["radius 0.4"]["draws"][0]) == {"kl", "js", "emd"}
    for row in base:
        assert row["likelihood"]["points outside"] == 0 == row["kl"]["points outside"] == row["kl"]["mass outside"]
        for method in METHODS:
            fit = row[method]
            assert 0 <= fit["error"] <= 45 and fit["area"] == pytest.approx(fit["width"] * fit["height"], abs=1e-4)
            assert fit["gap"] <= 1e-6 and fit["solved"] <= fit["candidates"]
    errors = [row["emd"]["error"] for row in base]
    assert found["base"]["summary"]["emd"]["error"]["mean"] == pytest.approx(np.mean(errors))
    less = [row["js"]["error"] - row["kl"]["error"] for row in base]
    assert found["base"]["summary"]["js"]["difference"]["mean"] == pytest.approx(np.mean(less))
    assert found["base"]["summary"]["js"]["closer"]["count"] == sum(x < 0 for x in less)


def test_summaries_count_ties_for_nobody():
    fit = {"area": 1.0, "points outside": 0.0, "mass outside": 0.0}
    rows = [{"kl": fit | {"error": e}, "emd": fit | {"error": f}} for e, f in ((1, 1), (2, 1), (1, 5))]
    found = summary(rows)
    assert found["emd"]["closer"] == {"count": 1, "of": 2} and found["emd"]["difference"]["mean"] == 1
    assert "closer" not in found["kl"]


def test_cases_share_their_samples():
    plain, turned = draw_sample(Case(30), 0, 3), draw_sample(Case(30, turn=17.0), 0, 3)
    np.testing.assert_allclose(turned, plain @ directions(17.0))
    spoiled = draw_sample(Case(30, outliers=0.1), 0, 3)
    assert (spoiled[3:] == plain[3:]).all() and not np.isclose(spoiled[:3], plain[:3]).any()
    assert np.linalg.norm(spoiled[:3], axis=1).max() <= module.OUTLIER_REACH
    assert not np.allclose(draw_sample(Case(30), 0, 4), plain) and not np.allclose(draw_sample(Case(30), 1, 3), plain)


def test_the_case_reaches_the_fits():
    points, straight = draw_sample(Case(12), 0, 0), Case(12, methods=("js", "emd"))
    base = module.fit_case(straight, points, TINY)
    for change in ({"radius": 0.6}, {"edges": "jagged"}):
        other = module.fit_case(dataclasses.replace(straight, **change), points, TINY)
        assert all(other[m]["value"] != base[m]["value"] for m in base)
    other = module.fit_case(dataclasses.replace(straight, cost="squared"), points, TINY)
    assert other["js"]["value"] == base["js"]["value"] and other["emd"]["value"] < base["emd"]["value"]
    off = module.fit_case(dataclasses.replace(straight, turn=20.0), points, TINY)
    assert (off["js"]["error"] - abs((base["js"]["angle"] - 20 + 45) % 90 - 45)) == pytest.approx(0, abs=1e-6)


def test_an_interrupted_run_loses_the_sample_in_hand_alone(tmp_path, monkeypatch):
    row, calls = module._row, []

    def dies(*arguments):
        calls.append(arguments[3])
        if len(calls) == 4:
            raise KeyboardInterrupt
        return row(*arguments)

    monkeypatch.setattr(module, "_row", dies)
    with pytest.raises(KeyboardInterrupt):
        whole(tmp_path / "a")
    assert len(list((tmp_path / "a" / "samples").iterdir())) == 3
    resumed = whole(tmp_path / "a", resume=True)
    assert len(calls) == 4 + 11 - 3
    assert without_seconds(resumed) == without_seconds(whole(tmp_path / "b"))


def test_shards_make_the_whole(tmp_path):
    def run(folder, shard=(1, 1), **options):
        options |= {"progress": False, "shard": shard}
        return run_seeds("distances/rectangle", EXPERIMENTS["rectangle"], TINY, [0], folder, **options)[0]

    assert run(tmp_path / "parts", (2, 2)) == {} == run(tmp_path / "parts", (1, 2))
    parts, one = run(tmp_path / "parts", resume=True), run(tmp_path / "one")
    metrics = [without_seconds(record["runs"][0]["metrics"]) for record in (parts, one)]
    assert metrics[0] == metrics[1]


def test_a_sample_made_with_other_settings_is_refused(tmp_path):
    whole(tmp_path)
    other = dataclasses.replace(TINY, js_cells=(16, 24))
    with pytest.raises(CheckpointError, match="made with"):
        whole(tmp_path, other, resume=True, shard=(1, 2))
    more = dataclasses.replace(TINY, draws=3)
    whole(tmp_path, more, resume=True)  # more samples are no other settings
    (tmp_path / "samples" / "base-001.json").write_text("{")
    with pytest.raises(CheckpointError, match="expected JSON"):
        whole(tmp_path, resume=True)
    (tmp_path / "samples" / "base-001.json").unlink()
    with pytest.raises(CheckpointError, match="not finished"):
        module._read(tmp_path / "samples" / "base-001.json", TINY, "base", 0)


@pytest.mark.parametrize(
    "bad",
    [
        {"draws": 0},
        {"many": -1},
        {"n_points": 2},
        {"radii": (0.0,)},
        {"outliers": (1.0,)},
        {"emd_cells": (0, 32)},
        {"costs": ("l3",)},
    ],
)
def test_bad_settings_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad)).rstrip("s") if bad != {"radii": (0.0,)} else "radii"):
        RectangleSettings(**bad)
    with pytest.raises(ValueError, match="edges: expected one of covered, jagged"):
        Case(edges="smooth")
