"""Can a GAN learn the strings? Three trainings on a marionette, and one on pendulums (thesis Section 5.4.1)."""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8

from thesiscode.data.marionettes import Marionettes, Pendulums, Simulated
from thesiscode.engine import (
    CheckpointError,
    Outcome,
    Run,
    Tensors,
    Weights,
    generator,
    load_state,
    numpy_generator,
    write_file,
    write_tensors,
)
from thesiscode.engine.checks import ABOVE_0, COUNT, Rule, check_settings
from thesiscode.gan import DCGAN, R3GAN, WGAN_GP, Game, Round, interpolate, train_gan
from thesiscode.gan.images import SampleSheet, images_of, to_tanh
from thesiscode.nets import Discriminator, Generator

from .intervention import PointGenerator, intervene, train_points
from .links import LinkTest, pose_errors
from .poses import PoseNetwork, groups, halves_to_4, mixed_frames, read_poses, train_poses, true_pairs

GAMES = {"DCGAN": DCGAN, "WGAN-GP": WGAN_GP, "relativistic": R3GAN}
"""The trainings that are compared."""
STREAMS = {"train": 0, "test": 1, "other test": 2, "intervention": 3}
"""Which of a seed's simulations a sample comes from."""
FRAMES: Rule = (lambda n: isinstance(n, int) and n >= 64, "at least 64 frames, one mini-batch")
SIDE: Rule = (halves_to_4, "a power of 2 from 8 on")


@dataclass(frozen=True)
class StringsSettings:
    """Generators of marionettes and of pendulums, a network that reads poses, and a generator of poses."""

    size: int = 32
    """side of the frames, in pixels"""
    width: int = 16
    """gf and df; 64 in the thesis"""
    batch_size: int = 32
    """of the generators; 64 as published"""
    n_train: int = 4000
    """frames of the marionette to train on"""
    n_test: int = 1000
    """held-out frames, and generated ones, that are measured"""
    epochs: tuple[int, int, int] = (25, 24, 12)
    """of DCGAN, WGAN-GP and the relativistic game: about the same time of the processor"""
    rate: float = 4.0
    """times the learning rates as published: networks that are a quarter as wide stand, and need, larger steps"""
    penalty: float = 0.5
    """weight of the relativistic game's penalty on slopes"""
    n_pendulums: int = 2000
    """frames of the pendulums to train on"""
    pendulum_epochs: int = 30
    """of their generator, a DCGAN"""
    pose_width: int = 16
    """maps of the first layer of the networks that read poses"""
    pose_epochs: int = 12
    """of these networks, on as many frames as the generators have"""
    point_epochs: int = 60
    """of the conditional generator of points, which learns from the poses of the marionette's frames"""
    runs_per_pose: int = 24
    """simulations that bring the plate to one pose"""

    def __post_init__(self) -> None:
        counts = ("width", "batch_size", "epochs", "pendulum_epochs", "pose_width", "pose_epochs")
        counts = dict.fromkeys((*counts, "point_epochs", "runs_per_pose"), COUNT)
        frames = dict.fromkeys(("n_train", "n_test", "n_pendulums"), FRAMES)
        check_settings(self, size=SIDE, rate=ABOVE_0, penalty=ABOVE_0, **counts, **frames)
        if len(self.epochs) != len(GAMES):
            raise ValueError(f"epochs: expected {len(GAMES)} values, one a training, got {self.epochs!r}")


def strings(settings: StringsSettings, run: Run) -> Outcome:
    """Trains the networks; measures how bodies follow plates in generated frames, in real ones and in shuffled ones.

    metrics: "marionettes" and "pendulums", each with "poses", R^2 of what is read off held-out frames; "link", the
    measures of `LinkTest` for real frames, shuffled ones, and each generator; and "training", seconds of the processor,
    steps of the generator, and losses. "walks": how even a walk through the latent space of the pendulums is.
    "intervention": see `intervene`.
    """
    metrics: dict[str, Any] = {}
    nets: dict[str, Any] = {}
    for name, kind, n in (
        ("pendulums", Pendulums, settings.n_pendulums),
        ("marionettes", Marionettes, settings.n_train),
    ):
        scene = Scenes(kind, n, settings, run)
        reader, poses = scene.reader()
        test = LinkTest(
            read_poses(reader, scene.train.images), read_poses(reader, scene.test.images), scene.columns, seed=0
        )
        others = read_poses(reader, scene.other.images)
        link = {
            "held-out frames": test.measure(others),
            "bodies shuffled": test.measure(others.shuffled(numpy_generator(run.seed, "shuffled"))),
        }
        training = {}
        for method, game in games(settings, pendulums=kind is Pendulums).items():
            g, training[method] = scene.generator(method, game)
            nets[f"{name}-{method}"] = g
            link[method] = test.measure(read_poses(reader, sample(g, settings.n_test, run.seed)))
        metrics[name] = {"poses": poses, "link": link, "training": training}
        nets[f"{name}-poses"] = reader
        if kind is Pendulums:
            metrics["walks"] = walks(nets["pendulums-DCGAN"], reader, draw=generator(run.seed, "walks"))
    pairs, mechanics = true_pairs(scene.train), scene.train.mechanics
    points = train_points(pairs, epochs=settings.point_epochs, seed=run.seed, progress=run.progress)
    metrics["intervention"] = intervene(
        points,
        pairs,
        mechanics,
        runs=settings.runs_per_pose,
        columns=scene.columns,
        seed=stream(run.seed, "intervention"),
    )
    nets["points"] = points
    return Outcome(
        metrics, {f"causal/strings-{n.lower()}": _weights(n, net, settings, metrics) for n, net in nets.items()}
    )


