"""Training by the protocol of thesis Section 3.3: resumable, reproducible, on one device or many."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Shaped
from torch import nn
from tqdm.auto import tqdm

from .batches import Sampler, ShuffledSampler, load, share, split
from .checkpoints import read_checkpoint, write_checkpoint
from .devices import Alone
from .errors import Diverged
from .finite import Finite
from .history import Epoch, History
from .protocol import Protocol, Schedule
from .seeds import generator, seed_dropout, stream_seed

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Prepare = Callable[[torch.Tensor], torch.Tensor]
Augment = Callable[[torch.Tensor, torch.Generator], torch.Tensor]


def fit(
    net: nn.Module,
    data: Any,
    loss: Loss,
    protocol: Protocol,
    *,
    seed: int,
    sampler: Sampler | None = None,
    prepare: Prepare | None = None,
    augment: Augment | None = None,
    accelerator: Any = None,
    workers: int = 0,
    folder: Path | None = None,
    resume: bool = False,
    progress: bool = True,
    validation: Any = None,
    about: dict[str, Any] | None = None,
) -> History:
    """Trains `net` by `protocol` (thesis Section 3.3); returns what happened, one row an epoch.

    Only parameters that require gradients change; batch normalisation whose own parameters are frozen stays in
    evaluation mode. The network ends in evaluation mode, on the device that trained it.

    data, validation: map-style data sets of (input, target), at least one example. `__getitems__` of a data set may
        return a whole mini-batch, as `Tensors` does.
    loss: (outputs, targets) -> the mean over the mini-batch, a scalar.
    sampler: which examples make an epoch, in which order; all of them, shuffled, by default. Epochs count from 1. The
        loss is watched on the first `protocol.watch` examples of its epoch 0, so on class-balanced ones where the
        sampler is balanced.
    prepare: turns a batch of inputs, on the device, into what the network takes, such as uint8 into floats; in training
        and in evaluation.
    augment: (inputs, generator) -> inputs; jitter of a prepared batch, on the device, in training only. The generator
        is on the CPU, so that draws are the same everywhere: move what is drawn.
    accelerator: an `accelerate.Accelerator` for several GPUs or machines, or mixed precision. Its processes split each
        mini-batch between them and make the update that one process would make, unless dropout, `augment` (other draws
        in each process) or batch normalisation (statistics of each part) come in. None: one process, on `device()`.
    workers: processes that load data. Draws inside of a data set must follow from the index, or they depend on this.
    folder: where checkpoint.safetensors is written after each epoch, in one step; shared between all processes. One of
        an earlier training is kept as checkpoint.previous.safetensors. None: nowhere.
    resume: continue from the checkpoint in `folder` if there is one. On the CPU, with as many threads as before, the
        result is the same, byte for byte, as without an interruption.
    progress: show a bar with the loss on it, in the main process.

    about: what else a checkpoint must have been made with to be continued, by name, as JSON can hold it: the loss, the
        network's frozen part, whatever the arguments above do not tell.

    Order, jitter and dropout are drawn from `seed`, the epoch and the step; torch's global generator is left as it was.
    Raises Diverged if an input or a loss is nan or infinite (the last checkpoint stays), CheckpointError if the
    checkpoint is broken, or of another network or other settings, ValueError if no parameter can be trained.
    """
    if not any(p.requires_grad for p in net.parameters()):
        raise ValueError("net: expected a parameter that requires gradients, got none")
    for name, examples in (("data", data), ("validation", validation)):
        if examples is not None and len(examples) == 0:
            raise ValueError(f"{name}: expected at least one example, got none")
    if resume and folder is None:
        raise ValueError("folder: expected the folder to resume from, got None")
    team = Alone() if accelerator is None else accelerator
    file = None if folder is None else folder / "checkpoint.safetensors"
    training = _Training(
        net=net,
        data=data,
        loss=loss,
        protocol=protocol,
        seed=seed,
        sampler=ShuffledSampler(len(data), seed) if sampler is None else sampler,
        prepare=prepare,
        augment=augment,
        team=team,
        workers=workers,
        validation=validation,
        about=about or {},
    )
    return training.run(file, resume=resume, silent=not (progress and team.is_main_process))


@dataclass
class _Training:
    """One training: what it was given, and where it stands."""

    net: nn.Module
    data: Any
    loss: Loss
    protocol: Protocol
    seed: int
    sampler: Sampler
    prepare: Prepare | None
    augment: Augment | None
    team: Any
    workers: int
    validation: Any
    about: dict[str, Any]
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.protocol)
        self.sampler.set_epoch(0)
        self.watched = list(itertools.islice(self.sampler, self.protocol.watch))
        if not self.watched:
            raise ValueError("sampler: expected at least one index, got none")

    def run(self, file: Path | None, *, resume: bool, silent: bool) -> History:
        """Trains from the checkpoint in `file`, if asked, to the end of the protocol."""
        team = self.team
        self.net.to(team.device)
        sgd = torch.optim.SGD(
            [p for p in self.net.parameters() if p.requires_grad],
            lr=self.protocol.learning_rate,
            momentum=self.protocol.momentum,
            weight_decay=self.protocol.weight_decay,
        )
        settings = self._settings()
        model, optimizer = team.prepare(self.net, sgd)
        fresh_scaler = None if team.scaler is None else team.scaler.state_dict()
        gpus = [team.device] if team.device.type == "cuda" else []
        try:
            if file is not None and file.is_file() and not resume and team.is_main_process:
                # Out of the way, or a later resumption would take it for this training's.
                file.replace(file.with_name("checkpoint.previous.safetensors"))
            if resume and file.is_file():
                self.history = read_checkpoint(file, self.net, sgd, team.scaler, settings)
                for loss in self.history["watched_loss"]:
                    self.schedule.step(loss)
            with torch.random.fork_rng(gpus), tqdm(disable=silent, unit="step", leave=False) as bar:
                while not self.schedule.done:
                    for group in sgd.param_groups:
                        group["lr"] = self.schedule.learning_rate
                    self.history.epochs.append(self._epoch(model, optimizer, bar))
                    self.schedule.step(self.history.epochs[-1].watched_loss)
                    if file is not None and team.is_main_process:
                        write_checkpoint(file, self.net, sgd, team.scaler, settings, self.history)
        finally:
            # Under mixed precision accelerate has changed the network's own forward: undo it, whatever happened.
            team.unwrap_model(model, keep_fp32_wrapper=False).eval()
            team.free_memory()
            if fresh_scaler:  # the scale that half precision found for these gradients is not one for the next network
                team.scaler.load_state_dict(fresh_scaler)
        team.wait_for_everyone()
        return self.history

    def _settings(self) -> dict[str, Any]:
        """What a checkpoint must have in common with a training that continues from it."""
        return {
            **asdict(self.protocol),
            "seed": self.seed,
            "examples": len(self.data),
            "validation_examples": None if self.validation is None else len(self.validation),
            "sampler": type(self.sampler).__name__,
            "augment": self.augment is not None,
            "trained": [name for name, p in self.net.named_parameters() if p.requires_grad],
            **self.about,
        }

    def _epoch(self, model: nn.Module, optimizer: Any, bar: tqdm) -> Epoch:
        """One pass over the sampler's examples, and the losses after it."""
        number, rate = len(self.history) + 1, self.schedule.learning_rate
        bar.set_description(f"epoch {number}, rate {rate:g}", refresh=False)
        self.sampler.set_epoch(number)
        batches = split(self.sampler, self.protocol.batch_size)
        bar.reset(len(batches))
        _training_mode(model)
        finite = Finite(self.team, number)
        for step, (x, y, weight) in enumerate(self._load(self.data, batches, number), 1):
            # With several processes each has its own dropout: their parts of the batch are different examples.
            stream = (number, step) if self.team.num_processes == 1 else (number, step, self.team.process_index)
            if self.augment is not None:
                x = self.augment(x, generator(self.seed, "jitter", *stream))
            seed_dropout(stream_seed(self.seed, "dropout", *stream), self.team.device)
            loss = self.loss(model(x), y)
            finite.add(x, loss.detach() * weight, len(batches[step - 1]))
            optimizer.zero_grad()
            # Processes average their gradients, but the shares already add up to the mean over the batch.
            share_of_mean = weight * self.team.num_processes
            self.team.backward(loss if share_of_mean == 1 else loss * share_of_mean)
            optimizer.step()
            if not math.isnan(finite.loss):
                bar.set_postfix(loss=f"{finite.loss:.4f}", refresh=False)
            bar.update()
        finite.look()
        bar.set_postfix(loss=f"{finite.loss:.4f}")
        watched_loss = self._evaluate(model, self.data, self.watched, f"epoch {number}: the watched loss")
        if self.validation is None:
            return Epoch(number, rate, finite.mean, watched_loss)
        everything = list(range(len(self.validation)))
        validation_loss = self._evaluate(model, self.validation, everything, f"epoch {number}: the validation loss")
        return Epoch(number, rate, finite.mean, watched_loss, validation_loss)

    @torch.no_grad()
    def _evaluate(self, model: nn.Module, data: Any, indices: list[int], what: str) -> float:
        """The mean loss over some examples, in evaluation mode. Raises Diverged, with `what`, if it is not finite."""
        model.eval()
        batches = split(indices, self.protocol.batch_size)
        total = torch.zeros((), device=self.team.device)
        for batch, (x, y, weight) in zip(batches, self._load(data, batches, 0), strict=True):
            total += self.loss(model(x), y) * (weight * len(batch))
        mean = (self.team.reduce(total, "sum") / len(indices)).item()
        if not math.isfinite(mean):
            raise Diverged(f"{what} is {mean}")
        return mean

    def _load(
        self, data: Any, batches: list[list[int]], epoch: int
    ) -> Iterator[tuple[Shaped[torch.Tensor, "n *input"], Shaped[torch.Tensor, "n *target"], float]]:
        """This process' share of each mini-batch, on the device, and which fraction of the mini-batch it is."""
        rank, n, device = self.team.process_index, self.team.num_processes, self.team.device
        shares = [share(batch, rank, n) for batch in batches]
        # Every process takes part in each step, with an example of weight 0 where the batch has none for it.
        loader = load(
            data,
            [own or batch[:1] for own, batch in zip(shares, batches, strict=True)],
            workers=self.workers,
            seed=self.seed,
            epoch=epoch,
            pin=device.type == "cuda" and self.workers > 0,
        )
        for (x, y), own, batch in zip(loader, shares, batches, strict=True):
            x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
            yield (x if self.prepare is None else self.prepare(x)), y, len(own) / len(batch)


def _training_mode(net: nn.Module) -> None:
    """Training mode, but for batch normalisation that is frozen: its running statistics are frozen too."""
    net.train()
    for module in net.modules():
        own = list(module.parameters(recurse=False))
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and own and not any(p.requires_grad for p in own):
            module.eval()
