"""The comparison of methods: what it reports, and how real pairs are chosen and oriented."""

import numpy as np
import pytest

from thesiscode.causal import MECHANISMS, Pair, igci, load_pairs, weighted_accuracy
from thesiscode.causal.benchmark import MethodSettings, benchmark_pairs, causes_first, judge, methods
from thesiscode.data.errors import MissingData
from thesiscode.engine import Run

QUICK = {"n_pairs": 2, "n_points": 40, "rcc_pairs": 20, "rcc_points": 40, "trees": 5, "resamples": 50}
NAMES = {"ANM", "ANM, p-values", "RCC", "NCC", "always x causes y", "coin"}
NAMES |= {f"IGCI, {e}, {r}" for e in ("slope", "entropy") for r in ("uniform", "gaussian")}


def test_every_method_is_asked_about_every_mechanism(tmp_path):
    metrics = methods(MethodSettings(**QUICK), Run(0, tmp_path, tmp_path)).metrics
    assert list(metrics) == list(MECHANISMS)
    for cells in metrics.values():
        assert set(cells) == NAMES | {"ids", "weights", "cause first"}
        for name in NAMES:
            found = cells[name]
            assert len(found["scores"]) == 2 and found["seconds"] >= 0
            assert found["accuracy"]["mean"] == weighted_accuracy(np.array(found["scores"]), np.ones(2))
            assert 0 <= found["accuracy"]["low"] <= found["accuracy"]["mean"] <= found["accuracy"]["high"] <= 1
        assert cells["always x causes y"]["accuracy"]["mean"] == 1
        assert cells["ANM"]["randomised"]["mean"] == cells["ANM"]["accuracy"]["mean"]


def write_pairs(root, rng):
    """Three pairs of one number each, the second with the effect first; a multivariate one; and a newer one."""
    root.mkdir()
    x = rng.random(40)
    meta = ["0001 1 1 2 2 1", "0002 2 2 1 1 0.5", "0003 1 1 2 2 0.25", "0004 1 2 3 3 1", "0105 1 1 2 2 1"]
    (root / "pairmeta.txt").write_text("\n".join(meta))
    for line in meta:
        columns = [x, x**3, x**2] if line.startswith("0004") else [x**2, x] if line.startswith("0002") else [x, x**2]
        np.savetxt(root / f"pair{line[:4]}.txt", np.stack(columns, axis=1))


def test_real_pairs_keep_their_weights_and_the_order_of_their_file(tmp_path, monkeypatch):
    write_pairs(tmp_path / "tuebingen", np.random.default_rng(0))
    monkeypatch.setenv("THESISCODE_DATA", str(tmp_path))
    assert causes_first() == {1: True, 2: False, 3: True, 4: True, 105: True}
    found = methods(MethodSettings(pairs="tuebingen", **QUICK), Run(0, tmp_path, tmp_path)).metrics["tuebingen"]
    assert found["ids"] == [1, 2, 3] and found["weights"] == [1, 0.5, 0.25] and found["cause first"] == [1, 0, 1]
    constant = found["always x causes y"]
    assert constant["scores"] == [1, -1, 1] and constant["swapped"] == [1, -1, 1]
    assert constant["accuracy"]["mean"] == pytest.approx(1.25 / 1.75) and constant["randomised"]["mean"] == 0.5
    sure = found["IGCI, slope, uniform"]  # a method sees through the order of columns
    assert sure["accuracy"]["mean"] == sure["randomised"]["mean"] == 1


@pytest.mark.parametrize("inner", [True, False])
def test_the_order_is_looked_up_where_the_pairs_are_read(tmp_path, inner):
    folder = tmp_path / "pairs" if inner else tmp_path
    folder.mkdir(exist_ok=True)
    said = []
    for read in (load_pairs, causes_first):
        with pytest.raises(MissingData) as error:
            read(tmp_path)
        said.append(str(error.value))
    assert said[0] == said[1] and str(folder / "pairmeta.txt") in said[0]


def test_a_method_is_right_or_wrong_whatever_the_order():
    rng = np.random.default_rng(1)
    pairs = [Pair(k, x, x**2, 1.0) for k, x in enumerate(rng.random((4, 40)), 1)]
    scorers = [lambda x, y: {"igci": igci(x, y)}]
    settings = MethodSettings(**QUICK)
    one, other = (judge(pairs, [order] * 4, scorers, settings, 0)["igci"]["scores"] for order in (True, False))
    assert one == other


def test_pairs_of_the_benchmark():
    x = np.arange(30.0)
    pairs = [Pair(1, x, x, 1.0), Pair(2, np.stack([x, x], axis=1), x, 1.0), Pair(105, x, x, 1.0)]
    assert [pair.id for pair in benchmark_pairs(pairs)] == [1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pairs": "some"}, "pairs: expected one of mechanisms, tuebingen, got 'some'"),
        ({"n_pairs": 0}, "n_pairs: expected an integer of at least 1"),
        ({"max_points": 19}, "max_points: expected an integer of at least 20"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        MethodSettings(**change)
