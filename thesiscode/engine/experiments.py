"""Experiments: settings and a function of them, and where to find them by name."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

T = TypeVar("T")

RESERVED = ("name", "scale", "seed", "seeds", "resume", "folder", "record", "progress", "shard")
"""Options of `thesis run` itself, so no names for settings."""


@dataclass(frozen=True)
class Run:
    """What an experiment's function gets besides its settings."""

    seed: int
    """Every draw starts from it: engine.generator(run.seed, "purpose")."""
    folder: Path
    """This seed's own folder, for checkpoints."""
    shared: Path
    """A folder that all experiments share, for what several of them need; names in it must tell settings apart."""
    resume: bool = False
    """Continue from the checkpoints in `folder` where there are some."""
    progress: bool = True
    """Show progress bars."""
    accelerator: Any = None
    """An accelerate.Accelerator under `accelerate launch`, else None."""
    shard: tuple[int, int] = (1, 1)
    """(i, n): do the i-th of n parts only, and keep what it finds in `folder`. (1, 1) is the whole."""

    def part(self, items: Sequence[T]) -> list[T]:
        """This process' part of the items: every n-th, with n the number of shards times that of processes."""
        i, n = self.shard
        team = self.accelerator
        index, size = (0, 1) if team is None else (team.process_index, team.num_processes)
        return list(items[(i - 1) * size + index :: n * size])


@dataclass(frozen=True)
class Weights:
    """Trained weights, and a card that says what they are; see `zoo.save_weights` for the keys it must have."""

    state: dict[str, torch.Tensor]
    card: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What an experiment found with one seed: numbers, lists of numbers, or dicts of them; weights by name; and
    pictures by name, the bytes of a PNG each."""

    metrics: dict[str, Any]
    weights: dict[str, Weights] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Experiment:
    """A frozen dataclass of settings, a function of it, and settings for each scale ("smoke", "colab", "full").

    Raises ValueError, which names the field, if these do not fit together, or if a setting has the name of an option of
    `thesis run`.
    """

    settings: type
    run: Callable[[Any, Run], Outcome]
    scales: Mapping[str, Any]
    title: str
    divisible: bool = False
    """Whether it can be run in shards: its function then honours `Run.shard`, and finds what the others left."""

    def __post_init__(self) -> None:
        if not is_dataclass(self.settings) or not self.settings.__dataclass_params__.frozen:
            raise ValueError(f"settings: expected a frozen dataclass, got {self.settings.__name__}")
        if taken := [f.name for f in fields(self.settings) if f.name in RESERVED]:
            raise ValueError(f"settings: {taken} are options of `thesis run`; name them otherwise")
        if not self.scales:
            raise ValueError("scales: expected at least one, got none")
        for name, settings in self.scales.items():
            if not isinstance(settings, self.settings):
                raise ValueError(f"scales: expected {self.settings.__name__} for {name!r}, got {settings!r}")

    def at_scale(self, name: str) -> Any:
        """The settings of one scale. Raises ValueError, with the scales that exist, for another."""
        if name not in self.scales:
            raise ValueError(f"scale: expected one of {list(self.scales)}, got {name!r}")
        return self.scales[name]


def list_experiments(package: str = "thesiscode") -> dict[str, Experiment]:
    """All experiments of a package by name, such as "transfer/adapt".

    They are in the dict EXPERIMENTS of the modules `experiments` of its sub-packages.
    """
    root = importlib.import_module(package)
    chapters = [m.name for m in pkgutil.iter_modules(root.__path__) if m.ispkg and m.name != "engine"]
    modules = {c: f"{package}.{c}.experiments" for c in chapters if _has_experiments(f"{package}.{c}")}
    return {f"{c}/{name}": e for c, module in modules.items() for name, e in _experiments(module).items()}


def find_experiment(name: str, package: str = "thesiscode") -> Experiment:
    """One experiment: "transfer/adapt", or "some.module:name" for one of a module of the reader's own.

    Raises ValueError, with the names that exist, if there is none.
    """
    module, _, own = name.partition(":")
    if own:
        if not _is_module(module):
            raise ValueError(f"name: found no module {module!r} for {name!r}")
        known = {f"{module}:{n}": e for n, e in _experiments(module).items()}
    else:
        known = list_experiments(package)
    if name not in known:
        raise ValueError(f"name: expected one of {sorted(known)}, got {name!r}")
    return known[name]


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # of a package that it would be in
        return False


def _has_experiments(package: str) -> bool:
    return importlib.util.find_spec(f"{package}.experiments") is not None


def _experiments(module: str) -> dict[str, Experiment]:
    return getattr(importlib.import_module(module), "EXPERIMENTS", {})
