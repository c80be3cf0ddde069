"""The checks of a built book find each kind of defect, and nothing in a book without any."""

from importlib.util import find_spec
from pathlib import Path

import check_book
import pytest

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax" / "tex-chtml.js"
CONFIG = 'sphinx: {config: {mathjax3_config: {tex: {macros: {R: "\\\\mathbb{R}"}}}}}'
TOC = "{format: jb-book, root: book/index.md, chapters: [{file: book/page.md}]}"
GOOD = """<!DOCTYPE html><html><head><link rel="stylesheet" href="../_static/book.css"></head><body>
<img src="../_static/logo.svg?v=1" alt="">
<article><h1 id="top">A page</h1><p><a href="#top">up</a> <a href="index.html#top">home</a>
<a href="https://example.org">elsewhere</a> <a href="mailto:a@example.org">mail</a></p>
<img src="data:image/png;base64,AA==" alt="A line that rises."><svg role="img"><title>A dot</title></svg>
<svg aria-hidden="true"></svg>
<span class="math notranslate">\\(x \\in \\R\\)</span>
<div class="math notranslate">\\[a &lt; b\\]</div></article>
<script>const answer = 42;</script></body></html>"""


@pytest.fixture
def book(tmp_path):
    """A book of two pages, built by hand."""
    (tmp_path / "_config.yml").write_text(CONFIG)
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "book").mkdir()
    html = tmp_path / "_build" / "html"
    (html / "book").mkdir(parents=True)
    (html / "_static" / "mathjax").mkdir(parents=True)
    (html / "_static" / "mathjax" / "tex-chtml.js").symlink_to(MATHJAX)
    (html / "_static" / "book.css").write_text("body { background: url('data:image/png;base64,AA==') }")
    (html / "_static" / "logo.svg").write_text("<svg/>")
    for name in ("index", "page"):
        (tmp_path / "book" / f"{name}.md").write_text(f"# {name}\n")
        (html / "book" / f"{name}.html").write_text(GOOD)
    return tmp_path


def problems(book, old="", new=""):
    """The problems of the book after a change to one built page."""
    page = book / "_build" / "html" / "book" / "page.html"
    assert old in GOOD
    page.write_text(GOOD.replace(old, new, 1))
    return check_book.check(book / "_build" / "html", book)


def test_a_good_book_has_no_problem(book):
    assert problems(book) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("A page", "Execution Failed", "a cell failed"),
        ("A page", '<p class="system-message">?</p>', "an error message of Sphinx"),
        ("index.html#top", "nowhere.html", "broken link to nowhere.html"),
        ("index.html#top", "index.html#middle", "broken link to index.html#middle"),
        ('href="#top"', 'href="#bottom"', "broken link to #bottom"),
        (' alt="A line that rises."', "", "no alternative text for data:image/png"),
        ("A line that rises.", " ", "no alternative text for data:image/png"),
        ("A line that rises.", "../_images/a1b2.png", "no alternative text for data:image/png"),
        ("<title>A dot</title>", "", "no alternative text for an inline <svg>"),
        ('aria-hidden="true"', 'class="x"', "no alternative text for an inline <svg>"),
        ("data:image/png;base64,AA==", "../_images/lost.png", "no file ../_images/lost.png"),
        ("../_static/book.css", "../_static/lost.css", "no file ../_static/lost.css"),
        ("<title>", '<image href="https://example.org/a.png"/><title>', "asks another host for https://"),
        ("\\in \\R", "\\inn \\R", "unknown command \\inn in \\(x"),
        ("\\[a", "\\[{a", "1 opening and 0 closing braces"),
        ("../_static/book.css", "https://cdn.example.org/a.css", "asks another host for https://cdn.example.org/a.css"),
        ("data:image/png;base64,AA==", "//example.org/a.png", "asks another host for //example.org/a.png"),
        ("<article>", '<article><script src="http://example.org/a.js"></script>', "asks another host for http://"),
        ("<article>", '<article style="background: url(https://example.org/a.png)">', "asks another host for https://"),
        ("answer = 42", 'answer = fetch("https://example.org/a.json")', "asks another host for https://"),
        (
            "<article>",
            '<article><img alt="x" srcset="../_static/logo.svg 1x, https://a.org/b.png 2x">',
            "asks another host for https://",
        ),
    ],
)
def test_each_defect_is_named_with_its_page(book, old, new, problem):
    (found,) = problems(book, old, new)
    assert found.startswith("book/page.html: ")
    assert problem in found


def test_a_style_sheet_that_asks_another_host_is_found(book):
    (book / "_build/html/_static/book.css").write_text("@import 'https://fonts.example.org/a.css';")
    assert problems(book) == ["_static/book.css: asks another host for https://fonts.example.org/a.css"]


def test_missing_and_surplus_pages_are_named(book):
    page = book / "_build/html/book/page.html"
    page.rename(page.with_name("old.html"))
    assert check_book.check(book / "_build/html", book) == [
        "book/page.html: not built, although _toc.yml names it",
        "book/old.html: built, although _toc.yml does not name it",
    ]


def test_a_notebook_without_its_twin_is_named(book):
    (book / "book/page.md").write_text("---\nkernelspec: {name: python3}\n---\n# page\n")
    assert problems(book) == ["book/page.md: its notebook is missing: run `make notebooks`"]


def test_a_page_of_the_table_that_does_not_exist_stops_the_check(book):
    (book / "book/page.md").unlink()
    with pytest.raises(FileNotFoundError, match=r"_toc\.yml names pages that do not exist: book/page\.md"):
        problems(book)
