"""What was measured and what is claimed: recorded results, and the ledger of the thesis."""

from .ledger import Entry, load_ledger, problems
from .results import environment, load_result, save_result

__all__ = ["Entry", "environment", "load_ledger", "load_result", "problems", "save_result"]
