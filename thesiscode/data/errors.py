"""Errors of reading and fetching data: each names the file, what is wrong with it, and what to do."""

import errno
import os
from pathlib import Path

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file grew beyond the largest size allowed here",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "no permission to write here",
    errno.EPERM: "no permission to write here",
    errno.ENOTDIR: "part of this path is a file, not a folder",
    errno.EEXIST: "part of this path is a file, not a folder",
}


class DataError(ValueError):
    """A file that cannot be used. `path` is the file or folder, `problem` what is wrong, `fix` what to do about it."""

    def __init__(self, path: str | Path, problem: str = "", fix: str = "") -> None:
        super().__init__(path, problem, fix)
        self.path, self.problem, self.fix = Path(path), problem, fix

    def __str__(self) -> str:
        if not self.problem:  # from a worker process, of which torch passes on the words alone
            return str(self.args[0])
        return f"{self.path}: {self.problem}. To fix it: {self.fix}."


class MissingData(DataError):
    """A dataset, or a file of one, that is not on this machine."""


class DownloadError(DataError):
    """No address of a file answered with the file."""


class HashMismatch(DataError):
    """A file arrived whole, but it is not the file that was published."""


class UnsafeArchive(DataError):
    """An archive that would write outside of its folder, holds links or devices, or unpacks to an absurd size."""


class StorageError(DataError):
    """The place where data should go cannot take it: full, read-only, or not a folder."""

    @classmethod
    def from_os(cls, error: OSError, path: str | Path) -> "StorageError":
        """The error of the operating system on writing to `path`, in words."""
        reason = _REASONS.get(error.errno or 0, "")
        # The system's own words may know more, such as how much space was needed.
        if not reason or (error.strerror and error.strerror != os.strerror(error.errno or 0)):
            reason = f"{reason}: {error.strerror or error}".removeprefix(": ")
        return cls(path, reason, "free space there, or name another folder in THESISCODE_DATA or with --folder")
