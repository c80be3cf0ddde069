"""The zoo of GANs of Appendix C: many widths and epochs, and what each two-sample test says (thesis Section 5.3.3)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8

from thesiscode.engine import Diverged, Outcome, Run, Tensors, Weights, generator, read_tensors, write_tensors
from thesiscode.engine.checks import COUNT, check_distinct, check_settings, one_of
from thesiscode.gan import DCGAN, Game, Round, train_gan
from thesiscode.gan.images import SETS, SampleSheet, contact_sheet, gan_images, images_of, to_tanh
from thesiscode.nets import Discriminator, Generator

from .classifier import c2st
from .convolutional import ConvolutionalNetwork
from .images import as_vectors
from .selection import (
    FEATURES,
    class_scores,
    frechet_distance,
    image_features,
    inception_score,
    kernel_distance,
    statistics_of,
    toyland_network,
)

Images = UInt8[torch.Tensor, "n C size size"]


@dataclass(frozen=True)
class ZooSettings:
    """GANs of several widths, judged after several epochs."""

    images: str = "faces"
    """faces or bedrooms, drawn; lfw or lsun, from the data folder"""
    size: int = 32
    """side of the images, in pixels; 64 in the thesis"""
    widths: tuple[int, ...] = (8, 16, 32)
    """gf and df, in all pairs; 32, 64, 96 in the thesis"""
    epochs: tuple[int, ...] = (1, 5, 20, 50)
    """when a generator is judged; 1, 10, 50, 100, 200 in the thesis"""
    n_train: int = 2560
    """images to train on"""
    n_test: int = 1000
    """held-out images, and as many generated ones; 10,000 in the thesis"""
    features: tuple[str, ...] = ("toyland",)
    """what the tests look at, besides pixels; see `image_features`"""
    collapsed: tuple[int, ...] = (1, 16, 256)
    """generators collapsed on purpose: so many noise vectors, over and over"""
    critic_width: int = 16
    """df of the discriminator that tells raw pixels apart"""
    columns: int = 8
    """sample images a row of the sheet"""
    game: Game = field(default_factory=lambda: DCGAN)
    """the rules of training; its epochs are those above"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            images=one_of(*SETS),
            widths=COUNT,
            epochs=COUNT,
            n_train=COUNT,
            n_test=(lambda n: n >= 16, "at least 16 images"),
            features=one_of(*FEATURES),
            collapsed=COUNT,
            critic_width=COUNT,
            columns=COUNT,
        )
        check_distinct(self, "widths", "epochs", "features")


def gan_zoo(settings: ZooSettings, run: Run) -> Outcome:
    """One row a generator and epoch, then rows that set the scale: held-out images against others, an untrained
    generator, and collapsed ones. The weights are those of the widest generator at the last epoch."""
    train, test = gan_images(
        settings.images, settings.n_train, 2 * settings.n_test, settings.size, seed=run.seed, shared=run.shared
    )
    held_out, others = test[: settings.n_test], test[settings.n_test :]
    judge = Judge(settings, held_out, run.seed)
    rows, sheet = [], []
    for gf in sorted(settings.widths):
        for df in sorted(settings.widths):
            found = train_one(settings, train, gf, df, run)
            for epoch, state, diverged in found:
                net = make_generator(settings, gf, train.shape[1])
                net.load_state_dict(state)
                fake = draw(net, settings.n_test, run.seed)
                rows.append({"gf": gf, "df": df, "epoch": epoch, "diverged": diverged} | judge(fake))
                sheet.append(fake[: settings.columns])
    best = make_generator(settings, max(settings.widths), train.shape[1])
    best.load_state_dict(state)
    anchors = {"held-out images": others, "training images": train[: settings.n_test]}
    anchors["untrained"] = draw(
        make_generator(settings, max(settings.widths), train.shape[1], run.seed), settings.n_test, run.seed
    )
    for n in settings.collapsed:
        anchors[f"collapsed to {n}"] = draw(best, n, run.seed)[torch.arange(settings.n_test) % n]
    found = {name: judge(images) for name, images in anchors.items()}
    sheet += [images[: settings.columns] for images in anchors.values()]
    metrics = {"rows": rows, "anchors": found, "sheet": {"columns": settings.columns, "anchors": list(anchors)}}
    if settings.images not in ("faces", "bedrooms"):  # photographs, and networks that saw them, stay with their reader
        return Outcome(metrics)
    name = f"twosample/{settings.images}"
    weights = Weights(best.state_dict(), _card(settings, rows[-1]))
    return Outcome(metrics, {name: weights}, {name: contact_sheet(sheet)})


