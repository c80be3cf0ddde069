"""Write the notebook twins: `page.ipynb` beside every `page.md` that holds code (`make notebooks`).

A twin is a pure function of its page and of the repository's address: `--check` computes every twin anew and
compares. Colab and nbval read the twins; people edit the pages.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path

import jupytext
from bookfiles import ROOT, is_notebook, name_of, repository_url
from jupytext.config import load_jupytext_configuration_file

CODE_CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.DOTALL | re.MULTILINE)
INSTALL_MARK = 'find_spec("thesiscode")'


def install_cell(url: str) -> str:
    """The first cell of every notebook: it installs the package where it is missing, as on Colab."""
    return f"""```{{code-cell}} ipython3
:tags: [remove-cell]

import importlib.util

if importlib.util.{INSTALL_MARK} is None:
    %pip install -q "thesiscode @ git+{url}"
```"""


def with_install_cell(text: str, url: str) -> str:
    """The text of a page with its install cell brought up to date, or put before the first code cell."""
    cells = list(CODE_CELL.finditer(text))
    for cell in cells:
        if INSTALL_MARK in cell[0]:
            return text[: cell.start()] + install_cell(url) + text[cell.end() :]
    if not cells:
        raise ValueError("the page names a kernel in its front matter but holds no code cell")
    start = cells[0].start()
    return text[:start] + install_cell(url) + "\n\n" + text[start:]


def twin(text: str, root: Path = ROOT) -> str:
    """The notebook that belongs to the text of a page, without outputs, as JSON."""
    config = load_jupytext_configuration_file(str(root / "pyproject.toml"))
    notebook = jupytext.reads(text, fmt="md:myst", config=config)
    for number, cell in enumerate(notebook.cells):
        # Identifiers that depend on content alone keep the file the same from run to run.
        cell.id = hashlib.sha256(f"{number} {cell.source}".encode()).hexdigest()[:8]
    return jupytext.writes(notebook, fmt="ipynb", config=config) + "\n"


def notebook_pages(root: Path = ROOT) -> list[Path]:
    """Every page under `book/` that holds code."""
    return [page for page in sorted((root / "book").rglob("*.md")) if is_notebook(page)]


def wanted(pages: list[Path], root: Path = ROOT) -> dict[Path, str]:
    """What the pages and their twins should contain."""
    url, files = repository_url(root), {}
    for page in pages:
        try:
            files[page] = with_install_cell(page.read_text(encoding="utf-8"), url)
        except ValueError as error:
            raise ValueError(f"{name_of(page, root)}: {error}") from None
        files[page.with_suffix(".ipynb")] = twin(files[page], root)
    return files


def stale(files: dict[Path, str]) -> list[Path]:
    """The files whose content is not the wanted one."""
    return [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the twins, one sentence each."""
    files = wanted(notebook_pages(root), root)
    orphans = sorted(path for path in (root / "book").rglob("*.ipynb") if path not in files)
    problems = [f"{name_of(path, root)} is out of date: run `make notebooks`" for path in stale(files)]
    return problems + [f"{name_of(path, root)} belongs to no page: delete it" for path in orphans]


def write(pages: list[Path]) -> list[Path]:
    """Bring pages and their twins up to date; returns the files that changed."""
    files = wanted(pages)
    changed = stale(files)
    for path in changed:
        path.write_text(files[path], encoding="utf-8")
    return changed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a twin is out of date")
    parser.add_argument("pages", nargs="*", type=Path, help="write the twins of these pages (all of them by default)")
    arguments = parser.parse_args()
    if arguments.check:
        problems = check()
        print("\n".join(problems) or "Every notebook agrees with its page.")
        return 1 if problems else 0
    for path in write([page.resolve() for page in arguments.pages] or notebook_pages()):
        print(f"wrote {name_of(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
