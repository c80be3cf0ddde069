"""Stops a training whose numbers are no longer numbers."""

import math
from typing import Any

import torch

from .errors import Diverged

LOOK_EVERY = 20


class Finite:
    """Collects the losses of an epoch's steps and whether their inputs are finite, and raises Diverged if they are not.

    On the CPU it looks at once, before the step changes a weight. Reading a number from a GPU, or asking the other
    processes, stops the work: there it looks every LOOK_EVERY steps and names the step all the same.
    """

    def __init__(self, team: Any, epoch: int):
        self.team = team
        self.epoch = epoch
        self.every = 1 if team.num_processes == 1 and team.device.type == "cpu" else LOOK_EVERY
        self.loss = float("nan")
        """The last loss that was looked at; nan before the first look."""
        self._seen: list[torch.Tensor] = []
        self._sizes: list[int] = []
        self._step = self._examples = 0
        self._total = 0.0

    @property
    def mean(self) -> float:
        """The mean loss of the examples so far."""
        return self._total / self._examples

    def add(self, x: torch.Tensor, loss: torch.Tensor, size: int) -> None:
        """One step: the inputs and the loss of this process' share of a mini-batch of `size` examples."""
        extremes = torch.aminmax(x) if x.is_floating_point() else ()  # not finite if any input is not
        self._seen.append(torch.stack([loss.detach().float(), *(value.float() for value in extremes)]))
        self._sizes.append(size)
        if len(self._seen) == self.every:
            self.look()

    def look(self) -> None:
        """Looks at the steps since the last look. Raises Diverged, which names the first bad one and what is bad."""
        if not self._seen:
            return
        rows = self.team.reduce(torch.stack(self._seen), "sum").double().tolist()
        for (loss, *extremes), size in zip(rows, self._sizes, strict=True):
            self._step += 1
            where = f"epoch {self.epoch}, step {self._step}"
            if not all(map(math.isfinite, extremes)):
                raise Diverged(f"{where}: the inputs hold nan or infinite values")
            if not math.isfinite(loss):
                raise Diverged(f"{where}: the loss is {loss}")
            self._total += loss * size
            self._examples += size
            self.loss = loss
        self._seen, self._sizes = [], []
