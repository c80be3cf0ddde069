"""The experiment `distances/rectangle`: five fits of the rectangle to many samples (thesis 5.5.2, Appendix D)."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from thesiscode.engine import CheckpointError, Outcome, Run, interval, numpy_generator, write_file
from thesiscode.engine.checks import ABOVE_0, COUNT, FROM_0, SHARE, check_settings, one_of

from .fits import METHODS, ParameterGrid, RectangleFit, fit_discrete_emd, fit_emd, fit_js, fit_kl, fit_likelihood
from .ica import best_angle, fastica_angle, kurtosis_angle
from .least_work import GROUND_COSTS
from .parzen import RADIUS, cell_centres, parzen_masses, sample_parabola
from .rectangle import EDGES, directions

OUTLIER_REACH = 1.6
"""Outliers are uniform on the disc of this radius: outside of the data's square for the most part, and in the grid."""


@dataclass(frozen=True)
class Case:
    """One way to set up the experiment. Raises ValueError for values out of range."""

    n_points: int = 50
    """points of a sample; the thesis does not say how many it took"""
    radius: float = RADIUS
    """of the Parzen window's kernel"""
    cost: str = "euclidean"
    """of moving mass"""
    edges: str = "covered"
    """how a rectangle becomes cells"""
    turn: float = 0.0
    """degrees by which the sample is turned: the angle to be found"""
    outliers: float = 0.0
    """share of the points that are replaced by outliers"""
    methods: tuple[str, ...] = METHODS
    """the fits that are made"""

    def __post_init__(self) -> None:
        enough = (lambda n: isinstance(n, int) and n >= 3, "an integer of at least 3")
        kinds = {"cost": one_of(*GROUND_COSTS), "edges": one_of(*EDGES), "methods": one_of(*METHODS)}
        check_settings(self, n_points=enough, radius=ABOVE_0, outliers=SHARE, **kinds)


@dataclass(frozen=True)
class RectangleSettings:
    """How many samples, and what is varied. Raises ValueError for values out of range."""

    draws: int = 20
    """samples of each case; a case of the same sample size has the same samples"""
    many: int = 200
    """samples of the case "many", which leaves out the slow transport between densities; 0 leaves out the case"""
    n_points: int = 50
    """points of a sample, where they are not varied"""
    sample_sizes: tuple[int, ...] = (20, 100, 200, 500)
    """other sizes of the sample"""
    radii: tuple[float, ...] = (0.15, 0.5)
    """other radii of the kernel"""
    costs: tuple[str, ...] = ("squared", "l1", "truncated")
    """other costs of moving mass"""
    outliers: tuple[float, ...] = (0.1,)
    """shares of points that are replaced by outliers"""
    turn: float = 17.0
    """degrees, for the samples that show what the raster prefers; 0 leaves these cases out"""
    emd_cells: tuple[int, int] = (32, 64)
    """cells a side of the coarse and of the fine search by transport"""
    js_cells: tuple[int, int] = (64, 128)
    """cells a side of the coarse and of the fine search by JS"""
    grid: ParameterGrid = field(default_factory=ParameterGrid)
    """the rectangles to choose from"""

    def __post_init__(self) -> None:
        check_settings(self, draws=COUNT, many=FROM_0, emd_cells=COUNT, js_cells=COUNT, radii=ABOVE_0, outliers=SHARE)
        self.cases()

    def cases(self) -> dict[str, Case]:
        """All cases by name, "base" first. A case repeats no fit that its change leaves alone."""
        n, raster, density = self.n_points, ("discrete", "js", "emd"), ("kl", "js", "emd")
        cases = {"base": Case(n)}
        if self.many:
            cases["many"] = Case(n, methods=tuple(m for m in METHODS if m != "emd"))
        cases |= {f"points {m}": Case(m) for m in self.sample_sizes}
        cases |= {f"radius {r:g}": Case(n, radius=r, methods=density) for r in self.radii}
        cases |= {f"cost {cost}": Case(n, cost=cost, methods=("discrete", "emd")) for cost in self.costs}
        cases |= {f"outliers {share:g}": Case(n, outliers=share) for share in self.outliers}
        if self.turn:
            cases["jagged"] = Case(n, edges="jagged", methods=raster)
            cases["turned"] = Case(n, turn=self.turn, methods=raster)
            cases["jagged, turned"] = Case(n, turn=self.turn, edges="jagged", methods=raster)
            cases |= {f"points {m}, turned": Case(m, turn=self.turn, methods=("kl", "js")) for m in self.sample_sizes}
        return cases

    def draws_of(self, name: str) -> range:
        """The samples of a case."""
        return range(self.many if name == "many" else self.draws)