def stream(seed: int, purpose: str) -> int:
    """The seed of one of a seed's simulations, which no other has."""
    return len(STREAMS) * seed + STREAMS[purpose]


def frames(kind: type[Simulated], n: int, purpose: str, settings: StringsSettings, run: Run) -> Simulated:
    """Simulated frames of a seed, for one purpose."""
    return kind(n, seed=stream(run.seed, purpose), size=settings.size)


def games(settings: StringsSettings, *, pendulums: bool) -> dict[str, Game]:
    """The rules of each training."""
    epochs = (settings.pendulum_epochs,) if pendulums else settings.epochs
    found = {
        name: replace(game, epochs=n, batch_size=settings.batch_size, learning_rate=settings.rate * game.learning_rate)
        for (name, game), n in zip(GAMES.items(), epochs, strict=False)
    }
    if not pendulums:
        found["relativistic"] = replace(found["relativistic"], penalty=settings.penalty)
    return found


class Scenes:
    """One kind of scene: frames to train on, two sets of held-out ones, of which one is what the other is compared
    with, and the networks that learn from them."""

    def __init__(self, kind: type[Simulated], n: int, settings: StringsSettings, run: Run) -> None:
        self.kind, self.n, self.settings, self.run = kind, n, settings, run
        self.train = frames(kind, n, "train", settings, run)
        self.test = frames(kind, settings.n_test, "test", settings, run)
        self.other = frames(kind, settings.n_test, "other test", settings, run)
        self.columns = groups(self.train.point_names)

    def reader(self) -> tuple[PoseNetwork, dict[str, dict[str, float]]]:
        """A network that reads poses, and its R^2 on held-out frames and on held-out frames with mixed bodies.

        Raises CheckpointError if a run is resumed whose reader was made with other settings. A file that does not name
        its settings, as those of old runs, is taken as it is.
        """
        s, seed = self.settings, self.run.seed
        made = {
            "frames": self.n,
            "size": s.size,
            "pose_width": s.pose_width,
            "pose_epochs": s.pose_epochs,
            "seed": seed,
        }
        file = self.run.folder / f"{self.kind.scene_name}-poses.safetensors"
        if self.run.resume and file.is_file():
            net = PoseNetwork(6 + 3 * len(self.train.point_names), s.pose_width, size=s.size)
            told = load_state(file, net).get("settings", made)
            for name, expected in made.items():
                if told.get(name) != expected:
                    other = f"{name} is {told.get(name)!r}, expected {expected!r}"
                    raise CheckpointError(file, f"made with other settings: {other}")
        else:
            draw = generator(seed, "poses", self.kind.scene_name)
            images, pairs = mixed_frames(self.train, numpy_generator(seed, "mixed").permutation(self.n))
            net = train_poses(images, pairs, width=s.pose_width, epochs=s.pose_epochs, draw=draw)
            write_tensors(file, net.state_dict(), {"settings": made})
        strange, truth = mixed_frames(self.other, numpy_generator(seed, "mixed test").permutation(s.n_test))
        return net, {
            "held-out frames": pose_errors(read_poses(net, self.test.images), true_pairs(self.test), self.columns),
            "bodies of other frames": pose_errors(read_poses(net, strange), truth, self.columns),
        }

    def generator(self, method: str, game: Game) -> tuple[Generator, dict[str, Any]]:
        """A generator trained by the rules of a game, and what that took."""
        s, run, name = self.settings, self.run, self.kind.scene_name
        folder = run.folder / f"{name}-{method}"
        g = Generator(s.width, size=s.size, generator=generator(run.seed, "generator", name, method))
        norm = "none" if game.penalty else "batch"
        d = Discriminator(s.width, size=s.size, norm=norm, generator=generator(run.seed, "discriminator", name, method))
        watch = Stopwatch(folder, resume=run.resume)
        rounds = train_gan(
            g,
            d,
            Tensors(self.train.images, torch.zeros(self.n)),
            game,
            seed=run.seed,
            prepare=to_tanh,
            watch=watch,
            accelerator=run.accelerator,
            folder=folder,
            resume=run.resume,
            progress=run.progress,
            about=name,
        )
        return g.eval(), {"cpu_seconds": game.epochs * watch.seconds_an_epoch(), **_course(rounds, game)}


