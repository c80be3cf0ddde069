"""The ledger names only what exists, and holds what it must."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from thesiscode import zoo
from thesiscode.zoo import Entry

ROOT = Path(__file__).resolve().parents[2]
GOOD = Entry(
    id="eq-th-b-20",
    claim="a claim",
    page="book/appendix-b/convolution.md",
    code=("thesiscode.scratch.convolve",),
    tests=("tests/zoo/test_ledger.py::test_every_entry_names_what_exists",),
)


@pytest.mark.parametrize("entry", zoo.load_ledger(), ids=lambda entry: entry.id)
def test_every_entry_names_what_exists(entry):
    assert zoo.problems(entry, ROOT) == []


def test_appendix_b_is_whole():
    """Every equation, and every figure."""
    ids = {entry.id: entry for entry in zoo.load_ledger()}
    assert {f"eq-th-b-{n}" for n in range(1, 31)} <= set(ids)
    assert {f"fig-th-b-{n}" for n in range(1, 29)} <= set(ids)
    assert [i for i in ids if ids[i].standing == "open" and "-th-b-" in i] == []


def test_chapter_3_is_whole():
    """Its one equation, its figures and its tables."""
    ids = {entry.id for entry in zoo.load_ledger()}
    assert {"eq-th-3-1", *(f"fig-th-3-{n}" for n in range(1, 12)), *(f"tbl-th-3-{n}" for n in (1, 2, 3))} <= ids


def test_labels_of_the_pages_are_in_the_ledger():
    """A thesis label that a page defines, but the ledger does not know, is an equation that nobody checks."""
    defined = set()
    for page in (ROOT / "book").rglob("*.md"):
        text = page.read_text()
        defined |= set(re.findall(r"(?:\$\$ \(|label: |name: |^\()((?:eq|fig|tbl|thm)-th-[\w-]+)", text, re.M))
    assert len(defined) > 50
    assert defined <= {entry.id for entry in zoo.load_ledger()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": ("thesiscode.scratch.convolute",)}, "no code thesiscode.scratch.convolute"),
        ({"code": ("nowhere.at_all",)}, "no code nowhere.at_all"),
        ({"tests": ("tests/zoo/test_ledger.py::test_nothing",)}, "no test"),
        ({"page": "book/none.md"}, "no page book/none.md"),
        ({"page": "book/notation.md"}, "has no label eq-th-b-20"),
        ({"record": "none"}, "no record none"),
        ({"standing": "fine"}, "expected a standing"),
        ({"standing": "differs"}, "needs a note"),
        ({"code": ()}, "expected code and a test"),
    ],
)
def test_what_does_not_exist_is_found(change, message):
    assert zoo.problems(GOOD, ROOT) == []
    found = zoo.problems(replace(GOOD, **change), ROOT)
    assert len(found) == 1 and message in found[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[entry]]\nid = "eq-th-b-1"\nclam = "x"\npage = "p"', "clam"),
        ('[[entry]]\nid = "b-1"\nclaim = "x"\npage = "p"', "expected ids such as"),
        ('[[entry]]\nid = "eq-th-b-1"\nclaim = "x"\npage = "p"\n' * 2, "twice"),
    ],
)
def test_a_malformed_ledger_is_refused(tmp_path, text, message):
    (tmp_path / "ledger.toml").write_text(text)
    with pytest.raises(ValueError, match=message):
        zoo.load_ledger(tmp_path / "ledger.toml")


def test_titles_are_those_of_the_thesis():
    assert GOOD.title == "Equation B.20"
    assert Entry(id="fig-th-b-14", claim="", page="").title == "Figure B-14"
    assert Entry(id="tbl-th-4-1", claim="", page="").title == "Table 4.1"
