"""The tables of Appendix C are those that the thesis prints."""

import itertools
import json

import pytest

from thesiscode.zoo.thesis_tables import COLUMNS, TABLES, Judged, load_thesis_table

NAMES = ("C.1", "C.2")


@pytest.mark.parametrize("name", NAMES)
def test_every_combination_occurs_once_and_in_order(name):
    rows = load_thesis_table(name)
    assert [row[:3] for row in rows] == list(itertools.product((32, 64, 96), (32, 64, 96), (1, 10, 50, 100, 200)))


@pytest.mark.parametrize("name", NAMES)
def test_statistics_are_in_their_ranges(name):
    for row in load_thesis_table(name):
        assert 0 < row.mmd < 2  # k(x, x') + k(y, y') - ..., with kernels in [0, 1]
        assert 0.5 < row.knn <= 1 and 0.5 < row.nn <= 1
        assert row.nn >= row.knn  # the network is the stronger classifier in every row


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("C.1", Judged(32, 32, 1, 0.154, 0.994, 1.000)),
        ("C.1", Judged(32, 96, 10, 0.927, 0.991, 1.000)),
        ("C.1", Judged(96, 64, 100, 0.019, 0.670, 0.983)),
        ("C.1", Judged(96, 96, 200, 0.849, 0.999, 1.000)),
        ("C.2", Judged(32, 96, 100, 0.053, 0.778, 0.987)),
        ("C.2", Judged(64, 64, 100, 0.020, 0.784, 0.950)),
        ("C.2", Judged(64, 96, 200, 1.061, 1.000, 1.000)),
        ("C.2", Judged(96, 96, 200, 0.923, 1.000, 1.000)),
    ],
)
def test_some_rows_as_printed(name, row):
    assert row in load_thesis_table(name)


def test_the_misprinted_row_is_the_fifteenth_of_c_2():
    assert load_thesis_table("C.2")[14] == Judged(32, 96, 200, 0.037, 0.779, 0.995)


def test_columns_are_named_and_corrections_noted():
    tables = json.loads((TABLES / "appendix_c.json").read_text())
    assert all(tuple(tables[name]["columns"]) == COLUMNS == Judged._fields for name in NAMES)
    assert [len(tables[name]["corrections"]) for name in NAMES] == [0, 2]


def test_lowest_statistics():
    """Those that the thesis prints in bold."""
    for name, lowest in (("C.1", (0.012, 0.670, 0.949)), ("C.2", (0.015, 0.697, 0.950))):
        rows = load_thesis_table(name)
        assert tuple(min(column) for column in list(zip(*rows, strict=True))[3:]) == lowest


def test_bad_name():
    with pytest.raises(ValueError, match=r"name: expected one of C.1, C.2, got 'C.3'"):
        load_thesis_table("C.3")
