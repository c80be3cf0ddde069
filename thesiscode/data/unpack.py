"""Unpacking archives that may be broken or hostile: nothing lands outside of the folder, nothing grows without end."""

import errno
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO

from .errors import DataError, StorageError, UnsafeArchive

# Photographs hardly compress and text does by 5 to 10: an archive that grows 50-fold is a bomb. Small ones may.
MAX_RATIO = 50
ALWAYS_ALLOWED = 64 * 2**20
MAX_MEMBERS = 2_000_000
_CHUNK = 2**20
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a compression that Python does not know
    RuntimeError,  # a password
)

# What the system says of names that are too long, or of one path that an archive uses as a file and as a folder.
_BAD_NAMES = {errno.EISDIR, errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG}


def unpack(archive: Path, folder: Path, kind: str, *, max_bytes: int | None = None) -> dict[str, int]:
    """Unpacks a "tar" (compressed or not) or "zip" into `folder`. Returns the size in bytes of every file by its path.

    Only plain files and folders are written. Raises UnsafeArchive for a path that is absolute or holds "..", for a link
    or device, for more than `max_bytes` in all (default: 50 times the archive, at least 64 MiB), and for more than
    2 million members; DataError for a broken archive; StorageError where the folder cannot take it. Files that were
    written before the error remain: unpack into a folder that can be thrown away.
    """
    limit = max(ALWAYS_ALLOWED, MAX_RATIO * archive.stat().st_size) if max_bytes is None else max_bytes
    sizes: dict[str, int] = {}
    left = limit
    try:
        with closing(_members(archive, kind, limit)) as members:
            for count, (path, content) in enumerate(members):
                if count >= MAX_MEMBERS:
                    raise _unsafe(archive, f"more than {MAX_MEMBERS} members")
                target = folder / path
                if content is None:
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with content, target.open("wb") as out:
                    while chunk := content.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise _unsafe(archive, f"unpacks to more than {limit} bytes")
                        out.write(chunk)
                sizes[path.as_posix()] = target.stat().st_size
    except _BROKEN as error:
        raise DataError(archive, f"broken archive ({error})", "remove it and fetch it again") from error
    except OSError as error:
        if error.errno is None:  # gzip and bz2 report broken data so
            raise DataError(archive, f"broken archive ({error})", "remove it and fetch it again") from error
        if error.errno in _BAD_NAMES and folder.is_dir():
            problem = f"holds a path that cannot be written ({error.strerror}: {error.filename})"
            raise DataError(archive, problem, "remove it and fetch it again") from error
        raise StorageError.from_os(error, folder) from error
    if not sizes:
        raise DataError(archive, "the archive holds no file", "remove it and fetch it again")
    return sizes


def _members(archive: Path, kind: str, limit: int) -> Generator[tuple[PurePosixPath, IO[bytes] | None], None, None]:
    """Path and open content of each member, one after another; None for a folder."""
    if kind == "zip":
        with zipfile.ZipFile(archive) as file:
            if (declared := sum(m.file_size for m in file.infolist())) > limit:
                raise _unsafe(archive, f"unpacks to {declared} bytes")
            for member in file.infolist():
                file_type = member.external_attr >> 28  # the upper four bits of a Unix mode; 0 where there is none
                if file_type not in (0, 4, 8):
                    raise _unsafe(archive, f"{member.filename!r} is a link or a device")
                yield _safe(member.filename, archive), None if member.is_dir() else file.open(member)
        return
    with tarfile.open(archive, "r:*") as file:
        for member in file:
            if not (member.isreg() or member.isdir()):
                raise _unsafe(archive, f"{member.name!r} is a link or a device")
            yield _safe(member.name, archive), None if member.isdir() else file.extractfile(member)


def _safe(name: str, archive: Path) -> PurePosixPath:
    """The path of a member, if it stays below the folder on every system."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise _unsafe(archive, f"{name!r} leads out of the folder")
    return path


def _unsafe(archive: Path, problem: str) -> UnsafeArchive:
    return UnsafeArchive(archive, f"unsafe archive: {problem}", "do not use an archive from this source")


def remove(path: Path) -> None:
    """Removes a file or a folder with all that is in it; nothing happens if there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