def draw_sample(case: Case, seed: int, draw: int) -> Float[np.ndarray, "n 2"]:
    """The draw-th sample of a case; cases with as many points have the same points, up to turn and outliers."""
    points = sample_parabola(case.n_points, numpy_generator(seed, "sample", case.n_points, draw))
    points = points @ directions(case.turn)
    if count := round(case.outliers * case.n_points):
        rng = numpy_generator(seed, "outliers", case.n_points, draw)
        distance, angle = OUTLIER_REACH * np.sqrt(rng.random(count)), 2 * np.pi * rng.random(count)
        points[:count] = distance[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points


def fit_case(case: Case, points: Float[np.ndarray, "n 2"], settings: RectangleSettings) -> dict[str, dict[str, Any]]:
    """The fits of a case to a sample, as rows of the record; see `rectangle`."""
    grid, emd = settings.grid, {"cost": case.cost, "edges": case.edges, "n": settings.emd_cells}
    radius = case.radius
    fits: dict[str, Callable[[], RectangleFit]] = {
        "likelihood": lambda: fit_likelihood(points, grid),
        "discrete": lambda: fit_discrete_emd(points, grid, **emd),
        "kl": lambda: fit_kl(points, grid, radius=radius, n=settings.js_cells[1]),
        "js": lambda: fit_js(points, grid, radius=radius, edges=case.edges, n=settings.js_cells),
        "emd": lambda: fit_emd(points, grid, radius=radius, **emd),
    }
    masses = parzen_masses(points, settings.js_cells[1], radius=radius).ravel()
    centres = cell_centres(settings.js_cells[1])
    rows = {}
    for method in case.methods:
        clock = time.process_time()
        fit = fits[method]()
        seconds = time.process_time() - clock
        r = fit.rectangle
        rows[method] = {
            "width": round(r.width, 6),
            "height": round(r.height, 6),
            "angle": round(r.angle, 6),
            "error": round(r.angle_error(case.turn), 6),
            "value": float(f"{fit.value:.6g}"),
            "area": round(r.area, 6),
            "points outside": float(np.mean(~r.contains(points))),
            "mass outside": round(float(masses[~r.contains(centres)].sum()), 6),
            "gap": float(f"{fit.gap:.2g}"),
            "candidates": fit.candidates,
            "solved": fit.solved,
            "seconds": round(seconds, 2),
        }
    return rows


def rectangle(settings: RectangleSettings, run: Run) -> Outcome:
    """Fits the rectangle to many samples, in every case.

    Each case of a sample is written to run.folder/samples when it is finished, and `resume` reads those. A shard does
    its part of them.

    metrics: for each case, "draws": a list with a row a sample, which holds, for each method, the rectangle's width,
    height, angle (degrees) and area, the error of the angle (degrees, modulo 90), the value of the objective, the
    shares of points and of the estimated density outside, the gap of the certificate, the numbers of candidates and of
    those that were computed, and seconds of the processor; and, where the case has maximum likelihood, the angles and
    errors of kurtosis, FastICA and the likelihood of the known family (`ica`). "summary": for each method, means over
    the samples with Student's intervals of error, area and both shares; "difference", the same of its error less that
    of KL, pair by pair; "closer": how often its error is the smaller one, of how many samples with two errors.
    """
    cases = settings.cases()
    jobs = [(draw, name) for name in cases for draw in settings.draws_of(name)]
    for draw, name in tqdm(run.part(jobs), "samples", disable=not run.progress, mininterval=1):
        file = _file(run.folder, name, draw)
        if run.resume and file.is_file():
            _read(file, settings, name, run.seed)
        else:
            row = _row(cases[name], settings, run.seed, draw)
            content = {"made with": _about(settings, name, run.seed), "row": row}
            write_file(file, json.dumps(content).encode())
    if run.accelerator is not None:
        run.accelerator.wait_for_everyone()
    if run.shard != (1, 1):
        return Outcome({})
    metrics = {}
    for name in cases:
        rows = [_read(_file(run.folder, name, draw), settings, name, run.seed) for draw in settings.draws_of(name)]
        metrics[name] = {"draws": rows, "summary": summary(rows)}
    return Outcome(metrics)


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means and intervals over samples of what the rows hold, for each method; see `rectangle`."""
    found: dict[str, Any] = {}
    for method in rows[0]:
        of = [row[method] for row in rows]
        means = {key: asdict(interval(one[key] for one in of)) for key in SUMMARISED if key in of[0]}
        if "kl" in rows[0] and method != "kl":
            less = [row[method]["error"] - row["kl"]["error"] for row in rows]
            means["difference"] = asdict(interval(less))
            means["closer"] = {"count": int(np.sum(np.array(less) < 0)), "of": int(np.sum(np.array(less) != 0))}
        found[method] = means
    return found


SUMMARISED = ("error", "area", "points outside", "mass outside")


def _row(case: Case, settings: RectangleSettings, seed: int, draw: int) -> dict[str, Any]:
    points = draw_sample(case, seed, draw)
    row = fit_case(case, points, settings)
    if "likelihood" in case.methods:
        angles = settings.grid.angles()
        found = {
            "kurtosis": kurtosis_angle(points, angles),
            "fastica": fastica_angle(points, numpy_generator(seed, "fastica", case.n_points, draw)),
            "known family": best_angle(points, angles),
        }
        for name, angle in found.items():
            turned = (angle - case.turn) % 90
            row[name] = {"angle": round(angle, 6), "error": round(min(turned, 90 - turned), 6)}
    return row


def _file(folder: Path, name: str, draw: int) -> Path:
    return folder / "samples" / f"{name.replace(', ', '-').replace(' ', '-')}-{draw:03d}.json"


def _read(file: Path, settings: RectangleSettings, name: str, seed: int) -> dict[str, Any]:
    if not file.is_file():
        raise CheckpointError(file, "this sample is not finished; go on with --resume, or with the shard that it is in")
    try:
        content = json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise CheckpointError(file, f"expected JSON: {error}") from error
    expected = _about(settings, name, seed)
    if content["made with"] != expected:
        raise CheckpointError(file, f"made with {content['made with']}, expected {expected}")
    return content["row"]


def _about(settings: RectangleSettings, name: str, seed: int) -> dict[str, Any]:
    """What a row depends on, as JSON holds it."""
    shared = {key: getattr(settings, key) for key in ("emd_cells", "js_cells")} | {"grid": asdict(settings.grid)}
    return json.loads(json.dumps(shared | asdict(settings.cases()[name]) | {"seed": seed}))
