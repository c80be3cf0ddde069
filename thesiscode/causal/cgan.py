"""Conditional GANs that make an effect from a cause and noise, as many as one likes at a time (thesis Eq. 5.8)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from thesiscode.engine import generator
from thesiscode.engine.checks import ABOVE_0, COUNT, SHARE, check_settings

from .replicas import Adam, Replicas

AT_ONCE = 256
"""Points that trained generators make at a time."""


@dataclass(frozen=True)
class CGANSettings:
    """The conditional GANs of Section 5.4.2, as their authors' code sets them."""

    noise: int = 10
    """Dimensions of the latent vector, standard normal."""
    hidden: int = 128
    """Units of the hidden layer of each network."""
    dropout: float = 0.25
    """Rate at which hidden units are left out in training; a multiple of 1/256."""
    lr: float = 1e-3
    """Learning rate of Adam for both networks."""
    beta1: float = 0.5
    """Adam's first moment decay; the second is 0.999."""
    batch_size: int = 16
    """Points of a mini-batch."""
    epochs: int = 100
    """Passes over the data."""
    real_label: float = 0.8
    """What the discriminator should say of real points, and the generator wants it to say of its own."""
    fake_label: float = 0.2
    """What it should say of made ones."""

    def __post_init__(self) -> None:
        rules = dict.fromkeys(("noise", "hidden", "batch_size", "epochs"), COUNT)
        byte = (lambda p: 0 <= p < 1 and p * 256 == round(p * 256), "a multiple of 1/256 in [0, 1)")
        label = (lambda p: 0 <= p <= 1, "a number in [0, 1]")
        check_settings(self, **rules, dropout=byte, lr=ABOVE_0, beta1=SHARE, real_label=label, fake_label=label)
        if self.fake_label >= self.real_label:
            raise ValueError(f"fake_label: expected less than real_label, {self.real_label}, got {self.fake_label}")


DEFAULT = CGANSettings()


class Trained(NamedTuple):
    """R conditional GANs after their training."""

    fakes: Float[Tensor, "R n"]
    """An effect for each cause of the data; nan in the rows of those that diverged."""
    discriminator_losses: Float[Tensor, "epochs R"]
    """The mean loss L_d of Eq. 5.8 of an epoch; nan from the epoch on in which a replica diverged."""
    generator_losses: Float[Tensor, "epochs R"]
    """The part of L_g that the generator can change."""
    diverged: Bool[Tensor, " R"]

    @property
    def epochs(self) -> int:
        """The number of epochs in which a replica was trained to the end, summed over the replicas."""
        return int(self.generator_losses.isfinite().sum())


