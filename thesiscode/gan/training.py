"""Training a generator and a discriminator against each other (thesis Section 5.2.1, Appendix C)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import nn
from tqdm.auto import tqdm

from thesiscode.engine import CheckpointError, Diverged, ShuffledSampler, generator
from thesiscode.engine.batches import load, split
from thesiscode.engine.devices import Alone

from .checkpoints import read_game, write_game
from .game import Game, Round
from .objectives import (
    all_finite,
    clip_weights,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    zero_centred_penalty,
)

BLOWN_UP = 1e4
"""A mean loss of this size is taken for a training that will not come back."""


def train_gan(
    g: nn.Module,
    d: nn.Module,
    images: Any,
    game: Game,
    *,
    seed: int,
    prepare: Callable[[torch.Tensor], torch.Tensor] | None = None,
    watch: Callable[[Round, nn.Module], None] | None = None,
    accelerator: Any = None,
    workers: int = 0,
    folder: Path | None = None,
    resume: bool = False,
    progress: bool = True,
    about: str = "",
) -> list[Round]:
    """Trains generator g and discriminator d on real images by the rules of `game`; returns one row an epoch.

    images: a map-style data set whose items are pairs that start with an image, such as `engine.Tensors`; where g has
    an `n_condition`, the second of a pair is the condition, a vector of that length, which both players see (Mirza and
    Osindero 2014). prepare: turns a batch of images, on the device, into what d takes. watch: called with each epoch
    and g, in evaluation mode.
    accelerator, workers, progress: as for `engine.fit`. folder: where gan.safetensors is written after each epoch.
    resume: go on from it; on the CPU the result is the same as without an interruption. about: what the images are, so
    that a training of others is not resumed.

    Noise and order are drawn from `seed`, the epoch and the step. Raises Diverged if a loss is nan, infinite or huge;
    the checkpoint of the last epoch before stays. Raises CheckpointError for one of another network or game.
    """
    if resume and folder is None:
        raise ValueError("folder: expected the folder to resume from, got None")
    if len(images) < game.batch_size:
        raise ValueError(f"images: expected at least {game.batch_size}, one mini-batch, got {len(images)}")
    match = _Match(g, d, images, game, seed, prepare, Alone() if accelerator is None else accelerator, workers, about)
    return match.play(None if folder is None else folder / "gan.safetensors", resume, watch, progress)


@dataclass
class _Match:
    """One training: its players and its rules."""

    g: nn.Module
    d: nn.Module
    images: Any
    game: Game
    seed: int
    prepare: Callable[[torch.Tensor], torch.Tensor] | None
    team: Any
    workers: int
    about: str

    def play(self, file: Path | None, resume: bool, watch: Any, progress: bool) -> list[Round]:
        """All epochs, from the checkpoint in `file` if asked."""
        team, own = self.team, (self.g.to(self.team.device), self.d.to(self.team.device))
        optimizers = [self._optimizer(net) for net in own]
        self.g, self.d, *self.optimizers = team.prepare(*own, *optimizers)
        done: list[Round] = []
        if resume and file.is_file():
            done = read_game(file, own, optimizers, self._settings())
            if len(done) > self.game.epochs:
                raise CheckpointError(file, f"holds {len(done)} epochs, expected at most {self.game.epochs}")
        elif file is not None and team.is_main_process:
            file.unlink(missing_ok=True)  # of another training
        try:
            for number in range(len(done) + 1, self.game.epochs + 1):
                done.append(self._epoch(number, done[-1] if done else None, progress))
                if not all_finite([*own[0].parameters(), *own[1].parameters()]):
                    number_of = done.pop().number
                    raise Diverged(f"epoch {number_of}: a weight is not finite after the last step")
                if watch is not None and team.is_main_process:
                    watch(done[-1], own[0].eval())  # first: what it keeps of an epoch must be there if the file says so
                if file is not None and team.is_main_process:
                    write_game(file, own, optimizers, self._settings(), done)
        except Diverged as error:
            kept = f"; the checkpoint of epoch {len(done)} stays in {file}" if file and done else ""
            raise Diverged(f"{error}{kept}") from None
        finally:
            for net in (self.g, self.d):
                team.unwrap_model(net, keep_fp32_wrapper=False).eval()
            team.free_memory()
        team.wait_for_everyone()
        return done

    def _epoch(self, number: int, before: Round | None, progress: bool) -> Round:
        """One pass over the real images."""
        self.g.train(), self.d.train()
        sums, counts = torch.zeros(2, device=self.team.device), [0, 0]
        steps, waiting = (before.steps, before.waiting) if before else (0, 0)
        silent = not (progress and self.team.is_main_process)
        batches = self._batches(number)
        bar = tqdm(batches, f"epoch {number}", len(batches), disable=silent, leave=False)
        for step, (real, *condition) in enumerate(bar):
            draw = generator(self.seed, "noise", number, step, self.team.process_index)
            z = torch.randn(len(real), self._n_noise(), generator=draw).to(real)
            waiting += 1
            last = waiting >= self.game.steps_of_critic(steps)
            with torch.set_grad_enabled(last):  # only the generator's own step needs its gradient
                fake = self.g(z, *condition)
            sums[0] += self._discriminator_step(real, fake.detach(), condition, draw)
            counts[0] += 1
            if last:
                sums[1] += self._generator_step(fake, real, condition)
                counts[1] += 1
                steps, waiting = steps + 1, 0
            if step % 50 == 0 or step == len(batches) - 1:
                self._check(sums, counts, f"epoch {number}, step {step + 1}")
        sums = self.team.reduce(sums, reduction="sum") / self.team.num_processes
        means = [total / n if n else math.nan for total, n in zip(sums.tolist(), counts, strict=True)]
        return Round(number, *means, steps, waiting)

    def _discriminator_step(
        self, real: torch.Tensor, fake: torch.Tensor, condition: list[torch.Tensor], draw: torch.Generator
    ) -> torch.Tensor:
        """Tell real images from generated ones better."""
        loss = discriminator_loss(self.d(real, *condition), self.d(fake, *condition), self.game.objective)
        penalty = 0.0
        if self.game.penalty:
            penalty = self.game.penalty * self._steepness(lambda x: self.d(x, *condition), real, fake, draw)
        self.optimizers[1].zero_grad()
        self.team.backward(loss + penalty)
        self.optimizers[1].step()
        if self.game.clip:
            clip_weights(self.d, self.game.clip)
        return loss.detach()

    def _steepness(self, critic: Any, real: torch.Tensor, fake: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
        """What a penalty of weight 1 charges for the slopes of the discriminator."""
        if self.game.penalty_at == "between":
            return gradient_penalty(critic, real, fake, draw)
        return (zero_centred_penalty(critic, real) + zero_centred_penalty(critic, fake)) / 2  # R1 and R2

    def _generator_step(self, fake: torch.Tensor, real: torch.Tensor, condition: list[torch.Tensor]) -> torch.Tensor:
        """Make images that the discriminator takes for real. Its own weights need no gradient here."""
        self.d.requires_grad_(False)
        others = self.d(real, *condition) if self.game.objective == "relativistic" else None
        loss = generator_loss(self.d(fake, *condition), self.game.objective, others)
        self.optimizers[0].zero_grad()
        self.team.backward(loss)
        self.optimizers[0].step()
        self.d.requires_grad_(True)
        return loss.detach()

    def _batches(self, number: int) -> "_Batches":
        sampler = ShuffledSampler(len(self.images), self.seed)
        sampler.set_epoch(number)
        batches = split(sampler, self.game.batch_size)
        rank, n = self.team.process_index, self.team.num_processes
        whole = [batch[rank::n] for batch in batches if len(batch) == self.game.batch_size]
        return _Batches(self, whole, number)

    def _n_noise(self) -> int:
        return self.team.unwrap_model(self.g).n_noise

    def _optimizer(self, net: nn.Module) -> torch.optim.Optimizer:
        if self.game.optimizer == "rmsprop":
            return torch.optim.RMSprop(net.parameters(), lr=self.game.learning_rate)
        return torch.optim.Adam(net.parameters(), lr=self.game.learning_rate, betas=self.game.betas)

    def _check(self, sums: torch.Tensor, counts: list[int], where: str) -> None:
        """Raises Diverged, in all processes, unless both mean losses are finite and of a sane size."""
        sums = self.team.reduce(sums.clone(), reduction="sum") / self.team.num_processes
        for name, total, n in zip(("discriminator", "generator"), sums.tolist(), counts, strict=True):
            mean = total / max(n, 1)
            if not abs(mean) < BLOWN_UP:
                raise Diverged(f"{where}: the mean loss of the {name} is {mean:.3g}")

    def _settings(self) -> dict[str, Any]:
        """What a checkpoint must have in common with a training that goes on from it; its end may be another."""
        rules = {key: value for key, value in asdict(self.game).items() if key != "epochs"}
        return {**rules, "seed": self.seed, "images": len(self.images), "about": self.about}


@dataclass
class _Batches:
    """The real images of one epoch, a mini-batch at a time, on the device, and their conditions where there are any."""

    match: _Match
    indices: list[list[int]]
    epoch: int

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[tuple[Float[torch.Tensor, "N *shape"], ...]]:
        match = self.match
        device = match.team.device
        loaded = load(
            match.images,
            self.indices,
            workers=match.workers,
            seed=match.seed,
            epoch=self.epoch,
            pin=device.type == "cuda" and match.workers > 0,
        )
        conditional = getattr(match.team.unwrap_model(match.g), "n_condition", 0) > 0
        for x, *rest in loaded:
            x = x.to(device, non_blocking=True)
            condition = [rest[0].to(device, non_blocking=True)] if conditional else []
            yield x if match.prepare is None else match.prepare(x), *condition