def make_generator(settings: ZooSettings, gf: int, channels: int, seed: int | None = None) -> Generator:
    """A generator of the zoo, with the initial weights of a seed."""
    first = None if seed is None else generator(seed, "generator", gf)
    return Generator(gf, size=settings.size, channels=channels, generator=first)


def train_one(
    settings: ZooSettings, train: Images, gf: int, df: int, run: Run
) -> Iterator[tuple[int, dict[str, torch.Tensor], bool]]:
    """Trains one pair of networks; yields the generator's weights at each epoch that is judged, and whether training
    had diverged before, in which case they are those of the last epoch before that was judged."""
    folder = run.folder / f"{gf}-{df}"
    channels = train.shape[1]
    g = make_generator(settings, gf, channels, run.seed)
    d = Discriminator(df, size=settings.size, channels=channels, generator=generator(run.seed, "discriminator", df))
    fresh = {name: value.clone() for name, value in g.state_dict().items()}

    sheet = SampleSheet(
        folder / "samples.png", settings.columns, epochs=settings.epochs, seed=run.seed, resume=run.resume
    )

    def keep(done: Round, net: Generator) -> None:
        sheet(done, net)
        if done.number in settings.epochs:
            write_tensors(_snapshot(folder, done.number), net.state_dict())

    if not run.resume:  # those of another training would be taken for this one's
        for epoch in settings.epochs:
            _snapshot(folder, epoch).unlink(missing_ok=True)
    end = 0
    try:
        train_gan(
            g,
            d,
            Tensors(train, torch.zeros(len(train))),
            replace(settings.game, epochs=max(settings.epochs)),
            seed=run.seed,
            prepare=to_tanh,
            watch=keep,
            accelerator=run.accelerator,
            folder=folder,
            resume=run.resume,
            progress=run.progress,
            about=settings.images,
        )
    except Diverged:
        end = 1 + max((epoch for epoch in settings.epochs if _snapshot(folder, epoch).is_file()), default=0)
    last = fresh
    for epoch in sorted(settings.epochs):
        diverged = bool(end) and epoch >= end
        last = last if diverged else read_tensors(_snapshot(folder, epoch))[0]
        yield epoch, last, diverged


def _snapshot(folder: Path, epoch: int) -> Path:
    return folder / f"epoch-{epoch}.safetensors"


def draw(net: Generator, n: int, seed: int) -> Images:
    """n images of a generator, the same noise for every generator with this seed."""
    return images_of(net, torch.randn(n, net.n_noise, generator=generator(seed, "judged noise")))


class Judge:
    """Compares images with held-out real ones, of which features are computed once."""

    def __init__(self, settings: ZooSettings, held_out: Images, seed: int) -> None:
        self.settings, self.seed, self.held_out = settings, seed, held_out
        self.extractors = {name: image_features(name) for name in settings.features}
        self.real = {name: extract(held_out) for name, extract in self.extractors.items()}
        self.classes = toyland_network()

    def __call__(self, fake: Images) -> dict[str, Any]:
        """All statistics of images against the held-out ones."""
        found = {name: self._features(self.real[name], extract(fake)) for name, extract in self.extractors.items()}
        x, y = as_vectors(self.held_out), as_vectors(fake)
        pixels = statistics_of(x, y, seed=self.seed)
        network = ConvolutionalNetwork(tuple(fake.shape[1:]), width=self.settings.critic_width, seed=self.seed)
        told = c2st(x, y, classifier=network, rng=np.random.default_rng([self.seed, 3]))
        pixels["discriminator"] = {"statistic": told.statistic, "p": told.p_value}
        score = inception_score(class_scores(self.classes, fake), seed=self.seed)
        return {"features": found, "pixels": pixels, "inception score": score}

    def _features(self, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
        scores = {"fid": frechet_distance(x, y), "kid": kernel_distance(x, y, seed=self.seed)}
        return statistics_of(x, y, seed=self.seed) | scores


def _card(settings: ZooSettings, row: dict[str, Any]) -> dict[str, Any]:
    width, first = max(settings.widths), row["features"][settings.features[0]]
    return {
        "trained_on": f"{settings.n_train} drawn {settings.images}, {settings.size} x {settings.size} pixels, "
        f"{max(settings.epochs)} epochs against a discriminator of width {width}"
        + (", which diverged before the end" if row["diverged"] else ""),
        "metrics": {f"{name}, {settings.features[0]}": first[name]["statistic"] for name in ("mmd", "knn", "nn")},
        "architecture": f"nets.Generator({width}, size={settings.size})",
    }
