"""The ledger: every equation, figure and table of the thesis, with the code, test and page that hold it."""

import ast
import importlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .results import RESULTS

LEDGER = Path(__file__).parent / "ledger.toml"
KINDS = {"eq": "Equation", "fig": "Figure", "tbl": "Table", "thm": "Theorem"}
STANDINGS = ("same", "scaled down", "differs", "open")


@dataclass(frozen=True)
class Entry:
    """One thing that the thesis contributes.

    `id` is its label in the book, such as "eq-th-b-20". `code` are dotted names, `tests` are "file::function",
    `page` is the page's path, `record` the name of a recorded result or "". `standing` is one of STANDINGS; `note`
    says why where it is not "same".
    """

    id: str
    claim: str
    page: str
    code: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    record: str = ""
    standing: str = "same"
    note: str = ""

    @property
    def title(self) -> str:
        """Kind and number as the thesis prints them: "Equation B.20", "Figure B-14"."""
        kind, _, *number = self.id.split("-")
        return f"{KINDS[kind]} {('-' if kind == 'fig' else '.').join(number).upper()}"


def load_ledger(path: Path = LEDGER) -> list[Entry]:
    """All entries, in the order of the file. Raises ValueError for an unknown field or kind, or an id given twice."""
    entries = []
    for row in tomllib.loads(path.read_text())["entry"]:
        if unknown := set(row) - set(Entry.__dataclass_fields__):
            raise ValueError(f"{row.get('id')}: expected the fields of Entry, got {sorted(unknown)}")
        entries.append(Entry(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}))
    ids = [entry.id for entry in entries]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise ValueError(f"ledger: expected each id once, got {twice} twice")
    if odd := [i for i in ids if i.split("-")[0] not in KINDS or "-th-" not in i]:
        raise ValueError(f"ledger: expected ids such as eq-th-b-20, got {odd}")
    return entries


def problems(entry: Entry, root: Path) -> list[str]:
    """What an entry names that does not exist, in the checkout at `root`: code, tests, page and label, record."""
    found = [f"{entry.id}: no code {name}" for name in entry.code if not _exists(name)]
    found += [f"{entry.id}: no test {name}" for name in entry.tests if not _test_exists(name, root)]
    page = root / entry.page
    if not page.is_file():
        found.append(f"{entry.id}: no page {entry.page}")
    elif entry.standing != "open" and not _is_labelled(entry.id, page.read_text()):
        found.append(f"{entry.id}: the page {entry.page} has no label {entry.id}")
    if entry.record and not (RESULTS / f"{entry.record}.json").is_file():
        found.append(f"{entry.id}: no record {entry.record}")
    if entry.standing not in STANDINGS:
        found.append(f"{entry.id}: expected a standing of {STANDINGS}, got {entry.standing!r}")
    elif entry.standing != "same" and not entry.note:
        found.append(f"{entry.id}: a standing of {entry.standing!r} needs a note that says why")
    if entry.standing != "open" and not (entry.code and entry.tests):
        found.append(f"{entry.id}: expected code and a test, unless it is open")
    return found


def _is_labelled(label: str, text: str) -> bool:
    """Whether a page defines a label: "$$ (label)", ":label: label", or "name: label" (a reference does not count)."""
    return re.search(rf"^(.*\$\$ \({label}\)|\s*:?(label|name): {label}$|\({label}\)=)", text, re.M) is not None


def _exists(dotted: str) -> bool:
    """Whether a dotted name such as "thesiscode.scratch.Linear.forward" can be found."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            if not hasattr(thing, name):
                return False
            thing = getattr(thing, name)
        return True
    return False


def _test_exists(name: str, root: Path) -> bool:
    """Whether "tests/file.py::function" is a test, or "book/page.md" a page (whose cells are executed as tests)."""
    file, _, function = name.partition("::")
    path = root / file
    if not path.is_file() or not function:
        return path.is_file() and file.startswith("book/")
    tree = ast.parse(path.read_text())
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in ast.walk(tree))
