"""Where data lives: an argument, else the environment variable THESISCODE_DATA, else a default."""

import os
from pathlib import Path

import pooch

from .errors import MissingData

VARIABLE = "THESISCODE_DATA"


def data_folder(folder: str | Path | None = None) -> Path:
    """The folder that holds one sub-folder a dataset; it may not exist yet.

    `folder` if given, else $THESISCODE_DATA, else `data/` of the checkout that this package runs from, else the
    user's cache folder (an installed package must not write beside itself).
    """
    if folder is not None:
        return Path(folder).expanduser()
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE]).expanduser()
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout / "data"
    return Path(pooch.os_cache("thesiscode"))


def dataset_folder(name: str, folder: str | Path | None = None) -> Path:
    """The folder of one dataset: `folder` itself if given, else `name` in `data_folder()`.

    Raises MissingData if it does not exist; nothing is fetched.
    """
    path = Path(folder).expanduser() if folder is not None else data_folder() / name
    if not path.is_dir():
        raise MissingData(path, f"there is no {name} here", f"run `thesis data get {name}`, or set {VARIABLE}")
    return path
