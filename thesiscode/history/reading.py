"""The experiment of the string reader: trained on strings and their texts, tested on other digits (Section 2.2)."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import nn

from thesiscode.engine import Outcome, Run, Weights, generator
from thesiscode.engine.checks import ABOVE_0, COUNT, FROM_0, check_settings
from thesiscode.engine.seeds import numpy_generator

from .digit_strings import DigitStrings, digit_strings
from .graph_transformer import Reading, read_strings, segment, train_reader


@dataclass(frozen=True)
class ReaderSettings:
    """Raises ValueError for values out of range."""

    n_train: int = 2000
    """strings to learn from"""
    n_test: int = 1000
    """strings of other digits"""
    length: int = 3
    """digits in a string"""
    overlap: int = 0
    """columns by which neighbours may overlap; at 0 they may touch"""
    epochs: int = 10
    """passes over the strings"""
    learning_rate: float = 2e-3
    """highest rate of the schedule"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            n_train=COUNT,
            n_test=COUNT,
            length=COUNT,
            overlap=FROM_0,
            epochs=COUNT,
            learning_rate=ABOVE_0,
        )


def strings_of(settings: ReaderSettings, part: str, seed: int) -> DigitStrings:
    """The strings of one part, "train" or "test"."""
    n = settings.n_train if part == "train" else settings.n_test
    rng = numpy_generator(seed, "strings", part)
    return digit_strings(n, settings.length, part=part, overlap=settings.overlap, rng=rng)


def reading_accuracy(readings: list[Reading], labels: Int[np.ndarray, "n length"]) -> dict[str, float]:
    """Shares of strings that are read without a mistake, and of digits that are right."""
    said = np.array([r.digits if len(r.digits) == labels.shape[1] else [-1] * labels.shape[1] for r in readings])
    right = said == labels
    return {"strings": float(right.all(axis=1).mean()), "digits": float(right.mean())}


def held_out_accuracy(net: nn.Module, settings: ReaderSettings, seed: int) -> dict[str, float]:
    """What a reader gets right of the test strings."""
    test = strings_of(settings, "test", seed)
    return reading_accuracy(read_strings(net, segment(test.images), settings.length), test.labels)


def read_digits(settings: ReaderSettings, run: Run) -> Outcome:
    """Trains a reader and reads the test strings."""
    train = strings_of(settings, "train", run.seed)
    net = train_reader(
        segment(train.images),
        torch.tensor(train.labels),
        epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        rng=generator(run.seed, "reader"),
    )
    metrics = held_out_accuracy(net, settings, run.seed)
    card = {
        "architecture": "history.recognizer, for pieces of 8 x 8 pixels",
        "trained_on": f"{settings.n_train} strings of {settings.length} of scikit-learn's digits, never segmented",
        "metrics": metrics,
        "test": f"{settings.n_test} strings of digits that no training string has",
    }
    return Outcome(metrics, {"history/digit-strings": Weights(net.state_dict(), card)})
