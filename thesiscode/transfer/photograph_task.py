"""Adaptation layers on photographs, beside whole images and no pre-training: Tables 3.1 and 3.2 on real data."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torchvision
from jaxtyping import Float
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F

from thesiscode.engine import BalancedSampler, Outcome, Run, Weights, fit, generator, numpy_generator, stream_seed
from thesiscode.metrics import mean_average_precision
from thesiscode.nets import AlexNet, OneWeirdTrickAlexNet, SmallAlexNet, truncate

from .adaptation import AdaptedNet, adaptation_layers
from .inputs import Jitter
from .photographs import (
    PhotographSettings,
    as_photograph,
    held_out_probabilities,
    patches_to_train_on,
    stream_probabilities,
    training_features,
    whole_images,
)
from .scores import aggregate_scores

SMALL_SIZE = 64
"""Side of the patches that the small AlexNet sees."""
NO_PRETRAIN_BATCH = 32
FOLDS = 5
"""Of the cross-validation that chooses the regularisation of the linear classifiers."""


def objects_in_photographs(settings: PhotographSettings, run: Run) -> Outcome:
    """Average precision of each class by adaptation layers on patches, against whole images and no pre-training."""
    head = trained_head(settings, run)
    probabilities, labels = held_out_probabilities(settings, head, run)
    combined = {f"{k:g}": aggregate(probabilities, k) for k in sorted({settings.power, *settings.powers})}
    rows = {
        "adapted": combined[f"{settings.power:g}"],
        "whole image": linear_scores(settings, run),
    }
    if settings.no_pretrain != "none":
        net = trained_from_nothing(settings, run)
        untrained, _ = stream_probabilities(settings, net.trunk, net.head, no_pretrain_size(settings))
        rows["no pretrain"] = aggregate(untrained, settings.power)
    metrics: dict[str, Any] = {
        "positives": dict(zip(settings.classes, (labels == 1).sum(axis=0).tolist(), strict=True)),
        "rows": {name: precisions(settings, labels, scores) for name, scores in rows.items()},
        "powers": {k: mean_average_precision(labels, scores).mean for k, scores in combined.items()},
        "resampled": {name: resampled(labels, scores) for name, scores in rows.items()},
    }
    card = {
        "architecture": f"adaptation_layers({head[0].in_features}, {len(settings.classes) + 1}, "
        f"width={settings.width}), on the features of {settings.network}",
        "trained_on": f"patches of {settings.train_split} of VOC {settings.year}, those of its photographs that are "
        f"in the reader's folder; classes {', '.join(settings.classes)}",
        "metrics": {"mAP": metrics["rows"]["adapted"]["mAP"]},
        "test": f"{len(labels)} photographs of {settings.test_split}, size {settings.size}, "
        f"overlap {settings.overlap}, k = {settings.power:g}",
    }
    return Outcome(metrics, {f"transfer/photographs-{settings.network}": Weights(head.state_dict(), card)})


def linear_scores(settings: PhotographSettings, run: Run) -> Float[np.ndarray, "n C"]:
    """Scores of the test photographs by a linear classifier a class on whole-image features.

    Logistic regression; its strength of regularisation is chosen by cross-validation on the training photographs.
    Scores are signed distances: above 0 for a class that is thought to be there. Raises ValueError for a class with
    fewer training photographs than parts of the cross-validation.
    """
    features, labels = whole_images(settings, settings.train_split, run)
    test, _ = whole_images(settings, settings.test_split, run)
    columns = []
    for name, truth in zip(settings.classes, labels.T, strict=True):
        known = truth != 0
        if (n := int((truth == 1).sum())) < FOLDS:
            raise ValueError(f"classes: expected at least {FOLDS} training photographs of {name}, got {n}")
        search = GridSearchCV(
            make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
            {"logisticregression__C": [1e-4, 1e-3, 1e-2, 1e-1, 1.0]},
            scoring="average_precision",
            cv=StratifiedKFold(FOLDS, shuffle=True, random_state=run.seed),
        )
        search.fit(features[known].numpy(), truth[known] == 1)
        columns.append(search.decision_function(test.numpy()))
    return np.stack(columns, axis=1)


def trained_head(settings: PhotographSettings, run: Run) -> nn.Sequential:
    """Adaptation layers, trained on the features of patches."""
    train, n = training_features(settings, run), len(settings.classes)
    draw = generator(run.seed, "photographs")
    head = adaptation_layers(train.inputs.shape[1], n + 1, width=settings.width, generator=draw)
    fit(
        head,
        train,
        F.cross_entropy,
        settings.protocol(),
        seed=run.seed,
        sampler=BalancedSampler(train.targets, run.seed),
        folder=run.folder / "adapted",
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
    )
    return head.cpu()


def trained_from_nothing(settings: PhotographSettings, run: Run) -> AdaptedNet:
    """A network that has never seen ImageNet: all its layers are trained on the patches."""
    size = no_pretrain_size(settings)
    patches = patches_to_train_on(settings, size)
    net = AdaptedNet(*blank_network(settings, run))
    fit(
        net.to(memory_format=torch.channels_last),
        patches,
        F.cross_entropy,
        replace(settings.protocol(), batch_size=NO_PRETRAIN_BATCH, max_epochs=settings.no_pretrain_epochs),
        seed=run.seed,
        sampler=BalancedSampler(patches.targets, run.seed, n=min(len(patches), settings.no_pretrain_patches)),
        prepare=as_photograph,
        augment=Jitter(shift=size // 16, zoom=1.2),
        workers=settings.workers,
        folder=run.folder / "no-pretrain",
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
    )
    net.head.cpu()
    return net


def no_pretrain_size(settings: PhotographSettings) -> int:
    """Side of the patches that the network without pre-training sees."""
    return SMALL_SIZE if settings.no_pretrain == "small" else settings.size


def blank_network(settings: PhotographSettings, run: Run) -> tuple[nn.Module, nn.Sequential]:
    """Trunk and adaptation layers of the row without pre-training, with fresh weights."""
    n, draw = len(settings.classes), generator(run.seed, "no pretrain")
    if settings.no_pretrain == "small":
        trunk = truncate(SmallAlexNet(1, generator=draw), "dropout7")
        return trunk, adaptation_layers(512, n + 1, width=settings.width, generator=draw)
    if settings.network == "squeezenet1_1":
        with torch.random.fork_rng(range(torch.cuda.device_count())):
            torch.manual_seed(stream_seed(run.seed, "no pretrain"))
            maps = torchvision.models.squeezenet1_1(weights=None).features
        trunk = nn.Sequential(maps, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        return trunk, adaptation_layers(512, n + 1, width=settings.width, generator=draw)
    net = AlexNet(1, generator=draw) if settings.network == "thesis" else OneWeirdTrickAlexNet(1, generator=draw)
    return truncate(net, "dropout7" if settings.network == "thesis" else "relu7"), adaptation_layers(
        4096, n + 1, width=settings.width, generator=draw
    )


def aggregate(probabilities: list[Float[np.ndarray, "_ C"]], k: float) -> Float[np.ndarray, "n C"]:
    """Eq. 3.1 for several images."""
    return np.stack([aggregate_scores(p, k) for p in probabilities])


def precisions(settings: PhotographSettings, labels: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Average precision: "mAP" and one a class, by the area under the curve; "mAP 11point" as VOC 2007 measured.

    labels, scores: [n, C], an image a row; labels are 1, -1, or 0 for images that are left out. Values in [0, 1].
    """
    found = mean_average_precision(labels, scores)
    eleven = mean_average_precision(labels, scores, interpolation="11point").mean
    return {"mAP": found.mean, "mAP 11point": eleven} | dict(zip(settings.classes, found.per_class, strict=True))


def resampled(labels: np.ndarray, scores: np.ndarray, *, times: int = 500) -> dict[str, float]:
    """95% bounds of the mean average precision over test sets drawn with replacement from the photographs.

    labels, scores: [n, C], as `precisions` takes them. The percentile bootstrap of Efron (1979) with `times` draws.
    """
    rng = numpy_generator(0, "resampled")
    draws = [rng.integers(0, len(labels), len(labels)) for _ in range(times)]
    means = [
        mean_average_precision(labels[rows], scores[rows]).mean if (labels[rows] == 1).any() else float("nan")
        for rows in draws
    ]
    low, high = np.nanpercentile(means, (2.5, 97.5))
    return {"low": float(low), "high": float(high)}
