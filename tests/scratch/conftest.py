import jaxtyping
import pytest


@pytest.fixture
def unchecked():
    """Run-time type checks off, as for a reader: what refuses bad input is then the package itself."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)
