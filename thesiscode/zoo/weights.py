"""Trained weights that come with the package: safetensors in half precision, with a card each."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from thesiscode.engine import CheckpointError, check_state, read_tensors, write_file, write_tensors

WEIGHTS = Path(__file__).parent / "weights"
MOST_MIB = 3
STATISTICS = ("running_mean", "running_var")
"""What batch normalisation remembers, which is no parameter."""
CARD = ("trained_on", "command", "metrics", "architecture", "parameters")


@dataclass(frozen=True)
class Trained:
    """Weights in single precision, by name as in a network's state dict, and their card."""

    state: dict[str, torch.Tensor]
    card: dict[str, Any]


def save_weights(
    name: str, state: dict[str, torch.Tensor], card: dict[str, Any], *, folder: Path | None = None
) -> Path:
    """Writes `name`.safetensors, floats in half precision, and the card `name`.json to `folder`; returns the former.

    The card says what the weights were trained on, the command that makes them, headline metrics (name: value), the
    architecture, and the number of parameters, which is counted where it is not given. Raises ValueError if a key of
    CARD is missing, if the file would be larger than 3 MiB, or if a weight is not finite in half precision.
    """
    folder = WEIGHTS if folder is None else folder
    learnt = [v for key, v in state.items() if v.is_floating_point() and not key.endswith(STATISTICS)]
    card = {"parameters": sum(v.numel() for v in learnt)} | card
    if missing := [key for key in CARD if not card.get(key)]:
        raise ValueError(f"card: expected the keys {list(CARD)}, got none of {missing}")
    if not isinstance(card["metrics"], dict):
        raise ValueError(f"card: expected metrics as a dict of names and values, got {card['metrics']!r}")
    half = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    if odd := [key for key, value in half.items() if not torch.isfinite(value).all()]:
        raise ValueError(f"state: expected weights that are finite in half precision, {odd[0]} is not")
    if (mib := size_in_mib(half)) > MOST_MIB:
        raise ValueError(f"state: expected at most {MOST_MIB} MiB in half precision, got {mib:.2f}")
    write_tensors(folder / f"{name}.safetensors", half)
    write_file(folder / f"{name}.json", (json.dumps(card, indent=1) + "\n").encode())
    return folder / f"{name}.safetensors"


def size_in_mib(state: dict[str, torch.Tensor]) -> float:
    """How large a file of these weights is, floats in half precision."""
    return sum(v.numel() * (2 if v.is_floating_point() else v.element_size()) for v in state.values()) / 2**20


def load_weights(name: str, *, folder: Path | None = None) -> Trained:
    """The weights `name`. Raises ValueError, with the names that exist, if there are none, CheckpointError if the file
    is truncated or no safetensors file; a pickle is refused unread."""
    folder = WEIGHTS if folder is None else folder
    file = folder / f"{name}.safetensors"
    if not file.is_file():
        known = sorted(str(p.relative_to(folder).with_suffix("")) for p in folder.rglob("*.safetensors"))
        raise ValueError(f"name: expected one of {known}, got {name!r}")
    state, _ = read_tensors(file)
    if not file.with_suffix(".json").is_file():
        raise CheckpointError(file.with_suffix(".json"), "no such file: these weights have no card")
    card = json.loads(file.with_suffix(".json").read_text())
    return Trained({key: value.float() if value.is_floating_point() else value for key, value in state.items()}, card)


def load_into(net: nn.Module, name: str, *, folder: Path | None = None) -> dict[str, Any]:
    """Puts the weights `name` into `net`; returns their card. Raises what `load_weights` raises, and CheckpointError,
    which names the first difference, if they are of another network, which then stays as it is."""
    trained = load_weights(name, folder=folder)
    check_state((WEIGHTS if folder is None else folder) / f"{name}.safetensors", trained.state, net)
    net.load_state_dict(trained.state)
    return trained.card
