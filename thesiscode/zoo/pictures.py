"""Recorded pictures: sheets of generated images that belong to a record."""

from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
MOST_MIB = 3
PNG = b"\x89PNG\r\n\x1a\n"


def save_picture(name: str, png: bytes, *, folder: Path | None = None) -> Path:
    """Writes the picture `name`, such as "twosample/faces", the bytes of a PNG, to `folder` (the package's own by
    default), in one step; returns the file. Raises ValueError for other bytes, or more than 3 MiB."""
    if not png.startswith(PNG):
        raise ValueError(f"png: expected the bytes of a PNG, got {png[:8]!r}")
    if len(png) > MOST_MIB * 2**20:
        raise ValueError(f"png: expected at most {MOST_MIB} MiB, got {len(png) / 2**20:.2f}")
    path = (PICTURES if folder is None else folder) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(png)
    draft.replace(path)
    return path


def picture_file(name: str, *, folder: Path | None = None) -> Path:
    """The file of the picture `name`. Raises ValueError, with the names that exist, if there is none."""
    folder = PICTURES if folder is None else folder
    path = folder / f"{name}.png"
    if not path.is_file():
        known = sorted(str(p.relative_to(folder).with_suffix("")) for p in folder.rglob("*.png"))
        raise ValueError(f"name: expected one of {known}, got {name!r}")
    return path
