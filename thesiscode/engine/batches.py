"""From a data set to mini-batches: which examples, in which order, and who gets which part of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Int, Shaped
from torch.utils.data import DataLoader, Dataset, default_collate

from .seeds import generator


class Tensors(Dataset):
    """Examples that fit in memory: inputs and targets in two tensors, such as uint8 images or cached features.

    A whole mini-batch is taken by one indexing operation, which is what makes training on cached features fast.
    Raises ValueError if the lengths differ.
    """

    def __init__(self, inputs: Shaped[torch.Tensor, "n *input"], targets: Shaped[torch.Tensor, "m *target"]):
        if len(inputs) != len(targets):
            raise ValueError(f"targets: expected {len(inputs)}, one an input, got {len(targets)}")
        self.inputs = inputs
        self.targets = targets

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.inputs[index], self.targets[index]

    def __getitems__(self, indices: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        rows = torch.as_tensor(indices)
        return self.inputs[rows], self.targets[rows]


@runtime_checkable
class Sampler(Protocol):
    """Yields the indices of one epoch, in order, after `set_epoch` has said which."""

    def set_epoch(self, epoch: int) -> None: ...

    def __iter__(self) -> Iterator[int]: ...


class ShuffledSampler:
    """Every one of `n` examples once an epoch, in an order drawn from generator(seed, "order", epoch)."""

    def __init__(self, n: int, seed: int):
        self.n = n
        self.seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch the next iteration is."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        yield from torch.randperm(self.n, generator=generator(self.seed, "order", self.epoch)).tolist()


class BalancedSampler:
    """Class-balanced mini-batches: every run of as many indices as there are classes holds each class once.

    labels: one integer an example; each value that occurs is a class. n: indices an epoch, the number of examples by
    default. Within a class, examples come in a random order, and again in another where there are too few. All draws
    are from generator(seed, "balance", epoch). Raises ValueError without labels or if n is below 1.
    """

    def __init__(
        self,
        labels: Int[torch.Tensor, " m"] | Int[np.ndarray, " m"] | Sequence[int],
        seed: int,
        n: int | None = None,
    ):
        labels = torch.as_tensor(labels)
        if labels.numel() == 0:
            raise ValueError("labels: expected at least one, got none")
        if n is not None and n < 1:
            raise ValueError(f"n: expected an integer of at least 1, got {n}")
        self.members = [torch.nonzero(labels == value).flatten() for value in labels.unique()]
        self.n = len(labels) if n is None else n
        self.seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch the next iteration is."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[int]:
        draw = generator(self.seed, "balance", self.epoch)
        rounds = -(-self.n // len(self.members))
        columns = torch.stack([_repeated(members, rounds, draw) for members in self.members], dim=1)
        order = torch.rand(columns.shape, generator=draw).argsort(dim=1)
        yield from columns.gather(1, order).flatten()[: self.n].tolist()


def _repeated(members: Int[torch.Tensor, " k"], n: int, draw: torch.Generator) -> Int[torch.Tensor, " n"]:
    """`n` of the members: shuffled, and shuffled anew each time that they are used up."""
    passes = -(-n // len(members))
    return torch.cat([members[torch.randperm(len(members), generator=draw)] for _ in range(passes)])[:n]


def split(indices: Iterable[int], size: int) -> list[list[int]]:
    """Mini-batches of `size` indices; the last one may be smaller."""
    indices = list(indices)
    return [indices[start : start + size] for start in range(0, len(indices), size)]


def share(batch: list[int], rank: int, n: int) -> list[int]:
    """What process `rank` of `n` takes of a mini-batch: shares differ by at most one example."""
    return batch[len(batch) * rank // n : len(batch) * (rank + 1) // n]


def load(data: Any, batches: list[list[int]], *, workers: int, seed: int, epoch: int, pin: bool) -> Iterable[Any]:
    """The mini-batches with these indices, as (inputs, targets).

    A data set with `__getitems__` may return a whole mini-batch as a tuple of two tensors; otherwise examples are
    stacked. Draws of worker processes start from generator(seed, "workers", epoch).
    """
    if workers == 0 and hasattr(data, "__getitems__"):
        return (_collate(data.__getitems__(batch)) for batch in batches)  # as DataLoader does, in a tenth of the time
    return DataLoader(
        data,
        batch_sampler=batches,
        num_workers=workers,
        collate_fn=_collate,
        pin_memory=pin,
        generator=generator(seed, "workers", epoch),
    )


def _collate(examples: Any) -> Any:
    return examples if isinstance(examples, tuple) else default_collate(examples)
