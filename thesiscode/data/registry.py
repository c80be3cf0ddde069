"""The registry of public datasets: where each comes from, its size, hash, licence and citation."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .errors import DataError

REGISTRY = Path(__file__).parent / "registry.toml"
HASHES = {"md5": 32, "sha256": 64, "sha256-prefix": 8}
UNPACK = ("", "tar", "zip")


@dataclass(frozen=True)
class RemoteFile:
    """One file of a dataset.

    `addresses` are tried in order. `size` is in bytes, 0 if not known exactly; then `size_mib` may say it roughly.
    `hash` is "md5:...", "sha256:...", "sha256-prefix:" and 8 digits (as torchvision publishes), or "" for none.
    `content_hash` is the hash of what a .gz file holds, since its wrapper differs from mirror to mirror.
    `unpack` is "tar", "zip", or "" for a file that is kept as it is.
    """

    name: str
    addresses: tuple[str, ...]
    size: int = 0
    hash: str = ""
    content_hash: str = ""
    unpack: str = ""
    size_mib: float = 0.0


@dataclass(frozen=True)
class Source:
    """A public dataset. `by_hand` says how to obtain one whose owner asks for a login or a form; else it is ""."""

    name: str
    title: str
    licence: str
    citation: str
    home: str
    files: tuple[RemoteFile, ...] = ()
    by_hand: str = ""

    @property
    def size(self) -> int:
        """Bytes to download, as far as known."""
        return sum(file.size or round(file.size_mib * 2**20) for file in self.files)


def load_registry(path: str | Path = REGISTRY) -> dict[str, Source]:
    """All sources by name, in the order of the file.

    Raises DataError for a field that is missing or not known, a name given twice, or a malformed hash or address.
    """
    sources: dict[str, Source] = {}
    try:
        rows = tomllib.loads(Path(path).read_text(encoding="utf-8"))["dataset"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise DataError(path, f"not a registry ({error})", "write it as [[dataset]] tables of TOML") from error
    for row in rows:
        try:
            files = tuple(RemoteFile(**{**f, "addresses": tuple(f["addresses"])}) for f in row.pop("file", []))
            source = Source(**row, files=files)
        except (TypeError, KeyError) as error:
            raise DataError(path, f"{row.get('name')}: {error}", "use the fields of Source and RemoteFile") from error
        problem = _problem(source)
        if source.name in sources:
            problem = "the name is given twice"
        if problem:
            raise DataError(path, f"{source.name}: {problem}", "correct the registry")
        sources[source.name] = source
    return sources


def find_source(name: str, registry: dict[str, Source] | None = None) -> Source:
    """The source called `name`. Raises ValueError that lists the known names."""
    registry = load_registry() if registry is None else registry
    if name not in registry:
        raise ValueError(f"name: expected one of {', '.join(registry)}; got {name!r}")
    return registry[name]


def _problem(source: Source) -> str:
    """What is wrong with an entry, or ""."""
    if not source.files and not source.by_hand:
        return "expected files, or by_hand"
    for name in (source.name, *(file.name for file in source.files)):
        if not name or PurePosixPath(name).name != name or name in (".", ".."):
            return f"expected a plain name, got {name!r}"
    for file in source.files:
        if not file.addresses or not all(a.startswith(("https://", "http://")) for a in file.addresses):
            return f"{file.name}: expected http addresses, got {file.addresses}"
        for value in (file.hash, file.content_hash):
            kind, _, digits = value.partition(":")
            if value and (kind not in HASHES or not re.fullmatch(rf"[0-9a-f]{{{HASHES[kind]}}}", digits)):
                return f"{file.name}: expected a hash of {', '.join(HASHES)}, got {value!r}"
        if file.unpack not in UNPACK:
            return f"{file.name}: expected unpack of {UNPACK}, got {file.unpack!r}"
    return ""
