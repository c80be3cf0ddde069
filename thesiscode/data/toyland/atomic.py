"""Folders that appear whole or not at all."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from thesiscode.data.errors import StorageError


@contextmanager
def new_folder(folder: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A temporary folder to write in, which becomes `folder` at the end; on any error nothing of it stays.

    With `overwrite`, a folder that exists stays in place until the new one is whole; it is only replaced if all that
    lies in it directly has the name of something new, so that nobody loses files of another kind.

    Raises FileExistsError if `folder` exists and may not be replaced, StorageError if the disk is full or read-only, or
    a parent is no folder.
    """
    folder = Path(folder).expanduser()
    if (folder.exists() or folder.is_symlink()) and not (overwrite and folder.is_dir() and not folder.is_symlink()):
        raise _exists(folder, "exists already" + ("; pass overwrite=True to replace it" if folder.is_dir() else ""))
    made, part = [], None
    try:
        try:
            for parent in reversed([p for p in (folder.parent, *folder.parent.parents) if not p.exists()]):
                parent.mkdir()
                made.append(parent)
            part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
            part.chmod(0o755)
            yield part
            _replace(part, folder)
        except FileExistsError:
            raise
        except OSError as error:
            raise StorageError.from_os(error, folder) from error
    except BaseException:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
        for parent in reversed(made):
            with suppress(OSError):  # somebody else has put a file there since; what went wrong first matters more
                parent.rmdir()
        raise


def _replace(part: Path, folder: Path) -> None:
    """Put `part` where `folder` is; a folder that was there is set aside first, and comes back if this fails."""
    if not folder.exists():
        part.rename(folder)
        return
    if foreign := sorted({p.name for p in folder.iterdir()} - {p.name for p in part.iterdir()}):
        raise _exists(folder, f"holds {foreign[0]!r}, which would be lost; move it, or name another folder")
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
    old = folder.rename(aside / folder.name)
    try:
        part.rename(folder)
    except OSError:
        old.rename(folder)
        aside.rmdir()
        raise
    shutil.rmtree(aside)


def _exists(folder: Path, problem: str) -> FileExistsError:
    return FileExistsError(errno.EEXIST, problem, str(folder))
