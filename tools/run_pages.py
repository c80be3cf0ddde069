"""Execute the book's notebooks in parallel, into a cache that the build then reads."""

import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bookfiles import name_of
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import single_nb_execution
from jupyter_core.utils import ensure_event_loop
from myst_nb.core.read import myst_nb_reader_plugin
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.reader import NotJSONError
from traitlets.config import Config

CELL_TIMEOUT = 120  # seconds

# Pages run side by side, one core each: more threads in a page would only make them wait for one another.
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
# The kernel is this Python, whatever the reader's own Jupyter settings say.
KERNEL = {"JUPYTER_PREFER_ENV_PATH": "1", "PYTHONNOUSERSITE": "1"}
# Pages can tell that they run for the static book, where no kernel answers a widget.
STATIC = {"THESISBOOK_STATIC": "1"}


class PageError(Exception):
    """A cell failed; the message names the page, the cell and the error."""


@dataclass(frozen=True)
class Run:
    """What came of executing one page: the notebook, the seconds that it took, and the failure or None."""

    page: Path
    notebook: NotebookNode
    seconds: float
    failure: str | None


def execute(pages: list[Path], cache_folder: Path) -> dict[Path, float]:
    """Execute the pages that are not in the cache; returns the seconds that each page took when it ran.

    Raises PageError after all pages ran if any of them failed.
    """
    delete_other_caches(cache_folder)
    cache = get_cache(cache_folder)
    seconds = {page: cached_seconds(page, cache) for page in pages}
    missing = [page for page in pages if seconds[page] is None]
    failures = []
    for number, run in enumerate(run_all(missing), start=1):
        outcome = "FAILED after" if run.failure else "ran in"
        print(f"[{number}/{len(missing)}] {name_of(run.page)} {outcome} {run.seconds:.1f} s", flush=True)
        if run.failure:
            failures.append(run.failure)
        else:
            seconds[run.page] = run.seconds
            bundle = CacheBundleIn(run.notebook, str(run.page), data={"execution_seconds": run.seconds})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    if failures:
        raise PageError("\n".join(failures))
    return seconds


def delete_other_caches(cache_folder: Path) -> None:
    """Remove the results of earlier versions of the package, which no build will read again."""
    for folder in cache_folder.parent.glob("*"):
        if folder != cache_folder:
            shutil.rmtree(folder)
    cache_folder.mkdir(parents=True, exist_ok=True)


def cached_seconds(page: Path, cache: JupyterCacheAbstract) -> float | None:
    """The seconds that a page took, or None where the cache does not hold its results whole."""
    notebook = myst_nb_reader_plugin(str(page))
    try:
        key, _ = cache.merge_match_into_notebook(notebook)
    except (KeyError, NotJSONError):
        # The page never ran, or a build was stopped while it stored the results: what it left would be in the way.
        _, name = cache.create_hashed_notebook(notebook)
        shutil.rmtree(cache.path / "executed" / name, ignore_errors=True)
        return None
    return cache.get_cache_record(key).data["execution_seconds"]


def run_all(pages: list[Path]) -> Iterator[Run]:
    """Yield the Run of each page as it ends, one page per core at a time.

    The pages run in kernels, which are processes; the threads here only wait for them. A kernel ends with this process.
    """
    if not pages:
        return
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"Pages to execute: {len(pages)}, on {workers} cores", flush=True)
    os.environ.update(ONE_THREAD | KERNEL | STATIC)
    pool = ThreadPoolExecutor(workers)
    with TemporaryDirectory(prefix="book-") as sockets:
        try:
            # From the end: the last pages of a chapter train networks, and would keep everybody waiting if run last.
            jobs = [pool.submit(run_page, page, Path(sockets, str(n))) for n, page in enumerate(reversed(pages))]
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def run_page(page: Path, sockets: Path) -> Run:
    """Execute one page in its own kernel, in the page's folder."""
    notebook = myst_nb_reader_plugin(str(page))
    # Sockets that are files: TCP ports of kernels that start at the same moment can collide.
    transport = Config(KernelManager={"transport": "ipc", "ip": str(sockets)})
    started = []
    start = time.monotonic()
    try:
        error = single_nb_execution(
            notebook,
            cwd=str(page.parent),
            timeout=CELL_TIMEOUT,
            allow_errors=False,
            config=transport,
            on_cell_execute=lambda cell, cell_index: started.append(cell_index),
        ).err
    except DeadKernelError as dead:
        error = dead
    finally:
        ensure_event_loop().close()  # the loop of this thread, in which the client talked to the kernel
    failure = None if error is None else describe_failure(page, notebook, started, error)
    return Run(page, notebook, time.monotonic() - start, failure)


def describe_failure(page: Path, notebook: NotebookNode, started: list[int], error: Exception) -> str:
    """One line for the page and the cell that started last, one for the cell's first line, one for the error."""
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    index = started[-1] if started else code[0]
    first_line = notebook.cells[index].source.strip().splitlines()[0]
    name, value = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", str(error).strip())
    return f"{name_of(page)}, code cell {code.index(index) + 1} of {len(code)}\n    {first_line}\n    {name}: {value}"
