"""Checking datasets that are on this machine against what was published."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .download import RECORD, hash_fits
from .errors import DataError
from .files import read_json
from .folders import data_folder
from .registry import RemoteFile, Source, find_source

Standing = Literal["ok", "no published hash", "differs", "missing", "not here", "put by hand"]


@dataclass(frozen=True)
class Check:
    """What `verify` found out about one file, or about all files that an archive held.

    ok: it is the published file, or every unpacked file is there with its size. no published hash: it is there, but
    nothing can be compared. differs, missing: fetch it again. not here: the dataset is not on this machine. put by
    hand: there are other files than the published ones, or no record of an unpacking.
    """

    dataset: str
    file: str
    standing: Standing
    note: str = ""


def verify(name: str, folder: str | Path | None = None, *, registry: dict[str, Source] | None = None) -> list[Check]:
    """Checks each file of a dataset in `data_folder(folder) / name`; nothing is fetched or changed."""
    source = find_source(name, registry)
    place = data_folder(folder) / name
    if not place.is_dir():
        return [Check(name, "", "not here", f"`thesis data get {name}`")]
    checks = [Check(name, f.name, *_kept_file(place, f)) for f in source.files if not f.unpack]
    archives = [f.name for f in source.files if f.unpack]
    if not archives and checks and all(c.standing == "missing" for c in checks) and any(place.iterdir()):
        return [Check(name, "", "put by hand", "none of the published files, but others")]
    if archives or source.by_hand:
        checks += _unpacked(name, place, source)
    return checks


def _kept_file(place: Path, file: RemoteFile) -> tuple[Standing, str]:
    path, content = place / file.name, place / file.name.removesuffix(".gz")
    try:
        if path.is_file() and file.hash and hash_fits(path, file.hash):
            return "ok", ""
        if path.is_file() and file.content_hash and path.suffix == ".gz":
            fits = hash_fits(path, file.content_hash, opener=gzip.open)
            return ("ok", "the content; another wrapper") if fits else ("differs", "fetch it again")
        if content.is_file() and file.content_hash:
            return ("ok", "unpacked") if hash_fits(content, file.content_hash) else ("differs", "fetch it again")
    except (OSError, EOFError, zlib.error) as error:
        return "differs", f"cannot be read ({error})"
    if not path.is_file():
        return "missing", "fetch the dataset again"
    return ("differs", "fetch it again") if file.hash else ("no published hash", "")


def _unpacked(name: str, place: Path, source: Source) -> Iterator[Check]:
    label = ", ".join(f.name for f in source.files if f.unpack)
    if not (place / RECORD).is_file():
        yield Check(name, label, "put by hand", "no record of an unpacking to compare with")
        return
    record = read_json(place / RECORD)
    if not isinstance(record, dict) or not all(isinstance(size, int) for size in record.values()):
        raise DataError(place / RECORD, f"not a record of files ({json.dumps(record)[:40]})", "fetch the dataset again")
    wrong = [p for p, size in record.items() if not (place / p).is_file() or (place / p).stat().st_size != size]
    for path in wrong[:20]:
        standing: Standing = "differs" if (place / path).is_file() else "missing"
        yield Check(name, path, standing, "fetch the dataset again")
    if len(wrong) > 20:
        yield Check(name, label, "differs", f"and {len(wrong) - 20} more files")
    if not wrong:
        hashed = all(f.hash for f in source.files if f.unpack)
        standing = "ok" if hashed else "no published hash"
        yield Check(name, label, standing, f"{len(record)} files, each of its size")
