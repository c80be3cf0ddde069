"""Settings of all tests: shapes are checked at run time, and property tests draw the same examples every time in CI.

And real data, for the tests that want some.
"""

import os
from pathlib import Path

import hypothesis
import jaxtyping
import pytest
from jaxtyping import install_import_hook

# The hook rewrites modules as they are imported, so it must be in place before any test imports the package. An int may
# stand where a float is expected, as in the rest of Python. Benchmarks switch it off: they time what users run.
if os.environ.get("JAXTYPING_DISABLE") != "1":
    install_import_hook("thesiscode", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")

    # What is tested is the same everywhere, so it runs on the CPU; benchmarks take a GPU where there is one.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""

# Deadlines measure the machine, not the code.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


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


@pytest.fixture
def unchecked():
    """Run-time type checks off, as for a reader: what refuses bad input is then the package itself."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)
