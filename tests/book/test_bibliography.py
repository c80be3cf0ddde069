"""The bibliography: it holds what the pages cite, each work once, and says where to find it."""

import re

import pytest
from bookfiles import ROOT
from pybtex.database import parse_file

BIBLIOGRAPHY = parse_file(ROOT / "book" / "references.bib", bib_format="bibtex").entries
CITED = {
    key.strip()
    for page in (ROOT / "book").rglob("*.md")
    for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", page.read_text(encoding="utf-8"))
    for key in keys.split(",")
}


def test_the_pages_cite_what_the_bibliography_holds():
    assert CITED - set(BIBLIOGRAPHY) == set()


def test_the_bibliography_holds_only_what_the_pages_cite():
    assert set(BIBLIOGRAPHY) - CITED == set()


@pytest.mark.parametrize("key", BIBLIOGRAPHY)
def test_every_work_can_be_found(key):
    fields = BIBLIOGRAPHY[key].fields
    assert {"doi", "eprint", "url", "isbn"} & set(fields), f"{key}: expected a DOI, an arXiv id, an address or an ISBN"
    assert {"title", "year"} <= set(fields)
    if "doi" in fields:
        assert re.fullmatch(r"10\.\d{4,9}/\S+", fields["doi"])
    if "eprint" in fields:
        assert re.fullmatch(r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}", fields["eprint"])
        assert fields.get("archiveprefix") == "arXiv"


def test_no_work_is_listed_twice():
    def first_author(entry):
        return str(entry.persons["author"][0].last_names) if "author" in entry.persons else ""

    works = [(first_author(e), re.sub(r"\W", "", e.fields["title"].lower())) for e in BIBLIOGRAPHY.values()]
    assert len(works) == len(set(works))
