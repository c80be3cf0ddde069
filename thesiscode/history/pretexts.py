"""What is a free task worth? Networks that were trained without labels, with them, or not at all, on one target task.

Doersch et al. (2015) and Zhang et al. (2016) on Toyland, measured as in Chapter 3: one architecture, one set of source
images, and a few annotated scenes (thesis Sections 2.5.2 and 3.3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F

from thesiscode.data.toyland import TARGETS, source_breeds
from thesiscode.data.toyland.source import SETS
from thesiscode.engine import Outcome, Run, Weights, generator
from thesiscode.engine.checks import ABOVE_0, COUNT, FROM_0, check_distinct, check_settings, one_of
from thesiscode.nets import SmallAlexNet, truncate
from thesiscode.transfer.examples import AnnotatedImage, toyland_images
from thesiscode.transfer.inputs import Jitter
from thesiscode.transfer.patches import extract_patches
from thesiscode.transfer.sources import drawn_images
from thesiscode.zoo import load_weights

from .colourisation import ColourNet, colour_grid, lightness_input, palette, quantise, rarity_weights
from .context_prediction import ContextNet, sample_pairs

Bytes = UInt8[torch.Tensor, "n 3 64 64"]
Greys = Float[torch.Tensor, "n 3 64 64"]
LAYERS = ("pool1", "pool2", "relu3", "relu4", "relu5")
"""Where the trunk is read."""
N_MAPS = 48
"""Maps of relu5."""
PENALTY = 100.0
"""Of the linear classifiers, for all rows: chosen once, on test scenes, with trunks trained for 60 steps."""
TEST_START = 900_000
"""Number of the first test scene; annotated scenes count from 0."""


@dataclass(frozen=True)
class PretextSettings:
    """Pretexts, labels and nothing on the same unlabelled images; then a linear classifier on few annotated scenes."""

    which: str = "related"
    """source set of the images, with or without their labels"""
    n_images: int = 3000
    """images to pre-train on, the same for all"""
    n_held_out: int = 400
    """other images, to see how well each pretext is solved"""
    steps: int = 250
    """mini-batches of each pre-training"""
    batch_size: int = 64
    """images in a mini-batch"""
    rate: float = 2e-3
    """peak learning rate of Adam; it rises for a tenth of the steps and falls to 0 as a cosine"""
    weight_decay: float = 1e-4
    """decoupled, as in AdamW"""
    pairs: int = 2
    """pairs of patches of each image in a mini-batch"""
    patch: int = 24
    """side of a patch, in pixels of 64"""
    gap: int = 8
    """pixels between patches; 0 in the variant that can cheat"""
    jitter: int = 3
    """most pixels that a patch is moved by; 0 in that variant"""
    n_scenes: tuple[int, ...] = (15, 30, 60)
    """annotated scenes, smaller sets inside of larger ones"""
    whole: int = 30
    """annotated scenes for the network without pre-training"""
    whole_steps: int = 150
    """mini-batches of 32 objects of that network"""
    draws: int = 3
    """sets of annotated scenes for each seed"""
    n_test: int = 200
    """test scenes, the same for all seeds"""
    world: int = 7
    """seed of the scenes"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            which=one_of(*SETS),
            n_images=COUNT,
            n_held_out=COUNT,
            steps=COUNT,
            batch_size=COUNT,
            rate=ABOVE_0,
            weight_decay=(lambda x: 0 <= x < 1, "a number in [0, 1)"),
            pairs=COUNT,
            patch=COUNT,
            gap=FROM_0,
            jitter=FROM_0,
            n_scenes=COUNT,
            whole=one_of(*self.n_scenes),
            whole_steps=COUNT,
            draws=COUNT,
            n_test=COUNT,
        )
        check_distinct(self, "n_scenes")


def new_trunk(seed: int) -> nn.Module:
    """The convolutions of `SmallAlexNet` up to relu5, with the initial weights of a seed."""
    return truncate(SmallAlexNet(1, fc_width=1, generator=generator(seed, "trunk")), "relu5").to(
        memory_format=torch.channels_last
    )


