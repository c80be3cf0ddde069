"""Reading cause-effect pairs."""

import numpy as np
import pytest

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.tuebingen import load_pairs, pairs_folder


def written(root, meta, **pairs):
    (root / "pairmeta.txt").write_text(meta)
    for name, text in pairs.items():
        (root / f"{name}.txt").write_text(text)
    return root


def test_x_is_the_cause_whatever_the_order_of_columns(tmp_path):
    meta = "0001 1 1 2 2 0.5\n0002 2 2 1 1 1 \n"
    first, second = load_pairs(written(tmp_path, meta, pair0001="1 10\n2 20\n", pair0002="1 10\n2 20\n"))
    assert (first.id, first.weight, first.x.tolist(), first.y.tolist()) == (1, 0.5, [1, 2], [10, 20])
    assert (second.id, second.weight, second.x.tolist(), second.y.tolist()) == (2, 1, [10, 20], [1, 2])
    assert not first.multivariate and first.dropped_rows == first.ignored_columns == 0


def test_rows_with_nan_are_dropped_and_counted(tmp_path):
    pair = load_pairs(written(tmp_path, "1 1 1 2 2 1\n", pair0001="1 2\nNaN 3\n4 inf\n5 6\n\n"))[0]
    assert pair.x.tolist() == [1, 5] and pair.y.tolist() == [2, 6] and pair.dropped_rows == 2


def test_a_third_column_is_ignored_and_counted_with_its_nan(tmp_path):
    pair = load_pairs(written(tmp_path, "1 1 1 2 2 1\n", pair0001="1 2 3\n4 5 NaN\n"))[0]
    assert pair.y.tolist() == [2, 5] and pair.ignored_columns == 1 and pair.dropped_rows == 0


def test_several_columns(tmp_path):
    pair = load_pairs(written(tmp_path, "1 3 4 1 2 0\n", pair0001="1 2 3 4\r\n5 6 7 8\r\n"))[0]
    assert pair.multivariate and pair.x.tolist() == [[3, 4], [7, 8]] and pair.y.tolist() == [[1, 2], [5, 6]]


@pytest.mark.parametrize(
    ("meta", "text", "problem"),
    [
        ("", "1 2\n", r"pairmeta\.txt: the list is empty"),
        ("1 1 1 2 2\n", "1 2\n", r"pairmeta\.txt: cannot use the line '1 1 1 2 2'"),
        ("1 1 1 2 2 1 9\n", "1 2\n", "cannot use the line"),
        ("1 1 1 1 1 1\n", "1 2\n", "cannot use the line"),
        ("1 0 0 1 1 1\n", "1 2\n", "cannot use the line"),
        ("1 1 1 2 2 -1\n", "1 2\n", "cannot use the line"),
        ("1 1 1 2 2 nan\n", "1 2\n", "cannot use the line"),
        ("one 1 1 2 2 1\n", "1 2\n", "cannot use the line"),
        ("1 1 1 2 2 1\n1 1 1 2 2 1\n", "1 2\n", r"the pairs \[1\] are given twice"),
        ("1 1 1 3 3 1\n", "1 2\n", r"pair0001\.txt: has 2 columns, pairmeta\.txt asks for column 3"),
        ("1 1 1 2 2 1\n", "1 2\n3\n", r"pair0001\.txt: row 2 has 1 values, row 1 has 2"),
        ("1 1 1 2 2 1\n", "1 two\n", r"pair0001\.txt: holds something that is not a number"),
        ("1 1 1 2 2 1\n", "", r"pair0001\.txt: the list is empty"),
        ("1 1 1 2 2 1\n", "1 NaN\nNaN 2\n", r"pair0001\.txt: no row has finite values"),
        ("2 1 1 2 2 1\n", "1 2\n", r"pair0002\.txt: there is no such list"),
    ],
)
def test_bad_files_are_named(tmp_path, meta, text, problem):
    with pytest.raises(DataError, match=problem) as error:
        load_pairs(written(tmp_path, meta, pair0001=text))
    assert "To fix it: " in str(error.value)


def test_the_pairs_may_lie_in_a_folder_of_their_own(tmp_path):
    assert pairs_folder(tmp_path) == tmp_path
    (tmp_path / "pairs").mkdir()
    assert pairs_folder(tmp_path) == tmp_path / "pairs"
    written(tmp_path / "pairs", "1 1 1 2 2 1\n", pair0001="1 2\n3 4\n")
    assert load_pairs(tmp_path)[0].x.tolist() == [1, 3]
    written(tmp_path, "7 1 1 2 2 1\n", pair0007="1 2\n3 4\n")
    assert pairs_folder(tmp_path) == tmp_path and load_pairs(tmp_path)[0].id == 7


def test_missing(tmp_path):
    with pytest.raises(MissingData, match="thesis data get tuebingen"):
        load_pairs(tmp_path / "nowhere")


def test_real(real_data):
    pairs = load_pairs(real_data("tuebingen"))
    assert [pair.id for pair in pairs] == list(range(1, 109))
    assert [pair.id for pair in pairs if pair.multivariate] == [52, 53, 54, 55, 71, 105]
    assert {pair.id: pair.ignored_columns for pair in pairs if pair.ignored_columns} == {81: 1, 82: 1, 83: 1}
    # The NaN of pairs 81 to 83, in 70, 93 and 107 rows, stand in the third column: no row has to go.
    assert [pair.dropped_rows for pair in pairs if pair.dropped_rows] == []
    assert [len(pair.x) for pair in pairs[80:83]] == [365, 365, 365]
    assert sum(pair.weight for pair in pairs) == pytest.approx(38.9979) and sum(pair.weight == 0 for pair in pairs) == 5
    # Pair 1: altitude causes temperature, so they fall together; pair 50's cause stands in its second column.
    assert np.corrcoef(pairs[0].x, pairs[0].y)[0, 1] < -0.8
    raw = np.loadtxt(real_data("tuebingen") / "pair0050.txt")
    assert (pairs[49].x == raw[:, 1]).all() and (pairs[49].y == raw[:, 0]).all()


def test_real_simulated_pairs(real_data):
    pairs = load_pairs(real_data("causal_sim/SIM"))
    assert len(pairs) == 100 and {len(pair.x) for pair in pairs} == {1000} and not any(p.multivariate for p in pairs)
