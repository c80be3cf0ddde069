"""Recorded results: one JSON file a record, with what is needed to make it again."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("numpy", "scipy", "torch", "torchvision", "accelerate")


def environment() -> dict[str, object]:
    """Where a record was made: Python and package versions, processor architecture, number of cores, and the device
    that `engine.device` chooses: "cpu", or the name of the GPU."""
    import torch

    from thesiscode.engine import device

    place = device()
    return {
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "device": torch.cuda.get_device_name(place) if place.type == "cuda" else "cpu",
    }


def save_result(name: str, record: dict[str, object], *, folder: Path | None = None) -> Path:
    """Writes the record `name`, such as "scratch/convolution", to `folder` (the package's own by default), in one step;
    returns the file.

    An environment is added unless the record holds one.
    """
    path = (RESULTS if folder is None else folder) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"name": name, "environment": environment()} | record, indent=1)
    draft = path.with_suffix(".draft")
    draft.write_text(text + "\n")
    draft.replace(path)
    return path


def load_result(name: str, *, folder: Path = RESULTS) -> dict:
    """The record `name`. Raises ValueError, with the names that exist, if there is none."""
    path = folder / f"{name}.json"
    if not path.is_file():
        known = sorted(str(p.relative_to(folder).with_suffix("")) for p in folder.rglob("*.json"))
        raise ValueError(f"name: expected one of {known}, got {name!r}")
    return json.loads(path.read_text())
