"""Pages are executed once, and again when they change; a failure names its page and cell, every time."""

import pytest
import run_pages

HEADER = "---\nkernelspec: {display_name: Python 3, language: python, name: python3}\n---\n\n# A page\n"
CELL = "\n```{{code-cell}} ipython3\n{}\n```\n"


def write_page(folder, *cells):
    page = folder / "page.md"
    page.write_text(HEADER + "".join(CELL.format(cell) for cell in cells))
    return page


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "executed" / "version-1"


def test_a_page_runs_once_and_again_when_its_code_changes(tmp_path, cache):
    log = "open('log.txt', 'a').write('run ')"
    page = write_page(tmp_path, log)
    seconds = run_pages.execute([page], cache)
    assert seconds[page] > 0
    assert run_pages.execute([page], cache) == seconds
    assert (tmp_path / "log.txt").read_text() == "run "
    page.write_text(page.read_text().replace("# A page", "# Another title"))
    run_pages.execute([page], cache)
    assert (tmp_path / "log.txt").read_text() == "run "
    write_page(tmp_path, log, "1 + 1")
    run_pages.execute([page], cache)
    assert (tmp_path / "log.txt").read_text() == "run run "


def test_another_version_of_the_package_runs_pages_anew_and_forgets_the_old(tmp_path, cache):
    page = write_page(tmp_path, "open('log.txt', 'a').write('run ')")
    run_pages.execute([page], cache)
    run_pages.execute([page], cache.with_name("version-2"))
    assert (tmp_path / "log.txt").read_text() == "run run "
    assert [folder.name for folder in cache.parent.iterdir()] == ["version-2"]


def test_results_that_were_half_stored_are_computed_again(tmp_path, cache):
    page = write_page(tmp_path, "open('log.txt', 'a').write('run ')")
    run_pages.execute([page], cache)
    (stored,) = cache.glob("executed/*/base.ipynb")
    stored.write_text(stored.read_text()[:40])
    run_pages.execute([page], cache)
    stored.unlink()
    run_pages.execute([page], cache)
    assert (tmp_path / "log.txt").read_text() == "run run run "


def test_a_failing_cell_is_named_the_first_and_the_second_time(tmp_path, cache):
    page = write_page(tmp_path, "import math", "base = -1\nraise ValueError(f'base is {base}')", "print('never')")
    for _ in range(2):
        with pytest.raises(run_pages.PageError) as caught:
            run_pages.execute([page], cache)
        assert str(caught.value).splitlines() == [
            f"{page}, code cell 2 of 3",
            "    base = -1",
            "    ValueError: base is -1",
        ]


def test_a_kernel_that_dies_is_a_failure_of_its_cell(tmp_path, cache):
    page = write_page(tmp_path, "import os", "os._exit(3)")
    with pytest.raises(run_pages.PageError, match=r"(?s)code cell 2 of 2.*os\._exit\(3\).*DeadKernelError"):
        run_pages.execute([page], cache)
