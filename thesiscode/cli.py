"""The command `thesis`."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Union

import tyro

from .zoo import load_ledger

# Each command imports what it needs itself: `thesis ledger` must not wait for torch.

Name = Annotated[str, tyro.conf.Positional]


def ledger(chapter: Name = "") -> None:
    """Prints what the book holds of the thesis: every equation and figure, its standing, code and page.

    Args:
        chapter: a chapter's number or an appendix' letter, such as b; all by default.
    """
    entries = [e for e in load_ledger() if not chapter or e.id.split("-")[2] == chapter.lower()]
    if not entries:
        raise SystemExit(f"chapter: the ledger holds nothing of {chapter!r}")
    for e in entries:
        print(f"{e.title:<16} {e.standing:<12} {e.claim}\n{'':16} {', '.join(e.code)}  [{e.page}]")


def data_list(folder: Path | None = None) -> None:
    """Lists the public datasets: name, size of the download, whether it is here, title, licence.

    Args:
        folder: where data lives; $THESISCODE_DATA by default.
    """
    from .data.folders import data_folder
    from .data.registry import load_registry

    for name, source in load_registry().items():
        size = f"{source.size / 2**20:,.0f} MiB" if source.size else "by hand" if source.by_hand else "?"
        here = "here" if (data_folder(folder) / name).is_dir() else ""
        print(f"{name:<22} {size:>12}  {here:<5} {source.title}\n{'':43} licence: {source.licence}")


def data_get(name: Name, folder: Path | None = None) -> None:
    """Downloads a dataset, checks it, unpacks it. The same command continues a download that broke off.

    Args:
        name: a name of `thesis data list`.
        folder: where data lives; $THESISCODE_DATA by default.
    """
    from .data.download import get
    from .data.registry import find_source

    place = get(name, folder)
    source = find_source(name)
    print(f"{place}\nlicence: {source.licence}\ncite: {source.citation}")


def data_make(
    world: Annotated[Literal["toyland"], tyro.conf.Positional],
    folder: Path | None = None,
    scenes: int = 1000,
    actions: int = 500,
    source: int = 2400,
    seed: int = 0,
    overwrite: bool = False,
) -> None:
    """Draws a generated dataset and writes it as a VOC devkit, COCO instances, and folders of source images.

    Args:
        world: the dataset.
        folder: where data lives; $THESISCODE_DATA by default.
        scenes: number of scenes, half of them for training, a quarter each for validation and test.
        actions: number of scenes of people, split in the same way.
        source: number of images of each of the three source sets.
        seed: the same seed draws the same pixels.
        overwrite: replace the folder if it is there.
    """
    from .data.make import make_toyland

    assert world == "toyland"
    place = make_toyland(folder, scenes=scenes, actions=actions, source=source, seed=seed, overwrite=overwrite)
    print(place)


def data_verify(name: Name = "", folder: Path | None = None) -> None:
    """Checks the files of one dataset, or of all that are here, against what was published. Fails if one differs.

    Args:
        name: a name of `thesis data list`; all by default.
        folder: where data lives; $THESISCODE_DATA by default.
    """
    from .data.folders import data_folder
    from .data.registry import load_registry
    from .data.verify import verify

    names = [name] if name else [n for n in load_registry() if (data_folder(folder) / n).is_dir()]
    checks = [check for n in names for check in verify(n, folder)]
    for c in checks:
        print(f"{c.dataset:<22} {c.standing:<18} {c.file}{f'  ({c.note})' if c.note else ''}")
    if not checks:
        print(f"no dataset of the registry is in {data_folder(folder)}")
    if bad := sum(c.standing in ("differs", "missing") or (bool(name) and c.standing == "not here") for c in checks):
        raise SystemExit(f"{bad} of {len(checks)} checks failed")


def data_where(folder: Path | None = None) -> None:
    """Prints the folder that data lives in.

    Args:
        folder: where data lives; $THESISCODE_DATA by default.
    """
    from .data.folders import data_folder

    print(data_folder(folder).resolve())


def run_list() -> None:
    """Runs an experiment, `thesis run NAME`; `thesis run NAME --help` lists its options. Without NAME: lists them all.

    NAME is chapter/experiment, or some.module:experiment for one that is in the dict EXPERIMENTS of your own module.
    Under `accelerate launch --multi_gpu -m thesiscode.cli run NAME`, several processes share the work; where there is
    no GPU, each on the CPU.
    """
    from .engine import list_experiments

    for name, experiment in list_experiments().items():
        print(f"{name:<28} {experiment.title}  [{', '.join(experiment.scales)}]")


def _run(arguments: list[str]) -> Callable[..., None]:
    """The command `thesis run`: its options are the settings of the experiment that the arguments name."""
    if not arguments or arguments[0].startswith("-"):
        return run_list
    from .engine import find_experiment

    experiment = find_experiment(arguments[0])
    scales = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    scales.add_argument("--scale", default=next(iter(experiment.scales)))
    chosen = scales.parse_known_args(arguments)[0].scale
    defaults = experiment.at_scale(chosen)

    def run(
        name: Name,
        settings: Annotated[experiment.settings, tyro.conf.arg(name="")] = defaults,
        scale: Literal[tuple(experiment.scales)] = chosen,
        seed: int = 0,
        seeds: int = 1,
        resume: bool = False,
        folder: Path = Path("runs"),
        record: bool = False,
        progress: bool = True,
        shard: str = "1/1",
    ) -> None:
        """Runs an experiment and writes its record.

        Args:
            name: the experiment.
            settings: what differs from the scale's settings.
            scale: which settings to start from.
            seed: the first seed.
            seeds: how many seeds, one after the other.
            resume: skip the seeds that are finished, continue the one that was interrupted.
            folder: where checkpoints, weights and records go.
            record: put the record and the first seed's weights and pictures into the package, where pages find them.
            progress: show progress bars.
            shard: i/n does the i-th of n parts, for experiments that can be divided; a run without it, with --resume,
                then puts the parts together.
        """
        _run_and_record(name, experiment, settings, scale, seed, seeds, resume, folder, record, progress, shard)

    return run


def _accelerator() -> Any:
    """An accelerate.Accelerator where a launcher started this process, else None (its import takes a second)."""
    if os.environ.get("WORLD_SIZE", "1") == "1" and "ACCELERATE_MIXED_PRECISION" not in os.environ:
        return None
    import torch
    from accelerate import Accelerator

    # Unless it is told so, it makes processes without a GPU each train alone, and all write the same files.
    return Accelerator(cpu=not torch.cuda.is_available())


def _part(shard: str) -> tuple[int, int]:
    i, slash, n = shard.partition("/")
    if not (slash and i.isdecimal() and n.isdecimal()):
        raise ValueError(f"shard: expected i/n, such as 1/4, got {shard!r}")
    return int(i), int(n)


def _run_and_record(
    name: str,
    experiment: Any,
    settings: Any,
    scale: str,
    seed: int,
    seeds: int,
    resume: bool,
    folder: Path,
    record: bool,
    progress: bool,
    shard: str,
) -> None:
    from . import zoo
    from .engine import read_tensors, run_seeds
    from .zoo.weights import MOST_MIB, size_in_mib

    if seeds < 1:
        raise ValueError(f"seeds: expected at least 1, got {seeds}")
    divided = _part(shard)
    if record and divided[1] > 1:
        raise ValueError("record: a shard has nothing to record; the run that puts the shards together has")
    words = [part for word in sys.argv[1:] for part in (word, word.partition("=")[2])]
    if record and (odd := [word for word in words if Path(word).is_absolute() or word.startswith("~")]):
        raise ValueError(
            f"record: expected a command that works on every machine, got the path {odd[0]}; "
            "say where data is by $THESISCODE_DATA, and run it from the folder that `runs` is to be in"
        )
    accelerator = _accelerator()
    label = f"{name.replace(':', '/')}-{scale}"
    found, files = run_seeds(
        name,
        experiment,
        settings,
        list(range(seed, seed + seeds)),
        folder / label,
        shared=folder / "shared",
        scale=scale,
        resume=resume,
        progress=progress,
        accelerator=accelerator,
        shard=divided,
    )
    if accelerator is not None and not accelerator.is_main_process:
        return
    if not found:
        print(f"shard {shard} is done; when all are: thesis run {name} with the same settings, and --resume")
        return
    command = shlex.join(["thesis", *sys.argv[1:]])
    print(zoo.save_result(label, found | {"command": command}, folder=folder))
    for metric, value in found["intervals"].items():
        print(f"{metric:<32} {value['mean']}  [{value['low']}, {value['high']}]  n = {value['n']}")
    if record:
        print(zoo.save_result(label, found | {"command": command}))
        for own, file in files:
            if file.suffix == ".png":
                print(zoo.save_picture(own, file.read_bytes()))
                continue
            state, about = read_tensors(file)
            if size_in_mib(state) > MOST_MIB:
                print(f"{own} stays in {file}: it is too large for the package")
                continue
            print(zoo.save_weights(own, state, {"command": command, "seed": seed} | about["card"]))


def _group(commands: dict[str, Any]) -> Any:
    """A type of which tyro makes one sub-command for each function or group."""
    kinds = tuple(Annotated[Any, tyro.conf.subcommand(name=n, **c)] for n, c in commands.items())
    return Union[kinds]  # noqa: UP007 - there is no other way to write a union of a tuple


DATA = {
    "list": {"constructor": data_list},
    "get": {"constructor": data_get},
    "make": {"constructor": data_make},
    "verify": {"constructor": data_verify},
    "where": {"constructor": data_where},
}
COMMANDS = {
    "ledger": {"constructor": ledger},
    "data": {
        "constructor": _group(DATA),
        "description": "Public datasets and generated ones: list, get, make, verify.",
    },
}


def main() -> None:
    """Entry point of the command line. What a user can mend ends with one line that says so, not with a traceback."""
    try:
        arguments = sys.argv[1:]
        commands = COMMANDS | {"run": {"constructor": _run(arguments[1:] if arguments[:1] == ["run"] else [])}}
        tyro.cli(_group(commands), prog="thesis", description=__doc__, args=arguments)
    except (ValueError, FileExistsError) as error:
        raise SystemExit(f"thesis: {error}") from error


if __name__ == "__main__":
    main()
