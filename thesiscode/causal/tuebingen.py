"""The experiment `causal/tuebingen`: ensembles of conditional GANs on pairs of cause and effect (thesis Table 5.1)."""

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from thesiscode.data.tuebingen import Pair, load_pairs
from thesiscode.engine import CheckpointError, Outcome, Run, numpy_generator, write_file
from thesiscode.engine.checks import COUNT, check_settings, one_of

from .benchmark import benchmark_pairs
from .cgan import CGANSettings
from .cgan_c2st import TESTS, Directions, judge_directions
from .checks import LEAST
from .evaluation import bootstrap_accuracy
from .mechanisms import MECHANISMS, make_pairs


@dataclass(frozen=True)
class TuebingenSettings:
    """Which pairs, and how many generators for each direction."""

    pairs: Literal["mechanisms", "tuebingen"] = "mechanisms"
    """Generated pairs, or the 99 Tuebingen pairs, read from the data folder."""
    replicas: int = 100
    """Conditional GANs in each direction."""
    pairs_a_mechanism: int = 4
    """Generated pairs of each mechanism."""
    points: int = 300
    """Points of each generated pair."""
    resamples: int = 2000
    """Of the bootstrap over pairs."""
    cgan: CGANSettings = field(default_factory=CGANSettings)
    """The generators, and how they are trained."""

    def __post_init__(self) -> None:
        enough = (lambda n: isinstance(n, int) and n >= LEAST, f"an integer of at least {LEAST}")
        counts = dict.fromkeys(("replicas", "pairs_a_mechanism", "resamples"), COUNT)
        check_settings(self, **counts, points=enough, pairs=one_of("mechanisms", "tuebingen"))


def tuebingen(settings: TuebingenSettings, run: Run) -> Outcome:
    """Trains and tests the generators of all pairs, and counts how often the direction that fits better is the cause's.

    Each pair is written to run.folder/pairs when it is finished, and `resume` reads those; the smallest pairs come
    first. A shard does its part of the pairs, and so does each process under accelerate.

    metrics: "pairs", a list of rows: id, mechanism ("" for real pairs), weight, points, "forward" and "backward" (for
    each test, the statistics of all replicas; see `Directions`), diverged (both directions), seconds (of the
    processor), steps; "single": for each test, the accuracies of deciding by one replica in each direction, and their
    mean; "ensemble": the accuracy by the best of each direction, the one closest to 1/2; "smallest": by the one with
    the smallest statistic. These two with an interval of the bootstrap over pairs, for orientations as they come
    ("raw") and decided by a coin ("randomised": the same mean, as a decision changes its sign with the orientation).
    """
    named = _pairs(settings, run.seed)
    for mechanism, pair in tqdm(run.part(named), "pairs", disable=not run.progress, mininterval=1):
        file = _file(run.folder, mechanism, pair)
        if run.resume and file.is_file():
            _read(file, settings, run.seed)
        else:
            _write(file, mechanism, pair, settings, run)
    if run.accelerator is not None:
        run.accelerator.wait_for_everyone()
    if run.shard != (1, 1):
        return Outcome({})
    rows = [_read(_file(run.folder, mechanism, pair), settings, run.seed) for mechanism, pair in named]
    return Outcome({"pairs": rows} | accuracies(rows, settings, run.seed))


def _pairs(settings: TuebingenSettings, seed: int) -> list[tuple[str, Pair]]:
    if settings.pairs == "tuebingen":
        named = [("", pair) for pair in benchmark_pairs(load_pairs())]
    else:
        named = [
            (kind, pair)
            for kind in MECHANISMS
            for pair in make_pairs(
                kind, settings.pairs_a_mechanism, settings.points, numpy_generator(seed, "mechanism", kind)
            )
        ]
    return sorted(named, key=lambda one: len(one[1].x))


def _file(folder: Path, mechanism: str, pair: Pair) -> Path:
    return folder / "pairs" / f"{mechanism or 'pair'}-{pair.id:04d}.json"


