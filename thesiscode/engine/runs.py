"""Running an experiment over seeds: each seed's outcome is kept as soon as it is there, and all make one record."""

import json
import math
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .checkpoints import write_file, write_tensors
from .devices import device
from .errors import CheckpointError
from .experiments import Experiment, Outcome, Run
from .intervals import interval


def run_seeds(
    name: str,
    experiment: Experiment,
    settings: Any,
    seeds: list[int],
    folder: Path,
    *,
    shared: Path | None = None,
    scale: str = "",
    resume: bool = False,
    progress: bool = True,
    accelerator: Any = None,
    shard: tuple[int, int] = (1, 1),
) -> tuple[dict[str, Any], list[tuple[str, Path]]]:
    """Runs `experiment` once a seed; returns the record, and names and files of the first seed's weights and pictures.

    A seed's folder, `folder`/seed-<seed>, takes its checkpoints, its weights, and last of all outcome.json. `resume`
    skips the seeds that have one, and lets the experiment continue the one that was interrupted. The record
    holds title, name, scale, settings, seeds, device, number of processes, one row a seed (metrics; seconds, since the
    resumption where it was resumed; peak memory in MiB), and "intervals": mean, low, high (Student's t, 95%) and n of
    each scalar metric, whose nested names are joined by "/". A number that is not finite is null.

    `shard`, (i, n), runs only the i-th of n parts of each seed, which leave what they find in its folder. A part has no
    outcome, and the record that comes back is empty: a last run of the whole, with `resume`, makes it.

    Raises CheckpointError if an outcome in the folder was made with other settings, and ValueError for a shard that is
    not there, or of an experiment that cannot be divided.
    """
    if not 1 <= shard[0] <= shard[1]:
        raise ValueError(f"shard: expected i/n with i from 1 to n, got {shard[0]}/{shard[1]}")
    if shard[1] > 1 and not experiment.divisible:
        raise ValueError(f"shard: {name} cannot be divided; run it whole")
    main = accelerator is None or accelerator.is_main_process
    plain = json.loads(json.dumps(asdict(settings), default=str))
    for seed in seeds:
        place = folder / f"seed-{seed}"
        file = place / "outcome.json"
        done = resume and file.is_file() and shard[1] == 1
        if done:
            _check_settings(file, plain)
        elif main:
            file.unlink(missing_ok=True)
        _together(accelerator)
        if not done:
            start = time.perf_counter()
            outcome = experiment.run(
                settings, Run(seed, place, shared or folder / "shared", resume, progress, accelerator, shard)
            )
            if shard[1] > 1:
                continue
            row = {"seed": seed, "settings": plain, "seconds": round(time.perf_counter() - start, 1)}
            row |= {"peak_memory_mib": _peak_memory(), "metrics": _plain(outcome.metrics)}
            if main:
                _save(outcome, row, place)
        _together(accelerator)
    if shard[1] > 1:
        return {}, []
    rows = [json.loads((folder / f"seed-{seed}" / "outcome.json").read_text()) for seed in seeds]
    first = folder / f"seed-{seeds[0]}"
    files = [(n, first / f"{n}.safetensors") for n in rows[0]["weights"]]
    files += [(n, first / f"{n}.png") for n in rows[0].get("pictures", [])]
    record = {"title": experiment.title, "experiment": name, "scale": scale, "settings": plain, "seeds": seeds}
    record["device"] = str(device() if accelerator is None else accelerator.device)
    record["processes"] = 1 if accelerator is None else accelerator.num_processes
    record["runs"] = [{k: v for k, v in row.items() if k not in ("settings", "weights", "pictures")} for row in rows]
    record["intervals"] = _intervals([row["metrics"] for row in rows])
    return record, files


def _save(outcome: Outcome, row: dict[str, Any], place: Path) -> None:
    for name, weights in outcome.weights.items():
        write_tensors(place / f"{name}.safetensors", weights.state, {"card": weights.card})
    for name, picture in outcome.pictures.items():
        write_file(place / f"{name}.png", picture)
    row = row | {"weights": list(outcome.weights), "pictures": list(outcome.pictures)}
    write_file(place / "outcome.json", (json.dumps(row, indent=1) + "\n").encode())


def _check_settings(file: Path, settings: dict[str, Any]) -> None:
    found = json.loads(file.read_text())["settings"]
    for name in sorted(set(settings) | set(found)):
        if settings.get(name) != found.get(name):
            problem = f"made with other settings: {name} is {found.get(name)!r}, expected {settings.get(name)!r}"
            raise CheckpointError(file, problem)


def _together(accelerator: Any) -> None:
    if accelerator is not None:
        accelerator.wait_for_everyone()


def _plain(value: Any) -> Any:
    """A metric as JSON holds it: numbers of NumPy and torch as plain ones, null for what is not finite."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, torch.Tensor | np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, int | float | str):
        return value
    raise ValueError(f"metrics: expected numbers, lists and dicts of them, got {type(value).__name__}")


def _flat(metrics: dict[str, Any], above: str = "") -> dict[str, float]:
    """The scalar metrics, nested names joined by "/"."""
    scalars = {}
    for name, value in metrics.items():
        if isinstance(value, dict):
            scalars |= _flat(value, f"{above}{name}/")
        elif value is None or isinstance(value, int | float):
            scalars[above + name] = float("nan") if value is None else value
    return scalars


def _intervals(metrics: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    flat = [_flat(one) for one in metrics]
    return {name: _plain(asdict(interval([one[name] for one in flat if name in one]))) for name in flat[0]}


def _peak_memory() -> float:
    """The most memory that this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
