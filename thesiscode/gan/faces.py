"""Other ways to draw the faces of the zoo: resizing, autoencoders, conditions (thesis Sections 5.2.2 and 5.3.3)."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import UInt8
from torch import nn

from thesiscode.engine import Outcome, Run, Tensors, Weights, device, generator
from thesiscode.engine.checks import COUNT, Rule, check_settings
from thesiscode.nets import Discriminator, Generator

from .attributes import READ, VALUES, face_attributes, one_hot, read_attributes, train_attributes
from .autoencoders import Autoencoder, autoencoder_loss, gradient_energy
from .game import DCGAN
from .images import SampleSheet, as_bytes, drawn_images, gan_images, images_of, streams, to_tanh
from .spectrum import power_spectrum, stride_peak
from .training import train_gan

Images = UInt8[torch.Tensor, "n 3 size size"]
CONDITION = ("glasses", "hair_style")
"""What the conditional generator is told."""
N_CONDITION = sum(len(VALUES[name]) for name in CONDITION)


BATCH: Rule = (lambda n: isinstance(n, int) and n >= 64, "at least 64 faces, one mini-batch")


@dataclass(frozen=True)
class FaceSettings:
    """Generators and autoencoders of drawn faces, 32 x 32 pixels, all trained on the same images."""

    width: int = 32
    """gf and df"""
    epochs: int = 50
    """of every network that draws"""
    batch_size: int = 32
    """of the GANs, 64 as published: twice as many steps for the same time"""
    n_train: int = 2560
    """faces to train on; those of the zoo"""
    n_test: int = 2000
    """held-out faces, and generated ones, that are measured"""
    n_labelled: int = 5120
    """other faces, with their attributes, for the network that reads attributes"""
    label_epochs: int = 20
    """of that network"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            width=COUNT,
            epochs=COUNT,
            batch_size=COUNT,
            n_train=BATCH,
            n_test=COUNT,
            n_labelled=BATCH,
            label_epochs=COUNT,
        )


def faces(settings: FaceSettings, run: Run) -> Outcome:
    """Trains two generators that differ in how they enlarge maps, a conditional one, an autoencoder and a variational
    one, and a network that reads attributes; measures sharpness, stride peaks, and what is drawn."""
    train, test = gan_images("faces", settings.n_train, settings.n_test, 32, seed=run.seed, shared=run.shared)
    own, held_out, other = streams(run.seed)
    labelled = drawn_images("faces", settings.n_labelled, 32, other, run.shared)
    labels = face_attributes(settings.n_labelled, other)
    reader = train_attributes(labelled, labels, epochs=settings.label_epochs, draw=generator(run.seed, "attributes"))
    truth, read = face_attributes(settings.n_test, held_out), read_attributes(reader, test)
    accuracy = {
        name: sum(VALUES[name][k] == said for k, said in zip(truth[name].tolist(), read[name], strict=True)) / len(test)
        for name in READ
    }
    generators = {name: _generator(settings, train, name, run) for name in ("deconvolution", "resize")}
    conditions = one_hot(face_attributes(settings.n_train, own), CONDITION)
    conditional = _generator(settings, train, "deconvolution", run, conditions)
    autoencoders = {
        name: _autoencoder(settings, train, variational, run)
        for name, variational in (("autoencoder", False), ("variational autoencoder", True))
    }
    drawn = {name: sample(net, settings.n_test, run.seed) for name, net in generators.items()}
    asked = one_hot(truth, CONDITION)
    drawn["conditional"] = sample(conditional, settings.n_test, run.seed, asked)
    drawn |= {f"{name}, as it sees": reconstruct(net, test) for name, net in autoencoders.items()}
    drawn["variational autoencoder"] = sample(
        autoencoders["variational autoencoder"].decoder, settings.n_test, run.seed
    )
    said = read_attributes(reader, drawn["conditional"])
    followed = {
        name: sum(VALUES[name][k] == got for k, got in zip(truth[name].tolist(), said[name], strict=True)) / len(test)
        for name in CONDITION
    }
    metrics = {
        "attribute accuracy": accuracy,
        "condition followed": followed,
        "images": {name: measure(images) for name, images in ({"held-out images": test} | drawn).items()},
    }
    nets = {**generators, "conditional": conditional, **autoencoders, "attributes": reader}
    return Outcome(
        metrics,
        {f"gan/faces-{name.replace(' ', '-')}": _weights(net, name, settings, metrics) for name, net in nets.items()},
    )


