"""Build the book into `_build/html` (`make book`), or one page of it (`--only book/appendix-b/pooling.md`).

1. Execute the notebooks that changed, in parallel. 2. Build the pages, warnings as errors. 3. Check what was built.
A build always starts from an empty folder and is stamped when it is done, so that neither a failed nor an interrupted
one leaves anything that a later one could take for its own.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml
from bookfiles import BUILD, ROOT, book_files, digest, is_notebook, name_of, package_files, toc_pages
from check_book import check
from run_pages import PageError, execute

HTML = BUILD / "html"
STAMP = BUILD / "book.json"


def build() -> None:
    """Execute, build and check the whole book; a book that is up to date is only checked."""
    version = digest(package_files() + book_files())
    if not is_built(version):
        STAMP.unlink(missing_ok=True)
        cache = BUILD / "executed" / digest(package_files())
        seconds = execute([page for page in toc_pages() if is_notebook(page)], cache)
        for folder in (HTML, BUILD / ".doctrees", BUILD / "jupyter_execute"):
            shutil.rmtree(folder, ignore_errors=True)
        run_sphinx(cache, "-W", "-n", "--keep-going")
        write_stamp({"version": version, "seconds": {name_of(p): s for p, s in seconds.items()}})
    problems = check(HTML, ROOT)
    if problems:
        STAMP.unlink()
        raise SystemExit("\n".join(["The book was built, but it is not right:", *problems]))
    report(json.loads(STAMP.read_text())["seconds"])


def is_built(version: str) -> bool:
    """Whether `_build/html` holds this version of the book."""
    return STAMP.is_file() and (HTML / "index.html").is_file() and json.loads(STAMP.read_text())["version"] == version


def write_stamp(content: dict) -> None:
    """Write the stamp in one step, so that it is there whole or not at all."""
    draft = STAMP.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.replace(STAMP)


def run_sphinx(cache: Path, *options: str | Path) -> None:
    """Build the pages from executed notebooks; its own output says what it does not like."""
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", "-q", *options, ROOT]
    environment = os.environ | {"THESISBOOK_CACHE": str(cache)}
    outcome = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False)
    if outcome.returncode:
        raise SystemExit("The pages did not build: the warnings above name the file and line of each problem.")


def report(seconds: dict[str, float]) -> None:
    """Print the slowest pages and, last, the file to open."""
    print("The slowest pages:")
    for page, took in sorted(seconds.items(), key=lambda item: -item[1])[:5]:
        print(f"  {took:5.1f} s  {page}")
    print(f"The book is ready: open {HTML / 'index.html'}")


def preview(page: Path) -> None:
    """Build one page, beside the pages without code, in a folder of its own; links to other notebooks stay open."""
    name = "-".join(page.relative_to(ROOT / "book").with_suffix("").parts)
    folder = BUILD / f"preview-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    cache = folder / "executed" / digest(package_files())
    if is_notebook(page):
        execute([page], cache)
    toc_names = [name_of(path) for path in existing_pages() if path == page or not is_notebook(path)]
    root, *chapters = dict.fromkeys([*toc_names, name_of(page)])
    toc = folder / "_toc.yml"
    parts = {"chapters": [{"file": chapter} for chapter in chapters]} if chapters else {}
    toc.write_text(yaml.safe_dump({"format": "jb-book", "root": root} | parts))
    run_sphinx(cache, "-n", "--path-output", folder, "--toc", toc)
    print(f"The page is ready: open {folder / '_build/html' / page.relative_to(ROOT).with_suffix('.html')}")


def existing_pages() -> list[Path]:
    """The pages of the table of contents that are there already; a preview does not wait for the others."""
    try:
        return toc_pages()
    except FileNotFoundError:
        return sorted((ROOT / "book").rglob("*.md"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=Path, metavar="PAGE", help="build this page alone, for a quick look")
    page = parser.parse_args().only
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    start = time.monotonic()
    try:
        build() if page is None else preview(page.resolve())
    except PageError as error:
        raise SystemExit(f"\nA cell failed:\n{error}") from None
    except KeyboardInterrupt:
        print(f"Stopped after {time.monotonic() - start:.0f} s; the next build starts afresh.", flush=True)
        os._exit(130)  # at once: a thread that waits for a cell would keep Python alive until the cell ends


if __name__ == "__main__":
    main()
