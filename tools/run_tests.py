"""Run what `make test` promises: unit tests, notebooks, twins, style; then say what to do about the red ones."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from bookfiles import BUILD, ROOT
from run_pages import CELL_TIMEOUT, ONE_THREAD

PYTHON = Path(sys.executable)
# Two workers, whatever the machine: the time that the README states holds for two cores.
NOTEBOOKS = ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}", "--dist", "loadfile"]
# Kernels and their clients warn about themselves; warnings of the package are errors in the unit tests.
UNFILTERED = ["-W", "default"]


def stages() -> list[tuple[str, list, str]]:
    """Title, command and advice of each stage, in the order in which they run."""
    pytest = [PYTHON, "-m", "pytest", "-q", "-n", "2"]
    return [
        (
            "Unit tests",
            [*pytest, "tests", "--ignore=tests/bench", f"--junitxml={report('unit')}"],
            "The lines above that begin with FAILED name each test; run one alone with .venv/bin/pytest NAME.",
        ),
        (
            "Notebooks",
            [*pytest, *NOTEBOOKS, *UNFILTERED, "book", f"--junitxml={report('notebooks')}"],
            "A cell failed: the lines above name the notebook and the cell. Mend its page, then run make notebooks.",
        ),
        (
            "Twins",
            [PYTHON, "tools/notebooks.py", "--check"],
            "A notebook differs from its page: run make notebooks and commit what it writes.",
        ),
        (
            "Style",
            [PYTHON.with_name("ruff"), "check", "."],
            "ruff names each place: run make format, and mend by hand what is left.",
        ),
        (
            "Format",
            [PYTHON.with_name("ruff"), "format", "--check", "."],
            "Files are not formatted: run make format.",
        ),
    ]


def report(name: str) -> Path:
    """Where a stage leaves its counts."""
    return BUILD / "tests" / f"{name}.xml"


def counts() -> Counter:
    """How many tests passed, failed and were skipped, over the stages that count them."""
    total = Counter()
    for path in (BUILD / "tests").glob("*.xml"):
        for suite in ElementTree.parse(path).iter("testsuite"):
            tests, skipped = int(suite.get("tests")), int(suite.get("skipped"))
            failed = int(suite.get("failures")) + int(suite.get("errors"))
            total.update(passed=tests - skipped - failed, failed=failed, skipped=skipped)
    return total


def main() -> int:
    for path in (BUILD / "tests").glob("*.xml"):
        path.unlink()
    environment = os.environ | ONE_THREAD | {"THESISBOOK_STATIC": "1"}
    red = []
    for title, command, advice in stages():
        print(f"\n== {title}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            red.append(f"{title}: {advice}")
    total = counts()
    print("\n" + "\n".join(red or ["Everything is green."]))
    print(", ".join(f"{total[outcome]} {outcome}" for outcome in ("failed", "passed", "skipped") if total[outcome]))
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
