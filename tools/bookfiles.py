"""What the book is made of: its pages, its settings, and hashes of the files that it depends on."""

import hashlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"

FRONT_MATTER = re.compile(r"\A---\n(.*?)^---$", re.DOTALL | re.MULTILINE)


def name_of(path: Path, root: Path = ROOT) -> str:
    """How messages name a file: from the root of the repository, where it lies inside."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def read_yaml(path: Path) -> dict:
    """The content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def toc_pages(root: Path = ROOT) -> list[Path]:
    """Every page that `_toc.yml` names, in reading order; a page that does not exist is an error."""
    names = list(_files(read_yaml(root / "_toc.yml")))
    missing = [name for name in names if not (root / name).is_file()]
    if missing:
        raise FileNotFoundError(f"_toc.yml names pages that do not exist: {', '.join(missing)}")
    return [root / name for name in names]


def _files(entry: dict) -> Iterable[str]:
    for key in ("root", "file"):
        if key in entry:
            yield entry[key]
    for key in ("parts", "chapters", "sections"):
        for child in entry.get(key, []):
            yield from _files(child)


def is_notebook(page: Path) -> bool:
    """Whether a page holds code that runs: its front matter then names a kernel."""
    front_matter = FRONT_MATTER.match(page.read_text(encoding="utf-8"))
    return bool(front_matter) and "kernelspec" in yaml.safe_load(front_matter[1])


def repository_url(root: Path = ROOT) -> str:
    """The address of the repository, from the one setting that holds it."""
    return read_yaml(root / "_config.yml")["repository"]["url"]


def package_files(root: Path = ROOT) -> list[Path]:
    """The files that decide what a notebook computes: the package with its data, and the lock."""
    package = [path for path in sorted((root / "thesiscode").rglob("*")) if path.is_file()]
    return [path for path in package if "__pycache__" not in path.parts] + [root / "requirements.txt"]


def book_files(root: Path = ROOT) -> list[Path]:
    """The files that decide what the built book looks like, beyond those of the package."""
    folders = [path for name in ("book", "tools") for path in sorted((root / name).rglob("*")) if path.is_file()]
    skipped = {"__pycache__", ".ipynb_checkpoints"}
    settings = [root / "_config.yml", root / "_toc.yml"]
    return settings + [path for path in folders if not skipped.intersection(path.parts)]


def digest(paths: Iterable[Path], root: Path = ROOT) -> str:
    """A hash of the names and contents of files, and of the Python that runs them."""
    state = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for path in paths:
        content = path.read_bytes()
        state.update(f"{path.relative_to(root)} {len(content)}\n".encode())
        state.update(content)
    return state.hexdigest()[:16]
