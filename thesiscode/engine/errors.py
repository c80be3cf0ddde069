"""What can go wrong in training, by name."""

from pathlib import Path


class Diverged(ValueError):
    """An input or a loss is no longer a finite number. The message says in which epoch and step, and which of them."""


class CheckpointError(ValueError):
    """A file of tensors cannot be used: the message names the file and what is wrong with it."""

    def __init__(self, file: Path, problem: str):
        super().__init__(f"{file}: {problem}")
        self.file = file
        self.problem = problem
