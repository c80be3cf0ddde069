"""Random streams, each with a name: what one draws never shifts another."""

import hashlib

import numpy as np
import torch


def stream_seed(seed: int, *names: str | int | float) -> int:
    """A number in [0, 2^63) that stands for `seed` and the names: equal for equal arguments, on every machine."""
    digest = hashlib.sha256(repr((int(seed), *names)).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def generator(seed: int, *names: str | int | float) -> torch.Generator:
    """Torch's generator on the CPU for one purpose: `generator(3, "jitter", epoch)`.

    Generators of different seeds or names are independent of one another. Torch's generator on the CPU keeps 32 bits of
    a seed: among n streams, two are the same with a probability of about n^2 / 2^33.
    """
    return torch.Generator().manual_seed(stream_seed(seed, *names))


def numpy_generator(seed: int, *names: str | int | float) -> np.random.Generator:
    """NumPy's generator for one purpose; see `generator`."""
    return np.random.default_rng(stream_seed(seed, *names))


def seed_dropout(seed: int, device: torch.device) -> None:
    """Sets the global generators that layers draw from: the CPU's, and that of `device` if it is a GPU.

    The draws are those after `torch.manual_seed`, which also leaves a note with its call stack for every GPU that may
    be used later: a millisecond, as much as a step of small adaptation layers.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)
