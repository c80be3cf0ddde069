"""Fixtures of the tests of data: real files, where there are any."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def real_data():
    """A function that gives the path of a folder of real data, or skips the test where there is none."""

    def find(name: str) -> Path:
        root = os.environ.get("THESISCODE_REAL_DATA")
        if not root:
            pytest.skip("THESISCODE_REAL_DATA is not set: no real data to read")
        if not (Path(root) / name).is_dir():
            pytest.skip(f"{Path(root) / name} is not there")
        return Path(root) / name

    return find
