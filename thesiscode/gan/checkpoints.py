"""Checkpoints of an adversarial training: both players, their optimizers, and the rounds so far."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from thesiscode.engine import CheckpointError, check_state, read_tensors, write_tensors

from .game import Round


def write_game(
    file: Path,
    nets: tuple[nn.Module, ...],
    optimizers: list[torch.optim.Optimizer],
    settings: dict[str, Any],
    done: list[Round],
) -> None:
    """All that a training needs to go on, in one step."""
    tensors = {}
    for player, net, optimizer in zip("gd", nets, optimizers, strict=True):
        tensors |= {f"{player}/net/{name}": value for name, value in net.state_dict().items()}
        names = {parameter: name for name, parameter in net.named_parameters()}
        for parameter, memory in optimizer.state.items():
            tensors |= {f"{player}/{key}/{names[parameter]}": torch.as_tensor(value) for key, value in memory.items()}
    write_tensors(file, tensors, {"settings": settings, "rounds": [asdict(one) for one in done]})


def read_game(
    file: Path, nets: tuple[nn.Module, ...], optimizers: list[torch.optim.Optimizer], settings: dict[str, Any]
) -> list[Round]:
    """Puts both players where `write_game` found them. Raises CheckpointError for another game, and changes nothing."""
    tensors, about = read_tensors(file)
    for name, expected in settings.items():
        got = about.get("settings", {}).get(name)
        if got != (list(expected) if isinstance(expected, tuple) else expected):
            raise CheckpointError(file, f"made with other settings: {name} is {got!r}, expected {expected!r}")
    states = [
        {
            name.removeprefix(f"{player}/net/"): value
            for name, value in tensors.items()
            if name.startswith(f"{player}/net/")
        }
        for player in "gd"
    ]
    for net, state in zip(nets, states, strict=True):
        check_state(file, state, net)
    for player, net, optimizer, state in zip("gd", nets, optimizers, states, strict=True):
        net.load_state_dict(state)
        for name, parameter in net.named_parameters():
            memory = {
                key.split("/")[1]: value
                for key, value in tensors.items()
                if key.startswith(f"{player}/") and not key.startswith(f"{player}/net/") and key.endswith(f"/{name}")
            }
            for key, value in memory.items():
                optimizer.state[parameter][key] = value if key == "step" else value.to(parameter.device)
    return [Round(**one) for one in about["rounds"]]