class Stopwatch:
    """A `watch` of `gan.train_gan` that draws a row of samples after each epoch, and takes the processor's time of it.

    folder: where samples.png and seconds.json are written. resume: keep what they hold.
    """

    def __init__(self, folder: Path, *, resume: bool) -> None:
        self.file = folder / "seconds.json"
        self.sheet = SampleSheet(folder / "samples.png", resume=resume)
        self.seconds = json.loads(self.file.read_text()) if resume and self.file.is_file() else []
        self.before = time.process_time()

    def __call__(self, done: Round, net: Generator) -> None:
        """Takes the time since the last call, without the drawing of samples."""
        self.seconds.append(time.process_time() - self.before)
        self.sheet(done, net)
        write_file(self.file, json.dumps(self.seconds).encode())
        self.before = time.process_time()

    def seconds_an_epoch(self) -> float:
        """The mean over the epochs that were timed; nan for none."""
        return float(np.mean(self.seconds)) if self.seconds else math.nan


def _course(rounds: Sequence[Round], game: Game) -> dict[str, Any]:
    """How a training went."""
    return {
        "steps": rounds[-1].steps,
        "epochs": game.epochs,
        "discriminator": [one.discriminator_loss for one in rounds],
        "generator": [one.generator_loss for one in rounds],
    }


def sample(net: Generator, n: int, seed: int) -> UInt8[torch.Tensor, "n 3 size size"]:
    """n images of a generator; the noise is that of the seed."""
    return images_of(net, torch.randn(n, net.n_noise, generator=generator(seed, "sample")))


def walk(
    net: Generator, ends: Float[torch.Tensor, "2 n_noise"], steps: int
) -> UInt8[torch.Tensor, "steps 3 size size"]:
    """Frames along the line between two noise vectors, as in thesis Figure 5-14."""
    return images_of(net, interpolate(ends[0], ends[1], steps))


def walks(
    net: Generator, reader: PoseNetwork, *, n: int = 50, steps: int = 11, draw: torch.Generator
) -> dict[str, float]:
    """How even walks between noise vectors are: the largest of a walk's steps as a share of its length, measured on the
    bodies that are read; 1 / (steps - 1) for a steady motion, 1 for a jump. Median and worst of n walks."""
    largest = []
    for ends in torch.randn(n, 2, net.n_noise, generator=draw):
        body = read_poses(reader, walk(net, ends, steps)).body
        lengths = np.linalg.norm(np.diff(body, axis=0), axis=1)
        largest.append(float(lengths.max() / lengths.sum()) if lengths.any() else 1.0)
    return {"median": float(np.median(largest)), "worst": max(largest), "even": 1 / (steps - 1)}


def _weights(name: str, net: Any, settings: StringsSettings, metrics: dict[str, Any]) -> Weights:
    scene, _, method = name.partition("-")
    if isinstance(net, PointGenerator):
        told = {"R2": metrics["intervention"]["plate varied"]["generator"]["all"]}
        shape = "causal.intervention.PointGenerator()"
    elif isinstance(net, PoseNetwork):
        told = metrics[scene]["poses"]["held-out frames"]
        shape = f"causal.poses.PoseNetwork({len(net.mean)}, {settings.pose_width}, size={settings.size})"
    else:
        told = {"R2": metrics[scene]["link"][method]["R2"]["all"]}
        shape = f"nets.Generator({settings.width}, size={settings.size})"
    n = settings.n_pendulums if scene == "pendulums" else settings.n_train
    what = "poses of a marionette" if scene == "points" else f"frames of {scene}, {settings.size} x {settings.size}"
    return Weights(net.state_dict(), {"trained_on": f"{n} {what}", "metrics": told, "architecture": shape})
