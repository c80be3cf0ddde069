"""The networks of the page on pipelines that ship with the package: settings, and how they are trained and measured."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from thesiscode import zoo
from thesiscode.engine import Outcome, Run, Weights, generator
from thesiscode.engine.checks import COUNT, FROM_0, check_settings
from thesiscode.nets import SmallAlexNet

from .heat_maps import Frames, JointNetwork, joint_errors, marionette_frames, pck, point, train_joints
from .segmentation import (
    Labelled,
    SegmentationNetwork,
    intersections_over_unions,
    labelled_scenes,
    segment_images,
    train_segmentation,
)

RADIUS = 2.0
"""Pixels: a joint that is pointed at from no farther away counts as found."""
TEST_START = 1_000_000
"""The first scene of the test set, in the same world as the scenes of training."""
SEGMENTATION = {"skips": True, "plain": False}
JOINTS = {"heat-maps": True, "coordinates": False}


@dataclass(frozen=True)
class SegmentationSettings:
    """Two networks that label pixels; they differ in their skips."""

    n_train: int = 300
    """scenes"""
    n_test: int = 60
    """held-out scenes"""
    side: int = 96
    """of the scenes, in pixels"""
    epochs: int = 20

    def __post_init__(self) -> None:
        check_settings(self, n_train=(lambda n: n >= 16, "at least 16"), n_test=COUNT, side=COUNT, epochs=FROM_0)


@dataclass(frozen=True)
class JointSettings:
    """Two networks that point at joints; they differ in what they put out."""

    n_train: int = 1000
    """frames"""
    n_test: int = 300
    """held-out frames, of other runs"""
    epochs: int = 14

    def __post_init__(self) -> None:
        check_settings(self, n_train=(lambda n: n >= 32, "at least 32"), n_test=COUNT, epochs=FROM_0)


def segmentation_test(settings: SegmentationSettings) -> Labelled:
    """The scenes that the networks are measured on."""
    return labelled_scenes(settings.n_test, start=TEST_START, side=settings.side)


def make_segmentation(which: str, seed: int = 0) -> SegmentationNetwork:
    """The network before training, "skips" or "plain": a classifier of source images, and a new head."""
    trunk = SmallAlexNet(120)
    zoo.load_into(trunk, "transfer/related")
    return SegmentationNetwork(trunk, skips=SEGMENTATION[which], generator=generator(seed, "segmentation"))


def mean_iou(net: SegmentationNetwork, test: Labelled) -> dict[str, float]:
    """Mean intersection over union of a network on some scenes, and that of the background alone."""
    found = intersections_over_unions(segment_images(net, test.images), test.classes)
    return {"mean IoU": float(np.nanmean(found)), "background": float(found[0])}


def segmentation(settings: SegmentationSettings, run: Run) -> Outcome:
    """Trains a network with skips and one without on the same scenes, in the same order."""
    data, test = labelled_scenes(settings.n_train, side=settings.side), segmentation_test(settings)
    metrics, weights = {}, {}
    for which in SEGMENTATION:
        net = make_segmentation(which, run.seed)
        losses = train_segmentation(net, data, epochs=settings.epochs, draw=generator(run.seed, "order"))
        metrics[which] = mean_iou(net, test) | {"losses": losses}
        card = _card(
            f"{settings.n_train} scenes of Toyland, {settings.side} pixels",
            {name: value for name, value in metrics[which].items() if name != "losses"},
            f"head of history.SegmentationNetwork(SmallAlexNet(120), skips={SEGMENTATION[which]})",
        )
        weights[f"history/segmentation-{which}"] = Weights(net.trained, card)
    return Outcome(metrics, weights)


def joints_test(settings: JointSettings, seed: int = 0) -> Frames:
    """The frames that the networks are measured on: of other runs than those of training."""
    return marionette_frames(settings.n_test, 2 * seed + 1)


def make_joints(which: str, seed: int = 0) -> JointNetwork:
    """The network before training, "heat-maps" or "coordinates", for the eight points of a marionette."""
    return JointNetwork(8, maps=JOINTS[which], generator=generator(seed, "joints"))


def pointing(net: JointNetwork, test: Frames) -> dict[str, float]:
    """Mean error in pixels, and the share of joints found within RADIUS."""
    errors = joint_errors(net.read(point(net, test.images)), test.joints)
    return {"mean error": float(errors.mean()), "PCK": pck(errors, RADIUS)}


def joints(settings: JointSettings, run: Run) -> Outcome:
    """Trains a network that gives heat maps and one that gives coordinates on the same frames, in the same order."""
    data, test = marionette_frames(settings.n_train, 2 * run.seed), joints_test(settings, run.seed)
    metrics, weights = {}, {}
    for which, maps in JOINTS.items():
        net = make_joints(which, run.seed)
        train_joints(net, data, epochs=settings.epochs, draw=generator(run.seed, "order"))
        metrics[which] = pointing(net, test)
        trained_on = f"{settings.n_train} frames of marionettes, 48 x 48"
        card = _card(trained_on, metrics[which], f"history.JointNetwork(8, maps={maps})")
        weights[f"history/joints-{which}"] = Weights(net.state_dict(), card)
    return Outcome(metrics, weights)


def _card(trained_on: str, metrics: dict[str, float], architecture: str) -> dict[str, Any]:
    return {"trained_on": trained_on, "metrics": metrics, "architecture": architecture}


def load_network(name: str) -> torch.nn.Module:
    """A network of the zoo, trained: "segmentation-skips", "segmentation-plain", "joints-heat-maps" or
    "joints-coordinates". Raises ValueError for another name."""
    kind, _, which = name.partition("-")
    if which in SEGMENTATION and kind == "segmentation":
        net: torch.nn.Module = make_segmentation(which)
        state = net.state_dict() | zoo.load_weights(f"history/{name}").state
    elif which in JOINTS and kind == "joints":
        net = make_joints(which)
        state = zoo.load_weights(f"history/{name}").state
    else:
        known = [f"segmentation-{w}" for w in SEGMENTATION] + [f"joints-{w}" for w in JOINTS]
        raise ValueError(f"name: expected one of {known}, got {name!r}")
    net.load_state_dict(state)
    return net.eval()
