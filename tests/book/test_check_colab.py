"""Which notebooks run against the wheel."""

from pathlib import Path

from check_colab import third


def test_three_commits_see_every_notebook_once():
    notebooks = [Path(f"{k}.ipynb") for k in range(10)]
    parts = [third(notebooks, f"abcdef{k:04x}") for k in (6, 7, 8)]
    assert sorted(part for some in parts for part in some) == sorted(notebooks)
    assert all(len(part) in (3, 4) for part in parts)
