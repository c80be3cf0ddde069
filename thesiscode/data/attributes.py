"""Images drawn from attributes whose distribution is stated: what `faces` and `bedrooms` have in common.

A distribution is a dict from the name of an attribute to `Choice` or `Range`. All attributes are independent, so the
distribution of the images is the product of the rows, and what a generative model leaves out of it (thesis 5.2) shows
in counts.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import UInt8
from torch.utils.data import Dataset


@dataclass(frozen=True)
class Choice:
    """One of a few names, with their probabilities."""

    probabilities: Mapping[str, float]

    def quantile(self, p: float) -> str:
        """The value below which a share `p` of the draws lie, in the order in which the names are listed."""
        total = 0.0
        for name, probability in self.probabilities.items():
            total += probability
            if p < total:
                return name
        return name

    def bin_of(self, value: str) -> str:
        return value

    def frequencies(self) -> dict[str, float]:
        return dict(self.probabilities)

    def encode(self, value: str) -> torch.Tensor:
        return torch.tensor(list(self.probabilities).index(value))

    def check(self, name: str, value: Any) -> None:
        if value not in self.probabilities:
            raise ValueError(f"{name}: expected one of {', '.join(self.probabilities)}; got {value!r}")


@dataclass(frozen=True)
class Range:
    """A number, uniform between `low` and `high`; counted in `bins` bins of equal width."""

    low: float
    high: float
    bins: int = 4

    def quantile(self, p: float) -> float:
        """The value below which a share `p` of the draws lie."""
        return self.low + (self.high - self.low) * p

    def bin_names(self) -> list[str]:
        edges = np.linspace(self.low, self.high, self.bins + 1)
        return [f"{a:.3g} to {b:.3g}" for a, b in pairwise(edges)]

    def bin_of(self, value: float) -> str:
        k = int((value - self.low) / (self.high - self.low) * self.bins)
        return self.bin_names()[min(max(k, 0), self.bins - 1)]

    def frequencies(self) -> dict[str, float]:
        return dict.fromkeys(self.bin_names(), 1 / self.bins)

    def encode(self, value: float) -> torch.Tensor:
        return torch.tensor(value, dtype=torch.float32)

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, Real) or not self.low <= value <= self.high:
            raise ValueError(f"{name}: expected a number in [{self.low:g}, {self.high:g}], got {value!r}")


Distribution = Mapping[str, Choice | Range]


@dataclass(frozen=True)
class Attributes:
    """Base of the dataclasses of attributes. A subclass lists its fields and sets `distribution`, in the same order."""

    distribution: ClassVar[Distribution] = {}

    def __post_init__(self) -> None:
        for name, law in self.distribution.items():
            law.check(name, getattr(self, name))

    @classmethod
    def random(cls, rng: np.random.Generator, **fixed: Any):
        """Draw all attributes from `distribution`; those named in `fixed` then get their value from there.

        The draw spends the same random numbers whatever is fixed: the same `rng` with and without `glasses="none"`
        gives the same person with and without glasses. Raises ValueError for an unknown name or value.
        """
        p = rng.random(len(cls.distribution)).tolist()
        values = {name: law.quantile(q) for (name, law), q in zip(cls.distribution.items(), p, strict=True)}
        return cls(**{**values, **check_names(fixed, cls.distribution)})

    def but(self, **changes: Any):
        """A copy with some attributes changed. Raises ValueError for an unknown name or value."""
        return replace(self, **check_names(changes, self.distribution))

    def as_dict(self) -> dict[str, Any]:
        """Name -> value."""
        return asdict(self)

    def as_tensors(self) -> dict[str, torch.Tensor]:
        """Name -> scalar tensor: the index of the name (int64) for a `Choice`, the number (float32) for a `Range`."""
        return {field.name: self.distribution[field.name].encode(getattr(self, field.name)) for field in fields(self)}


def check_names(values: Mapping[str, Any], distribution: Distribution) -> Mapping[str, Any]:
    """Return `values`; raise ValueError if one of its keys is no attribute."""
    for name in values:
        if name not in distribution:
            raise ValueError(f"{name}: no such attribute; expected one of {', '.join(distribution)}")
    return values


class DrawnImages(Dataset, ABC):
    """`n` images that are drawn when they are asked for. Image i of a seed is the same bytes in every process.

    Item i is a pair: the image, a UInt8 tensor [3, 64, 64], or `transform` of it; and its attributes as a dict of
    scalar tensors (see `Attributes.as_tensors`). `fixed` gives attributes a value in all images and leaves everything
    else as it is, so that two sets which differ only in `fixed` hold the same subjects.
    Raises ValueError for an `n` or `seed` below 0 and for unknown attributes, IndexError past the end.
    """

    attributes_class: ClassVar[type[Attributes]]
    stream: ClassVar[int]

    def __init__(
        self,
        n: int,
        seed: int = 0,
        *,
        fixed: Mapping[str, Any] | None = None,
        transform: Callable[[torch.Tensor], Any] | None = None,
    ) -> None:
        for name, value in (("n", n), ("seed", seed)):
            if not isinstance(value, Integral) or value < 0:
                raise ValueError(f"{name}: expected an integer >= 0, got {value!r}")
        self.n, self.seed, self.transform = int(n), int(seed), transform
        self.fixed = dict(check_names(fixed or {}, self.attributes_class.distribution))
        for name, value in self.fixed.items():
            self.attributes_class.distribution[name].check(name, value)

    @classmethod
    def attribute_frequencies(cls) -> dict[str, dict[str, float]]:
        """The true distribution: attribute -> name of value (or of bin, for numbers) -> probability."""
        return {name: law.frequencies() for name, law in cls.attributes_class.distribution.items()}

    @classmethod
    def count_attributes(cls, samples: Iterable[Attributes]) -> dict[str, dict[str, int]]:
        """How often each value (or bin) occurs in `samples`: the keys of `attribute_frequencies`, zeros included."""
        laws = cls.attributes_class.distribution
        counts = {name: dict.fromkeys(law.frequencies(), 0) for name, law in laws.items()}
        for sample in samples:
            for name, law in laws.items():
                counts[name][law.bin_of(getattr(sample, name))] += 1
        return counts

    def __len__(self) -> int:
        return self.n

    def attributes(self, i: int):
        """The attributes of image i."""
        if not -self.n <= i < self.n:
            raise IndexError(f"i: expected an index of one of {self.n} images, got {i}")
        return self.attributes_class.random(np.random.default_rng([self.seed, self.stream, i % self.n]), **self.fixed)

    @abstractmethod
    def draw(self, attributes: Any) -> UInt8[np.ndarray, "64 64 3"]:
        """The image of `attributes`."""

    def image(self, i: int) -> UInt8[np.ndarray, "64 64 3"]:
        """Image i as an array."""
        return self.draw(self.attributes(i))

    def __getitem__(self, i: int) -> tuple[Any, dict[str, torch.Tensor]]:
        attributes = self.attributes(i)
        image = torch.from_numpy(np.ascontiguousarray(self.draw(attributes).transpose(2, 0, 1)))
        return (self.transform(image) if self.transform else image), attributes.as_tensors()
