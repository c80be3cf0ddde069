"""Fetching datasets by name: download, check, unpack, and appear in one step."""

import contextlib
import errno
import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pooch
import requests

from .errors import DataError, DownloadError, HashMismatch, MissingData, StorageError
from .folders import data_folder
from .registry import RemoteFile, Source, find_source
from .resume import ResumingDownloader
from .unpack import remove, unpack

RECORD = ".thesis-files.json"  # paths and sizes of what was unpacked, for `verify`


def get(
    name: str,
    folder: str | Path | None = None,
    *,
    progress: bool = True,
    registry: dict[str, Source] | None = None,
    max_bytes: int | None = None,
) -> Path:
    """Fetches the dataset `name` of the registry into `data_folder(folder) / name` and returns that path.

    A dataset that is there is left alone. Files arrive in `.partial/name`, each is checked against its hash, archives
    are unpacked (to at most `max_bytes`, see `unpack`), and the whole moves to its place in one step: a killed download
    never looks finished. The next call continues a broken connection where it stopped, if the file has a hash, else
    it starts anew. After any other failure nothing stays.

    Raises ValueError for an unknown name, MissingData for a dataset that has to be fetched by hand, DownloadError if no
    address works, HashMismatch if what they send is not the published file, UnsafeArchive and DataError for bad
    archives, and StorageError for a full disk or a folder that cannot be written.
    """
    source = find_source(name, registry)
    place = data_folder(folder) / name
    if place.is_dir():
        return place
    if source.by_hand:
        raise MissingData(place, f"{name} is not free to download by a program", source.by_hand)
    try:
        with _only_one(place.parent / ".partial", name):
            if not place.is_dir():  # another process may have finished it in between
                _fetch(source, place, progress, max_bytes)
    except OSError as error:
        raise StorageError.from_os(error, error.filename or place) from error
    return place


def _fetch(source: Source, place: Path, progress: bool, max_bytes: int | None) -> None:
    """Fetches and builds a dataset in `.partial`, then moves it to `place`. After a failure only what can be continued
    stays: files that arrived, and the part of one whose connection broke."""
    staging = place.parent / ".partial" / source.name
    try:
        _build(source, staging, progress, max_bytes)
        os.replace(staging / "tree", place)
    except (DownloadError, KeyboardInterrupt):
        remove(staging / "tree")
        if not any((staging / "files").iterdir()):
            remove(staging)
        raise
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            remove(staging)
        raise
    remove(staging)


def _build(source: Source, staging: Path, progress: bool, max_bytes: int | None) -> None:
    """Downloads all files of a source into `staging/files` and makes the dataset's folder of them, `staging/tree`."""
    tree, files = staging / "tree", staging / "files"
    remove(tree)
    files.mkdir(parents=True, exist_ok=True)
    expected = {f.name for f in source.files} | {f"{f.name}.part" for f in source.files if f.hash}
    for leftover in files.iterdir():
        if leftover.name not in expected:
            remove(leftover)
    need = source.size - sum(f.stat().st_size for f in files.iterdir())
    if need > (free := shutil.disk_usage(files).free):
        raise OSError(errno.ENOSPC, f"{need / 2**30:.1f} GiB needed, {free / 2**30:.1f} GiB free", str(files))
    arrived = [_download(file, files, progress) for file in source.files]
    tree.mkdir()
    record: dict[str, int] = {}
    for file, path in zip(source.files, arrived, strict=True):
        if file.unpack:
            record |= unpack(path, tree, file.unpack, max_bytes=max_bytes)
            remove(path)
        else:
            os.replace(path, tree / file.name)
    if record:
        (tree / RECORD).write_text(json.dumps(record))


def _download(file: RemoteFile, folder: Path, progress: bool) -> Path:
    """One file, from the first address that sends it. A file that is there with the right hash is kept."""
    errors: list[str] = []
    mismatch = False
    prefix = file.hash.startswith("sha256-prefix:")
    for address in file.addresses:
        part = folder / f"{file.name}.part"
        loader = ResumingDownloader(part, size=file.size, progress=progress)
        try:
            with _quiet_pooch():
                known = None if prefix or not file.hash else file.hash
                path = Path(pooch.retrieve(address, known, fname=file.name, path=folder, downloader=loader))
            if prefix and not hash_fits(path, file.hash):
                remove(path)
                raise ValueError(f"the SHA-256 hash does not begin with {file.hash.partition(':')[2]}")
            return path
        except requests.RequestException as error:  # an OSError too, so it comes first
            errors.append(f"{address}: {error}")
            if not file.hash:
                remove(part)  # nothing could tell whether a continuation fits to it
        except OSError as error:
            raise StorageError.from_os(error, folder / file.name) from error
        except ValueError as error:
            mismatch = True
            remove(part)
            errors.append(f"{address}: {error}")
    kind = HashMismatch if mismatch else DownloadError
    problem = "not the published file" if mismatch else "no address works"
    raise kind(
        folder / file.name,
        f"{problem} ({'; '.join(errors)})",
        "try again later, or add an address that works to the registry",
    )


def hash_fits(path: Path, expected: str, *, opener: Callable[..., Any] = open) -> bool:
    """Whether a file has the hash "kind:digits"; `opener` opens it, `gzip.open` to hash what a .gz file holds."""
    kind, _, digits = expected.partition(":")
    with opener(path, "rb") as stream:
        found = hashlib.file_digest(stream, kind.removesuffix("-prefix")).hexdigest()
    return found.startswith(digits) if kind.endswith("-prefix") else found == digits


@contextlib.contextmanager
def _only_one(folder: Path, name: str) -> Iterator[None]:
    """Holds a lock that ends with the process, so that two downloads of one dataset do not write to the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / f"{name}.lock"
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(lock, f"another process is fetching {name}", "wait until it is done") from None
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                lock.unlink()
                folder.rmdir()  # succeeds only if nothing is left to continue


@contextlib.contextmanager
def _quiet_pooch() -> Iterator[None]:
    """Pooch announces each download and advises on hashes; the progress bar says enough."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
