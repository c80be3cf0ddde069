"""From source images to the objects of scenes: Tables 3.1 and 3.2 of the thesis on Toyland (Section 3.3)."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from thesiscode.data.toyland import TARGETS, source_breeds
from thesiscode.data.toyland.source import SETS
from thesiscode.engine import (
    BalancedSampler,
    History,
    Outcome,
    Protocol,
    Run,
    Tensors,
    Weights,
    fit,
    generator,
    numpy_generator,
    stream_seed,
)
from thesiscode.engine.checks import AT_LEAST_1, COUNT, FROM_0, SHARE, check_distinct, check_settings, one_of
from thesiscode.metrics import MeanAveragePrecision, mean_average_precision
from thesiscode.nets import SmallAlexNet, truncate

from .adaptation import AdaptedNet, adaptation_layers, cache_features
from .classify import PatchFeatures, patch_features, patch_probabilities
from .examples import toyland_images, training_patches
from .inputs import Jitter, as_input
from .scores import aggregate_scores
from .sources import SourceSettings, source_card, source_errors, source_network

N = len(TARGETS)
SIZE = 64
VALIDATION_START, TEST_START = 500_000, 900_000
"""Numbers of the first validation and of the first test scene; training scenes count from 0."""


@dataclass(frozen=True)
class ObjectSettings:
    """Which objects does a scene hold? Adaptation to Toyland's scenes, with and without pre-training."""

    sets: tuple[str, ...] = ("random", "related", "enlarged")
    """source sets to pre-train on; "related" is the one that is varied further"""
    fractions: tuple[float, ...] = (0.125, 0.25, 0.5)
    """shares of the images of `related` to pre-train on, besides all of them"""
    layers: tuple[int, ...] = (1, 2, 3)
    """numbers of adaptation layers"""
    powers: tuple[float, ...] = (1, 2, 3, 4, 5, 6, 8, 10, 15)
    """candidates for k of Eq. 3.1"""
    power: float = 5
    """k of Eq. 3.1 in all tables"""
    source: SourceSettings = field(default_factory=SourceSettings)
    """pre-training; `which` is taken from `sets`"""
    source_seeds: int = 0
    """how many source networks the seeds share, seed 3 of 3 that of seed 0 again; 0: each seed has its own"""
    n_scenes: int = 30
    """annotated scenes to train on"""
    other_scenes: tuple[int, ...] = (8, 15)
    """other numbers of annotated scenes, to see what each costs"""
    n_validation: int = 75
    """scenes to choose k on"""
    n_test: int = 150
    """test scenes, the same for all seeds"""
    overlap: float = 0.5
    """least overlap of neighbouring patches, in training and test"""
    width: int = 256
    """units of a hidden adaptation layer; 2048 in the thesis"""
    batch_size: int = 32
    """patches in a mini-batch"""
    patience: int = 3
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 15
    """most epochs at one learning rate"""
    world: int = 7
    """seed of the scenes"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            sets=one_of(*SETS),
            fractions=(lambda part: 0 < part < 1, "shares between 0 and 1"),
            layers=one_of(1, 2, 3),
            powers=AT_LEAST_1,
            power=AT_LEAST_1,
            source_seeds=FROM_0,
            n_scenes=COUNT,
            other_scenes=COUNT,
            n_validation=COUNT,
            n_test=COUNT,
            overlap=SHARE,
            width=COUNT,
        )
        check_distinct(self, "powers")
        self.protocol()

    def protocol(self) -> Protocol:
        """The training protocol of thesis Section 3.3 at this size."""
        return Protocol(batch_size=self.batch_size, patience=self.patience, max_epochs=self.max_epochs)


def training_set(settings: ObjectSettings, seed: int) -> Tensors:
    """The labelled patches of the scenes that this seed trains on; other seeds have other scenes."""
    scenes = toyland_images(settings.n_scenes, settings.world, start=seed * settings.n_scenes)
    rng = numpy_generator(seed, "background")
    return training_patches(scenes, N, size=SIZE, rng=rng, overlap=settings.overlap)


def scene_features(settings: ObjectSettings, trunk: nn.Module, *, validation: bool = False) -> PatchFeatures:
    """The features of all patches of the test scenes, or of the validation scenes."""
    n, start = (settings.n_validation, VALIDATION_START) if validation else (settings.n_test, TEST_START)
    scenes = toyland_images(n, settings.world, start=start)
    return patch_features(trunk, scenes, N, size=SIZE, overlap=settings.overlap)


def train_head(settings: ObjectSettings, features: Tensors, layers: int, run: Run) -> nn.Sequential:
    """Adaptation layers, trained on cached features with class-balanced mini-batches."""
    draw = generator(run.seed, "head", layers)
    head = adaptation_layers(features.inputs.shape[1], N + 1, layers=layers, width=settings.width, generator=draw)
    sampler = BalancedSampler(features.targets, run.seed)
    fit(head, features, F.cross_entropy, settings.protocol(), seed=run.seed, sampler=sampler, progress=run.progress)
    return head


def train_whole(settings: ObjectSettings, patches: Tensors, run: Run) -> AdaptedNet:
    """The identical network without pre-training: all layers are trained on the patches of the scenes."""
    draw = generator(run.seed, "no pretrain")
    trunk = truncate(SmallAlexNet(1, fc_width=settings.source.fc_width, generator=draw), "dropout7")
    net = AdaptedNet(trunk, adaptation_layers(settings.source.fc_width, N + 1, width=settings.width, generator=draw))
    fit(
        net.to(memory_format=torch.channels_last),
        patches,
        F.cross_entropy,
        settings.protocol(),
        seed=run.seed,
        sampler=BalancedSampler(patches.targets, run.seed),
        prepare=as_input,
        augment=Jitter(shift=4, zoom=1.2),
        folder=_shared_folder(run, f"no-pretrain-{settings.n_scenes}", *_decisive(settings)),
        resume=True,
        progress=run.progress,
        accelerator=run.accelerator,
    )
    return net


def average_precisions(head: nn.Module, features: PatchFeatures, k: float) -> MeanAveragePrecision:
    """Average precision of each class, and their mean, of the image scores of Eq. 3.1."""
    probabilities = patch_probabilities(head, features, N)
    scores = np.stack([aggregate_scores(p, k) for p in probabilities])
    return mean_average_precision(features.labels, scores)


def objects(settings: ObjectSettings, run: Run) -> Outcome:
    """All rows of the comparison with one seed; networks of earlier runs are found in `run.shared`."""
    patches = training_set(settings, run.seed)
    rows: dict[str, dict[str, Any]] = {}
    metrics: dict[str, Any] = {"patches": len(patches), "source": {}, "layers": {}, "powers": {}, "scenes": {}}
    weights: dict[str, Weights] = {}

    whole = train_whole(settings, patches, run)
    rows["no pretrain"] = measure(settings, whole.head, scene_features(settings, whole.trunk))
    variants = [(which, 1.0) for which in settings.sets] + [("related", part) for part in settings.fractions]
    for which, part in variants:
        source = source_settings(settings, which, part)
        owner = replace(run, seed=run.seed % settings.source_seeds if settings.source_seeds else run.seed)
        net, history = shared_source(source, owner)
        errors = source_errors(net, which, source.n_test, 2 * owner.seed + 1)
        trunk = truncate(net, "relu7").eval()
        cached = Tensors(cache_features(trunk, patches.inputs), patches.targets)
        test = scene_features(settings, trunk)
        head = train_head(settings, cached, 2, run)
        name = which if part == 1 else f"{which}, {part:g} of the images"
        rows[name] = measure(settings, head, test)
        metrics["source"][name] = errors | {"images": source.n_images, "epochs": len(history)}
        if (which, part) == ("related", 1.0):
            for layers in settings.layers:
                other = head if layers == 2 else train_head(settings, cached, layers, run)
                metrics["layers"][str(layers)] = measure(settings, other, test)["mAP"]
            metrics["powers"] = compare_powers(settings, head, trunk, test)
            metrics["chosen_power"] = max(settings.powers, key=lambda k: metrics["powers"][f"{k:g}"]["validation"])
            metrics["scenes"] = compare_scenes(settings, trunk, test, run)
            weights["transfer/objects"] = Weights(head.state_dict(), head_card(settings, which, rows[name]))
        if part == 1:
            weights[f"transfer/{which}"] = Weights(net.state_dict(), source_card(source, errors))
    return Outcome(metrics | {"rows": rows}, weights)


def source_settings(settings: ObjectSettings, which: str, part: float = 1.0) -> SourceSettings:
    """Pre-training on a share `part` of a source set; sets with more breeds have more images, as in the thesis."""
    per_breed = settings.source.n_images / len(source_breeds(settings.source.which))
    return replace(settings.source, which=which, n_images=round(part * per_breed * len(source_breeds(which))))


def compare_powers(
    settings: ObjectSettings, head: nn.Module, trunk: nn.Module, test: PatchFeatures
) -> dict[str, dict[str, float]]:
    """Mean average precision on validation and on test scenes for each k of Eq. 3.1."""
    sets = {"validation": scene_features(settings, trunk, validation=True), "test": test}
    return {
        f"{k:g}": {name: average_precisions(head, features, k).mean for name, features in sets.items()}
        for k in settings.powers
    }


def compare_scenes(
    settings: ObjectSettings, trunk: nn.Module, test: PatchFeatures, run: Run
) -> dict[str, dict[str, float]]:
    """Mean average precision with other numbers of annotated scenes, with and without pre-training."""
    found = {}
    for n in settings.other_scenes:
        fewer = replace(settings, n_scenes=n)
        patches = training_set(fewer, run.seed)
        head = train_head(fewer, Tensors(cache_features(trunk, patches.inputs), patches.targets), 2, run)
        whole = train_whole(fewer, patches, run)
        found[str(n)] = {
            "related": measure(settings, head, test)["mAP"],
            "no pretrain": measure(settings, whole.head, scene_features(settings, whole.trunk))["mAP"],
        }
    return found


def shared_source(source: SourceSettings, run: Run) -> tuple[SmallAlexNet, History]:
    """The source network of this seed, trained once for all experiments: its checkpoint is in `run.shared`."""
    # The number of test images decides nothing of the network.
    folder = _shared_folder(run, f"source-{source.which}-{source.n_images}", replace(source, n_test=1))
    return source_network(source, run.seed, folder, progress=run.progress, accelerator=run.accelerator)


def _decisive(settings: ObjectSettings) -> tuple[object, ...]:
    """What the network without pre-training depends on, besides the seed."""
    return settings.source.fc_width, settings.width, settings.overlap, settings.world, settings.protocol()


def _shared_folder(run: Run, name: str, *settings: object) -> Path:
    """The folder of one training in `run.shared`; its name tells seeds and settings apart."""
    return run.shared / f"{name}-{run.seed}-{stream_seed(0, *map(repr, settings)):016x}"


def measure(settings: ObjectSettings, head: nn.Module, features: PatchFeatures) -> dict[str, Any]:
    """Average precision on the test scenes: "mAP" and one a class."""
    per_class, mean = average_precisions(head, features, settings.power)
    return {"mAP": mean, **dict(zip(TARGETS, per_class.tolist(), strict=True))}


def head_card(settings: ObjectSettings, which: str, row: dict[str, Any]) -> dict[str, object]:
    """What the zoo says of the weights of adaptation layers."""
    return {
        "architecture": f"adaptation_layers({settings.source.fc_width}, {N + 1}, width={settings.width}), "
        f"on relu7 of transfer/{which}",
        "trained_on": f"patches of {settings.n_scenes} scenes of Toyland, world {settings.world}",
        "metrics": {"mAP": row["mAP"]},
        "test": f"{settings.n_test} scenes of the same world, overlap {settings.overlap}, k = {settings.power:g}",
    }
