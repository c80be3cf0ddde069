"""What happened in training: one row an epoch."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Epoch:
    """One epoch, counted from 1. `training_loss` is the mean over its mini-batches, while weights changed and dropout
    was on; `watched_loss` and `validation_loss` were measured after it, in evaluation mode."""

    epoch: int
    learning_rate: float
    training_loss: float
    watched_loss: float
    validation_loss: float | None = None


@dataclass
class History:
    """The epochs of one training, in order. `history["watched_loss"]` is that column as a list."""

    epochs: list[Epoch] = field(default_factory=list)

    def __getitem__(self, name: str) -> list:
        if name not in Epoch.__dataclass_fields__:
            raise ValueError(f"name: expected one of {list(Epoch.__dataclass_fields__)}, got {name!r}")
        return [getattr(epoch, name) for epoch in self.epochs]

    def __len__(self) -> int:
        return len(self.epochs)
