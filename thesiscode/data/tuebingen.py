"""Reading the cause-effect pairs of Mooij et al. (thesis Section 5.4): the Tuebingen benchmark, and simulated sets."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from .errors import DataError
from .files import read_rows
from .folders import dataset_folder

META = "pairmeta.txt"
"""The list of pairs in their folder."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Samples of two variables of which x causes y.

    x and y are float64 [n], or [n, d] for a variable of several columns. `weight` corrects for pairs of one origin;
    it is 0 for pairs that the benchmark leaves out. `dropped_rows` counts rows left out because of a value of x or y
    that is not finite, `ignored_columns` columns of the file that are neither x nor y.
    """

    id: int
    x: Float64[np.ndarray, " n"] | Float64[np.ndarray, "n dx"]
    y: Float64[np.ndarray, " n"] | Float64[np.ndarray, "n dy"]
    weight: float
    dropped_rows: int = 0
    ignored_columns: int = 0

    @property
    def multivariate(self) -> bool:
        """Whether x or y has several columns."""
        return self.x.ndim > 1 or self.y.ndim > 1


def pairs_folder(folder: str | Path | None = None) -> Path:
    """Where the pairs lie: `dataset_folder("tuebingen", folder)`, or, if that has no list, `pairs` in it.

    Raises MissingData if the folder of the dataset does not exist.
    """
    root = dataset_folder("tuebingen", folder)
    return root / "pairs" if not (root / META).is_file() and (root / "pairs").is_dir() else root


def load_pairs(folder: str | Path | None = None) -> list[Pair]:
    """All pairs of a folder that holds pairmeta.txt and pair0001.txt, ..., in the order of pairmeta.txt.

    A line of pairmeta.txt has the pair's number, first and last column of the cause, first and last column of the
    effect (counted from 1), and the weight; x is always the cause. Raises DataError, which names the file, for a line
    or file that is malformed or missing, and for a pair of which no row is left.
    """
    root = pairs_folder(folder)
    meta = root / META
    pairs = [_read_pair(root, row, meta) for row in read_rows(meta)]
    ids = [pair.id for pair in pairs]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise DataError(meta, f"the pairs {twice} are given twice", "keep one line a pair")
    return pairs


def _read_pair(root: Path, row: list[str], meta: Path) -> Pair:
    try:
        number, *columns = (int(word) for word in row[:5])
        weight = float(row[5])
        x0, x1, y0, y1 = columns
        valid = len(row) == 6 and 1 <= x0 <= x1 and 1 <= y0 <= y1 and (x1 < y0 or y1 < x0) and 0 <= weight < np.inf
    except (ValueError, IndexError):
        valid = False
    if not valid:
        fix = "write number, first and last column of the cause, first and last of the effect, weight"
        raise DataError(meta, f"cannot use the line {' '.join(row)!r}", fix)
    path = root / f"pair{number:04d}.txt"
    table = _read_table(path)
    if max(x1, y1) > table.shape[1]:
        problem = f"has {table.shape[1]} columns, {meta.name} asks for column {max(x1, y1)}"
        raise DataError(path, problem, f"correct {meta.name}, or fetch both again")
    x, y = table[:, x0 - 1 : x1], table[:, y0 - 1 : y1]
    whole = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    if not whole.any():
        raise DataError(path, "no row has finite values of both variables", "fetch the file again")
    x, y = x[whole], y[whole]
    ignored = table.shape[1] - (x1 - x0 + 1) - (y1 - y0 + 1)
    return Pair(
        number,
        x[:, 0] if x.shape[1] == 1 else x,
        y[:, 0] if y.shape[1] == 1 else y,
        weight,
        int((~whole).sum()),
        ignored,
    )


def _read_table(path: Path) -> Float64[np.ndarray, "n columns"]:
    rows = read_rows(path)
    if len({len(row) for row in rows}) > 1:
        first = next(i for i, row in enumerate(rows, 1) if len(row) != len(rows[0]))
        problem = f"row {first} has {len(rows[first - 1])} values, row 1 has {len(rows[0])}"
        raise DataError(path, problem, "fetch the file again")
    try:
        return np.array(rows, dtype=np.float64)
    except ValueError as error:
        raise DataError(path, f"holds something that is not a number ({error})", "fetch the file again") from error