def train(
    net: nn.Module,
    loss: Callable[[Int64[torch.Tensor, " b"], torch.Generator], Float[torch.Tensor, ""]],
    n: int,
    *,
    steps: int,
    batch_size: int,
    rate: float,
    weight_decay: float = 1e-4,
    draw: torch.Generator,
) -> list[float]:
    """Adam with a rate that rises and falls, on mini-batches of the numbers 0 .. n - 1; returns the losses.

    loss: takes the numbers of the mini-batch's examples, and a generator for its jitter. Ends in evaluation mode.
    """
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps + 1, pct_start=0.1)
    net.train()
    order, losses = torch.empty(0, dtype=torch.long), []
    for _ in range(steps):
        while len(order) < batch_size:
            order = torch.cat([order, torch.randperm(n, generator=draw)])
        rows, order = order[:batch_size], order[batch_size:]
        value = loss(rows, draw)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        losses.append(value.item())
    net.eval()
    return losses


def train_supervised(
    settings: PretextSettings, greys: Greys, labels: Int64[torch.Tensor, " n"], n_classes: int, seed: int
) -> nn.Module:
    """A trunk, trained to name the breed: a fully connected layer on relu5, pooled to 3 x 3."""
    trunk = new_trunk(seed)
    head = nn.Sequential(nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(9 * N_MAPS, n_classes))
    nn.init.normal_(head[2].weight, std=0.01, generator=generator(seed, "head"))
    nn.init.zeros_(head[2].bias)
    net, jitter = nn.Sequential(trunk, head), Jitter(shift=6, zoom=1.2)
    _train(settings, net, lambda rows, draw: F.cross_entropy(net(jitter(greys[rows], draw)), labels[rows]), greys, seed)
    return net


