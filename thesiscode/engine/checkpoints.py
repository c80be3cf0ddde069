"""Files of tensors: safetensors only, written whole or not at all, and checked before anything is used."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors import torch as safetensors
from torch import nn

from .errors import CheckpointError
from .history import Epoch, History


def write_file(file: Path, content: bytes) -> None:
    """Puts `content` at `file` in one step: whoever reads it, even after a power cut, finds the old or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own: other processes may be writing the same file.
    draft = file.with_name(f"{file.name}.{os.getpid()}.draft")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, file)


def write_tensors(file: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any] | None = None) -> None:
    """Writes named tensors and whatever else JSON can hold (`about`) to one safetensors file, in one step."""
    # A copy each: safetensors refuses tensors that share memory, such as tied weights.
    copies = {name: value.detach().to("cpu", copy=True).contiguous() for name, value in tensors.items()}
    write_file(file, safetensors.save(copies, metadata={"about": json.dumps(about or {})}))


def read_tensors(file: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """What `write_tensors` wrote: tensors on the CPU, and `about`.

    Raises CheckpointError, which names the file, if it is missing, truncated, or no safetensors file. A pickle is
    refused without being read: it could hold code.
    """
    if not file.is_file():
        raise CheckpointError(file, "no such file")
    with file.open("rb") as stream:
        start = stream.read(9)
    # Pickles of torch are zip archives; bare ones start with the opcode PROTO. A safetensors file may start with the
    # same byte, for it begins with the length of its header; the header's brace follows at the ninth.
    if start.startswith((b"PK", b"\x80")) and start[8:] != b"{":
        raise CheckpointError(file, "expected a safetensors file, got a pickle, which could hold code: not read")
    try:
        with safe_open(file, "pt") as content:
            about = json.loads((content.metadata() or {}).get("about", "{}"))
            return {name: content.get_tensor(name) for name in content.keys()}, about  # noqa: SIM118 - not a mapping
    except (SafetensorError, json.JSONDecodeError) as error:
        raise CheckpointError(file, f"expected a whole safetensors file: {error}") from error


def check_state(file: Path, state: dict[str, torch.Tensor], net: nn.Module) -> None:
    """Raises CheckpointError, which names the first difference, unless `state` has the names and shapes of `net`."""
    expected = net.state_dict()
    if missing := sorted(set(expected) - set(state)):
        raise CheckpointError(file, f"made for another network: no {missing[0]} ({len(missing)} tensors missing)")
    if surplus := sorted(set(state) - set(expected)):
        raise CheckpointError(file, f"made for another network: has {surplus[0]} ({len(surplus)} tensors too many)")
    for name, value in expected.items():
        if state[name].shape != value.shape:
            here, there = tuple(value.shape), tuple(state[name].shape)
            raise CheckpointError(file, f"made for another network: {name} is {there}, expected {here}")


def load_state(file: Path, net: nn.Module) -> dict[str, Any]:
    """Loads a network's weights from a safetensors file, after checking them; returns what else the file says.

    Raises CheckpointError, and leaves the network as it is, if the file cannot be read or is of another network.
    """
    state, about = read_tensors(file)
    check_state(file, state, net)
    net.load_state_dict(state)
    return about


def write_checkpoint(
    file: Path, net: nn.Module, optimizer: torch.optim.Optimizer, scaler: Any, settings: dict, history: History
) -> None:
    """Writes all that a training needs to continue: weights, the optimizer's tensors, settings and history.

    There is no state of random generators: every step draws from its own stream.
    """
    names = {parameter: name for name, parameter in net.named_parameters()}
    tensors = {f"net/{name}": value for name, value in net.state_dict().items()}
    for parameter, memory in optimizer.state.items():
        tensors |= {f"{key}/{names[parameter]}": v for key, v in memory.items() if isinstance(v, torch.Tensor)}
    scaling = None if scaler is None else scaler.state_dict()
    about = {"settings": settings, "epochs": [asdict(epoch) for epoch in history.epochs], "scaler": scaling}
    write_tensors(file, tensors, about)


def read_checkpoint(
    file: Path, net: nn.Module, optimizer: torch.optim.Optimizer, scaler: Any, settings: dict
) -> History:
    """Puts a network and its optimizer where `write_checkpoint` found them; returns the history.

    Raises CheckpointError, and leaves both as they are, if the file cannot be read, or if it is of another network or
    of other settings; the message names the first difference.
    """
    tensors, about = read_tensors(file)
    if not isinstance(about, dict) or "settings" not in about or "epochs" not in about:
        raise CheckpointError(file, "expected a checkpoint of a training, got other tensors")
    state = {name.removeprefix("net/"): value for name, value in tensors.items() if name.startswith("net/")}
    check_state(file, state, net)
    for name in settings:
        # Through JSON, as the file's own were: a tuple becomes a list.
        expected, got = json.loads(json.dumps(settings[name])), about["settings"].get(name)
        if expected != got:
            raise CheckpointError(file, f"made with other settings: {name} is {got!r}, expected {expected!r}")
    net.load_state_dict(state)
    for name, parameter in net.named_parameters():
        if f"momentum_buffer/{name}" in tensors:
            memory = tensors[f"momentum_buffer/{name}"].to(parameter.device)
            optimizer.state[parameter]["momentum_buffer"] = memory
    if scaler is not None and about["scaler"] is not None:
        scaler.load_state_dict(about["scaler"])
    return History([Epoch(**epoch) for epoch in about["epochs"]])
