"""The package behind the book "Towards Less Supervision"."""

from importlib.metadata import version


def __getattr__(name: str) -> str:
    # Read on demand, so that a checkout that is not installed can be imported too.
    if name == "__version__":
        return version("thesiscode")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
