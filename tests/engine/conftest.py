import pytest
import torch
from torch import nn

from thesiscode import engine


@pytest.fixture
def examples():
    """Two classes that a straight line separates."""
    x = torch.randn(240, 6, generator=engine.generator(0, "examples"))
    return engine.Tensors(x, (x[:, 0] + x[:, 1] > 0).long())


@pytest.fixture
def make_net():
    """A function that makes the same small network each time; dropout is its argument."""

    def make(dropout: float = 0.5, width: int = 8) -> nn.Module:
        net = nn.Sequential(nn.Linear(6, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 2))
        draw = engine.generator(0, "net")
        for parameter in net.parameters():
            nn.init.normal_(parameter, std=0.5, generator=draw)
        return net

    return make


@pytest.fixture
def short():
    """A protocol of nine epochs at most."""
    return engine.Protocol(batch_size=32, max_epochs=3, patience=3, watch=100)