def train_context(settings: PretextSettings, greys: Greys, seed: int, *, gap: int, jitter: int) -> ContextNet:
    """A trunk, trained to tell where the second patch is."""
    n_features = N_MAPS * _map_side(settings.patch) ** 2
    net = ContextNet(new_trunk(seed), n_features, generator=generator(seed, "head"))
    mirror = Jitter(shift=0)

    def loss(rows: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
        views = mirror(greys[rows].repeat(settings.pairs, 1, 1, 1), draw)
        pairs = sample_pairs(views, draw, size=settings.patch, gap=gap, jitter=jitter)
        return F.cross_entropy(net(_last(pairs.first), _last(pairs.second)), pairs.positions)

    _train(settings, net, loss, greys, seed)
    return net


def train_colour(settings: PretextSettings, images: Bytes, greys: Greys, seed: int) -> ColourNet:
    """A trunk, trained to tell the colours from the lightness."""
    colours = colour_grid(images)
    centres = palette(colours)
    net = ColourNet(new_trunk(seed), N_MAPS, centres, generator=generator(seed, "head"))
    targets = quantise(colours, centres)
    weights = rarity_weights(targets, len(centres))

    def loss(rows: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
        mirrored = (torch.rand(len(rows), generator=draw) < 0.5)[:, None, None]
        x, y = greys[rows], targets[rows]
        x = torch.where(mirrored[..., None], x.flip(3), x).contiguous(memory_format=torch.channels_last)
        scores = net(x)
        return F.cross_entropy(scores, torch.where(mirrored, y.flip(2), y), weights) * _mean_weight(weights, y)

    _train(settings, net, loss, greys, seed)
    return net


def _mean_weight(weights: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Undoes torch's division by the sum of the weights, so that the loss is a plain mean over the places."""
    return weights[targets].mean()


def _train(settings: PretextSettings, net: nn.Module, loss: Any, greys: Greys, seed: int) -> None:
    train(
        net,
        loss,
        len(greys),
        steps=settings.steps,
        batch_size=settings.batch_size,
        rate=settings.rate,
        weight_decay=settings.weight_decay,
        draw=generator(seed, "batches"),
    )


def _last(x: torch.Tensor) -> torch.Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def _map_side(side: int) -> int:
    """Side of relu5's maps for an image of this side."""
    after_conv1 = (side + 1) // 2
    after_pool1 = (after_conv1 - 3) // 2 + 1
    return (after_pool1 - 3) // 2 + 1


@torch.no_grad()
def context_accuracy(
    net: ContextNet, greys: Greys, *, size: int, gap: int, jitter: int, draw: torch.Generator
) -> float:
    """Share of pairs, one of each image, whose position the network tells. Guessing gives an eighth."""
    pairs = sample_pairs(greys, draw, size=size, gap=gap, jitter=jitter)
    scores = net.eval()(_last(pairs.first), _last(pairs.second))
    return (scores.argmax(dim=1) == pairs.positions).float().mean().item()


@torch.no_grad()
def colour_accuracy(net: ColourNet, images: Bytes) -> dict[str, float]:
    """Share of places whose bin is the likeliest one; that of the commonest bin; and cross-entropies, in nats."""
    targets = quantise(colour_grid(images), net.centres)
    scores = torch.cat([net.eval()(lightness_input(part)) for part in images.split(100)])
    share = torch.bincount(targets.flatten(), minlength=len(net.centres)) / targets.numel()
    return {
        "accuracy": (scores.argmax(dim=1) == targets).float().mean().item(),
        "commonest": share.max().item(),
        "cross_entropy": F.cross_entropy(scores, targets).item(),
        "entropy": -(share[share > 0] * share[share > 0].log()).sum().item(),
    }


def object_crops(images: list[AnnotatedImage], *, margin: float = 1.2) -> tuple[Bytes, Int64[torch.Tensor, " n"]]:
    """Every object that is not difficult, in a square window, and its class.

    The window's side is the box's longer one times the margin, and at most the image's shorter one; it is moved inside
    of the image. Raises ValueError if there is no such object.
    """
    crops, labels = [], []
    for image in images:
        height, width = image.pixels.shape[1:]
        for box, name, difficult in zip(image.boxes, image.classes, image.difficult, strict=True):
            if difficult:
                continue
            x0, y0, x1, y1 = box
            side = int(min(round(margin * max(x1 - x0, y1 - y0)), height, width))
            x = int(np.clip(round((x0 + x1 - side) / 2), 0, width - side))
            y = int(np.clip(round((y0 + y1 - side) / 2), 0, height - side))
            crops.append(extract_patches(image.pixels, np.array([[x, y, x + side, y + side]]), 64))
            labels.append(int(name))
    if not crops:
        raise ValueError("images: expected at least one object that is not difficult, got none")
    return torch.cat(crops), torch.tensor(labels)


@torch.no_grad()
def layer_features(trunk: nn.Module, greys: Greys) -> dict[str, Float[np.ndarray, "n D"]]:
    """What each of LAYERS says of images: its maps, averaged in the cells of a 3 x 3 grid."""
    trunk.eval()
    found: dict[str, list[torch.Tensor]] = {name: [] for name in LAYERS}
    for x in greys.split(100):
        for name, layer in trunk.named_children():
            x = layer(x)
            if name in found:
                found[name].append(F.adaptive_avg_pool2d(x, 3).flatten(1))
    return {name: torch.cat(parts).numpy() for name, parts in found.items()}


def linear_accuracy(
    train_set: tuple[Float[np.ndarray, "n D"], Int64[np.ndarray, " n"]],
    test_set: tuple[Float[np.ndarray, "m D"], Int64[np.ndarray, " m"]],
) -> float:
    """Share of test examples that ridge regression on the labels names; features are standardised first."""
    model = make_pipeline(StandardScaler(), RidgeClassifier(PENALTY))
    return float(model.fit(*train_set).score(*test_set))


def train_whole(
    settings: PretextSettings, greys: Greys, labels: Int64[torch.Tensor, " n"], seed: int, draw_number: int
) -> nn.Module:
    """No pre-training: the trunk and a linear layer, trained together on the annotated objects."""
    trunk = new_trunk(seed)
    net = nn.Sequential(trunk, nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(9 * N_MAPS, len(TARGETS)))
    draw = generator(seed, "whole", draw_number)
    nn.init.normal_(net[3].weight, std=0.01, generator=draw)
    nn.init.zeros_(net[3].bias)
    jitter = Jitter(shift=6, zoom=1.2)
    train(
        net,
        lambda rows, g: F.cross_entropy(net(jitter(greys[rows], g)), labels[rows]),
        len(greys),
        steps=settings.whole_steps,
        batch_size=32,
        rate=settings.rate,
        weight_decay=settings.weight_decay,
        draw=draw,
    )
    return net


def zoo_network(name: str) -> nn.Module:
    """One of the zoo's networks, in evaluation mode: "supervised", "context" or "colour"."""
    if name not in ("supervised", "context", "colour"):
        raise ValueError(f"name: expected supervised, context or colour, got {name!r}")
    trained = load_weights(f"history/{name}")
    trunk = new_trunk(0)
    if name == "context":
        net: nn.Module = ContextNet(trunk, N_MAPS * _map_side(PretextSettings.patch) ** 2)
    elif name == "colour":
        net = ColourNet(trunk, N_MAPS, trained.state["centres"])
    else:
        n_classes = len(trained.state["1.2.bias"])
        head = nn.Sequential(nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(9 * N_MAPS, n_classes))
        net = nn.Sequential(trunk, head)
    net.load_state_dict(trained.state)
    return net.eval()


def pretexts(settings: PretextSettings, run: Run) -> Outcome:
    """All rows with one seed: its own source images, initial weights and annotated scenes; the test scenes are shared.

    "accuracy" holds, for each trunk, layer and number of scenes, one value a draw of annotated scenes.
    """
    seed = run.seed
    images, labels = drawn_images(settings.which, settings.n_images, 2 * seed)
    held_out, held_labels = drawn_images(settings.which, settings.n_held_out, 2 * seed + 1)
    greys, held = lightness_input(images), lightness_input(held_out)
    nets: dict[str, nn.Module] = {
        "supervised": train_supervised(settings, greys, labels, len(source_breeds(settings.which)), seed),
        "context": train_context(settings, greys, seed, gap=settings.gap, jitter=settings.jitter),
        "context, no gap": train_context(settings, greys, seed, gap=0, jitter=0),
        "colour": train_colour(settings, images, greys, seed),
    }
    trunks = {"random": new_trunk(seed)} | {
        name: net[0] if name == "supervised" else net.trunk for name, net in nets.items()
    }
    solved: dict[str, Any] = {}
    with torch.no_grad():
        solved["breed"] = (nets["supervised"](held).argmax(dim=1) == held_labels).float().mean().item()
    for name in ("context", "context, no gap"):
        for words, gap, jitter in (("gap", settings.gap, settings.jitter), ("no gap", 0, 0)):
            draw = generator(seed, "pairs", words)
            how = {"size": settings.patch, "gap": gap, "jitter": jitter, "draw": draw}
            solved[f"{name}, on {words}"] = context_accuracy(nets[name], held.repeat(3, 1, 1, 1), **how)
    solved["colour"] = colour_accuracy(nets["colour"], held_out)

    metrics = {"pretext": solved} | transfer(settings, trunks, run)
    cards = {
        "supervised": {"breeds of held-out images": solved["breed"]},
        "context": {"positions of held-out pairs": solved["context, on gap"]},
        "colour": {"bins of held-out places": solved["colour"]["accuracy"]},
    }
    weights = {
        f"history/{name}": Weights(
            nets[name].state_dict(),
            {
                "trained_on": f"{settings.n_images} source images of Toyland, set {settings.which!r}, as lightness"
                + ("" if name == "supervised" else ", without labels"),
                "architecture": f"history.pretexts.train_{name}: SmallAlexNet up to relu5, and a head",
                "metrics": numbers,
            },
        )
        for name, numbers in cards.items()
    }
    return Outcome(metrics, weights)


def transfer(settings: PretextSettings, trunks: dict[str, nn.Module], run: Run) -> dict[str, Any]:
    """The accuracy on the objects of test scenes, for each trunk, and for the network without pre-training."""
    largest = max(settings.n_scenes)
    test = object_crops(list(toyland_images(settings.n_test, settings.world, start=TEST_START)))
    test_greys, test_labels = lightness_input(test[0]), test[1]
    sets = []
    for number in range(settings.draws):
        start = (run.seed * settings.draws + number) * largest
        scenes = list(toyland_images(largest, settings.world, start=start))
        sizes = {n: sum(int((~s.difficult).sum()) for s in scenes[:n]) for n in settings.n_scenes}
        crops, classes = object_crops(scenes)
        sets.append((lightness_input(crops), classes, sizes))
    accuracies: dict[str, Any] = {}
    for name, trunk in trunks.items():
        at_test = layer_features(trunk, test_greys)
        at_train = [layer_features(trunk, greys) for greys, _, _ in sets]
        accuracies[name] = {
            layer: {
                str(n): [
                    linear_accuracy(
                        (features[layer][: sizes[n]], classes.numpy()[: sizes[n]]),
                        (at_test[layer], test_labels.numpy()),
                    )
                    for features, (_, classes, sizes) in zip(at_train, sets, strict=True)
                ]
                for n in settings.n_scenes
            }
            for layer in LAYERS
        }
    whole = []
    for number, (greys, classes, sizes) in enumerate(sets):
        n = sizes[settings.whole]
        net = train_whole(settings, greys[:n], classes[:n], run.seed, number)
        with torch.no_grad():
            found = torch.cat([net(part).argmax(dim=1) for part in test_greys.split(100)])
        whole.append((found == test_labels).float().mean().item())
    objects = {str(n): float(np.mean([sizes[n] for *_, sizes in sets])) for n in settings.n_scenes}
    return {"accuracy": accuracies, "no pretrain": whole, "objects": objects, "test_objects": len(test_labels)}
