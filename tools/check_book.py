"""Check the built pages: no failed cell, broken link, lost file, wordless image, red formula or outside request."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import check_tex
from bookfiles import BUILD, ROOT, is_notebook, read_yaml, toc_pages

OTHER_HOST = re.compile(r"^(https?:)?//")
CSS_REQUEST = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""")
SCRIPT_ADDRESS = re.compile(r"""["'`](https?://[^"'`\s]+)""")
FILE_NAME = re.compile(r"\S+\.(png|svg|jpe?g|gif|webp)$", re.IGNORECASE)
# A link of these kinds makes the browser fetch what it names.
FETCHED_LINKS = {"stylesheet", "preload", "prefetch", "modulepreload", "preconnect", "dns-prefetch", "icon", "manifest"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What the checks need to know of one built page."""

    def __init__(self, path: Path):
        super().__init__(convert_charrefs=True)
        self.path = path
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self.formulas: list[str] = []
        self.wordless: list[str] = []
        self.errors: list[str] = []
        self._open: list[tuple[str, dict]] = []
        self._math_depth = 0
        self._silent_svg = None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        classes = given.get("class", "").split()
        self.ids.update(given[name] for name in ("id", "name") if name in given)
        self._note_addresses(tag, given)
        if tag == "img" and not says_something(given, decoration=not self._within("article")):
            self.wordless.append(given.get("src", "")[:80])
        if tag == "svg" and not {"aria-label", "aria-labelledby", "aria-hidden"}.intersection(given):
            self._silent_svg = len(self._open)
        if tag == "title" and self._silent_svg is not None:
            self._silent_svg = None
        if "system-message" in classes or "problematic" in classes:
            self.errors.append("an error message of Sphinx stands in the page")
        if tag not in VOID:
            self._open.append((tag, given))
        if self._math_depth == 0 and "math" in classes:
            self._math_depth = len(self._open)
            self.formulas.append("")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in (name for name, _ in self._open):
            return
        while self._open.pop()[0] != tag:
            pass
        if len(self._open) < self._math_depth:
            self._math_depth = 0
        if self._silent_svg is not None and len(self._open) <= self._silent_svg:
            self.wordless.append("an inline <svg>")
            self._silent_svg = None

    def handle_data(self, data):
        if self._math_depth:
            self.formulas[-1] += data
        elif self._open and self._open[-1][0] == "style":
            self.styles.append(data)
        elif self._open and self._open[-1][0] == "script":
            self.scripts.append(data)
        elif "Execution Failed" in data:
            self.errors.append("a cell failed: the page holds 'Execution Failed'")

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)

    def _note_addresses(self, tag: str, given: dict) -> None:
        if "style" in given:
            self.styles.append(given["style"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and FETCHED_LINKS.intersection(given.get("rel", "").lower().split()):
            self.fetched.append(given.get("href", ""))
        elif tag in {"script", "img", "iframe", "source", "video", "audio", "embed", "track", "object", "input"}:
            self.fetched += [given[name] for name in ("src", "data", "poster") if name in given]
            self.fetched += [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]
        elif tag in {"image", "feimage", "use"}:  # inside of an <svg>
            self.fetched += [given[name] for name in ("href", "xlink:href") if name in given]


def says_something(given: dict[str, str], decoration: bool) -> bool:
    """Whether an image has an alternative text; a decoration, such as a logo beside its name, may have an empty one."""
    text = given.get("alt")
    if text is None or FILE_NAME.fullmatch(text.strip()):
        return False
    return bool(text.strip()) or decoration


def check(html: Path, root: Path = ROOT) -> list[str]:
    """Everything that is wrong with a built book, one line each."""
    found = list(check_pages_exist(html, root))
    pages = {path: Page(path) for path in sorted(html.rglob("*.html")) if "_static" not in path.relative_to(html).parts}
    macros = read_yaml(root / "_config.yml")["sphinx"]["config"]["mathjax3_config"]["tex"]["macros"]
    known = check_tex.known_names(html / "_static" / "mathjax" / "tex-chtml.js") | set(macros)
    for path, page in pages.items():
        name = path.relative_to(html)
        found += [f"{name}: {error}" for error in page.errors]
        found += [f"{name}: no alternative text for {image}" for image in page.wordless]
        found += [f"{name}: broken link to {link}" for link in sorted(set(page.links)) if is_broken(link, page, pages)]
        found += [f"{name}: no file {file}" for file in sorted(set(page.fetched)) if is_broken(file, page, {})]
        found += [f"{name}: asks another host for {address}" for address in requests(page)]
        found += [f"{name}: {trouble} in {tex.strip()[:80]}" for tex in page.formulas for trouble in tex_of(tex, known)]
    for sheet in sorted((html / "_static").rglob("*.css")):
        addresses = CSS_REQUEST.findall(sheet.read_text(encoding="utf-8"))
        found += [f"{sheet.relative_to(html)}: asks another host for {address}" for address in addresses]
    return found


def check_pages_exist(html: Path, root: Path) -> Iterator[str]:
    """Every page of the table of contents was built, no other was, and every notebook has its twin."""
    sources = toc_pages(root)
    expected = {path.relative_to(root).with_suffix(".html") for path in sources}
    built = {path.relative_to(html) for path in (html / "book").rglob("*.html")}
    yield from (f"{name}: not built, although _toc.yml names it" for name in sorted(expected - built))
    yield from (f"{name}: built, although _toc.yml does not name it" for name in sorted(built - expected))
    for source in sources:
        if is_notebook(source) and not source.with_suffix(".ipynb").is_file():
            yield f"{source.relative_to(root)}: its notebook is missing: run `make notebooks`"


def is_broken(link: str, page: Page, pages: dict[Path, Page]) -> bool:
    """Whether a link inside of the book leads to a file or an anchor that does not exist."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
    if not target.is_file():
        return True
    known = pages.get(target)
    return bool(parts.fragment) and known is not None and unquote(parts.fragment) not in known.ids


def requests(page: Page) -> Iterator[str]:
    """The addresses on other hosts that a browser would ask for when it opens a page."""
    yield from (address for address in page.fetched if OTHER_HOST.match(address))
    yield from (address for style in page.styles for address in CSS_REQUEST.findall(style))
    yield from (address for script in page.scripts for address in SCRIPT_ADDRESS.findall(script))


def tex_of(formula: str, known: frozenset[str]) -> list[str]:
    """The problems of a formula as Sphinx writes it, between \\( \\) or \\[ \\]."""
    body = formula.strip()
    if body[:2] in ("\\(", "\\["):
        body = body[2:-2]
    return check_tex.problems(body, known)


if __name__ == "__main__":
    problems = check(BUILD / "html")
    sys.exit("\n".join(problems) if problems else None)
