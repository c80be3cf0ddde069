"""The source task at the thesis' own scale: AlexNet on ImageNet (Section 3.3, "Image classification on ImageNet")."""

from collections import OrderedDict
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, UInt8
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision.transforms import CenterCrop
from torchvision.transforms.functional import center_crop, resize, ten_crop

from thesiscode.data.imagenet import ImageNet
from thesiscode.engine import Outcome, Protocol, Run, Weights, device, fit, generator
from thesiscode.engine.checks import COUNT, FROM_0, check_settings
from thesiscode.metrics import top_k_error
from thesiscode.nets import AlexNet

from .photographs import as_photograph

STORED, SEEN = 256, 224
"""Side of the square that is cut from each image, and of the part of it that the network sees at a time."""


@dataclass(frozen=True)
class ImageNetSettings:
    """Pre-1000C, Pre-1000R or Pre-1512: which, is a matter of the folder."""

    images: str = ""
    """folder that holds train/ and val/, one folder a synset; where `thesis data` looks by default"""
    fc_width: int = 4096
    """units of FC6 and of FC7; the thesis takes 6144 for its 1512 classes"""
    grouped: bool = True
    """conv2, conv4 and conv5 in two groups, as published"""
    workers: int = 8
    """processes that read images"""
    protocol: Protocol = field(default_factory=lambda: Protocol(patience=3, max_epochs=30, watch=10_000))
    """thesis Section 3.3, with the batch size, momentum and weight decay of Krizhevsky et al. (2012)"""

    def __post_init__(self) -> None:
        check_settings(self, fc_width=COUNT, workers=FROM_0)


def stored(image: UInt8[torch.Tensor, "3 H W"]) -> UInt8[torch.Tensor, "3 256 256"]:
    """The shorter side resized to 256 pixels, the middle kept (Krizhevsky et al. 2012, Section 2)."""
    return center_crop(resize(image, [STORED], antialias=True), [STORED, STORED])


class RandomCrop:
    """Another part of 224 x 224 pixels of each image, mirrored or not (Krizhevsky et al. 2012, Section 4.1).

    The thesis leaves out the change of colours that the same section describes.
    """

    def __call__(self, x: Float[torch.Tensor, "N 3 S S"], draw: torch.Generator) -> Float[torch.Tensor, "N 3 s s"]:
        """The parts; every draw is from `draw`, on the CPU."""
        n, room = len(x), x.shape[-1] - SEEN
        corner = torch.randint(room + 1, (2, n, 1), generator=draw)
        mirrored = torch.rand(n, 1, generator=draw) < 0.5
        steps = torch.arange(SEEN)
        rows = (corner[0] + steps).to(x.device)
        columns = (corner[1] + torch.where(mirrored, SEEN - 1 - steps, steps)).to(x.device)
        which = torch.arange(n, device=x.device)[:, None, None]
        return x.permute(0, 2, 3, 1)[which, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@torch.no_grad()
def validation_errors(net: nn.Module, images: ImageNet, *, workers: int = 0) -> dict[str, float]:
    """Top-1 and top-5 error; the prediction is the mean over five parts of an image and their mirror images
    (Krizhevsky et al. 2012, Section 4.1)."""
    net.eval()
    place = next(net.parameters()).device
    scores, labels = [], []
    for x, y in DataLoader(images, batch_size=32, num_workers=workers):
        parts = ten_crop(as_photograph(x.to(place)), [SEEN, SEEN])
        scores.append(torch.stack([net(part).softmax(dim=1) for part in parts]).mean(dim=0).cpu())
        labels.append(y)
    scores, labels = torch.cat(scores), torch.cat(labels)
    return {f"top{k}_error": top_k_error(scores, labels, min(k, scores.shape[1])) for k in (1, 5)}


def imagenet(settings: ImageNetSettings, run: Run) -> Outcome:
    """Trains AlexNet and measures its error on the validation images; the weights are those of `nets.AlexNet`.

    Several GPUs: `accelerate launch --multi_gpu --mixed_precision fp16 -m thesiscode.cli run transfer/imagenet`.
    """
    folder = settings.images or None
    train, validation = (ImageNet(folder, split, transform=stored) for split in ("train", "val"))
    if odd := sorted(set(train.classes) ^ set(validation.classes)):
        raise ValueError(f"images: expected the same synsets in train/ and val/, got {odd[0]} in one of them only")
    draw = generator(run.seed, "weights")
    net = AlexNet(len(train.classes), grouped=settings.grouped, fc_width=settings.fc_width, generator=draw)
    history = fit(
        nn.Sequential(OrderedDict(crop=CenterCrop(SEEN), net=net)).to(device(), memory_format=torch.channels_last),
        train,
        F.cross_entropy,
        settings.protocol,
        seed=run.seed,
        prepare=as_photograph,
        augment=RandomCrop(),
        workers=settings.workers,
        folder=run.folder,
        resume=run.resume,
        progress=run.progress,
        accelerator=run.accelerator,
    )
    errors = validation_errors(net, validation, workers=settings.workers)
    card = {
        "architecture": f"AlexNet({len(train.classes)}, grouped={settings.grouped}, fc_width={settings.fc_width})",
        "trained_on": f"{len(train)} images of ImageNet",
        "metrics": errors,
        "test": f"{len(validation)} validation images, ten parts of each",
    }
    return Outcome(errors | {"epochs": len(history)}, {"transfer/imagenet": Weights(net.state_dict(), card)})
