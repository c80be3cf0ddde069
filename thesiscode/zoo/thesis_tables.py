"""Tables that the thesis prints, as data: what three tests say of the GANs of Appendix C."""

import json
from pathlib import Path
from typing import NamedTuple

TABLES = Path(__file__).parent / "thesis"
COLUMNS = ("gf", "df", "epoch", "mmd", "knn", "nn")


class Judged(NamedTuple):
    """One generator after some epochs of training, and the statistic of each test: the lower, the better."""

    gf: int
    """width of the generator"""
    df: int
    """width of the discriminator that it was trained against"""
    epoch: int
    mmd: float
    """linear-time maximum mean discrepancy"""
    knn: float
    """accuracy of nearest neighbours, in [0, 1]"""
    nn: float
    """accuracy of a small network, in [0, 1]"""


def load_thesis_table(name: str, *, folder: Path = TABLES) -> list[Judged]:
    """The rows of Table "C.1" (bedrooms of LSUN) or "C.2" (Labeled Faces in the Wild), in the thesis' order.

    Corrected, as the file says: one row of C.2 is printed with another's numbers of filters. Raises ValueError for
    another name.
    """
    tables = json.loads((folder / "appendix_c.json").read_text())
    if name not in tables:
        raise ValueError(f"name: expected one of {', '.join(tables)}, got {name!r}")
    return [Judged(*row) for row in tables[name]["rows"]]
