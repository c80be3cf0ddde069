"""Run every notebook as on Colab: with the package installed from its wheel, in an empty folder, far from this one.

A new environment outside of the checkout gets the wheel. It borrows every other package from `.venv`, where the package
itself is installed as a link that only `.venv` follows; `--full` installs them anew instead.

`--third` runs every third notebook: which ones depends on the commit, so that some commits see them all. The
other two runs of each notebook, by the book and by the tests, are complete.
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from bookfiles import ROOT, package_files
from notebooks import notebook_pages
from run_pages import CELL_TIMEOUT, KERNEL, ONE_THREAD

RUNNER = """
import sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
where = "import thesiscode; assert thesiscode.__file__.startswith(%r), thesiscode.__file__" % sys.prefix
notebook.cells.append(nbformat.v4.new_code_cell(where))
NotebookClient(notebook, timeout=int(sys.argv[2])).execute()
"""


def call(*command: str | Path, folder: Path) -> subprocess.CompletedProcess:
    """Run a command in a folder, without what this shell adds to Python's path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = clean | ONE_THREAD | KERNEL | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def must(outcome: subprocess.CompletedProcess) -> None:
    """Stop where a command failed, with what it said."""
    if outcome.returncode:
        raise SystemExit(f"{' '.join(map(str, outcome.args))}\n{outcome.stdout}{outcome.stderr}")


def build_wheel(folder: Path) -> Path:
    """The wheel of the package, built from a copy so that nothing of an earlier build slips in."""
    source = folder / "source"
    source.mkdir()
    shutil.copytree(ROOT / "thesiscode", source / "thesiscode", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", ".", "-w", folder)
    must(call(*pip, folder=source))
    (wheel,) = folder.glob("thesiscode-*.whl")
    expected = {str(path.relative_to(ROOT)) for path in package_files() if path.is_relative_to(ROOT / "thesiscode")}
    missing = expected - set(zipfile.ZipFile(wheel).namelist())
    if missing:
        raise SystemExit(f"The wheel lacks files: add their kind to package-data in pyproject.toml: {sorted(missing)}")
    return wheel


def new_environment(folder: Path, wheel: Path, full: bool) -> Path:
    """The Python of a new environment that holds the wheel."""
    must(call(sys.executable, "-m", "venv", *([] if full else ["--without-pip"]), folder, folder=folder.parent))
    python = folder / "bin" / "python"
    install = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    if full:
        must(call(*install, wheel, "ipykernel", "nbclient", "myst-nb", folder=folder))
    else:
        must(call(*install, "--no-deps", wheel, folder=folder))
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def run(notebook: Path, python: Path, folder: Path) -> str | None:
    """Execute one notebook in an empty folder; returns what went wrong, or None."""
    name = "-".join(notebook.relative_to(ROOT / "book").with_suffix("").parts)
    place = folder / name
    place.mkdir()
    start = time.monotonic()
    outcome = call(python, "-c", RUNNER, notebook, str(CELL_TIMEOUT), folder=place)
    print(f"{name}: {time.monotonic() - start:.1f} s{' FAILED' if outcome.returncode else ''}", flush=True)
    return f"{name}\n{outcome.stderr[-3000:]}" if outcome.returncode else None


def third(notebooks: list[Path], commit: str) -> list[Path]:
    """Every third notebook; the last digits of the commit's name say where to start."""
    return notebooks[int(commit[-4:], 16) % 3 :: 3]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="install all packages anew, several GB")
    parser.add_argument("--third", action="store_true", help="run every third notebook, others with each commit")
    options = parser.parse_args()
    full, twins = options.full, [page.with_suffix(".ipynb") for page in notebook_pages()]
    if options.third:
        commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()
        twins = third(twins, commit)
    with TemporaryDirectory(prefix="colab-") as name:
        folder = Path(name)
        python = new_environment(folder / "environment", build_wheel(folder), full)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            failures = [failure for failure in pool.map(lambda twin: run(twin, python, folder), twins) if failure]
    print("\n".join(failures))
    print(f"{len(twins) - len(failures)} of {len(twins)} notebooks ran against the installed wheel")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
