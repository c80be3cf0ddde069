"""The notebooks derive from the pages, and every address from the one setting that holds it."""

import json
import re
import tomllib

import notebooks
import pytest
import yaml
from bookfiles import FRONT_MATTER, ROOT, repository_url

PAGE = """---
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A page

```{code-cell} ipython3
:tags: [hide-input]

print("hello")
```
"""
PAGES = notebooks.notebook_pages()


def read_twin(page):
    twin = page.with_suffix(".ipynb")
    assert twin.is_file(), f"{twin.name} is missing: run `make notebooks`"
    return json.loads(twin.read_text(encoding="utf-8"))


def test_every_twin_agrees_with_its_page():
    assert notebooks.check() == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_install_cell_derives_from_the_setting(page):
    """The first code cell of every page installs from the address that `_config.yml` holds."""
    first = notebooks.CODE_CELL.search(page.read_text(encoding="utf-8"))[0]
    assert first == notebooks.install_cell(repository_url()), f"{page.name}: run `make notebooks`"
    twin = read_twin(page)
    first = next(cell for cell in twin["cells"] if cell["cell_type"] == "code")
    assert f"git+{repository_url()}" in "".join(first["source"])
    assert first["metadata"] == {"tags": ["remove-cell"]}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_twins_hold_no_outputs(page):
    twin = read_twin(page)
    code = [cell for cell in twin["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_front_matter_names_the_format(page):
    """Without this header, jupytext would not know how to read the page."""
    header = yaml.safe_load(FRONT_MATTER.match(page.read_text(encoding="utf-8"))[1])
    assert header["jupytext"]["text_representation"]["format_name"] == "myst"


def test_another_address_changes_every_install_cell():
    first = notebooks.with_install_cell(PAGE, "https://example.org/a")
    assert "git+https://example.org/a" in first
    assert first.index("find_spec") < first.index("hello")
    second = notebooks.with_install_cell(first, "https://example.org/b")
    assert second == notebooks.with_install_cell(PAGE, "https://example.org/b")


def test_a_page_without_a_cell_cannot_be_a_notebook():
    with pytest.raises(ValueError, match="no code cell"):
        notebooks.with_install_cell(PAGE.split("```")[0], "https://example.org/a")


def test_drift_is_reported_with_what_to_do(tmp_path):
    (tmp_path / "book").mkdir()
    for name in ("pyproject.toml", "_config.yml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    page = tmp_path / "book" / "page.md"
    page.write_text(notebooks.with_install_cell(PAGE, repository_url()))
    twin = page.with_suffix(".ipynb")
    twin.write_text(notebooks.twin(page.read_text(), tmp_path))
    assert notebooks.check(tmp_path) == []
    page.write_text(page.read_text().replace("hello", "goodbye"))
    assert notebooks.check(tmp_path) == ["book/page.ipynb is out of date: run `make notebooks`"]
    page.unlink()
    assert notebooks.check(tmp_path) == ["book/page.ipynb belongs to no page: delete it"]


def test_every_file_names_the_same_repository():
    url = repository_url()
    assert set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"].values()) == {url}
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["repository-code"] == url
    mention = re.compile(r"https://github\.com/[\w.-]+/" + re.escape(url.rsplit("/", 1)[1]))
    files = [path for path in ROOT.glob("*.*") if path.suffix in {".md", ".toml", ".cff", ".yml"}]
    files += [
        path for folder in ("book", "thesiscode") for path in (ROOT / folder).rglob("*.*") if path.suffix != ".pyc"
    ]
    named = {found for path in files for found in mention.findall(path.read_text(encoding="utf-8", errors="replace"))}
    assert named == {url}
