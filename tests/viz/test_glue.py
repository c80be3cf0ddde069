"""Numbers are kept for the text of the page, and where no book is built nobody needs the builder."""

import importlib.util

import myst_nb
import pytest

from thesiscode import viz


@pytest.fixture
def kept(monkeypatch):
    """What the builder is given."""
    calls = []
    monkeypatch.setattr(myst_nb, "glue", lambda *args, **options: calls.append((*args, options)))
    return calls


def test_the_value_is_kept_and_not_displayed(kept):
    viz.glue("answer", "42")
    assert kept == [("answer", "42", {"display": False})]


def test_without_the_builder_nothing_happens(kept, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    viz.glue("answer", "42")
    assert kept == []
