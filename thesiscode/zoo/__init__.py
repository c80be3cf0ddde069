"""What was measured and what is claimed: recorded results, trained weights, and the ledger of the thesis."""

import importlib
from typing import Any

from .ledger import Entry, load_ledger, problems
from .pictures import picture_file, save_picture
from .results import environment, load_result, save_result

__all__ = [
    "Entry",
    "environment",
    "load_into",
    "load_ledger",
    "load_result",
    "load_weights",
    "picture_file",
    "problems",
    "save_picture",
    "save_result",
    "save_weights",
]


def __getattr__(name: str) -> Any:
    # On demand, because weights need torch and `thesis ledger` must not wait for it.
    if name in ("load_into", "load_weights", "save_weights"):
        return getattr(importlib.import_module(".weights", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
