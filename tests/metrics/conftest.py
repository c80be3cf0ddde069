import jaxtyping
import pytest


@pytest.fixture
def unchecked(monkeypatch):
    """Without the shape checks that tests add: bad input then reaches our own errors, as it does for a reader."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
