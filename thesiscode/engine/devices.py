"""Where tensors live, and who shares the work."""

from typing import Any

import torch
from torch import nn


def device() -> torch.device:
    """The first CUDA device if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Alone:
    """One process with one device: the part of `accelerate.Accelerator` that training needs, without importing it."""

    num_processes = 1
    process_index = 0
    is_main_process = True
    scaler = None

    def __init__(self) -> None:
        self.device = device()

    def prepare(self, *things: Any) -> tuple[Any, ...]:
        """The network and the optimizer as they are."""
        return things

    def backward(self, loss: torch.Tensor) -> None:
        """Adds the gradients of `loss`."""
        loss.backward()

    def reduce(self, tensor: torch.Tensor, reduction: str = "sum") -> torch.Tensor:
        """The sum over all processes, which are one."""
        assert reduction == "sum"
        return tensor

    def unwrap_model(self, model: nn.Module, keep_fp32_wrapper: bool = True) -> nn.Module:
        """The network itself."""
        return model

    def wait_for_everyone(self) -> None:
        """Returns at once: there is nobody else."""

    def free_memory(self) -> None:
        """Nothing is held."""