class Draws:
    """What the training of some replicas draws at random. It draws for all, and gives each its own: so a replica that
    is trained alone gets what it would get among the others."""

    def __init__(self, replicas: int, which: Sequence[int], seed: int, names: tuple, device: torch.device):
        self.replicas, self.device = replicas, device
        self.generator = generator(seed, "cgan", *names)
        if device.type == "cuda":
            self.generator = torch.Generator(device).manual_seed(self.generator.initial_seed())
        self.which = None if list(which) == list(range(replicas)) else torch.as_tensor(which, device=device)

    def only(self, rows: Tensor) -> None:
        """From now on, gives to some of its replicas alone."""
        whole = torch.arange(self.replicas, device=self.device) if self.which is None else self.which
        self.which = whole[rows]

    def __call__(self, draw: Callable[[Tensor, torch.Generator], Tensor], *shape: int, dtype: torch.dtype) -> Tensor:
        drawn = draw(torch.empty(self.replicas, *shape, dtype=dtype, device=self.device), self.generator)
        return drawn if self.which is None else drawn[self.which]

    def order(self, n: int) -> Int64[Tensor, "R n"]:
        """An order of n points, one a replica."""
        return self(lambda t, g: t.uniform_(generator=g), n, dtype=torch.float64).argsort(dim=1)

    def noise(self, n: int, dimensions: int) -> Float[Tensor, "R n dimensions"]:
        """Latent vectors, standard normal."""
        return self(lambda t, g: t.normal_(generator=g), n, dimensions, dtype=torch.float32)

    def keep(self, n: int, hidden: int, rate: float) -> Float[Tensor, "R n hidden"]:
        """Dropout's 0 and 1. A byte decides for a unit, and a draw has eight of them."""
        eights = self(lambda t, g: t.random_(-(2**63), None, generator=g), -(-n * hidden // 8), dtype=torch.int64)
        drawn = eights.view(torch.uint8)
        kept = torch.empty(len(drawn), n, hidden, device=self.device)
        return torch.ge(drawn[:, : n * hidden].unflatten(1, (n, hidden)), round(rate * 256), out=kept)


def train_cgans(
    causes: Float[Tensor, "kinds n"],
    effects: Float[Tensor, "kinds n"],
    settings: CGANSettings = DEFAULT,
    *,
    replicas: int,
    seed: int,
    names: tuple[str | int, ...] = (),
    only: Sequence[int] | None = None,
    device: torch.device | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Trained:
    """Trains `replicas` conditional GANs on each kind of data at once; row k * replicas + r is replica r of kind k.

    A mini-batch trains the discriminator, then the generator on the same causes, noise and generated effects. All draws
    follow from `seed` and `names`; with `only`, the rows that it lists are trained, with the draws and so, up to
    rounding, the results that they have among all. A replica whose loss is not finite is left out from the end of that
    epoch on; one that makes what is not finite has diverged, too. `progress` is called after each epoch.

    Raises ValueError for causes and effects that are not finite, or of different shapes, no replicas, and rows that are
    not there.
    """
    if causes.shape != effects.shape or causes.ndim != 2 or 0 in causes.shape:
        shapes = f"{tuple(causes.shape)} and {tuple(effects.shape)}"
        raise ValueError(f"causes, effects: expected one shape (kinds, points), got {shapes}")
    if not (causes.isfinite().all() and effects.isfinite().all()):
        raise ValueError("causes, effects: expected finite numbers, got nan or infinity")
    if replicas < 1:
        raise ValueError(f"replicas: expected at least 1, got {replicas}")
    if only is not None and not (len(only) and 0 <= min(only) <= max(only) < len(causes) * replicas):
        raise ValueError(f"only: expected some of the rows 0 to {len(causes) * replicas - 1}, got {list(only)}")
    s, device, (kinds, n) = settings, device or torch.device("cpu"), causes.shape
    rows = list(range(kinds * replicas)) if only is None else list(only)
    draws = Draws(kinds * replicas, rows, seed, names, device)
    G, D = (  # drawn on the CPU, and for every replica: the same on every device
        Replicas(
            kinds * replicas,
            inputs,
            s.hidden,
            dropout=s.dropout,
            generator=generator(seed, "cgan weights", name, *names),
        ).some(rows, device)
        for name, inputs in (("generator", 1 + s.noise), ("discriminator", 2))
    )
    players = Players(G, D, Adam(G, s.lr, s.beta1), Adam(D, s.lr, s.beta1))
    data = torch.stack([causes, effects, torch.ones_like(causes)], dim=2).float().to(device)
    kind = torch.as_tensor(rows, device=device) // replicas
    losses = torch.full((2, s.epochs, len(rows)), torch.nan)
    alive = torch.arange(len(rows))
    for epoch in range(s.epochs):
        shuffled = data[kind[:, None], draws.order(n)]
        totals = torch.zeros(2, len(alive), device=device)
        for batch in shuffled.split(s.batch_size, dim=1):
            totals += _step(players, batch, draws, s) * batch.shape[1]
        means = (totals / n).cpu()
        finite = means.isfinite().all(dim=0)
        losses[:, epoch, alive[finite]] = means[:, finite]
        progress()
        if not finite.all():
            some = finite.nonzero().flatten()
            alive = alive[some]
            if not len(alive):
                break
            kind = kind[some.to(device)]
            draws.only(some.to(device))
            players.of_g.only(some.to(device))
            players.of_d.only(some.to(device))
    fakes = torch.full((len(rows), n), torch.nan)
    if len(alive):
        made = [
            G(torch.cat([some[:, :, :1], draws.noise(some.shape[1], s.noise), some[:, :, 2:]], dim=2))[:, :, 0].cpu()
            for some in data[kind].split(AT_ONCE, dim=1)
        ]
        fakes[alive] = torch.cat(made, dim=1)
    diverged = ~fakes.isfinite().all(dim=1)
    fakes[diverged] = torch.nan
    return Trained(fakes, losses[0], losses[1], diverged)


class Players(NamedTuple):
    """The networks, and who trains them."""

    G: Replicas
    D: Replicas
    of_g: Adam
    of_d: Adam


def _step(players: Players, batch: Float[Tensor, "R n 3"], draws: Draws, s: CGANSettings) -> Float[Tensor, "2 R"]:
    """One step of each player on a mini-batch of (cause, effect, 1): Eq. 5.8. Returns both losses of each replica."""
    G, D, of_g, of_d = players
    n = batch.shape[1]
    cause, one = batch[:, :, :1], batch[:, :, 2:]
    inputs = torch.cat([cause, draws.noise(n, s.noise), one], dim=2)
    fake_effect, in_g = G.forward(inputs, draws.keep(n, s.hidden, s.dropout))
    fake = torch.cat([cause, fake_effect, one], dim=2)

    both = torch.cat([batch, fake], dim=1)
    scores, in_d = D.forward(both, draws.keep(2 * n, s.hidden, s.dropout))
    labels = scores.new_tensor([s.real_label, s.fake_label]).repeat_interleave(n)[:, None]
    of_d.step(D.gradients((scores.sigmoid() - labels) / n, both, in_d))
    loss_d = 2 * _cross_entropy(scores, labels)

    scores, in_d = D.forward(fake, draws.keep(n, s.hidden, s.dropout))
    d_effect = D.input_gradient((scores.sigmoid() - s.real_label) / n, in_d, which=1)
    of_g.step(G.gradients(d_effect, inputs, in_g))
    return torch.stack([loss_d, _cross_entropy(scores, s.real_label)])


def _cross_entropy(scores: Float[Tensor, "R n 1"], labels: Tensor | float) -> Float[Tensor, " R"]:
    """Of sigmoid(scores) against labels that may lie between 0 and 1, a mean a replica. Its derivative with respect to
    a score is (sigmoid(score) - label) / n."""
    return (F.softplus(scores) - labels * scores).mean(dim=(1, 2))