def measure(images: Images) -> dict[str, Any]:
    """Sharpness and stride peaks of some images."""
    values = to_tanh(images)
    spectrum = power_spectrum(values)
    peaks = {str(period): stride_peak(spectrum, period) for period in (2, 4, 8)}
    return {"gradient energy": float(gradient_energy(values).mean()), "peaks": peaks}


def _generator(
    settings: FaceSettings, train: Images, upsampling: str, run: Run, conditions: torch.Tensor | None = None
) -> Generator:
    """A DCGAN, by the rules of Radford et al. (2016)."""
    n = 0 if conditions is None else conditions.shape[1]
    name = "conditional" if n else upsampling
    g = Generator(
        settings.width, size=32, n_condition=n, upsampling=upsampling, generator=generator(run.seed, "generator", name)
    )
    d = Discriminator(settings.width, size=32, n_condition=n, generator=generator(run.seed, "discriminator", name))
    train_gan(
        g,
        d,
        Tensors(train, torch.zeros(len(train)) if conditions is None else conditions),
        replace(DCGAN, epochs=settings.epochs, batch_size=settings.batch_size),
        seed=run.seed,
        prepare=to_tanh,
        watch=None if n else SampleSheet(run.folder / name / "samples.png", resume=run.resume),
        accelerator=run.accelerator,
        folder=run.folder / name,
        resume=run.resume,
        progress=run.progress,
        about="faces",
    )
    return g.eval()


def _autoencoder(settings: FaceSettings, train: Images, variational: bool, run: Run) -> Autoencoder:
    """The generator's layers behind an encoder, trained to give back what they see, by Adam with its usual rate."""
    draw = generator(run.seed, "autoencoder", int(variational))
    net = Autoencoder(settings.width, size=32, variational=variational, generator=draw).to(device()).train()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    for _ in range(settings.epochs):
        for batch in torch.randperm(len(train), generator=draw)[: len(train) // 64 * 64].split(64):
            x = to_tanh(train[batch]).to(device())
            found = net(x, draw if variational else None)
            loss = autoencoder_loss(x, found, divergence=float(variational))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()


def sample(net: Generator, n: int, seed: int, condition: torch.Tensor | None = None) -> Images:
    """n images of a generator, or of a decoder; the noise is that of the seed."""
    return images_of(net, torch.randn(n, net.n_noise, generator=generator(seed, "sample")), condition)


@torch.no_grad()
def reconstruct(net: Autoencoder, images: Images) -> Images:
    """What an autoencoder makes of images."""
    net = net.to(device()).eval()
    return as_bytes(torch.cat([net(to_tanh(part).to(device())).images.cpu() for part in images.split(250)]))


def _weights(net: nn.Module, name: str, settings: FaceSettings, metrics: dict[str, Any]) -> Weights:
    told = {"attributes": metrics["attribute accuracy"], "conditional": metrics["condition followed"]}
    drawn = metrics["images"].get(name) or metrics["images"].get(f"{name}, as it sees")
    numbers = told.get(name) or {"gradient energy": drawn["gradient energy"]}
    return Weights(
        net.state_dict(),
        {
            "trained_on": f"{settings.n_labelled if name == 'attributes' else settings.n_train} drawn faces, 32 x 32",
            "metrics": numbers,
            "architecture": {
                "attributes": "gan.attributes.AttributeNetwork()",
                "conditional": f"nets.Generator({settings.width}, size=32, n_condition={N_CONDITION})",
                "resize": f"nets.Generator({settings.width}, size=32, upsampling='resize')",
                "autoencoder": f"gan.Autoencoder({settings.width}, size=32)",
                "variational autoencoder": f"gan.Autoencoder({settings.width}, size=32, variational=True)",
            }.get(name, f"nets.Generator({settings.width}, size=32)"),
        },
    )