def _write(file: Path, mechanism: str, pair: Pair, settings: TuebingenSettings, run: Run) -> None:
    clock = time.process_time()
    epochs = tqdm(total=settings.cgan.epochs, desc=file.stem, leave=False, disable=not run.progress, mininterval=1)
    found = judge_directions(
        pair.x,
        pair.y,
        replicas=settings.replicas,
        settings=settings.cgan,
        seed=run.seed,
        names=(mechanism, pair.id),
        progress=epochs.update,
    )
    epochs.close()
    row = {"id": pair.id, "mechanism": mechanism, "weight": pair.weight, "points": found.points}
    row |= {name: {test: _short(side[test]) for test in TESTS} for name, side in _sides(found)}
    row |= {"diverged": [int(np.isnan(side[TESTS[0]]).sum()) for _, side in _sides(found)]}
    row |= {"seconds": round(time.process_time() - clock, 1), "steps": found.steps}
    write_file(file, json.dumps({"made with": _about(settings, run.seed), "pair": row}).encode())


def _read(file: Path, settings: TuebingenSettings, seed: int) -> dict[str, Any]:
    if not file.is_file():
        raise CheckpointError(file, "this pair is not finished; go on with --resume, or with the shard that it is in")
    try:
        content = json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise CheckpointError(file, f"expected JSON: {error}") from error
    if content["made with"] != _about(settings, seed):
        raise CheckpointError(file, f"made with {content['made with']}, expected {_about(settings, seed)}")
    return content["pair"]


def _about(settings: TuebingenSettings, seed: int) -> dict[str, Any]:
    """What the generators of a pair depend on."""
    return {k: v for k, v in asdict(settings).items() if k not in ("resamples", "pairs_a_mechanism")} | {"seed": seed}


def _sides(found: Directions) -> list[tuple[str, dict[str, Float[np.ndarray, " R"]]]]:
    return [("forward", found.forward), ("backward", found.backward)]


def _short(values: Float[np.ndarray, " R"]) -> list[float | None]:
    return [float(f"{value:.4g}") if np.isfinite(value) else None for value in values]


def directions(row: dict[str, Any]) -> Directions:
    """The statistics of a pair, from a row of the record."""
    sides = [{test: np.array(values, float) for test, values in row[s].items()} for s in ("forward", "backward")]
    return Directions(sides[0], sides[1], row["points"], row["steps"])


def accuracies(rows: list[dict[str, Any]], settings: TuebingenSettings, seed: int) -> dict[str, Any]:
    """How often one replica is right, on average, and how often the best of all is; see `tuebingen`."""
    weights = np.array([row["weight"] for row in rows])
    found = [directions(row) for row in rows]

    def judged(scores: Float[np.ndarray, " n"]) -> dict[str, Any]:
        draws = (numpy_generator(seed, "bootstrap", name) for name in ("raw", "randomised"))
        raw, turned = (
            bootstrap_accuracy(scores, weights, swapped=swapped, resamples=settings.resamples, rng=rng)
            for swapped, rng in zip((None, -scores), draws, strict=True)
        )
        return {"raw": asdict(raw), "randomised": asdict(turned)}

    single: dict[str, Any] = {}
    best: dict[str, Any] = {}
    signed: dict[str, Any] = {}
    for test in TESTS:
        each = np.array([[pair.score(test, [r]) for pair in found] for r in range(settings.replicas)])
        accuracy = 0.5 * (1 + np.sign(each)) @ weights / weights.sum()
        single[test] = {"accuracies": [round(float(a), 4) for a in accuracy], "mean": float(accuracy.mean())}
        best[test] = judged(np.array([pair.score(test) for pair in found]))
        signed[test] = judged(np.array([pair.score(test, absolute=False) for pair in found]))
    return {"single": single, "ensemble": best, "smallest": signed}
